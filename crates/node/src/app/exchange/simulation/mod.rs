//! Three to six nodes on one clock, over a network that fails in every way a network fails, while people learn, correct, withdraw, narrow,
//! suspend, resume, terminate and renegotiate at random. Everything follows from one number, which a failure prints.
//!
//! The nodes are real: data folders, ledgers, signatures, policies. The network, the clock and chance are not. What is checked stands in
//! `oracle.rs`, which knows nothing of how the node does it:
//!
//! - nothing is told that was not learned as something that may be told, that no version in force covers, or after it was withdrawn;
//! - nothing is told while the agreement is suspended, ended, replaced or out of its time, as the sender knows it then;
//! - when the network is whole again, everything that is covered is there, once, in its newest version, and nothing that was withdrawn;
//! - every notice is settled, both sides say the same of where an agreement stands, the logs hold, and nobody raises a false alarm.

mod fork;
mod found;
mod network;
mod operation;
mod oracle;
mod run;
mod world;

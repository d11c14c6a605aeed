//! TAXII 2.1, over real TLS on loopback: this node's server asked by hand and by clients that others made, and this node as a client.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod asker;
#[path = "../exchange/canaries.rs"]
mod canaries;
mod disclosure;
mod manners;
#[path = "../node/mod.rs"]
mod node;
mod others;
mod pages;
#[path = "../exchange/pair.rs"]
mod pair;
mod push;
mod remotes;

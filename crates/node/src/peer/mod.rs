//! Node to node: one listener for partners, and one connection out to each of them. Both sides show certificates whose keys the
//! agreement pins; nobody else is trusted, whoever signed their certificate.
//!
//! | request | answer |
//! |---|---|
//! | `GET /peer/v1/stream` | server-sent events: `batch` with the wire's items, `beat` with the log's checkpoint, `agreements` |
//! | `POST /peer/v1/receipts` | acknowledgements, receipts for notices, cosigned checkpoints |
//! | `POST /peer/v1/agreements` | signatures and acts of agreements that both know |
//! | `POST /peer/v1/invitations` | the agreement that a one-time secret invites to |
//!
//! The one who is told opens the connection, so a partner behind a firewall needs no open port.

mod client;
mod events;
mod links;
mod server;
mod tls;

pub(crate) use client::fetch_invited;
pub(crate) use links::connect_to_partners;
pub(crate) use server::serve;

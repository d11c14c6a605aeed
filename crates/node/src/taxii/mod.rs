//! TAXII 2.1 (OASIS Standard, 10 June 2021) for partners who do not run Entente, and for asking servers of others.
//!
//! | request | answer |
//! |---|---|
//! | `GET /taxii2/` | the discovery resource (section 4.1) |
//! | `GET /exchange/` | the one API root (4.2) |
//! | `GET /exchange/status/{id}/` | what became of what was pushed (4.3) |
//! | `GET /exchange/collections/` and `{id}/` | one a flow of each agreement in force (5.1, 5.2) |
//! | `GET …/manifest/` | what is in a collection (5.3) |
//! | `GET …/objects/` and `{id}/`, `{id}/versions/` | what was told (5.4, 5.6, 5.8) |
//! | `POST …/objects/` | push (5.5) |
//! | `DELETE …/objects/{id}/` | always refused (5.7): what was told stays told, until a notice takes it back |
//!
//! Everything asks for a token. What is not there, not the asker's, or of an agreement that is not in force is answered alike, and
//! no answer counts what it does not show.

mod asker;
mod certificate;
mod client;
mod collections;
mod errand;
mod filter;
mod media;
mod next;
mod objects;
mod push;
mod refusal;
mod roots;
mod server;

pub(crate) use certificate::Certificate;
pub(crate) use client::Client;
pub(crate) use errand::{Done, run, run_as_due};
pub(crate) use server::{Settings, serve};

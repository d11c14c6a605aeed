//! Partners who do not run Entente, by TAXII 2.1: what they may read and write, at this moment.
//!
//! ```text
//! token ─► party ─► collections: one a flow of each agreement in force ──┬─ we tell: pages of the wire
//!                                                                       └─ they tell: inbox ─► claims
//! ```
//!
//! The other way round, a [`Remote`](remote::Remote) is a collection on a server of others, from which this node fetches or to which
//! it pushes.
//!
//! A [`Collection`](collection::Collection) is made anew with every request, of agreements that are in force at that moment. What was
//! put on the wire while one was in force is not told after that.

pub(crate) mod collection;
pub(crate) mod delivery;
pub(crate) mod inbox;
pub(crate) mod page;
pub(crate) mod remote;
pub(crate) mod status;
pub(crate) mod token;

//! Claims, documents and cursors in SQLite; one transaction per batch.
//!
//! A data folder holds
//!
//! | file | what | if lost |
//! |---|---|---|
//! | `claims.sqlite` | every claim ever told, append-only; one ledger leaf per batch | lost |
//! | `node.sqlite` | users, sessions, charts, imports: what people change | lost |
//! | `exchange.sqlite` | agreements, and what each partner was told, append-only; one leaf per batch in that partner's log | lost |
//! | `search.sqlite` | the text index, a view of the claims | rebuilt |
//! | `ledger/` | tiles and the signed checkpoint, made from the leaves in `claims.sqlite` | rebuilt, but its signatures are evidence |
//! | `ledger/partners/` | the same for each partner's log, made from the leaves in `exchange.sqlite` | rebuilt, likewise |
//!
//! There is one way in, [`Store::commit`], and it is durable when it returns. Everything is read through a
//! [`View`]: what one viewer may see, as it stood at one claim. What the viewer may not see does not exist there.
//!
//! ```text
//! Batch ──prepare──► digests ──decide──► New | Updated | Unchanged ──write──► rows + leaf ──publish──► tiles, checkpoint
//! ```
//!
//! Numbers are given out inside the transaction only, so several processes may write to one folder in turn.
#![forbid(unsafe_code)]

mod after;
mod audience;
mod batch;
mod commit;
mod desk;
pub mod disclosure;
mod edges;
mod error;
pub mod exchange;
mod interned;
mod leaf;
mod ledger;
mod names;
mod of_kind;
mod readers;
mod received;
mod received_batches;
mod recollection;
mod removal;
mod scan;
mod schema;
mod sealed;
mod store;
mod text;
mod value;
mod values;
mod varint;
mod verify;
mod view;

pub use batch::{AsOf, Batch, Preview, Receipt, Status, Telling};
pub use commit::{PreparedBatch, Rehearsal};
pub use desk::{
    Chart, ChartSave, Desk, ImportRecord, Judgement, SecretDigest, Session, SourceWord, Token, User,
    UserEdit, UserSave,
};
pub use edges::{LinkKindNo, StoredEdge};
pub use error::StoreError;
pub use ledger::NodeKey;
pub use received::{Received, ReceivedItem, Retained};
pub use received_batches::ReceivedBatch;
pub use recollection::Recollection;
pub use removal::{Removal, RemovalAct, RemovalRecord, Removed};
pub use scan::{Edges, Extent, Vertices};
pub use store::Store;
pub use text::{TextCursor, TextHits, TextIndex};
pub use verify::{FirstBad, Verified};
pub use view::{Change, ClaimRecord, Head, Objects, SourceCount, Spoken, Stats, Stretch, Summary, View};

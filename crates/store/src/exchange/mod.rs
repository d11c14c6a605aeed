//! The exchange: what was agreed with whom, and what was told to whom. One file per noun.
//!
//! It is a database of its own (`exchange.sqlite`). What this node was told is in `claims.sqlite`; what it tells is decided from
//! there, and [`Exchange::append`] puts the outcome on a partner's **wire**: items numbered by [`Seq`] from 1 without gaps, in one
//! transaction with the discloser's cursor, the day's limits and the leaf of that partner's own log, so that a crash neither loses nor
//! repeats, and no partner learns from its log how much others were told.
//!
//! ```text
//! Append ──salts, commitments──► items + leaf + cursor + limits ──publish──► ledger/partners/<n>/
//! ```
//!
//! What a wire holds is the record of what was disclosed, so items are never changed. They can be erased: bytes and
//! salt go, the commitment stays, and the log still holds.

mod agreement;
mod alarm;
mod append;
mod awaiting;
mod collection;
mod group;
mod held;
mod held_back;
mod ids;
mod invitation;
mod known;
mod log;
mod newest;
mod notice;
mod partner;
mod place;
mod proof;
mod read;
mod referral;
mod remote;
mod returned;
mod taxii;
mod token;
mod verify;
mod wire;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior};

pub use agreement::{Agreement, AgreementDraft, DraftSave, Signature, StandingAct};
pub use alarm::{Alarm, AlarmKind, SeenCheckpoint};
pub use awaiting::Awaiting;
pub use collection::{CollectionBodies, CollectionItem, CollectionPage, CollectionQuery, VersionMatch};
pub use held::Holding;
pub use ids::{AgreementHash, ClauseId, FlowId, PartyId, ReferralId, Seq};
pub use invitation::Invitation;
pub use log::log_name;
pub use notice::{Notice, NoticeState, ReceivedNotice, Settlement};
pub use partner::{Health, Partner, PartnerEdit};
pub use referral::{Approval, Consent, NewReferral, Outcome, Referral, Verdict};
pub use remote::{RemotePlace, RemoteState, TaxiiRemote};
pub use returned::GivenBack;
pub use taxii::{Delivery, TaxiiStatus};
pub use token::ApiToken;
pub use verify::{FirstBadItem, VerifiedWire};
pub use wire::{
    Advance, Append, Appended, Beside, ItemKind, ItemState, Limit, NewItem, ReleasedObject, Stretch,
    WireBatch, WireItem,
};

use crate::StoreError;
use crate::after::AfterCommit;
use crate::error::Doing;
use crate::ledger::NodeKey;
use crate::readers::Readers;
use crate::schema::{Durability, open_writer};
use crate::store::make_private;
use group::Job;
use known::Known;
use log::PartnerLogs;
use place::PartnerNo;

/// In order. Never change one that was released; add another.
const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/exchange-1.sql"),
    include_str!("../../migrations/exchange-2.sql"),
    include_str!("../../migrations/exchange-3.sql"),
    include_str!("../../migrations/exchange-4.sql"),
    include_str!("../../migrations/exchange-5.sql"),
    include_str!("../../migrations/exchange-6.sql"),
    include_str!("../../migrations/exchange-7.sql"),
];

/// The exchange of a data folder. Share it behind an `Arc`; every method may be called from any thread.
#[derive(Debug)]
pub struct Exchange {
    writer: Mutex<Writer>,
    /// Appends that wait for whoever writes next, who writes them all at once.
    waiting: Mutex<Vec<Arc<Job>>>,
    after: AfterCommit,
    readers: Readers,
    logs: Arc<PartnerLogs>,
}

/// The connection that writes, with what it remembers of interned tables.
#[derive(Debug)]
struct Writer {
    conn: Connection,
    known: Known,
}

impl Exchange {
    /// Opens the exchange of a data folder, making it when it is not there, and signs what a crash left unsigned. The log of a
    /// partner has the name that [`log_name`] makes of the key's.
    pub fn open(folder: &Path, key: &NodeKey) -> Result<Exchange, StoreError> {
        make_private(folder).map_err(StoreError::open(folder))?;
        let path = folder.join("exchange.sqlite");
        let conn = open(&path)?;
        let logs = Arc::new(PartnerLogs::new(folder, key)?);
        if let Err(error) = logs.publish(&conn) {
            tracing::error!(%error, "a partner's log could not be brought up to what was told");
        }
        conn.pragma_update(None, "wal_autocheckpoint", 131_072).doing("setting up a database")?;
        let publishing = Arc::clone(&logs);
        let after = AfterCommit::new(&path, open(&path)?, move |conn| publishing.publish(conn))?;
        let writer = Mutex::new(Writer { conn, known: Known::default() });
        Ok(Exchange { writer, waiting: Mutex::default(), after, readers: Readers::new(path), logs })
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(|poisoned| {
            // A panic while writing ended its transaction, but numbers given out in it may be remembered.
            let mut writer = poisoned.into_inner();
            writer.known = Known::default();
            self.writer.clear_poison();
            writer
        })
    }

    /// One change in one transaction: all of it is on disk when this returns `Ok`, nothing of it when it returns `Err`.
    fn change<T>(
        &self,
        doing: &'static str,
        change: impl FnOnce(&Transaction) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut writer = self.writer();
        let tx = writer.conn.transaction_with_behavior(TransactionBehavior::Immediate).doing(doing)?;
        let result = change(&tx)?;
        tx.commit().doing(doing)?;
        Ok(result)
    }

    fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        read(&*self.readers.check_out()?)
    }

    /// Waits until every partner's checkpoint covers everything appended before, or the attempt has failed and said so.
    pub fn settle(&self) {
        self.after.settle();
    }
}

/// Erased bytes must not linger on pages that are free again.
fn open(path: &Path) -> Result<Connection, StoreError> {
    let conn = open_writer(path, Durability::Full, MIGRATIONS)?;
    conn.pragma_update(None, "foreign_keys", true).doing("setting up a database")?;
    conn.pragma_update(None, "secure_delete", true).doing("setting up a database")?;
    Ok(conn)
}

/// The number of a partner that must be known.
fn partner_no(conn: &Connection, party: &PartyId) -> Result<PartnerNo, StoreError> {
    find_partner(conn, party)?.ok_or_else(|| StoreError::NotFound { what: "partner", name: party.0.clone() })
}

fn find_partner(conn: &Connection, party: &PartyId) -> Result<Option<PartnerNo>, StoreError> {
    let doing = "looking up a partner";
    let mut statement = conn.prepare_cached("SELECT no FROM partners WHERE party = ?1").doing(doing)?;
    statement.query_row([party], |row| row.get(0)).optional().doing(doing)
}

/// The number of a flow to a partner, when anything was ever told in it.
fn find_flow(conn: &Connection, partner: PartnerNo, flow: &FlowId) -> Result<Option<i64>, StoreError> {
    let doing = "looking up a flow";
    let sql = "SELECT no FROM flows WHERE partner = ?1 AND name = ?2";
    let mut statement = conn.prepare_cached(sql).doing(doing)?;
    statement.query_row(rusqlite::params![partner, flow], |row| row.get(0)).optional().doing(doing)
}

/// A time column.
fn time(row: &Row<'_>, column: &str) -> rusqlite::Result<Timestamp> {
    moment(row.get(column)?)
}

/// A time column that may be empty.
fn maybe_time(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Timestamp>> {
    row.get::<_, Option<i64>>(column)?.map(moment).transpose()
}

fn moment(micros: i64) -> rusqlite::Result<Timestamp> {
    Timestamp::from_microsecond(micros).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(0, micros))
}

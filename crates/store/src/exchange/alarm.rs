//! The checkpoints that partners' logs to us have shown, and the alarm when one contradicts another.

use entente_ledger::{Checkpoint, Continuation, Hash, Verifier};
use jiff::Timestamp;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use rusqlite::{Connection, OptionalExtension, params};

use super::{Exchange, PartyId, Seq, partner_no, time};
use crate::StoreError;
use crate::batch::micros;
use crate::error::Doing;

/// A checkpoint of a partner's log to us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenCheckpoint {
    /// The note as it was signed.
    pub note: Vec<u8>,
    /// Size and root.
    pub checkpoint: Checkpoint,
    /// When it was first seen.
    pub seen_at: Timestamp,
}

/// A log that told two stories. Both notes bear the partner's signature and are evidence against its key; unless it is our own log
/// that forgot ([`AlarmKind::Forgotten`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// Whose log.
    pub partner: PartyId,
    /// What happened.
    pub kind: AlarmKind,
    /// The note that was kept.
    pub kept: Vec<u8>,
    /// The note that contradicts it.
    pub shown: Vec<u8>,
    /// When.
    pub raised_at: Timestamp,
}

const READING: &str = "reading checkpoints";

/// What a log did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlarmKind {
    /// It showed a smaller tree than before.
    Rollback,
    /// It showed two trees of one size.
    Fork,
    /// It showed a larger tree and could not prove that it continues the smaller.
    Inconsistent,
    /// It was signed over other leaves than those of what was sent.
    Leaves,
    /// Not its log but ours: it has more of what we told it than we know of. Our folder was put back to what it was before.
    Forgotten,
}

impl AlarmKind {
    fn of(continuation: Continuation) -> Option<AlarmKind> {
        match continuation {
            Continuation::Rollback => Some(AlarmKind::Rollback),
            Continuation::Fork => Some(AlarmKind::Fork),
            Continuation::Inconsistent => Some(AlarmKind::Inconsistent),
            Continuation::First | Continuation::Same | Continuation::Grown | Continuation::Unproven => None,
        }
    }

    /// One word for it.
    pub fn word(self) -> &'static str {
        match self {
            AlarmKind::Rollback => "rollback",
            AlarmKind::Fork => "fork",
            AlarmKind::Inconsistent => "inconsistent",
            AlarmKind::Leaves => "leaves",
            AlarmKind::Forgotten => "forgotten",
        }
    }
}

impl FromSql for AlarmKind {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<AlarmKind> {
        use AlarmKind::{Forgotten, Fork, Inconsistent, Leaves, Rollback};
        let all = [Rollback, Fork, Inconsistent, Leaves, Forgotten];
        let word = value.as_str()?;
        all.into_iter().find(|kind| kind.word() == word).ok_or(FromSqlError::InvalidType)
    }
}

impl Exchange {
    /// The newest checkpoint of a partner's log to us.
    pub fn seen_checkpoint(
        &self,
        partner: &PartyId,
        key: &Verifier,
    ) -> Result<Option<SeenCheckpoint>, StoreError> {
        self.read(|conn| newest(conn, partner_no(conn, partner)?, key))
    }

    /// Compares a checkpoint with the newest that was kept, and keeps it when it continues that. `proof` is the consistency
    /// proof between the two; without one, a larger tree is answered [`Continuation::Unproven`] and not kept. What contradicts it is
    /// kept as an [`Alarm`].
    pub fn see_checkpoint(
        &self,
        partner: &PartyId,
        key: &Verifier,
        note: &[u8],
        proof: Option<&[Hash]>,
        now: Timestamp,
    ) -> Result<Continuation, StoreError> {
        let doing = "comparing checkpoints";
        let shown = Checkpoint::open(note, key)?;
        self.change(doing, |tx| {
            let no = partner_no(tx, partner)?;
            let kept = newest(tx, no, key)?;
            let continuation =
                entente_ledger::compare(kept.as_ref().map(|kept| &kept.checkpoint), &shown, proof);
            match (continuation, AlarmKind::of(continuation).zip(kept)) {
                (Continuation::First | Continuation::Grown, _) => {
                    let columns =
                        params![no, shown.size() as i64, shown.root().as_bytes(), note, micros(now)];
                    tx.execute("INSERT INTO checkpoints_seen VALUES (?1, ?2, ?3, ?4, ?5)", columns)
                        .doing(doing)?;
                }
                (_, Some((kind, kept))) => raise(tx, no, kind, [&kept.note, note], now)?,
                _ => {}
            }
            Ok(continuation)
        })
    }

    /// Keeps that a checkpoint is signed over other leaves than those of what was sent. The same again changes nothing.
    pub fn deny_checkpoint(
        &self,
        partner: &PartyId,
        key: &Verifier,
        note: &[u8],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.change("keeping an alarm", |tx| {
            let no = partner_no(tx, partner)?;
            let kept = newest(tx, no, key)?.map(|kept| kept.note).unwrap_or_default();
            raise(tx, no, AlarmKind::Leaves, [&kept, note], now)
        })
    }

    /// Keeps that a partner acknowledged more than we know to have told it. The kept note is the newest of our checkpoints that it
    /// cosigned and we know of; what was shown says what it acknowledged, once while no more is known. Answers whether it was so.
    pub fn notice_forgotten(
        &self,
        partner: &PartyId,
        acknowledged: Seq,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        // What was told only grows, so nearly always a look is enough.
        if acknowledged <= self.told(partner)? {
            return Ok(false);
        }
        let kept = self.cosigned(partner)?.unwrap_or_default();
        self.change("keeping an alarm", |tx| {
            let no = partner_no(tx, partner)?;
            if acknowledged <= super::partner::told(tx, no)? {
                return Ok(false);
            }
            let shown = format!("item {acknowledged} was acknowledged");
            raise(tx, no, AlarmKind::Forgotten, [&kept, shown.as_bytes()], now)?;
            Ok(true)
        })
    }

    /// The alarms, newest first.
    pub fn alarms(&self) -> Result<Vec<Alarm>, StoreError> {
        self.read(|conn| {
            let sql = "SELECT alarms.*, partners.party FROM alarms JOIN partners ON partners.no = partner
                ORDER BY alarms.no DESC";
            let mut statement = conn.prepare_cached(sql).doing(READING)?;
            let rows = statement.query_map([], |row| {
                Ok(Alarm {
                    partner: row.get("party")?,
                    kind: row.get("kind")?,
                    kept: row.get("kept_note")?,
                    shown: row.get("shown_note")?,
                    raised_at: time(row, "raised_at")?,
                })
            });
            rows.doing(READING)?.collect::<Result<_, _>>().doing(READING)
        })
    }
}

fn raise(
    conn: &Connection,
    no: u32,
    kind: AlarmKind,
    [kept, shown]: [&[u8]; 2],
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT OR IGNORE INTO alarms (partner, kind, kept_note, shown_note, raised_at)
        VALUES (?1, ?2, ?3, ?4, ?5)";
    let columns = params![no, kind.word(), kept, shown, micros(now)];
    conn.execute(sql, columns).map(drop).doing("keeping an alarm")
}

fn newest(conn: &Connection, no: u32, key: &Verifier) -> Result<Option<SeenCheckpoint>, StoreError> {
    let sql = "SELECT note, seen_at FROM checkpoints_seen WHERE partner = ?1 ORDER BY size DESC LIMIT 1";
    let mut statement = conn.prepare_cached(sql).doing(READING)?;
    let found = statement.query_row([no], |row| Ok((row.get::<_, Vec<u8>>(0)?, time(row, "seen_at")?)));
    let Some((note, seen_at)) = found.optional().doing(READING)? else { return Ok(None) };
    let checkpoint = Checkpoint::open(&note, key)?;
    Ok(Some(SeenCheckpoint { note, checkpoint, seen_at }))
}

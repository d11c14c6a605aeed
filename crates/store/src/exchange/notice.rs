//! Notices: what was taken back, and whether the other side has done it. Both sides see the state until it is settled.

use jiff::Timestamp;
use rusqlite::{Row, params};

use super::place::{self, row};
use super::{Exchange, ItemKind, PartyId, Seq, maybe_time, partner_no, time};
use crate::StoreError;
use crate::batch::micros;
use crate::error::Doing;

/// Where a notice stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoticeState {
    /// It was not answered.
    Outstanding,
    /// The recipient has done what it says.
    Complied,
    /// The recipient will not, for this reason.
    Refused(String),
}

/// A recipient's signed answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// What it says; never [`NoticeState::Outstanding`].
    pub state: NoticeState,
    /// The signed receipt.
    pub receipt: Vec<u8>,
    /// When it was given or came in.
    pub at: Timestamp,
}

/// A notice that we sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its place on the partner's wire.
    pub seq: Seq,
    /// What it is.
    pub kind: ItemKind,
    /// When it was added to the wire.
    pub added: Timestamp,
    /// What it takes back.
    pub concerns: Vec<Seq>,
    /// The partner's answer.
    pub settlement: Option<Settlement>,
}

/// A notice that we were sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedNotice {
    /// Its place on the partner's wire to us.
    pub seq: Seq,
    /// What it is.
    pub kind: ItemKind,
    /// The signed notice.
    pub body: Vec<u8>,
    /// When it came in.
    pub received_at: Timestamp,
    /// Our answer.
    pub settlement: Option<Settlement>,
}

const READING: &str = "reading notices";

impl Exchange {
    /// Keeps a partner's answer to a notice. The same again changes nothing; another one is refused, as a settled notice stays so.
    pub fn settle_notice(&self, partner: &PartyId, seq: Seq, answer: &Settlement) -> Result<(), StoreError> {
        let doing = "keeping the answer to a notice";
        self.change(doing, |tx| {
            let no = row(partner_no(tx, partner)?, seq.0);
            let sql = "UPDATE notices SET state = ?2, reason = ?3, receipt = ?4, settled_at = ?5
                WHERE no = ?1 AND (state = 'outstanding' OR (state = ?2 AND receipt = ?4))";
            settle(
                tx.execute(
                    sql,
                    params![
                        no,
                        word(&answer.state)?,
                        reason(&answer.state),
                        answer.receipt,
                        micros(answer.at)
                    ],
                ),
                doing,
            )
        })
    }

    /// The notices on a partner's wire, newest first: all of them, or those that are open. `limit` at most, before `before`.
    pub fn notices(
        &self,
        partner: &PartyId,
        only_open: bool,
        before: Option<Seq>,
        limit: usize,
    ) -> Result<Vec<Notice>, StoreError> {
        self.read(|conn| {
            let no = partner_no(conn, partner)?;
            let last = before.map_or(place::last(no), |before| row(no, before.0) - 1);
            let sql = "SELECT notices.*, wire.kind, wire.added FROM notices JOIN wire ON wire.no = notices.no
                WHERE notices.no BETWEEN ?1 AND ?2 AND (notices.state = 'outstanding' OR NOT ?3)
                ORDER BY notices.no DESC LIMIT ?4";
            let mut statement = conn.prepare_cached(sql).doing(READING)?;
            let rows = statement.query_map(params![row(no, 0), last, only_open, limit as i64], |row| {
                let place: i64 = row.get("no")?;
                let (kind, added) = (row.get("kind")?, time(row, "added")?);
                let settlement = settlement(row)?;
                Ok((place, Notice { seq: place::seq(place), kind, added, concerns: Vec::new(), settlement }))
            });
            let mut notices = Vec::new();
            for found in rows.doing(READING)? {
                let (place, mut notice) = found.doing(READING)?;
                let sql = "SELECT item FROM concerned WHERE notice = ?1 ORDER BY item";
                let mut statement = conn.prepare_cached(sql).doing(READING)?;
                let items = statement.query_map([place], |row| row.get(0).map(place::seq)).doing(READING)?;
                notice.concerns = items.collect::<Result<_, _>>().doing(READING)?;
                notices.push(notice);
            }
            Ok(notices)
        })
    }

    /// Keeps a notice that a partner sent; the same again changes nothing.
    pub fn keep_received_notice(&self, partner: &PartyId, notice: &ReceivedNotice) -> Result<(), StoreError> {
        let doing = "keeping a notice";
        self.change(doing, |tx| {
            let sql = "INSERT INTO received_notices (partner, seq, kind, body, received_at, state)
                VALUES (?1, ?2, ?3, ?4, ?5, 'outstanding') ON CONFLICT DO NOTHING";
            let ReceivedNotice { seq, kind, body, received_at, .. } = notice;
            let columns = params![partner_no(tx, partner)?, seq.0 as i64, kind, body, micros(*received_at)];
            tx.execute(sql, columns).map(drop).doing(doing)
        })
    }

    /// Keeps our answer to a notice we were sent.
    pub fn answer_notice(&self, partner: &PartyId, seq: Seq, answer: &Settlement) -> Result<(), StoreError> {
        let doing = "keeping our answer to a notice";
        self.change(doing, |tx| {
            let no = partner_no(tx, partner)?;
            let sql = "UPDATE received_notices SET state = ?3, reason = ?4, receipt = ?5, settled_at = ?6
                WHERE partner = ?1 AND seq = ?2 AND (state = 'outstanding' OR (state = ?3 AND receipt = ?5))";
            let (state, at) = (word(&answer.state)?, micros(answer.at));
            settle(
                tx.execute(sql, params![no, seq.0 as i64, state, reason(&answer.state), answer.receipt, at]),
                doing,
            )
        })
    }

    /// The notices a partner sent, newest first: all of them, or those that we have not answered. `limit` at most, before `before`.
    pub fn received_notices(
        &self,
        partner: &PartyId,
        only_open: bool,
        before: Option<Seq>,
        limit: usize,
    ) -> Result<Vec<ReceivedNotice>, StoreError> {
        self.read(|conn| {
            let no = partner_no(conn, partner)?;
            let sql = "SELECT * FROM received_notices WHERE partner = ?1 AND seq < ?2
                AND (state = 'outstanding' OR NOT ?3) ORDER BY seq DESC LIMIT ?4";
            let mut statement = conn.prepare_cached(sql).doing(READING)?;
            let before = before.map_or(i64::MAX, |before| before.0 as i64);
            let rows = statement.query_map(params![no, before, only_open, limit as i64], |row| {
                Ok(ReceivedNotice {
                    seq: Seq(row.get::<_, i64>("seq")? as u64),
                    kind: row.get("kind")?,
                    body: row.get("body")?,
                    received_at: time(row, "received_at")?,
                    settlement: settlement(row)?,
                })
            });
            rows.doing(READING)?.collect::<Result<_, _>>().doing(READING)
        })
    }
}

fn settle(changed: rusqlite::Result<usize>, doing: &'static str) -> Result<(), StoreError> {
    match changed.doing(doing)? {
        0 => {
            let why = "there is no such notice, or it was answered otherwise before".to_owned();
            Err(StoreError::Unfit { what: "answer to a notice", why })
        }
        _ => Ok(()),
    }
}

fn word(state: &NoticeState) -> Result<&'static str, StoreError> {
    match state {
        NoticeState::Complied => Ok("complied"),
        NoticeState::Refused(_) => Ok("refused"),
        NoticeState::Outstanding => {
            let why = "an answer says that it was complied with or refused".to_owned();
            Err(StoreError::Unfit { what: "answer to a notice", why })
        }
    }
}

fn reason(state: &NoticeState) -> Option<&str> {
    match state {
        NoticeState::Refused(reason) => Some(reason),
        _ => None,
    }
}

fn settlement(row: &Row<'_>) -> rusqlite::Result<Option<Settlement>> {
    let state = match row.get_ref("state")?.as_str()? {
        "complied" => NoticeState::Complied,
        "refused" => NoticeState::Refused(row.get::<_, Option<String>>("reason")?.unwrap_or_default()),
        _ => return Ok(None),
    };
    let at = maybe_time(row, "settled_at")?;
    let receipt: Option<Vec<u8>> = row.get("receipt")?;
    Ok(at.zip(receipt).map(|(at, receipt)| Settlement { state, receipt, at }))
}

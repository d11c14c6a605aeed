//! Referrals: what no rule decides, and people do. Whoever asks never approves; where two are needed, they are two.

use entente_model::ClaimNo;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::known::Known;
use super::place::{self, PartnerNo};
use super::{Exchange, FlowId, PartyId, ReferralId, Seq, maybe_time, partner_no, time};
use crate::StoreError;
use crate::batch::micros;
use crate::error::Doing;

/// Something to be decided by people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewReferral {
    /// Its id.
    pub id: ReferralId,
    /// Who would be told.
    pub partner: PartyId,
    /// By which flow.
    pub flow: FlowId,
    /// What it is about.
    pub claim: ClaimNo,
    /// Why no rule decided: texts or clause ids.
    pub reasons: Vec<String>,
    /// Digest of exactly what would be released. Whoever approves has seen this; anything else needs another referral.
    pub binding: [u8; 32],
    /// Who asked, when it was a person.
    pub requested_by: Option<String>,
    /// When.
    pub requested_at: Timestamp,
    /// How many different people must approve.
    pub needed: u32,
    /// When it is too late.
    pub expires_at: Option<Timestamp>,
}

/// A referral and what people said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Referral {
    /// What is to be decided.
    pub asked: NewReferral,
    /// Who said what, in the order of time.
    pub approvals: Vec<Approval>,
    /// How it ended.
    pub outcome: Option<(Outcome, Timestamp)>,
    /// The item on the wire that came of it.
    pub item: Option<Seq>,
}

/// What one person said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// Who.
    pub person: String,
    /// In which office, by the agreement's word for it.
    pub office: String,
    /// Whether they approve.
    pub approves: bool,
    /// What they added.
    pub note: Option<String>,
    /// The consent of somebody outside that they have seen.
    pub consent: Option<Consent>,
    /// When.
    pub at: Timestamp,
}

/// That somebody outside lets something be passed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// Whose it is.
    pub by: String,
    /// Where it can be found.
    pub reference: String,
}

/// How a referral ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was approved, and the item is on the wire.
    Released,
    /// Somebody refused.
    Refused,
    /// Nobody decided in time.
    Expired,
    /// What it was about has changed, or its agreement has.
    Overtaken,
}

/// Where a referral stands after somebody has spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// So many more must approve.
    Waits(u32),
    /// It may be released: append the item with the referral's id.
    Approved,
    /// It was refused, now or before.
    Refused,
}

const READING: &str = "reading referrals";
const REFERRING: &str = "putting something before people";

impl Outcome {
    fn word(self) -> &'static str {
        match self {
            Outcome::Released => "released",
            Outcome::Refused => "refused",
            Outcome::Expired => "expired",
            Outcome::Overtaken => "overtaken",
        }
    }

    fn from_word(word: &str) -> Option<Outcome> {
        let all = [Outcome::Released, Outcome::Refused, Outcome::Expired, Outcome::Overtaken];
        all.into_iter().find(|outcome| outcome.word() == word)
    }
}

impl Exchange {
    /// Puts things before people. The same id again changes nothing while it waits and when people decided, so that a discloser that was
    /// interrupted may ask again. What ended without anybody's decision, overtaken or too late, is asked anew: its id goes on with the
    /// number of the time.
    pub fn refer(&self, new: &[NewReferral]) -> Result<(), StoreError> {
        match new {
            [] => Ok(()),
            _ => self.change(REFERRING, |tx| new.iter().try_for_each(|new| refer(tx, new))),
        }
    }

    /// Takes one person's word. Whoever asked may not approve, nobody speaks twice, and one refusal ends it.
    pub fn decide_referral(&self, id: &ReferralId, word: &Approval) -> Result<Verdict, StoreError> {
        let doing = "taking a person's word on a referral";
        self.change(doing, |tx| {
            let referral = read(tx, id)?;
            let refuse = |why: &str| Err(StoreError::Unfit { what: "approval", why: why.to_owned() });
            if referral.outcome.is_some() {
                return refuse("the referral was decided before");
            }
            if referral.asked.expires_at.is_some_and(|until| until <= word.at) {
                return refuse("the referral has expired");
            }
            if word.approves && referral.asked.requested_by.as_ref() == Some(&word.person) {
                return refuse("whoever asks for it may not approve it");
            }
            if referral.approvals.iter().any(|earlier| earlier.person == word.person) {
                return refuse("this person has spoken on it before");
            }
            let Approval { person, office, approves, note, consent, at } = word;
            let (by, reference) = consent.as_ref().map(|consent| (&consent.by, &consent.reference)).unzip();
            let columns = params![id, person, approves, note, micros(*at), office, by, reference];
            tx.execute("INSERT INTO approvals VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", columns)
                .doing(doing)?;
            if !word.approves {
                end(tx, id, Outcome::Refused, micros(*at))?;
                return Ok(Verdict::Refused);
            }
            Ok(match referral.missing().saturating_sub(1) {
                0 => Verdict::Approved,
                more => Verdict::Waits(more),
            })
        })
    }

    /// Ends a referral without releasing anything; false when it has ended before.
    pub fn end_referral(
        &self,
        id: &ReferralId,
        outcome: Outcome,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        if outcome == Outcome::Released {
            let why = "only an item on the wire releases it".to_owned();
            return Err(StoreError::Unfit { what: "outcome", why });
        }
        self.change("ending a referral", |tx| end(tx, id, outcome, micros(now)))
    }

    /// Ends every referral whose time is over; answers how many.
    pub fn expire_referrals(&self, now: Timestamp) -> Result<usize, StoreError> {
        let doing = "ending referrals whose time is over";
        let over: bool = self.read(|conn| {
            let sql = "SELECT EXISTS (SELECT 1 FROM referrals WHERE outcome IS NULL AND expires_at <= ?1)";
            conn.prepare_cached(sql).doing(doing)?.query_row([micros(now)], |row| row.get(0)).doing(doing)
        })?;
        if !over {
            return Ok(0);
        }
        self.change(doing, |tx| {
            let sql = "UPDATE referrals SET outcome = 'expired', outcome_at = ?1 WHERE outcome IS NULL AND expires_at <= ?1";
            tx.execute(sql, [micros(now)]).doing(doing)
        })
    }

    /// The referrals that wait, oldest first; `limit` at most.
    pub fn open_referrals(&self, limit: usize) -> Result<Vec<Referral>, StoreError> {
        self.list("SELECT id FROM referrals WHERE outcome IS NULL ORDER BY requested_at, id LIMIT ?1", limit)
    }

    /// The referrals that enough people approved and that were not released yet, oldest first; `limit` at most.
    pub fn approved_referrals(&self, limit: usize) -> Result<Vec<Referral>, StoreError> {
        let sql = "SELECT id FROM referrals WHERE outcome IS NULL AND needed <=
            (SELECT count(*) FROM approvals WHERE referral = referrals.id AND approves) ORDER BY requested_at, id LIMIT ?1";
        self.list(sql, limit)
    }

    /// The referrals that have ended, newest first; `limit` at most.
    pub fn ended_referrals(&self, limit: usize) -> Result<Vec<Referral>, StoreError> {
        let sql = "SELECT id FROM referrals WHERE outcome IS NOT NULL ORDER BY outcome_at DESC, id LIMIT ?1";
        self.list(sql, limit)
    }

    /// The referrals that wait, oldest first, after one of them; `limit` at most.
    pub fn open_referrals_after(
        &self,
        (asked, id): (Timestamp, &ReferralId),
        limit: usize,
    ) -> Result<Vec<Referral>, StoreError> {
        let sql = "SELECT id FROM referrals WHERE outcome IS NULL AND (requested_at, id) > (?1, ?2)
            ORDER BY requested_at, id LIMIT ?3";
        self.list_from(sql, (asked, id), limit)
    }

    /// The referrals that have ended, newest first, before one of them; `limit` at most.
    pub fn ended_referrals_before(
        &self,
        (ended, id): (Timestamp, &ReferralId),
        limit: usize,
    ) -> Result<Vec<Referral>, StoreError> {
        let sql = "SELECT id FROM referrals WHERE outcome IS NOT NULL
            AND (outcome_at < ?1 OR (outcome_at = ?1 AND id > ?2)) ORDER BY outcome_at DESC, id LIMIT ?3";
        self.list_from(sql, (ended, id), limit)
    }

    /// The referrals about a claim, open or ended.
    pub fn referrals_of(&self, claim: ClaimNo) -> Result<Vec<Referral>, StoreError> {
        self.list("SELECT id FROM referrals WHERE claim = ?1 ORDER BY requested_at, id", claim.0 as usize)
    }

    /// One referral.
    pub fn referral(&self, id: &ReferralId) -> Result<Option<Referral>, StoreError> {
        self.read(|conn| match read(conn, id) {
            Ok(referral) => Ok(Some(referral)),
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        })
    }

    fn list_from(
        &self,
        sql: &'static str,
        (at, id): (Timestamp, &ReferralId),
        limit: usize,
    ) -> Result<Vec<Referral>, StoreError> {
        self.read(|conn| {
            let mut statement = conn.prepare_cached(sql).doing(READING)?;
            let rows = statement.query_map(params![micros(at), id, limit as i64], |row| row.get(0));
            let ids: Vec<ReferralId> = rows.doing(READING)?.collect::<Result<_, _>>().doing(READING)?;
            ids.iter().map(|id| read(conn, id)).collect()
        })
    }

    fn list(&self, sql: &'static str, number: usize) -> Result<Vec<Referral>, StoreError> {
        self.read(|conn| {
            let mut statement = conn.prepare_cached(sql).doing(READING)?;
            let rows = statement.query_map([number as i64], |row| row.get(0)).doing(READING)?;
            let ids: Vec<ReferralId> = rows.collect::<Result<_, _>>().doing(READING)?;
            ids.iter().map(|id| read(conn, id)).collect()
        })
    }
}

impl Referral {
    /// How many more must approve.
    pub fn missing(&self) -> u32 {
        let approved = self.approvals.iter().filter(|approval| approval.approves).count() as u32;
        self.asked.needed.saturating_sub(approved)
    }
}

/// Notes, within the transaction that puts an item on the wire, that it came of a referral that allows it.
pub(super) fn release(
    conn: &Connection,
    id: &ReferralId,
    partner: PartnerNo,
    item: i64,
    at: i64,
) -> Result<(), StoreError> {
    let doing = "releasing what was referred";
    let sql = "UPDATE referrals SET outcome = 'released', outcome_at = ?4, item = ?3
        WHERE id = ?1 AND partner = ?2 AND outcome IS NULL AND needed <=
        (SELECT count(*) FROM approvals WHERE referral = ?1 AND approves)";
    match conn.execute(sql, params![id, partner, item, at]).doing(doing)? {
        1 => Ok(()),
        _ => {
            let why = format!("referral `{id}` does not allow it: it is not approved, or was used before");
            Err(StoreError::Unfit { what: "item", why })
        }
    }
}

fn refer(tx: &Connection, new: &NewReferral) -> Result<(), StoreError> {
    let Some(id) = unasked(tx, &new.id)? else { return Ok(()) };
    let no = partner_no(tx, &new.partner)?;
    let flow = Known::default().flow(tx, no, &new.flow)?;
    let reasons = serde_json::to_string(&new.reasons).expect("a list of strings always serialises");
    let sql =
        "INSERT INTO referrals (id, partner, flow, claim, reasons, binding, requested_by, requested_at, needed,
        expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    let NewReferral { claim, binding, requested_by, requested_at, needed, expires_at, .. } = new;
    let (at, until) = (micros(*requested_at), expires_at.map(micros));
    let columns = params![id, no, flow, claim.0, reasons, binding, requested_by, at, needed, until];
    tx.prepare_cached(sql).doing(REFERRING)?.execute(columns).map(drop).doing(REFERRING)
}

/// The id under which to ask; `None` when it waits already, or people decided.
fn unasked(tx: &Connection, id: &ReferralId) -> Result<Option<ReferralId>, StoreError> {
    let sql = "SELECT coalesce(outcome, 'open') FROM referrals WHERE id = ?1";
    let mut statement = tx.prepare_cached(sql).doing(REFERRING)?;
    let (mut asked, mut times) = (id.clone(), 1);
    loop {
        let word =
            statement.query_row([&asked], |row| row.get::<_, String>(0)).optional().doing(REFERRING)?;
        let Some(word) = word else { return Ok(Some(asked)) };
        if !matches!(Outcome::from_word(&word), Some(Outcome::Expired | Outcome::Overtaken)) {
            return Ok(None);
        }
        times += 1;
        asked = ReferralId(format!("{}-{times}", id.0));
    }
}

fn end(conn: &Connection, id: &ReferralId, outcome: Outcome, at: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE referrals SET outcome = ?2, outcome_at = ?3 WHERE id = ?1 AND outcome IS NULL";
    Ok(conn.execute(sql, params![id, outcome.word(), at]).doing("ending a referral")? == 1)
}

fn read(conn: &Connection, id: &ReferralId) -> Result<Referral, StoreError> {
    let sql = "SELECT referrals.*, partners.party, flows.name AS flow_name FROM referrals
        JOIN partners ON partners.no = referrals.partner JOIN flows ON flows.no = referrals.flow WHERE id = ?1";
    let mut statement = conn.prepare_cached(sql).doing(READING)?;
    let found = statement.query_row([id], referral).optional().doing(READING)?;
    let mut referral = found.ok_or_else(|| StoreError::NotFound { what: "referral", name: id.0.clone() })?;
    let sql = "SELECT * FROM approvals WHERE referral = ?1 ORDER BY at, person";
    let mut statement = conn.prepare_cached(sql).doing(READING)?;
    let rows = statement.query_map([id], |row| {
        let by: Option<String> = row.get("consent_by")?;
        let consent = by.zip(row.get("consent_reference")?).map(|(by, reference)| Consent { by, reference });
        Ok(Approval {
            person: row.get("person")?,
            office: row.get("office")?,
            approves: row.get("approves")?,
            note: row.get("note")?,
            consent,
            at: time(row, "at")?,
        })
    });
    referral.approvals = rows.doing(READING)?.collect::<Result<_, _>>().doing(READING)?;
    Ok(referral)
}

fn referral(row: &Row<'_>) -> rusqlite::Result<Referral> {
    let outcome: Option<String> = row.get("outcome")?;
    let outcome = outcome.and_then(|word| Outcome::from_word(&word)).zip(maybe_time(row, "outcome_at")?);
    let asked = NewReferral {
        id: row.get("id")?,
        partner: row.get("party")?,
        flow: row.get("flow_name")?,
        claim: ClaimNo(row.get("claim")?),
        reasons: serde_json::from_str(row.get_ref("reasons")?.as_str()?).unwrap_or_default(),
        binding: row.get("binding")?,
        requested_by: row.get("requested_by")?,
        requested_at: time(row, "requested_at")?,
        needed: row.get("needed")?,
        expires_at: maybe_time(row, "expires_at")?,
    };
    let item: Option<i64> = row.get("item")?;
    Ok(Referral { asked, approvals: Vec::new(), outcome, item: item.map(place::seq) })
}

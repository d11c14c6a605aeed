//! Partners: where they are, by which keys they are known, and how they are.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Exchange, PartyId, Seq, maybe_time, partner_no, time};
use crate::StoreError;
use crate::batch::micros;
use crate::error::Doing;

/// A partner of this node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partner {
    /// The party.
    pub party: PartyId,
    /// The number of its log: `ledger/partners/<n>/`. Never leaves the node.
    pub log: u32,
    /// What people call it.
    pub name: String,
    /// Where its node listens; `None` for one that only comes to us.
    pub endpoint: Option<String>,
    /// SHA-256 of the public keys (SubjectPublicKeyInfo) its certificates may have.
    pub pins: Vec<[u8; 32]>,
    /// When it was added.
    pub added_at: Timestamp,
}

/// What people change of a partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerEdit {
    /// The party.
    pub party: PartyId,
    /// What people call it.
    pub name: String,
    /// Where its node listens.
    pub endpoint: Option<String>,
    /// The keys its certificates may have: these and no others.
    pub pins: Vec<[u8; 32]>,
}

/// How a partner is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// When it was last heard of.
    pub last_seen: Option<Timestamp>,
    /// The last item on our wire to it.
    pub told: Seq,
    /// The last item it has acknowledged.
    pub acknowledged: Seq,
    /// When it acknowledged that.
    pub acknowledged_at: Option<Timestamp>,
    /// When the first item that it has not acknowledged was added: since then it lags.
    pub lags_since: Option<Timestamp>,
    /// Notices it has not answered.
    pub open_notices: u64,
}

const READING: &str = "reading partners";

impl Exchange {
    /// Adds a partner or changes what is known of it.
    pub fn put_partner(&self, edit: &PartnerEdit, now: Timestamp) -> Result<(), StoreError> {
        let doing = "keeping a partner";
        self.change(doing, |tx| {
            let PartnerEdit { party, name, endpoint, pins } = edit;
            let sql = "INSERT INTO partners (party, name, endpoint, added_at) VALUES (?1, ?2, ?3, ?4)
                ON CONFLICT (party) DO UPDATE SET name = excluded.name, endpoint = excluded.endpoint";
            tx.execute(sql, params![party, name, endpoint, micros(now)]).doing(doing)?;
            let no = partner_no(tx, party)?;
            tx.execute("DELETE FROM pins WHERE partner = ?1", [no]).doing(doing)?;
            for pin in pins {
                let sql = "INSERT OR IGNORE INTO pins VALUES (?1, ?2, ?3)";
                tx.execute(sql, params![no, pin, micros(now)]).doing(doing)?;
            }
            Ok(())
        })
    }

    /// All partners, by party.
    pub fn partners(&self) -> Result<Vec<Partner>, StoreError> {
        self.read(|conn| {
            let mut statement =
                conn.prepare_cached("SELECT * FROM partners ORDER BY party").doing(READING)?;
            let rows = statement.query_map([], partner).doing(READING)?;
            let mut partners: Vec<Partner> = rows.collect::<Result<_, _>>().doing(READING)?;
            partners.iter_mut().try_for_each(|partner| load_pins(conn, partner))?;
            Ok(partners)
        })
    }

    /// One partner.
    pub fn partner(&self, party: &PartyId) -> Result<Option<Partner>, StoreError> {
        self.one("SELECT * FROM partners WHERE party = ?1", |statement| statement.query_row([party], partner))
    }

    /// The partner whose certificates may have this public key. A key pinned for two partners names neither.
    pub fn partner_of_key(&self, spki: &[u8; 32]) -> Result<Option<Partner>, StoreError> {
        let sql = "SELECT partners.* FROM pins JOIN partners ON partners.no = partner WHERE spki = ?1
            AND (SELECT count(*) FROM pins AS others WHERE others.spki = ?1) = 1";
        self.one(sql, |statement| statement.query_row([spki], partner))
    }

    fn one(
        &self,
        sql: &'static str,
        query: impl FnOnce(&mut rusqlite::CachedStatement) -> rusqlite::Result<Partner>,
    ) -> Result<Option<Partner>, StoreError> {
        self.read(|conn| {
            let mut statement = conn.prepare_cached(sql).doing(READING)?;
            let Some(mut partner) = query(&mut statement).optional().doing(READING)? else { return Ok(None) };
            load_pins(conn, &mut partner)?;
            Ok(Some(partner))
        })
    }

    /// Notes that a partner was heard of.
    pub fn seen(&self, party: &PartyId, now: Timestamp) -> Result<(), StoreError> {
        let doing = "noting that a partner was heard of";
        self.change(doing, |tx| {
            let sql = "INSERT INTO health (partner, last_seen) VALUES (?1, ?2)
                ON CONFLICT DO UPDATE SET last_seen = max(coalesce(last_seen, ?2), ?2)";
            tx.execute(sql, params![partner_no(tx, party)?, micros(now)]).map(drop).doing(doing)
        })
    }

    /// Notes that a partner has everything up to an item. An earlier one than before changes nothing; one beyond the wire's end
    /// is refused.
    pub fn acknowledge(&self, party: &PartyId, seq: Seq, now: Timestamp) -> Result<(), StoreError> {
        let doing = "noting what a partner has";
        self.change(doing, |tx| {
            let no = partner_no(tx, party)?;
            let told = told(tx, no)?;
            if seq > told {
                let why = format!("it acknowledges item {seq}, but only {told} were told");
                return Err(StoreError::Unfit { what: "acknowledgement", why });
            }
            let sql = "INSERT INTO health (partner, last_seen, acknowledged, acknowledged_at) VALUES (?1, ?2, ?3, ?2)
                ON CONFLICT DO UPDATE SET last_seen = max(coalesce(last_seen, ?2), ?2),
                acknowledged_at = CASE WHEN ?3 > acknowledged THEN ?2 ELSE acknowledged_at END,
                acknowledged = max(acknowledged, ?3)";
            tx.execute(sql, params![no, micros(now), seq.0 as i64]).map(drop).doing(doing)
        })
    }

    /// How a partner is.
    pub fn health(&self, party: &PartyId) -> Result<Health, StoreError> {
        self.read(|conn| {
            let no = partner_no(conn, party)?;
            let sql = "SELECT last_seen, acknowledged, acknowledged_at FROM health WHERE partner = ?1";
            let mut statement = conn.prepare_cached(sql).doing(READING)?;
            let row = statement.query_row([no], |row| {
                Ok((
                    maybe_time(row, "last_seen")?,
                    row.get::<_, i64>(1)? as u64,
                    maybe_time(row, "acknowledged_at")?,
                ))
            });
            let (last_seen, acknowledged, acknowledged_at) =
                row.optional().doing(READING)?.unwrap_or((None, 0, None));
            let acknowledged = Seq(acknowledged);
            let mut statement = conn.prepare_cached("SELECT added FROM wire WHERE no = ?1").doing(READING)?;
            let next = super::place::row(no, acknowledged.next().0);
            let lags_since =
                statement.query_row([next], |row| time(row, "added")).optional().doing(READING)?;
            let open_notices = open_notices(conn, no)?;
            Ok(Health {
                last_seen,
                told: told(conn, no)?,
                acknowledged,
                acknowledged_at,
                lags_since,
                open_notices,
            })
        })
    }
}

fn partner(row: &Row<'_>) -> rusqlite::Result<Partner> {
    Ok(Partner {
        party: row.get("party")?,
        log: row.get("no")?,
        name: row.get("name")?,
        endpoint: row.get("endpoint")?,
        pins: Vec::new(),
        added_at: time(row, "added_at")?,
    })
}

fn load_pins(conn: &Connection, partner: &mut Partner) -> Result<(), StoreError> {
    let sql = "SELECT spki FROM pins WHERE partner = ?1 ORDER BY added_at, spki";
    let mut statement = conn.prepare_cached(sql).doing(READING)?;
    let rows = statement.query_map([partner.log], |row| row.get(0)).doing(READING)?;
    partner.pins = rows.collect::<Result<_, _>>().doing(READING)?;
    Ok(())
}

/// The last item on the wire to a partner.
pub(super) fn told(conn: &Connection, no: u32) -> Result<Seq, StoreError> {
    let mut statement = conn.prepare_cached("SELECT seq FROM ends WHERE partner = ?1").doing(READING)?;
    let seq = statement.query_row([no], |row| row.get::<_, i64>(0)).optional().doing(READING)?;
    Ok(Seq(seq.unwrap_or(0) as u64))
}

fn open_notices(conn: &Connection, no: u32) -> Result<u64, StoreError> {
    let sql = "SELECT count(*) FROM notices WHERE state = 'outstanding' AND no BETWEEN ?1 AND ?2";
    let mut statement = conn.prepare_cached(sql).doing(READING)?;
    let range = [super::place::row(no, 0), super::place::last(no)];
    statement.query_row(range, |row| row.get::<_, i64>(0)).doing(READING).map(|count| count as u64)
}

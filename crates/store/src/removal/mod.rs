//! Claims that no longer show, because who told them took them back or because they may be kept no longer.
//!
//! A claim is only ever added, and so is its removal: a batch of its own with a leaf of its own. From then on every view answers as
//! if the claim had never been told: what it said, the edges it asserted, the vertices only it spoke of, at every moment, "as of"
//! too. A claim that is **withdrawn** stays in the file for those who audit. Of one that is **erased** nothing stays but a
//! commitment without its salt: columns are blanked, and so are those of objects, aliases and values of which no claim that
//! stays tells (see `leaf.rs` for why the ledger still holds).
//!
//! ```text
//! claims ──edges──► vertices ──who else speaks of them──► audiences, counts anew ──erasing──► rows blanked ──► removals + leaf
//! ```

mod erasing;
mod speakers;

use std::collections::{BTreeMap, BTreeSet};

use entente_model::{ClaimNo, CompartmentNo, Object};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::audience::Member;
use crate::batch::{micros, timestamp};
use crate::commit::{Alias, BatchRow, Ends, Sheet, ends};
use crate::edges::{ByValue, StoredEdge};
use crate::error::Doing;
use crate::interned::{AudienceNo, Interned};
use crate::leaf::{Row, Salts};
use crate::names::{NameKey, names_of};
use crate::view::body;
use crate::{Store, StoreError};
use speakers::{Run, Speakers, runs_of};

/// How a claim was removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RemovalAct {
    /// It no longer shows.
    Withdrawn = 1,
    /// It is no longer there.
    Erased = 2,
}

/// Claims to be removed.
#[derive(Clone, Debug)]
pub struct Removal<'r> {
    /// Which. Those that were removed so before are passed over.
    pub claims: &'r [ClaimNo],
    /// How.
    pub act: RemovalAct,
    /// Why: the agreement, the notice, the law. It stays for ever, so it must not repeat what is removed.
    pub reason: &'r str,
    /// When.
    pub at: Timestamp,
    /// 32 fresh random bytes, as a batch has.
    pub salt: [u8; 32],
}

/// What came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// The batch that removed them; `None` when all had been removed so before.
    pub batch: Option<u64>,
    /// How many claims were.
    pub claims: u32,
    /// How many vertices no longer exist, since only they spoke of them.
    pub vertices: u32,
}

/// A removal as an auditor sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemovalRecord {
    /// Its number, from 0.
    pub no: u64,
    /// The claim.
    pub claim: ClaimNo,
    /// How it was removed.
    pub act: RemovalAct,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

const DOING: &str = "removing claims";

impl Store {
    /// Removes claims in one transaction, with a leaf in the ledger that says so. What was erased is wiped from the files by
    /// [`Store::scrub`], and from the text index when that has caught up and was scrubbed too.
    pub fn remove(&self, removal: &Removal) -> Result<Removed, StoreError> {
        let removed = self.writer().remove(removal)?;
        if removed.batch.is_some() {
            self.after.committed(removal.claims.len());
        }
        Ok(removed)
    }

    /// Wipes what was erased from the file's free pages and from its write-ahead log. It rewrites the file, so it is for a quiet hour;
    /// until then erased bytes may lie where only somebody who reads the disk finds them.
    pub fn scrub(&self) -> Result<(), StoreError> {
        self.settle();
        self.readers.close_idle();
        self.writer().scrub()
    }

    /// The removals from a number on, in order; `limit` at most.
    pub fn removals(&self, from: u64, limit: usize) -> Result<Vec<RemovalRecord>, StoreError> {
        let conn = self.readers.check_out()?;
        let sql = "SELECT no, claim, act,
            (SELECT reason FROM batches WHERE removals_end > removals.no ORDER BY batches.no LIMIT 1),
            (SELECT received_at FROM batches WHERE removals_end > removals.no ORDER BY batches.no LIMIT 1)
            FROM removals WHERE no >= ?1 ORDER BY no LIMIT ?2";
        let mut statement = conn.prepare_cached(sql).doing(DOING)?;
        let rows = statement.query_map(params![from as i64, limit as i64], |row| {
            let act = if row.get::<_, i64>(2)? == 2 { RemovalAct::Erased } else { RemovalAct::Withdrawn };
            let (no, claim) = (row.get::<_, i64>(0)? as u64, ClaimNo(row.get(1)?));
            let reason = row.get::<_, Option<String>>(3)?.unwrap_or_default();
            let at = timestamp("batches", row.get(4)?);
            Ok(at.map(|at| RemovalRecord { no, claim, act, reason, at }))
        });
        rows.doing(DOING)?.map(|record| record.doing(DOING)?).collect()
    }

    /// The claims that were removed by the removals from a number on.
    pub fn removed_claims(&self, from: u64) -> Result<Vec<ClaimNo>, StoreError> {
        let conn = self.readers.check_out()?;
        let mut statement = conn.prepare_cached("SELECT claim FROM removals WHERE no >= ?1").doing(DOING)?;
        let rows = statement.query_map([from as i64], |row| row.get(0).map(ClaimNo)).doing(DOING)?;
        rows.collect::<Result<_, _>>().doing(DOING)
    }

    /// What a withdrawn claim had told, for auditors; `None` when it was erased, or shows.
    pub fn withdrawn(&self, claim: ClaimNo) -> Result<Option<Object>, StoreError> {
        let conn = self.readers.check_out()?;
        let sql = "SELECT body FROM claims WHERE no = ?1 AND salt <> x''
            AND EXISTS (SELECT 1 FROM removals WHERE claim = claims.no)";
        let mut statement = conn.prepare_cached(sql).doing(DOING)?;
        let found = statement.query_row([claim.0], |row| Ok(body(row.get_ref(0)?.as_blob()?)));
        found.optional().doing(DOING)?.transpose()
    }
}

/// A claim to be removed.
struct Gone {
    object: u32,
    compartment: CompartmentNo,
    /// Whether it shows until now.
    shows: bool,
    body: Vec<u8>,
    salt: Vec<u8>,
}

/// Removes claims. The transaction is the caller's to commit.
pub(crate) fn remove(
    conn: &Connection,
    names: &mut Interned,
    removal: &Removal,
) -> Result<Removed, StoreError> {
    let before = ends(conn)?;
    let gone = gone(conn, removal, &before)?;
    if gone.is_empty() {
        return Ok(Removed::default());
    }
    // A record that is known is not read again, and what it told would stay away; nor may a digest of it be left.
    conn.execute("DELETE FROM fingerprints", []).doing(DOING)?;
    let runs = runs_of(conn, &gone)?;
    let speakers = Speakers::find(conn, &gone, &runs, removal.act)?;
    let audiences = names.reach().audiences;
    let mut removing = Removing { conn, names, gone, runs, speakers, traces: Traces::default(), vertices: 0 };
    removing.heads()?;
    removing.names()?;
    removing.counts()?;
    removing.audiences()?;
    if removal.act == RemovalAct::Erased {
        removing.erase()?;
    }
    removing.record(removal, &before, audiences)
}

/// The claims that were not removed so before.
fn gone(conn: &Connection, removal: &Removal, before: &Ends) -> Result<BTreeMap<u32, Gone>, StoreError> {
    let sql = "SELECT object, compartment, body, salt,
        (SELECT max(act) FROM removals WHERE claim = claims.no) FROM claims WHERE no = ?1";
    let mut statement = conn.prepare_cached(sql).doing(DOING)?;
    let mut gone = BTreeMap::new();
    for ClaimNo(claim) in removal.claims {
        if *claim == 0 || *claim >= before.claims {
            return Err(StoreError::NotFound { what: "claim", name: claim.to_string() });
        }
        let (found, act) = statement
            .query_row([claim], |row| {
                let (object, compartment) = (row.get(0)?, CompartmentNo(row.get(1)?));
                let act: Option<i64> = row.get(4)?;
                let (body, salt) = (row.get(2)?, row.get(3)?);
                Ok((Gone { object, compartment, shows: act.is_none(), body, salt }, act.unwrap_or(0)))
            })
            .doing(DOING)?;
        if act < removal.act as i64 {
            gone.insert(*claim, found);
        }
    }
    Ok(gone)
}

/// What a removal leaves in the log beside itself.
#[derive(Default)]
struct Traces {
    /// Rows that were erased: their table, their number, their commitment.
    erased: Vec<(Row, u64, [u8; 32])>,
    /// What claims that stay still say, where the row that said so went.
    aliases: Vec<Alias>,
    late_values: Vec<(u32, Vec<u8>)>,
}

struct Removing<'r> {
    conn: &'r Connection,
    names: &'r mut Interned,
    gone: BTreeMap<u32, Gone>,
    /// The runs of edges that hold edges of these claims.
    runs: Vec<Run>,
    speakers: Speakers,
    traces: Traces,
    /// Vertices that nobody speaks of any more.
    vertices: u32,
}

impl Removing<'_> {
    fn execute(&self, sql: &'static str, columns: impl rusqlite::Params) -> Result<usize, StoreError> {
        self.conn.prepare_cached(sql).doing(DOING)?.execute(columns).doing(DOING)
    }

    /// Takes the heads away: what is compared with, and shown, is not there any more.
    fn heads(&self) -> Result<(), StoreError> {
        for (claim, gone) in self.gone.iter().filter(|(_, gone)| gone.shows) {
            self.execute(
                "DELETE FROM versions WHERE object = ?1 AND claim = ?2",
                params![gone.object, claim],
            )?;
        }
        Ok(())
    }

    /// Takes away the names that no other claim about the object, that shows, calls it by.
    fn names(&self) -> Result<(), StoreError> {
        let mut of_objects: BTreeMap<u32, BTreeSet<NameKey>> = BTreeMap::new();
        for gone in self.gone.values().filter(|gone| gone.shows) {
            of_objects.entry(gone.object).or_default().extend(names_of(&body(&gone.body)?));
        }
        for (object, mut keys) in of_objects {
            for word in self.speakers.about(object).filter(|word| word.shows) {
                if keys.is_empty() {
                    break;
                }
                let kept = names_of(&self.object_of(word.claim)?);
                kept.iter().for_each(|key| {
                    keys.remove(key);
                });
            }
            for key in keys {
                self.execute("DELETE FROM names WHERE key = ?1 AND object = ?2", params![key, object])?;
            }
        }
        Ok(())
    }

    /// The object as a claim that stays tells it.
    fn object_of(&self, claim: u32) -> Result<Object, StoreError> {
        let mut statement = self.conn.prepare_cached("SELECT body FROM claims WHERE no = ?1").doing(DOING)?;
        statement.query_row([claim], |row| Ok(body(row.get_ref(0)?.as_blob()?))).doing(DOING)?
    }

    fn counts(&self) -> Result<(), StoreError> {
        for gone in self.gone.values().filter(|gone| gone.shows) {
            let sql = "UPDATE claim_counts SET claims = claims - 1 WHERE compartment = ?1";
            self.execute(sql, [gone.compartment.0])?;
        }
        Ok(())
    }

    /// Plays the claims that show again, for each vertex of which the removed ones spoke.
    fn audiences(&mut self) -> Result<(), StoreError> {
        for vertex in self.speakers.vertices() {
            let sql = "SELECT kind, first_claim, coalesce((SELECT audience FROM later_audiences
                WHERE object = ?1 ORDER BY since DESC LIMIT 1), audience) FROM objects WHERE no = ?1";
            let (kind, first, stored): (u16, u32, AudienceNo) = {
                let mut statement = self.conn.prepare_cached(sql).doing(DOING)?;
                let row = statement.query_row([vertex], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
                row.doing(DOING)?
            };
            let (begins, later) = self.replay(vertex, first)?;
            self.execute("UPDATE objects SET audience = ?2 WHERE no = ?1", params![vertex, begins])?;
            self.execute("DELETE FROM later_audiences WHERE object = ?1", [vertex])?;
            for (since, audience) in &later {
                let columns = params![vertex, since, audience];
                self.execute("INSERT INTO later_audiences VALUES (?1, ?2, ?3)", columns)?;
            }
            let audience = later.last_key_value().map_or(begins, |(_, audience)| *audience);
            if audience == stored {
                continue;
            }
            self.vertices += u32::from(audience == 0);
            for (audience, change) in [(stored, -1), (audience, 1)] {
                let sql = "INSERT INTO object_counts VALUES (?1, ?2, ?3)
                    ON CONFLICT DO UPDATE SET objects = objects + excluded.objects";
                self.execute(sql, params![audience, kind, change])?;
            }
        }
        Ok(())
    }

    /// The audience of a vertex by its first claim, if that still shows, and from later claims on, as commits would have made them.
    fn replay(
        &mut self,
        vertex: u32,
        first: u32,
    ) -> Result<(AudienceNo, BTreeMap<u32, AudienceNo>), StoreError> {
        let (mut begins, mut later, mut audience) = (0, BTreeMap::new(), 0);
        for word in self.speakers.of(vertex).iter().filter(|word| word.shows) {
            let member = Member { compartment: word.compartment, told: word.told };
            let wider = self.names.widen(audience, member)?;
            if wider != audience {
                audience = wider;
                match word.claim == first {
                    true => begins = wider,
                    false => drop(later.insert(word.claim, wider)),
                }
            }
        }
        Ok((begins, later))
    }

    /// Writes what is left of it all: the removals, the commitments, and the batch with its leaf.
    fn record(self, removal: &Removal, before: &Ends, audiences: usize) -> Result<Removed, StoreError> {
        for (no, audience) in (audiences..).zip(self.names.audiences_from(audiences)) {
            self.execute("INSERT INTO audiences VALUES (?1, ?2)", params![no as i64, audience.to_bytes()])?;
        }
        let mut sheet = Sheet::new(self.conn, Salts(&removal.salt));
        sheet.aliases(before.aliases, &self.traces.aliases)?;
        sheet.late_values(before.values, &self.traces.late_values)?;
        let claims: Vec<_> = self.gone.iter().map(|(claim, gone)| (*claim, gone.object)).collect();
        sheet.removals(before.removals, &claims, removal.act as i64)?;
        sheet.erased(before.erased, &self.traces.erased)?;
        let ends = Ends {
            batch: before.batch + 1,
            aliases: before.aliases + self.traces.aliases.len() as u64,
            values: before.values + self.traces.late_values.len() as u64,
            removals: before.removals + claims.len() as u64,
            erased: before.erased + self.traces.erased.len() as u64,
            ..*before
        };
        let (received_at, reason) = (micros(removal.at), Some(removal.reason));
        sheet.batch(
            &BatchRow { source: "", agreement: None, case: None, received_at, reason },
            before,
            &ends,
        )?;
        Ok(Removed { batch: Some(before.batch), claims: claims.len() as u32, vertices: self.vertices })
    }
}

/// Edges with their claim among these.
fn is_of(edge: &(StoredEdge, ByValue), gone: &BTreeMap<u32, Gone>) -> bool {
    gone.contains_key(&edge.0.claim.0)
}

//! Who else speaks of the vertices that removed claims spoke of.

use std::collections::{BTreeMap, BTreeSet};

use entente_model::{ClaimNo, CompartmentNo};
use rusqlite::{Connection, params};

use super::{DOING, Gone, RemovalAct, is_of};
use crate::StoreError;
use crate::audience::Told;
use crate::edges::{ByValue, StoredEdge, unpack};
use crate::error::Doing;

/// A run of edges as it is stored.
pub(super) struct Run {
    pub(super) first: u32,
    pub(super) edges: Vec<(StoredEdge, ByValue)>,
}

/// What one claim tells of a vertex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Word {
    pub(super) claim: u32,
    pub(super) told: Told,
    pub(super) compartment: CompartmentNo,
    /// Whether it shows; one that was withdrawn does not, and stays.
    pub(super) shows: bool,
}

/// The words of the claims that stay, by vertex, in the order of the claims.
pub(super) struct Speakers(BTreeMap<u32, Vec<Word>>);

/// The runs that hold edges of these claims.
pub(super) fn runs_of(conn: &Connection, gone: &BTreeMap<u32, Gone>) -> Result<Vec<Run>, StoreError> {
    let sql = "SELECT first_claim, last_claim, data FROM edges WHERE first_claim <= ?1 ORDER BY first_claim DESC LIMIT 1";
    let mut statement = conn.prepare_cached(sql).doing(DOING)?;
    let mut runs: Vec<Run> = Vec::new();
    let mut last_seen = 0;
    for claim in gone.keys().filter(|claim| **claim > 0) {
        if *claim <= last_seen {
            continue;
        }
        let mut rows = statement.query([claim]).doing(DOING)?;
        let Some(row) = rows.next().doing(DOING)? else { continue };
        let (first, last): (u32, u32) = (row.get(0).doing(DOING)?, row.get(1).doing(DOING)?);
        if last >= *claim {
            let data: Vec<u8> = row.get(2).doing(DOING)?;
            runs.push(Run { first, edges: unpacked(first, &data)? });
            last_seen = last;
        }
    }
    Ok(runs)
}

fn unpacked(first: u32, data: &[u8]) -> Result<Vec<(StoredEdge, ByValue)>, StoreError> {
    let mut edges = Vec::new();
    unpack(ClaimNo(first), data, |edge, by_value| edges.push((edge, by_value)))?;
    Ok(edges)
}

impl Speakers {
    /// Finds them: the claims about each vertex by their heads, those that mention it by one sweep over the edges.
    pub(super) fn find(
        conn: &Connection,
        gone: &BTreeMap<u32, Gone>,
        runs: &[Run],
        act: RemovalAct,
    ) -> Result<Speakers, StoreError> {
        let mut vertices: BTreeSet<u32> = gone.values().map(|gone| gone.object).collect();
        for edge in runs.iter().flat_map(|run| &run.edges).filter(|edge| is_of(edge, gone)) {
            vertices.extend([edge.0.source.0, edge.0.target.0]);
        }
        let mut finding = Finding { conn, gone, act, withdrawn: withdrawn(conn)?, found: BTreeMap::new() };
        finding.found.extend(vertices.into_iter().map(|vertex| (vertex, Vec::new())));
        finding.about()?;
        finding.mentioning()?;
        let mut found = finding.found;
        found.values_mut().for_each(|words| {
            words.sort_unstable();
            words.dedup();
        });
        Ok(Speakers(found))
    }

    pub(super) fn vertices(&self) -> Vec<u32> {
        self.0.keys().copied().collect()
    }

    pub(super) fn of(&self, vertex: u32) -> &[Word] {
        self.0.get(&vertex).map_or(&[], Vec::as_slice)
    }

    /// The words of claims about a vertex.
    pub(super) fn about(&self, vertex: u32) -> impl Iterator<Item = &Word> {
        self.of(vertex).iter().filter(|word| word.told == Told::Whole)
    }
}

struct Finding<'f> {
    conn: &'f Connection,
    gone: &'f BTreeMap<u32, Gone>,
    act: RemovalAct,
    /// Claims withdrawn before.
    withdrawn: BTreeSet<u32>,
    found: BTreeMap<u32, Vec<Word>>,
}

impl Finding<'_> {
    /// A word of a claim, unless that goes.
    fn word(&self, claim: u32, told: Told, compartment: CompartmentNo) -> Option<Word> {
        let goes = self.gone.contains_key(&claim);
        let stays = !goes || self.act == RemovalAct::Withdrawn;
        stays.then_some(Word { claim, told, compartment, shows: !goes && !self.withdrawn.contains(&claim) })
    }

    fn about(&mut self) -> Result<(), StoreError> {
        // Those that show have a head; of the others the removals know what they were about.
        let sql = "SELECT claim, compartment FROM versions WHERE object = ?1
            UNION SELECT claims.no, compartment FROM removals JOIN claims ON claims.no = claim
            WHERE removals.object = ?1 AND salt <> x''";
        let mut statement = self.conn.prepare_cached(sql).doing(DOING)?;
        for vertex in self.found.keys().copied().collect::<Vec<_>>() {
            let mut rows = statement.query([vertex]).doing(DOING)?;
            while let Some(row) = rows.next().doing(DOING)? {
                let (claim, compartment) =
                    (row.get(0).doing(DOING)?, CompartmentNo(row.get(1).doing(DOING)?));
                self.put(vertex, claim, Told::Whole, compartment);
            }
        }
        // The heads of those that are withdrawn now were taken just now, or are about to be.
        for (claim, gone) in self.gone {
            self.put(gone.object, *claim, Told::Whole, gone.compartment);
        }
        Ok(())
    }

    fn mentioning(&mut self) -> Result<(), StoreError> {
        let Some(first) = self.first_spoken()? else { return Ok(()) };
        let sql = "SELECT first_claim, data FROM edges WHERE last_claim >= ?1 ORDER BY first_claim";
        let mut statement = self.conn.prepare_cached(sql).doing(DOING)?;
        let mut rows = statement.query(params![first]).doing(DOING)?;
        while let Some(row) = rows.next().doing(DOING)? {
            let data: Vec<u8> = row.get(1).doing(DOING)?;
            for (edge, by_value) in unpacked(row.get(0).doing(DOING)?, &data)? {
                for (end, by_value) in [(edge.source.0, by_value.source), (edge.target.0, by_value.target)] {
                    // An end that is the claim's own object adds nothing to its being about it.
                    let told = if by_value { Told::Value } else { Told::Id };
                    self.put(end, edge.claim.0, told, edge.compartment);
                }
            }
        }
        Ok(())
    }

    fn put(&mut self, vertex: u32, claim: u32, told: Told, compartment: CompartmentNo) {
        let word = self.word(claim, told, compartment);
        if let (Some(words), Some(word)) = (self.found.get_mut(&vertex), word) {
            words.push(word);
        }
    }

    /// The first claim that ever spoke of any of the vertices.
    fn first_spoken(&self) -> Result<Option<u32>, StoreError> {
        let mut statement =
            self.conn.prepare_cached("SELECT first_claim FROM objects WHERE no = ?1").doing(DOING)?;
        let mut first = None;
        for vertex in self.found.keys() {
            let claim: u32 = statement.query_row([vertex], |row| row.get(0)).doing(DOING)?;
            first = Some(first.map_or(claim, |first: u32| first.min(claim)));
        }
        Ok(first)
    }
}

fn withdrawn(conn: &Connection) -> Result<BTreeSet<u32>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT claim FROM removals WHERE act = 1").doing(DOING)?;
    let rows = statement.query_map([], |row| row.get(0)).doing(DOING)?;
    rows.collect::<Result<_, _>>().doing(DOING)
}

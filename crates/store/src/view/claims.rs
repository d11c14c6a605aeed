//! Who says what: the claims about a vertex, those that mention it, and what was added since.

use std::sync::Arc;

use entente_model::{ClaimNo, Compartment, CompartmentNo, Object, VertexNo};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use super::{READING, View};
use crate::StoreError;
use crate::audience::Told;
use crate::batch::timestamp;
use crate::edges::unpack;
use crate::error::Doing;

/// One claim: source S says object O under handling H, received at T.
#[derive(Clone, Debug)]
pub struct ClaimRecord {
    /// Its number.
    pub no: ClaimNo,
    /// What it is about.
    pub vertex: VertexNo,
    /// The number of its compartment.
    pub compartment_no: CompartmentNo,
    /// Whose word it is and how it may be handled.
    pub compartment: Arc<Compartment>,
    /// When it was received.
    pub received_at: Timestamp,
    /// The object's own `modified`; observables have none.
    pub modified: Option<Timestamp>,
    /// True when the claim withdraws the object.
    pub revoked: bool,
    /// True when its teller has said nothing newer about the object that the viewer may see.
    pub current: bool,
    /// What a person calls the object, by this claim.
    pub label: Option<String>,
}

/// A claim by number and the vertex it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The claim.
    pub claim: ClaimNo,
    /// What it is about.
    pub vertex: VertexNo,
}

/// The head of a claim that the viewer may see.
#[derive(Clone, Debug)]
pub(super) struct Version {
    pub(super) claim: u32,
    pub(super) compartment: CompartmentNo,
    pub(super) revoked: bool,
    pub(super) modified: Option<i64>,
    pub(super) first_seen: Option<i64>,
    pub(super) last_seen: Option<i64>,
    pub(super) label: Option<String>,
    pub(super) current: bool,
}

impl Version {
    /// Versions of one object compare by its own time, then by when they were heard.
    pub(super) fn age(&self) -> (Option<i64>, u32) {
        (self.modified, self.claim)
    }
}

impl View<'_> {
    /// Every claim about a vertex, history too, in the order they were told.
    pub fn claims_of(&self, vertex: VertexNo) -> Result<Vec<ClaimRecord>, StoreError> {
        let versions = self.versions(vertex)?;
        versions.into_iter().map(|version| self.record(vertex, version)).collect()
    }

    /// One claim.
    pub fn claim(&self, claim: ClaimNo) -> Result<Option<ClaimRecord>, StoreError> {
        let Some(vertex) = self.vertex_of_claim(claim)? else { return Ok(None) };
        let versions = self.versions(vertex)?;
        let version = versions.into_iter().find(|version| version.claim == claim.0);
        version.map(|version| self.record(vertex, version)).transpose()
    }

    /// Under which rights a claim was told.
    pub fn compartment_of(&self, claim: ClaimNo) -> Result<Option<Arc<Compartment>>, StoreError> {
        let sql = "SELECT compartment FROM claims WHERE no = ?1 AND no < ?2
            AND NOT EXISTS (SELECT 1 FROM removals WHERE claim = claims.no)";
        let mut statement = self.statement(sql)?;
        let no = statement.query_row([claim.0, self.end], |row| row.get(0).map(CompartmentNo));
        match no.optional().doing(READING)?.filter(|no| self.may_see(*no)) {
            Some(no) => Ok(Some(self.names(|names| names.compartment(no).cloned())?)),
            None => Ok(None),
        }
    }

    /// The object as a claim tells it.
    pub fn claimed(&self, claim: ClaimNo) -> Result<Option<Object>, StoreError> {
        let mut statement = self.statement(
            "SELECT compartment, body FROM claims WHERE no = ?1 AND no < ?2
                AND NOT EXISTS (SELECT 1 FROM removals WHERE claim = claims.no)",
        )?;
        let row = statement.query_row([claim.0, self.end], |row| {
            Ok((CompartmentNo(row.get(0)?), body(row.get_ref(1)?.as_blob()?)))
        });
        match row.optional().doing(READING)? {
            Some((compartment, object)) if self.may_see(compartment) => object.map(Some),
            _ => Ok(None),
        }
    }

    /// Claims that mention a vertex without being about it, newest first: those with an edge to or from it. Reads packed
    /// edges backwards until `limit` are found; the graph answers the same faster for all that it holds.
    pub fn claims_mentioning(
        &self,
        vertex: VertexNo,
        before: Option<ClaimNo>,
        limit: usize,
    ) -> Result<Vec<Change>, StoreError> {
        if self.seen(vertex)?.is_none() {
            return Ok(Vec::new());
        }
        let end = before.map_or(self.end, |before| before.0.min(self.end));
        let sql = "SELECT first_claim, data FROM edges WHERE first_claim < ?1
            AND last_claim >= (SELECT first_claim FROM objects WHERE no = ?2) ORDER BY first_claim DESC";
        let mut statement = self.statement(sql)?;
        let mut rows = statement.query([end, vertex.0]).doing(READING)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().doing(READING)? {
            let mut run = Vec::new();
            let first = ClaimNo(row.get(0).doing(READING)?);
            let data = row
                .get_ref(1)
                .doing(READING)?
                .as_blob()
                .map_err(|_| StoreError::damaged("edges", "no bytes"))?;
            unpack(first, data, |edge, _| {
                let speaks_of = edge.source == vertex || edge.target == vertex;
                if speaks_of && edge.claim.0 < end && self.may_see(edge.compartment) {
                    run.push(edge.claim);
                }
            })?;
            run.dedup();
            for claim in run.into_iter().rev() {
                match self.vertex_of_claim(claim)? {
                    Some(about) if about != vertex => found.push(Change { claim, vertex: about }),
                    _ => {}
                }
                if found.len() == limit {
                    return Ok(found);
                }
            }
        }
        Ok(found)
    }

    /// Claims after `since` that the viewer may see, in order; `limit` at most.
    pub fn changes_since(&self, since: ClaimNo, limit: usize) -> Result<Vec<Change>, StoreError> {
        let sql = "SELECT no, object, compartment FROM claims WHERE no > ?1 AND no < ?2
            AND NOT EXISTS (SELECT 1 FROM removals WHERE claim = claims.no) ORDER BY no";
        let mut statement = self.statement(sql)?;
        let mut rows = statement.query([since.0, self.end]).doing(READING)?;
        let mut changes = Vec::new();
        while changes.len() < limit
            && let Some(row) = rows.next().doing(READING)?
        {
            let (claim, vertex, compartment) = columns(row).doing(READING)?;
            if self.may_see(compartment) {
                changes.push(Change { claim, vertex });
            }
        }
        Ok(changes)
    }

    /// The vertex a claim is about and the other current claims about it, when the claim is current itself.
    pub(crate) fn current_claim(
        &self,
        claim: ClaimNo,
    ) -> Result<Option<(VertexNo, Vec<ClaimNo>)>, StoreError> {
        let Some(vertex) = self.vertex_of_claim(claim)? else { return Ok(None) };
        let versions = self.versions(vertex)?;
        let current = versions.iter().filter(|version| version.current).map(|version| ClaimNo(version.claim));
        let (own, others): (Vec<_>, Vec<_>) = current.partition(|other| *other == claim);
        Ok((!own.is_empty()).then_some((vertex, others)))
    }

    /// Whether the viewer knows a vertex by its value, and by no claim about it.
    pub(crate) fn is_only_a_value(&self, vertex: VertexNo) -> Result<bool, StoreError> {
        Ok(self.seen(vertex)?.is_some_and(|seen| seen.told == Told::Value))
    }

    /// What a claim is about.
    pub fn vertex_of_claim(&self, claim: ClaimNo) -> Result<Option<VertexNo>, StoreError> {
        let sql = "SELECT no, object, compartment FROM claims WHERE no = ?1 AND no < ?2
            AND NOT EXISTS (SELECT 1 FROM removals WHERE claim = claims.no)";
        let mut statement = self.statement(sql)?;
        let row = statement.query_row([claim.0, self.end], columns).optional().doing(READING)?;
        Ok(row.filter(|(_, _, compartment)| self.may_see(*compartment)).map(|(_, vertex, _)| vertex))
    }

    /// The heads of the claims about a vertex that the viewer may see, in the order they were told.
    pub(super) fn versions(&self, vertex: VertexNo) -> Result<Vec<Version>, StoreError> {
        let sql = "SELECT claim, compartment, revoked, modified, first_seen, last_seen, label FROM versions
            WHERE object = ?1 AND claim < ?2 ORDER BY claim";
        let mut statement = self.statement(sql)?;
        let rows = statement.query_map(params![vertex.0, self.end], |row| {
            Ok(Version {
                claim: row.get(0)?,
                compartment: CompartmentNo(row.get(1)?),
                revoked: row.get(2)?,
                modified: row.get(3)?,
                first_seen: row.get(4)?,
                last_seen: row.get(5)?,
                label: row.get(6)?,
                current: false,
            })
        });
        let mut versions = Vec::new();
        for version in rows.doing(READING)? {
            let version = version.doing(READING)?;
            if self.may_see(version.compartment) {
                versions.push(version);
            }
        }
        self.mark_current(&mut versions)?;
        Ok(versions)
    }

    /// Marks the newest version of each teller.
    pub(super) fn mark_current(&self, versions: &mut [Version]) -> Result<(), StoreError> {
        let mut newest: Vec<(u32, usize)> = Vec::new();
        for (index, version) in versions.iter().enumerate() {
            let teller = self.names(|names| names.teller(version.compartment))?;
            match newest.iter_mut().find(|(known, _)| *known == teller) {
                Some((_, best)) if versions[*best].age() < version.age() => *best = index,
                Some(_) => {}
                None => newest.push((teller, index)),
            }
        }
        newest.iter().for_each(|(_, index)| versions[*index].current = true);
        Ok(())
    }

    fn record(&self, vertex: VertexNo, version: Version) -> Result<ClaimRecord, StoreError> {
        let compartment = self.names(|names| names.compartment(version.compartment).cloned())?;
        Ok(ClaimRecord {
            no: ClaimNo(version.claim),
            vertex,
            compartment_no: version.compartment,
            compartment,
            received_at: self.received_at(version.claim)?,
            modified: version.modified.map(|micros| timestamp("versions", micros)).transpose()?,
            revoked: version.revoked,
            current: version.current,
            label: version.label,
        })
    }

    fn received_at(&self, claim: u32) -> Result<Timestamp, StoreError> {
        let sql = "SELECT received_at FROM batches WHERE claims_end > ?1 ORDER BY claims_end, no LIMIT 1";
        let micros = self.statement(sql)?.query_row([claim], |row| row.get(0)).doing(READING)?;
        timestamp("batches", micros)
    }
}

/// The newest of some versions: what is shown as the object itself.
pub(super) fn newest(versions: &[Version]) -> Option<&Version> {
    versions.iter().max_by_key(|version| version.age())
}

pub(crate) fn body(bytes: &[u8]) -> Result<Object, StoreError> {
    let damaged = |what: String| StoreError::damaged("claims", what);
    let value =
        serde_json::from_slice(bytes).map_err(|error| damaged(format!("a body is no JSON: {error}")))?;
    Object::from_json(value).map_err(|error| damaged(format!("a body is no object: {error}")))
}

fn columns(row: &Row) -> rusqlite::Result<(ClaimNo, VertexNo, CompartmentNo)> {
    Ok((ClaimNo(row.get(0)?), VertexNo(row.get(1)?), CompartmentNo(row.get(2)?)))
}

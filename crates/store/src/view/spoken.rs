//! Claims in order, each with all that has to be known to decide about telling it: one query for a stretch of them.

use std::sync::{Arc, OnceLock};

use entente_model::{ClaimNo, Compartment, CompartmentNo, Object, VertexNo};
use jiff::Timestamp;
use rusqlite::Row;

use super::claims::{Version, body};
use super::{READING, View};
use crate::StoreError;
use crate::batch::timestamp;
use crate::error::Doing;

/// The head of a claim.
#[derive(Clone, Debug)]
pub struct Head {
    /// Its number.
    pub no: ClaimNo,
    /// The number of its compartment.
    pub compartment_no: CompartmentNo,
    /// Whose word it is and how it may be handled.
    pub compartment: Arc<Compartment>,
    /// The object's own `modified`; observables have none.
    pub modified: Option<Timestamp>,
    /// True when the claim withdraws the object.
    pub revoked: bool,
    /// True when its teller has said nothing newer about the object.
    pub current: bool,
}

/// A claim of a stretch.
#[derive(Debug)]
pub struct Spoken {
    /// What it is about.
    pub vertex: VertexNo,
    /// The heads of all claims about that, in the order they were told.
    pub heads: Vec<Head>,
    own: usize,
    body: Vec<u8>,
    object: OnceLock<Object>,
}

/// A stretch of the log.
#[derive(Debug)]
pub struct Stretch {
    /// The claims that show.
    pub claims: Vec<Spoken>,
    /// The last claim that was looked at.
    pub last: ClaimNo,
}

impl Spoken {
    /// The head of the claim itself.
    pub fn head(&self) -> &Head {
        &self.heads[self.own]
    }

    /// The object as the claim tells it; read once, however many ask.
    pub fn object(&self) -> Result<&Object, StoreError> {
        if let Some(object) = self.object.get() {
            return Ok(object);
        }
        let object = body(&self.body)?;
        Ok(self.object.get_or_init(|| object))
    }
}

impl View<'_> {
    /// Claims after `since` that the viewer may see, in order, until there are `claims` of them or their bodies have `bytes`; at
    /// least one when there is one. `None` when nothing follows.
    pub fn stretch(
        &self,
        since: ClaimNo,
        claims: usize,
        bytes: usize,
    ) -> Result<Option<Stretch>, StoreError> {
        let sql = "SELECT c.no, c.object, c.body, v.claim, v.compartment, v.revoked, v.modified
            FROM claims c LEFT JOIN versions v ON v.object = c.object AND v.claim < ?2
            WHERE c.no > ?1 AND c.no < ?2 ORDER BY c.no, v.claim";
        let mut statement = self.statement(sql)?;
        let mut rows = statement.query([since.0, self.end]).doing(READING)?;
        let (mut stretch, mut size) = (Stretch { claims: Vec::new(), last: since }, 0);
        let mut reading = Reading::default();
        loop {
            let row = rows.next().doing(READING)?;
            let no = row.map(|row| row.get(0)).transpose().doing(READING)?.map(ClaimNo);
            let begun = reading.claim.map(|(no, _)| no);
            if no != begun {
                stretch.last = begun.unwrap_or(stretch.last);
                let ready = std::mem::take(&mut reading);
                if let Some(spoken) = self.spoken(ready)? {
                    size += spoken.body.len();
                    stretch.claims.push(spoken);
                }
                if stretch.claims.len() >= claims || (size >= bytes && !stretch.claims.is_empty()) {
                    break;
                }
            }
            let Some(row) = row else { break };
            reading.add(row).doing(READING)?;
        }
        Ok((stretch.last != since).then_some(stretch))
    }

    /// The heads of all claims about a vertex that the viewer may see, in the order they were told.
    pub fn heads(&self, vertex: VertexNo) -> Result<Vec<Head>, StoreError> {
        self.versions(vertex)?.into_iter().map(|version| self.head(version)).collect()
    }

    /// One claim with all that has to be known to decide about it; `None` when it does not show.
    pub fn spoken_of(&self, claim: ClaimNo) -> Result<Option<Spoken>, StoreError> {
        let stretch = match claim.0.checked_sub(1) {
            Some(before) => self.stretch(ClaimNo(before), 1, 0)?,
            None => None,
        };
        let found = stretch.and_then(|stretch| stretch.claims.into_iter().next());
        Ok(found.filter(|spoken| spoken.head().no == claim))
    }

    fn spoken(&self, reading: Reading) -> Result<Option<Spoken>, StoreError> {
        let Reading { claim, body, mut versions } = reading;
        let Some((claim, vertex)) = claim else { return Ok(None) };
        versions.retain(|version| self.may_see(version.compartment));
        self.mark_current(&mut versions)?;
        // A claim without a head was removed, or is not for the viewer.
        let own = versions.iter().position(|version| ClaimNo(version.claim) == claim);
        let Some(own) = own else { return Ok(None) };
        let heads = versions.into_iter().map(|version| self.head(version)).collect::<Result<_, _>>()?;
        Ok(Some(Spoken { vertex, heads, own, body, object: OnceLock::new() }))
    }

    fn head(&self, version: Version) -> Result<Head, StoreError> {
        Ok(Head {
            no: ClaimNo(version.claim),
            compartment_no: version.compartment,
            compartment: self.names(|names| names.compartment(version.compartment).cloned())?,
            modified: version.modified.map(|micros| timestamp("versions", micros)).transpose()?,
            revoked: version.revoked,
            current: version.current,
        })
    }
}

/// The rows of one claim, as they come.
#[derive(Default)]
struct Reading {
    claim: Option<(ClaimNo, VertexNo)>,
    body: Vec<u8>,
    versions: Vec<Version>,
}

impl Reading {
    fn add(&mut self, row: &Row<'_>) -> rusqlite::Result<()> {
        if self.claim.is_none() {
            self.claim = Some((ClaimNo(row.get(0)?), VertexNo(row.get(1)?)));
            self.body = row.get(2)?;
        }
        let Some(claim) = row.get(3)? else { return Ok(()) };
        self.versions.push(Version {
            claim,
            compartment: CompartmentNo(row.get(4)?),
            revoked: row.get(5)?,
            modified: row.get(6)?,
            first_seen: None,
            last_seen: None,
            label: None,
            current: false,
        });
        Ok(())
    }
}

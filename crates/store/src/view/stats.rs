//! How much there is, as one viewer sees it.

use std::collections::BTreeMap;

use entente_model::CompartmentNo;
use rusqlite::{Row, params};

use super::{READING, View};
use crate::StoreError;
use crate::audience::Told;
use crate::error::Doing;
use crate::interned::{AudienceNo, KindNo};

/// Counts of what a viewer may see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Objects told, or made from a value that was mentioned.
    pub objects: u64,
    /// Claims about them.
    pub claims: u64,
    /// Objects by STIX type.
    pub by_type: BTreeMap<String, u64>,
    /// Things known by their id alone: mentioned, not yet told. Not among `objects`.
    pub mentioned: u64,
    /// Who told how many claims, by name.
    pub sources: Vec<SourceCount>,
}

/// How much one source told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceCount {
    /// The source.
    pub source: String,
    /// Its claims.
    pub claims: u64,
}

impl View<'_> {
    /// Counts what the viewer may see. Quick for the present; a look back reads all rows.
    pub fn stats(&self) -> Result<Stats, StoreError> {
        let mut stats = Stats::default();
        for (audience, kind, objects) in self.object_counts()? {
            match self.told(audience)? {
                None => {}
                Some(Told::Id) => stats.mentioned += objects,
                Some(Told::Value | Told::Whole) => {
                    stats.objects += objects;
                    let kind = self.names(|names| names.kind(kind).map(|kind| kind.as_str().to_owned()))?;
                    *stats.by_type.entry(kind).or_default() += objects;
                }
            }
        }
        let mut sources: BTreeMap<String, u64> = BTreeMap::new();
        for (compartment, claims) in self.claim_counts()? {
            if claims > 0 && self.may_see(compartment) {
                stats.claims += claims;
                let source =
                    self.names(|names| names.compartment(compartment).map(|known| known.source.clone()))?;
                *sources.entry(source).or_default() += claims;
            }
        }
        stats.sources = sources.into_iter().map(|(source, claims)| SourceCount { source, claims }).collect();
        stats.by_type.retain(|_, objects| *objects > 0);
        Ok(stats)
    }

    fn object_counts(&self) -> Result<Vec<(AudienceNo, KindNo, u64)>, StoreError> {
        let (now, then) = (
            "SELECT audience, kind, objects FROM object_counts WHERE ?1 > 0",
            "SELECT coalesce((SELECT audience FROM later_audiences WHERE object = objects.no AND since < ?1
                ORDER BY since DESC LIMIT 1), audience) AS heard, kind, count(*)
            FROM objects WHERE first_claim < ?1 GROUP BY heard, kind",
        );
        self.counted(if self.latest { now } else { then }, |row| {
            Ok((row.get(0)?, row.get(1)?, row.get::<_, i64>(2)?.unsigned_abs()))
        })
    }

    fn claim_counts(&self) -> Result<Vec<(CompartmentNo, u64)>, StoreError> {
        let (now, then) = (
            "SELECT compartment, claims FROM claim_counts WHERE ?1 > 0",
            "SELECT compartment, count(*) FROM claims WHERE no < ?1
                AND NOT EXISTS (SELECT 1 FROM removals WHERE claim = claims.no) GROUP BY compartment",
        );
        self.counted(if self.latest { now } else { then }, |row| {
            Ok((CompartmentNo(row.get(0)?), row.get::<_, i64>(1)?.unsigned_abs()))
        })
    }

    fn counted<T>(
        &self,
        sql: &'static str,
        row: fn(&Row) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let mut statement = self.statement(sql)?;
        let rows = statement.query_map(params![self.end], row).doing(READING)?;
        rows.collect::<Result<_, _>>().doing(READING)
    }
}

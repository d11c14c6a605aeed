//! Everything in order, for the node's own work: building the graph, indexing. No viewer is asked, so nothing read here is
//! for a person before the graph or a view has filtered it.

use std::sync::Arc;

use entente_model::{ClaimNo, Compartment, Kind, LinkKind, VertexNo};
use rusqlite::{Connection, OptionalExtension};

use crate::commit::ends;
use crate::edges::{StoredEdge, unpack};
use crate::error::Doing;
use crate::readers::Reader;
use crate::{Store, StoreError};

const SCANNING: &str = "reading all edges and objects";
/// Rows of objects read at a time.
const PAGE: u32 = 4096;

/// All edges from a claim on, in the order of the claims.
#[derive(Debug)]
pub struct Edges<'s> {
    conn: Reader<'s>,
    from: ClaimNo,
    /// Claims that were withdrawn, ascending; the edges of those that were erased are gone.
    withdrawn: Vec<u32>,
    /// The first claim of the run read last.
    run: Option<u32>,
    edges: std::vec::IntoIter<StoredEdge>,
}

/// All vertices from a number on.
#[derive(Debug)]
pub struct Vertices<'s> {
    store: &'s Store,
    conn: Reader<'s>,
    next: u32,
    end: u32,
    page: std::vec::IntoIter<(VertexNo, Kind)>,
}

/// Where the log ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Batches committed.
    pub batches: u64,
    /// The first claim number not used.
    pub claims_end: ClaimNo,
    /// The first vertex number not used.
    pub vertices_end: VertexNo,
    /// How many claims were removed so far. A graph built when there were fewer shows what must not show any more.
    pub removals: u64,
}

impl Store {
    /// Where the log ends now.
    pub fn extent(&self) -> Result<Extent, StoreError> {
        let ends = ends(&*self.readers.check_out()?)?;
        let (claims_end, vertices_end) = (ClaimNo(ends.claims), VertexNo(ends.objects));
        Ok(Extent { batches: ends.batch - 1, claims_end, vertices_end, removals: ends.removals })
    }

    /// Every edge of the claims from `from` on, in the order of the claims. One consistent picture.
    pub fn scan_edges(&self, from: ClaimNo) -> Result<Edges<'_>, StoreError> {
        let conn = self.readers.check_out()?;
        let withdrawn = withdrawn(&conn, from)?;
        Ok(Edges { conn, from, withdrawn, run: None, edges: Vec::new().into_iter() })
    }

    /// Every vertex from `from` on with its kind. One consistent picture.
    pub fn scan_vertices(&self, from: VertexNo) -> Result<Vertices<'_>, StoreError> {
        let conn = self.readers.check_out()?;
        self.catch_up(&conn)?;
        let end = ends(&conn)?.objects;
        Ok(Vertices { store: self, conn, next: from.0, end, page: Vec::new().into_iter() })
    }

    /// The compartments, by number. Rights are decided on these.
    pub fn compartments(&self) -> Result<Vec<Arc<Compartment>>, StoreError> {
        self.catch_up(&*self.readers.check_out()?)?;
        Ok(self.names(|names| names.compartments().to_vec()))
    }

    /// The kinds, by number.
    pub fn kinds(&self) -> Result<Vec<Kind>, StoreError> {
        self.catch_up(&*self.readers.check_out()?)?;
        Ok(self.names(|names| names.kinds().to_vec()))
    }

    /// The names of the link kinds, by number.
    pub fn link_kinds(&self) -> Result<Vec<LinkKind>, StoreError> {
        self.catch_up(&*self.readers.check_out()?)?;
        Ok(self.names(|names| names.link_kinds().to_vec()))
    }
}

fn withdrawn(conn: &Connection, from: ClaimNo) -> Result<Vec<u32>, StoreError> {
    let sql = "SELECT DISTINCT claim FROM removals WHERE act = 1 AND claim >= ?1 ORDER BY claim";
    let mut statement = conn.prepare_cached(sql).doing(SCANNING)?;
    let rows = statement.query_map([from.0], |row| row.get(0)).doing(SCANNING)?;
    rows.collect::<Result<_, _>>().doing(SCANNING)
}

impl Edges<'_> {
    fn next_run(&mut self) -> Result<bool, StoreError> {
        // The first run is the one that holds `from`, which may begin before it.
        let sql = match self.run {
            None => "SELECT first_claim, count, data FROM edges WHERE first_claim >=
                coalesce((SELECT max(first_claim) FROM edges WHERE first_claim <= ?1), 0) ORDER BY first_claim LIMIT 1",
            Some(_) => {
                "SELECT first_claim, count, data FROM edges WHERE first_claim > ?1 ORDER BY first_claim LIMIT 1"
            }
        };
        let mut statement = self.conn.prepare_cached(sql).doing(SCANNING)?;
        let row = statement.query_row([self.run.unwrap_or(self.from.0)], |row| {
            let (first, count): (u32, u32) = (row.get(0)?, row.get(1)?);
            // Not more than the bytes can hold, whatever the row says.
            let data = row.get_ref(2)?.as_blob()?;
            let mut edges = Vec::with_capacity((count as usize).min(data.len() / 4));
            let (from, withdrawn) = (self.from, &self.withdrawn);
            let unpacked = unpack(ClaimNo(first), data, |edge, _| {
                if edge.claim >= from && withdrawn.binary_search(&edge.claim.0).is_err() {
                    edges.push(edge);
                }
            });
            Ok((first, unpacked.map(|()| edges)))
        });
        let Some((first, edges)) = row.optional().doing(SCANNING)? else { return Ok(false) };
        self.run = Some(first);
        self.edges = edges?.into_iter();
        Ok(true)
    }
}

impl Iterator for Edges<'_> {
    type Item = Result<StoredEdge, StoreError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(edge) = self.edges.next() {
                return Some(Ok(edge));
            }
            match self.next_run() {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl Vertices<'_> {
    fn next_page(&mut self) -> Result<(), StoreError> {
        let sql = "SELECT no, kind FROM objects WHERE no >= ?1 AND no < ?2 ORDER BY no";
        let mut statement = self.conn.prepare_cached(sql).doing(SCANNING)?;
        let end = self.end.min(self.next.saturating_add(PAGE));
        let rows =
            statement.query_map([self.next, end], |row| Ok((row.get(0)?, row.get(1)?))).doing(SCANNING)?;
        let mut page = Vec::with_capacity(PAGE as usize);
        for row in rows {
            let (no, kind) = row.doing(SCANNING)?;
            page.push((VertexNo(no), self.store.names(|names| names.kind(kind).cloned())?));
        }
        self.next = end;
        self.page = page.into_iter();
        Ok(())
    }
}

impl Iterator for Vertices<'_> {
    type Item = Result<(VertexNo, Kind), StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(vertex) = self.page.next() {
                return Some(Ok(vertex));
            }
            if self.next >= self.end {
                return None;
            }
            if let Err(error) = self.next_page() {
                self.next = self.end;
                return Some(Err(error));
            }
        }
    }
}

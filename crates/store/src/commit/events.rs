//! The edges of new claims, and who hears of which vertex by them.

use std::collections::BTreeMap;

use entente_model::{ClaimNo, CompartmentNo, LinkKind, VertexNo};
use foldhash::HashSet;
use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::decide::{Decided, NewClaim};
use super::ends::{End, resolve};
use super::resolve::{IdCache, Key};
use super::touched::TouchedVertices;
use crate::StoreError;
use crate::audience::{Member, Told};
use crate::edges::{ByValue, StoredEdge};
use crate::error::Doing;
use crate::interned::{AudienceNo, Interned};

/// What the new claims do to the vertices.
pub(crate) struct Events {
    pub(crate) edges: Vec<(StoredEdge, ByValue)>,
    pub(crate) touched: TouchedVertices,
    /// The audiences that objects have from a claim on that is not their first.
    pub(crate) later: BTreeMap<(u32, u32), AudienceNo>,
    /// Values of vertices that had none: object, value.
    pub(crate) late_values: Vec<(u32, Vec<u8>)>,
    /// Who says that a vertex goes by another id than its first.
    pub(crate) aliases: Vec<Alias>,
}

/// A claim's word that a vertex goes by another id than its first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Alias {
    pub(crate) object: u32,
    pub(crate) key: Key,
    pub(crate) claim: u32,
}

/// The edge between two vertices that turned out to be one thing.
const SAME_AS: LinkKind = LinkKind::Borrowed("same-as");

/// Works out edges and audiences, and makes the vertices that links mention first.
pub(crate) fn events(
    conn: &Connection,
    names: &mut Interned,
    ids: &mut IdCache,
    decided: &mut Decided,
) -> Result<Events, StoreError> {
    let ends = resolve(conn, names, ids, decided)?;
    let first_new = decided.before.objects;
    let claims = decided.claims.iter().flat_map(|claim| [Some(claim.object), claim.same_as]).flatten();
    let known =
        ends.iter().map(|end| end.vertex).chain(claims).filter(|object| *object < first_new).collect();
    let mut at_work = AtWork {
        touched: TouchedVertices::load(conn, known, first_new, &decided.objects)?,
        edges: Vec::with_capacity(ends.len() / 2),
        later: BTreeMap::new(),
        late_values: Vec::new(),
        aliases: Vec::new(),
        stated: HashSet::default(),
        conn,
        names,
    };
    at_work.play(&decided.claims, ends)?;
    let AtWork { edges, touched, later, late_values, aliases, .. } = at_work;
    Ok(Events { edges, touched, later, late_values, aliases })
}

fn seconds(at: Option<Timestamp>) -> u32 {
    at.map_or(0, |at| at.as_second().clamp(1, u32::MAX.into()) as u32)
}

struct AtWork<'w> {
    edges: Vec<(StoredEdge, ByValue)>,
    touched: TouchedVertices,
    later: BTreeMap<(u32, u32), AudienceNo>,
    late_values: Vec<(u32, Vec<u8>)>,
    aliases: Vec<Alias>,
    /// Aliases that were found to be stated, or are stated by now.
    stated: HashSet<(u32, Key, CompartmentNo)>,
    conn: &'w Connection,
    names: &'w mut Interned,
}

impl AtWork<'_> {
    fn play(&mut self, claims: &[NewClaim], ends: Vec<End>) -> Result<(), StoreError> {
        let mut ends = ends.into_iter();
        for claim in claims {
            self.touch(claim, claim.object, Told::Whole)?;
            self.state(claim, claim.object, claim.own)?;
            if let Some(canonical) = claim.canonical {
                self.state(claim, claim.same_as.unwrap_or(claim.object), canonical)?;
            }
            for (link, (source, target)) in
                claim.prepared.links.iter().zip(std::iter::from_fn(|| ends.next().zip(ends.next())))
            {
                self.mention(claim, &source)?;
                self.mention(claim, &target)?;
                let by_value = ByValue { source: source.value.is_some(), target: target.value.is_some() };
                let edge = self.edge(claim, source.vertex, target.vertex, &link.kind, seconds(link.at))?;
                self.edges.push((edge, by_value));
            }
            if let Some(other) = claim.same_as {
                self.touch(claim, other, Told::Id)?;
                let edge = self.edge(claim, claim.object, other, &SAME_AS, 0)?;
                self.edges.push((edge, ByValue::default()));
            }
        }
        Ok(())
    }

    fn mention(&mut self, claim: &NewClaim, end: &End) -> Result<(), StoreError> {
        let told = if end.value.is_some() { Told::Value } else { Told::Id };
        if end.vertex != claim.object {
            self.touch(claim, end.vertex, told)?;
        }
        self.state(claim, end.vertex, end.key)?;
        if let Some(value) = end.value {
            let touched = self.touched.get_mut(end.vertex)?;
            if !touched.has_value {
                touched.has_value = true;
                self.late_values.push((end.vertex, value.to_vec()));
            }
        }
        Ok(())
    }

    /// Notes that a claim calls a vertex by this id, unless that is its first or the compartment has said so.
    fn state(&mut self, claim: &NewClaim, object: u32, key: Key) -> Result<(), StoreError> {
        let doing = "reading aliases";
        if self.touched.get(object)?.first == key || !self.stated.insert((object, key, claim.compartment)) {
            return Ok(());
        }
        let sql = "SELECT EXISTS (SELECT 1 FROM aliases JOIN claims ON claims.no = aliases.claim
            WHERE aliases.object = ?1 AND uuid = ?2 AND kind = ?3 AND compartment = ?4
            AND NOT EXISTS (SELECT 1 FROM removals WHERE removals.claim = claims.no))";
        let mut statement = self.conn.prepare_cached(sql).doing(doing)?;
        let columns = params![object, key.uuid(), key.kind, claim.compartment.0];
        if !statement.query_row(columns, |row| row.get::<_, bool>(0)).doing(doing)? {
            self.aliases.push(Alias { object, key, claim: claim.no });
        }
        Ok(())
    }

    fn touch(&mut self, claim: &NewClaim, object: u32, told: Told) -> Result<(), StoreError> {
        let touched = self.touched.get_mut(object)?;
        let wider = self.names.widen(touched.audience, Member { compartment: claim.compartment, told })?;
        if touched.first_claim == 0 {
            touched.first_claim = claim.no;
        }
        if wider != touched.audience {
            touched.audience = wider;
            match touched.first_claim == claim.no {
                true => touched.first_audience = wider,
                false => drop(self.later.insert((object, claim.no), wider)),
            }
        }
        Ok(())
    }

    fn edge(
        &mut self,
        claim: &NewClaim,
        source: u32,
        target: u32,
        kind: &LinkKind,
        at: u32,
    ) -> Result<StoredEdge, StoreError> {
        let kind = self.names.intern_link_kind(kind)?;
        let compartment: CompartmentNo = claim.compartment;
        let (source, target) = (VertexNo(source), VertexNo(target));
        Ok(StoredEdge { source, target, kind, compartment, at, claim: ClaimNo(claim.no) })
    }
}

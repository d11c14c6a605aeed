//! The edges of new claims, and who hears of which vertex by them.

use std::collections::HashMap;

use entente_model::{ClaimNo, CompartmentNo, LinkKind, Reference, VertexNo};
use jiff::Timestamp;
use rusqlite::Connection;

use super::decide::{Decided, NewClaim, NewObject, key};
use super::next;
use super::resolve::{IdCache, Key};
use crate::audience::{Member, Told};
use crate::edges::StoredEdge;
use crate::error::Doing;
use crate::interned::{AudienceNo, Interned, KindNo};
use crate::{StoreError, value};

/// What the new claims do to the vertices.
pub(crate) struct Events {
    pub(crate) edges: Vec<StoredEdge>,
    pub(crate) touched: HashMap<u32, Touched>,
    /// Audiences that ended: object, the claim that ended it, the audience.
    pub(crate) earlier: Vec<(u32, u32, AudienceNo)>,
    /// Values of vertices that had none: object, value.
    pub(crate) late_values: Vec<(u32, Vec<u8>)>,
}

/// A vertex that a new claim is about or mentions.
pub(crate) struct Touched {
    pub(crate) kind: KindNo,
    pub(crate) audience: AudienceNo,
    /// The audience in its row; `None` when it has no row yet.
    pub(crate) stored: Option<AudienceNo>,
    /// The claim that first spoke of it.
    pub(crate) first_claim: u32,
    /// The claim that last changed its audience.
    changed: u32,
    has_value: bool,
}

/// The far end of an edge: its key, and the value when a selector names it.
struct End {
    key: Key,
    value: Option<Vec<u8>>,
}

struct PreparedLink {
    source: End,
    target: End,
    kind: LinkKind,
    at: u32,
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
    let links = prepare_links(names, &decided.claims)?;
    let ends = || links.iter().flatten().flat_map(|link| [&link.source, &link.target]);
    decided.resolved.load(conn, ids, ends().map(|end| end.key).collect())?;
    for end in ends() {
        if decided.resolved.get(&end.key).is_none() {
            let no = next(&mut decided.ends.objects, "object")?;
            decided.objects.push(NewObject { key: end.key, value: end.value.clone() });
            decided.resolved.insert(end.key, no);
        }
    }
    let mut at_work = AtWork {
        touched: load_touched(conn, decided, &links)?,
        events: (Vec::new(), Vec::new(), Vec::new()),
        names,
        decided,
    };
    at_work.play(links)?;
    let (edges, earlier, late_values) = at_work.events;
    Ok(Events { edges, touched: at_work.touched, earlier, late_values })
}

fn prepare_links(names: &mut Interned, claims: &[NewClaim]) -> Result<Vec<Vec<PreparedLink>>, StoreError> {
    let mut all = Vec::with_capacity(claims.len());
    for claim in claims {
        let links = &claim.prepared.draft.links;
        let mut prepared = Vec::with_capacity(links.len());
        for link in links {
            prepared.push(PreparedLink {
                source: end(names, &link.source)?,
                target: end(names, &link.target)?,
                kind: link.kind.clone(),
                at: seconds(link.at),
            });
        }
        all.push(prepared);
    }
    Ok(all)
}

fn end(names: &mut Interned, reference: &Reference) -> Result<End, StoreError> {
    Ok(match reference {
        Reference::Id(id) => End { key: key(names, id)?, value: None },
        Reference::Selector(selector) => {
            End { key: key(names, &selector.id())?, value: Some(value::encode(selector)) }
        }
    })
}

fn seconds(at: Option<Timestamp>) -> u32 {
    at.map_or(0, |at| at.as_second().clamp(1, u32::MAX.into()) as u32)
}

/// The vertices that the new claims touch, as they stand before them.
fn load_touched(
    conn: &Connection,
    decided: &Decided,
    links: &[Vec<PreparedLink>],
) -> Result<HashMap<u32, Touched>, StoreError> {
    let doing = "reading mentioned objects";
    let mut touched = HashMap::with_capacity(decided.claims.len() * 2);
    let first_new = decided.before.objects;
    for (index, new) in decided.objects.iter().enumerate() {
        let (kind, has_value) = (new.key.kind, new.value.is_some());
        let fresh = Touched { kind, audience: 0, stored: None, first_claim: 0, changed: 0, has_value };
        touched.insert(first_new + index as u32, fresh);
    }
    let ends = links.iter().flatten().flat_map(|link| [&link.source.key, &link.target.key]);
    let mut known: Vec<u32> = ends
        .filter_map(|key| decided.resolved.get(key))
        .chain(decided.claims.iter().flat_map(|claim| [Some(claim.object), claim.same_as]).flatten())
        .filter(|object| *object < first_new)
        .collect();
    known.sort_unstable();
    known.dedup();
    let sql = "SELECT kind, audience, first_claim, value IS NOT NULL
        OR EXISTS (SELECT 1 FROM late_values WHERE object = objects.no) FROM objects WHERE no = ?1";
    let mut statement = conn.prepare_cached(sql).doing(doing)?;
    for object in known {
        let row = statement.query_row([object], |row| {
            let audience = row.get(1)?;
            Ok(Touched {
                kind: row.get(0)?,
                audience,
                stored: Some(audience),
                first_claim: row.get(2)?,
                changed: 0,
                has_value: row.get(3)?,
            })
        });
        touched.insert(object, row.doing(doing)?);
    }
    Ok(touched)
}

struct AtWork<'w, 'b> {
    touched: HashMap<u32, Touched>,
    events: (Vec<StoredEdge>, Vec<(u32, u32, AudienceNo)>, Vec<(u32, Vec<u8>)>),
    names: &'w mut Interned,
    decided: &'w Decided<'b>,
}

impl AtWork<'_, '_> {
    fn play(&mut self, links: Vec<Vec<PreparedLink>>) -> Result<(), StoreError> {
        for (claim, links) in self.decided.claims.iter().zip(links) {
            self.touch(claim, claim.object, Told::Whole)?;
            for link in links {
                let source = self.mention(claim, link.source)?;
                let target = self.mention(claim, link.target)?;
                self.edge(claim, source, target, &link.kind, link.at)?;
            }
            if let Some(other) = claim.same_as {
                self.touch(claim, other, Told::Id)?;
                self.edge(claim, claim.object, other, &SAME_AS, 0)?;
            }
        }
        Ok(())
    }

    fn mention(&mut self, claim: &NewClaim, end: End) -> Result<u32, StoreError> {
        let object = self.decided.resolved.get(&end.key);
        let object = object.ok_or_else(|| StoreError::damaged("ids", "an id was lost while writing"))?;
        let told = if end.value.is_some() { Told::Value } else { Told::Id };
        if object != claim.object {
            self.touch(claim, object, told)?;
        }
        if let (Some(value), Some(touched)) = (end.value, self.touched.get_mut(&object))
            && !touched.has_value
        {
            touched.has_value = true;
            self.events.2.push((object, value));
        }
        Ok(object)
    }

    fn touch(&mut self, claim: &NewClaim, object: u32, told: Told) -> Result<(), StoreError> {
        let touched = self.touched.get_mut(&object);
        let touched =
            touched.ok_or_else(|| StoreError::damaged("objects", "an object was lost while writing"))?;
        let wider = self.names.widen(touched.audience, Member { compartment: claim.compartment, told })?;
        if touched.first_claim == 0 {
            touched.first_claim = claim.no;
        } else if wider != touched.audience && touched.changed != claim.no {
            self.events.1.push((object, claim.no, touched.audience));
        }
        if wider != touched.audience {
            (touched.audience, touched.changed) = (wider, claim.no);
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
    ) -> Result<(), StoreError> {
        let kind = self.names.intern_link_kind(kind)?;
        let compartment: CompartmentNo = claim.compartment;
        let (source, target) = (VertexNo(source), VertexNo(target));
        self.events.0.push(StoredEdge { source, target, kind, compartment, at, claim: ClaimNo(claim.no) });
        Ok(())
    }
}

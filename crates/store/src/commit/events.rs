//! The edges of new claims, and who hears of which vertex by them.

use entente_model::{ClaimNo, CompartmentNo, LinkKind, Reference, VertexNo};
use foldhash::{HashMap, HashMapExt, HashSet};
use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::decide::{Decided, NewClaim, NewObject, key};
use super::next;
use super::resolve::{IdCache, Key};
use crate::audience::{Member, Told};
use crate::edges::{ByValue, StoredEdge};
use crate::error::Doing;
use crate::interned::{AudienceNo, Interned, KindNo};
use crate::{StoreError, value};

/// What the new claims do to the vertices.
pub(crate) struct Events {
    pub(crate) edges: Vec<(StoredEdge, ByValue)>,
    pub(crate) touched: HashMap<u32, Touched>,
    /// Audiences that ended: object, the claim that ended it, the audience.
    pub(crate) earlier: Vec<(u32, u32, AudienceNo)>,
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

/// A vertex that a new claim is about or mentions.
pub(crate) struct Touched {
    pub(crate) kind: KindNo,
    /// Its first id.
    first: Key,
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
        edges: Vec::new(),
        earlier: Vec::new(),
        late_values: Vec::new(),
        aliases: Vec::new(),
        stated: HashSet::default(),
        conn,
        names,
        decided,
    };
    at_work.play(links)?;
    let AtWork { edges, touched, earlier, late_values, aliases, .. } = at_work;
    Ok(Events { edges, touched, earlier, late_values, aliases })
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
        let (kind, first, has_value) = (new.key.kind, new.key, new.value.is_some());
        let fresh = Touched { kind, first, audience: 0, stored: None, first_claim: 0, changed: 0, has_value };
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
        OR EXISTS (SELECT 1 FROM late_values WHERE object = objects.no), uuid FROM objects WHERE no = ?1";
    let mut statement = conn.prepare_cached(sql).doing(doing)?;
    for object in known {
        let row = statement.query_row([object], |row| {
            let (kind, audience, uuid) = (row.get(0)?, row.get(1)?, row.get(4)?);
            Ok(Touched {
                kind,
                first: Key { uuid: u128::from_be_bytes(uuid), kind },
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
    edges: Vec<(StoredEdge, ByValue)>,
    touched: HashMap<u32, Touched>,
    earlier: Vec<(u32, u32, AudienceNo)>,
    late_values: Vec<(u32, Vec<u8>)>,
    aliases: Vec<Alias>,
    /// Aliases that were found to be stated, or are stated by now.
    stated: HashSet<(u32, Key, CompartmentNo)>,
    conn: &'w Connection,
    names: &'w mut Interned,
    decided: &'w Decided<'b>,
}

impl AtWork<'_, '_> {
    fn play(&mut self, links: Vec<Vec<PreparedLink>>) -> Result<(), StoreError> {
        for (claim, links) in self.decided.claims.iter().zip(links) {
            self.touch(claim, claim.object, Told::Whole)?;
            self.state(claim, claim.object, claim.own)?;
            if let Some(canonical) = claim.canonical {
                self.state(claim, claim.same_as.unwrap_or(claim.object), canonical)?;
            }
            for link in links {
                let by_value =
                    ByValue { source: link.source.value.is_some(), target: link.target.value.is_some() };
                let source = self.mention(claim, link.source)?;
                let target = self.mention(claim, link.target)?;
                let edge = self.edge(claim, source, target, &link.kind, link.at)?;
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

    fn mention(&mut self, claim: &NewClaim, end: End) -> Result<u32, StoreError> {
        let object = self.decided.resolved.get(&end.key);
        let object = object.ok_or_else(|| StoreError::damaged("ids", "an id was lost while writing"))?;
        let told = if end.value.is_some() { Told::Value } else { Told::Id };
        if object != claim.object {
            self.touch(claim, object, told)?;
        }
        self.state(claim, object, end.key)?;
        if let (Some(value), Some(touched)) = (end.value, self.touched.get_mut(&object))
            && !touched.has_value
        {
            touched.has_value = true;
            self.late_values.push((object, value));
        }
        Ok(object)
    }

    /// Notes that a claim calls a vertex by this id, unless that is its first or the compartment has said so.
    fn state(&mut self, claim: &NewClaim, object: u32, key: Key) -> Result<(), StoreError> {
        let doing = "reading aliases";
        if self.touched.get(&object).is_none_or(|touched| touched.first == key) {
            return Ok(());
        }
        if !self.stated.insert((object, key, claim.compartment)) {
            return Ok(());
        }
        let sql = "SELECT EXISTS (SELECT 1 FROM aliases JOIN claims ON claims.no = aliases.claim
            WHERE aliases.object = ?1 AND uuid = ?2 AND kind = ?3 AND compartment = ?4)";
        let mut statement = self.conn.prepare_cached(sql).doing(doing)?;
        let columns = params![object, key.uuid.to_be_bytes(), key.kind, claim.compartment.0];
        if !statement.query_row(columns, |row| row.get::<_, bool>(0)).doing(doing)? {
            self.aliases.push(Alias { object, key, claim: claim.no });
        }
        Ok(())
    }

    fn touch(&mut self, claim: &NewClaim, object: u32, told: Told) -> Result<(), StoreError> {
        let touched = self.touched.get_mut(&object);
        let touched =
            touched.ok_or_else(|| StoreError::damaged("objects", "an object was lost while writing"))?;
        let wider = self.names.widen(touched.audience, Member { compartment: claim.compartment, told })?;
        if touched.first_claim == 0 {
            touched.first_claim = claim.no;
        } else if wider != touched.audience && touched.changed != claim.no {
            self.earlier.push((object, claim.no, touched.audience));
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
    ) -> Result<StoredEdge, StoreError> {
        let kind = self.names.intern_link_kind(kind)?;
        let compartment: CompartmentNo = claim.compartment;
        let (source, target) = (VertexNo(source), VertexNo(target));
        Ok(StoredEdge { source, target, kind, compartment, at, claim: ClaimNo(claim.no) })
    }
}

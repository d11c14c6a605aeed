//! What was told, as a graph without families, and beside it the families.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;

use anyhow::Result;
use entente_graph::organisation::{Sort, Ties};
use entente_graph::{Edge, Graph, HubReason, Index, Mark, Snapshot, Vertex};
use entente_model::{ClaimNo, CompartmentNo, ObjectId, VertexNo};

use super::told::{self, Told};

/// All is told in one compartment: who may see what is not the question here.
pub const HERE: CompartmentNo = CompartmentNo(1);

pub struct World {
    pub snapshot: Snapshot,
    kinds: Vec<String>,
    link_kinds: Vec<String>,
    fingerprints: HashMap<VertexNo, &'static str>,
    labels: BTreeMap<VertexNo, BTreeSet<u32>>,
    /// The first source that tells of a thing.
    sources: HashMap<VertexNo, usize>,
    /// Per value, those that name it (a URL its host, a host its domain, a file its digest), and those that it names.
    naming: Vec<Vec<VertexNo>>,
    named: Vec<Vec<VertexNo>>,
    links: usize,
}

impl World {
    pub fn read(data: &Path) -> Result<World> {
        let mut making = Making::default();
        told::each(data, |told| making.take(told))?;
        making.finish()
    }

    pub fn ties(&self) -> Ties {
        let links = (0..).zip(self.link_kinds.iter().map(String::as_str));
        Ties::named(links, (0..).zip(self.kinds.iter().map(String::as_str)))
    }

    pub fn sort(&self, ties: &Ties, vertex: VertexNo) -> Option<Sort> {
        ties.sort_named(self.fingerprints.get(&vertex)?)
    }

    /// Things of one family, ascending.
    pub fn things(&self) -> Vec<VertexNo> {
        self.labels.iter().filter(|(_, labels)| labels.len() == 1).map(|(thing, _)| *thing).collect()
    }

    pub fn is_thing(&self, vertex: VertexNo) -> bool {
        self.labels.contains_key(&vertex)
    }

    /// Things that are said to be of several families.
    pub fn ambiguous(&self) -> usize {
        self.labels.values().filter(|labels| labels.len() > 1).count()
    }

    /// The family of a thing that has one.
    pub fn label(&self, thing: VertexNo) -> u32 {
        self.labels[&thing].first().copied().unwrap_or_default()
    }

    /// The number of the first source that tells of a thing.
    pub fn source(&self, thing: VertexNo) -> usize {
        self.sources[&thing]
    }

    pub fn label_count(&self) -> usize {
        self.things().iter().map(|thing| self.label(*thing)).collect::<HashSet<u32>>().len()
    }

    pub fn links(&self) -> usize {
        self.links
    }

    pub fn is_same(&self, one: VertexNo, other: VertexNo) -> bool {
        let of = |thing: VertexNo| self.labels.get(&thing);
        of(one).zip(of(other)).is_some_and(|(one, other)| !one.is_disjoint(other))
    }

    /// Values there are.
    pub fn values(&self) -> impl Iterator<Item = VertexNo> + use<> {
        (0..self.naming.len() as u32).map(VertexNo)
    }

    /// Things that share a value: the value itself, if it is a thing, and those that name it.
    pub fn having(&self, value: VertexNo) -> Vec<VertexNo> {
        let all = std::iter::once(value).chain(self.naming[value.0 as usize].iter().copied());
        all.filter(|vertex| self.is_thing(*vertex)).collect()
    }

    /// Other things that share a value with a thing.
    pub fn sharing(&self, thing: VertexNo) -> BTreeSet<VertexNo> {
        let mut sharing: BTreeSet<VertexNo> =
            self.values_of(thing).flat_map(|value| self.having(value)).collect();
        sharing.remove(&thing);
        sharing
    }

    pub fn shares(&self, thing: VertexNo) -> bool {
        self.values_of(thing).any(|value| self.having(value).iter().any(|other| *other != thing))
    }

    fn values_of(&self, thing: VertexNo) -> impl Iterator<Item = VertexNo> {
        std::iter::once(thing).chain(self.named[thing.0 as usize].iter().copied())
    }

    /// Pairs of things that share a value: of one family, and all.
    pub fn direct_pairs(&self) -> (usize, usize) {
        let (mut same, mut all) = (0, 0);
        for thing in self.things() {
            for other in self.sharing(thing).range(VertexNo(thing.0 + 1)..) {
                all += 1;
                same += usize::from(self.is_same(thing, *other));
            }
        }
        (same, all)
    }

    /// Families in which two things share a value, and families with two things.
    pub fn families(&self) -> (usize, usize) {
        let mut of: BTreeMap<u32, (usize, bool)> = BTreeMap::new();
        for thing in self.things() {
            let (count, shares) = of.entry(self.label(thing)).or_default();
            *count += 1;
            *shares |= self.sharing(thing).iter().any(|other| self.is_same(thing, *other));
        }
        let several = || of.values().filter(|(count, _)| *count > 1);
        (several().filter(|(_, shares)| *shares).count(), several().count())
    }
}

#[derive(Default)]
struct Making {
    numbers: HashMap<ObjectId, VertexNo>,
    vertices: Vec<Vertex>,
    kinds: Vec<String>,
    link_kinds: Vec<String>,
    edges: Vec<Edge>,
    marks: Vec<(VertexNo, Mark)>,
    fingerprints: HashMap<VertexNo, &'static str>,
    labels: BTreeMap<VertexNo, BTreeSet<u32>>,
    names: HashMap<String, u32>,
    sources: HashMap<VertexNo, usize>,
}

impl Making {
    fn take(&mut self, told: Told<'_>) {
        match told {
            Told::Same(given, canonical) => {
                let number = self.number(canonical);
                self.numbers.insert(given.clone(), number);
            }
            Told::Thing(id, family, source) => {
                let next = self.names.len() as u32;
                let label = *self.names.entry(family.to_owned()).or_insert(next);
                let number = self.number(id);
                self.labels.entry(number).or_default().insert(label);
                self.sources.entry(number).or_insert(source);
            }
            Told::Shared(id) => {
                let mark = Mark { reason: HubReason::Warninglist, compartment: HERE };
                let number = self.number(&id);
                self.marks.push((number, mark));
            }
            Told::Fingerprint(id, family) => {
                let number = self.number(&id);
                self.fingerprints.insert(number, family);
            }
            Told::Tie(source, target, kind, at) => self.tie(&source, &target, kind, at),
        }
    }

    fn tie(&mut self, source: &ObjectId, target: &ObjectId, kind: &str, at: u32) {
        let (source, target) = (self.number(source), self.number(target));
        if source == target {
            return;
        }
        let kind = place(&mut self.link_kinds, kind);
        let claim = ClaimNo(self.edges.len() as u32 + 1);
        self.edges.push(Edge { source, target, kind, compartment: HERE, at, claim });
    }

    fn number(&mut self, id: &ObjectId) -> VertexNo {
        if let Some(number) = self.numbers.get(id) {
            return *number;
        }
        let number = VertexNo(self.vertices.len() as u32);
        let kind = place(&mut self.kinds, id.kind().as_str());
        self.vertices.push(Vertex { kind });
        self.numbers.insert(id.clone(), number);
        number
    }

    fn finish(mut self) -> Result<World> {
        // The same tie told by two lists is one tie here: MISP counts values, and so it is fair.
        self.edges.sort_unstable_by_key(|edge| (edge.source, edge.target, edge.kind, edge.claim));
        self.edges.dedup_by_key(|edge| (edge.source, edge.target, edge.kind));
        let (mut naming, mut named) =
            (vec![Vec::new(); self.vertices.len()], vec![Vec::new(); self.vertices.len()]);
        for edge in &self.edges {
            naming[edge.target.0 as usize].push(edge.source);
            named[edge.source.0 as usize].push(edge.target);
        }
        naming.iter_mut().chain(&mut named).for_each(Vec::dedup);
        let links = self.edges.len();
        let last = self.edges.iter().map(|edge| edge.claim).max().unwrap_or(ClaimNo(0));
        let built = entente_graph::build(self.edges, &self.vertices, &self.marks, last)?;
        Ok(World {
            snapshot: Graph::new(Index::from_words(built.to_words())?).snapshot(),
            kinds: self.kinds,
            link_kinds: self.link_kinds,
            fingerprints: self.fingerprints,
            labels: self.labels,
            sources: self.sources,
            naming,
            named,
            links,
        })
    }
}

fn place(names: &mut Vec<String>, name: &str) -> u16 {
    let known = names.iter().position(|known| known == name);
    known.unwrap_or_else(|| {
        names.push(name.to_owned());
        names.len() - 1
    }) as u16
}

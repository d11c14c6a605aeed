//! A range as a graph: every party a compartment, every record a claim.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use anyhow::{Context, Result};
use entente_graph::organisation::{Sort, Ties};
use entente_graph::{Edge, Graph, Index, Snapshot, Vertex};
use entente_model::{ClaimNo, CompartmentNo, CompartmentSet, ObjectId, VertexNo};
use entente_range::score::KnownTruth;
use entente_range::{Range, Settings, Sink, ToldThing};
use serde_json::Value;

pub const PARTIES: [&str; 6] = ["company", "csirt", "registrar", "bank", "exchange", "police"];

pub struct World {
    pub snapshot: Snapshot,
    pub ids: Vec<ObjectId>,
    pub numbers: HashMap<ObjectId, VertexNo>,
    pub families: HashMap<u32, &'static str>,
    pub kinds: Vec<String>,
    pub link_kinds: Vec<&'static str>,
    pub truth: KnownTruth,
    pub json: Value,
    /// Claims in which something is wrong.
    pub wrong: HashSet<ClaimNo>,
    pub neutral: HashSet<String>,
    /// Things each enterprise has, by number.
    pub members: Vec<(String, HashSet<VertexNo>)>,
}

impl World {
    pub fn new(settings: Settings) -> Result<World> {
        let range = Range::new(settings)?;
        let json = truth(&range)?;
        let mut making = Making::default();
        let mut claim = 0;
        range.tell(|told| {
            claim += 1;
            if told.wrong {
                making.wrong.insert(ClaimNo(claim));
            }
            let party = PARTIES.iter().position(|party| *party == told.party).unwrap_or(0);
            for link in told.links {
                let edge = Edge {
                    source: making.number(link.source),
                    target: making.number(link.target),
                    kind: making.link_kind(link.kind),
                    compartment: CompartmentNo(party as u16 + 1),
                    at: told.at.max(0) as u32,
                    claim: ClaimNo(claim),
                };
                making.edges.push(edge);
            }
        });
        making.finish(json, ClaimNo(claim))
    }

    pub fn ties(&self) -> Ties {
        let links = (0..).zip(self.link_kinds.iter().copied());
        Ties::named(links, (0..).zip(self.kinds.iter().map(String::as_str)))
    }

    pub fn sort(&self, ties: &Ties, vertex: VertexNo) -> Option<Sort> {
        ties.sort_named(self.families.get(&vertex.0)?)
    }

    pub fn everybody() -> CompartmentSet {
        (1..=6).map(CompartmentNo).collect()
    }

    pub fn alone(party: &str) -> CompartmentSet {
        let at = PARTIES.iter().position(|name| *name == party).unwrap_or(0);
        [CompartmentNo(at as u16 + 1)].into_iter().collect()
    }

    /// How many things an enterprise has, those nobody ever tells of included.
    pub fn entities(&self, enterprise: &str) -> usize {
        let all = self.json["enterprises"].as_array().into_iter().flatten();
        let mut of = all.filter(|one| one["id"] == enterprise);
        of.next().and_then(|one| one["entities"].as_array()).map_or(0, Vec::len)
    }

    /// The seeds of an enterprise, of one party or of all.
    pub fn seeds(&self, enterprise: &str, party: Option<&str>) -> Vec<VertexNo> {
        let all = self.json["seeds"].as_array().map_or(&[][..], Vec::as_slice);
        let of = all.iter().filter(|seed| {
            seed["enterprise"] == enterprise && party.is_none_or(|party| seed["party"] == party)
        });
        let mut seeds: Vec<VertexNo> = of
            .filter_map(|seed| seed["entity"].as_str()?.parse::<ObjectId>().ok())
            .filter_map(|id| self.numbers.get(&id).copied())
            .collect();
        seeds.sort_unstable();
        seeds.dedup();
        seeds
    }
}

#[derive(Default)]
struct Making {
    ids: Vec<ObjectId>,
    numbers: HashMap<ObjectId, VertexNo>,
    families: HashMap<u32, &'static str>,
    kinds: Vec<String>,
    kind_numbers: HashMap<String, u16>,
    vertices: Vec<Vertex>,
    link_kinds: Vec<&'static str>,
    edges: Vec<Edge>,
    wrong: HashSet<ClaimNo>,
}

impl Making {
    fn number(&mut self, thing: ToldThing) -> VertexNo {
        if let Some(number) = self.numbers.get(&thing.id) {
            return *number;
        }
        let number = VertexNo(self.ids.len() as u32);
        let name = thing.id.kind().as_str();
        let next = self.kinds.len() as u16;
        let kind = match self.kind_numbers.get(name) {
            Some(kind) => *kind,
            None => {
                self.kinds.push(name.to_owned());
                self.kind_numbers.insert(name.to_owned(), next);
                next
            }
        };
        self.vertices.push(Vertex { kind });
        self.families.extend(thing.family.map(|family| (number.0, family)));
        self.ids.push(thing.id.clone());
        self.numbers.insert(thing.id, number);
        number
    }

    fn link_kind(&mut self, name: &'static str) -> u16 {
        let known = self.link_kinds.iter().position(|kind| *kind == name);
        known.unwrap_or_else(|| {
            self.link_kinds.push(name);
            self.link_kinds.len() - 1
        }) as u16
    }

    fn finish(self, json: Value, last: ClaimNo) -> Result<World> {
        let built = entente_graph::build(self.edges, &self.vertices, &[], last)?;
        let graph = Graph::new(Index::from_words(built.to_words())?);
        let truth = KnownTruth::read(&json)?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let enterprises = list(&json["enterprises"]);
        let members = enterprises.iter().map(|enterprise| {
            let ids = list(&enterprise["entities"]);
            let ids = ids.iter().filter_map(|entity| text(&entity["id"]).parse::<ObjectId>().ok());
            (text(&enterprise["id"]), ids.filter_map(|id| self.numbers.get(&id).copied()).collect())
        });
        Ok(World {
            snapshot: graph.snapshot(),
            members: members.collect(),
            neutral: list(&json["neutral"]).iter().map(text).collect(),
            ids: self.ids,
            numbers: self.numbers,
            families: self.families,
            kinds: self.kinds,
            link_kinds: self.link_kinds,
            truth,
            json,
            wrong: self.wrong,
        })
    }
}

/// Writes the range nowhere but for its truth.
fn truth(range: &Range) -> Result<Value> {
    let kept = Arc::new(Mutex::new(Vec::new()));
    range.generate(&mut OnlyTruth(Arc::clone(&kept)))?;
    let bytes = kept.lock().expect("nobody panicked");
    serde_json::from_slice(&bytes).context("truth.json")
}

struct OnlyTruth(Arc<Mutex<Vec<u8>>>);

impl Sink for OnlyTruth {
    fn create(&mut self, path: &str) -> io::Result<Box<dyn Write>> {
        if path == "truth.json" { Ok(Box::new(Kept(Arc::clone(&self.0)))) } else { Ok(Box::new(io::sink())) }
    }
}

struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nobody panicked").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

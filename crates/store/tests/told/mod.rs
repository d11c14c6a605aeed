//! Small drafts and batches for the tests of this crate.
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use entente_model::{
    CompartmentNo, CompartmentSet, Draft, Handling, Link, Object, ObjectId, Reference, Selector, Tlp,
    VertexNo,
};
use entente_store::{AsOf, Batch, Status, Store};
use jiff::Timestamp;
use serde_json::{Value, json};

pub(crate) const FAMILY: &str = "malware--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f";
pub(crate) const OTHER: &str = "malware--0c7b5b88-8ff7-4a4d-aa9d-feb398cd0061";

/// A malware family as of a day in March 2025.
pub(crate) fn malware(id: &str, day: u32, name: &str) -> Draft {
    draft(json!({
        "type": "malware", "spec_version": "2.1", "id": id, "is_family": true, "name": name,
        "created": "2025-03-01T00:00:00.000Z", "modified": format!("2025-03-{day:02}T00:00:00.000Z"),
    }))
}

pub(crate) fn draft(json: Value) -> Draft {
    let object = Object::from_json(json).expect("a valid object");
    Draft {
        object,
        canonical: None,
        links: Vec::new(),
        handling: Handling::unmarked(Tlp::Green),
        minted: false,
    }
}

pub(crate) fn id(text: &str) -> ObjectId {
    text.parse().expect("a valid id")
}

pub(crate) trait With: Sized {
    fn under(self, tlp: Tlp) -> Self;
    fn linked(self, kind: &'static str, target: Reference) -> Self;
}

impl With for Draft {
    fn under(mut self, tlp: Tlp) -> Draft {
        self.handling = Handling::unmarked(tlp);
        self
    }

    fn linked(mut self, kind: &'static str, target: Reference) -> Draft {
        let source = Reference::Id(self.object.id().clone());
        self.links.push(Link { source, target, kind: kind.into(), at: None });
        self
    }
}

pub(crate) fn batch(source: &str, drafts: Vec<Draft>) -> Batch {
    batch_at(source, drafts, 1_740_000_000)
}

pub(crate) fn batch_at(source: &str, drafts: Vec<Draft>, second: i64) -> Batch {
    Batch {
        source: source.to_owned(),
        agreement: None,
        case: None,
        records: drafts.into_iter().map(|draft| vec![draft].into()).collect(),
        received_at: Timestamp::from_second(second).expect("a time within range"),
        salt: [3; 32],
        received: None,
    }
}

pub(crate) fn tell(store: &Store, source: &str, drafts: Vec<Draft>) -> Vec<Status> {
    store.commit(batch(source, drafts)).expect("a commit").statuses
}

/// The newest name of a vertex, as everybody sees it.
pub(crate) fn name(store: &Store, id_text: &str, as_of: AsOf) -> Option<String> {
    let all = CompartmentSet::all();
    let view = store.view(&all, as_of).expect("a view");
    let vertex = view.vertex(&id(id_text)).expect("a lookup")?;
    let object = view.object(vertex).expect("an object");
    object.map(|object| object.text("name").unwrap_or("").to_owned())
}

pub(crate) fn vertex(store: &Store, id_text: &str) -> VertexNo {
    let all = CompartmentSet::all();
    store.view(&all, AsOf::Now).unwrap().vertex(&id(id_text)).unwrap().expect("a known id")
}

/// A viewer who may see only what one compartment tells.
pub(crate) fn only(compartment: u16) -> CompartmentSet {
    [CompartmentNo(compartment)].into_iter().collect()
}

pub(crate) fn domain(name: &str) -> Reference {
    Reference::Selector(Selector::Domain(name.to_owned()))
}

pub(crate) fn open() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path(), &KEY).expect("a store");
    (folder, store)
}

pub(crate) const KEY: entente_store::NodeKey<'static> =
    entente_store::NodeKey { name: "node.example/log", seed: &[9; 32] };

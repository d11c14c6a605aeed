//! A small exchange for the tests of this crate: two partners, one flow.
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::atomic::{AtomicU8, Ordering};

use entente_model::{ClaimNo, Kind, ObjectId, VertexNo};
use entente_store::NodeKey;
use entente_store::exchange::{
    AgreementHash, Append, Beside, CollectionQuery, Exchange, FlowId, ItemKind, NewItem, PartnerEdit,
    PartyId, ReleasedObject, Seq, Stretch,
};
use jiff::Timestamp;

pub(crate) const KEY: NodeKey<'static> = NodeKey { name: "company.example", seed: &[9; 32] };
pub(crate) const AGREEMENT: AgreementHash = AgreementHash([5; 32]);

pub(crate) fn open() -> (tempfile::TempDir, Exchange) {
    let folder = tempfile::tempdir().unwrap();
    let exchange = reopen(&folder);
    for party in [police(), bank()] {
        let edit = PartnerEdit { name: party.0.clone(), party, endpoint: None, pins: Vec::new() };
        exchange.put_partner(&edit, at(0)).unwrap();
    }
    (folder, exchange)
}

pub(crate) fn reopen(folder: &tempfile::TempDir) -> Exchange {
    Exchange::open(folder.path(), &KEY).unwrap()
}

pub(crate) fn police() -> PartyId {
    "police".into()
}

pub(crate) fn bank() -> PartyId {
    "bank".into()
}

pub(crate) fn flow() -> FlowId {
    "agreement-1/incidents".into()
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_767_225_600 + second).unwrap()
}

/// A day in March 2025.
pub(crate) fn day(day: u64) -> Timestamp {
    format!("2025-03-{day:02}T00:00:00Z").parse().unwrap()
}

pub(crate) fn id(no: u64) -> ObjectId {
    format!("malware--{no:08x}-8ff7-4a4d-aa9d-feb398cd0061").parse().unwrap()
}

pub(crate) trait ParseKind {
    fn parse_kind(&self) -> Kind;
}

impl ParseKind for str {
    fn parse_kind(&self) -> Kind {
        Kind::from_name(self)
    }
}

/// Object `no` as of a day in March 2025.
pub(crate) fn release(no: u64, version: u64, body: &str) -> NewItem {
    NewItem {
        kind: ItemKind::Release,
        flow: Some(flow()),
        object: Some(ReleasedObject { id: id(no), version: Some(day(version)) }),
        body: body.as_bytes().to_vec(),
        agreement: AGREEMENT,
        clauses: vec!["3.1".into(), "4".into()],
        claim: Some(ClaimNo(no as u32)),
        original: Some(VertexNo(no as u32)),
        concerns: Vec::new(),
        referral: None,
    }
}

/// An object without versions of its own.
pub(crate) fn observable(no: u64, body: &str) -> NewItem {
    let id = format!("ipv4-addr--{no:08x}-8ff7-4a4d-aa9d-feb398cd0061").parse().unwrap();
    NewItem { object: Some(ReleasedObject { id, version: None }), ..release(no, 1, body) }
}

pub(crate) fn recall(concerns: &[u64]) -> NewItem {
    NewItem {
        kind: ItemKind::Recall,
        flow: None,
        object: None,
        concerns: concerns.iter().copied().map(Seq).collect(),
        ..release(0, 1, "a signed notice")
    }
}

/// Each append has a seed of its own, as it must.
static APPENDS: AtomicU8 = AtomicU8::new(0);

pub(crate) fn telling(items: Vec<NewItem>) -> Append {
    let seed = [APPENDS.fetch_add(1, Ordering::Relaxed); 32];
    Append {
        partner: police(),
        cursor: None,
        items,
        limits: Vec::new(),
        beside: Beside::default(),
        now: at(100),
        seed,
    }
}

pub(crate) fn query() -> CollectionQuery {
    CollectionQuery {
        added_after: None,
        ids: vec![],
        types: vec![],
        versions: vec![],
        agreements: Vec::new(),
        limit: 100,
    }
}

pub(crate) fn bodies(stretch: &Stretch) -> Vec<String> {
    stretch.items.iter().map(|item| String::from_utf8(item.body.clone()).unwrap()).collect()
}

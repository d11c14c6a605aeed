//! Agreements with keys, in force, and what the tests say about them.

use entente_agreement::{
    Agreement, Context, InForce, Leaving, Originator, Others, PartyId, PartyKey, Policy, PseudonymKey,
    SecretKey, SignedAgreement, Standing, Template, Terms, Workbench,
};
use entente_model::{Atlas, Compartment, DataCategory, Handling, Object, ObjectId, Tlp};
use jiff::Timestamp;
use serde_json::Value;

/// A moment at which every template is in force.
pub(crate) const NOW: &str = "2026-11-26T12:00:00Z";

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

pub(crate) fn party(id: &str) -> PartyId {
    id.parse().expect("the id of a party")
}

pub(crate) fn template(name: &str) -> Agreement {
    Template::named(name).expect("a template").agreement()
}

pub(crate) fn key(seed: u8) -> SecretKey {
    SecretKey::new("k1".parse().expect("an id"), &[seed; 32])
}

/// Signed by everybody: the first party with key 1, the second with key 2, …
pub(crate) fn signed(mut agreement: Agreement) -> SignedAgreement {
    for (party, seed) in agreement.parties.iter_mut().zip(1..) {
        party.keys =
            vec![PartyKey::Sign { id: "k1".parse().expect("an id"), ed25519: key(seed).verifying_key() }];
    }
    let parties: Vec<PartyId> = agreement.parties.iter().map(|party| party.id.clone()).collect();
    let mut signed = SignedAgreement::draft(agreement);
    for (party, seed) in parties.iter().zip(1..) {
        signed.sign(party, &key(seed)).expect("a sound agreement");
    }
    signed
}

pub(crate) fn in_force(agreement: Agreement, now: Timestamp) -> InForce {
    match signed(agreement).standing(&[], &[], None, now).expect("signatures hold") {
        Standing::InForce(in_force) => in_force,
        other => panic!("not in force: {other:?}"),
    }
}

/// What one party may tell another by a template, changed.
pub(crate) fn policy(name: &str, from: &str, to: &str, change: impl FnOnce(&mut Agreement)) -> Policy {
    let mut agreement = template(name);
    change(&mut agreement);
    Policy::compile(&in_force(agreement, at(NOW)), &party(from), &party(to)).expect("it compiles")
}

pub(crate) fn compartment(class: DataCategory, tlp: Tlp) -> Compartment {
    Compartment {
        source: "sensors".to_owned(),
        agreement: None,
        handling: Handling::unmarked(tlp),
        category: class,
        case: None,
    }
}

/// The terms on which things like this object leave now.
pub(crate) fn terms(policy: &Policy, flow: &str, object: &Object) -> Option<Terms> {
    let compartment = compartment(DataCategory::of(object.kind()), Tlp::Green);
    let flow = flow.parse().expect("the id of a flow");
    policy.terms_by(&flow, &compartment, &context()).terms().cloned()
}

/// It is the sender's own, somebody approved, somebody else too, and nobody left anything open.
pub(crate) fn context() -> Context {
    let mut context = Context { originator: Some(Originator::Own), ..Context::live(at(NOW)) };
    for by in ["inspector", "superintendent"] {
        context.approvals.insert(entente_agreement::Approval {
            by: by.to_owned(),
            office: entente_agreement::Office::Officer,
        });
    }
    context
}

pub(crate) fn pseudonyms() -> PseudonymKey {
    PseudonymKey::derive(&[7; 32], &"01J0000000000000000000000A".parse().expect("an id"))
}

/// Tools on a bench, and other objects that leave as the function says.
pub(crate) struct Bench<F> {
    key: PseudonymKey,
    atlas: Atlas,
    others: F,
}

impl<F: Fn(&ObjectId) -> Leaving> Bench<F> {
    pub(crate) fn new(others: F) -> Bench<F> {
        Bench { key: pseudonyms(), atlas: atlas(), others }
    }

    pub(crate) fn tools(&self) -> Workbench<'_> {
        Workbench { key: &self.key, atlas: &self.atlas, others: &self.others as &dyn Others, now: at(NOW) }
    }
}

/// 198.51.100.0/24 is AS64500 in the Netherlands.
fn atlas() -> Atlas {
    let rows = ["198.51.100.0,198.51.100.255,64500,Example Net", "198.51.100.0,198.51.100.255,NL"];
    let rows = rows.map(|row| entente_model::AtlasRow::from_csv(row).expect("a row"));
    Atlas::from_bytes(Atlas::build(rows).expect("a table")).expect("an atlas")
}

/// An object of this kind with these properties; its id, times and version are added where it has none.
pub(crate) fn object(kind: &str, mut json: Value) -> Object {
    let defaults = [
        ("type", Value::from(kind)),
        ("id", format!("{kind}--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f").into()),
        ("spec_version", "2.1".into()),
    ];
    let times = [("created", "2026-03-01T09:30:00.000Z"), ("modified", "2026-03-01T09:30:00.000Z")];
    let members = json.as_object_mut().expect("an object");
    for (name, value) in defaults {
        members.entry(name).or_insert(value);
    }
    if !entente_model::Kind::from_name(kind).is_observable() {
        for (name, value) in times {
            members.entry(name).or_insert(value.into());
        }
    }
    Object::from_json(json).expect("a STIX object")
}

/// An observable under its deterministic id.
pub(crate) fn observable(kind: &str, json: Value) -> Object {
    let mut made = object(kind, json);
    if let Some(id) = entente_model::canonical_id(&made) {
        let mut json = Value::Object(made.json().clone());
        json["id"] = id.to_string().into();
        made = Object::from_json(json).expect("a STIX object");
    }
    made
}

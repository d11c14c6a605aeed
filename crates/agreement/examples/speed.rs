//! How long decisions and releases take: `cargo run --release -p entente-agreement --example speed`, a figure a line.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Instant;

use entente_agreement::{
    Context, Decisions, InForce, Leaving, PartyKey, Policy, PseudonymKey, SecretKey, SignedAgreement,
    Standing, Template, Workbench,
};
use entente_model::{Atlas, Compartment, CompartmentNo, DataCategory, Handling, Kind, Object, ObjectId, Tlp};
use jiff::Timestamp;

/// As in the node.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROUNDS: u32 = 100_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let now: Timestamp = "2026-11-26T12:00:00Z".parse()?;
    let in_force = in_force(now)?;
    let (company, police) = ("company".parse()?, "police".parse()?);
    let compiled = timed("compile an agreement of three flows", None, 20, || {
        Policy::compile(&in_force, &company, &police)
    });
    let policy = Arc::new(compiled?);
    let compartment = Compartment {
        source: "sensors".to_owned(),
        agreement: None,
        handling: Handling::unmarked(Tlp::Green),
        category: DataCategory::Infrastructure,
        case: None,
    };
    let context = Context::live(now);
    let flow = "attacks".parse()?;
    let decision = timed("decide about a new compartment", Some(100.0), 2_000, || {
        policy.terms_by(&flow, &compartment, &context)
    });
    let terms = decision.terms().ok_or("it leaves")?.clone();
    let mut table = Decisions::new(policy.clone(), Some(flow), context);
    timed("decide about a known compartment", Some(1.0), ROUNDS, || {
        table.decide(CompartmentNo(7), &compartment, now).terms().is_some()
    });
    let (key, atlas) =
        (PseudonymKey::derive(&[7; 32], &policy.agreement().id), Atlas::from_bytes(Atlas::build([])?)?);
    let others = |_: &ObjectId| Leaving::Clear;
    let bench = Workbench { key: &key, atlas: &atlas, others: &others, now };
    let object = Object::from_json(serde_json::json!({
        "type": "domain-name", "spec_version": "2.1", "value": "wick.lamp-relay.example",
        "id": ObjectId::observable(Kind::DomainName, &serde_json::json!({ "value": "wick.lamp-relay.example" })).to_string(),
    }))?;
    timed("release a domain name", None, ROUNDS, || policy.release(&object, &terms, &bench).is_ok());
    let indicator = Object::from_json(serde_json::json!({
        "type": "indicator", "spec_version": "2.1", "id": "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
        "created": "2026-03-01T09:30:00Z", "modified": "2026-03-01T09:30:00Z", "valid_from": "2026-03-01T09:30:00Z",
        "name": "wick.lamp-relay.example", "labels": ["lantern"], "pattern_type": "stix",
        "pattern": "[domain-name:value = 'wick.lamp-relay.example']",
        "external_references": [{ "source_name": "lantern.txt", "description": "indicator list" }],
    }))?;
    timed("release an indicator", None, ROUNDS, || policy.release(&indicator, &terms, &bench).is_ok());
    Ok(())
}

fn in_force(now: Timestamp) -> Result<InForce, Box<dyn std::error::Error>> {
    let mut agreement = Template::ALL[0].agreement();
    let keys = [1_u8, 2].map(|seed| "k1".parse().map(|id| SecretKey::new(id, &[seed; 32])));
    let [company, police] = keys;
    let keys = [company?, police?];
    for (party, key) in agreement.parties.iter_mut().zip(&keys) {
        party.keys = vec![PartyKey::Sign { id: key.id().clone(), ed25519: key.verifying_key() }];
    }
    let parties: Vec<_> = agreement.parties.iter().map(|party| party.id.clone()).collect();
    let mut signed = SignedAgreement::draft(agreement);
    for (party, key) in parties.iter().zip(&keys) {
        signed.sign(party, key)?;
    }
    match signed.standing(&[], &[], None, now)? {
        Standing::InForce(in_force) => Ok(in_force),
        _ => Err("it is not in force".into()),
    }
}

/// Does it so many times and says how long one took.
fn timed<T>(what: &str, target: Option<f64>, rounds: u32, mut act: impl FnMut() -> T) -> T {
    let begin = Instant::now();
    let mut last = act();
    for _ in 1..rounds {
        last = std::hint::black_box(act());
    }
    let each = begin.elapsed().as_secs_f64() * 1e6 / f64::from(rounds);
    let figure = serde_json::json!({
        "name": what, "value": each, "unit": "\u{b5}s", "target": target, "better": "lower",
    });
    let _ = writeln!(std::io::stdout(), "{figure}");
    last
}

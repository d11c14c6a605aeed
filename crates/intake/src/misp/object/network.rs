//! Objects that are traffic: connections, sockets, flows, HTTP requests.

mod ends;
mod http;

use entente_model::Kind;
use serde_json::{Value, json};

use super::super::observable::{Observable, autonomous_system};
use super::super::pattern::Comparisons;
use super::super::value::Fields;
use super::template::Form::{Integer, Text, Time};
use super::template::{Field, compare, field, fill};
use super::{Bag, Sense, Thing};
use ends::{Ends, compare_ends};
pub(super) use http::http_request;

const KIND: &str = "network-traffic";

const PORTS: &[Field] =
    &[field("src-port", &["src_port"], Integer), field("dst-port", &["dst_port"], Integer)];

/// The traffic of an object: its ends, then its other properties.
fn observed(
    thing: &Thing,
    ends: Ends,
    mut properties: Fields,
    bag: &Bag,
    pattern: Comparisons,
) -> Option<Sense> {
    ends.refer(&mut properties);
    // Traffic without an end is nothing STIX allows (section 6.12).
    (properties.contains_key("src_ref") || properties.contains_key("dst_ref")).then_some(())?;
    properties.extend(bag.rest());
    let mut observables = vec![Observable::new(Kind::NetworkTraffic, properties, thing.uuid())];
    observables.extend(ends.into_observables());
    Sense::observed(observables, pattern.observation())
}

/// The values of relations that name protocols, lower case, each once.
fn protocols(bag: &mut Bag, relations: &[&str]) -> Vec<String> {
    let mut protocols: Vec<String> = Vec::new();
    for attribute in relations.iter().flat_map(|relation| bag.all(relation)) {
        let protocol = attribute.value.to_lowercase();
        if !protocols.contains(&protocol) {
            protocols.push(protocol);
        }
    }
    protocols
}

fn or_tcp(protocols: Vec<String>) -> Value {
    if protocols.is_empty() { json!(["tcp"]) } else { protocols.into() }
}

/// An address and a port.
pub(super) fn ip_port(thing: &Thing) -> Option<Sense> {
    const TIMES: &[Field] = &[field("first-seen", &["start"], Time), field("last-seen", &["end"], Time)];
    let mut bag = thing.bag();
    let mut ends = Ends::default();
    for (relation, side) in [("ip-src", "src"), ("ip-dst", "dst"), ("ip", "dst")] {
        ends.address(&mut bag, relation, side);
    }
    for relation in ["domain", "hostname"] {
        ends.name_if_alone(&mut bag, relation, "dst");
    }
    let mut properties = Fields::new();
    fill(&mut properties, &mut bag, PORTS);
    fill(&mut properties, &mut bag, TIMES);
    let mut spoken = protocols(&mut bag, &["protocol"]);
    spoken.extend(ends.families().into_iter().map(str::to_owned));
    properties.insert("protocols".into(), or_tcp(spoken));
    let mut detecting = Bag::detecting(&thing.attributes);
    let mut pattern = Comparisons::default();
    let named = [("ip", "dst"), ("ip-src", "src"), ("ip-dst", "dst"), ("domain", "dst"), ("hostname", "dst")];
    compare_ends(&mut pattern, &mut detecting, &named);
    compare(&mut pattern, &mut detecting, KIND, PORTS);
    compare(&mut pattern, &mut detecting, KIND, TIMES);
    detecting.compare_rest(&mut pattern, KIND, &[]);
    observed(thing, ends, properties, &bag, pattern)
}

const ENDS: [(&str, &str); 4] =
    [("ip-src", "src"), ("ip-dst", "dst"), ("hostname-src", "src"), ("hostname-dst", "dst")];

fn both_ends(bag: &mut Bag) -> Ends {
    let mut ends = Ends::default();
    for (relation, side) in &ENDS[..2] {
        ends.address(bag, relation, side);
    }
    for (relation, side) in &ENDS[2..] {
        ends.name_if_alone(bag, relation, side);
    }
    ends
}

/// A connection.
pub(super) fn connection(thing: &Thing) -> Option<Sense> {
    const LAYERS: [&str; 3] = ["layer3-protocol", "layer4-protocol", "layer7-protocol"];
    const TIMES: &[Field] =
        &[field("first-packet-seen", &["start"], Time), field("last-packet-seen", &["end"], Time)];
    let mut bag = thing.bag();
    let ends = both_ends(&mut bag);
    let mut properties = Fields::new();
    fill(&mut properties, &mut bag, PORTS);
    fill(&mut properties, &mut bag, TIMES);
    properties.insert("protocols".into(), or_tcp(protocols(&mut bag, &LAYERS)));
    let mut detecting = Bag::detecting(&thing.attributes);
    let mut pattern = Comparisons::default();
    compare_ends(&mut pattern, &mut detecting, &ENDS);
    compare(&mut pattern, &mut detecting, KIND, PORTS);
    compare(&mut pattern, &mut detecting, KIND, TIMES);
    for (at, layer) in LAYERS.iter().enumerate() {
        if let Some(protocol) = detecting.value(layer) {
            pattern.equal(&format!("network-traffic:protocols[{at}]"), &protocol.to_lowercase());
        }
    }
    detecting.compare_rest(&mut pattern, KIND, &[]);
    observed(thing, ends, properties, &bag, pattern)
}

/// A socket.
pub(super) fn socket(thing: &Thing) -> Option<Sense> {
    const EXTENSION: &[Field] = &[
        field("address-family", &["extensions", "socket-ext", "address_family"], Text),
        field("socket-type", &["extensions", "socket-ext", "socket_type"], Text),
    ];
    let mut bag = thing.bag();
    let ends = both_ends(&mut bag);
    let mut properties = Fields::new();
    fill(&mut properties, &mut bag, PORTS);
    fill(&mut properties, &mut bag, EXTENSION);
    properties.insert("protocols".into(), or_tcp(protocols(&mut bag, &["protocol"])));
    let mut states = Vec::new();
    for state in bag.all("state") {
        match state.value.as_str() {
            "blocking" | "listening" => states.push(format!("is_{}", state.value)),
            _ => bag.put_back(state),
        }
    }
    // The extension has to say which family of addresses; without that a state is only kept.
    if let Some(extension) = properties.get_mut("extensions").and_then(|all| all.get_mut("socket-ext")) {
        for state in &states {
            extension[state.as_str()] = true.into();
        }
    }
    let mut detecting = Bag::detecting(&thing.attributes);
    let mut pattern = Comparisons::default();
    compare_ends(&mut pattern, &mut detecting, &ENDS);
    compare(&mut pattern, &mut detecting, KIND, PORTS);
    compare(&mut pattern, &mut detecting, KIND, EXTENSION);
    detecting.compare_rest(&mut pattern, KIND, &[]);
    observed(thing, ends, properties, &bag, pattern)
}

/// A flow: what a router counted.
pub(super) fn netflow(thing: &Thing) -> Option<Sense> {
    const COUNTS: &[Field] = &[
        field("byte-count", &["src_byte_count"], Integer),
        field("packet-count", &["src_packets"], Integer),
        field("first-packet-seen", &["start"], Time),
        field("last-packet-seen", &["end"], Time),
        field("icmp-type", &["extensions", "icmp-ext", "icmp_type_hex"], Text),
        field("tcp-flags", &["extensions", "tcp-ext", "src_flags_hex"], Text),
    ];
    let mut bag = thing.bag();
    let mut ends = Ends::default();
    for (side, address, system) in [("src", "ip-src", "src-as"), ("dst", "ip-dst", "dst-as")] {
        ends.address(&mut bag, address, side);
        if ends.has(side)
            && let Some(system) =
                bag.find(|relation, item| (relation == system).then(|| autonomous_system(&item.value))?)
        {
            ends.belongs_to(side, system);
        }
    }
    let mut properties = Fields::new();
    fill(&mut properties, &mut bag, PORTS);
    fill(&mut properties, &mut bag, COUNTS);
    let spoken_of =
        |extension: &str| properties.get("extensions").is_some_and(|all| all.get(extension).is_some());
    let implied = [("icmp-ext", "icmp"), ("tcp-ext", "tcp")];
    let mut spoken: Vec<String> = implied
        .iter()
        .filter(|(extension, _)| spoken_of(extension))
        .map(|(_, name)| (*name).to_owned())
        .collect();
    let named = protocols(&mut bag, &["protocol"]);
    spoken.extend(
        named.into_iter().filter(|name| !matches!(name.as_str(), "icmp" | "tcp")).collect::<Vec<_>>(),
    );
    properties.insert("protocols".into(), or_tcp(spoken));
    let mut detecting = Bag::detecting(&thing.attributes);
    let mut pattern = Comparisons::default();
    compare_ends(&mut pattern, &mut detecting, &ENDS);
    compare(&mut pattern, &mut detecting, KIND, PORTS);
    compare(&mut pattern, &mut detecting, KIND, COUNTS);
    detecting.compare_rest(&mut pattern, KIND, &[]);
    observed(thing, ends, properties, &bag, pattern)
}

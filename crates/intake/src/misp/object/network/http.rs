//! HTTP requests.

use serde_json::json;

use super::super::super::observable;
use super::super::super::pattern::Comparisons;
use super::super::super::value::Fields;
use super::super::template::Form::{List, Text};
use super::super::template::{Field, compare, field, fill};
use super::super::{Bag, Sense, Thing};
use super::ends::{Ends, compare_ends};
use super::{KIND, observed};

const EXTENSION: &[Field] = &[
    field("method", &["extensions", "http-request-ext", "request_method"], Text),
    field("uri", &["extensions", "http-request-ext", "request_value"], Text),
];

const ADDRESS: &[Field] = &[field("url", &["extensions", "http-request-ext", "request_value"], Text)];

/// A header may come more than once: STIX 2.1 section 6.12.2 wants lists.
const HEADER: &[Field] = &[
    field("content-type", &["extensions", "http-request-ext", "request_header", "Content-Type"], List),
    field("cookie", &["extensions", "http-request-ext", "request_header", "Cookie"], List),
    field("referer", &["extensions", "http-request-ext", "request_header", "Referer"], List),
    field("user-agent", &["extensions", "http-request-ext", "request_header", "User-Agent"], List),
];

/// A request, with the host it was sent to.
pub(in super::super) fn http_request(thing: &Thing) -> Option<Sense> {
    let mut bag = thing.bag();
    let mut ends = Ends::default();
    ends.address(&mut bag, "ip-src", "src");
    ends.address(&mut bag, "ip-dst", "dst");
    host(&mut bag, &mut ends);
    let mut properties = Fields::new();
    fill(&mut properties, &mut bag, EXTENSION);
    if !requested(&properties) {
        fill(&mut properties, &mut bag, ADDRESS);
    }
    fill(&mut properties, &mut bag, HEADER);
    properties.insert("protocols".into(), json!(["tcp", "http"]));
    let mut detecting = Bag::detecting(&thing.attributes);
    let mut pattern = Comparisons::default();
    compare_ends(&mut pattern, &mut detecting, &[("ip-src", "src"), ("ip-dst", "dst"), ("host", "dst")]);
    for fields in [EXTENSION, ADDRESS, HEADER] {
        compare(&mut pattern, &mut detecting, KIND, fields);
    }
    detecting.compare_rest(&mut pattern, KIND, &[]);
    observed(thing, ends, properties, &bag, pattern)
}

/// The host is the destination itself, or the name the destination's address was found under.
fn host(bag: &mut Bag, ends: &mut Ends) {
    let Some(address) = ends.end("dst").map(observable::Observable::reference) else {
        return ends.name_if_alone(bag, "host", "dst");
    };
    if let Some(name) =
        bag.find(|relation, item| (relation == "host").then(|| observable::domain(&item.value))?)
    {
        ends.beside(name.with("resolves_to_refs", json!([address])));
    }
}

fn requested(properties: &Fields) -> bool {
    let extension = properties.get("extensions").and_then(|all| all.get("http-request-ext"));
    extension.is_some_and(|extension| extension.get("request_value").is_some())
}

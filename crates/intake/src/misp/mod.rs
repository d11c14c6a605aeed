//! MISP: events, attributes, objects, galaxies, sightings, warninglists.
//!
//! Mapped to STIX 2.1 as MISP's own converter (misp-stix) does, with its ids and times, so that an event told
//! as MISP and the same event told as STIX meet. Where the reader departs from it:
//!
//! * observables have the deterministic ids of STIX 2.1 section 2.9 over normalised values, not the UUID of
//!   the attribute they came from, and registry hives are written out;
//! * what the mapping writes against STIX 2.1 is written as the standard wants it: header fields of HTTP requests
//!   are lists, languages lower case, pages that are no URI are described, nothing is an empty list;
//! * TLP tags become TLP 2.0; tags of the event restrict all in it, and `PAP:` and Admiralty tags count too;
//! * an attribute STIX has no word for becomes `x-misp-attribute`, with edges to the things it names;
//! * an object and its attributes are one record; a deleted attribute's objects are kept as revoked, of a
//!   deleted attribute inside an object nothing is kept but the count.
//!
//! ```text
//! bytes ─json::Framer─► document ─► event ─► attribute | object | galaxy | … ─Scene─► Record
//! ```

mod analyst;
mod attribute;
mod cluster_file;
mod event;
mod galaxy;
mod hash;
mod object;
mod observable;
mod other;
mod pattern;
mod properties;
mod reference;
mod scene;
mod sighting;
mod tags;
mod value;
mod warninglist;

use std::io::BufRead;

use serde_json::Value;

use self::value::Fields;
use crate::json::Framer;
use crate::{Context, Place, ReadError, Sink, Stopped};

/// Deepest nesting of wrappers such as `response` and `Event`.
const WRAPPERS: u32 = 4;

/// Reads MISP JSON of any sort: exports, feeds' events, single records, galaxies, warninglists.
pub(crate) fn read(
    ctx: &Context,
    place: &Place,
    input: &mut dyn BufRead,
    sink: &mut Sink,
) -> Result<(), ReadError> {
    let mut framer = Framer::new(input, &["response"], ctx.limits.record_bytes);
    while let Some(frame) = framer.next()? {
        let place = frame.place(place);
        match frame.parse::<Value>() {
            Err(reason) => sink.reject(place, reason, frame.raw)?,
            Ok(value) => document(ctx, &place, &value, WRAPPERS, sink)?,
        }
    }
    Ok(())
}

fn document(ctx: &Context, place: &Place, value: &Value, depth: u32, sink: &mut Sink) -> Result<(), Stopped> {
    match value {
        Value::Array(items) if depth > 0 => {
            items.iter().try_for_each(|item| document(ctx, place, item, depth - 1, sink))
        }
        Value::Object(fields) => thing(ctx, place, fields, depth, sink),
        _ => sink.reject(place.clone(), NO_RECORD, value.to_string().as_bytes()),
    }
}

const NO_RECORD: &str =
    "this is no MISP record: an event, attribute, object, galaxy or warninglist was expected";

fn thing(ctx: &Context, place: &Place, fields: &Fields, depth: u32, sink: &mut Sink) -> Result<(), Stopped> {
    for wrapper in ["response", "Event"] {
        match fields.get(wrapper) {
            Some(inner @ (Value::Object(_) | Value::Array(_))) if depth > 0 && !has_contents(fields) => {
                return document(ctx, place, inner, depth - 1, sink);
            }
            _ => {}
        }
    }
    if let Some(exclusion) = other::Exclusion::of(fields) {
        return exclusion.count(place, sink);
    }
    if cluster_file::is_one(fields) {
        return cluster_file::read(ctx, place, fields, sink);
    }
    if warninglist::is_one(fields) {
        return warninglist::read(ctx, place, fields, sink);
    }
    if is_event(fields) {
        return event::read(ctx, place, fields, sink);
    }
    match as_collection(fields) {
        Some(collection) => event::loose(ctx, place, &collection, sink),
        None => sink.reject(place.clone(), NO_RECORD, Value::Object(fields.clone()).to_string().as_bytes()),
    }
}

fn has_contents(fields: &Fields) -> bool {
    fields.contains_key("Attribute") || fields.contains_key("Object") || fields.contains_key("Galaxy")
}

fn is_event(fields: &Fields) -> bool {
    let known = ["Attribute", "Object", "Orgc", "date", "threat_level_id", "analysis", "uuid", "Tag"];
    fields.contains_key("info") && known.iter().any(|name| fields.contains_key(*name))
}

/// Attributes, objects or clusters that stand alone, as a collection of them.
fn as_collection(fields: &Fields) -> Option<Fields> {
    let wrapped = |name: &str| Some(Fields::from_iter([(name.to_owned(), Value::Object(fields.clone()))]));
    if fields.contains_key("meta-category") || fields.contains_key("name") && fields.contains_key("Attribute")
    {
        return wrapped("Object");
    }
    if fields.contains_key("GalaxyCluster") {
        return wrapped("Galaxy");
    }
    if has_contents(fields) {
        return Some(fields.clone());
    }
    if fields.contains_key("type") && fields.contains_key("value") && fields.contains_key("category") {
        return wrapped("Attribute");
    }
    None
}

#[cfg(test)]
mod tests;

//! STIX 2.0 and 2.1: bundles, TAXII envelopes, arrays, single objects, JSON lines.
//!
//! A record is an object. Objects of STIX 2.1 are checked and kept as they are; those of STIX 2.0 are brought up
//! to 2.1 first ([`upgrade`]). The bundle around them is no record.

use std::io::BufRead;

use entente_model::member;
use serde_json::{Map, Value};

use crate::Context;
use crate::json::{Frame, Framer};
use crate::record::{Outcome, Place, ReadError, Sink};

pub mod pattern;
mod upgrade;
mod validate;

/// The members whose elements are objects: `objects` of a bundle and of a TAXII 2.1 envelope.
const LISTS: &[&str] = &["objects"];

/// Reads every object of the input into `sink`.
pub(crate) fn read(
    context: &Context,
    place: &Place,
    input: &mut dyn BufRead,
    sink: &mut Sink<'_>,
) -> Result<(), ReadError> {
    let mut framer = Framer::new(input, LISTS, context.limits.record_bytes);
    while let Some(frame) = framer.next()? {
        let here = frame.place(place);
        record(context, here, &frame, sink)?;
    }
    Ok(())
}

fn record(context: &Context, place: Place, frame: &Frame<'_>, sink: &mut Sink<'_>) -> Result<(), ReadError> {
    let edition = member(frame.header, "spec_version").and_then(Value::as_str);
    let recall = context.recall.as_ref();
    let fingerprint = recall.map(|recall| recall.fingerprint(edition.unwrap_or_default(), frame.raw));
    if recall.zip(fingerprint).is_some_and(|(recall, fingerprint)| recall.knows(&fingerprint)) {
        return Ok(sink.put(place, Outcome::Known)?);
    }
    let json = match frame.parse::<Value>() {
        Ok(Value::Object(json)) => json,
        Ok(_) => return Ok(sink.reject(place, "a STIX object must be a JSON object", frame.raw)?),
        Err(reason) => return Ok(sink.reject(place, reason, frame.raw)?),
    };
    if is_bundle(&json) {
        return bundle(context, &place, frame.raw, sink);
    }
    let place = match member(&json, "id").and_then(Value::as_str) {
        Some(id) => place.named(id),
        None => place,
    };
    if let Some(class) = foreign(&json) {
        return Ok(sink.put(place, Outcome::Excluded(class))?);
    }
    // What an object says itself counts for more than what the bundle says.
    let older = edition == Some("2.0") && member(&json, "spec_version").is_none();
    match outcome(context, json, older) {
        Ok(outcome) => sink.put_known_by(place, outcome, fingerprint)?,
        Err(reason) => sink.reject(place, reason, frame.raw)?,
    }
    Ok(())
}

/// A bundle as an element of an array. Its offsets count from the beginning of the file all the same.
fn bundle(context: &Context, place: &Place, raw: &[u8], sink: &mut Sink<'_>) -> Result<(), ReadError> {
    let mut input = raw;
    let mut framer = Framer::new(&mut input, LISTS, context.limits.record_bytes);
    while let Some(frame) = framer.next()? {
        // A bundle without `objects` comes back as itself: it holds no record.
        if frame.list.is_none() && frame.raw.len() == raw.len() {
            continue;
        }
        let line = place.line.unwrap_or(1) + frame.line - 1;
        record(context, place.at(place.offset + frame.offset).line(line), &frame, sink)?;
    }
    Ok(())
}

fn is_bundle(json: &Map<String, Value>) -> bool {
    member(json, "type").and_then(Value::as_str) == Some("bundle")
}

/// The class of a document that is JSON and known, but not STIX 2.
fn foreign(json: &Map<String, Value>) -> Option<&'static str> {
    let is_object = |id: &str| id.contains("--");
    if member(json, "type").is_some() && member(json, "id").and_then(Value::as_str).is_some_and(is_object) {
        return None;
    }
    if json.contains_key("$schema") || json.contains_key("$id") {
        return Some("JSON Schema");
    }
    let older = json.contains_key("stix_header")
        || (json.contains_key("observables") && json.contains_key("version"));
    older.then_some("STIX 1 document")
}

fn outcome(context: &Context, json: Map<String, Value>, older: bool) -> Result<Outcome, String> {
    if older || upgrade::is_needed(&json) {
        return upgraded(context, json);
    }
    validate::object(&json)?;
    let draft = context.drafter.draft(Value::Object(json)).map_err(|error| error.to_string())?;
    Ok(Outcome::Drafts(vec![draft]))
}

fn upgraded(context: &Context, json: Map<String, Value>) -> Result<Outcome, String> {
    let upgrade::Upgraded { object, observables } = upgrade::object(json)?;
    validate::object(&object)?;
    let words = |error: entente_model::ObjectError| error.to_string();
    let own = context.drafter.draft(Value::Object(object)).map_err(words)?;
    // What was embedded in an object is under the object's handling.
    let handling = own.handling.clone();
    let mut drafts = vec![own];
    for observable in observables {
        validate::object(&observable)?;
        drafts.push(context.drafter.draft_under(Value::Object(observable), &handling).map_err(words)?);
    }
    Ok(Outcome::Drafts(drafts))
}

/// The links an object has beyond its references: see [`pattern`].
pub(crate) use pattern::pattern_links;

#[cfg(test)]
mod tests;

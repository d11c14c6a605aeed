//! Warninglists: values that are known to be shared by many, so that a trace does not walk through them.
//!
//! The list becomes a grouping, and each value an observable with a link to it: `listed-in`, or `listed-with-subdomains`
//! when the list means all names below as well. What a network holds follows from its value. The grouping is labelled `entente:shared-infrastructure`: that is how the node knows what to avoid.

use entente_model::{Kind, Link, ObjectId, Reference, Selector};
use serde_json::{Value, json};

use super::observable::{Observable, members};
use super::scene::{Fault, Made, Scene};
use super::tags::Tags;
use super::value::{Fields, as_text, texts};
use crate::{Context, Outcome, Place, Sink, Stopped};

/// Label of the grouping of a warninglist.
const SHARED: &str = "entente:shared-infrastructure";

/// Kind of the link from a value to its list, and of one from a name that stands for all below it.
const LISTED_IN: &str = "listed-in";
const LISTED_WITH_SUBDOMAINS: &str = "listed-with-subdomains";

/// True for a file of the MISP warninglists repository.
pub(super) fn is_one(fields: &Fields) -> bool {
    fields.get("list").is_some_and(Value::is_array)
        && fields.contains_key("name")
        && fields.contains_key("type")
}

/// Reads a warninglist: the list itself, then each value.
pub(super) fn read(ctx: &Context, place: &Place, file: &Fields, sink: &mut Sink) -> Result<(), Stopped> {
    let mut scene = Scene::new(ctx, place, &Fields::new());
    let name = file.get("name").and_then(as_text).unwrap_or_default().into_owned();
    let list_id = ObjectId::minted(Kind::Grouping, &format!("warninglist {name}"));
    let values = file.get("list").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let first = values.iter().filter_map(as_text).find_map(|value| selector(&value));
    let made = grouping(&scene, file, &list_id, first);
    scene.put("warninglist", file, made, sink)?;
    let matching = Matching::of(file);
    for value in values {
        let Some(text) = as_text(value) else {
            sink.reject(
                place.clone(),
                "a value of a warninglist must be a text",
                value.to_string().as_bytes(),
            )?;
            continue;
        };
        let outcome = match matching.value(&text) {
            Err(class) => Ok(Outcome::Excluded(class)),
            Ok((selector, kind)) => {
                listed(&scene, &selector, kind, &list_id).map(|draft| Outcome::Drafts(vec![draft]))
            }
        };
        let record = place.clone().named(text.as_ref());
        match outcome {
            Ok(outcome) => sink.put(record, outcome)?,
            Err(fault) => sink.reject(record, fault, text.as_bytes())?,
        }
    }
    Ok(())
}

/// What the values of a list are compared with.
#[derive(Clone, Copy)]
enum Matching {
    /// Whole values.
    Whole,
    /// Host names, and all below them.
    Host,
    /// Any part of a value. A part that is a whole host name stands on the list itself, too.
    Part,
    /// Regular expressions.
    Expression,
}

impl Matching {
    fn of(file: &Fields) -> Matching {
        match file.get("type").and_then(Value::as_str) {
            Some("string" | "cidr") => Matching::Whole,
            Some("hostname") => Matching::Host,
            Some("substring") => Matching::Part,
            _ => Matching::Expression,
        }
    }

    /// What a value of the list names and how, or the class of values that name nothing.
    fn value(self, text: &str) -> Result<(Selector, &'static str), &'static str> {
        match self {
            Matching::Expression => Err(PATTERN),
            _ if text.contains('*') || text.starts_with('/') && text.ends_with('/') => Err(PATTERN),
            Matching::Part => {
                Selector::domain(text).map(|name| (name, LISTED_WITH_SUBDOMAINS)).map_err(|_| PATTERN)
            }
            Matching::Whole | Matching::Host => {
                let named = selector(text.trim_start_matches('.'));
                let named = named.ok_or("warninglist value that is no observable")?;
                // A leading dot says "and all below".
                let below = matches!(self, Matching::Host) || text.starts_with('.');
                let is_name = matches!(named, Selector::Domain(_));
                Ok((named, if below && is_name { LISTED_WITH_SUBDOMAINS } else { LISTED_IN }))
            }
        }
    }
}

/// The class of values that stand for many.
const PATTERN: &str = "warninglist pattern";

fn selector(value: &str) -> Option<Selector> {
    if value.contains("://") {
        return Selector::url(value).ok();
    }
    Selector::ip(value)
        .or_else(|_| Selector::email(value))
        .or_else(|_| Selector::domain(value))
        .or_else(|_| Selector::file_hash(value))
        .ok()
}

/// The list as a thing. STIX wants a grouping to name at least one object; the rest say so themselves.
fn grouping(scene: &Scene, file: &Fields, id: &ObjectId, first: Option<Selector>) -> Result<Made, Fault> {
    let mut properties = members(json!({ "context": "unspecified", "labels": [SHARED] }));
    for member in ["name", "description"] {
        if let Some(text) = file.get(member).and_then(as_text) {
            properties.insert(member.into(), text.into());
        }
    }
    for (property, member) in [
        ("x_misp_type", "type"),
        ("x_misp_version", "version"),
        ("x_misp_matching_attributes", "matching_attributes"),
    ] {
        if let Some(value) = file.get(member) {
            properties.insert(property.into(), value.clone());
        }
    }
    if let Some(category) = file.get("category") {
        properties.insert("x_misp_category".into(), texts(category).into_iter().map(Value::from).collect());
    }
    let first = first.map_or_else(|| id.clone(), |selector| selector.id());
    properties.insert("object_refs".into(), json!([first.to_string()]));
    let draft = scene.minted(id, properties)?;
    Ok(Made { drafts: vec![draft], ..Made::default() })
}

fn listed(
    scene: &Scene,
    selector: &Selector,
    kind: &'static str,
    list: &ObjectId,
) -> Result<entente_model::Draft, Fault> {
    let observable = Observable::of(selector);
    let mut draft = scene.observable(&observable, &Tags::default())?;
    let (source, target) = (Reference::Id(observable.id), Reference::Id(list.clone()));
    draft.links.push(Link { source, target, kind: kind.into(), at: None });
    Ok(draft)
}

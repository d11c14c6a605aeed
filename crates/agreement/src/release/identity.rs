//! The id something leaves under.
//!
//! - An id made of a value (an observable's, or one a reader minted from a name) stays when it is the id of what leaves:
//!   then it says nothing that the values do not. Otherwise it could confirm a guess of what was withheld.
//! - A random id stays for kinds whose data all leaves as it is. Were it to stay beside a changed form, two partners who
//!   hold the two forms could join them by it; were it to depend on what one version holds, versions would part.
//! - Any other name-based id (UUID version 3 or 5) may be made of anything in the object, so it stays only when all of it
//!   leaves.
//! - A relationship or sighting keeps its id only when its ends keep theirs; what gathers many things (a report, a note)
//!   only under flows that change nothing.

use entente_model::{Kind, KindFamily, Object, ObjectId, canonical_id, id_contributing, vertex_id};
use serde_json::Value;

use super::object::Shaping;
use super::reference::Referring;
use super::{Leaving, Withheld};

/// The id it leaves under; refuses a relationship one of whose ends stays.
pub(super) fn decide(shaping: &mut Shaping) -> Result<ObjectId, Withheld> {
    if let Some(id) = &shaping.became {
        return Ok(id.clone());
    }
    let ends = ends(shaping)?;
    let keeps = match shaping.family() {
        KindFamily::Relationship => ends.iter().all(|end| *end == Leaving::Clear) && keeps_named(shaping),
        KindFamily::Observable => keeps_observable(shaping),
        KindFamily::Domain | KindFamily::Meta if gathers(shaping.object.kind()) => {
            !shaping.compiled.sieve.rewrites && keeps_named(shaping)
        }
        KindFamily::Domain | KindFamily::Meta => keeps_named(shaping),
    };
    Ok(if keeps { shaping.object.id().clone() } else { new_id(shaping) })
}

/// Whether the id of what is no observable stays.
fn keeps_named(shaping: &Shaping) -> bool {
    !shaping.fields.changes && !shaping.data_touched && (keeps_whole(shaping) || is_minted(shaping))
}

/// True when nothing an id could be made of is withheld.
fn keeps_whole(shaping: &Shaping) -> bool {
    !is_name_based(shaping.object.id()) || (shaping.compiled.sieve.free_text && !shaping.other_dropped)
}

/// True when a reader minted the id from what leaves: a name, a country, or the ends of a relationship, which keep
/// their ids where this is asked.
fn is_minted(shaping: &Shaping) -> bool {
    let (id, out) = (shaping.object.id(), &shaping.out);
    let text = |property: &str| out.get(property).and_then(Value::as_str);
    let name = match id.kind() {
        Kind::Location => text("country").map(str::to_owned),
        Kind::Relationship => {
            let ends = ["source_ref", "target_ref"].map(|property| shaping.object.text(property));
            let parts = [ends[0], text("relationship_type"), ends[1]];
            parts.into_iter().collect::<Option<Vec<_>>>().map(|parts| parts.join("\u{1f}"))
        }
        _ => text("name").map(str::to_lowercase),
    };
    name.is_some_and(|name| ObjectId::minted(id.kind().clone(), &name) == *id)
}

fn is_name_based(id: &ObjectId) -> bool {
    matches!(id.uuid().get_version_num(), 3 | 5)
}

/// What refers to many things by its nature.
fn gathers(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Report
            | Kind::Note
            | Kind::Opinion
            | Kind::Grouping
            | Kind::ObservedData
            | Kind::LanguageContent
    )
}

/// How the ends of a relationship or the subject of a sighting leave.
fn ends(shaping: &Shaping) -> Result<Vec<Leaving>, Withheld> {
    let properties: &[&str] = match shaping.object.kind() {
        Kind::Relationship => &["source_ref", "target_ref"],
        Kind::Sighting => &["sighting_of_ref"],
        _ => return Ok(Vec::new()),
    };
    properties.iter().map(|property| end(shaping, property)).collect()
}

fn end(shaping: &Shaping, property: &str) -> Result<Leaving, Withheld> {
    let id = shaping.object.text(property).and_then(|id| id.parse::<ObjectId>().ok());
    // Relationships between relationships are not allowed (STIX 2.1 section 5.1), and could go round in a circle.
    let id = id.filter(|id| id.kind().family() != KindFamily::Relationship);
    match id.map(|id| shaping.bench.others.leaving(&id)) {
        None | Some(Leaving::Withheld) => Err(shaping.incomplete(property)),
        Some(leaving) => Ok(leaving),
    }
}

fn keeps_observable(shaping: &mut Shaping) -> bool {
    let own = shaping.object.id().clone();
    let made_of_values = |object: &Object| {
        // `vertex_id` of what has no value left is its own id, which proves nothing.
        canonical_id(object).is_some_and(|id| id == own || vertex_id(object) == own)
    };
    if with_contributing(shaping, true).as_ref().is_some_and(made_of_values) {
        return true;
    }
    let random = !made_of_values(&shaping.object) && keeps_whole(shaping);
    random && !shaping.fields.changes && !shaping.data_touched && !references_change(shaping)
}

/// True when a reference its id may be made of would not stay as it is.
fn references_change(shaping: &Shaping) -> bool {
    let told = contributing_references(shaping);
    told.iter().any(|(_, id)| id.as_ref().map(|id| shaping.bench.others.leaving(id)) != Some(Leaving::Clear))
}

/// The references an observable's id is made of; none for one to a kind that cannot stand there.
fn contributing_references(shaping: &Shaping) -> Vec<(&'static str, Option<ObjectId>)> {
    let names = id_contributing(shaping.object.kind()).iter().filter(|name| name.ends_with("_ref"));
    let told = names.filter_map(|name| Some((*name, shaping.object.json().get(*name)?)));
    told.map(|(name, value)| {
        let id = value.as_str().and_then(|id| id.parse::<ObjectId>().ok());
        (name, id.filter(|id| stands_at(name, id.kind())))
    })
    .collect()
}

/// What can stand at a contributing reference (STIX 2.1 sections 6.6, 6.7 and 6.12), which goes in no circle.
fn stands_at(property: &str, kind: &Kind) -> bool {
    match property {
        "from_ref" => *kind == Kind::EmailAddr,
        "parent_directory_ref" => *kind == Kind::Directory,
        _ => matches!(kind, Kind::Ipv4Addr | Kind::Ipv6Addr | Kind::MacAddr | Kind::DomainName),
    }
}

/// What leaves, with the references its id is made of.
fn with_contributing(shaping: &mut Shaping, keeps: bool) -> Option<Object> {
    let told = contributing_references(shaping);
    let mut out = shaping.out.clone();
    let referring = Referring::new(shaping, keeps);
    for (name, id) in told {
        if let Some(id) = id.and_then(|id| referring.one(&id)) {
            out.insert(name.to_owned(), id.to_string().into());
        }
    }
    out.insert("id".to_owned(), shaping.object.id().to_string().into());
    Object::from_json(Value::Object(out)).ok()
}

/// A new id, over a pseudonym of what the object is. What leaves as the same thing leaves under one id: were two
/// addresses told as one network under two ids, their number would be told too.
fn new_id(shaping: &mut Shaping) -> ObjectId {
    let told = with_contributing(shaping, false);
    let kind = shaping.object.kind().clone();
    let complete = |told: &Object| {
        let own = |name: &&&str| shaping.object.json().contains_key(**name);
        id_contributing(&kind).iter().filter(own).all(|name| told.json().contains_key(*name))
    };
    let identity = told.filter(complete).and_then(|told| canonical_id(&told));
    let identity = identity.unwrap_or_else(|| shaping.object.id().clone());
    shaping.bench.key.id(&kind, &shaping.epoch(), &identity.to_string())
}

//! The links an object asserts.

use std::borrow::Cow;

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::canonical::identifying_digest;
use crate::{
    Atlas, Kind, KindFamily, Link, LinkKind, Object, ObjectId, Reference, Selector, parse_timestamp,
};

/// Every edge `object` stands for.
///
/// - A relationship is one edge from `source_ref` to `target_ref`, named by its `relationship_type`; it is no
///   vertex itself.
/// - Any other object: an edge to the object of each `…_ref` and `…_refs`, at any depth, named by the property:
///   `resolves_to_refs` is `resolves-to`, `sighting_of_ref` is `sighting-of`.
/// - A file, an artifact or a certificate: a `hash` edge to each digest that is not what identifies it; an
///   account with a user id to its login (`account`), a registry key with values to the bare `key`.
/// - What its values imply ([`Selector::implied`]), and what follows from that in turn.
///
/// Markings are handling, not links; objects that are never drawn have none.
pub fn links_of(object: &Object, atlas: &Atlas) -> Vec<Link> {
    if object.kind().family() == KindFamily::Meta {
        return Vec::new();
    }
    let at = happened(object);
    if *object.kind() == Kind::Relationship {
        return relationship(object, at).into_iter().collect();
    }
    let mut links = Vec::new();
    references(object, at, &mut links);
    carried(object, atlas, at, &mut links);
    links
}

/// The edges that follow from a value alone, and from what follows from it: a URL's host, that host's
/// registered domain or network and country. A reader that names a selector adds them once beside its own link.
pub fn implied_links(selector: &Selector, atlas: &Atlas, at: Option<Timestamp>) -> Vec<Link> {
    let mut links = Vec::new();
    follow(Reference::Selector(selector.clone()), selector, atlas, at, &mut links);
    links
}

/// When what the object says held or was first seen.
fn happened(object: &Object) -> Option<Timestamp> {
    const TIMES: [&str; 9] = [
        "start_time",
        "first_seen",
        "first_observed",
        "valid_from",
        "published",
        "start",
        "date",
        "executed_at",
        "incident_time",
    ];
    let told =
        TIMES.iter().filter_map(|property| object.text(property)).find_map(|text| parse_timestamp(text).ok());
    told.or(object.created())
}

fn relationship(object: &Object, at: Option<Timestamp>) -> Option<Link> {
    let end = |property| object.text(property)?.parse::<ObjectId>().ok();
    let (source, target) = (end("source_ref")?, end("target_ref")?);
    let kind = object.text("relationship_type").filter(|kind| !kind.is_empty()).unwrap_or("related-to");
    Some(Link {
        source: Reference::Id(source),
        target: Reference::Id(target),
        kind: not_reserved(relationship_kind(kind)),
        at,
    })
}

fn references(object: &Object, at: Option<Timestamp>, links: &mut Vec<Link>) {
    // A stack instead of recursion: how deep the JSON goes is for its sender to choose.
    let mut open: Vec<&Map<String, Value>> = vec![object.json()];
    while let Some(members) = open.pop() {
        for (name, value) in members {
            match value {
                Value::String(target) if name.ends_with("_ref") => link(object, name, target, at, links),
                Value::Array(targets) if name.ends_with("_refs") && name != "object_marking_refs" => {
                    let targets = targets.iter().filter_map(Value::as_str);
                    targets.for_each(|target| link(object, name, target, at, links));
                }
                Value::Object(inner) => open.push(inner),
                Value::Array(items) if name != "granular_markings" => push_inner(items, &mut open),
                _ => {}
            }
        }
    }
}

fn push_inner<'a>(items: &'a [Value], open: &mut Vec<&'a Map<String, Value>>) {
    let mut lists: Vec<&[Value]> = vec![items];
    while let Some(items) = lists.pop() {
        for item in items {
            match item {
                Value::Object(inner) => open.push(inner),
                Value::Array(inner) => lists.push(inner),
                _ => {}
            }
        }
    }
}

fn link(object: &Object, property: &str, target: &str, at: Option<Timestamp>, links: &mut Vec<Link>) {
    let Ok(target) = target.parse::<ObjectId>() else { return };
    // An identity is its own author; that is no link.
    if target == *object.id() {
        return;
    }
    let source = Reference::Id(object.id().clone());
    links.push(Link { source, target: Reference::Id(target), kind: reference_kind(property), at });
}

fn carried(object: &Object, atlas: &Atlas, at: Option<Timestamp>, links: &mut Vec<Link>) {
    let selectors = Selector::of_object(object);
    if selectors.is_empty() {
        return;
    }
    let own = || Reference::Id(object.id().clone());
    if *object.kind() == Kind::Location {
        let to_country = |country| Link {
            source: own(),
            target: Reference::Selector(country),
            kind: "country".into(),
            at,
        };
        links.extend(selectors.into_iter().map(to_country));
        return;
    }
    let is_composite = matches!(object.kind(), Kind::File | Kind::Artifact | Kind::X509Certificate);
    let identifying = identifying_digest(object).filter(|_| is_composite);
    for selector in selectors {
        let kind = match &selector {
            Selector::FileHash(algorithm, _) | Selector::CertificateHash(algorithm, _) => {
                if identifying == Some(*algorithm) {
                    continue;
                }
                "hash"
            }
            Selector::Url(_) if is_composite => "url",
            // A name two files share says little; it finds the file, it does not link it.
            Selector::FileName(_) => continue,
            // These have more to their id than the value a pattern names.
            Selector::UserAccount(..) if object.json().contains_key("user_id") => "account",
            Selector::RegistryKey(_) if object.json().contains_key("values") => "key",
            _ => {
                follow(own(), &selector, atlas, at, links);
                continue;
            }
        };
        links.push(Link {
            source: own(),
            target: Reference::Selector(selector.clone()),
            kind: kind.into(),
            at,
        });
        follow(Reference::Selector(selector.clone()), &selector, atlas, at, links);
    }
}

fn follow(
    source: Reference,
    selector: &Selector,
    atlas: &Atlas,
    at: Option<Timestamp>,
    links: &mut Vec<Link>,
) {
    for (kind, target) in selector.implied(atlas) {
        links.push(Link { source: source.clone(), target: Reference::Selector(target.clone()), kind, at });
        follow(Reference::Selector(target.clone()), &target, atlas, at, links);
    }
}

macro_rules! known_kinds {
    ($given:expr, $($name:literal => $kind:literal,)*) => {
        match $given { $( $name => Some($kind), )* _ => None }
    };
}

/// `resolves_to_refs` to `resolves-to`; without allocating for the properties of the standard.
fn reference_kind(property: &str) -> LinkKind {
    let known = known_kinds!(property,
        "created_by_ref" => "created-by",
        "object_refs" => "object",
        "object_ref" => "object",
        "sighting_of_ref" => "sighting-of",
        "observed_data_refs" => "observed-data",
        "where_sighted_refs" => "where-sighted",
        "resolves_to_refs" => "resolves-to",
        "belongs_to_ref" => "belongs-to",
        "belongs_to_refs" => "belongs-to",
        "src_ref" => "src",
        "dst_ref" => "dst",
        "from_ref" => "from",
        "to_refs" => "to",
        "parent_directory_ref" => "parent-directory",
        "contains_refs" => "contains",
        "content_ref" => "content",
        "sample_refs" => "sample",
        "sample_ref" => "sample",
        "image_ref" => "image",
        "parent_ref" => "parent",
        "child_refs" => "child",
        "creator_user_ref" => "creator-user",
        "opened_connection_refs" => "opened-connection",
        "debtor_account_ref" => "debtor-account",
        "creditor_account_ref" => "creditor-account",
        "subject_refs" => "subject",
    );
    match known {
        Some(kind) => Cow::Borrowed(kind),
        None => {
            let bare = property.strip_suffix("_refs").or(property.strip_suffix("_ref")).unwrap_or(property);
            not_reserved(Cow::Owned(bare.replace('_', "-")))
        }
    }
}

/// These decide what traces go around, so only the readers of such lists may draw them: an object that names one, as
/// relationship type or as property, draws another link.
fn not_reserved(kind: LinkKind) -> LinkKind {
    match kind.as_ref() {
        "listed-in" | "listed-with-subdomains" | "sinkholed-by" => Cow::Owned(format!("told-{kind}")),
        _ => kind,
    }
}

/// The relationship types of the standard without allocating, any other as given.
fn relationship_kind(kind: &str) -> LinkKind {
    const KNOWN: &[&str] = &[
        "uses",
        "indicates",
        "targets",
        "related-to",
        "mitigates",
        "attributed-to",
        "communicates-with",
        "subtechnique-of",
        "revoked-by",
        "detects",
        "based-on",
        "delivers",
        "drops",
        "downloads",
        "exploits",
        "variant-of",
        "authored-by",
        "beacons-to",
        "consists-of",
        "controls",
        "hosts",
        "owns",
        "located-at",
        "originates-from",
        "impersonates",
        "compromises",
        "derived-from",
        "duplicate-of",
        "resolves-to",
        "belongs-to",
        "has",
        "analysis-of",
        // Entente's own.
        "has-fingerprint",
        "presents",
        "registered-by",
        "uses-name-server",
        "held-by",
        "infected-by",
        "contains",
        "contacted",
    ];
    match KNOWN.iter().find(|known| **known == kind) {
        Some(known) => Cow::Borrowed(known),
        None => Cow::Owned(kind.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::AtlasRow;

    fn atlas() -> Atlas {
        let rows = ["192.0.2.0,192.0.2.255,64496,Example Net", "192.0.2.0,192.0.2.255,NL"];
        let rows = rows.map(|row| AtlasRow::from_csv(row).expect("a row"));
        Atlas::from_bytes(Atlas::build(rows).expect("a table")).expect("an atlas")
    }

    fn own(kind: &str) -> String {
        format!("{kind}--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f")
    }

    /// The links of an object as `source kind target`, `*` being the object itself and others by label or kind.
    fn links(kind: &str, mut value: Value) -> Vec<String> {
        value["type"] = kind.into();
        value["id"] = own(kind).into();
        value["created"] = "2025-03-01T09:30:00Z".into();
        value["modified"] = "2025-03-01T09:30:00Z".into();
        let object = Object::from_json(value).expect("an object");
        let name = |end: &Reference| match end {
            Reference::Id(id) if id == object.id() => "*".to_owned(),
            Reference::Id(id) => id.kind().to_string(),
            Reference::Selector(selector) => selector.label(),
        };
        let line = |link: &Link| format!("{} {} {}", name(&link.source), link.kind, name(&link.target));
        links_of(&object, &atlas()).iter().map(line).collect()
    }

    #[test]
    fn a_relationship_is_an_edge_and_no_vertex() {
        let value = json!({"relationship_type": "uses", "source_ref": own("campaign"), "target_ref": own("malware"),
            "created_by_ref": own("identity")});
        assert_eq!(links("relationship", value), ["campaign uses malware"]);
        assert!(links("relationship", json!({"relationship_type": "uses"})).is_empty());
    }

    #[test]
    fn a_sighting_is_a_vertex() {
        let value = json!({"sighting_of_ref": own("malware"), "where_sighted_refs": [own("identity")],
            "observed_data_refs": [own("observed-data")], "object_marking_refs": [own("marking-definition")]});
        let mut found = links("sighting", value);
        found.sort();
        assert_eq!(
            found,
            ["* observed-data observed-data", "* sighting-of malware", "* where-sighted identity"]
        );
    }

    #[test]
    fn references_are_found_at_any_depth_and_markings_are_none() {
        let value = json!({"extensions": {"archive-ext": {"contains_refs": [own("directory"), 5, "no id"]}},
            "x_lists": [[{"x_made_by_ref": own("tool")}]], "created_by_ref": own("file"),
            "granular_markings": [{"marking_ref": own("marking-definition"), "selectors": ["name"]}]});
        let mut found = links("file", value);
        found.sort();
        assert_eq!(found, ["* contains directory", "* x-made-by tool"]);
    }

    #[test]
    fn nobody_but_a_reader_of_lists_says_what_is_shared() {
        for kind in ["listed-in", "listed-with-subdomains", "sinkholed-by"] {
            let value = json!({"relationship_type": kind, "source_ref": own("campaign"), "target_ref": own("malware")});
            assert_eq!(links("relationship", value), [format!("campaign told-{kind} malware")]);
            for property in [format!("{}_ref", kind.replace('-', "_")), format!("{kind}_ref")] {
                assert_eq!(
                    links("tool", json!({property: own("grouping")})),
                    [format!("* told-{kind} grouping")]
                );
            }
        }
    }

    #[test]
    fn values_imply_links_down_to_the_last() {
        let found = links("url", json!({"value": "http://a.example.com/x"}));
        assert_eq!(found, ["* host a.example.com", "a.example.com registered-domain example.com"]);
        let found = links("url", json!({"value": "http://192.0.2.7/x"}));
        assert_eq!(found, ["* host 192.0.2.7", "192.0.2.7 belongs-to AS64496", "192.0.2.7 located-at NL"]);
        assert_eq!(
            links("ipv4-addr", json!({"value": "192.0.2.7"})),
            ["* belongs-to AS64496", "* located-at NL"]
        );
        assert_eq!(links("location", json!({"country": "NL"})), ["* country NL"]);
    }

    #[test]
    fn a_file_is_linked_to_the_digests_that_do_not_identify_it() {
        let (md5, sha1) = ("d41d8cd98f00b204e9800998ecf8427e", "da39a3ee5e6b4b0d3255bfef95601890afd80709");
        assert!(links("file", json!({"hashes": {"MD5": md5}})).is_empty());
        assert_eq!(links("file", json!({"hashes": {"MD5": md5, "SHA-1": sha1}})), [format!("* hash {sha1}")]);
        let named = links("file", json!({"name": "a.exe", "hashes": {"MD5": md5.to_uppercase()}}));
        assert_eq!(named, [format!("* hash {md5}")]);
    }

    #[test]
    fn what_is_more_than_a_name_is_linked_to_the_name() {
        let account = json!({"user_id": "1001", "account_login": "jdoe", "account_type": "unix"});
        assert_eq!(links("user-account", account), ["* account jdoe"]);
        assert!(links("user-account", json!({"account_login": "jdoe"})).is_empty());
        let key = json!({"key": "HKLM\\Run", "values": [{"name": "x"}]});
        assert_eq!(links("windows-registry-key", key), ["* key HKEY_LOCAL_MACHINE\\Run"]);
    }

    #[test]
    fn what_is_never_drawn_has_no_links() {
        let value = json!({"definition_type": "statement", "created_by_ref": own("identity")});
        assert!(links("marking-definition", value).is_empty());
    }

    #[test]
    fn a_link_has_the_time_of_what_it_says() {
        let value = json!({"type": "sighting", "id": own("sighting"), "created": "2025-03-01T09:30:00Z",
            "modified": "2025-03-01T09:30:00Z", "first_seen": "2024-01-01T00:00:00Z", "sighting_of_ref": own("malware")});
        let object = Object::from_json(value).expect("an object");
        let at = links_of(&object, &Atlas::empty())[0].at.expect("a time");
        assert_eq!(at.to_string(), "2024-01-01T00:00:00Z");
    }
}

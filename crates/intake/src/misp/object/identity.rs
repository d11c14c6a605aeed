//! Objects that are persons and organisations.

use entente_model::Kind;
use serde_json::json;

use super::super::observable::members;
use super::super::value::Fields;
use super::template::Form::{List, Text};
use super::template::{Field, field, fill};
use super::{Bag, Sense, Thing};

struct Template {
    class: Option<&'static str>,
    fields: &'static [Field],
    contact: &'static [&'static str],
}

const PERSON: Template = Template {
    class: Some("individual"),
    fields: &[
        field("full-name", &["name"], Text),
        field("text", &["description"], Text),
        field("role", &["roles"], List),
    ],
    contact: &["address", "e-mail", "fax-number", "phone-number"],
};

const EMPLOYEE: Template = Template {
    class: Some("individual"),
    fields: &[
        field("full-name", &["name"], Text),
        field("text", &["description"], Text),
        field("employee-type", &["roles"], List),
    ],
    contact: &["email-address"],
};

const ORGANIZATION: Template = Template {
    class: Some("organization"),
    fields: &[
        field("name", &["name"], Text),
        field("description", &["description"], Text),
        field("role", &["roles"], List),
    ],
    contact: &["address", "e-mail", "fax-number", "phone-number"],
};

const LEGAL_ENTITY: Template = Template {
    class: Some("organization"),
    fields: &[
        field("name", &["name"], Text),
        field("text", &["description"], Text),
        field("business", &["sectors"], List),
    ],
    contact: &["phone-number", "website"],
};

const NEWS_AGENCY: Template = Template {
    class: Some("organization"),
    fields: &[field("name", &["name"], Text)],
    contact: &["address", "e-mail", "fax-number", "phone-number", "link"],
};

const IDENTITY: Template = Template {
    class: None,
    fields: &[
        field("name", &["name"], Text),
        field("contact_information", &["contact_information"], Text),
        field("description", &["description"], Text),
        field("identity_class", &["identity_class"], Text),
        field("roles", &["roles"], List),
        field("sectors", &["sectors"], List),
    ],
    contact: &[],
};

/// A person or an organisation. One without any name stays what it was.
pub(super) fn identity(thing: &Thing) -> Option<Sense> {
    let template = match thing.name.as_str() {
        "employee" => EMPLOYEE,
        "legal-entity" => LEGAL_ENTITY,
        "news-agency" => NEWS_AGENCY,
        "organization" => ORGANIZATION,
        "person" => PERSON,
        _ => IDENTITY,
    };
    let mut bag = thing.bag();
    let mut properties = Fields::new();
    if let Some(class) = template.class {
        properties.extend(members(json!({ "identity_class": class })));
    }
    fill(&mut properties, &mut bag, template.fields);
    if template.class == Some("individual") && !properties.contains_key("name") {
        properties.insert("name".into(), composed_name(&mut bag)?.into());
    }
    properties.contains_key("name").then_some(())?;
    let contact: Vec<String> =
        template.contact.iter().filter_map(|relation| contact(&mut bag, relation)).collect();
    if !contact.is_empty() {
        properties.insert("contact_information".into(), contact.join(" / ").into());
    }
    properties.extend(bag.rest());
    Some(Sense::Concept { kind: Kind::Identity, properties, phased: false })
}

fn composed_name(bag: &mut Bag) -> Option<String> {
    let parts: Vec<&str> = ["first-name", "middle-name", "last-name"]
        .iter()
        .filter_map(|relation| bag.value(relation))
        .collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn contact(bag: &mut Bag, relation: &str) -> Option<String> {
    let values: Vec<&str> = bag.all(relation).iter().map(|attribute| attribute.value.as_str()).collect();
    (!values.is_empty()).then(|| format!("{relation}: {}", values.join("; ")))
}

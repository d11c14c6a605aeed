//! Objects that are detection rules.

use serde_json::{Value, json};

use super::super::observable::members;
use super::super::properties::page;
use super::template::Form::Text;
use super::template::{Field, field, fill};
use super::{Sense, Thing};

struct Template {
    name: &'static str,
    language: &'static str,
    fields: &'static [Field],
    references: &'static str,
}

static TEMPLATES: &[Template] = &[
    Template {
        name: "nova-rule",
        language: "nova",
        fields: &[
            field("raw-rule", &["pattern"], Text),
            field("rule-name", &["name"], Text),
            field("description", &["description"], Text),
        ],
        references: "reference",
    },
    Template {
        name: "owasp-crs-rule",
        language: "crs",
        fields: &[
            field("raw-rule", &["pattern"], Text),
            field("rule-id", &["name"], Text),
            field("message", &["description"], Text),
        ],
        references: "reference",
    },
    Template {
        name: "sigma",
        language: "sigma",
        fields: &[
            field("sigma", &["pattern"], Text),
            field("sigma-rule-name", &["name"], Text),
            field("comment", &["description"], Text),
        ],
        references: "reference",
    },
    Template {
        name: "stix2-pattern",
        language: "stix",
        fields: &[
            field("stix2-pattern", &["pattern"], Text),
            field("comment", &["description"], Text),
            field("version", &["pattern_version"], Text),
        ],
        references: "reference",
    },
    Template {
        name: "suricata",
        language: "suricata",
        fields: &[
            field("suricata", &["pattern"], Text),
            field("comment", &["description"], Text),
            field("version", &["pattern_version"], Text),
        ],
        references: "ref",
    },
    Template {
        name: "wazuh-rule",
        language: "wazuh",
        fields: &[
            field("wazuh-rule", &["pattern"], Text),
            field("rule-id", &["name"], Text),
            field("comment", &["description"], Text),
            field("version", &["pattern_version"], Text),
        ],
        references: "reference",
    },
    Template {
        name: "yara",
        language: "yara",
        fields: &[
            field("yara", &["pattern"], Text),
            field("yara-rule-name", &["name"], Text),
            field("comment", &["description"], Text),
            field("version", &["pattern_version"], Text),
        ],
        references: "reference",
    },
];

/// A detection rule, if the template of this name is one and its rule is there.
pub(super) fn rule(name: &str, thing: &Thing) -> Option<Sense> {
    let template = TEMPLATES.iter().find(|template| template.name == name)?;
    let mut bag = thing.bag();
    let mut properties = members(json!({ "pattern_type": template.language }));
    fill(&mut properties, &mut bag, template.fields);
    properties.get("pattern")?;
    // `stix 2.0` and `2.0` are both met.
    let version = properties.get("pattern_version").and_then(Value::as_str).unwrap_or("2.1");
    let version = version.trim_matches(|c: char| c.is_ascii_alphabetic() || c == ' ').to_owned();
    properties.insert("pattern_version".into(), version.into());
    let references: Vec<Value> =
        bag.all(template.references).iter().map(|item| page("url", &item.value)).collect();
    if !references.is_empty() {
        properties.insert("external_references".into(), references.into());
    }
    properties.extend(bag.rest());
    Some(Sense::Rule { properties })
}

//! Drafts for the indicators of a list.
//!
//! One line or row becomes, in this order: the indicator (its id follows from the list's subject or title and
//! from what it names), the observable, once per file the subject itself, and the relationship between the two.
//! When a list names the same thing again in another context, the second indicator gets an id of its own: two
//! reports are two indicators for one observable.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use entente_model::{Draft, Kind, Link, ObjectError, ObjectId, Reference as End};
use serde_json::{Map, Value, json};

use super::finding::Finding;
use super::origin::{Origin, Subject};
use super::provenance::Reference;
use crate::Drafter;
use crate::draft::SHARED;

/// Indicators remembered per list to tell repetitions in another context. Beyond it, a repetition counts as a
/// new version of the first.
const REMEMBERED: usize = 1 << 20;

/// What a list says about the indicators of one line.
#[derive(Debug, Default, Hash)]
pub(super) struct About {
    pub(super) description: Option<String>,
    pub(super) references: Vec<Reference>,
    /// When the list says it was seen, RFC 3339.
    pub(super) since: Option<String>,
}

/// Makes the drafts of one list.
pub(super) struct Mint<'c> {
    drafter: &'c Drafter,
    title: String,
    subject: Option<Subject>,
    introduced: bool,
    contexts: HashMap<u128, u64>,
}

impl<'c> Mint<'c> {
    pub(super) fn new(drafter: &'c Drafter, origin: Origin) -> Mint<'c> {
        let Origin { title, subject } = origin;
        Mint { drafter, title, subject, introduced: false, contexts: HashMap::new() }
    }

    /// The list is one of many families, whatever its name is.
    pub(super) fn forget_subject(&mut self) {
        self.subject = None;
    }

    /// The drafts of one record. `subject` is the family a row names itself.
    pub(super) fn drafts(
        &mut self,
        findings: &[Finding],
        about: &About,
        subject: Option<&Subject>,
        aliases: &[String],
    ) -> Result<Vec<Draft>, ObjectError> {
        let own = self.subject.clone();
        let by_row = subject.is_some();
        let subject = subject.or(own.as_ref());
        let mut drafts = Vec::with_capacity(findings.len() * 3 + 1);
        for finding in findings {
            let observable = finding.id();
            let properties = Value::Object(finding.properties());
            let Some(pattern) = finding.pattern().filter(|_| finding.telling) else {
                drafts.push(self.drafter.mint(&observable, properties, self.drafter.handling())?);
                continue;
            };
            let indicator = self.indicator(finding, &observable, pattern, about, subject)?;
            let id = indicator.object.id().clone();
            drafts.push(indicator);
            let mut told = self.drafter.mint(&observable, properties, self.drafter.handling())?;
            if let Some(sinkhole @ Subject::Sinkhole(_)) = subject {
                // This is how the graph knows that whoever meets here need not know each other.
                told.links.push(Link {
                    source: End::Id(observable.clone()),
                    target: End::Id(subject_id(sinkhole)),
                    kind: "sinkholed-by".into(),
                    at: None,
                });
            }
            drafts.push(told);
            if let Some(subject) = subject {
                let target = subject_id(subject);
                if by_row || !self.introduced {
                    drafts.push(self.introduce(subject, &target, if by_row { &[] } else { aliases })?);
                    self.introduced |= !by_row;
                }
                drafts.push(self.relationship(&id, "indicates", &target)?);
                if matches!(subject, Subject::Sinkhole(_)) {
                    drafts.push(self.relationship(&target, "consists-of", &observable)?);
                }
            }
        }
        Ok(drafts)
    }

    /// The drafts of a line that is a STIX pattern.
    pub(super) fn pattern(&mut self, pattern: &str, about: &About) -> Result<Vec<Draft>, ObjectError> {
        let id = self.id_in_context(&format!("{}\u{1f}{pattern}", self.title), about);
        let mut json = Map::new();
        json.insert("pattern".into(), pattern.into());
        json.insert("pattern_type".into(), "stix".into());
        json.insert("indicator_types".into(), json!(["unknown"]));
        json.extend(about.description.iter().map(|text| ("description".into(), text.as_str().into())));
        json.insert("external_references".into(), self.references(about));
        Ok(vec![self.drafter.mint(&id, Value::Object(json), self.drafter.handling())?])
    }

    fn indicator(
        &mut self,
        finding: &Finding,
        observable: &ObjectId,
        pattern: String,
        about: &About,
        subject: Option<&Subject>,
    ) -> Result<Draft, ObjectError> {
        let whose = subject.map_or(self.title.as_str(), Subject::name);
        let port = finding.port.map(|port| format!(":{port}")).unwrap_or_default();
        let id = self.id_in_context(&format!("{whose}\u{1f}{observable}{port}"), about);
        let mut json = Map::new();
        let shared = matches!(subject, Some(Subject::Sinkhole(_)));
        json.insert("name".into(), finding.label().into());
        json.insert("pattern".into(), pattern.into());
        json.insert("pattern_type".into(), "stix".into());
        let meaning = if shared { "compromised" } else { "malicious-activity" };
        json.insert("indicator_types".into(), json!([meaning]));
        if shared {
            json.insert("labels".into(), json!([SHARED]));
        }
        if let Some(description) = &about.description {
            json.insert("description".into(), description.as_str().into());
        }
        if let Some(since) = &about.since {
            json.insert("valid_from".into(), since.as_str().into());
        }
        json.insert("external_references".into(), self.references(about));
        let mut draft = self.drafter.mint(&id, Value::Object(json), self.drafter.handling())?;
        let at = draft.links.iter().find_map(|link| link.at);
        for selector in finding.selectors() {
            // The reader of patterns has drawn most of them; a list may name more than STIX patterns can.
            let target = End::Selector(selector);
            if !draft.links.iter().any(|link| link.kind == NAMES && link.target == target) {
                draft.links.push(Link { source: End::Id(id.clone()), target, kind: NAMES.into(), at });
            }
        }
        Ok(draft)
    }

    /// The id for a name; another one when the name was used in another context before.
    fn id_in_context(&mut self, name: &str, about: &About) -> ObjectId {
        let id = ObjectId::minted(Kind::Indicator, name);
        let mut hasher = DefaultHasher::new();
        about.hash(&mut hasher);
        let context = hasher.finish();
        let full = self.contexts.len() >= REMEMBERED;
        match self.contexts.get(&id.uuid().as_u128()) {
            Some(first) if *first != context => {
                ObjectId::minted(Kind::Indicator, &format!("{name}\u{1f}{context:x}"))
            }
            Some(_) => id,
            None => {
                if !full {
                    self.contexts.insert(id.uuid().as_u128(), context);
                }
                id
            }
        }
    }

    fn references(&self, about: &About) -> Value {
        // STIX 2.1 section 2.5: a reference has a description, an address or an id besides its name.
        let list = json!({ "source_name": self.title, "description": "indicator list" });
        let each = about.references.iter().map(|reference| match &reference.url {
            Some(url) => json!({ "source_name": reference.source, "url": url }),
            None => json!({ "source_name": "list", "description": reference.source }),
        });
        each.chain([list]).collect()
    }

    fn introduce(&self, subject: &Subject, id: &ObjectId, aliases: &[String]) -> Result<Draft, ObjectError> {
        let mut json = match subject {
            Subject::Family(name, sort) => {
                let mut json = json!({ "name": name, "is_family": true });
                if let Some(sort) = sort.filter(|sort| *sort != "unknown") {
                    json["malware_types"] = json!([sort]);
                }
                json
            }
            Subject::Group(name) => json!({ "name": name }),
            Subject::Sinkhole(name) => json!({ "name": format!("sinkhole: {name}"), "labels": [SHARED] }),
        };
        if !aliases.is_empty() {
            json["aliases"] = json!(aliases);
        }
        self.drafter.mint(id, json, self.drafter.handling())
    }

    fn relationship(&self, source: &ObjectId, kind: &str, target: &ObjectId) -> Result<Draft, ObjectError> {
        let id = ObjectId::minted(Kind::Relationship, &format!("{source}\u{1f}{kind}\u{1f}{target}"));
        let json = json!({
            "relationship_type": kind,
            "source_ref": source.to_string(),
            "target_ref": target.to_string(),
        });
        self.drafter.mint(&id, json, self.drafter.handling())
    }
}

/// The link from an indicator to what its pattern names.
const NAMES: &str = "pattern";

impl Subject {
    pub(super) fn name(&self) -> &str {
        match self {
            Subject::Family(name, _) | Subject::Group(name) | Subject::Sinkhole(name) => name,
        }
    }
}

/// A family has one id however it is capitalised.
fn subject_id(subject: &Subject) -> ObjectId {
    let name = subject.name().to_lowercase();
    match subject {
        Subject::Family(..) => ObjectId::minted(Kind::Malware, &name),
        Subject::Group(_) => ObjectId::minted(Kind::IntrusionSet, &name),
        Subject::Sinkhole(_) => ObjectId::minted(Kind::Infrastructure, &format!("sinkhole: {name}")),
    }
}

//! The only place where a draft of a claim is made.

use std::collections::HashSet;
use std::sync::Arc;

use entente_model::{
    Atlas, Draft, Handling, Kind, Link, Marking, Object, ObjectError, ObjectId, Reference, Selector,
    implied_links, links_of, vertex_id,
};
use jiff::Timestamp;
use serde_json::Value;

use crate::Settings;
use crate::markings::Markings;
use crate::stix::pattern_links;

/// On objects that stand for infrastructure many families share: nothing is to be concluded from sharing it.
pub(crate) const SHARED: &str = "entente:shared-infrastructure";

/// Turns a STIX 2.1 object as JSON into a draft: header, deterministic id, links, handling.
#[derive(Clone)]
pub struct Drafter {
    handling: Handling,
    now: Timestamp,
    atlas: Arc<Atlas>,
    markings: Arc<Markings>,
}

impl Drafter {
    /// A drafter for one import.
    pub fn new(settings: &Settings, atlas: Arc<Atlas>) -> Drafter {
        Drafter { handling: settings.handling.clone(), now: settings.now, atlas, markings: Arc::default() }
    }

    /// The time of import, as STIX writes it: the date of objects a reader has to make itself. `created` and
    /// `modified` have three digits after the point (STIX 2.1 section 3.2).
    pub fn now(&self) -> String {
        format!("{:.3}", self.now)
    }

    /// What this import knows of markings.
    pub(crate) fn markings(&self) -> &Markings {
        &self.markings
    }

    /// Handling of this import for records that are not marked themselves.
    pub fn handling(&self) -> &Handling {
        &self.handling
    }

    /// A draft of an object somebody else made.
    pub fn draft(&self, object: Value) -> Result<Draft, ObjectError> {
        self.assemble(object, &self.handling, false)
    }

    /// A draft under a handling the reader found around the object (tags of a MISP event, a list's header).
    /// It can only be stricter than the import's.
    pub fn draft_under(&self, object: Value, handling: &Handling) -> Result<Draft, ObjectError> {
        self.assemble(object, handling, false)
    }

    /// A draft of an object this reader made because the record has none of its own. Its `created`,
    /// `modified` and, where the kind needs it, `valid_from` are set to the time of import when absent.
    pub fn mint(&self, id: &ObjectId, properties: Value, handling: &Handling) -> Result<Draft, ObjectError> {
        let mut json = match properties {
            Value::Object(json) => json,
            _ => return Err(ObjectError::NotAnObject),
        };
        json.insert("type".into(), id.kind().as_str().into());
        json.insert("spec_version".into(), "2.1".into());
        json.insert("id".into(), id.to_string().into());
        if !id.kind().is_observable() {
            for property in ["created", "modified"] {
                json.entry(property).or_insert_with(|| self.now().into());
            }
        }
        if id.kind() == &Kind::Indicator {
            json.entry("valid_from").or_insert_with(|| self.now().into());
        }
        self.assemble(Value::Object(json), handling, true)
    }

    /// Adds an edge from `source` to each value the draft's object names without referring to an object, and what
    /// follows from these values. All at once: an object may name them by the ten thousand.
    pub(crate) fn name(
        &self,
        draft: &mut Draft,
        source: &ObjectId,
        kind: &'static str,
        values: impl IntoIterator<Item = Selector>,
    ) {
        let at = draft.object.created();
        let source = Reference::Id(source.clone());
        let told = draft.links.iter().filter(|link| link.source == source && link.kind == kind);
        let mut known: HashSet<Reference> = told.map(|link| link.target.clone()).collect();
        for value in values {
            let follows = implied_links(&value, &self.atlas, at);
            let target = Reference::Selector(value);
            if known.insert(target.clone()) {
                draft.links.push(Link { source: source.clone(), target, kind: kind.into(), at });
                draft.links.extend(follows);
            }
        }
    }

    fn assemble(&self, object: Value, handling: &Handling, minted: bool) -> Result<Draft, ObjectError> {
        let object = Object::from_json(object)?;
        if let Some(marking) = Marking::of(&object) {
            self.markings.learn(object.id(), marking);
        }
        let canonical = Some(vertex_id(&object)).filter(|canonical| canonical != object.id());
        let mut links = links_of(&object, &self.atlas);
        if object.kind() == &Kind::Indicator {
            pattern_links(&object, &self.atlas, &mut links);
        }
        let handling = self.at_least_import(self.markings.restrict(&object, handling.clone()));
        Ok(Draft { object, canonical, links, handling, minted })
    }

    fn at_least_import(&self, handling: Handling) -> Handling {
        handling.at_least_tlp(self.handling.tlp).at_least_pap(self.handling.pap)
    }
}

//! What one record tells: things, how they are tied, and since when.

use std::fmt;

use entente_model::{Draft, Kind, Link, ObjectError, ObjectId, Reference, Selector, SelectorError};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::Context;

/// Why a record tells nothing that can be kept, in the field's words.
#[derive(Debug)]
pub(crate) enum Fault {
    /// It cannot be read: why, and how to mend it.
    Wrong(String),
    /// It is of a known class that is not kept on purpose.
    Excluded(&'static str),
}

impl Fault {
    pub(crate) fn wrong(why: impl fmt::Display) -> Fault {
        Fault::Wrong(why.to_string())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Wrong(why) => f.write_str(why),
            Fault::Excluded(class) => f.write_str(class),
        }
    }
}

impl From<SelectorError> for Fault {
    fn from(error: SelectorError) -> Fault {
        Fault::wrong(error)
    }
}

impl From<ObjectError> for Fault {
    fn from(error: ObjectError) -> Fault {
        Fault::wrong(error)
    }
}

/// From when to when something was seen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub(crate) first: Timestamp,
    pub(crate) last: Timestamp,
}

impl Seen {
    /// From the first of both to the last of both.
    pub(crate) fn with(self, other: Seen) -> Seen {
        Seen { first: self.first.min(other.first), last: self.last.max(other.last) }
    }
}

/// The drafts of one record as they are gathered.
pub(crate) struct Ties<'c> {
    context: &'c Context,
    seen: Option<Seen>,
    drafts: Vec<Draft>,
}

impl<'c> Ties<'c> {
    pub(crate) fn new(context: &'c Context) -> Ties<'c> {
        Ties { context, seen: None, drafts: Vec::new() }
    }

    /// Who tells; empty where nobody says.
    pub(crate) fn teller(&self) -> &'c str {
        &self.context.teller
    }

    /// All the record tells was seen at this time. A record that does not say is dated with the import.
    pub(crate) fn at(&mut self, moment: Timestamp) {
        self.seen(Seen { first: moment, last: moment });
    }

    pub(crate) fn seen(&mut self, seen: Seen) {
        self.seen = Some(seen);
    }

    /// An observable by its value.
    pub(crate) fn thing(&mut self, selector: &Selector) -> Result<ObjectId, Fault> {
        let id = selector.id();
        if !self.has(&id) {
            self.put(&id, Value::Object(selector.properties()))?;
        }
        Ok(id)
    }

    /// A malware family by its name, which many name and nobody owns.
    pub(crate) fn family(&mut self, name: &str) -> Result<ObjectId, Fault> {
        let id = ObjectId::minted(Kind::Malware, &name.to_lowercase());
        if !self.has(&id) {
            self.put(&id, json!({"name": name, "is_family": true}))?;
        }
        Ok(id)
    }

    /// An object of the record's own, with an id that follows from `name`. It is dated like the record.
    pub(crate) fn own(
        &mut self,
        kind: Kind,
        name: &str,
        mut properties: Map<String, Value>,
    ) -> Result<ObjectId, Fault> {
        let id = ObjectId::minted(kind, name);
        if !self.has(&id) {
            self.date(&mut properties);
            self.put(&id, Value::Object(properties))?;
        }
        Ok(id)
    }

    /// An observable that is more than one value, under its deterministic id.
    pub(crate) fn observable(&mut self, id: &ObjectId, properties: Map<String, Value>) -> Result<(), Fault> {
        if self.has(id) { Ok(()) } else { self.put(id, Value::Object(properties)) }
    }

    /// That one relates so to another. The same pair is one relationship, however often it is told.
    pub(crate) fn tie(&mut self, source: &ObjectId, kind: &str, target: &ObjectId) -> Result<(), Fault> {
        self.tie_said(source, kind, target, None)
    }

    /// The same, with what the record says of it in words.
    pub(crate) fn tie_said(
        &mut self,
        source: &ObjectId,
        kind: &str,
        target: &ObjectId,
        words: Option<String>,
    ) -> Result<(), Fault> {
        let id = ObjectId::minted(Kind::Relationship, &format!("{source}\u{1f}{kind}\u{1f}{target}"));
        if self.has(&id) {
            return Ok(());
        }
        let mut json = Map::new();
        json.insert("relationship_type".into(), kind.into());
        json.insert("source_ref".into(), source.to_string().into());
        json.insert("target_ref".into(), target.to_string().into());
        json.extend(words.map(|words| ("description".to_owned(), words.into())));
        if let Some(Seen { first, last }) = self.seen {
            json.insert("start_time".into(), stix(first).into());
            // STIX 2.1 section 5.1: it must be later.
            json.extend((last > first).then(|| ("stop_time".to_owned(), stix(last).into())));
        }
        self.date(&mut json);
        self.put(&id, Value::Object(json))
    }

    /// Says, besides what was told last, that something is known to be shared; only readers may (see
    /// [`entente_model::links_of`]).
    pub(crate) fn share(&mut self, source: &ObjectId, kind: &'static str, target: &ObjectId) {
        let ends = [source, target].map(|id| Reference::Id(id.clone()));
        let [source, target] = ends;
        if let Some(last) = self.drafts.last_mut() {
            last.links.push(Link { source, target, kind: kind.into(), at: None });
        }
    }

    /// What was gathered.
    pub(crate) fn drafts(self) -> Vec<Draft> {
        self.drafts
    }

    fn date(&self, json: &mut Map<String, Value>) {
        if let Some(Seen { first, last }) = self.seen {
            json.insert("created".into(), stix(first).into());
            json.insert("modified".into(), stix(last.max(first)).into());
        }
    }

    fn has(&self, id: &ObjectId) -> bool {
        self.drafts.iter().any(|draft| draft.object.id() == id)
    }

    fn put(&mut self, id: &ObjectId, properties: Value) -> Result<(), Fault> {
        let drafter = &self.context.drafter;
        self.drafts.push(drafter.mint(id, properties, drafter.handling())?);
        Ok(())
    }
}

/// A time as STIX writes it: three digits after the point (STIX 2.1 section 3.2).
pub(crate) fn stix(moment: Timestamp) -> String {
    format!("{moment:.3}")
}

//! What stands around a record: who made it, under which handling, and what its neighbours became.

use std::collections::HashMap;

use entente_model::{Draft, Handling, Kind, Link, ObjectError, ObjectId, Reference, Selector};
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::observable::Observable;
use super::properties::{mark, prune, relation};
use super::tags::Tags;
use super::value::{Fields, moment, text, uuid, version_time};
use crate::{Context, Outcome, Place, Sink, Stopped};

/// Namespace of the relationship ids MISP's own converter computes, so that both name one relationship.
const MISP_NAMESPACE: Uuid = Uuid::from_u128(0x76beed5f_7251_457e_8c2a_b45f7b589d3d);

/// Why a record of MISP cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// The JSON around it is not what MISP writes.
    #[error("{0}")]
    Shape(String),
    /// What it became is no STIX object.
    #[error(transparent)]
    Object(#[from] ObjectError),
}

/// A member every record of its sort has is missing.
pub(super) fn missing(what: &str, member: &str) -> Fault {
    Fault::Shape(format!("{what} must have a `{member}`"))
}

/// The drafts of one record, and how other records refer to it.
#[derive(Debug, Default)]
pub(super) struct Made {
    /// First is the record's own.
    pub(super) drafts: Vec<Draft>,
    /// Domain objects sightings and references may point to, the preferred one first.
    pub(super) subjects: Vec<ObjectId>,
    /// The observable the record is about, for direct edges between things.
    pub(super) observable: Option<ObjectId>,
    /// What its tags restrict, beyond what the event's do.
    pub(super) tags: Tags,
}

/// What a record became, for those that refer to it.
#[derive(Clone, Debug)]
pub(super) struct Became {
    /// Domain objects, the preferred one first.
    pub(super) subjects: Vec<ObjectId>,
    /// The observable it is about.
    pub(super) observable: Option<ObjectId>,
    /// What its tags restrict: whoever tells of it tells no more openly.
    pub(super) tags: Tags,
}

/// The surroundings of the records of one event, or of a list of attributes without one.
pub(super) struct Scene<'a> {
    pub(super) ctx: &'a Context,
    place: Place,
    /// Wraps a rejected record so that its handling and author survive being mended.
    envelope: Fields,
    pub(super) handling: Handling,
    /// Who wrote the event.
    pub(super) author: Option<ObjectId>,
    /// Time of the event: of things in it that have none.
    pub(super) time: Option<Timestamp>,
    /// The report of the event, when there is one.
    report: Option<ObjectId>,
    made: HashMap<Uuid, Became>,
    /// All the event is about and may be told as openly as the event.
    refs: Vec<ObjectId>,
}

impl<'a> Scene<'a> {
    /// The surroundings an event (or what stands in for one) makes for its records.
    pub(super) fn new(ctx: &'a Context, place: &Place, event: &Fields) -> Scene<'a> {
        let tags = super::tags::of_event_or_self(event);
        let source = super::value::object(event, "Event").unwrap_or(event);
        let author = super::value::object(source, "Orgc").and_then(|org| uuid(org, "uuid"));
        let kept = ["Tag", "Orgc", "timestamp"]
            .iter()
            .filter_map(|&name| Some((name.to_owned(), source.get(name)?.clone())));
        Scene {
            ctx,
            place: place.clone(),
            envelope: kept.collect(),
            handling: tags.restrict(ctx.drafter.handling()),
            author: author.map(|author| ObjectId::new(Kind::Identity, author)),
            time: moment(source, "timestamp"),
            report: None,
            made: HashMap::new(),
            refs: Vec::new(),
        }
    }

    /// The same, in an event that becomes this report.
    pub(super) fn reported(mut self, report: Option<ObjectId>) -> Scene<'a> {
        self.report = report;
        self
    }

    /// A domain object or relationship the record itself stands for. Its id is the record's UUID and its version
    /// the record's time; without either the reader has to name and date it.
    pub(super) fn own(
        &self,
        kind: Kind,
        record: &Fields,
        properties: Fields,
        tags: &Tags,
    ) -> Result<Draft, Fault> {
        self.dated(kind, uuid(record, "uuid"), moment(record, "timestamp"), properties, tags)
    }

    /// A domain object with this UUID, as the event's author wrote it at this time.
    pub(super) fn dated(
        &self,
        kind: Kind,
        uuid: Option<Uuid>,
        at: Option<Timestamp>,
        mut properties: Fields,
        tags: &Tags,
    ) -> Result<Draft, Fault> {
        if let Some(author) = self.author.as_ref().filter(|_| kind != Kind::Relationship) {
            properties.entry("created_by_ref").or_insert_with(|| author.to_string().into());
        }
        self.unsigned(kind, uuid, at, properties, tags)
    }

    /// A domain object somebody else wrote: a galaxy cluster, an organisation, a sighting.
    pub(super) fn unsigned(
        &self,
        kind: Kind,
        uuid: Option<Uuid>,
        at: Option<Timestamp>,
        mut properties: Fields,
        tags: &Tags,
    ) -> Result<Draft, Fault> {
        let handling = tags.restrict(&self.handling);
        mark(&mut properties, tags);
        prune(&mut properties);
        let id = match uuid {
            Some(uuid) => ObjectId::new(kind, uuid),
            None => ObjectId::minted(kind, &Value::Object(properties.clone()).to_string()),
        };
        let Some(at) = at else {
            return Ok(self.ctx.drafter.mint(&id, Value::Object(properties), &handling)?);
        };
        properties.insert("type".into(), id.kind().as_str().into());
        properties.insert("spec_version".into(), "2.1".into());
        properties.insert("id".into(), id.to_string().into());
        for name in ["created", "modified"] {
            properties.insert(name.into(), version_time(at).into());
        }
        Ok(self.ctx.drafter.draft_under(Value::Object(properties), &handling)?)
    }

    /// An object the reader names itself.
    pub(super) fn minted(&self, id: &ObjectId, properties: Fields) -> Result<Draft, Fault> {
        Ok(self.ctx.drafter.mint(id, Value::Object(properties), &self.handling)?)
    }

    /// An observable, under the handling of the record that tells it.
    pub(super) fn observable(&self, observable: &Observable, tags: &Tags) -> Result<Draft, Fault> {
        let handling = tags.restrict(&self.handling);
        Ok(self.ctx.drafter.draft_under(Value::Object(observable.json.clone()), &handling)?)
    }

    /// `source kind target`, dated like the record that says so; its id is the one MISP's converter computes.
    pub(super) fn relationship(
        &self,
        (source, kind, target): (&ObjectId, &str, &ObjectId),
        at: Option<Timestamp>,
        revoked: bool,
        tags: &Tags,
    ) -> Result<Draft, Fault> {
        let name = format!("{source} - {kind} - {target}");
        let uuid = Uuid::new_v5(&MISP_NAMESPACE, name.as_bytes());
        let mut properties = relation(source, kind, target);
        if revoked {
            properties.insert("revoked".into(), true.into());
        }
        self.dated(Kind::Relationship, Some(uuid), at, properties, tags)
    }

    /// Edges from an object of a draft to values it names without objects of their own standing for them.
    pub(super) fn mention(
        &self,
        draft: &mut Draft,
        source: &ObjectId,
        values: impl IntoIterator<Item = Selector>,
    ) {
        self.ctx.drafter.name(draft, source, "mentions", values);
    }

    /// Accounts for a record and remembers what it became.
    pub(super) fn put(
        &mut self,
        name: &str,
        record: &Fields,
        made: Result<Made, Fault>,
        sink: &mut Sink,
    ) -> Result<(), Stopped> {
        let place = self.place_of(name, record);
        match made {
            Ok(mut made) => {
                self.refer(&mut made.drafts);
                self.remember(record, &made);
                sink.put(place, Outcome::Drafts(made.drafts))
            }
            Err(fault) => sink.reject(place, fault, &self.wrapped(name, record)),
        }
    }

    /// Accounts for a record that is left out on purpose.
    pub(super) fn exclude(
        &self,
        name: &str,
        record: &Value,
        class: &'static str,
        sink: &mut Sink,
    ) -> Result<(), Stopped> {
        let empty = Fields::new();
        sink.put(self.place_of(name, record.as_object().unwrap_or(&empty)), Outcome::Excluded(class))
    }

    /// Accounts for something that should have been a record and is not even a JSON object.
    pub(super) fn reject(
        &self,
        name: &str,
        record: &Value,
        reason: &str,
        sink: &mut Sink,
    ) -> Result<(), Stopped> {
        sink.reject(self.place.clone(), format!("{reason}: {name}"), record.to_string().as_bytes())
    }

    /// Lets references to a part of an object find the object.
    pub(super) fn alias(&mut self, part: &Fields, owner: &Uuid) {
        if let (Some(part), Some(became)) = (uuid(part, "uuid"), self.made.get(owner).cloned()) {
            self.made.entry(part).or_insert(became);
        }
    }

    /// What the record with this UUID became: domain objects, and the observable it is about.
    pub(super) fn became(&self, uuid: &Uuid) -> Option<&Became> {
        self.made.get(uuid)
    }

    fn remember(&mut self, record: &Fields, made: &Made) {
        if let Some(uuid) = uuid(record, "uuid").filter(|_| !made.subjects.is_empty()) {
            let (subjects, observable) = (made.subjects.clone(), made.observable.clone());
            self.made.insert(uuid, Became { subjects, observable, tags: made.tags.clone() });
        }
    }

    /// Lets the report refer to these. The id of an observable is a copy of its value: a report may not name
    /// what is restricted more than itself. Such an object says itself, under its own handling, where it belongs.
    fn refer(&mut self, drafts: &mut [Draft]) {
        for draft in drafts {
            let id = draft.object.id();
            if Some(id) == self.author.as_ref() || Some(id) == self.report.as_ref() {
                continue;
            }
            if draft.handling.tlp <= self.handling.tlp && draft.handling.pap <= self.handling.pap {
                self.refs.push(id.clone());
            } else if let Some(report) = self.report.clone().filter(|_| id.kind() != &Kind::Relationship) {
                let (source, target) = (Reference::Id(report), Reference::Id(id.clone()));
                draft.links.push(Link { source, target, kind: "object".into(), at: draft.object.created() });
            }
        }
    }

    /// Ids the event is about, each once.
    pub(super) fn object_refs(&mut self) -> Vec<Value> {
        let mut seen = std::collections::HashSet::new();
        let refs = std::mem::take(&mut self.refs);
        refs.into_iter().filter(|id| seen.insert(id.clone())).map(|id| id.to_string().into()).collect()
    }

    fn place_of(&self, name: &str, record: &Fields) -> Place {
        let own = text(record, "uuid").or_else(|| text(record, "id"));
        self.place.clone().named(own.map_or_else(|| name.to_owned(), |own| format!("{name} {own}")))
    }

    fn wrapped(&self, name: &str, record: &Fields) -> Vec<u8> {
        let mut envelope = self.envelope.clone();
        envelope.insert(name.to_owned(), Value::Array(vec![Value::Object(record.clone())]));
        Value::Object(envelope).to_string().into_bytes()
    }
}

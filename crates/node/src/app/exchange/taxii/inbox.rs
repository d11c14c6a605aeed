//! What a partner pushes becomes claims: only what the flow covers, each object for itself, and what became of it is told.
//!
//! A partner's own node would have decided before it told anything. Here nobody has, so the same policy is asked, with the partner
//! as the one who tells, and [`Policy::admit`] leaves out what the flow does not cover before anything is kept.

use std::collections::{BTreeSet, HashMap};
use std::ops::ControlFlow;

use entente_agreement::{
    Altered, Approval, Change, Context, Decision, Flow, Leaving, Office, PartyId, Policy, PseudonymKey,
    Reason, Withheld, Workbench,
};
use entente_intake::{Drafter, Format, Intake, Limits, Outcome, Settings};
use entente_model::{Compartment, DataCategory, Draft, Handling, Object, ObjectId, Tlp};
use entente_store::{Batch, PreparedBatch, Received, Telling};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::collection::{Collection, Way};
use super::status::{Detail, Status};
use crate::app::agreement::wire_party;
use crate::app::exchange::held::strictest;
use crate::app::exchange::obligations::keep_until;
use crate::app::{App, AppError};
use crate::entropy;

/// What is pushed: an envelope (TAXII 2.1 section 3.7).
#[derive(Deserialize)]
pub(crate) struct Envelope<'e> {
    /// The objects as they were written.
    #[serde(borrow, default)]
    pub(super) objects: Vec<&'e RawValue>,
}

const FULL: &str = "the flow has told as much as it may today: push it again tomorrow (UTC)";

impl<'e> Envelope<'e> {
    /// Reads an envelope, which may be empty, as pages are; its objects are not looked at.
    pub(super) fn of_page(body: &'e [u8]) -> Result<Envelope<'e>, AppError> {
        serde_json::from_slice(body)
            .map_err(|error| AppError::invalid(format!("The body is no TAXII envelope: {error}.")))
    }

    /// Reads an envelope in which something is pushed.
    pub(crate) fn read(body: &'e [u8]) -> Result<Envelope<'e>, AppError> {
        let envelope = Envelope::of_page(body)?;
        if envelope.objects.is_empty() {
            return Err(AppError::invalid(
                "The envelope has no `objects`: STIX objects travel in that list.",
            ));
        }
        Ok(envelope)
    }
}

/// What became of the objects of an envelope.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    /// Those that were taken in, or said nothing new.
    pub(crate) successes: Vec<Detail>,
    /// Those that were not, and why.
    pub(crate) failures: Vec<Detail>,
}

impl App {
    /// Takes in what a partner pushed, and keeps what became of it.
    pub(crate) fn take_pushed(
        &self,
        collection: &Collection,
        envelope: &Envelope<'_>,
        now: Timestamp,
    ) -> Result<Status, AppError> {
        let (within, beyond) =
            envelope.objects.split_at(self.room_for(collection, envelope.objects.len(), now)?);
        let Taken { successes, mut failures } = self.take_told(collection, within, now)?;
        let full = || Some(FULL.to_owned());
        failures.extend(beyond.iter().map(|raw| detail(raw.get(), full(), now)));
        let id = uuid::Builder::from_random_bytes(entropy::bytes()).into_uuid().to_string();
        let status = Status::complete(id, now, successes, failures);
        self.keep_status(collection.partner(), &status, now)?;
        Ok(status)
    }

    /// How many of so many objects the flow may still tell today; they are counted with this, whatever comes of them.
    fn room_for(&self, collection: &Collection, objects: usize, now: Timestamp) -> Result<usize, AppError> {
        let Some(most) =
            collection.flow().limits.max_items_per_day.filter(|_| collection.way() == Way::Telling)
        else {
            return Ok(objects);
        };
        let partner = wire_party(collection.partner());
        Ok(self.exchange.take_up(&partner, &collection.flow_name(), objects, most, now)?)
    }

    /// Takes in what a partner tells by a flow. What is said to have succeeded is durable when this returns.
    pub(super) fn take_told(
        &self,
        collection: &Collection,
        objects: &[&RawValue],
        now: Timestamp,
    ) -> Result<Taken, AppError> {
        if collection.way() != Way::Telling {
            return Err(AppError::Forbidden("This collection is read, and not written to."));
        }
        let mut taking = Taking::new(self, collection, now)?;
        let (mut records, mut taken) = (Vec::new(), Taken::default());
        for raw in objects {
            match taking.object(raw.get()) {
                Ok((drafts, message)) => {
                    records.push(Telling::from(drafts));
                    taken.successes.push(detail(raw.get(), message, now));
                }
                Err(why) => taken.failures.push(detail(raw.get(), Some(why), now)),
            }
        }
        if !records.is_empty() {
            self.commit(&taking.batch(records))?;
        }
        Ok(taken)
    }
}

/// What became of an object, under the id it was pushed with; one that has none is said to have none.
fn detail(raw: &str, message: Option<String>, now: Timestamp) -> Detail {
    let json: Value = serde_json::from_str(raw).unwrap_or_default();
    let text = |name: &str| json.get(name).and_then(Value::as_str).map(str::to_owned);
    let version = text("modified").or_else(|| text("created")).unwrap_or_else(|| format!("{now:.6}"));
    Detail { id: text("id").unwrap_or_else(|| "(an object without an id)".to_owned()), version, message }
}

struct Taking<'a> {
    app: &'a App,
    collection: &'a Collection,
    policy: Policy,
    key: PseudonymKey,
    context: Context,
    intake: Intake,
    settings: Settings,
    /// What was decided about things handled so, of such a category.
    decided: HashMap<(Handling, DataCategory), Decision>,
    now: Timestamp,
}

impl<'a> Taking<'a> {
    fn new(app: &'a App, collection: &'a Collection, now: Timestamp) -> Result<Taking<'a>, AppError> {
        let (held, partner) = (collection.held(), collection.partner());
        let in_force = held.in_force().ok_or(AppError::NotFound("collection"))?;
        let policy = Policy::compile(in_force, partner, &held.us).map_err(anyhow::Error::from)?;
        // What is marked says itself how it may be handled; what is not, see `Taking::handling`.
        let handling = Handling::unmarked(Tlp::Clear);
        let settings = Settings { handling, format: Some(Format::Stix), now, limits: Limits::default() };
        Ok(Taking {
            app,
            collection,
            policy,
            key: PseudonymKey::derive(app.identity().secret(), &held.agreement().id),
            context: pushing(collection.flow(), partner, now),
            intake: Intake::new(settings.clone(), app.atlas()),
            settings,
            decided: HashMap::new(),
            now,
        })
    }

    /// What is taken in of an object, and what is to be said of it; or why nothing is.
    fn object(&mut self, raw: &str) -> Result<(Vec<Draft>, Option<String>), String> {
        let mut outcomes = Vec::new();
        let read = self.intake.read("a pushed object", &mut raw.as_bytes(), &mut |record| {
            outcomes.push(record.outcome);
            ControlFlow::Continue(())
        });
        read.map_err(|error| error.to_string())?;
        match <[Outcome; 1]>::try_from(outcomes) {
            Ok([Outcome::Drafts(drafts)]) => self.admit(drafts),
            Ok([Outcome::Rejected { reason, .. }]) => Err(reason),
            Ok([Outcome::Excluded(class)]) => Err(format!("it is a {class} and no STIX object")),
            Ok([Outcome::Known]) | Err(_) => {
                Err("it is not one STIX object: what a bundle holds travels in `objects` itself".to_owned())
            }
        }
    }

    /// The object's own draft comes first; what is left out of those that were embedded in it is said too.
    fn admit(&mut self, drafts: Vec<Draft>) -> Result<(Vec<Draft>, Option<String>), String> {
        let mut admitted = Vec::with_capacity(drafts.len());
        let mut left_out = Vec::new();
        for (place, draft) in drafts.into_iter().enumerate() {
            let id = draft.object.id().clone();
            match self.one(draft) {
                Ok((draft, changes)) => {
                    admitted.push(draft);
                    left_out.extend(changes.iter().map(said));
                }
                Err(why) if place == 0 => return Err(why),
                Err(why) => left_out.push(format!("{id} was left out: {why}")),
            }
        }
        Ok((admitted, (!left_out.is_empty()).then(|| left_out.join("; "))))
    }

    fn one(&mut self, draft: Draft) -> Result<(Draft, Vec<Change>), String> {
        let handling = self.handling(&draft);
        let category = DataCategory::of(draft.object.kind());
        let decision = self.decide((handling.clone(), category));
        let Some(terms) = decision.terms() else { return Err(refusal(decision.reasons())) };
        let others = |_: &ObjectId| Leaving::Clear;
        let atlas = self.app.atlas();
        let bench = Workbench { key: &self.key, atlas: &atlas, others: &others, now: self.now };
        let (object, changes) =
            self.policy.admit(&draft.object, terms, &bench).map_err(|why| withheld(&why))?;
        let settings = Settings { handling: handling.clone(), ..self.settings.clone() };
        let json = Value::Object(object.json().clone());
        let mut admitted = Drafter::new(&settings, atlas).draft(json).map_err(|error| error.to_string())?;
        admitted.handling = strictest(handling, &self.collection.flow().handling);
        Ok((admitted, changes))
    }

    fn decide(&mut self, about: (Handling, DataCategory)) -> Decision {
        if let Some(known) = self.decided.get(&about) {
            return known.clone();
        }
        let (handling, category) = about.clone();
        let source = self.collection.partner().to_string();
        let compartment = Compartment { source, agreement: None, handling, category, case: None };
        let decision = self.policy.terms_by(&self.collection.flow().id, &compartment, &self.context);
        self.decided.insert(about, decision.clone());
        decision
    }

    /// What says nothing of its audience may be seen by as few as anything that comes by this flow; so may everything be acted on.
    fn handling(&self, draft: &Draft) -> Handling {
        let flow = self.collection.flow();
        let handling = draft.handling.clone().at_least_pap(flow.permissible_actions_ceiling);
        if names_audience(&draft.object) { handling } else { handling.at_least_tlp(flow.max_tlp) }
    }

    fn batch(&self, records: Vec<Telling>) -> PreparedBatch {
        let (held, flow) = (self.collection.held(), self.collection.flow());
        let partner = self.collection.partner().to_string();
        let until = vec![keep_until(held, flow, self.now); records.len()];
        PreparedBatch::from(Batch {
            source: partner.clone(),
            agreement: Some(self.collection.flow_name().0),
            case: None,
            records,
            received_at: self.now,
            salt: entropy::bytes(),
            received: Some(Received::past_the_wire(partner, until)),
        })
    }
}

/// What is known of a push. Whoever pushes answers for what its own side has to do before it tells: it was asked for, and by those who
/// must, approved.
fn pushing(flow: &Flow, partner: &PartyId, now: Timestamp) -> Context {
    let offices = [Office::Officer, Office::Prosecutor, Office::Judge, Office::Dpo];
    let persons = ["first", "second"].map(|person| format!("{partner}, the {person} to approve"));
    let approvals = persons.iter().flat_map(|by| offices.map(|office| Approval { by: by.clone(), office }));
    Context {
        trigger: flow.trigger,
        purpose: flow.purposes.first().copied(),
        approvals: approvals.collect::<BTreeSet<_>>(),
        ..Context::live(now)
    }
}

fn names_audience(object: &Object) -> bool {
    let markings = object.json().get("object_marking_refs").and_then(Value::as_array).into_iter().flatten();
    let ids = markings.filter_map(|marking| marking.as_str()?.parse::<ObjectId>().ok());
    ids.into_iter().any(|id| Tlp::from_marking(id.uuid()).is_some())
}

fn said(change: &Change) -> String {
    let what = match change.what {
        Altered::Withheld => "left out",
        Altered::Transformed => "taken in another form",
        Altered::Rewritten => "taken with other ids in it",
    };
    format!("`{}` was {what} ({})", change.property, change.clause)
}

/// The agreement is the partner's own too, so it may be told what it says.
fn refusal(reasons: &[Reason]) -> String {
    let reasons: Vec<String> =
        reasons.iter().map(|reason| format!("{} ({})", reason.text, reason.clause)).collect();
    if reasons.is_empty() { "the flow does not cover it".to_owned() } else { reasons.join("; ") }
}

fn withheld(why: &Withheld) -> String {
    format!("{} ({})", why.why, why.clause)
}

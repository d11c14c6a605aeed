//! The one door: what leaves, and the proof that it was decided.

mod admission;
mod bounds;
mod identity;
mod marking;
mod object;
mod question;
mod reference;
mod sources;

use std::fmt;
use std::sync::Arc;

use entente_model::{Atlas, Kind, Object, ObjectId, canonical_json};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use crate::{AgreementHash, Category, ClauseId, FlowId, Obligations, Policy, PseudonymKey, Terms};
pub use bounds::{Bounds, Overstep};
pub use marking::condition_of;
use object::Shaping;

/// Proof that a decision was made. Only a [`Policy`] makes one; only what is released may be encoded for a partner.
///
/// Nobody else can make one:
///
/// ```compile_fail,E0451
/// use entente_agreement::Released;
/// let forged = Released { value: 5, bytes: Vec::new().into(), about: todo!() };
/// ```
///
/// nor read one from bytes:
///
/// ```compile_fail,E0277
/// fn read<T: serde::de::DeserializeOwned>() {}
/// read::<entente_agreement::Released<entente_agreement::Count>>();
/// ```
///
/// nor change what is in one:
///
/// ```compile_fail,E0594
/// fn widen(released: &entente_agreement::Released<entente_agreement::Count>) {
///     released.value().count = 0;
/// }
/// ```
///
/// nor put something else into one:
///
/// ```compile_fail,E0599
/// fn swap(mut released: entente_agreement::Released<u8>) {
///     *released.value_mut() = 5;
/// }
/// ```
///
/// nor have the terms it takes:
///
/// ```compile_fail,E0423
/// let terms = entente_agreement::Terms(todo!());
/// ```
pub struct Released<T> {
    value: T,
    bytes: Box<[u8]>,
    about: Disclosure,
}

/// Under what something was released.
#[derive(Debug)]
struct Disclosure {
    terms: Terms,
    clauses: Vec<ClauseId>,
    changes: Vec<Change>,
}

/// What happened to one field on the way out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The property.
    pub property: String,
    /// What happened.
    pub what: Altered,
    /// The clause it stands on.
    pub clause: ClauseId,
}

/// What can happen to a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Altered {
    /// It did not leave.
    Withheld,
    /// It left in another form.
    Transformed,
    /// It left with other ids in it.
    Rewritten,
}

/// Why an object did not leave although its compartment may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Withheld {
    /// What was missing or forbidden, in words, for the sender's own record only.
    pub why: String,
    /// The clause it stands on.
    pub clause: ClauseId,
    /// What happened to its fields so far.
    pub changes: Vec<Change>,
}

/// How another object leaves by the same flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leaving {
    /// Under its own id.
    Clear,
    /// Under another id.
    NewId(ObjectId),
    /// Not at all.
    Withheld,
}

/// Tells how other objects leave. A caller with a store answers from the object and the decision about its
/// compartment, with [`Policy::leaving`]; what it does not have is withheld.
pub trait Others {
    /// How the object with this id leaves.
    fn leaving(&self, id: &ObjectId) -> Leaving;
}

impl<F: Fn(&ObjectId) -> Leaving> Others for F {
    fn leaving(&self, id: &ObjectId) -> Leaving {
        self(id)
    }
}

/// What is needed to give things their form.
pub struct Workbench<'a> {
    /// The agreement's pseudonym key.
    pub key: &'a PseudonymKey,
    /// Addresses to networks and countries.
    pub atlas: &'a Atlas,
    /// How other objects leave.
    pub others: &'a dyn Others,
    /// The present.
    pub now: Timestamp,
}

/// The number of things of a kind, released instead of the things.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Count {
    /// The kind.
    pub kind: String,
    /// How many.
    pub count: u64,
}

impl<T> Released<T> {
    fn new(value: T, bytes: Vec<u8>, terms: &Terms, changes: Vec<Change>) -> Released<T> {
        let mut clauses = terms.clauses().to_vec();
        for change in &changes {
            if !clauses.contains(&change.clause) {
                clauses.push(change.clause.clone());
            }
        }
        let about = Disclosure { terms: terms.clone(), clauses, changes };
        Released { value, bytes: bytes.into(), about }
    }

    /// What was released.
    pub fn value(&self) -> &T {
        &self.value
    }

    /// The bytes to send: canonical JSON (RFC 8785).
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The agreement it left under.
    pub fn agreement(&self) -> AgreementHash {
        self.about.terms.agreement()
    }

    /// The flow it left by.
    pub fn flow(&self) -> &FlowId {
        self.about.terms.flow()
    }

    /// The terms it left on.
    pub fn terms(&self) -> &Terms {
        &self.about.terms
    }

    /// The clauses that let it leave in this form.
    pub fn clauses(&self) -> &[ClauseId] {
        &self.about.clauses
    }

    /// What the receiver owes.
    pub fn obligations(&self) -> &Arc<Obligations> {
        self.about.terms.obligations()
    }

    /// What is not as it was, for the sender's own record only.
    pub fn changes(&self) -> &[Change] {
        &self.about.changes
    }

    /// Until when it may be sent, this moment not included.
    pub fn expires_at(&self) -> Timestamp {
        self.about.terms.expires_at()
    }
}

impl Released<Object> {
    /// The id it leaves under.
    pub fn id(&self) -> &ObjectId {
        self.value.id()
    }
}

/// Says what left and by which flow; nothing of the content.
impl fmt::Debug for Released<Object> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Released({} by {})", self.id(), self.flow())
    }
}

impl Policy {
    /// Gives an object the form in which it leaves on these terms, or says why it stays. The terms have to be of this
    /// policy, not expired, and about the class of data the object is of.
    pub fn release(
        &self,
        object: &Object,
        terms: &Terms,
        bench: &Workbench,
    ) -> Result<Released<Object>, Withheld> {
        let (object, changes) = Shaping::begin(self, object, terms, bench)?.finish()?;
        let bytes = canonical_json(&serde_json::Value::Object(object.json().clone())).into_bytes();
        Ok(Released::new(object, bytes, terms, changes))
    }

    /// How an object leaves on these terms, for whatever refers to it. Asks for other objects only where an id is
    /// made of theirs, so that asking comes to an end.
    pub fn leaving(&self, object: &Object, terms: &Terms, bench: &Workbench) -> Leaving {
        match Shaping::begin(self, object, terms, bench).and_then(Shaping::identity) {
            Ok(id) if id == *object.id() => Leaving::Clear,
            Ok(id) => Leaving::NewId(id),
            Err(_) => Leaving::Withheld,
        }
    }

    /// Releases a number instead of things, when the group is not smaller than the flow's least size.
    pub fn release_count(
        &self,
        kind: &Kind,
        count: u64,
        terms: &Terms,
        now: Timestamp,
    ) -> Result<Released<Count>, Withheld> {
        let compiled = object::gate(self, terms, now)?;
        let flow = &compiled.flow;
        let stays = |part: &str, why: &str| Withheld {
            why: why.to_owned(),
            clause: ClauseId::of_flow(&flow.id, part),
            changes: Vec::new(),
        };
        if !flow.covers(Category::StatisticsK) && !flow.covers(Category::AggregatedStat) {
            return Err(stays("data_categories", "the flow does not cover statistics"));
        }
        match flow.limits.min_group_size_k {
            None => return Err(stays("limits", "the flow names no least size of a group")),
            Some(least) if count < least => {
                return Err(stays("limits", "the group is smaller than the least size"));
            }
            Some(_) => {}
        }
        let value = Count { kind: kind.as_str().to_owned(), count };
        let bytes = canonical_json(&json!({ "kind": value.kind, "count": count })).into_bytes();
        Ok(Released::new(value, bytes, terms, Vec::new()))
    }
}

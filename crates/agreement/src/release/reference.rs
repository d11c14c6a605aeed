//! References to other objects.
//!
//! An object that keeps its id carries only references that keep theirs; one with a new id carries the new ids. So no
//! two forms of one object can be laid side by side to learn which new id stands for which old one.

use entente_model::ObjectId;
use serde_json::{Map, Value};

use super::object::Shaping;
use super::{Altered, Change, Leaving};
use crate::form::Treatment;
use crate::{ClauseId, Sort};

pub(super) struct Referring<'s, 'a> {
    shaping: &'s mut Shaping<'a>,
    keeps: bool,
}

impl<'s, 'a> Referring<'s, 'a> {
    /// References of an object that keeps its id, or does not.
    pub(super) fn new(shaping: &'s mut Shaping<'a>, keeps: bool) -> Referring<'s, 'a> {
        Referring { shaping, keeps }
    }

    /// The id to refer by; none when the reference does not leave.
    pub(super) fn one(&self, id: &ObjectId) -> Option<ObjectId> {
        match self.shaping.bench.others.leaving(id) {
            Leaving::Clear => Some(id.clone()),
            Leaving::NewId(new) if !self.keeps => Some(new),
            Leaving::NewId(_) | Leaving::Withheld => None,
        }
    }

    /// Writes every reference that leaves, in properties and inside structures that leave.
    pub(super) fn all(mut self) {
        self.nested();
        let told: Vec<(String, Value)> = self
            .shaping
            .object
            .json()
            .iter()
            .filter(|(name, _)| self.refers(name))
            .map(|(n, v)| (n.clone(), v.clone()))
            .collect();
        for (property, value) in told {
            let rewritten = self.rewritten(&value);
            self.record(&property, &value, rewritten.as_ref());
            if let Some(value) = rewritten {
                self.shaping.out.insert(property, value);
            }
        }
    }

    fn refers(&self, property: &str) -> bool {
        let field = self.shaping.fields.fields.get(property);
        field.is_some_and(|field| {
            field.declaration.sort() == Sort::Reference && field.treatment == Treatment::BySort
        })
    }

    fn record(&mut self, property: &str, was: &Value, is: Option<&Value>) {
        let what = match is {
            None => Altered::Withheld,
            Some(is) if is == was => return,
            Some(_) => Altered::Rewritten,
        };
        let clause = ClauseId::new("agreement/references");
        self.shaping.changes.push(Change { property: property.to_owned(), what, clause });
    }

    fn rewritten(&self, value: &Value) -> Option<Value> {
        match value {
            Value::String(id) => self.one(&id.parse().ok()?).map(|id| id.to_string().into()),
            Value::Array(items) => {
                let mut kept: Vec<Value> = Vec::new();
                for id in items.iter().filter_map(|item| self.rewritten(item)) {
                    // Two things that leave as one are named once: the number would be told too.
                    if !kept.contains(&id) {
                        kept.push(id);
                    }
                }
                (!kept.is_empty()).then_some(Value::Array(kept))
            }
            _ => None,
        }
    }

    /// References inside what left already: in extensions and in the parts of a message.
    fn nested(&mut self) {
        let mut out = std::mem::take(&mut self.shaping.out);
        for (_, value) in out.iter_mut() {
            self.inside(value);
        }
        self.shaping.out = out;
    }

    fn inside(&self, value: &mut Value) {
        match value {
            Value::Object(members) => self.members(members),
            Value::Array(items) => items.iter_mut().for_each(|item| self.inside(item)),
            _ => {}
        }
    }

    fn members(&self, members: &mut Map<String, Value>) {
        let refers = |name: &str| name.ends_with("_ref") || name.ends_with("_refs");
        members.retain(|name, value| {
            if refers(name) {
                return match self.rewritten(value) {
                    Some(rewritten) => {
                        *value = rewritten;
                        true
                    }
                    None => false,
                };
            }
            self.inside(value);
            true
        });
    }
}

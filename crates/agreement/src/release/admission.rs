//! The door in the other direction: what a party tells past its own node, such as over TAXII, is reduced to what the flow covers.
//!
//! A party's own node would have reduced it before it told it. Ids and references stay as they were told, because they are the
//! teller's, and what it tells later refers to them.

use entente_model::{KindFamily, Object, canonical_id};
use serde_json::{Map, Value};

use super::object::Shaping;
use super::{Change, Withheld, Workbench};
use crate::form::Treatment;
use crate::{ClauseId, Policy, Sort, Terms};

impl Policy {
    /// What may be taken in of an object that the policy's sender tells on these terms, and what was left out or changed; or why
    /// nothing of it may.
    pub fn admit(
        &self,
        object: &Object,
        terms: &Terms,
        bench: &Workbench,
    ) -> Result<(Object, Vec<Change>), Withheld> {
        Shaping::begin(self, object, terms, bench)?.admitted()
    }
}

impl Shaping<'_> {
    fn admitted(mut self) -> Result<(Object, Vec<Change>), Withheld> {
        let id = self.became.clone().unwrap_or_else(|| self.object.id().clone());
        if self.became.is_none() {
            let told = self.as_told();
            self.out.extend(told);
        }
        self.complete(&id)?;
        self.out.insert("id".to_owned(), id.to_string().into());
        let clause = ClauseId::new("agreement/fields");
        let changes = std::mem::take(&mut self.changes);
        let object = Object::from_json(Value::Object(std::mem::take(&mut self.out)));
        let refused = |why: String, changes| Withheld { why, clause, changes };
        match object {
            Ok(object) if self.data_touched => match named_anew(object) {
                Some(object) => Ok((object, changes)),
                None => Err(refused("its id tells what the flow does not cover".to_owned(), changes)),
            },
            Ok(object) => Ok((object, changes)),
            Err(error) => Err(refused(error.to_string(), changes)),
        }
    }

    /// References, the author and markings.
    fn as_told(&self) -> Map<String, Value> {
        let stays = |property: &str| {
            self.fields.fields.get(property).is_some_and(|field| {
                let sort = field.declaration.sort();
                let named = matches!(sort, Sort::Reference | Sort::Attribution | Sort::Markings);
                named && field.treatment != Treatment::Drop
            })
        };
        let told = self.object.json().iter().filter(|(property, _)| stays(property));
        told.map(|(property, value)| (property.clone(), value.clone())).collect()
    }
}

/// An observable's id is made of its values, so one that lost values is named by what is left; none when that is nothing.
fn named_anew(object: Object) -> Option<Object> {
    if object.kind().family() != KindFamily::Observable || object.id().uuid().get_version_num() != 5 {
        return Some(object);
    }
    let id = canonical_id(&object)?;
    let mut json = object.json().clone();
    json.insert("id".to_owned(), id.to_string().into());
    Object::from_json(Value::Object(json)).ok()
}

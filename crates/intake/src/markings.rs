//! The producers' own markings met so far.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use entente_model::{Handling, Marking, Object, ObjectId, Tlp};

/// Definitions remembered at most: memory does not grow with the input.
const MOST: usize = 65_536;

/// What marking definitions restrict, by their ids: those of this import as they are met, and those that its source told
/// before. A marking that is not known restricts nothing, and none ever widens what the import gives.
#[derive(Debug, Default)]
pub(crate) struct Markings(RwLock<Known>);

#[derive(Debug, Default)]
struct Known {
    by_id: HashMap<ObjectId, Marking>,
    /// Some definition found no room: whatever is not known may be that one, and is taken for the narrowest.
    full: bool,
}

impl Markings {
    /// Remembers a definition. Two of one id restrict together: who changes one must not open what was closed before.
    pub(crate) fn learn(&self, id: &ObjectId, marking: Marking) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(told) = known.by_id.get_mut(id) {
            *told = told.and(marking);
        } else if known.by_id.len() < MOST {
            known.by_id.insert(id.clone(), marking);
        } else {
            known.full = true;
        }
    }

    /// The handling with at least the restriction of the object's own markings. A granular marking restricts the
    /// whole claim: it is a label on a part, and hides nothing by itself (STIX 2.1 section 7.2.3).
    pub(crate) fn restrict(&self, object: &Object, handling: Handling) -> Handling {
        object.markings().fold(handling, |handling, id| match Tlp::from_marking(id.uuid()) {
            Some(tlp) => self.own(&id, false, handling.at_least_tlp(tlp)),
            None => self.own(&id, true, handling),
        })
    }

    /// As the producer defined it, and no wider than the well-known id it may be.
    fn own(&self, id: &ObjectId, unheard_of: bool, handling: Handling) -> Handling {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        match known.by_id.get(id) {
            Some(marking) => marking.restrict(handling),
            None if known.full && unheard_of => handling.at_least_tlp(Tlp::Red),
            None => handling,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn definition(number: u32, name: &str) -> Object {
        let id = format!("marking-definition--{number:08x}-17d4-4cbf-938f-98ee46b3cd3f");
        Object::from_json(json!({"type": "marking-definition", "id": id, "name": name})).expect("an object")
    }

    fn learn(markings: &Markings, definition: &Object) {
        markings.learn(definition.id(), Marking::of(definition).expect("a level"));
    }

    fn tlp_under(markings: &Markings, ids: &[&ObjectId]) -> Tlp {
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let value = json!({"type": "domain-name", "value": "a.example", "object_marking_refs": ids,
            "id": "domain-name--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"});
        let object = Object::from_json(value).expect("an object");
        markings.restrict(&object, Handling::unmarked(Tlp::Green)).tlp
    }

    #[test]
    fn a_redefinition_opens_nothing() {
        let markings = Markings::default();
        let (red, green) = (definition(1, "TLP:RED"), definition(1, "TLP:GREEN"));
        learn(&markings, &red);
        learn(&markings, &green);
        assert_eq!(tlp_under(&markings, &[red.id()]), Tlp::Red);
        markings.learn(&Tlp::Red.marking(), Marking::of(&green).expect("a level"));
        assert_eq!(tlp_under(&markings, &[&Tlp::Red.marking()]), Tlp::Red, "nor one of a well-known id");
    }

    #[test]
    fn when_no_more_can_be_remembered_what_is_unknown_is_narrowest() {
        let markings = Markings::default();
        let unknown = definition(u32::MAX, "TLP:CLEAR");
        for number in 0..MOST as u32 {
            learn(&markings, &definition(number, "TLP:AMBER"));
        }
        assert_eq!(tlp_under(&markings, &[unknown.id()]), Tlp::Green, "unknown, and nothing was forgotten");
        learn(&markings, &unknown);
        assert_eq!(tlp_under(&markings, &[unknown.id()]), Tlp::Red);
        assert_eq!(tlp_under(&markings, &[definition(3, "").id()]), Tlp::Amber);
        assert_eq!(tlp_under(&markings, &[&Tlp::Clear.marking()]), Tlp::Green);
    }
}

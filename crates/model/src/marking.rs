//! What a producer's own marking says of handling.

use serde::Serialize;
use serde_json::Value;

use crate::{Handling, Kind, Object, PermissibleActions, Tlp};

/// The restriction a marking definition stands for. It can narrow a handling, never widen it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Marking {
    tlp: Option<Tlp>,
    pap: Option<PermissibleActions>,
}

impl Marking {
    /// What a marking definition restricts, under whatever id; `None` when it says nothing of audience or actions.
    ///
    /// Read are the TLP 2.0 extension, the `tlp` definitions of STIX 2.0 and 2.1 (section 7.2.1.4), and definitions that
    /// give a level as their statement or name: `TLP:AMBER`, `PAP:RED`, as MISP writes them. Where they differ, the
    /// narrowest counts.
    pub fn of(definition: &Object) -> Option<Marking> {
        if *definition.kind() != Kind::MarkingDefinition {
            return None;
        }
        let json = definition.json();
        let extensions = json.get("extensions").and_then(Value::as_object).into_iter().flatten();
        let marking = extensions
            .filter_map(|(_, extension)| extension.get("tlp_2_0")?.as_str()?.parse().ok())
            .fold(Marking::default(), Marking::and_tlp);
        let definition = json.get("definition");
        let text =
            |property| definition.and_then(|definition| definition.get(property)).and_then(Value::as_str);
        let marking = text("tlp").and_then(tlp_1).into_iter().fold(marking, Marking::and_tlp);
        let marking = text("statement").into_iter().fold(marking, Marking::and_level);
        let marking = json.get("name").and_then(Value::as_str).into_iter().fold(marking, Marking::and_level);
        Some(marking).filter(|marking| *marking != Marking::default())
    }

    /// Both restrictions at once.
    pub fn and(self, other: Marking) -> Marking {
        Marking { tlp: self.tlp.max(other.tlp), pap: self.pap.max(other.pap) }
    }

    /// The handling with at least this restriction.
    pub fn restrict(self, handling: Handling) -> Handling {
        let handling = self.tlp.into_iter().fold(handling, Handling::at_least_tlp);
        self.pap.into_iter().fold(handling, Handling::at_least_pap)
    }

    fn and_tlp(self, tlp: Tlp) -> Marking {
        self.and(Marking { tlp: Some(tlp), pap: None })
    }

    /// A text that names a level with its scheme. `RED` alone may mean anything.
    fn and_level(self, text: &str) -> Marking {
        let text = text.trim();
        let named = |scheme: &str| text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
        let tlp = if named("tlp:") { text.parse().ok() } else { None };
        let pap = if named("pap:") { text.parse().ok() } else { None };
        self.and(Marking { tlp, pap })
    }
}

/// A level of TLP 1, whose AMBER is read as AMBER+STRICT, the safe side, as for its well-known id.
fn tlp_1(text: &str) -> Option<Tlp> {
    let tlp = text.parse().ok()?;
    Some(if tlp == Tlp::Amber { Tlp::AmberStrict } else { tlp })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn marking(definition: Value) -> Option<Marking> {
        let mut json = definition;
        json["type"] = "marking-definition".into();
        json["id"] = "marking-definition--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f".into();
        Marking::of(&Object::from_json(json).expect("an object"))
    }

    fn handled(definition: Value) -> (Tlp, PermissibleActions) {
        let handling = Handling::unmarked(Tlp::Clear);
        let handling = marking(definition).map_or(handling.clone(), |marking| marking.restrict(handling));
        (handling.tlp, handling.pap)
    }

    #[test]
    fn levels_are_read_in_every_form() {
        const OPEN: PermissibleActions = PermissibleActions::Clear;
        let statement =
            |text: &str| json!({"definition_type": "statement", "definition": {"statement": text}});
        let extension = json!({"extensions": {"extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d":
            {"extension_type": "property-extension", "tlp_2_0": "amber+strict"}}});
        assert_eq!(handled(extension), (Tlp::AmberStrict, OPEN));
        let tlp_1 = json!({"definition_type": "tlp", "definition": {"tlp": "amber"}});
        assert_eq!(handled(tlp_1), (Tlp::AmberStrict, OPEN));
        assert_eq!(handled(statement("TLP:RED")), (Tlp::Red, OPEN));
        assert_eq!(handled(statement(" pap:amber ")), (Tlp::Clear, PermissibleActions::Amber));
        assert_eq!(
            handled(json!({"name": "PAP:RED", "definition": {"tlp": "green"}})),
            (Tlp::Green, PermissibleActions::Red)
        );
    }

    #[test]
    fn what_names_no_level_restricts_nothing() {
        for text in ["Copyright 2026", "RED", "TLP:PURPLE", "tlp", "Päp:RED", ""] {
            assert_eq!(
                marking(json!({"definition_type": "statement", "definition": {"statement": text}})),
                None,
                "{text}"
            );
        }
        assert_eq!(marking(json!({"definition_type": "statement", "definition": "TLP:RED"})), None);
    }

    #[test]
    fn nothing_is_ever_widened() {
        let green =
            marking(json!({"definition_type": "tlp", "definition": {"tlp": "green"}})).expect("a level");
        assert_eq!(green.restrict(Handling::unmarked(Tlp::Red)).tlp, Tlp::Red);
        let red = marking(json!({"name": "TLP:RED"})).expect("a level");
        assert_eq!(green.and(red).restrict(Handling::unmarked(Tlp::Clear)).tlp, Tlp::Red);
    }
}

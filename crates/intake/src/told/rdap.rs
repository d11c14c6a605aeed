//! Who registered a name, and who serves it: RDAP domain objects (RFC 9083 section 5.3), contacts as jCard (RFC 7095).

use entente_model::Selector;
use serde::Deserialize;
use serde_json::Value;

use super::{Fault, Ties, Told, given, moment, needed};

/// A registration as a registry answers it.
#[derive(Deserialize)]
pub(super) struct Registration {
    #[serde(rename = "objectClassName")]
    class: Option<String>,
    #[serde(rename = "ldhName")]
    name: Option<String>,
    #[serde(default)]
    events: Vec<Event>,
    #[serde(default)]
    nameservers: Vec<NameServer>,
    #[serde(default)]
    entities: Vec<Entity>,
}

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "eventAction")]
    action: String,
    #[serde(rename = "eventDate")]
    date: String,
}

#[derive(Deserialize)]
struct NameServer {
    #[serde(rename = "ldhName")]
    name: Option<String>,
}

#[derive(Deserialize)]
struct Entity {
    #[serde(default)]
    roles: Vec<String>,
    #[serde(rename = "vcardArray")]
    card: Option<Value>,
}

impl Told for Registration {
    const EDITION: &'static str = "rdap";

    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn tell(&self, ties: &mut Ties<'_>) -> Result<(), Fault> {
        if self.class.as_deref() != Some("domain") {
            return Err(Fault::Excluded("RDAP object that is no domain"));
        }
        if let Some(event) = self.events.iter().find(|event| event.action == "registration") {
            ties.at(moment(&event.date)?);
        }
        let domain = ties.thing(&Selector::domain(needed("ldhName", self.name.as_deref())?)?)?;
        for server in self.nameservers.iter().filter_map(|server| given(server.name.as_ref())) {
            let server = ties.thing(&Selector::domain(server)?)?;
            ties.tie(&domain, "uses-name-server", &server)?;
        }
        for entity in
            self.entities.iter().filter(|entity| entity.roles.iter().any(|role| role == "registrant"))
        {
            for contact in entity.contacts()? {
                let contact = ties.thing(&contact)?;
                ties.tie_said(&domain, "registered-by", &contact, entity.called())?;
            }
        }
        Ok(())
    }
}

impl Entity {
    /// The properties of the contact's card: name, parameters, type, value.
    fn properties(&self) -> impl Iterator<Item = (&str, &str)> {
        let properties = self.card.as_ref().and_then(|card| card.get(1)).and_then(Value::as_array);
        properties
            .into_iter()
            .flatten()
            .filter_map(|property| Some((property.get(0)?.as_str()?, property.get(3)?.as_str()?)))
    }

    fn contacts(&self) -> Result<Vec<Selector>, Fault> {
        let mut contacts = Vec::new();
        for (name, value) in self.properties().filter(|(_, value)| !value.trim().is_empty()) {
            match name {
                "email" => contacts.push(Selector::email(value.trim_start_matches("mailto:"))?),
                "tel" => contacts.push(Selector::phone(value.trim_start_matches("tel:"))?),
                _ => {}
            }
        }
        Ok(contacts)
    }

    /// What the registrant says it is called.
    fn called(&self) -> Option<String> {
        let names =
            self.properties().filter(|(name, _)| matches!(*name, "fn" | "org")).map(|(_, value)| value);
        let names: Vec<&str> = names.filter(|name| !name.trim().is_empty()).collect();
        (!names.is_empty()).then(|| names.join(", "))
    }
}

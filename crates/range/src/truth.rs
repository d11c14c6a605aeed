//! What is true: who belongs to which enterprise, what is shared by all, who has nothing to do with it, what is wrong.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, Write};

use serde_json::{Value, json};

use crate::book::Book;
use crate::enterprise::{Enterprise, Planned, mentioned};
use crate::record::Record;
use crate::settings::Settings;
use crate::thing::{Sort, Thing};

/// How many seeds a party gets for an enterprise from one sort of record, each another thing.
const SEEDS: usize = 3;

/// What is known of the enterprises before the first file is written.
pub(crate) struct Truth<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) enterprises: &'a [Enterprise],
    pub(crate) hubs: &'a [(Thing, &'static str)],
}

/// What was counted while the files were written.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counted {
    pub(crate) uninvolved: u64,
    pub(crate) wrong: u64,
}

impl Truth<'_> {
    /// Writes `truth.json`, an element a line.
    pub(crate) fn write(&self, out: &mut dyn Write, counted: Counted) -> io::Result<()> {
        let settings = self.settings;
        let head = json!({
            "format": "entente/range-truth/v1", "seed": settings.seed, "size": settings.size,
            "wrong_permille": settings.wrong_permille, "start": crate::world::iso(settings.start),
            "mistakes_permille": crate::enterprise::STATED.iter().copied().collect::<BTreeMap<_, _>>(),
        });
        let head = head.to_string();
        write!(out, "{},\n\"enterprises\":", head.strip_suffix('}').unwrap_or(&head))?;
        list(out, self.enterprises.iter().map(enterprise))?;
        write!(out, ",\n\"hubs\":")?;
        list(out, self.hubs.iter().map(|(thing, reason)| row(thing, "reason", reason)))?;
        write!(
            out,
            ",\n\"uninvolved\":{{\"count\":{},\"ids_file\":\"uninvolved.ids\"}}",
            counted.uninvolved
        )?;
        write!(out, ",\n\"victims\":")?;
        list(out, ids(self.enterprises, |enterprise| &enterprise.victims))?;
        write!(out, ",\n\"false_flags\":")?;
        list(out, ids(self.enterprises, |enterprise| &enterprise.false_flags))?;
        write!(out, ",\n\"neutral\":")?;
        list(out, ids(self.enterprises, |enterprise| &enterprise.neutral))?;
        write!(out, ",\n\"wrong\":")?;
        list(out, self.enterprises.iter().flat_map(wrong))?;
        write!(out, ",\n\"wrong_background\":{{\"count\":{},\"ids_file\":\"wrong.ids\"}}", counted.wrong)?;
        write!(out, ",\n\"seeds\":")?;
        list(out, self.enterprises.iter().flat_map(seeds))?;
        writeln!(out, "}}")
    }
}

fn list(out: &mut dyn Write, values: impl Iterator<Item = Value>) -> io::Result<()> {
    write!(out, "[")?;
    for (place, value) in values.enumerate() {
        write!(out, "{}\n{value}", if place == 0 { "" } else { "," })?;
    }
    write!(out, "]")
}

fn row(thing: &Thing, name: &str, value: &str) -> Value {
    json!({"id": thing.id().to_string(), "value": thing.value, name: value})
}

fn ids<'a>(
    enterprises: &'a [Enterprise],
    of: impl Fn(&'a Enterprise) -> &'a [Thing],
) -> impl Iterator<Item = Value> {
    let ids: BTreeSet<String> = enterprises.iter().flat_map(of).map(|thing| thing.id().to_string()).collect();
    ids.into_iter().map(Value::String)
}

fn enterprise(enterprise: &Enterprise) -> Value {
    let campaigns = enterprise.campaigns.iter().map(|campaign| {
        json!({"id": format!("c{}", campaign.number + 1), "type": campaign.kind.as_str(),
            "malware": campaign.malware, "start": crate::world::iso(campaign.start),
            "end": crate::world::iso(campaign.end)})
    });
    let roles = enterprise.roles.iter().map(|(person, role)| json!({"person": person, "role": role}));
    json!({
        "id": enterprise.id(),
        "name": enterprise.name,
        "campaigns": campaigns.collect::<Vec<_>>(),
        "roles": roles.collect::<Vec<_>>(),
        "entities": entities(enterprise),
    })
}

fn entities(enterprise: &Enterprise) -> Vec<Value> {
    let held = held_by(enterprise);
    let entities = enterprise.entities.iter().zip(held).map(|(entity, held)| {
        let mut value = json!({
            "id": entity.thing.id().to_string(), "type": entity.thing.kind().as_str(),
            "value": entity.thing.value, "kind": entity.kind.as_str(),
            "held_by": held.into_iter().collect::<Vec<_>>(),
        });
        if let Sort::Mark(family) = entity.thing.sort {
            value["family"] = family.as_str().into();
        }
        if let Some(role) = entity.role {
            value["role"] = role.into();
        }
        if let Some(campaign) = entity.campaign {
            value["campaign"] = format!("c{}", campaign + 1).into();
        }
        value
    });
    entities.collect()
}

/// Where each thing stands among the entities.
fn places(enterprise: &Enterprise) -> HashMap<&Thing, usize> {
    enterprise.entities.iter().enumerate().map(|(place, entity)| (&entity.thing, place)).collect()
}

/// The parties that hold a record naming each entity.
pub(crate) fn held_by(enterprise: &Enterprise) -> Vec<BTreeSet<&'static str>> {
    let places = places(enterprise);
    let mut held = vec![BTreeSet::new(); enterprise.entities.len()];
    for planned in &enterprise.planned {
        for place in mentioned(&mut planned.record.clone(), &places) {
            held[place].insert(planned.book.party());
        }
    }
    held
}

fn wrong(enterprise: &Enterprise) -> impl Iterator<Item = Value> {
    enterprise.planned.iter().filter(|planned| planned.wrong).map(|planned| Value::String(record_id(planned)))
}

fn record_id(planned: &Planned) -> String {
    id_of(planned.book, &planned.record)
}

/// By what the truth names a record: party, book and the record's own key.
pub(crate) fn id_of(book: Book, record: &Record) -> String {
    format!("{}/{}/{}", book.party(), book.stem(), record.key())
}

/// From what each party would begin: a record of the sort that makes it look, and the first thing of the enterprise
/// in it.
fn seeds(enterprise: &Enterprise) -> Vec<Value> {
    const LOOKED_AT: &[(Book, &str)] = &[
        (Book::PoliceReports, "victim report"),
        (Book::CompanyReports, "victim report"),
        (Book::CompanyMail, "forwarded message"),
        (Book::CompanySamples, "sample sent in"),
        (Book::CsirtXarf, "abuse report"),
        (Book::CsirtMisp, "shared event"),
        (Book::CsirtSinkhole, "machine at the sinkhole"),
        (Book::RegistrarRdap, "registration complained about"),
        (Book::BankAlerts, "alert"),
        (Book::BankLedger, "payment complained about"),
        (Book::BankPayments, "payment complained about"),
        (Book::ExchangeCustomers, "customer under review"),
        (Book::ExchangeWallets, "transaction complained about"),
    ];
    let places = places(enterprise);
    let mut seeds = Vec::new();
    for (book, how) in LOOKED_AT {
        let mut right: Vec<&Planned> =
            enterprise.planned.iter().filter(|planned| planned.book == *book && !planned.wrong).collect();
        right.sort_by_key(|planned| planned.record.at());
        let mut taken = BTreeSet::new();
        let named = right.into_iter().filter_map(|planned| {
            let place = *mentioned(&mut planned.record.clone(), &places).first()?;
            taken.insert(place).then(|| (place, record_id(planned)))
        });
        seeds.extend(named.take(SEEDS).map(|(place, record)| {
            json!({"enterprise": enterprise.id(), "party": book.party(), "how": format!("{how} {record}"),
                "entity": enterprise.entities[place].thing.id().to_string()})
        }));
    }
    seeds
}

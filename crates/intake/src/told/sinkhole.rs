//! Machines that called seized names: a sinkhole report as Shadowserver heads it.
//!
//! One machine calls one name thousands of times a day, and each call is a row. Calls of a machine with the same name, family and
//! sinkhole are gathered into one observation: from when to when, and how many. That is done over a file, or over so much of it
//! as [`MOST`] different ones fill; then they are told, and gathering begins anew. What is gathered depends on the file alone,
//! so the same file tells the same again.

use std::collections::HashMap;
use std::io::BufRead;

use entente_model::{Kind, ObjectId, Selector};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, json};

use super::tables::{self, Row};
use super::ties::{Fault, Seen, Ties, stix};
use super::{gathered, given, moment, needed, recall};
use crate::draft::SHARED;
use crate::{Context, Outcome, Place, ReadError, Sink};

/// The columns by which such a report is known.
pub(super) const COLUMNS: &[&str] = &["timestamp", "ip", "asn", "geo", "infection", "dst_ip"];

const EDITION: &str = "shadowserver/2";
/// Most observations held at once: some tens of megabytes.
const MOST: usize = 1 << 16;
/// The largest `number_observed` (STIX 2.1 section 4.14).
const MOST_OBSERVED: u64 = 999_999_999;

/// One row.
#[derive(Deserialize)]
struct Hit {
    timestamp: Option<String>,
    ip: Option<String>,
    protocol: Option<String>,
    infection: Option<String>,
    family: Option<String>,
    dst_ip: Option<String>,
    dst_hostname: Option<String>,
}

/// What all calls of an observation have in common.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Call {
    machine: Selector,
    protocol: String,
    family: Option<String>,
    name: Option<Selector>,
    sinkhole: Option<Selector>,
}

/// Calls that are the same but for their time.
struct Observed {
    /// Where the first stood.
    place: Place,
    seen: Seen,
    count: u64,
}

/// Reads every row of the input.
pub(super) fn read(
    context: &Context,
    place: &Place,
    input: &mut dyn BufRead,
    sink: &mut Sink<'_>,
) -> Result<(), ReadError> {
    gather(context, place, input, sink, MOST)
}

pub(super) fn gather(
    context: &Context,
    place: &Place,
    input: &mut dyn BufRead,
    sink: &mut Sink<'_>,
    most: usize,
) -> Result<(), ReadError> {
    let mut calls = Calls { most, observed: HashMap::new() };
    tables::each(context, place, input, sink, &mut |row: Row<'_>, sink| {
        let (call, at) =
            match row.parse::<Hit>().and_then(|hit| hit.call().map_err(|fault| fault.to_string())) {
                Ok(read) => read,
                Err(reason) => return row.reject(reason, sink),
            };
        let full = calls.add(row.place, call, at);
        if full { calls.tell(context, sink) } else { Ok(()) }
    })?;
    calls.tell(context, sink)
}

impl Hit {
    fn call(&self) -> Result<(Call, Timestamp), Fault> {
        let at = moment(needed("timestamp", self.timestamp.as_deref())?)?;
        let machine = Selector::ip(needed("ip", self.ip.as_deref())?)?;
        let family = given(self.family.as_ref()).or(given(self.infection.as_ref())).map(str::to_owned);
        let name = given(self.dst_hostname.as_ref()).map(Selector::domain).transpose()?;
        let sinkhole = given(self.dst_ip.as_ref()).map(Selector::ip).transpose()?;
        if name.is_none() && sinkhole.is_none() {
            return Err(Fault::wrong("it says neither which name nor which address was called"));
        }
        // Without a better word, that of the address (STIX 2.1 section 6.12: there is at least one).
        let own = if matches!(machine, Selector::Ipv6(_)) { "ipv6" } else { "ipv4" };
        let protocol = given(self.protocol.as_ref()).map_or(own.to_owned(), str::to_ascii_lowercase);
        Ok((Call { machine, protocol, family, name, sinkhole }, at))
    }
}

/// Calls as they are gathered, up to so many observations.
struct Calls {
    most: usize,
    observed: HashMap<Call, Observed>,
}

impl Calls {
    /// True when nothing more can be added until these are told.
    fn add(&mut self, place: Place, call: Call, at: Timestamp) -> bool {
        let seen = Seen { first: at, last: at };
        let observed = self.observed.entry(call).or_insert_with(|| Observed { place, seen, count: 0 });
        observed.seen = observed.seen.with(seen);
        observed.count += 1;
        observed.count == MOST_OBSERVED || self.observed.len() == self.most
    }

    /// Tells what was gathered, in the order of the first calls, and begins anew.
    fn tell(&mut self, context: &Context, sink: &mut Sink<'_>) -> Result<(), ReadError> {
        let mut calls: Vec<(Call, Observed)> = self.observed.drain().collect();
        calls.sort_unstable_by_key(|(_, observed)| observed.place.offset);
        let mut pairs = Pairs::of(&calls);
        for (call, Observed { place, seen, count }) in &calls {
            let told = Told {
                call,
                seen: *seen,
                count: *count,
                infected: pairs.infected(call),
                seized: pairs.seized(call),
            };
            let place = place.clone().named(call.machine.label());
            let (fingerprint, known) = recall(context, EDITION, told.words().as_bytes());
            let outcome = if known { Ok(Outcome::Known) } else { gathered(context, |ties| told.tell(ties)) };
            match outcome {
                Ok(outcome) => sink.put_gathered(place, outcome, fingerprint, *count)?,
                Err(reason) => {
                    sink.put_gathered(place, Outcome::Rejected { reason, raw: Vec::new() }, None, *count)?
                }
            }
        }
        Ok(())
    }
}

/// When a machine had a family, and when a name pointed to a sinkhole: one relationship each, however many observations say so.
#[derive(Default)]
struct Pairs<'c> {
    infected: HashMap<(&'c Selector, &'c str), Seen>,
    seized: HashMap<(&'c Selector, &'c Selector), Seen>,
}

impl<'c> Pairs<'c> {
    fn of(calls: &'c [(Call, Observed)]) -> Pairs<'c> {
        let mut pairs = Pairs::default();
        for (call, Observed { seen, .. }) in calls {
            if let Some(pair) = call.infected() {
                pairs.infected.entry(pair).and_modify(|known| *known = known.with(*seen)).or_insert(*seen);
            }
            if let Some(pair) = call.seized() {
                pairs.seized.entry(pair).and_modify(|known| *known = known.with(*seen)).or_insert(*seen);
            }
        }
        pairs
    }

    /// The first observation that says so tells it.
    fn infected(&mut self, call: &'c Call) -> Option<Seen> {
        self.infected.remove(&call.infected()?)
    }

    fn seized(&mut self, call: &'c Call) -> Option<Seen> {
        self.seized.remove(&call.seized()?)
    }
}

impl Call {
    fn infected(&self) -> Option<(&Selector, &str)> {
        Some((&self.machine, self.family.as_deref()?))
    }

    fn seized(&self) -> Option<(&Selector, &Selector)> {
        Some((self.name.as_ref()?, self.sinkhole.as_ref()?))
    }

    /// By what an observation of it is told from others.
    fn words(&self) -> String {
        let label = |selector: &Option<Selector>| selector.as_ref().map(Selector::label).unwrap_or_default();
        let family = self.family.as_deref().unwrap_or_default().to_lowercase();
        let (machine, name, sinkhole) = (self.machine.label(), label(&self.name), label(&self.sinkhole));
        [machine, self.protocol.clone(), family, name, sinkhole].join("\u{1f}")
    }
}

/// What one observation tells.
struct Told<'c> {
    call: &'c Call,
    seen: Seen,
    count: u64,
    infected: Option<Seen>,
    seized: Option<Seen>,
}

impl Told<'_> {
    /// All it tells follows from these words.
    fn words(&self) -> String {
        let spelt = self.call.family.as_deref().unwrap_or_default();
        let times = [Some(self.seen), self.infected, self.seized]
            .map(|seen| seen.map(|Seen { first, last }| format!("{first} {last}")).unwrap_or_default());
        format!("{}\u{1f}{spelt}\u{1f}{}\u{1f}{}", self.call.words(), self.count, times.join("\u{1f}"))
    }

    fn tell(&self, ties: &mut Ties<'_>) -> Result<(), Fault> {
        let Call { machine, family, name, sinkhole, .. } = self.call;
        let machine = ties.thing(machine)?;
        let sinkhole = sinkhole.as_ref().map(|address| known_sinkhole(ties, address)).transpose()?;
        let name = name.as_ref().map(|name| ties.thing(name)).transpose()?;
        if let (Some(family), Some(seen)) = (family, self.infected) {
            ties.seen(seen);
            let family = ties.family(family)?;
            ties.tie(&machine, "infected-by", &family)?;
        }
        if let (Some(name), Some(sinkhole), Some(seen)) = (&name, &sinkhole, self.seized) {
            ties.seen(seen);
            ties.tie(name, "resolves-to", sinkhole)?;
        }
        let Some(called) = name.or(sinkhole) else { return Ok(()) };
        ties.seen(self.seen);
        ties.tie(&machine, "communicates-with", &called)?;
        self.observe(ties, &machine, &called)
    }

    /// What was seen is the traffic between the two, not the two: whoever runs the machine need not know who runs the name.
    fn observe(&self, ties: &mut Ties<'_>, machine: &ObjectId, called: &ObjectId) -> Result<(), Fault> {
        let traffic = json!({
            "dst_ref": called.to_string(), "protocols": [self.call.protocol], "src_ref": machine.to_string(),
        });
        let id = ObjectId::observable(Kind::NetworkTraffic, &traffic);
        ties.observable(&id, traffic.as_object().cloned().unwrap_or_else(Map::new))?;
        let Seen { first, last } = self.seen;
        let seen = json!({
            "first_observed": stix(first), "last_observed": stix(last), "number_observed": self.count,
            "object_refs": [id.to_string()],
        });
        let key = format!("{}\u{1f}{first}", self.call.words());
        ties.own(Kind::ObservedData, &key, seen.as_object().cloned().unwrap_or_else(Map::new)).map(drop)
    }
}

/// The address of a sinkhole. All seized names point there, whoever's they were, so the graph is told to go no further.
fn known_sinkhole(ties: &mut Ties<'_>, address: &Selector) -> Result<ObjectId, Fault> {
    let name = format!("sinkhole: {}", address.label());
    let address = ties.thing(address)?;
    let properties = json!({"name": name, "labels": [SHARED]});
    let properties = properties.as_object().cloned().unwrap_or_else(Map::new);
    let sinkhole = ties.own(Kind::Infrastructure, &name, properties)?;
    ties.tie(&sinkhole, "consists-of", &address)?;
    // With the relationship, which nobody else tells: others tell the address too, and what is known is not written again.
    ties.share(&address, "sinkholed-by", &sinkhole);
    Ok(address)
}

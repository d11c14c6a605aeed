//! Abuse reports between providers: X-ARF version 4 (xarf.org).

use std::collections::BTreeMap;

use entente_model::{HashAlgorithm, Kind, ObjectId, Selector};
use serde::Deserialize;
use serde_json::{Map, json};

use super::{Fault, Ties, Told, given, moment, needed, stix};

/// What one provider reports of what another hosts.
#[derive(Deserialize)]
pub(super) struct Abuse {
    report_id: Option<String>,
    timestamp: Option<String>,
    source_identifier: Option<String>,
    category: Option<String>,
    url: Option<String>,
    #[serde(default)]
    file_hashes: BTreeMap<String, String>,
    malware_family: Option<String>,
    c2_server: Option<String>,
}

impl Told for Abuse {
    const EDITION: &'static str = "x-arf";

    fn name(&self) -> Option<&str> {
        self.report_id.as_deref()
    }

    /// A machine that speaks to a command server is tied to that; anything else is what was seen together.
    fn tell(&self, ties: &mut Ties<'_>) -> Result<(), Fault> {
        let at = moment(needed("timestamp", self.timestamp.as_deref())?)?;
        ties.at(at);
        needed("category", self.category.as_deref())?;
        let source = ties.thing(&source(needed("source_identifier", self.source_identifier.as_deref())?)?)?;
        if let Some(family) = given(self.malware_family.as_ref()) {
            let family = ties.family(family)?;
            ties.tie(&source, "infected-by", &family)?;
        }
        if let Some(server) = given(self.c2_server.as_ref()) {
            let server = ties.thing(&self::source(server)?)?;
            ties.tie(&source, "communicates-with", &server)?;
        }
        let mut subjects = vec![source];
        subjects.extend(self.contents(ties)?);
        if subjects.len() == 1 && (self.malware_family.is_some() || self.c2_server.is_some()) {
            return Ok(());
        }
        let name = needed("report_id", self.report_id.as_deref())?;
        let refs: Vec<String> = subjects.iter().map(ObjectId::to_string).collect();
        let at = stix(at);
        let seen =
            json!({"first_observed": at, "last_observed": at, "number_observed": 1, "object_refs": refs});
        ties.own(Kind::ObservedData, name, seen.as_object().cloned().unwrap_or_else(Map::new)).map(drop)
    }
}

impl Abuse {
    fn contents(&self, ties: &mut Ties<'_>) -> Result<Vec<ObjectId>, Fault> {
        let mut contents = Vec::new();
        if let Some(url) = given(self.url.as_ref()) {
            contents.push(ties.thing(&Selector::url(url)?)?);
        }
        for (name, digest) in &self.file_hashes {
            let unknown = || Fault::wrong(format!("`{name}` in `file_hashes` is no digest this node knows"));
            let algorithm = HashAlgorithm::from_name(name).ok_or_else(unknown)?;
            contents.push(ties.thing(&Selector::file_hash_of(algorithm, digest)?)?);
        }
        Ok(contents)
    }
}

/// An address, a name, a page or a mailbox.
fn source(text: &str) -> Result<Selector, Fault> {
    let unknown = || Fault::wrong(format!("`{text}` is no address, name, URL or e-mail address"));
    Selector::recognise(text).or_else(|| Selector::domain(text).ok()).ok_or_else(unknown)
}

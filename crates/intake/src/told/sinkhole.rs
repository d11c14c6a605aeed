//! Machines that called seized names: a sinkhole report as Shadowserver heads it.

use entente_model::Selector;
use serde::Deserialize;

use super::{Fault, Ties, Told, given, moment, needed};

/// The columns by which such a report is known.
pub(super) const COLUMNS: &[&str] = &["timestamp", "ip", "asn", "geo", "infection", "dst_ip"];

/// One call.
#[derive(Deserialize)]
pub(super) struct Hit {
    timestamp: Option<String>,
    ip: Option<String>,
    infection: Option<String>,
    family: Option<String>,
    dst_ip: Option<String>,
    dst_hostname: Option<String>,
}

impl Told for Hit {
    const EDITION: &'static str = "shadowserver";

    fn name(&self) -> Option<&str> {
        self.ip.as_deref()
    }

    fn tell(&self, ties: &mut Ties<'_>) -> Result<(), Fault> {
        ties.at(moment(needed("timestamp", self.timestamp.as_deref())?)?);
        let machine = ties.thing(&Selector::ip(needed("ip", self.ip.as_deref())?)?)?;
        if let Some(family) = given(self.family.as_ref()).or(given(self.infection.as_ref())) {
            let family = ties.family(family)?;
            ties.tie(&machine, "infected-by", &family)?;
        }
        let sinkhole = given(self.dst_ip.as_ref()).map(Selector::ip).transpose()?;
        match given(self.dst_hostname.as_ref()) {
            Some(name) => {
                let name = ties.thing(&Selector::domain(name)?)?;
                ties.tie(&machine, "communicates-with", &name)?;
                if let Some(sinkhole) = sinkhole {
                    let sinkhole = ties.thing(&sinkhole)?;
                    ties.tie(&name, "resolves-to", &sinkhole)?;
                }
            }
            None => {
                let sinkhole = sinkhole
                    .ok_or_else(|| Fault::wrong("it says neither which name nor which address was called"))?;
                let sinkhole = ties.thing(&sinkhole)?;
                ties.tie(&machine, "communicates-with", &sinkhole)?;
            }
        }
        Ok(())
    }
}

//! What names were seen to point to: passive DNS in the common output format (draft-dulaunoy-dnsop-passive-dns-cof).

use entente_model::Selector;
use jiff::Timestamp;
use serde::Deserialize;

use super::{Fault, Seen, Ties, Told, needed};

/// An answer of the name system, and from when to when it was given.
#[derive(Deserialize)]
pub(super) struct Answer {
    rrname: Option<String>,
    rrtype: Option<String>,
    rdata: Data,
    time_first: Option<i64>,
    time_last: Option<i64>,
    zone_time_first: Option<i64>,
    zone_time_last: Option<i64>,
}

/// The draft lets `rdata` be one text or a list of them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Data {
    One(String),
    Many(Vec<String>),
}

impl Told for Answer {
    const EDITION: &'static str = "passive-dns";

    fn name(&self) -> Option<&str> {
        self.rrname.as_deref()
    }

    fn tell(&self, ties: &mut Ties<'_>) -> Result<(), Fault> {
        let kind = needed("rrtype", self.rrtype.as_deref())?.to_ascii_uppercase();
        let relation = match kind.as_str() {
            "A" | "AAAA" | "CNAME" | "DNAME" => "resolves-to",
            "NS" => "uses-name-server",
            _ => return Err(Fault::Excluded("DNS answer that ties no names or addresses")),
        };
        ties.seen(self.seen()?);
        let name = ties.thing(&Selector::domain(needed("rrname", self.rrname.as_deref())?)?)?;
        let data = match &self.rdata {
            Data::One(one) => std::slice::from_ref(one),
            Data::Many(many) => many.as_slice(),
        };
        for value in data {
            let target = match kind.as_str() {
                "A" | "AAAA" => Selector::ip(value)?,
                _ => Selector::domain(value)?,
            };
            let target = ties.thing(&target)?;
            ties.tie(&name, relation, &target)?;
        }
        Ok(())
    }
}

impl Answer {
    /// Seen by sensors, or in a zone file.
    fn seen(&self) -> Result<Seen, Fault> {
        let time = |name: &str, seconds: Option<i64>| {
            let seconds = seconds.ok_or_else(|| Fault::wrong(format!("it has no `{name}`")))?;
            Timestamp::from_second(seconds)
                .map_err(|_| Fault::wrong(format!("`{name}` is no time: {seconds} seconds")))
        };
        let first = time("time_first", self.time_first.or(self.zone_time_first))?;
        let last = time("time_last", self.time_last.or(self.zone_time_last))?;
        if last < first {
            return Err(Fault::wrong("`time_last` is before `time_first`"));
        }
        Ok(Seen { first, last })
    }
}

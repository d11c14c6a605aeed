//! Who holds what: a bank's accounts, an exchange's customers, and what a bank's monitoring found suspicious.

use entente_model::{FingerprintFamily, Kind, ObjectId, Selector};
use serde::Deserialize;
use serde_json::{Value, json};

use super::scan::mark;
use super::transfers::properties;
use super::{Fault, Ties, Told, given, moment, needed};

pub(super) const ACCOUNTS: &[&str] = &["iban", "opened", "holder_id", "holder_name", "device_id"];
pub(super) const ALERTS: &[&str] = &["alert_id", "iban", "reason", "timestamp"];
pub(super) const CUSTOMERS: &[&str] = &["address", "holder_id", "holder_name", "opened"];

/// An account of a bank.
#[derive(Deserialize)]
pub(super) struct Holding {
    iban: Option<String>,
    opened: Option<String>,
    holder_id: Option<String>,
    holder_kind: Option<String>,
    holder_name: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    device_id: Option<String>,
}

impl Told for Holding {
    const EDITION: &'static str = "accounts/2";

    fn name(&self) -> Option<&str> {
        self.iban.as_deref()
    }

    fn tell(&self, ties: &mut Ties<'_>) -> Result<(), Fault> {
        ties.at(moment(needed("opened", self.opened.as_deref())?)?);
        let iban = Selector::iban(needed("iban", self.iban.as_deref())?)?;
        let account = ties.thing(&iban)?;
        let holder = Holder {
            served_by: &iban.bank().unwrap_or_else(|| ties.teller().to_owned()),
            id: self.holder_id.as_deref(),
            name: given(self.holder_name.as_ref()),
            kind: given(self.holder_kind.as_ref()).unwrap_or("unknown"),
            phone: given(self.phone.as_ref()),
            email: given(self.email.as_ref()),
        };
        holder.tell(ties, std::slice::from_ref(&account))?;
        mark(ties, &account, FingerprintFamily::Device, given(self.device_id.as_ref()))
    }
}

/// A customer of an exchange.
#[derive(Deserialize)]
pub(super) struct Customer {
    address: Option<String>,
    holder_id: Option<String>,
    holder_name: Option<String>,
    iban: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    opened: Option<String>,
}

impl Told for Customer {
    const EDITION: &'static str = "customers/2";

    fn name(&self) -> Option<&str> {
        self.address.as_deref()
    }

    fn tell(&self, ties: &mut Ties<'_>) -> Result<(), Fault> {
        ties.at(moment(needed("opened", self.opened.as_deref())?)?);
        let mut holdings = vec![ties.thing(&Selector::wallet(needed("address", self.address.as_deref())?)?)?];
        if let Some(iban) = given(self.iban.as_ref()) {
            holdings.push(ties.thing(&Selector::iban(iban)?)?);
        }
        let holder = Holder {
            served_by: &format!("exchange {}", ties.teller()),
            id: self.holder_id.as_deref(),
            name: given(self.holder_name.as_ref()),
            kind: "unknown",
            phone: given(self.phone.as_ref()),
            email: given(self.email.as_ref()),
        };
        holder.tell(ties, &holdings)
    }
}

/// Whoever holds something, as the party that serves them knows them.
struct Holder<'r> {
    /// Banks and exchanges each number their own. An IBAN says which bank it is, whoever tells; an exchange is known by who
    /// tells only.
    served_by: &'r str,
    id: Option<&'r str>,
    name: Option<&'r str>,
    kind: &'r str,
    phone: Option<&'r str>,
    email: Option<&'r str>,
}

impl Holder<'_> {
    /// What they hold and by what they are reached is theirs.
    fn tell(&self, ties: &mut Ties<'_>, holdings: &[ObjectId]) -> Result<(), Fault> {
        let id = needed("holder_id", self.id)?;
        let name = needed("holder_name", self.name)?;
        let person = properties([("name", Some(name)), ("identity_class", Some(self.kind))]);
        // With the name, since a bank may number anew after years.
        let key = format!("{}\u{1f}{id}\u{1f}{}", self.served_by, name.to_lowercase());
        let holder = ties.own(Kind::Identity, &key, person)?;
        let mut theirs = holdings.to_vec();
        if let Some(phone) = self.phone {
            theirs.push(ties.thing(&Selector::phone(phone)?)?);
        }
        if let Some(email) = self.email {
            theirs.push(ties.thing(&Selector::email(email)?)?);
        }
        theirs.iter().try_for_each(|thing| ties.tie(thing, "held-by", &holder))
    }
}

/// A suspicion of a bank's own monitoring: a note on the account, with its reason in words.
#[derive(Deserialize)]
pub(super) struct Alert {
    alert_id: Option<String>,
    iban: Option<String>,
    reason: Option<String>,
    timestamp: Option<String>,
}

impl Told for Alert {
    const EDITION: &'static str = "alerts";

    fn name(&self) -> Option<&str> {
        self.alert_id.as_deref()
    }

    fn tell(&self, ties: &mut Ties<'_>) -> Result<(), Fault> {
        ties.at(moment(needed("timestamp", self.timestamp.as_deref())?)?);
        let account = ties.thing(&Selector::iban(needed("iban", self.iban.as_deref())?)?)?;
        let mut note = properties([("content", Some(needed("reason", self.reason.as_deref())?))]);
        note.insert("object_refs".into(), json!([account.to_string()]));
        // That a bank suspects somebody is told to nobody by any agreement: the law forbids tipping off.
        note.insert("labels".into(), Value::from(vec!["suspicion", "entente:suspicious_transaction_report"]));
        let key = format!("{}\u{1f}{account}", needed("alert_id", self.alert_id.as_deref())?);
        ties.own(Kind::Note, &key, note).map(drop)
    }
}

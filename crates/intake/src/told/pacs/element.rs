//! One transfer as it is read, and what it tells.

use std::collections::HashMap;

use entente_model::Selector;
use quick_xml::events::{BytesStart, Event};

use super::RECORD;
use crate::Place;
use crate::told::transfers::{Account, Named, Numbered, Transfer, properties};
use crate::told::{Fault, Ties, moment, needed};

/// Deepest nesting in a transfer; the schema has half of it.
const DEEPEST: usize = 32;

/// One transfer: the texts in it by their path.
pub(super) struct Element {
    pub(super) at: u64,
    /// What is wrong with it as XML.
    pub(super) fault: Option<String>,
    path: Vec<String>,
    texts: HashMap<String, String>,
}

impl Element {
    pub(super) fn new(at: u64) -> Element {
        Element { at, fault: None, path: Vec::new(), texts: HashMap::new() }
    }

    /// The first fault is the one to mend.
    pub(super) fn fault(&mut self, why: impl Into<String>) {
        self.fault.get_or_insert_with(|| why.into());
    }

    /// By what the payer calls the payment.
    pub(super) fn named(&self, place: Place) -> Place {
        match self.get("PmtId/EndToEndId") {
            Some(name) => place.named(name),
            None => place,
        }
    }

    pub(super) fn add(&mut self, event: &Event<'_>) {
        match event {
            Event::Start(start) if self.path.len() < DEEPEST => {
                self.path.push(start.local_name().as_ref().to_owned());
                self.currency(start);
            }
            Event::Start(_) => self.fault(format!("elements are nested more than {DEEPEST} deep")),
            Event::End(end) => self.end(end.local_name().as_ref()),
            Event::Text(text) => self.text(&text.xml10_content()),
            Event::CData(text) => self.text(text),
            Event::GeneralRef(reference) => match quick_xml::escape::unescape(&format!("&{};", &**reference)) {
                Ok(letter) => self.text(&letter),
                Err(_) => self.fault(
                    "not well-formed XML: an `&` begins no letter that XML knows: write `&amp;` where it stands for itself",
                ),
            },
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match self.path.pop() {
            Some(open) if open == name && (name != RECORD || self.path.is_empty()) => {}
            Some(open) => {
                self.fault(format!("not well-formed XML: `<{open}>` is open where `</{name}>` stands"))
            }
            None => self.fault(format!("not well-formed XML: nothing is open where `</{name}>` stands")),
        }
    }

    fn text(&mut self, text: &str) {
        if self.path.len() > 1 && !text.trim().is_empty() {
            self.texts.entry(self.here()).or_default().push_str(text);
        }
    }

    fn currency(&mut self, start: &BytesStart<'_>) {
        let currency = start.attributes().flatten().find(|attribute| attribute.key.as_ref() == "Ccy");
        if let Some(currency) = currency {
            let value = currency.value.into_owned();
            self.texts.insert(format!("{}/@Ccy", self.here()), value);
        }
    }

    /// The path below the transfer.
    fn here(&self) -> String {
        self.path.get(1..).unwrap_or_default().join("/")
    }

    fn get(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(|text| text.trim()).filter(|text| !text.is_empty())
    }

    pub(super) fn tell(&self, ties: &mut Ties<'_>) -> Result<(), Fault> {
        let at = self.get("AccptncDtTm").or(self.get("IntrBkSttlmDt"));
        let transfer = Transfer {
            // The UETR is the same with every bank the payment passes.
            name: match self.get("PmtId/UETR") {
                Some(uetr) => Named::Everywhere(uetr),
                None => Named::Here(needed("PmtId/UETR or TxId", self.get("PmtId/TxId"))?),
            },
            from: self.account("Dbtr")?,
            to: self.account("Cdtr")?,
            at: moment(needed("IntrBkSttlmDt", at)?)?,
            properties: properties([
                ("amount", self.get("IntrBkSttlmAmt")),
                ("currency", self.get("IntrBkSttlmAmt/@Ccy")),
                ("service_level", self.get("PmtTpInf/SvcLvl/Cd")),
                ("end_to_end_id", self.get("PmtId/EndToEndId").filter(|id| *id != "NOTPROVIDED")),
                ("uetr", self.get("PmtId/UETR")),
                ("remittance_information", self.get("RmtInf/Ustrd")),
            ]),
        };
        transfer.tell(ties)
    }

    /// The account of a side at the bank of that side.
    fn account(&self, side: &'static str) -> Result<Account, Fault> {
        let get = |path: &str| self.get(&format!("{side}Acct/{path}"));
        if let Some(iban) = get("Id/IBAN") {
            return Ok(Account::Known(Selector::iban(iban)?));
        }
        let number = get("Id/Othr/Id")
            .ok_or_else(|| Fault::wrong(format!("{side}Acct names no account, by IBAN or otherwise")))?;
        // Some banks write an IBAN there too.
        if let Ok(iban) = Selector::iban(number) {
            return Ok(Account::Known(iban));
        }
        let (bank, bic) = self.bank(side).ok_or_else(|| {
            Fault::wrong(format!(
                "{side}Acct has a number of its bank, and {side}Agt does not say which bank that is"
            ))
        })?;
        Ok(Account::Numbered(Numbered {
            bank,
            bic,
            number: number.to_owned(),
            scheme: get("Id/Othr/SchmeNm/Cd").or(get("Id/Othr/SchmeNm/Prtry")).map(str::to_owned),
            currency: get("Ccy").map(str::to_owned),
        }))
    }

    /// What the bank of a side is known by, surest first, and its BIC.
    fn bank(&self, side: &str) -> Option<(String, Option<String>)> {
        let get = |path: &str| self.get(&format!("{side}Agt/FinInstnId/{path}"));
        // The first eight letters are the bank, the rest a branch (ISO 9362).
        let bic = get("BICFI").or(get("BIC")).map(str::to_ascii_uppercase);
        if let Some(bank) = bic.as_deref().and_then(|bic| bic.get(..8)) {
            return Some((bank.to_owned(), bic));
        }
        let system = get("ClrSysMmbId/ClrSysId/Cd").or(get("ClrSysMmbId/ClrSysId/Prtry"));
        let member =
            get("ClrSysMmbId/MmbId").map(|member| format!("{} {member}", system.unwrap_or_default()));
        let other = member.or(get("LEI").map(str::to_owned)).or(get("Othr/Id").map(str::to_owned));
        other.map(|bank| (bank.trim().to_owned(), None))
    }
}

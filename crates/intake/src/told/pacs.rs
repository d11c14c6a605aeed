//! Credit transfers between banks: pacs.008, FIToFICustomerCreditTransfer (ISO 20022), any version.
//!
//! The document is walked once; a record is one `CdtTrfTxInf`, and only that is held.

use std::cell::Cell;
use std::collections::HashMap;
use std::io::{self, BufRead};

use entente_model::Selector;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, Writer};

use super::bounded::{Bounded, TooLong};
use super::transfers::{Named, Transfer, properties};
use super::{Fault, Ties, gathered, moment, needed, recall};
use crate::{Context, Outcome, Place, ReadError, Sink};

const EDITION: &str = "pacs.008";
/// The element that is one transfer.
const RECORD: &str = "CdtTrfTxInf";
/// Around a transfer that is told alone, so that it is known for what it is.
const OPEN: &[u8] = b"<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08\"><FIToFICstmrCdtTrf>";
const CLOSE: &[u8] = b"</FIToFICstmrCdtTrf></Document>";

/// Reads every transfer of the document.
pub(super) fn read(
    context: &Context,
    place: &Place,
    input: &mut dyn BufRead,
    sink: &mut Sink<'_>,
) -> Result<(), ReadError> {
    let longest = context.limits.record_bytes;
    let left = Cell::new(longest);
    let mut xml = Reader::from_reader(Bounded { input, left: &left });
    let (mut buffer, mut transfer) = (Vec::new(), None::<Element>);
    loop {
        buffer.clear();
        let at = xml.buffer_position();
        let event = match xml.read_event_into(&mut buffer) {
            Ok(Event::Eof) if transfer.is_none() => return Ok(()),
            Ok(Event::Eof) => {
                let reason = "the document ends within a transfer: fetch it again";
                return Ok(sink.reject(place.at(at), reason, b"")?);
            }
            Ok(event) => event,
            Err(error) => return broken(error, place.at(at), longest, sink),
        };
        match &event {
            Event::Start(start) if start.local_name().as_ref() == RECORD => {
                transfer = Some(Element::new(at));
                left.set(longest);
            }
            _ if transfer.is_none() => left.set(longest),
            _ => {}
        }
        let ends = matches!(&event, Event::End(end) if end.local_name().as_ref() == RECORD);
        if let Some(element) = &mut transfer {
            element.add(&event);
        }
        if ends && let Some(element) = transfer.take() {
            record(context, place, element, sink)?;
        }
    }
}

fn record(context: &Context, place: &Place, element: Element, sink: &mut Sink<'_>) -> Result<(), ReadError> {
    let place = place.at(element.at);
    let (fingerprint, known) = recall(context, EDITION, element.raw.get_ref());
    if known {
        return Ok(sink.put(place, Outcome::Known)?);
    }
    let place = match element.get("PmtId/EndToEndId") {
        Some(name) => place.named(name),
        None => place,
    };
    match gathered(context, |ties| element.tell(ties)) {
        Ok(outcome) => Ok(sink.put_known_by(place, outcome, fingerprint)?),
        Err(reason) => Ok(sink.reject(place, reason, &[OPEN, element.raw.get_ref(), CLOSE].concat())?),
    }
}

/// XML that does not go on as XML ends the document: nobody can say where the next transfer begins.
fn broken(
    error: quick_xml::Error,
    place: Place,
    longest: usize,
    sink: &mut Sink<'_>,
) -> Result<(), ReadError> {
    if let quick_xml::Error::Io(error) = &error {
        return match error.get_ref().is_some_and(|inner| inner.is::<TooLong>()) {
            true => Ok(sink.reject(place, format!("a transfer is longer than {longest} bytes"), b"")?),
            false => Err(io::Error::new(error.kind(), error.to_string()).into()),
        };
    }
    let reason = format!("not well-formed XML: {error}. What came before was read, what follows was not");
    Ok(sink.reject(place, reason, b"")?)
}

/// One transfer: the texts in it by their path, and its bytes.
struct Element {
    at: u64,
    path: Vec<String>,
    texts: HashMap<String, String>,
    raw: Writer<Vec<u8>>,
}

impl Element {
    fn new(at: u64) -> Element {
        Element { at, path: Vec::new(), texts: HashMap::new(), raw: Writer::new(Vec::new()) }
    }

    fn add(&mut self, event: &Event<'_>) {
        // Writing to memory does not fail.
        let _ = self.raw.write_event(event.borrow());
        match event {
            Event::Start(start) => {
                self.path.push(start.local_name().as_ref().to_owned());
                self.currency(start);
            }
            Event::End(_) => {
                self.path.pop();
            }
            Event::Text(text) => {
                let text = text.xml10_content();
                let own = self.texts.entry(self.here()).or_default();
                own.push_str(text.trim());
            }
            Event::GeneralRef(reference) => {
                let name = format!("&{};", &**reference);
                let letter = quick_xml::escape::unescape(&name).map(|letter| letter.into_owned());
                let own = self.texts.entry(self.here()).or_default();
                own.push_str(&letter.unwrap_or_default());
            }
            _ => {}
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
        self.texts.get(path).map(String::as_str).filter(|text| !text.is_empty())
    }

    fn tell(&self, ties: &mut Ties<'_>) -> Result<(), Fault> {
        let at = self.get("AccptncDtTm").or(self.get("IntrBkSttlmDt"));
        let transfer = Transfer {
            // The UETR is the same with every bank the payment passes.
            name: match self.get("PmtId/UETR") {
                Some(uetr) => Named::Everywhere(uetr),
                None => Named::Here(needed("PmtId/UETR or TxId", self.get("PmtId/TxId"))?),
            },
            from: self.account("DbtrAcct")?,
            to: self.account("CdtrAcct")?,
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

    fn account(&self, side: &str) -> Result<Selector, Fault> {
        match self.get(&format!("{side}/Id/IBAN")) {
            Some(iban) => Ok(Selector::iban(iban)?),
            None if self.get(&format!("{side}/Id/Othr/Id")).is_some() => Err(Fault::wrong(format!(
                "{side} names an account otherwise than by IBAN, which is not read"
            ))),
            None => Err(Fault::wrong(format!("it has no {side}/Id/IBAN"))),
        }
    }
}

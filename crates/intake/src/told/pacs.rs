//! Credit transfers between banks: pacs.008, FIToFICustomerCreditTransfer (ISO 20022), any version.
//!
//! The document is walked once; a record is one `CdtTrfTxInf`, and only that is held.

use std::cell::{Cell, RefCell};
use std::io::{self, BufRead};

use quick_xml::Reader;
use quick_xml::errors::IllFormedError;
use quick_xml::events::Event;

use super::bounded::{Bounded, Kept, TooLong};
use super::{gathered, recall};
use crate::{Context, Outcome, Place, ReadError, Sink};
use element::Element;

mod element;

const EDITION: &str = "pacs.008/2";
/// The element that is one transfer.
const RECORD: &str = "CdtTrfTxInf";
/// Around a transfer that is told alone, so that it is known for what it is.
const OPEN: &[u8] = b"<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08\"><FIToFICstmrCdtTrf>";
const CLOSE: &[u8] = b"</FIToFICstmrCdtTrf></Document>";

/// Reads every transfer of the document. One that is not well-formed is rejected, and the document read on behind it.
pub(super) fn read(
    context: &Context,
    place: &Place,
    input: &mut dyn BufRead,
    sink: &mut Sink<'_>,
) -> Result<(), ReadError> {
    let left = Cell::new(context.limits.record_bytes);
    let kept = RefCell::new(Vec::new());
    let mut document = Kept { input: Bounded { input, left: &left }, kept: &kept, offset: 0 };
    let mut walk = Walk { context, place, sink, left: &left, kept: &kept };
    while walk.stretch(&mut document)? {}
    Ok(())
}

/// A document as it is walked.
struct Walk<'w, 's> {
    context: &'w Context,
    place: &'w Place,
    sink: &'w mut Sink<'s>,
    left: &'w Cell<usize>,
    /// The bytes of the transfer at hand.
    kept: &'w RefCell<Vec<u8>>,
}

impl Walk<'_, '_> {
    /// Reads as far as the parser goes. False when nothing is left to read.
    fn stretch(&mut self, document: &mut Kept<'_>) -> Result<bool, ReadError> {
        let begin = document.offset;
        let mut xml = Reader::from_reader(&mut *document);
        // An end that does not match spoils one transfer; the parser would refuse all that follows.
        xml.config_mut().check_end_names = false;
        xml.config_mut().allow_unmatched_ends = true;
        let (mut buffer, mut transfer) = (Vec::new(), None::<Element>);
        loop {
            buffer.clear();
            if transfer.is_none() {
                self.begin();
            }
            let at = begin + xml.buffer_position();
            match xml.read_event_into(&mut buffer) {
                Ok(Event::Eof) => return self.end(at, transfer).map(|()| false),
                Ok(event) => self.event(at, &event, &mut transfer)?,
                Err(quick_xml::Error::IllFormed(error)) => self.ill_formed(at, &error, &mut transfer)?,
                Err(error) => {
                    drop(xml);
                    let read = document.offset > at;
                    return self.broken(error, at, transfer, document).map(|goes_on| goes_on && read);
                }
            }
        }
    }

    /// What comes belongs to no transfer yet.
    fn begin(&self) {
        self.left.set(self.context.limits.record_bytes);
        self.kept.borrow_mut().clear();
    }

    fn event(&mut self, at: u64, event: &Event<'_>, transfer: &mut Option<Element>) -> Result<(), ReadError> {
        let begins = matches!(event, Event::Start(start) if start.local_name().as_ref() == RECORD);
        if begins {
            if let Some(open) = transfer.take() {
                self.within(open)?;
            }
            *transfer = Some(Element::new(at));
        }
        if let Some(element) = transfer {
            element.add(event);
        }
        let ends = matches!(event, Event::End(end) if end.local_name().as_ref() == RECORD);
        match transfer.take_if(|_| ends) {
            Some(element) => self.record(element),
            None => Ok(()),
        }
    }

    /// The transfer that was open when the next began: only what stands before that is its own.
    fn within(&mut self, mut open: Element) -> Result<(), ReadError> {
        open.fault("it does not end before the next transfer begins");
        let mut kept = self.kept.borrow_mut();
        let next = memchr::memrchr(b'<', &kept).unwrap_or_default();
        let start = kept.split_off(next);
        let raw = std::mem::replace(&mut *kept, start);
        drop(kept);
        self.left.set(self.context.limits.record_bytes);
        self.reject(open, &raw)
    }

    fn record(&mut self, element: Element) -> Result<(), ReadError> {
        let raw = self.kept.take();
        let place = self.place.at(element.at);
        let (fingerprint, known) = recall(self.context, EDITION, &raw);
        if known {
            return Ok(self.sink.put(place, Outcome::Known)?);
        }
        if element.fault.is_some() {
            return self.reject(element, &raw);
        }
        let place = element.named(place);
        match gathered(self.context, |ties| element.tell(ties)) {
            Ok(outcome) => Ok(self.sink.put_known_by(place, outcome, fingerprint)?),
            Err(reason) => Ok(self.sink.reject(place, reason, &[OPEN, &raw, CLOSE].concat())?),
        }
    }

    fn reject(&mut self, element: Element, raw: &[u8]) -> Result<(), ReadError> {
        let place = element.named(self.place.at(element.at));
        let reason = element.fault.unwrap_or_default();
        Ok(self.sink.reject(place, reason, &[OPEN, raw, CLOSE].concat())?)
    }

    fn end(&mut self, at: u64, transfer: Option<Element>) -> Result<(), ReadError> {
        match transfer {
            None => Ok(()),
            Some(_) => {
                let reason = "the document ends within a transfer: fetch it again";
                Ok(self.sink.reject(self.place.at(at), reason, b"")?)
            }
        }
    }

    /// What the parser can read on behind.
    fn ill_formed(
        &mut self,
        at: u64,
        error: &IllFormedError,
        transfer: &mut Option<Element>,
    ) -> Result<(), ReadError> {
        match transfer {
            Some(element) => element.fault(format!("not well-formed XML: {error}")),
            None => {
                let reason = format!("not well-formed XML outside of the transfers, which are read: {error}");
                self.sink.reject(self.place.at(at), reason, b"")?;
            }
        }
        Ok(())
    }

    /// What the parser cannot read on behind: goes on after the end of the transfer, where that is found.
    fn broken(
        &mut self,
        error: quick_xml::Error,
        at: u64,
        transfer: Option<Element>,
        document: &mut Kept<'_>,
    ) -> Result<bool, ReadError> {
        let longest = self.context.limits.record_bytes;
        let (reason, fits) = match &error {
            quick_xml::Error::Io(error) if TooLong::is(error) => {
                (format!("a transfer is longer than {longest} bytes"), false)
            }
            quick_xml::Error::Io(error) => return Err(io::Error::new(error.kind(), error.to_string()).into()),
            _ => (format!("not well-formed XML: {error}"), true),
        };
        let goes_on = transfer.is_none() || self.pass_over(document)?;
        let rest = if goes_on { "" } else { ". What came before was read, what follows was not" };
        let at = transfer.as_ref().map_or(at, |element| element.at);
        let raw = self.kept.take();
        let raw =
            if transfer.is_some() && goes_on && fits { [OPEN, &raw, CLOSE].concat() } else { Vec::new() };
        self.sink.reject(self.place.at(at), format!("{reason}{rest}"), &raw)?;
        Ok(goes_on)
    }

    /// Goes on behind the end of the transfer at hand; false when there is none.
    fn pass_over(&self, document: &mut Kept<'_>) -> Result<bool, ReadError> {
        let longest = self.context.limits.record_bytes;
        let mut tag = Vec::new();
        loop {
            self.left.set(longest);
            if self.kept.borrow().len() > longest {
                self.kept.borrow_mut().clear();
            }
            tag.clear();
            match document.read_until(b'>', &mut tag) {
                Ok(0) => return Ok(false),
                Ok(_) if is_end(&tag) => return Ok(true),
                Ok(_) => {}
                Err(error) if TooLong::is(&error) => return Ok(false),
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// Whether the last tag of what ends with `>` is that of the end of a transfer.
fn is_end(text: &[u8]) -> bool {
    let tag = memchr::memrchr(b'<', text).map_or(&[][..], |start| &text[start..]);
    let name = tag.strip_prefix(b"</").and_then(|name| name.strip_suffix(b">")).unwrap_or_default();
    name.trim_ascii_end().rsplit(|byte| *byte == b':').next() == Some(RECORD.as_bytes())
}

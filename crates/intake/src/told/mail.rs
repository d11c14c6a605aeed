//! Messages (RFC 5322), one or a mailbox of them (RFC 4155): who wrote from where, and what they wanted clicked, called or paid.

use std::collections::HashSet;
use std::io::BufRead;

use entente_model::{HashAlgorithm, Kind, ObjectId, Selector};
use jiff::Timestamp;
use mail_parser::decoders::html::html_to_text;
use mail_parser::{Addr, Message, MessageParser, MimeHeaders, PartType};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::{Fault, Ties, gathered, recall, stix};
use crate::{Context, Outcome, Place, ReadError, Sink};
use mailbox::{Messages, Raw};

mod links;
mod mailbox;
mod mentions;

const EDITION: &str = "mail/2";
/// What begins a message in a mailbox.
const FROM: &[u8] = b"From ";
/// Most things one message names.
const MOST: usize = 1_000;
/// Headers that a message on its own begins with.
const FIRST: [&str; 9] = [
    "return-path",
    "received",
    "delivered-to",
    "from",
    "date",
    "subject",
    "message-id",
    "mime-version",
    "x-original-to",
];

/// Whether a text begins as a message or a mailbox does.
pub(crate) fn is_mail(text: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&text[..text.len().min(8192)]);
    let body = match head.strip_prefix("From ") {
        Some(rest) => rest.split_once('\n').map_or("", |(_, rest)| rest),
        None => &head,
    };
    let mut names = body.lines().take_while(|line| !line.is_empty()).filter_map(header_name);
    let first = names.next().is_some_and(|name| head.starts_with("From ") || FIRST.contains(&name.as_str()));
    first
        && names
            .filter(|name| ["from", "to", "date", "subject", "message-id"].contains(&name.as_str()))
            .count()
            >= 2
}

fn header_name(line: &str) -> Option<String> {
    let (name, _) = line.split_once(':').filter(|_| !line.starts_with([' ', '\t']))?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
    is_name.then(|| name.to_ascii_lowercase())
}

/// Reads every message of the input.
pub(super) fn read(
    context: &Context,
    place: &Place,
    input: &mut dyn BufRead,
    sink: &mut Sink<'_>,
) -> Result<(), ReadError> {
    let longest = context.limits.record_bytes;
    let mut messages = Messages::new(input, longest);
    while let Some(message) = messages.next()? {
        let here = place.at(message.offset).line(message.line);
        record(context, here, &message, longest, sink)?;
    }
    Ok(())
}

fn record(
    context: &Context,
    place: Place,
    message: &Raw,
    longest: usize,
    sink: &mut Sink<'_>,
) -> Result<(), ReadError> {
    if !message.fits {
        return Ok(sink.reject(place, format!("the message is longer than {longest} bytes"), b"")?);
    }
    let (fingerprint, known) = recall(context, EDITION, &message.bytes);
    if known {
        return Ok(sink.put(place, Outcome::Known)?);
    }
    let parsed = MessageParser::default().parse(message.content());
    let Some(parsed) = parsed.filter(|parsed| !parsed.headers().is_empty()) else {
        return Ok(sink.reject(place, "this is no message: it has no headers", &message.bytes)?);
    };
    let place = match parsed.message_id() {
        Some(id) => place.named(id),
        None => place,
    };
    match gathered(context, |ties| tell(&parsed, ties)) {
        Ok(outcome) => Ok(sink.put_known_by(place, outcome, fingerprint)?),
        Err(reason) => Ok(sink.reject(place, reason, &message.bytes)?),
    }
}

fn tell(message: &Message<'_>, ties: &mut Ties<'_>) -> Result<(), Fault> {
    let date = message.date().and_then(|date| Timestamp::from_second(date.to_timestamp()).ok());
    if let Some(date) = date {
        ties.at(date);
    }
    let mut json = Map::new();
    let from = addresses(ties, message.from().and_then(|from| from.first()))?;
    let from = from.into_iter().next();
    refs(&mut json, "from_ref", from.clone());
    let to = message.to().into_iter().flat_map(|to| to.iter());
    list(&mut json, "to_refs", addresses(ties, to)?);
    let reply = message.reply_to().into_iter().flat_map(|reply| reply.iter());
    refs(&mut json, "reply_to_ref", addresses(ties, reply)?.into_iter().next());
    // The topmost was written by whoever took the message in; what is below may be invented.
    if let Some(relay) = message.received_all().next().and_then(|received| received.from_ip) {
        let relay = ties.thing(&Selector::ip(&relay.to_string())?)?;
        refs(&mut json, "received_from_ref", Some(relay));
    }
    list(&mut json, "contains_refs", contents(message, ties)?);
    json.extend(date.map(|date| ("date".to_owned(), stix(date).into())));
    json.extend(message.message_id().map(|id| ("message_id".to_owned(), format!("<{id}>").into())));
    json.extend(message.subject().map(|subject| ("subject".to_owned(), subject.into())));
    json.extend(message.body_text(0).map(|body| ("body".to_owned(), body.trim_end().into())));
    json.insert("is_multipart".into(), false.into());
    let contributing: Map<String, Value> = ["from_ref", "subject", "body"]
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), json.get(*name)?.clone())))
        .collect();
    if contributing.is_empty() {
        return Err(Fault::wrong("it says neither who wrote it nor what"));
    }
    let id = ObjectId::observable(Kind::EmailMessage, &Value::Object(contributing));
    ties.observable(&id, json)
}

fn addresses<'m>(
    ties: &mut Ties<'_>,
    all: impl IntoIterator<Item = &'m Addr<'m>>,
) -> Result<Vec<ObjectId>, Fault> {
    let written = all.into_iter().filter_map(|address| address.address.as_deref());
    // Senders write what they like there; what is no address is passed over, the message is kept.
    let read = written.filter_map(|address| Selector::email(address).ok());
    read.map(|address| ties.thing(&address)).collect()
}

/// What its text names, where its links lead, and what is attached.
fn contents(message: &Message<'_>, ties: &mut Ties<'_>) -> Result<Vec<ObjectId>, Fault> {
    let mut named = Named::default();
    for part in message.text_bodies().chain(message.html_bodies()).chain(message.attachments()) {
        match &part.body {
            PartType::Html(html) => page(html, &mut named),
            PartType::Text(text) if part.attachment_name().is_none() => mentions::of(text, &mut named),
            _ => {}
        }
    }
    for part in message.attachments() {
        let bytes: &[u8] = match &part.body {
            PartType::Text(text) | PartType::Html(text) => text.as_bytes(),
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => bytes,
            PartType::Message(_) | PartType::Multipart(_) => continue,
        };
        let digest: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        named.add(Selector::file_hash_of(HashAlgorithm::Sha256, &digest)?);
        named.extend(part.attachment_name().and_then(|name| Selector::file_name(name).ok()));
    }
    if named.in_order.len() > MOST {
        return Err(Fault::wrong(format!("the message names more than {MOST} things")));
    }
    named.in_order.iter().map(|found| ties.thing(found)).collect()
}

/// What a person reads on a page, and where it leads, which need not be the same.
fn page(html: &str, named: &mut Named) {
    mentions::of(&html_to_text(html), named);
    links::of(html, named);
}

/// What a message names, each once, and one more than there may be.
#[derive(Default)]
struct Named {
    in_order: Vec<Selector>,
    known: HashSet<Selector>,
}

impl Named {
    fn add(&mut self, found: Selector) {
        if self.in_order.len() <= MOST && self.known.insert(found.clone()) {
            self.in_order.push(found);
        }
    }
}

impl Extend<Selector> for Named {
    fn extend<I: IntoIterator<Item = Selector>>(&mut self, all: I) {
        all.into_iter().for_each(|found| self.add(found));
    }
}

fn refs(json: &mut Map<String, Value>, name: &str, id: Option<ObjectId>) {
    json.extend(id.map(|id| (name.to_owned(), id.to_string().into())));
}

fn list(json: &mut Map<String, Value>, name: &str, ids: Vec<ObjectId>) {
    if !ids.is_empty() {
        json.insert(name.to_owned(), json!(ids.iter().map(ObjectId::to_string).collect::<Vec<_>>()));
    }
}

//! Objects that are e-mail messages.

use entente_model::Kind;
use serde_json::Value;

use super::super::attribute::{Attribute, mail_part};
use super::super::observable::{self, Observable, artifact, named_file};
use super::super::pattern::Comparisons;
use super::super::value::Fields;
use super::template::Form::{Text, Time};
use super::template::{Field, compare, field, fill};
use super::{Bag, Sense, Thing};

/// Relations of addresses, and the properties they are.
const ADDRESSES: [(&str, &str); 3] = [("to", "to_refs"), ("cc", "cc_refs"), ("bcc", "bcc_refs")];

const FIELDS: &[Field] = &[
    field("message-id", &["message_id"], Text),
    field("subject", &["subject"], Text),
    field("send-date", &["date"], Time),
    field("reply-to", &["additional_header_fields", "Reply-To"], Text),
    field("x-mailer", &["additional_header_fields", "X-Mailer"], Text),
];

/// A message, with its addresses and the names of what was attached.
pub(super) fn email(thing: &Thing) -> Option<Sense> {
    let mut bag = thing.bag();
    let mut properties = Fields::new();
    let mut related = Vec::new();
    if let Some(sender) = addresses(&mut bag, "from").into_iter().next() {
        properties.insert("from_ref".into(), sender.reference());
        related.push(sender);
    }
    for (relation, property) in ADDRESSES {
        let found = addresses(&mut bag, relation);
        if !found.is_empty() {
            let refs: Vec<Value> = found.iter().map(Observable::reference).collect();
            properties.insert(property.into(), refs.into());
            related.extend(found);
        }
    }
    fill(&mut properties, &mut bag, FIELDS);
    let parts = attachments(&mut bag, &mut related);
    properties.insert("is_multipart".into(), (!parts.is_empty()).into());
    if parts.is_empty() {
        fill(&mut properties, &mut bag, &[field("email-body", &["body"], Text)]);
    } else {
        properties.insert("body_multipart".into(), parts.into());
    }
    properties.extend(bag.rest());
    (properties.len() > 1).then_some(())?;
    let mut observables = vec![Observable::new(Kind::EmailMessage, properties, thing.uuid())];
    observables.extend(related);
    Sense::observed(observables, pattern(thing))
}

/// The addresses of a relation, each with the display name that fits it.
fn addresses(bag: &mut Bag, relation: &str) -> Vec<Observable> {
    let mut found = Vec::new();
    let mut names = bag.all(&format!("{relation}-display-name"));
    for attribute in bag.all(relation) {
        let Some(address) = observable::email(&attribute.value) else {
            bag.put_back(attribute);
            continue;
        };
        let address = match fitting(&names, &attribute.value).map(|at| names.remove(at)) {
            Some(name) => address.with("display_name", name.value.as_str()),
            None => address,
        };
        found.push(address);
    }
    names.into_iter().for_each(|name| bag.put_back(name));
    found
}

/// Which display name belongs to an address: one all of whose words are in it, else one that shares a word or
/// whose initials are in it.
fn fitting(names: &[&Attribute], address: &str) -> Option<usize> {
    let address = address.to_lowercase();
    let lower: Vec<String> = names.iter().map(|name| name.value.to_lowercase()).collect();
    let all_words = |name: &String| name.split(' ').all(|word| address.contains(word));
    if let Some(at) = lower.iter().position(all_words) {
        return Some(at);
    }
    let words: Vec<&str> = address.split(['_', '.', '@', '-']).filter(|word| !word.is_empty()).collect();
    lower.iter().position(|name| {
        let initials: String = name.split(' ').filter_map(|word| word.chars().next()).collect();
        words.iter().any(|word| name.contains(word))
            || initials.chars().count() > 1 && address.contains(&initials)
    })
}

fn attachments(bag: &mut Bag, related: &mut Vec<Observable>) -> Vec<Value> {
    let mut parts = Vec::new();
    for attribute in bag.all("attachment") {
        let mut file = named_file(&attribute.value);
        if let Some(data) = attribute.data() {
            let bytes = artifact(data, false, attribute.uuid());
            file = file.with("content_ref", bytes.reference());
            related.push(bytes);
        }
        parts.push(mail_part(&file, &attribute.value));
        related.push(file);
    }
    parts
}

fn pattern(thing: &Thing) -> Option<String> {
    let mut bag = Bag::detecting(&thing.attributes);
    let mut pattern = Comparisons::default();
    for (relation, property) in ADDRESSES {
        for (at, attribute) in bag.all(relation).iter().enumerate() {
            pattern.equal(&format!("email-message:{property}[{at}].value"), &attribute.value);
        }
    }
    for sender in bag.all("from") {
        pattern.equal("email-message:from_ref.value", &sender.value);
    }
    compare(&mut pattern, &mut bag, "email-message", FIELDS);
    compare(&mut pattern, &mut bag, "email-message", &[field("email-body", &["body"], Text)]);
    for (at, attribute) in bag.all("attachment").iter().enumerate() {
        let part = format!("email-message:body_multipart[{at}]");
        pattern.equal(&format!("{part}.body_raw_ref.name"), &attribute.value);
        pattern.equal(&format!("{part}.content_disposition"), "attachment");
    }
    bag.compare_rest(&mut pattern, "email-message", &[]);
    pattern.observation()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::observable::members;
    use super::*;

    #[test]
    fn display_names_find_their_addresses() {
        let fields = |value: &str| members(json!({ "type": "text", "value": value }));
        let (first, second) = (fields("Diana Example"), fields("Marie Sample"));
        let names = [Attribute::read(&first).expect("read"), Attribute::read(&second).expect("read")];
        let names: Vec<&Attribute> = names.iter().collect();
        assert_eq!(fitting(&names, "marie.sample@example.org"), Some(1));
        assert_eq!(fitting(&names, "de@example.org"), Some(0));
        assert_eq!(fitting(&names, "xyz@test.invalid"), None);
    }
}

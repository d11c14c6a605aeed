//! Attributes about e-mail.

use entente_model::Kind;
use serde_json::{Value, json};

use super::super::observable::{self, Observable, members, named_file};
use super::super::pattern::Comparisons;
use super::super::value::Fields;
use super::Meaning;

fn mail(properties: Value) -> Observable {
    let mut properties: Fields = members(properties);
    properties.entry("is_multipart").or_insert(false.into());
    Observable::new(Kind::EmailMessage, properties, None)
}

fn detected(path: &str, value: &str) -> Comparisons {
    let mut pattern = Comparisons::default();
    pattern.equal(&format!("email-message:{path}"), value);
    pattern
}

/// An address, in whatever role.
pub(super) fn address(value: &str) -> Option<Meaning> {
    let mut pattern = Comparisons::default();
    pattern.equal("email-addr:value", value);
    Meaning::observed(vec![observable::email(value)?], pattern)
}

/// The sender of a message.
pub(super) fn sender(value: &str) -> Option<Meaning> {
    let address = observable::email(value)?;
    let message = mail(json!({ "from_ref": address.reference() }));
    Meaning::observed_about(vec![message, address], 1, detected("from_ref.value", value))
}

/// A recipient of a message.
pub(super) fn recipient(value: &str) -> Option<Meaning> {
    let address = observable::email(value)?;
    let message = mail(json!({ "to_refs": [address.reference()] }));
    Meaning::observed_about(vec![message, address], 1, detected("to_refs[*].value", value))
}

/// The name of a file that came with a message.
pub(super) fn attachment(value: &str) -> Option<Meaning> {
    let file = named_file(value);
    let message = mail(json!({ "is_multipart": true, "body_multipart": [part(&file, value)] }));
    Meaning::observed_about(vec![message, file], 1, detected("body_multipart[*].body_raw_ref.name", value))
}

/// One attachment of a message.
pub(in super::super) fn part(file: &Observable, name: &str) -> Value {
    json!({ "body_raw_ref": file.reference(), "content_disposition": format!("attachment; filename='{name}'") })
}

/// A plain property of a message.
pub(super) fn message(value: &str, property: &str, path: &str) -> Option<Meaning> {
    Meaning::observed(vec![mail(json!({ property: value }))], detected(path, value))
}

/// A line of the delivery path.
pub(super) fn header(value: &str) -> Option<Meaning> {
    Meaning::observed(vec![mail(json!({ "received_lines": [value] }))], detected("received_lines", value))
}

/// A header STIX has no property for.
pub(super) fn extra_header(value: &str, name: &str, path: &str) -> Option<Meaning> {
    let message = mail(json!({ "additional_header_fields": { name: value } }));
    Meaning::observed(vec![message], detected(&format!("additional_header_fields.{path}"), value))
}

//! Where the links and forms of a page lead.

use entente_model::Selector;
use html5gum::{DefaultEmitter, Token, Tokenizer};

use super::Named;

/// Attributes that a click follows or a form is sent to.
const TARGETS: [&[u8]; 3] = [b"href", b"action", b"formaction"];
/// Elements whose `href` the page itself loads.
const LOADED: [&[u8]; 2] = [b"link", b"base"];

pub(super) fn of(html: &str, named: &mut Named) {
    let mut emitter = DefaultEmitter::default();
    // What stands in a script or a style is no element.
    emitter.naively_switch_states(true);
    for Ok(token) in Tokenizer::new_with_emitter(html, emitter) {
        let Token::StartTag(tag) = token else { continue };
        if LOADED.contains(&tag.name.as_slice()) {
            continue;
        }
        let targets = TARGETS.iter().filter_map(|name| tag.attributes.get(*name));
        named.extend(targets.filter_map(|target| lead(&String::from_utf8_lossy(target))));
    }
}

fn lead(target: &str) -> Option<Selector> {
    let target = target.trim();
    if let Some(address) = after(target, "mailto:") {
        return Selector::email(address.split('?').next()?).ok();
    }
    if let Some(number) = after(target, "tel:").or(after(target, "sms:")) {
        return Selector::phone(number.split(['?', ';']).next()?).ok();
    }
    // A mail has no scheme of its own to go on with.
    let found = match target.starts_with("//") {
        true => Selector::url(&format!("https:{target}")).ok(),
        false => Selector::recognise(target),
    };
    // What is relative leads to where the message was sent from, which nobody knows.
    found.filter(|found| !matches!(found, Selector::FileName(_)))
}

fn after<'t>(text: &'t str, scheme: &str) -> Option<&'t str> {
    let (start, rest) = text.split_at_checked(scheme.len())?;
    start.eq_ignore_ascii_case(scheme).then_some(rest)
}

//! The values a pattern names, as selectors, and the links an indicator has for them.

use std::collections::HashSet;

use entente_model::{
    Atlas, HashAlgorithm, Link, Object, ObjectId, Reference, Selector, implied_links, parse_timestamp,
};

use super::{Comparison, Edition, Literal, Observation, Operand, Operator, Path, Pattern, Step, Test};

impl Pattern<'_> {
    /// What the pattern looks for by value: what stands in `=`, `IN`, `ISSUBSET` and `LIKE` without wildcards, unless
    /// negated, in the order of the pattern, each once. A value that is none of its kind names nothing.
    pub fn observables(&self) -> Vec<Selector> {
        let mut found = Found::default();
        in_observation(&self.root, &mut found);
        found.in_order
    }
}

/// Values in the order in which they were found, each once. A set may name millions, so none is looked for among
/// all before it.
#[derive(Default)]
struct Found {
    in_order: Vec<Selector>,
    known: HashSet<Selector>,
}

impl Found {
    fn add(&mut self, selector: Selector) {
        if self.known.insert(selector.clone()) {
            self.in_order.push(selector);
        }
    }
}

/// The links of an indicator that has a STIX pattern: `pattern` to each observable it names, dated by
/// `valid_from`, and what those values imply. Other objects and other pattern languages have none.
pub(crate) fn pattern_links(object: &Object, atlas: &Atlas, links: &mut Vec<Link>) {
    let Some(pattern) = stix_pattern(object) else { return };
    let edition = Edition::of(object.text("pattern_version"));
    let Ok(pattern) = Pattern::parse(pattern, edition) else { return };
    let at = object.text("valid_from").and_then(|time| parse_timestamp(time).ok());
    for selector in pattern.observables() {
        links.extend(implied_links(&selector, atlas, at));
        links.push(link(object.id(), selector, at));
    }
}

fn stix_pattern(object: &Object) -> Option<&str> {
    let is_stix = object.text("pattern_type").is_some_and(|language| language == "stix");
    is_stix.then(|| object.text("pattern")).flatten()
}

fn link(indicator: &ObjectId, selector: Selector, at: Option<jiff::Timestamp>) -> Link {
    let source = Reference::Id(indicator.clone());
    Link { source, target: Reference::Selector(selector), kind: "pattern".into(), at }
}

impl Edition {
    /// The edition an indicator's `pattern_version` means.
    pub fn of(pattern_version: Option<&str>) -> Edition {
        match pattern_version {
            Some("2.0") => Edition::V20,
            _ => Edition::V21,
        }
    }
}

fn in_observation(observation: &Observation<'_>, found: &mut Found) {
    match observation {
        Observation::One(comparison) => in_comparison(comparison, None, found),
        Observation::And(all) | Observation::Or(all) | Observation::FollowedBy(all) => {
            all.iter().for_each(|one| in_observation(one, found));
        }
        Observation::Qualified(inner, _) => in_observation(inner, found),
    }
}

/// `account`: the account type the same object is compared with, which is part of what names an account.
fn in_comparison(comparison: &Comparison<'_>, account: Option<&str>, found: &mut Found) {
    match comparison {
        Comparison::And(all) => {
            let account = all.iter().find_map(account_type).or(account);
            all.iter().for_each(|one| in_comparison(one, account, found));
        }
        Comparison::Or(all) => all.iter().for_each(|one| in_comparison(one, account, found)),
        Comparison::Test(test) if !test.negated => in_test(test, account, found),
        Comparison::Test(_) | Comparison::Exists { .. } => {}
    }
}

fn account_type<'c>(comparison: &'c Comparison<'_>) -> Option<&'c str> {
    match comparison {
        Comparison::Test(Test {
            path,
            negated: false,
            operator: Operator::Equal,
            operand: Operand::One(value),
        }) => {
            let is_type = path.kind == "user-account" && path.last_key() == Some("account_type");
            is_type.then(|| value.text()).flatten()
        }
        _ => None,
    }
}

fn in_test(test: &Test<'_>, account: Option<&str>, found: &mut Found) {
    let values = match (&test.operand, test.operator) {
        (Operand::One(value), Operator::Equal | Operator::IsSubset) => std::slice::from_ref(value),
        (Operand::One(value), Operator::Like) if !value.text().unwrap_or("%").contains(['%', '_']) => {
            std::slice::from_ref(value)
        }
        (Operand::Set(values), Operator::In) => values,
        _ => return,
    };
    for value in values {
        if let Some(selector) = selector(&test.path, value, account) {
            found.add(selector);
        }
    }
}

/// What a property with this value names.
fn selector(path: &Path<'_>, value: &Literal<'_>, account: Option<&str>) -> Option<Selector> {
    if let Literal::Integer(number) = value {
        let is_number = path.last_key() == Some("number");
        let autonomous = path.kind == "autonomous-system" || path.has_reference("belongs_to_refs");
        return (is_number && autonomous).then(|| Selector::autonomous_system(number).ok()).flatten();
    }
    let text = value.text()?;
    if let Some(algorithm) = path.digest() {
        return digest(path.kind, algorithm, text);
    }
    match (path.steps.len(), path.last_key()?) {
        (1, key) => property(path.kind, key, text, account),
        (_, key) => referenced(path, key, text),
    }
}

fn digest(kind: &str, algorithm: &str, text: &str) -> Option<Selector> {
    let algorithm = HashAlgorithm::from_name(algorithm)?;
    match kind {
        "x509-certificate" => Selector::certificate_hash_of(algorithm, text).ok(),
        // A file's own digests, and those of the file a process runs or a message carries.
        "file" | "artifact" | "process" | "email-message" => Selector::file_hash_of(algorithm, text).ok(),
        _ => None,
    }
}

/// A property of the observable itself.
fn property(kind: &str, key: &str, text: &str, account: Option<&str>) -> Option<Selector> {
    let selector = match (kind, key) {
        ("domain-name", "value") => Selector::domain(text),
        ("ipv4-addr", "value") => Selector::ipv4(text),
        ("ipv6-addr", "value") => Selector::ipv6(text),
        ("url", "value") => Selector::url(text),
        ("email-addr", "value") => Selector::email(text),
        ("mac-addr", "value") => Selector::mac(text),
        ("file", "name") => Selector::file_name(text),
        ("mutex", "name") => Selector::mutex(text),
        ("directory", "path") => Selector::directory(text),
        ("autonomous-system", "number") => Selector::autonomous_system(text),
        ("windows-registry-key" | "win-registry-key", "key") => Selector::registry_key(text),
        ("user-account", "account_login") => Selector::user_account(account.unwrap_or_default(), text),
        ("cryptocurrency-wallet", "value") => Selector::wallet(text),
        ("bank-account", "iban") => Selector::iban(text),
        ("phone-number", "value" | "number") => Selector::phone(text),
        _ => return None,
    };
    selector.ok()
}

/// A property of an object the observable refers to; what kind that is, the value decides.
fn referenced(path: &Path<'_>, key: &str, text: &str) -> Option<Selector> {
    let to = |reference: &str| path.has_reference(reference);
    match key {
        "value" if path.kind == "email-message" => Selector::email(text).ok(),
        "value" if path.kind == "email-addr" => None,
        "value" if ["src_ref", "dst_ref", "resolves_to_refs"].iter().any(|reference| to(reference)) => {
            let host =
                Selector::ip(text).or_else(|_| Selector::mac(text)).or_else(|_| Selector::domain(text));
            host.ok()
        }
        "Host" if to("request_header") => Selector::ip(text).or_else(|_| Selector::domain(text)).ok(),
        "path" if to("parent_directory_ref") || to("contains_refs") => Selector::directory(text).ok(),
        "name" if to("body_raw_ref") || to("image_ref") || to("content_ref") => {
            Selector::file_name(text).ok()
        }
        _ => None,
    }
}

impl Path<'_> {
    fn last_key(&self) -> Option<&str> {
        match self.steps.last() {
            Some(Step::Key(key)) => Some(key),
            _ => None,
        }
    }

    fn has_reference(&self, name: &str) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Key(key) if key == name))
    }
}

impl Literal<'_> {
    fn text(&self) -> Option<&str> {
        match self {
            Literal::Text(text) => Some(text),
            _ => None,
        }
    }
}

//! Values that identify something, found in attributes STIX has no object for.

use entente_model::{HashAlgorithm, Selector};

use super::network::host;

/// The things a value of this type names, if the value is what its type promises. Types made of two values
/// name two things.
pub(in super::super) fn selectors(kind: &str, value: &str) -> Vec<Selector> {
    match (kind.split_once('|'), value.split_once('|')) {
        (Some((first_kind, second_kind)), Some((first, second))) => {
            single(first_kind, first).into_iter().chain(single(second_kind, second)).collect()
        }
        _ => single(kind, value).into_iter().collect(),
    }
}

fn single(kind: &str, value: &str) -> Option<Selector> {
    let value = value.trim();
    match kind {
        "AS" => Selector::autonomous_system(value).ok(),
        "btc" | "dash" | "xmr" => Selector::wallet_of(&kind.to_uppercase(), value).ok(),
        "domain" | "hostname" | "ip" | "ip-dst" | "ip-src" => host(value),
        "dns-soa-email"
        | "email"
        | "email-dst"
        | "email-reply-to"
        | "email-src"
        | "target-email"
        | "whois-registrant-email"
        | "jabber-id" => Selector::email(value).ok(),
        "filename" => Selector::file_name(value).ok(),
        "github-username" => Selector::user_account("github", value).ok(),
        "iban" => Selector::iban(value).ok(),
        "link" | "uri" | "url" => Selector::url(value).ok(),
        "mac-address" => Selector::mac(value).ok(),
        "mutex" => Selector::mutex(value).ok(),
        "phone-number" | "prtn" | "whois-registrant-phone" => Selector::phone(value).ok(),
        "regkey" => Selector::registry_key(value).ok(),
        "twitter-id" => Selector::user_account("twitter", value).ok(),
        _ => digest(kind, value),
    }
}

fn digest(kind: &str, value: &str) -> Option<Selector> {
    if let Some(kind) = kind.strip_prefix("x509-fingerprint-") {
        return Selector::certificate_hash_of(HashAlgorithm::from_name(kind)?, value).ok();
    }
    Selector::file_hash_of(HashAlgorithm::from_name(kind)?, value).ok()
}

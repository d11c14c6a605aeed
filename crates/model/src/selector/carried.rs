//! The selectors an object carries.

use serde_json::{Map, Value};

use super::{HashAlgorithm, Selector};
use crate::{Kind, Object};

impl Selector {
    /// The values by which this object can be found, normalised: the value of an address, a name or a URL, each
    /// digest and the name of a file, the digests of a certificate, the number of an AS, the country of a
    /// location. A value that is not one of its kind is left out; the object is kept all the same.
    pub fn of_object(object: &Object) -> Vec<Selector> {
        let text = |property: &str| object.text(property);
        let one = |selector: Option<Selector>| Vec::from_iter(selector);
        match object.kind() {
            Kind::DomainName => one(text("value").and_then(|value| Selector::domain(value).ok())),
            Kind::Ipv4Addr => one(text("value").and_then(|value| Selector::ipv4(value).ok())),
            Kind::Ipv6Addr => one(text("value").and_then(|value| Selector::ipv6(value).ok())),
            Kind::Url => one(text("value").and_then(url)),
            Kind::EmailAddr => one(text("value").and_then(|value| Selector::email(value).ok())),
            Kind::MacAddr => one(text("value").and_then(|value| Selector::mac(value).ok())),
            Kind::AutonomousSystem => one(number(object).map(Selector::AutonomousSystem)),
            Kind::Mutex => one(text("name").and_then(|name| Selector::mutex(name).ok())),
            Kind::Directory => one(text("path").and_then(|path| Selector::directory(path).ok())),
            Kind::WindowsRegistryKey => one(text("key").and_then(|key| Selector::registry_key(key).ok())),
            Kind::UserAccount => one(account(object)),
            Kind::File => {
                let mut selectors = digests(object.json(), Selector::file_hash_of);
                selectors.extend(text("name").and_then(|name| Selector::file_name(name).ok()));
                selectors
            }
            Kind::Artifact => {
                let mut selectors = digests(object.json(), Selector::file_hash_of);
                selectors.extend(text("url").and_then(url));
                selectors
            }
            Kind::X509Certificate => digests(object.json(), Selector::certificate_hash_of),
            Kind::CryptocurrencyWallet => one(wallet(object)),
            Kind::BankAccount => one(text("iban").and_then(|iban| Selector::iban(iban).ok())),
            Kind::PhoneNumber => {
                let number = text("number").or(text("value"));
                one(number.and_then(|number| Selector::phone(number).ok()))
            }
            Kind::DigitalFingerprint => one(fingerprint(object)),
            Kind::Location => one(text("country").and_then(|code| Selector::country(code).ok())),
            _ => Vec::new(),
        }
    }
}

/// Producers also send URLs without a scheme.
fn url(value: &str) -> Option<Selector> {
    let recognised = || Selector::recognise(value).filter(|found| matches!(found, Selector::Url(_)));
    Selector::url(value).ok().or_else(recognised)
}

fn number(object: &Object) -> Option<u32> {
    object.json().get("number")?.as_u64()?.try_into().ok()
}

fn account(object: &Object) -> Option<Selector> {
    let login = object.text("account_login").or(object.text("user_id"))?;
    Selector::user_account(object.text("account_type").unwrap_or(""), login).ok()
}

/// Producers name the currency or leave it to be told from the address, and call the address `value` or
/// `address`.
fn wallet(object: &Object) -> Option<Selector> {
    let address = object.text("value").or(object.text("address"))?;
    match object.text("currency") {
        Some(currency) => Selector::wallet_of(currency, address).ok(),
        None => Selector::wallet(address).ok(),
    }
}

fn fingerprint(object: &Object) -> Option<Selector> {
    Selector::fingerprint(object.text("family")?.parse().ok()?, object.text("value")?).ok()
}

fn digests(
    json: &Map<String, Value>,
    selector: fn(HashAlgorithm, &str) -> Result<Selector, super::SelectorError>,
) -> Vec<Selector> {
    let Some(hashes) = json.get("hashes").and_then(Value::as_object) else { return Vec::new() };
    let read =
        |(name, digest): (&String, &Value)| selector(HashAlgorithm::from_name(name)?, digest.as_str()?).ok();
    hashes.iter().filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn carried(mut value: Value) -> Vec<String> {
        let id = format!("{}--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", value["type"].as_str().expect("a type"));
        value["id"] = id.into();
        value["created"] = "2025-03-01T09:30:00Z".into();
        value["modified"] = "2025-03-01T09:30:00Z".into();
        let object = Object::from_json(value).expect("an object");
        Selector::of_object(&object).iter().map(Selector::label).collect()
    }

    #[test]
    fn every_kind_carries_its_values() {
        assert_eq!(carried(json!({"type": "domain-name", "value": "Example.COM"})), ["example.com"]);
        assert_eq!(carried(json!({"type": "ipv4-addr", "value": "192.0.2.1/32"})), ["192.0.2.1"]);
        assert_eq!(carried(json!({"type": "autonomous-system", "number": 64496})), ["AS64496"]);
        assert_eq!(carried(json!({"type": "url", "value": "example.com/a"})), ["http://example.com/a"]);
        assert_eq!(carried(json!({"type": "location", "country": "nl"})), ["NL"]);
        let (md5, sha1) = ("D41D8CD98F00B204E9800998ECF8427E", "da39a3ee5e6b4b0d3255bfef95601890afd80709");
        let file =
            json!({"type": "file", "name": "a.exe", "hashes": {"MD5": md5, "SHA-1": sha1, "crc": "1"}});
        assert_eq!(carried(file), ["d41d8cd98f00b204e9800998ecf8427e", sha1, "a.exe"]);
    }

    #[test]
    fn what_is_not_of_its_kind_is_left_out() {
        assert!(carried(json!({"type": "ipv4-addr", "value": "no address"})).is_empty());
        assert!(carried(json!({"type": "domain-name", "value": 5})).is_empty());
        assert!(carried(json!({"type": "file", "hashes": {"MD5": "short"}})).is_empty());
    }
}

//! An indicator found in a list: what it names, and the STIX pattern for it.

use entente_model::{HashAlgorithm, Kind, ObjectId, Selector};
use serde_json::{Map, Value, json};

/// An indicator.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Finding {
    pub(super) what: What,
    /// The port, when the list gives one with a host.
    pub(super) port: Option<u16>,
    /// False when the list says that the value alone is no sign of anything (`to_ids` of MISP).
    pub(super) telling: bool,
}

/// What a finding names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum What {
    /// One value.
    Value(Selector),
    /// One file by several digests, in the order in which STIX prefers them.
    File(Vec<(HashAlgorithm, String)>),
    /// A weakness by its CVE number.
    Vulnerability(String),
}

impl From<Selector> for Finding {
    fn from(selector: Selector) -> Finding {
        Finding { what: What::Value(selector), port: None, telling: true }
    }
}

impl Finding {
    /// With a port.
    pub(super) fn with_port(mut self, port: Option<u16>) -> Finding {
        self.port = port;
        self
    }

    /// One file by all the digests a row gives for it.
    pub(super) fn file(mut digests: Vec<(HashAlgorithm, String)>) -> Finding {
        digests.sort();
        digests.dedup_by_key(|(algorithm, _)| *algorithm);
        let what = match digests.len() {
            1 => {
                let (algorithm, digest) = digests.remove(0);
                What::Value(Selector::FileHash(algorithm, digest))
            }
            _ => What::File(digests),
        };
        Finding { what, port: None, telling: true }
    }

    /// The id of the object it names.
    pub(super) fn id(&self) -> ObjectId {
        match &self.what {
            What::Value(selector) => selector.id(),
            // One digest contributes to a file's id, the preferred one (STIX 2.1 section 2.9).
            What::File(digests) => {
                let preferred: Map<String, Value> = digests
                    .iter()
                    .take(1)
                    .map(|(algorithm, digest)| (algorithm.as_str().into(), json!(digest)))
                    .collect();
                ObjectId::observable(Kind::File, &json!({ "hashes": preferred }))
            }
            What::Vulnerability(cve) => ObjectId::minted(Kind::Vulnerability, cve),
        }
    }

    /// The properties of the object it names.
    pub(super) fn properties(&self) -> Map<String, Value> {
        match &self.what {
            What::Value(selector) => selector.properties(),
            What::File(digests) => {
                let hashes: Map<String, Value> = digests
                    .iter()
                    .map(|(algorithm, digest)| (algorithm.as_str().into(), json!(digest)))
                    .collect();
                Map::from_iter([("hashes".to_owned(), Value::Object(hashes))])
            }
            What::Vulnerability(cve) => {
                let reference = json!([{ "source_name": "cve", "external_id": cve }]);
                Map::from_iter([
                    ("name".to_owned(), json!(cve)),
                    ("external_references".to_owned(), reference),
                ])
            }
        }
    }

    /// What a person calls it.
    pub(super) fn label(&self) -> String {
        let value = match &self.what {
            What::Value(selector) => selector.label(),
            What::File(digests) => digests.last().map(|(_, digest)| digest.clone()).unwrap_or_default(),
            What::Vulnerability(cve) => cve.clone(),
        };
        match (self.port, &self.what) {
            (Some(port), What::Value(Selector::Ipv6(_))) => format!("[{value}]:{port}"),
            (Some(port), _) => format!("{value}:{port}"),
            (None, _) => value,
        }
    }

    /// The STIX pattern that finds it (STIX 2.1 section 9); a weakness has none.
    pub(super) fn pattern(&self) -> Option<String> {
        let pattern = match &self.what {
            What::Value(selector) => match self.port {
                Some(port) => with_port(selector, port),
                None => format!("[{}]", comparison(selector)),
            },
            What::File(digests) => {
                let each: Vec<String> = digests
                    .iter()
                    .map(|(algorithm, digest)| digest_comparison("file", *algorithm, digest))
                    .collect();
                format!("[{}]", each.join(" OR "))
            }
            What::Vulnerability(_) => return None,
        };
        Some(pattern)
    }

    /// Every value its pattern names.
    pub(super) fn selectors(&self) -> Vec<Selector> {
        match &self.what {
            What::Value(selector) => vec![selector.clone()],
            What::File(digests) => digests
                .iter()
                .map(|(algorithm, digest)| Selector::FileHash(*algorithm, digest.clone()))
                .collect(),
            What::Vulnerability(_) => Vec::new(),
        }
    }
}

fn comparison(selector: &Selector) -> String {
    let kind = selector.kind();
    match selector {
        Selector::Ipv4(network) | Selector::Ipv6(network) if network.contains('/') => {
            format!("{kind}:value ISSUBSET '{network}'")
        }
        Selector::Domain(value)
        | Selector::Ipv4(value)
        | Selector::Ipv6(value)
        | Selector::Url(value)
        | Selector::Email(value)
        | Selector::Mac(value) => equals(&kind, "value", value),
        Selector::FileHash(algorithm, digest) => digest_comparison("file", *algorithm, digest),
        Selector::CertificateHash(algorithm, digest) => {
            digest_comparison("x509-certificate", *algorithm, digest)
        }
        Selector::FileName(name) | Selector::Mutex(name) => equals(&kind, "name", name),
        Selector::AutonomousSystem(number) => format!("{kind}:number = {number}"),
        Selector::RegistryKey(key) => equals(&kind, "key", key),
        Selector::UserAccount(account_type, login) if account_type.is_empty() => {
            equals(&kind, "account_login", login)
        }
        Selector::UserAccount(account_type, login) => format!(
            "{} AND {}",
            equals(&kind, "account_type", account_type),
            equals(&kind, "account_login", login)
        ),
        Selector::Directory(path) => equals(&kind, "path", path),
        Selector::Wallet(currency, address) => {
            format!("{} AND {}", equals(&kind, "currency", currency), equals(&kind, "value", address))
        }
        Selector::Iban(iban) => equals(&kind, "iban", iban),
        Selector::Phone(number) => equals(&kind, "number", number),
        Selector::Fingerprint(family, value) => {
            format!("{} AND {}", equals(&kind, "family", family.as_str()), equals(&kind, "value", value))
        }
        Selector::Country(code) => equals(&kind, "country", code),
    }
}

fn with_port(selector: &Selector, port: u16) -> String {
    let kind = selector.kind();
    let value = quoted(&selector.label());
    format!(
        "[network-traffic:dst_ref.type = '{kind}' AND network-traffic:dst_ref.value = {value} AND \
         network-traffic:dst_port = {port}]"
    )
}

fn digest_comparison(kind: &str, algorithm: HashAlgorithm, digest: &str) -> String {
    match algorithm {
        HashAlgorithm::Md5 => format!("{kind}:hashes.MD5 = '{digest}'"),
        // A name with a hyphen is quoted.
        _ => format!("{kind}:hashes.{} = {}", quoted(algorithm.as_str()), quoted(digest)),
    }
}

fn equals(kind: &Kind, property: &str, value: &str) -> String {
    format!("{kind}:{property} = {}", quoted(value))
}

fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_quoted() {
        let pattern = |selector: Selector| Finding::from(selector).pattern();
        assert_eq!(
            pattern(Selector::RegistryKey(r"HKEY_USERS\it's".into())).as_deref(),
            Some(r"[windows-registry-key:key = 'HKEY_USERS\\it\'s']")
        );
        assert_eq!(
            pattern(Selector::Ipv4("192.0.2.0/24".into())).as_deref(),
            Some("[ipv4-addr:value ISSUBSET '192.0.2.0/24']")
        );
        let with_port = Finding::from(Selector::Domain("a.example".into())).with_port(Some(443));
        assert_eq!(with_port.label(), "a.example:443");
        assert!(with_port.pattern().is_some_and(|pattern| pattern.contains("dst_port = 443")));
    }

    #[test]
    fn a_file_with_several_digests_has_the_id_of_the_preferred_one() {
        let digest = |length: usize| "ab".repeat(length / 2);
        let file = Finding::file(vec![
            (HashAlgorithm::Sha256, digest(64)),
            (HashAlgorithm::Md5, digest(32)),
            (HashAlgorithm::Sha256, digest(64)),
        ]);
        assert_eq!(file.id(), Selector::FileHash(HashAlgorithm::Md5, digest(32)).id());
        assert_eq!(file.selectors().len(), 2);
    }
}

//! Attributes about hosts, addresses, URLs and accounts.

use entente_model::{Kind, Selector};
use serde_json::{Value, json};

use super::super::observable::{self, Observable, members};
use super::super::pattern::Comparisons;
use super::Meaning;

/// A domain name.
pub(super) fn domain(value: &str) -> Option<Meaning> {
    let mut pattern = Comparisons::default();
    pattern.equal("domain-name:value", value);
    Meaning::observed(vec![observable::domain(value)?], pattern)
}

/// A domain name and the address it resolved to.
pub(super) fn domain_and_address(value: &str) -> Option<Meaning> {
    let (domain, ip) = value.split_once('|')?;
    let address = observable::address(ip)?;
    let name = observable::domain(domain)?.with("resolves_to_refs", json!([address.reference()]));
    let mut pattern = Comparisons::default();
    pattern.equal("domain-name:value", domain);
    pattern.equal("domain-name:resolves_to_refs[*].value", ip);
    Meaning::observed(vec![name, address], pattern)
}

/// A domain name and a port on it.
pub(super) fn domain_and_port(value: &str) -> Option<Meaning> {
    let (domain, port) = value.rsplit_once('|')?;
    let name = observable::domain(domain)?;
    let traffic = traffic("dst", &name, Some(port.trim().parse().ok()?));
    let mut pattern = Comparisons::default();
    pattern.equal("domain-name:value", domain);
    pattern.equal("network-traffic:dst_port", port);
    Meaning::observed(vec![name, traffic], pattern)
}

/// An address as source or destination of traffic.
pub(super) fn address(kind: &str, value: &str) -> Option<Meaning> {
    endpoint(side(kind), value, None)
}

/// An address and a port.
pub(super) fn address_and_port(kind: &str, value: &str) -> Option<Meaning> {
    let (ip, port) = value.rsplit_once('|')?;
    endpoint(side(kind), ip, Some(port))
}

fn side(kind: &str) -> &'static str {
    if kind.starts_with("ip-src") { "src" } else { "dst" }
}

fn endpoint(side: &'static str, value: &str, port: Option<&str>) -> Option<Meaning> {
    let host = observable::address(value)?;
    let number = port.map(|port| port.trim().parse::<u16>()).transpose().ok()?;
    let mut pattern = Comparisons::default();
    pattern.equal(&format!("network-traffic:{side}_ref.type"), host.id.kind().as_str());
    pattern.equal(&format!("network-traffic:{side}_ref.value"), value);
    if let Some(port) = port {
        pattern.equal(&format!("network-traffic:{side}_port"), port);
    }
    Meaning::observed_about(vec![traffic(side, &host, number), host], 1, pattern)
}

fn traffic(side: &str, host: &Observable, port: Option<u16>) -> Observable {
    let mut properties = members(json!({ "protocols": ["tcp"] }));
    properties.insert(format!("{side}_ref"), host.reference());
    if let Some(port) = port {
        properties.insert(format!("{side}_port"), Value::from(port));
    }
    Observable::new(Kind::NetworkTraffic, properties, None)
}

/// A URL.
pub(super) fn url(value: &str) -> Option<Meaning> {
    let mut pattern = Comparisons::default();
    pattern.equal("url:value", value);
    Meaning::observed(vec![observable::url(value)?], pattern)
}

/// An autonomous system.
pub(super) fn autonomous_system(value: &str) -> Option<Meaning> {
    let mut pattern = Comparisons::default();
    pattern.equal("autonomous-system:number", value);
    Meaning::observed(vec![observable::autonomous_system(value)?], pattern)
}

/// A hardware address.
pub(super) fn mac(value: &str) -> Option<Meaning> {
    let mut pattern = Comparisons::default();
    pattern.equal("mac-addr:value", &value.to_lowercase());
    Meaning::observed(vec![Observable::of(&Selector::mac(value).ok()?)], pattern)
}

/// An account on GitHub.
pub(super) fn github_user(value: &str) -> Option<Meaning> {
    let account = Selector::user_account("github", value).ok()?;
    let mut pattern = Comparisons::default();
    pattern.equal("user-account:account_type", "github");
    pattern.equal("user-account:account_login", value);
    Meaning::observed(vec![Observable::of(&account)], pattern)
}

/// The host a network attribute names, however it is written.
pub(super) fn host(value: &str) -> Option<Selector> {
    Selector::ip(value).or_else(|_| Selector::domain(value)).ok()
}

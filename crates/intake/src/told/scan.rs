//! What servers show to a scan: certificates, keys, and what is on their pages.

use entente_model::{FingerprintFamily, HashAlgorithm, ObjectId, Selector};
use serde::Deserialize;

use super::{Fault, Ties, Told, given, moment, needed};

/// One port of one address, as it was seen.
#[derive(Deserialize)]
pub(super) struct Scan {
    timestamp: Option<String>,
    ip: Option<String>,
    #[serde(default)]
    hostnames: Vec<String>,
    tls: Option<Tls>,
    ssh: Option<Ssh>,
    http: Option<Http>,
}

#[derive(Deserialize)]
struct Tls {
    cert_sha256: Option<String>,
    spki_sha256: Option<String>,
    jarm: Option<String>,
    ja3s: Option<String>,
}

#[derive(Deserialize)]
struct Ssh {
    host_key: Option<String>,
    hassh: Option<String>,
}

#[derive(Deserialize)]
struct Http {
    favicon: Option<String>,
    #[serde(default)]
    trackers: Vec<String>,
    kit: Option<String>,
    dom: Option<String>,
}

impl Told for Scan {
    const EDITION: &'static str = "scan";

    fn name(&self) -> Option<&str> {
        self.ip.as_deref()
    }

    /// What belongs to the page is the names', where there are any; what belongs to the machine is the address's.
    fn tell(&self, ties: &mut Ties<'_>) -> Result<(), Fault> {
        ties.at(moment(needed("timestamp", self.timestamp.as_deref())?)?);
        let server = ties.thing(&Selector::ip(needed("ip", self.ip.as_deref())?)?)?;
        let mut names = Vec::with_capacity(self.hostnames.len());
        for name in &self.hostnames {
            let name = ties.thing(&Selector::domain(name)?)?;
            ties.tie(&name, "resolves-to", &server)?;
            names.push(name);
        }
        if let Some(tls) = &self.tls {
            tls.tell(ties, &server, &names)?;
        }
        if let Some(Ssh { host_key, hassh }) = &self.ssh {
            mark(ties, &server, FingerprintFamily::SshHostKey, given(host_key.as_ref()))?;
            mark(ties, &server, FingerprintFamily::Hassh, given(hassh.as_ref()))?;
        }
        if let Some(http) = &self.http {
            let shown = if names.is_empty() { std::slice::from_ref(&server) } else { names.as_slice() };
            shown.iter().try_for_each(|page| http.tell(ties, page))?;
        }
        Ok(())
    }
}

impl Tls {
    fn tell(&self, ties: &mut Ties<'_>, server: &ObjectId, names: &[ObjectId]) -> Result<(), Fault> {
        if let Some(digest) = given(self.cert_sha256.as_ref()) {
            let selector = Selector::certificate_hash_of(HashAlgorithm::Sha256, digest)?;
            let certificate = ties.thing(&selector)?;
            for host in std::iter::once(server).chain(names) {
                ties.tie(host, "presents", &certificate)?;
            }
            mark(ties, &certificate, FingerprintFamily::Spki, given(self.spki_sha256.as_ref()))?;
        }
        mark(ties, server, FingerprintFamily::Jarm, given(self.jarm.as_ref()))?;
        mark(ties, server, FingerprintFamily::Ja3s, given(self.ja3s.as_ref()))
    }
}

impl Http {
    fn tell(&self, ties: &mut Ties<'_>, page: &ObjectId) -> Result<(), Fault> {
        for tracker in &self.trackers {
            mark(ties, page, FingerprintFamily::Tracker, Some(tracker))?;
        }
        mark(ties, page, FingerprintFamily::Favicon, given(self.favicon.as_ref()))?;
        mark(ties, page, FingerprintFamily::Kit, given(self.kit.as_ref()))?;
        mark(ties, page, FingerprintFamily::Dom, given(self.dom.as_ref()))
    }
}

/// That something shows a fingerprint, when it does.
pub(super) fn mark(
    ties: &mut Ties<'_>,
    of: &ObjectId,
    family: FingerprintFamily,
    value: Option<&str>,
) -> Result<(), Fault> {
    let Some(value) = value else { return Ok(()) };
    let fingerprint = ties.thing(&Selector::fingerprint(family, value)?)?;
    ties.tie(of, "has-fingerprint", &fingerprint)
}

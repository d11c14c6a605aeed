//! Who this node is to its partners: the key it signs with, and the key of its certificate.
//!
//! Partners know a node by the two keys that the agreement gives its party. The signing key is `node.key`; the other is
//! `tls.key`, whose certificate says nothing and is made anew at each start, because it is the key that is pinned.

use std::path::Path;

use anyhow::{Context as _, anyhow};
use entente_agreement::{KeyId, Party, PartyKey, SecretKey, Spki, VerifyingKey};
use entente_store::NodeKey;
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PublicKeyData};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use sha2::{Digest, Sha256};

use super::key;

/// What the two keys are called where nobody chose another name.
const SIGN: &str = "sign-1";
const TLS: &str = "tls-1";

/// The keys of a data folder.
pub(crate) struct Identity {
    seed: [u8; 32],
    certificate: CertificateDer<'static>,
    tls_key: Vec<u8>,
    spki: Spki,
}

impl Identity {
    /// Reads the keys of a data folder, making those that are not there.
    pub(crate) fn open(data: &Path) -> anyhow::Result<Identity> {
        let seed = key::seed(data)?;
        let tls_key = key::kept(data, "tls.key", new_tls_key)?;
        let pair = KeyPair::try_from(tls_key.as_slice());
        let pair = pair.with_context(|| format!("`{}` is no key", data.join("tls.key").display()))?;
        let params = CertificateParams::new(vec![key::NODE.to_owned()])?;
        let certificate = params.self_signed(&pair)?.der().clone();
        let spki = Spki::from_bytes(Sha256::digest(pair.subject_public_key_info()).into());
        Ok(Identity { seed, certificate, tls_key, spki })
    }

    /// The name and seed of the key that signs logs.
    pub(crate) fn node_key(&self) -> NodeKey<'_> {
        NodeKey { name: key::NODE, seed: &self.seed }
    }

    /// The secret from which pseudonyms are made.
    pub(crate) fn secret(&self) -> &[u8; 32] {
        &self.seed
    }

    /// The certificate and its private key.
    pub(crate) fn certificate(&self) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
        let key = PrivatePkcs8KeyDer::from(self.tls_key.clone());
        (self.certificate.clone(), PrivateKeyDer::from(key))
    }

    /// A certificate of the key for TLS, for these names and addresses, as PEM.
    pub(crate) fn certificate_for(&self, names: &[String]) -> anyhow::Result<String> {
        let pair = KeyPair::try_from(self.tls_key.as_slice())?;
        let params = CertificateParams::new(names.to_vec());
        let params = params.with_context(|| format!("`{}` are no names of hosts", names.join("`, `")))?;
        Ok(params.self_signed(&pair)?.pem())
    }

    /// The half of the signing key that may be given to anyone.
    pub(crate) fn verifying_key(&self) -> VerifyingKey {
        self.named(SIGN.parse().expect("a name")).verifying_key()
    }

    /// The keys as a party of an agreement has them.
    pub(crate) fn party_keys(&self) -> Vec<PartyKey> {
        vec![
            PartyKey::Sign { id: SIGN.parse().expect("a name"), ed25519: self.verifying_key() },
            PartyKey::Tls { id: TLS.parse().expect("a name"), spki_sha256: self.spki },
        ]
    }

    /// The signing key under the name that the party has for it; `None` when the key is not the party's.
    pub(crate) fn as_party(&self, party: &Party) -> Option<SecretKey> {
        let own = self.verifying_key();
        let id = party.keys.iter().find_map(|key| match key {
            PartyKey::Sign { id, ed25519 } if *ed25519 == own => Some(id.clone()),
            _ => None,
        });
        id.map(|id| self.named(id))
    }

    fn named(&self, id: KeyId) -> SecretKey {
        SecretKey::new(id, &self.seed)
    }
}

fn new_tls_key() -> anyhow::Result<Vec<u8>> {
    let pair = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256);
    Ok(pair.map_err(|error| anyhow!("no key for TLS can be made: {error}"))?.serialize_der())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_stay_the_same_and_are_a_partys_own() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = Identity::open(folder.path()).expect("made");
        let again = Identity::open(folder.path()).expect("read");
        assert_eq!(first.party_keys(), again.party_keys());
        let mut party = entente_agreement::Template::ALL[0].agreement().parties[0].clone();
        assert!(first.as_party(&party).is_none());
        party.keys = first.party_keys();
        assert_eq!(first.as_party(&party).expect("ours").verifying_key(), first.verifying_key());
    }
}

//! TLS 1.3 between nodes. Certificates are taken for the key they hold: the signature of the handshake proves that the other side
//! has it, and the pin says whose it is. Names, dates and issuers say nothing here.

use std::sync::Arc;

use anyhow::Context as _;
use entente_agreement::Spki;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, ring, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, DistinguishedName, Error, ServerConfig,
    SignatureScheme, version,
};
use sha2::{Digest, Sha256};

use crate::app::identity::Identity;

/// The pin of a certificate; `None` when it cannot be read.
pub(super) fn pin_of(certificate: &CertificateDer<'_>) -> Option<Spki> {
    let parsed = rustls::server::ParsedCertificate::try_from(certificate).ok()?;
    Some(Spki::from_bytes(Sha256::digest(parsed.subject_public_key_info()).into()))
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// How partners are listened to. A certificate is asked for and not required: who shows none is told nothing.
pub(super) fn server(identity: &Identity) -> anyhow::Result<Arc<ServerConfig>> {
    let (certificate, key) = identity.certificate();
    let verifier = Arc::new(AnyKey { algorithms: provider().signature_verification_algorithms });
    let config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&version::TLS13])?
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![certificate], key)
        .context("the certificate of this node cannot be used")?;
    Ok(Arc::new(config))
}

/// How a partner is reached whose node has one of these keys.
pub(super) fn client(identity: &Identity, pins: Vec<Spki>) -> anyhow::Result<Arc<ClientConfig>> {
    let (certificate, key) = identity.certificate();
    let algorithms = provider().signature_verification_algorithms;
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Pinned { pins, algorithms }))
        .with_client_auth_cert(vec![certificate], key)
        .context("the certificate of this node cannot be used")?;
    // Every connection proves its keys anew.
    config.resumption = rustls::client::Resumption::disabled();
    Ok(Arc::new(config))
}

/// Takes any client that has the key of its certificate; whose key it is, is asked with every request.
#[derive(Debug)]
struct AnyKey {
    algorithms: WebPkiSupportedAlgorithms,
}

impl ClientCertVerifier for AnyKey {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn verify_client_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let known = pin_of(certificate).map(|_| ClientCertVerified::assertion());
        known.ok_or(Error::InvalidCertificate(CertificateError::BadEncoding))
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General("only TLS 1.3 is spoken".to_owned()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// Takes a server that has one of these keys, and no other.
#[derive(Debug)]
struct Pinned {
    pins: Vec<Spki>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match pin_of(certificate).is_some_and(|pin| self.pins.contains(&pin)) {
            true => Ok(ServerCertVerified::assertion()),
            false => Err(Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure)),
        }
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General("only TLS 1.3 is spoken".to_owned()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

//! What the server shows for itself: a certificate of an authority, or one of the node's own key.
//!
//! Clients of others know no pins: they want a name they asked for, and a certificate they trust. The one of the node's own key is
//! kept as `taxii.pem` in the data folder, to be handed to partners; it stays the same for as long as its names do.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, version};

use crate::app::App;

const KEPT: &str = "taxii.pem";
/// Before the certificate in the file: which names it is for.
const NAMES: &str = "# for ";

/// A certificate with its chain and its key.
pub(crate) struct Certificate {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    /// Where the node's own is kept.
    own: Option<PathBuf>,
}

impl Certificate {
    /// Of an authority, from PEM files.
    pub(crate) fn from_files(chain: &Path, key: &Path) -> anyhow::Result<Certificate> {
        let unreadable = || format!("`{}` holds no certificate in PEM", chain.display());
        let read = CertificateDer::pem_file_iter(chain).with_context(unreadable)?;
        let read = read.collect::<Result<Vec<_>, _>>().with_context(unreadable)?;
        ensure!(!read.is_empty(), unreadable());
        let secret = PrivateKeyDer::from_pem_file(key)
            .with_context(|| format!("`{}` holds no private key in PEM", key.display()))?;
        Ok(Certificate { chain: read, key: secret, own: None })
    }

    /// Of the node's own key, for these names and addresses.
    pub(crate) fn own(app: &App, names: &[String]) -> anyhow::Result<Certificate> {
        let path = app.data().join(KEPT);
        let head = format!("{NAMES}{}\n", names.join(", "));
        let kept = fs::read_to_string(&path).ok().filter(|kept| kept.starts_with(&head));
        let pem = match kept {
            Some(pem) => pem,
            None => {
                let pem = head + &app.identity().certificate_for(names)?;
                fs::write(&path, &pem).with_context(|| format!("`{}` cannot be written", path.display()))?;
                pem
            }
        };
        let certificate = CertificateDer::from_pem_slice(pem.as_bytes())
            .with_context(|| format!("`{}` was damaged: remove it, and it is made anew", path.display()))?;
        let (_, key) = app.identity().certificate();
        Ok(Certificate { chain: vec![certificate], key, own: Some(path) })
    }

    /// The file that partners need to trust it; `None` for one that an authority signed.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.own.as_deref()
    }

    /// How clients are spoken to: TLS 1.3, and 1.2 for those that know no better (TAXII 2.1 section 1.6.10).
    pub(super) fn server(self) -> anyhow::Result<Arc<ServerConfig>> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&version::TLS13, &version::TLS12])?
            .with_no_client_auth()
            .with_single_cert(self.chain, self.key)
            .context("certificate and key of the TAXII server do not go together")?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

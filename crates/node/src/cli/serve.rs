//! `entente serve`, `setup-link` and `openapi`.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use serde_json::json;
use tokio::net::TcpListener;

use super::{Cli, Serve, SetupLink, output};
use crate::app::App;
use crate::{http, peer, taxii};

/// Serves until interrupted. Prints the address, and a one-time sign-in link while the node has no
/// administrator.
pub(super) fn serve(cli: &Cli, serve: &Serve) -> anyhow::Result<()> {
    let app = Arc::new(App::open(&cli.data)?);
    app.watch_other_writers()?;
    app.disclose_as_it_comes()?;
    taxii::run_as_due(&app)?;
    app.keep_to_retention()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(serve.listen).await;
        let listener = listener.with_context(|| format!("{} cannot be listened on", serve.listen))?;
        let address = format!("http://{}", listener.local_addr()?);
        let partners = listen_to_partners(serve.partners).await?;
        let at = partners.as_ref().map(TcpListener::local_addr).transpose()?;
        at.into_iter().for_each(|at| app.listens_at(at));
        let taxii = listen_to_taxii(&app, serve).await?;
        announce(cli, &app, &address, at, taxii.as_ref())?;
        tokio::spawn(peer::connect_to_partners(app.clone()));
        if let Some(taxii) = taxii {
            tokio::spawn(serve_taxii(app.clone(), taxii));
        }
        if let Some(listener) = partners {
            tokio::spawn(serve_partners(app.clone(), listener));
        }
        axum::serve(listener, http::router(app, serve.upload_limit))
            .with_graceful_shutdown(interrupted())
            .await?;
        Ok(())
    })
}

async fn listen_to_partners(at: Option<SocketAddr>) -> anyhow::Result<Option<TcpListener>> {
    let Some(at) = at else { return Ok(None) };
    let listener = TcpListener::bind(at).await;
    Ok(Some(listener.with_context(|| format!("{at} cannot be listened on for partners"))?))
}

/// Where TAXII clients come, and what they are shown.
struct TaxiiListener {
    listener: TcpListener,
    at: SocketAddr,
    settings: taxii::Settings,
}

async fn listen_to_taxii(app: &App, serve: &Serve) -> anyhow::Result<Option<TaxiiListener>> {
    let Some(at) = serve.taxii else { return Ok(None) };
    let certificate = match (&serve.taxii_cert, &serve.taxii_key) {
        (Some(chain), Some(key)) => taxii::Certificate::from_files(chain, key)?,
        _ => taxii::Certificate::own(app, &names(at, &serve.taxii_name))?,
    };
    let listener = TcpListener::bind(at).await;
    let listener = listener.with_context(|| format!("{at} cannot be listened on for TAXII"))?;
    let at = listener.local_addr()?;
    let settings = taxii::Settings { certificate, rate: serve.taxii_rate };
    Ok(Some(TaxiiListener { listener, at, settings }))
}

/// What the node's own certificate is for: what it is said to be called, and where it listens.
fn names(at: SocketAddr, given: &[String]) -> Vec<String> {
    let mut names = given.to_vec();
    names.push("localhost".to_owned());
    if !at.ip().is_unspecified() {
        names.push(at.ip().to_string());
    }
    names
}

async fn serve_taxii(app: Arc<App>, taxii: TaxiiListener) {
    let Err(error) = taxii::serve(app, taxii.listener, taxii.settings).await;
    tracing::error!(error = %format!("{error:#}"), "TAXII clients are not served any more");
}

async fn serve_partners(app: Arc<App>, listener: TcpListener) {
    let Err(error) = peer::serve(app, listener).await;
    tracing::error!(error = %format!("{error:#}"), "partners are not listened to any more");
}

fn announce(
    cli: &Cli,
    app: &App,
    address: &str,
    partners: Option<SocketAddr>,
    taxii: Option<&TaxiiListener>,
) -> anyhow::Result<()> {
    let link = if app.setup_needed()? { Some(link(app, address)?) } else { None };
    let shown = taxii.and_then(|taxii| taxii.settings.certificate.file());
    if cli.json {
        return output::json(&json!({
            "address": address,
            "setup": link,
            "partners": partners,
            "taxii": taxii.map(|taxii| taxii.at),
            "taxii_certificate": shown,
        }));
    }
    let mut lines = vec![format!("Entente is at {address}")];
    lines.extend(partners.map(|at| format!("Partners' nodes reach it at {at}")));
    lines.extend(taxii.map(|taxii| format!("TAXII clients reach it at https://{}/taxii2/", taxii.at)));
    lines.extend(shown.map(|file| format!("They trust it by the certificate in {}", file.display())));
    lines.extend(link.map(|link| format!("Sign in for the first time, once, at {link}")));
    output::lines(lines)
}

fn link(app: &App, base: &str) -> anyhow::Result<String> {
    Ok(format!("{}/setup?token={}", base.trim_end_matches('/'), app.new_setup_token()?))
}

async fn interrupted() {
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}

/// Prints a new one-time sign-in link.
pub(super) fn setup_link(cli: &Cli, setup: &SetupLink) -> anyhow::Result<()> {
    let link = link(&App::open(&cli.data)?, &setup.base)?;
    if cli.json { output::json(&json!({ "setup": link })) } else { output::lines([link]) }
}

/// Prints the OpenAPI document.
pub(super) fn openapi() -> anyhow::Result<()> {
    output::lines([http::openapi().to_pretty_json()?])
}

//! `entente serve`, `setup-link` and `openapi`.

use std::sync::Arc;

use anyhow::Context as _;
use serde_json::json;
use tokio::net::TcpListener;

use super::{Cli, Serve, SetupLink, output};
use crate::app::App;
use crate::http;

/// Serves until interrupted. Prints the address, and a one-time sign-in link while the node has no
/// administrator.
pub(super) fn serve(cli: &Cli, serve: &Serve) -> anyhow::Result<()> {
    let app = Arc::new(App::open(&cli.data)?);
    app.watch_other_writers()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(serve.listen).await;
        let listener = listener.with_context(|| format!("{} cannot be listened on", serve.listen))?;
        let address = format!("http://{}", listener.local_addr()?);
        announce(cli, &app, &address)?;
        axum::serve(listener, http::router(app, serve.upload_limit))
            .with_graceful_shutdown(interrupted())
            .await?;
        Ok(())
    })
}

fn announce(cli: &Cli, app: &App, address: &str) -> anyhow::Result<()> {
    let link = if app.setup_needed()? { Some(link(app, address)?) } else { None };
    if cli.json {
        return output::json(&json!({ "address": address, "setup": link }));
    }
    let mut lines = vec![format!("Entente is at {address}")];
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

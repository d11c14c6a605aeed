//! One connection to a partner: what it tells is taken in as it comes, and answered.

use std::sync::Arc;

use anyhow::{Context as _, anyhow, bail};
use axum::body::Bytes;
use entente_agreement::{PartyId, Spki};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Method, Request, Response, StatusCode, header};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::events::{Event, Reading};
use super::server::Secret;
use super::tls;
use crate::app::App;
use crate::app::agreement::Named;
use crate::app::agreement::invitation::Link;
use crate::app::exchange::receipts::Receipts;
use crate::clock;

/// How long connecting and a short answer may take.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);
/// How long a stream may be silent: three of its beats.
const SILENCE: std::time::Duration = std::time::Duration::from_secs(30);
/// The most bytes of an agreement with its signatures and acts.
const LONGEST_AGREEMENT: usize = 8 << 20;
/// The most bytes of the answer to a report.
const LONGEST_ANSWER: usize = 4 << 10;
/// Reports that wait to be sent.
const REPORTS: usize = 64;
/// How long reports are gathered: each costs the sender a sync of the disk on which it tells what is new.
const GATHER: std::time::Duration = std::time::Duration::from_millis(200);

/// Where a partner's node is, and by which keys it is known.
pub(super) struct Address {
    pub(super) endpoint: String,
    pub(super) pins: Vec<Spki>,
}

/// What is to be reported to the sender.
#[derive(Default)]
struct Report {
    answered: Vec<u64>,
    checkpoint: Option<String>,
}

type Connection = SendRequest<Full<Bytes>>;

async fn connect(app: &App, address: &Address) -> anyhow::Result<Connection> {
    let endpoint = &address.endpoint;
    let host = endpoint.rsplit_once(':').map_or(endpoint.as_str(), |(host, _)| host);
    let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned());
    let name = name.with_context(|| format!("`{host}` is no name of a host"))?;
    let config = tls::client(app.identity(), address.pins.clone())?;
    let socket = timeout(PATIENCE, TcpStream::connect(endpoint)).await?;
    let socket = socket.with_context(|| format!("{endpoint} cannot be reached"))?;
    socket.set_nodelay(true)?;
    let stream = timeout(PATIENCE, TlsConnector::from(config).connect(name, socket)).await?;
    let stream = stream.with_context(|| format!("{endpoint} is not the partner's node"))?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection to a partner ended");
        }
    });
    Ok(sender)
}

async fn ask(
    connection: &mut Connection,
    request: Request<Full<Bytes>>,
) -> anyhow::Result<Response<Incoming>> {
    connection.ready().await?;
    let answer = timeout(PATIENCE, connection.send_request(request)).await??;
    match answer.status() {
        status if status.is_success() => Ok(answer),
        StatusCode::NOT_FOUND => bail!("the partner does not know this node, or no agreement with it"),
        status => bail!("the partner answered {status}"),
    }
}

fn posting(path: &str, body: Vec<u8>) -> anyhow::Result<Request<Full<Bytes>>> {
    let request = Request::builder().method(Method::POST).uri(path).header(header::HOST, "entente.invalid");
    Ok(request.header(header::CONTENT_TYPE, "application/json").body(Full::from(body))?)
}

/// Tells a partner of the agreements both are party to.
pub(super) async fn push(app: &App, address: &Address, named: &[Named]) -> anyhow::Result<()> {
    let mut connection = connect(app, address).await?;
    ask(&mut connection, posting("/peer/v1/agreements", serde_json::to_vec(named)?)?).await?;
    Ok(())
}

/// Fetches the agreement that a link invites to. The link is used up.
pub(crate) async fn fetch_invited(app: &App, link: &Link) -> anyhow::Result<Named> {
    let address = Address { endpoint: link.endpoint.clone(), pins: vec![link.pin] };
    let mut connection = connect(app, &address).await?;
    let body = serde_json::to_vec(&Secret { secret: link.secret.clone() })?;
    connection.ready().await?;
    let asked = connection.send_request(posting("/peer/v1/invitations", body)?);
    let answer = timeout(PATIENCE, asked).await??;
    if !answer.status().is_success() {
        bail!("the invitation is unknown, was used before or has ended");
    }
    let body = Limited::new(answer.into_body(), LONGEST_AGREEMENT);
    let body = timeout(PATIENCE, body.collect()).await?.map_err(|error| anyhow!(error))?;
    Named::read(&body.to_bytes()).map_err(anyhow::Error::from)
}

/// Follows a partner's wire until the connection ends. `heard` is called when the partner has let us in.
pub(super) async fn follow(
    app: Arc<App>,
    partner: &PartyId,
    address: &Address,
    heard: impl FnOnce(),
) -> anyhow::Result<()> {
    let mut connection = connect(&app, address).await?;
    let (from, who) = (app.clone(), partner.clone());
    let read =
        move || Ok::<_, anyhow::Error>((from.received_up_to(&who)?, from.seen_size(&who, clock::now())?));
    let (after, seen) = tokio::task::spawn_blocking(read).await??;
    let request = Request::builder().uri(format!("/peer/v1/stream?seen={seen}"));
    let request = request.header(header::HOST, "entente.invalid").header("last-event-id", after.to_string());
    let answer = ask(&mut connection, request.body(Full::default())?).await?;
    heard();
    let (reports, reporting) = channel(REPORTS);
    let report = tokio::spawn(report(app.clone(), partner.clone(), connect(&app, address).await?, reporting));
    let read = read_events(app, partner, answer.into_body(), reports);
    tokio::select! {
        ended = read => ended,
        ended = report => ended.context("the thread that reports ended")?,
    }
}

async fn read_events(
    app: Arc<App>,
    partner: &PartyId,
    mut body: Incoming,
    reports: Sender<Report>,
) -> anyhow::Result<()> {
    let mut reading = Reading::default();
    reports.send(Report::default()).await?;
    loop {
        let Some(frame) = timeout(SILENCE, body.frame()).await.context("the partner fell silent")? else {
            return Ok(());
        };
        if let Ok(piece) = frame?.into_data()
            && !reading.add(&piece)
        {
            bail!("the partner sent an event that is longer than any may be");
        }
        while let Some(event) = reading.next() {
            let (app, partner) = (app.clone(), partner.clone());
            let report = tokio::task::spawn_blocking(move || take(&app, &partner, &event)).await??;
            if let Some(report) = report {
                reports.send(report).await?;
            }
        }
    }
}

/// Takes in one event; answers what is to be reported.
fn take(app: &App, partner: &PartyId, event: &Event) -> anyhow::Result<Option<Report>> {
    let now = clock::now();
    match event.name.as_str() {
        "batch" => {
            let applied = app.receive(partner, serde_json::from_str(&event.data)?, now)?;
            Ok(Some(Report { answered: applied.answered, checkpoint: None }))
        }
        "beat" => {
            app.hear_of(partner, now)?;
            let checkpoint = app.see_beat(partner, &serde_json::from_str(&event.data)?, now)?;
            let told = checkpoint.is_some() || app.owes_returns(partner)?;
            Ok(told.then(|| Report { answered: Vec::new(), checkpoint }))
        }
        "agreements" => {
            let named: Vec<Named> = serde_json::from_str(&event.data)?;
            named.iter().try_for_each(|named| app.hear_of_agreement(partner, named, now))?;
            Ok(None)
        }
        // A later version may say more.
        _ => Ok(None),
    }
}

/// Sends reports, several at once when they come faster than they are sent.
async fn report(
    app: Arc<App>,
    partner: PartyId,
    mut connection: Connection,
    mut reports: Receiver<Report>,
) -> anyhow::Result<()> {
    // Whatever was answered before this connection may not have been heard.
    let mut first = true;
    while let Some(mut report) = reports.recv().await {
        if !first {
            tokio::time::sleep(GATHER).await;
        }
        while let Ok(more) = reports.try_recv() {
            report.answered.extend(more.answered);
            report.checkpoint = more.checkpoint.or(report.checkpoint);
        }
        let first = std::mem::take(&mut first);
        let (from, to) = (app.clone(), partner.clone());
        let receipts = move || match first {
            true => from.first_receipts(&to, clock::now()),
            false => from.receipts_for(&to, Some(&report.answered)),
        };
        let receipts = tokio::task::spawn_blocking(receipts).await??;
        let checkpoint = report.checkpoint.or(receipts.checkpoint.clone());
        let receipts = Receipts { checkpoint, ..receipts };
        let answer =
            ask(&mut connection, posting("/peer/v1/receipts", serde_json::to_vec(&receipts)?)?).await?;
        // It says nothing; what a partner says all the same is not taken in without end.
        let said = Limited::new(answer.into_body(), LONGEST_ANSWER);
        timeout(PATIENCE, said.collect()).await?.map_err(|error| anyhow!(error))?;
        let (app, partner) = (app.clone(), partner.clone());
        let heard = move || app.receipts_heard(&partner, &receipts);
        tokio::task::spawn_blocking(heard).await??;
    }
    Ok(())
}

//! The partners' listener. A connection has the key its certificate showed; each request asks anew whose key that is, so that an
//! agreement that ended ends what its partner may do here.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRequestParts, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use entente_agreement::{PartyId, Spki};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use serde::{Deserialize, Serialize};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{Sender, channel};
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;
use tokio_stream::wrappers::ReceiverStream;

use super::events::{self, Made, Sent};
use super::tls;
use crate::app::agreement::Named;
use crate::app::exchange::receipts::Receipts;
use crate::app::{App, AppError};
use crate::clock;
use crate::door::{Door as Places, Introduction};

/// How long a client may take to shake hands.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long nobody is let in after a connection could not be taken.
const BREATH: Duration = Duration::from_millis(100);
/// Connections of one partner, at once. A network that was cut leaves some that never end by themselves.
const OF_ONE: usize = 16;
/// How often a quiet stream shows that it lives, and the log's checkpoint.
const BEAT_EVERY: Duration = Duration::from_secs(10);
/// Frames made before the first of them is sent: what is slow to be read is not read ahead.
const AHEAD: usize = 2;
/// The most bytes of a request, and of one that redeems an invitation, which anybody may send.
const BODY: usize = 8 << 20;
const SECRET: usize = 4 << 10;

/// The key that the client's certificate showed.
#[derive(Clone, Copy)]
struct Shown(Option<Spki>);

/// Serves partners for as long as the node runs.
pub(crate) async fn serve(app: Arc<App>, listener: TcpListener) -> anyhow::Result<Infallible> {
    let door = Arc::new(Door {
        acceptor: TlsAcceptor::from(tls::server(app.identity())?),
        routes: router(app.clone()),
        places: Places::new(OF_ONE),
        app,
    });
    loop {
        let (socket, from) = match listener.accept().await {
            Ok(come) => come,
            // Such as too many open files, or somebody who left while they waited: it does not end the listening.
            Err(error) => {
                tracing::warn!(%error, "a partner's connection could not be taken");
                tokio::time::sleep(BREATH).await;
                continue;
            }
        };
        // Who comes is a stranger until the key is shown, and can do no more than redeem an invitation.
        let stranger = door.places.stranger(from.ip());
        let door = door.clone();
        tokio::spawn(async move {
            let (introduction, introduced) = Introduction::new();
            let served = door.places.hold(stranger, introduced, door.serve_one(socket, introduction)).await;
            if let Err(error) = served.map_err(anyhow::Error::from).flatten() {
                tracing::debug!(error = %format!("{error:#}"), "a partner's connection ended");
            }
        });
    }
}

struct Door {
    app: Arc<App>,
    acceptor: TlsAcceptor,
    routes: Router,
    places: Places,
}

impl Door {
    async fn serve_one(&self, socket: TcpStream, introduction: Introduction) -> anyhow::Result<()> {
        socket.set_nodelay(true)?;
        let stream = tokio::time::timeout(PATIENCE, self.acceptor.accept(socket)).await??;
        let certificate = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
        let shown = Shown(certificate.and_then(tls::pin_of));
        if let Ok((partner, ())) = for_partner(self.app.clone(), shown, |_, _| Ok(())).await {
            introduction.introduce(&partner);
        }
        let service = TowerToHyperService::new(self.routes.clone().layer(Extension(shown)));
        let connection =
            hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        Ok(connection.await?)
    }
}

fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/peer/v1/stream", get(stream))
        .route("/peer/v1/receipts", post(receipts))
        .route("/peer/v1/agreements", post(agreements))
        .route("/peer/v1/invitations", post(invitations).layer(DefaultBodyLimit::max(SECRET)))
        .layer(DefaultBodyLimit::max(BODY))
        .with_state(app)
}

/// Not there, or not for you: the two are not told apart, and nothing is said of why.
struct Nothing;

impl IntoResponse for Nothing {
    fn into_response(self) -> Response {
        StatusCode::NOT_FOUND.into_response()
    }
}

/// The key of somebody whom an agreement that is kept here names, a draft too. Nothing that others send is read.
struct Known(Spki);

impl FromRequestParts<Arc<App>> for Known {
    type Rejection = Nothing;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Known, Nothing> {
        let pin = parts.extensions.get::<Shown>().and_then(|shown| shown.0).ok_or(Nothing)?;
        let app = app.clone();
        let known = tokio::task::spawn_blocking(move || app.is_named(&pin, clock::now())).await;
        known.ok().and_then(Result::ok).filter(|named| *named).map(|_| Known(pin)).ok_or(Nothing)
    }
}

/// Runs work on the store, which blocks, for whoever has the key that was shown.
async fn for_partner<T: Send + 'static>(
    app: Arc<App>,
    shown: Shown,
    work: impl FnOnce(&App, &PartyId) -> anyhow::Result<T> + Send + 'static,
) -> Result<(PartyId, T), Nothing> {
    let pin = shown.0.ok_or(Nothing)?;
    let work = move || {
        let partner = app.agreements(clock::now())?.party_of_key(&pin);
        partner.map(|partner| work(&app, &partner).map(|done| (partner, done))).transpose()
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(Some(done))) => Ok(done),
        Ok(Ok(None)) => Err(Nothing),
        Ok(Err(error)) => {
            tracing::warn!(error = %format!("{error:#}"), "a partner's request was refused");
            Err(Nothing)
        }
        Err(error) => {
            tracing::error!(%error, "a partner's request was not finished");
            Err(Nothing)
        }
    }
}

#[derive(Deserialize)]
struct Resume {
    /// The size of our log that the receiver has seen.
    #[serde(default)]
    seen: u64,
}

async fn stream(
    State(app): State<Arc<App>>,
    Extension(shown): Extension<Shown>,
    Query(resume): Query<Resume>,
    headers: HeaderMap,
) -> Result<Response, Nothing> {
    let after = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok()).unwrap_or(0);
    let noted = move |app: &App, partner: &PartyId| app.hear_of(partner, clock::now());
    let (partner, ()) = for_partner(app.clone(), shown, noted).await?;
    let (sender, events) = channel(AHEAD);
    let sent = Sent { after, seen: resume.seen, stated: None };
    let sending = Sending { app, shown, partner, sent, sender };
    tokio::spawn(sending.run());
    let events = tokio_stream::StreamExt::map(ReceiverStream::new(events), Ok::<_, Infallible>);
    let kind = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")];
    Ok((kind, Body::from_stream(events)).into_response())
}

/// One stream to a partner.
struct Sending {
    app: Arc<App>,
    shown: Shown,
    partner: PartyId,
    sent: Sent,
    sender: Sender<String>,
}

impl Sending {
    /// Sends what there is, then waits for more, until the partner goes or may be told nothing any more.
    async fn run(mut self) {
        let mut news = self.app.wires().listen();
        let mut beat_at = Instant::now();
        loop {
            news.mark_unchanged();
            let Some(made) = self.next(Instant::now() >= beat_at).await else { return };
            if made.beat {
                beat_at = Instant::now() + BEAT_EVERY;
            }
            let waits = made.events.is_empty() || made.beat;
            for event in made.events {
                if self.sender.send(event).await.is_err() {
                    return;
                }
            }
            if !waits {
                continue;
            }
            tokio::select! {
                changed = news.changed() => if changed.is_err() { return },
                () = tokio::time::sleep_until(beat_at) => {}
                () = self.sender.closed() => return,
            }
        }
    }

    /// The next events; `None` when the partner is none any more.
    async fn next(&mut self, beat_due: bool) -> Option<Made> {
        let sent = self.sent.clone();
        let made = for_partner(self.app.clone(), self.shown, move |app, partner| {
            if beat_due {
                // Its connection is open.
                app.hear_of(partner, clock::now())?;
            }
            events::next(app, partner, &sent, beat_due)
        });
        let (partner, made) = made.await.ok()?;
        if partner != self.partner {
            return None;
        }
        self.sent = made.sent.clone();
        Some(made)
    }
}

async fn receipts(
    State(app): State<Arc<App>>,
    Known(pin): Known,
    Json(receipts): Json<Receipts>,
) -> Result<StatusCode, Nothing> {
    let keep = move |app: &App, partner: &PartyId| app.take_receipts(partner, &receipts, clock::now());
    for_partner(app, Shown(Some(pin)), keep).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Signatures and acts on agreements. Only a party of an agreement that is kept here, drafts too, is listened to.
async fn agreements(
    State(app): State<Arc<App>>,
    Known(pin): Known,
    Json(named): Json<Vec<Named>>,
) -> Result<StatusCode, Nothing> {
    let keep = move || named.iter().try_for_each(|named| app.hear_agreement(&pin, named, clock::now()));
    let kept: Result<(), AppError> = tokio::task::spawn_blocking(keep).await.map_err(|_| Nothing)?;
    kept.map(|()| StatusCode::NO_CONTENT).map_err(|error| {
        tracing::warn!(error = %format!("{error:#}"), "what a partner sent of an agreement was refused");
        Nothing
    })
}

/// The secret of an invitation. It travels in the body, because addresses end up in logs.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Secret {
    pub(super) secret: String,
}

/// The agreement that a one-time secret invites to, for whoever has the secret: they have no key that is known here yet.
async fn invitations(State(app): State<Arc<App>>, Json(given): Json<Secret>) -> Result<Json<Named>, Nothing> {
    let redeem = move || app.redeem(&given.secret, clock::now());
    match tokio::task::spawn_blocking(redeem).await {
        Ok(Ok(named)) => Ok(Json(named)),
        Ok(Err(error)) => {
            tracing::warn!(error = %format!("{error:#}"), "an invitation was refused");
            Err(Nothing)
        }
        Err(error) => {
            tracing::error!(%error, "an invitation was not answered");
            Err(Nothing)
        }
    }
}

//! The listener: TLS, connections, and what is asked where.

use std::convert::Infallible;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::routing::{MethodRouter, get};
use axum::{Extension, Router};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::certificate::Certificate;
use super::refusal::Refusal;
use super::{collections, objects, push, roots};
use crate::app::exchange::taxii::delivery::Deliveries;
use crate::app::exchange::taxii::token::Guest;
use crate::app::{App, AppError};
use crate::door::{Door, Introduction};

/// The path of the one API root.
pub(super) const ROOT: &str = "/exchange";
/// How long a client may take to shake hands, and to send the head of a request.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long nobody is let in after a connection could not be taken.
const BREATH: Duration = Duration::from_millis(100);
/// Connections of one partner at once; one who reads slowly holds no others up.
const OF_ONE: usize = 64;

/// How partners are served.
pub(crate) struct Settings {
    /// What the server shows for itself.
    pub(crate) certificate: Certificate,
    /// Requests a second that one token may make; for a moment, twice as many.
    pub(crate) rate: NonZeroU32,
}

/// What every handler is given.
#[derive(Clone)]
pub(super) struct Taxii {
    app: Arc<App>,
    requests: Arc<DefaultKeyedRateLimiter<String>>,
    deliveries: Arc<Deliveries>,
}

impl Taxii {
    /// Fails when a token makes more requests than it may. Tokens are counted that were found, so they are not too many to keep.
    pub(super) fn limit(&self, guest: &Guest) -> Result<(), Refusal> {
        self.requests.check_key(&guest.token).map_err(|_| Refusal::too_many("Wait a second and ask again."))
    }

    /// Where pages that are fetched are noted.
    pub(super) fn deliveries(&self) -> Arc<Deliveries> {
        self.deliveries.clone()
    }
}

/// Runs work on the store, which blocks, away from the threads that serve connections.
pub(super) async fn blocking<T: Send + 'static>(
    taxii: &Taxii,
    work: impl FnOnce(&App) -> Result<T, AppError> + Send + 'static,
) -> Result<T, Refusal> {
    let app = taxii.app.clone();
    let done = tokio::task::spawn_blocking(move || work(&app)).await;
    done.map_err(Refusal::internal)?.map_err(Refusal::from)
}

/// Serves partners for as long as the node runs.
pub(crate) async fn serve(
    app: Arc<App>,
    listener: TcpListener,
    settings: Settings,
) -> anyhow::Result<Infallible> {
    let acceptor = TlsAcceptor::from(settings.certificate.server()?);
    let burst = settings.rate.saturating_mul(const { NonZeroU32::new(2).expect("not zero") });
    let quota = Quota::per_second(settings.rate).allow_burst(burst);
    let deliveries = Arc::new(Deliveries::begin(&app)?);
    let routes = router(Taxii { app, requests: Arc::new(RateLimiter::keyed(quota)), deliveries });
    let door = Arc::new(Door::new(OF_ONE));
    loop {
        let (socket, from) = match listener.accept().await {
            Ok(come) => come,
            // Such as too many open files, or somebody who left while they waited: it does not end the serving.
            Err(error) => {
                tracing::warn!(%error, "a TAXII connection could not be taken");
                tokio::time::sleep(BREATH).await;
                continue;
            }
        };
        // Who comes is a stranger until a token is shown.
        let stranger = door.stranger(from.ip());
        let (acceptor, routes, door) = (acceptor.clone(), routes.clone(), door.clone());
        tokio::spawn(async move {
            let (introduction, introduced) = Introduction::new();
            let routes = routes.layer(Extension(introduction));
            let served = door.hold(stranger, introduced, serve_one(socket, acceptor, routes)).await;
            if let Err(error) = served.map_err(anyhow::Error::from).flatten() {
                tracing::debug!(error = %format!("{error:#}"), "a TAXII connection ended");
            }
        });
    }
}

async fn serve_one(socket: TcpStream, acceptor: TlsAcceptor, routes: Router) -> anyhow::Result<()> {
    socket.set_nodelay(true)?;
    let stream = tokio::time::timeout(PATIENCE, acceptor.accept(socket)).await??;
    let mut server = hyper::server::conn::http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(PATIENCE);
    Ok(server.serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes)).await?)
}

fn router(taxii: Taxii) -> Router {
    let at = |path: &str| format!("{ROOT}{path}");
    let routes: [(String, MethodRouter<Taxii>); 9] = [
        ("/taxii2".to_owned(), get(roots::discover)),
        (at(""), get(roots::root)),
        (at("/status/{id}"), get(roots::status)),
        (at("/collections"), get(collections::list)),
        (at("/collections/{id}"), get(collections::show)),
        (at("/collections/{id}/manifest"), get(objects::manifest)),
        (at("/collections/{id}/objects"), get(objects::list).post(push::push)),
        (at("/collections/{id}/objects/{object}"), get(objects::show).delete(objects::remove)),
        (at("/collections/{id}/objects/{object}/versions"), get(objects::versions)),
    ];
    // The standard's addresses end with a slash; clients come without it too.
    let both = |router: Router<Taxii>, (path, methods): (String, MethodRouter<Taxii>)| {
        router.route(&format!("{path}/"), methods.clone()).route(&path, methods)
    };
    routes
        .into_iter()
        .fold(Router::new(), both)
        .fallback(|| async { Refusal::not_found("address") })
        .method_not_allowed_fallback(|| async { Refusal::method() })
        .with_state(taxii)
}

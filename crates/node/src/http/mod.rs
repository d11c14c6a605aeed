//! The HTTP API under `/api/v1` and the web page. Handlers are thin: they read the request, call `app`, and
//! write the answer. Authorisation happens inside `app`.

mod agreements;
mod aliases;
mod assets;
mod auth;
mod charts;
mod claims;
mod drafts;
mod emerging;
mod exports;
mod extract;
mod graph;
mod headers;
mod health;
mod imports;
mod invitations;
mod money;
mod objects;
mod partners;
mod problem;
mod referrals;
mod search;
mod session;
mod setup;
mod sources;
mod stats;
mod stream;
mod tokens;
mod users;
mod who;
mod wire;

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::routing::any;
use axum::{Router, middleware};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower_http::compression::CompressionLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::{App, AppError};
use crate::cli::size::Size;
use problem::Problem;

/// Requests a second one user or token may make, and how many at once.
const REQUESTS_A_SECOND: NonZeroU32 = NonZeroU32::new(50).expect("not zero");
const BURST: NonZeroU32 = NonZeroU32::new(200).expect("not zero");
/// Sign-in attempts a minute for one name: guessing must be slow, whoever guesses.
const SIGN_INS_A_MINUTE: NonZeroU32 = NonZeroU32::new(10).expect("not zero");

/// Exports written at once: each holds a thread and a picture of the store for as long as somebody reads it.
const EXPORTS_AT_ONCE: usize = 8;
/// Passwords checked at once: each check takes 19 MiB, and a spray of names must not take all there is.
const SIGN_INS_AT_ONCE: usize = 4;
/// Longest wait for one's turn at either.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// Names remembered by a limiter before those that may ask again at will are forgotten.
const NAMES: usize = 10_000;
/// Characters of a name that count: no user has a longer one.
const NAME_LENGTH: usize = 100;

const WAIT: &str = "Wait a few seconds and try again.";

/// What every handler is given.
#[derive(Clone)]
pub(crate) struct AppState {
    app: Arc<App>,
    requests: Arc<DefaultKeyedRateLimiter<String>>,
    sign_ins: Arc<DefaultKeyedRateLimiter<String>>,
    turns: Arc<Semaphore>,
    exports: Arc<Semaphore>,
    upload_limit: Size,
    metrics: Arc<health::Metrics>,
}

impl AppState {
    fn new(app: Arc<App>, upload_limit: Size) -> AppState {
        let requests = Quota::per_second(REQUESTS_A_SECOND).allow_burst(BURST);
        AppState {
            app,
            requests: Arc::new(RateLimiter::keyed(requests)),
            sign_ins: Arc::new(RateLimiter::keyed(Quota::per_minute(SIGN_INS_A_MINUTE))),
            turns: Arc::new(Semaphore::new(SIGN_INS_AT_ONCE)),
            exports: Arc::new(Semaphore::new(EXPORTS_AT_ONCE)),
            upload_limit,
            metrics: Arc::new(health::Metrics::new()),
        }
    }

    fn limit(&self, name: &str) -> Result<(), Problem> {
        check(&self.requests, name)
    }

    /// One's turn to have a password checked; it lasts until it is dropped.
    async fn limit_sign_in(&self, name: &str) -> Result<OwnedSemaphorePermit, Problem> {
        check(&self.sign_ins, name)?;
        turn(&self.turns).await
    }

    /// One's turn to write an export; it lasts until it is dropped.
    async fn turn_to_export(&self) -> Result<OwnedSemaphorePermit, Problem> {
        turn(&self.exports).await
    }
}

async fn turn(turns: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Problem> {
    let turn = tokio::time::timeout(LONGEST_WAIT, turns.clone().acquire_owned()).await;
    turn.map_err(|_| Problem::too_many(WAIT))?.map_err(Problem::internal)
}

fn check(limiter: &DefaultKeyedRateLimiter<String>, name: &str) -> Result<(), Problem> {
    if limiter.len() > NAMES {
        limiter.retain_recent();
    }
    let name: String = name.chars().take(NAME_LENGTH).collect();
    limiter.check_key(&name).map_err(|_| Problem::too_many(WAIT))
}

/// Runs work on claims and graph, which blocks, away from the threads that serve connections.
async fn blocking<T: Send + 'static>(
    state: &AppState,
    work: impl FnOnce(&App) -> Result<T, AppError> + Send + 'static,
) -> Result<T, Problem> {
    let app = state.app.clone();
    let done = tokio::task::spawn_blocking(move || work(&app)).await;
    done.map_err(Problem::internal)?.map_err(Problem::from)
}

#[derive(OpenApi)]
#[openapi(info(
    title = "Entente",
    description = "One node's claims and their graph. Errors are problem documents (RFC 9457); lists are paged by \
                   an opaque cursor."
))]
struct Document;

fn api() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(Document::openapi()).nest(
        "/api/v1",
        OpenApiRouter::new()
            .routes(routes!(setup::needed, setup::create))
            .routes(routes!(session::show, session::create, session::remove))
            .routes(routes!(users::list, users::create))
            .routes(routes!(users::update, users::remove))
            .routes(routes!(sources::list, sources::say))
            .routes(routes!(tokens::list, tokens::create))
            .routes(routes!(tokens::remove))
            .routes(routes!(search::search))
            .routes(routes!(objects::show))
            .routes(routes!(objects::links))
            .routes(routes!(claims::show))
            .routes(routes!(graph::neighbourhood))
            .routes(routes!(graph::paths))
            .routes(routes!(graph::common))
            .routes(routes!(graph::component))
            .routes(routes!(graph::facets))
            .routes(routes!(emerging::show))
            .routes(routes!(money::show))
            .routes(routes!(aliases::show))
            .routes(routes!(who::who))
            .routes(routes!(who::dismantling))
            .routes(routes!(who::cases))
            .routes(routes!(who::take_up))
            .routes(routes!(who::seek))
            .routes(routes!(who::judgements, who::judge))
            .routes(routes!(who::withdraw))
            .routes(routes!(charts::list, charts::create))
            .routes(routes!(charts::show, charts::update, charts::remove))
            .merge(
                OpenApiRouter::new()
                    .routes(routes!(imports::list, imports::create))
                    .layer(imports::body_limit()),
            )
            .routes(routes!(imports::limits))
            .routes(routes!(imports::show, imports::stop))
            .routes(routes!(imports::events))
            .routes(routes!(imports::rejects))
            .routes(routes!(imports::download))
            .routes(routes!(exports::create))
            .routes(routes!(agreements::list, agreements::accept))
            .routes(routes!(agreements::templates))
            .routes(routes!(agreements::vocabulary))
            .routes(routes!(agreements::review))
            .routes(routes!(agreements::compare))
            .routes(routes!(agreements::preview))
            .routes(routes!(agreements::show))
            .routes(routes!(agreements::file))
            .routes(routes!(agreements::sign))
            .routes(routes!(agreements::act))
            .routes(routes!(drafts::list, drafts::create))
            .routes(routes!(drafts::show, drafts::update, drafts::remove))
            .routes(routes!(drafts::sign))
            .routes(routes!(invitations::create))
            .routes(routes!(invitations::follow))
            .routes(routes!(partners::list))
            .routes(routes!(partners::show, partners::place))
            .routes(routes!(partners::wire))
            .routes(routes!(partners::item))
            .routes(routes!(partners::proof))
            .routes(routes!(partners::notices))
            .routes(routes!(partners::tokens, partners::create_token))
            .routes(routes!(partners::remove_token))
            .routes(routes!(referrals::list))
            .routes(routes!(referrals::show))
            .routes(routes!(referrals::decide))
            .routes(routes!(wire::events))
            .routes(routes!(stats::show)),
    )
}

/// The OpenAPI document of the API.
pub(crate) fn openapi() -> utoipa::openapi::OpenApi {
    named(api().into_openapi())
}

/// Names operations after what they are about as well: handlers of different modules share names (`list`, `show`),
/// and a client made from the document needs each name once (OpenAPI 3.1, Operation Object).
fn named(mut document: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    for path in document.paths.paths.values_mut() {
        let methods = [&mut path.get, &mut path.put, &mut path.post, &mut path.delete, &mut path.patch];
        for operation in methods.into_iter().flatten() {
            let tag = operation.tags.iter().flatten().next().cloned();
            let name = operation.operation_id.take();
            operation.operation_id = tag.zip(name).map(|(tag, name)| format!("{tag}_{name}"));
        }
    }
    document
}

/// Everything the node serves.
pub(crate) fn router(app: Arc<App>, upload_limit: Size) -> Router {
    let state = AppState::new(app, upload_limit);
    let (routes, document) = api().split_for_parts();
    let document = named(document);
    routes
        .route("/api/v1/openapi.json", axum::routing::get(|| async { axum::Json(document) }))
        .route("/api/{*rest}", any(|| async { Problem::not_found("address: see /api/v1/openapi.json") }))
        .merge(health::routes())
        .fallback(assets::serve)
        .method_not_allowed_fallback(|| async { Problem::method() })
        .layer(middleware::from_fn(headers::secure))
        .layer(middleware::from_fn_with_state(state.clone(), health::measure))
        .layer(CompressionLayer::new())
        .with_state(state)
}

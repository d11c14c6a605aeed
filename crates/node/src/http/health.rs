//! `/healthz` and `/metrics`. No name, no id, no value of a claim is ever a label.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::{Router, routing};
use entente_model::Tlp;
use prometheus::{Encoder, HistogramOpts, HistogramVec, IntGauge, Registry, TextEncoder};

use super::auth::Caller;
use super::problem::Problem;
use super::{AppState, blocking};

/// What the node counts about itself.
pub(crate) struct Metrics {
    /// How the node is used.
    used: Registry,
    /// How much it holds.
    held: Registry,
    requests: HistogramVec,
    claims: IntGauge,
    objects: IntGauge,
    tail: IntGauge,
}

impl Metrics {
    /// Fresh counters.
    pub(crate) fn new() -> Metrics {
        let options =
            HistogramOpts::new("entente_http_request_seconds", "Time to answer, by route and status.");
        let requests = HistogramVec::new(options, &["method", "route", "status"]);
        let gauge = |name, help| IntGauge::new(name, help).expect("the name is a valid metric name");
        let metrics = Metrics {
            used: Registry::new(),
            held: Registry::new(),
            requests: requests.expect("the names are valid metric names"),
            claims: gauge("entente_claims", "Claims in the store."),
            objects: gauge("entente_objects", "Objects in the store, mentioned ones too."),
            tail: gauge("entente_graph_tail_edges", "Edges not yet compacted into the index."),
        };
        let register = |registry: &Registry, collector| {
            registry.register(collector).expect("each name is registered once");
        };
        register(&metrics.used, Box::new(metrics.requests.clone()));
        for gauge in [&metrics.claims, &metrics.objects, &metrics.tail] {
            register(&metrics.held, Box::new(gauge.clone()));
        }
        metrics
    }
}

/// The two routes. Whether the node is well is for everybody; how it is used and how much it holds is not.
pub(crate) fn routes() -> Router<AppState> {
    Router::new().route("/healthz", routing::get(health)).route("/metrics", routing::get(metrics))
}

async fn health(State(state): State<AppState>) -> Result<&'static str, Problem> {
    blocking(&state, |app| app.check()).await?;
    Ok("ok\n")
}

/// For whoever has an API token, as Prometheus sends one (`authorization: credentials_file`). Being asked from this
/// machine proves nothing: so does everything that comes through a proxy on it. The totals count what not everybody may
/// see, so they are for those who may.
async fn metrics(State(state): State<AppState>, Caller(viewer): Caller) -> Result<Response, Problem> {
    let mut families = state.metrics.used.gather();
    if viewer.tlp_max == Tlp::Red {
        let size = blocking(&state, |app| app.size()).await?;
        let gauge = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        state.metrics.claims.set(gauge(size.claims));
        state.metrics.objects.set(gauge(size.objects));
        state.metrics.tail.set(gauge(size.tail_edges));
        families.extend(state.metrics.held.gather());
    }
    let mut text = Vec::new();
    TextEncoder::new().encode(&families, &mut text).map_err(Problem::internal)?;
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response())
}

/// Times every request under the route's pattern, so that no id becomes a label.
pub(crate) async fn measure(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = known(request.method());
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let response = next.run(request).await;
    let status: StatusCode = response.status();
    let labels = [method, route.as_deref().unwrap_or("page"), status.as_str()];
    state.metrics.requests.with_label_values(&labels).observe(started.elapsed().as_secs_f64());
    response
}

/// The method as a label. Anything is a method (RFC 9110 section 9.1), and each would be a series of its own.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

//! Exports: what the viewer may see, as a file.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::AppState;
use super::auth::Caller;
use super::extract::Json;
use super::problem::Problem;
use super::stream::written;
use crate::app::export::ExportRequest;
use crate::cli::ExportFormat;

/// Writes things, or everything the viewer may see, as STIX, CSV or GraphML. The answer comes as it is written.
#[utoipa::path(post, path = "/exports", tag = "exports", request_body = ExportRequest,
    responses((status = 200, body = String, content_type = "application/octet-stream"), (status = 400, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn create(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Json(request): Json<ExportRequest>,
) -> Result<Response, Problem> {
    let (media, name) = match request.format {
        ExportFormat::Stix => ("application/stix+json;version=2.1", "attachment; filename=\"entente.json\""),
        ExportFormat::Csv => ("text/csv; charset=utf-8", "attachment; filename=\"entente.csv\""),
        ExportFormat::Graphml => ("application/graphml+xml", "attachment; filename=\"entente.graphml\""),
    };
    let turn = state.turn_to_export().await?;
    let body = written(&state, turn, move |app, output| app.export(&viewer, &request, output)).await?;
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(name));
    Ok((headers, body).into_response())
}

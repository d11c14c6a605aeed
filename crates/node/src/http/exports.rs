//! Exports: what the viewer may see, as a file.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::auth::Caller;
use super::extract::Json;
use super::problem::Problem;
use super::{AppState, blocking};
use crate::app::export::ExportRequest;
use crate::cli::ExportFormat;

/// Writes things, or everything the viewer may see, as STIX, CSV or GraphML.
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
    let bytes = blocking(&state, move |app| {
        let mut bytes = Vec::new();
        app.export(&viewer, &request, &mut bytes)?;
        Ok(bytes)
    })
    .await?;
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(name));
    Ok((headers, Body::from(bytes)).into_response())
}

//! Saved charts. Two people who save the same chart do not overwrite each other: a change names the version it
//! is based on.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};

use super::auth::Caller;
use super::extract::{Json, Path};
use super::problem::Problem;
use super::{AppState, blocking};
use crate::app::chart::{ChartContent, ChartLine, ChartView};

/// Charts, newest first.
#[utoipa::path(get, path = "/charts", tag = "charts", responses((status = 200, body = Vec<ChartLine>)))]
pub(crate) async fn list(
    State(state): State<AppState>,
    Caller(viewer): Caller,
) -> Result<Json<Vec<ChartLine>>, Problem> {
    blocking(&state, move |app| app.charts(&viewer)).await.map(Json)
}

/// Saves a new chart.
#[utoipa::path(post, path = "/charts", tag = "charts", request_body = ChartContent,
    responses((status = 201, body = ChartView), (status = 403, body = Problem)))]
pub(crate) async fn create(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Json(content): Json<ChartContent>,
) -> Result<(StatusCode, Json<ChartView>), Problem> {
    let chart = blocking(&state, move |app| app.create_chart(&viewer, content)).await?;
    Ok((StatusCode::CREATED, Json(chart)))
}

/// A chart.
#[utoipa::path(get, path = "/charts/{id}", tag = "charts",
    params(("id" = String, Path, description = "Id of the chart")),
    responses((status = 200, body = ChartView), (status = 404, body = Problem)))]
pub(crate) async fn show(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Path(id): Path<String>,
) -> Result<Json<ChartView>, Problem> {
    blocking(&state, move |app| app.chart(&viewer, &id)).await.map(Json)
}

/// Saves a chart again. `If-Match` names the version it is based on; 409 when somebody saved in between.
#[utoipa::path(put, path = "/charts/{id}", tag = "charts", request_body = ChartContent,
    params(("id" = String, Path, description = "Id of the chart"),
        ("If-Match" = String, Header, description = "Version this change is based on")),
    responses((status = 200, body = ChartView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn update(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(content): Json<ChartContent>,
) -> Result<Json<ChartView>, Problem> {
    let version = headers.get(header::IF_MATCH).and_then(|value| value.to_str().ok());
    let version = version.and_then(|text| text.trim_matches('"').parse::<u64>().ok());
    let version = version.ok_or_else(|| {
        Problem::bad_request("Send `If-Match` with the version of the chart this change is based on.")
    })?;
    blocking(&state, move |app| app.update_chart(&viewer, &id, version, content)).await.map(Json)
}

/// Removes a chart.
#[utoipa::path(delete, path = "/charts/{id}", tag = "charts",
    params(("id" = String, Path, description = "Id of the chart")),
    responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn remove(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    blocking(&state, move |app| app.remove_chart(&viewer, &id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

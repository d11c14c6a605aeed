//! Drafts of agreements. Two people who save the same draft do not overwrite each other: a change names the version it is based
//! on.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};

use super::agreements::created;
use super::auth::Caller;
use super::extract::{Json, Path};
use super::problem::Problem;
use super::{AppState, blocking};
use crate::app::agreement::draft::{DraftContent, DraftLine, DraftView, NewDraft};
use crate::app::agreement::view::AgreementView;
use crate::clock;

/// Drafts, those changed last first.
#[utoipa::path(get, path = "/drafts", tag = "drafts",
    responses((status = 200, body = Vec<DraftLine>), (status = 403, body = Problem)))]
pub(crate) async fn list(
    State(state): State<AppState>,
    Caller(viewer): Caller,
) -> Result<Json<Vec<DraftLine>>, Problem> {
    blocking(&state, move |app| app.drafts(&viewer)).await.map(Json)
}

/// Begins a draft: from a template, as the next version of an agreement, or from a document.
#[utoipa::path(post, path = "/drafts", tag = "drafts", request_body = NewDraft,
    responses((status = 201, body = DraftView), (status = 400, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem)))]
pub(crate) async fn create(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Json(new): Json<NewDraft>,
) -> Result<(StatusCode, Json<DraftView>), Problem> {
    blocking(&state, move |app| app.create_draft(&viewer, new, clock::now())).await.map(created)
}

/// A draft.
#[utoipa::path(get, path = "/drafts/{id}", tag = "drafts",
    params(("id" = String, Path, description = "Id of the agreement")),
    responses((status = 200, body = DraftView), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn show(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Path(id): Path<String>,
) -> Result<Json<DraftView>, Problem> {
    blocking(&state, move |app| app.draft(&viewer, &id)).await.map(Json)
}

/// Saves a draft again. `If-Match` names the version it is based on; 409 when somebody saved in between.
#[utoipa::path(put, path = "/drafts/{id}", tag = "drafts", request_body = DraftContent,
    params(("id" = String, Path, description = "Id of the agreement"),
        ("If-Match" = String, Header, description = "Version this change is based on")),
    responses((status = 200, body = DraftView), (status = 400, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn update(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(content): Json<DraftContent>,
) -> Result<Json<DraftView>, Problem> {
    let version = based_on(&headers)?;
    blocking(&state, move |app| app.save_draft(&viewer, &id, version, content, clock::now())).await.map(Json)
}

/// Removes a draft.
#[utoipa::path(delete, path = "/drafts/{id}", tag = "drafts",
    params(("id" = String, Path, description = "Id of the agreement")),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn remove(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    blocking(&state, move |app| app.remove_draft(&viewer, &id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Signs a draft as the party that this node is. From then on it is an agreement and cannot be changed. `If-Match` names the
/// version that was read. Administrators only.
#[utoipa::path(post, path = "/drafts/{id}/signature", tag = "drafts",
    params(("id" = String, Path, description = "Id of the agreement"),
        ("If-Match" = String, Header, description = "Version that was read before signing")),
    responses((status = 201, body = AgreementView), (status = 400, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn sign(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<(StatusCode, Json<AgreementView>), Problem> {
    let version = based_on(&headers)?;
    let sign = move |app: &crate::app::App| {
        app.sign_draft(&viewer, &id, version, clock::now())?;
        app.agreement_view(&viewer, &id, None, clock::now())
    };
    blocking(&state, sign).await.map(created)
}

fn based_on(headers: &HeaderMap) -> Result<u64, Problem> {
    let version = headers.get(header::IF_MATCH).and_then(|value| value.to_str().ok());
    let version = version.and_then(|text| text.trim_matches('"').parse::<u64>().ok());
    version
        .ok_or_else(|| Problem::bad_request("Send `If-Match` with the version of the draft that was read."))
}

//! Agreements: their clauses, where they stand, who signed; signing, and what is done to them afterwards.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use entente_agreement::StandingMove;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::auth::Caller;
use super::extract::{Json, Path, Query};
use super::problem::Problem;
use super::{AppState, blocking};
use crate::app::agreement::view::{
    AgreementLine, AgreementView, CompareRequest, DifferenceView, DocumentRequest, ReviewView, TemplateView,
    VersionRequest, VocabularyView,
};
use crate::app::exchange::preview::{Outlook, PreviewRequest};
use crate::clock;

/// Every version of every agreement that was not replaced by another.
#[utoipa::path(get, path = "/agreements", tag = "agreements",
    responses((status = 200, body = Vec<AgreementLine>), (status = 403, body = Problem)))]
pub(crate) async fn list(
    State(state): State<AppState>,
    Caller(viewer): Caller,
) -> Result<Json<Vec<AgreementLine>>, Problem> {
    blocking(&state, move |app| app.agreement_lines(&viewer, clock::now())).await.map(Json)
}

/// One version of an agreement: its clauses as sentences, its parties, who signed, what is wrong, where it stands.
#[utoipa::path(get, path = "/agreements/{id}", tag = "agreements",
    params(("id" = String, Path, description = "Id of the agreement"), VersionRequest),
    responses((status = 200, body = AgreementView), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn show(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Path(id): Path<String>,
    Query(request): Query<VersionRequest>,
) -> Result<Json<AgreementView>, Problem> {
    blocking(&state, move |app| app.agreement_view(&viewer, &id, request.version, clock::now()))
        .await
        .map(Json)
}

/// Takes in what another party signed or did, as the file it sent. Administrators only.
#[utoipa::path(post, path = "/agreements", tag = "agreements", request_body = Object,
    responses((status = 200, body = AgreementView), (status = 400, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn accept(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Json(file): Json<Value>,
) -> Result<Json<AgreementView>, Problem> {
    let accept = move |app: &crate::app::App| {
        let named = app.accept_file(&viewer, file.to_string().as_bytes(), clock::now())?;
        app.agreement_view(&viewer, named.agreement.id.as_str(), None, clock::now())
    };
    blocking(&state, accept).await.map(Json)
}

/// The newest version with its signatures and acts, as a file for the other parties.
#[utoipa::path(get, path = "/agreements/{id}/file", tag = "agreements",
    params(("id" = String, Path, description = "Id of the agreement")),
    responses((status = 200, body = Object), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn file(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let named = blocking(&state, move |app| app.agreement_file(&viewer, &id, clock::now())).await?;
    let text = serde_json::to_string_pretty(&named).map_err(Problem::internal)?;
    Ok(attachment("attachment; filename=\"agreement.json\"", text))
}

/// A JSON file to keep.
pub(super) fn attachment(name: &'static str, text: String) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(name));
    (headers, text).into_response()
}

/// The version that was read before signing.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct SignRequest {
    /// Its hash; 409 when there is a newer version.
    hash: String,
}

/// Signs the newest version as the party that this node is. Administrators only.
#[utoipa::path(post, path = "/agreements/{id}/signature", tag = "agreements", request_body = SignRequest,
    params(("id" = String, Path, description = "Id of the agreement")),
    responses((status = 200, body = AgreementView), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub(crate) async fn sign(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Path(id): Path<String>,
    Json(request): Json<SignRequest>,
) -> Result<Json<AgreementView>, Problem> {
    let sign = move |app: &crate::app::App| {
        app.sign_kept(&viewer, &id, &request.hash, clock::now())?;
        app.agreement_view(&viewer, &id, None, clock::now())
    };
    blocking(&state, sign).await.map(Json)
}

/// What is done to an agreement after signing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Move {
    /// Nothing is disclosed until this party resumes.
    Suspend,
    /// Ends this party's own suspension.
    Resume,
    /// Ends the agreement once its notice has run.
    Terminate,
}

/// An act on an agreement.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ActRequest {
    /// suspend, resume or terminate.
    #[serde(rename = "move")]
    step: Move,
    /// Why, for the other parties to read.
    #[serde(default)]
    reason: Option<String>,
}

/// Suspends, resumes or terminates, signed by the party that this node is. Administrators only.
#[utoipa::path(post, path = "/agreements/{id}/acts", tag = "agreements", request_body = ActRequest,
    params(("id" = String, Path, description = "Id of the agreement")),
    responses((status = 200, body = AgreementView), (status = 400, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn act(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Path(id): Path<String>,
    Json(request): Json<ActRequest>,
) -> Result<Json<AgreementView>, Problem> {
    let step = match request.step {
        Move::Suspend => StandingMove::Suspend,
        Move::Resume => StandingMove::Resume,
        Move::Terminate => StandingMove::Terminate,
    };
    let reason = request.reason.map(|reason| reason.trim().to_owned()).filter(|reason| !reason.is_empty());
    let act = move |app: &crate::app::App| {
        app.act_on_agreement(&viewer, &id, step, reason, clock::now())?;
        app.agreement_view(&viewer, &id, None, clock::now())
    };
    blocking(&state, act).await.map(Json)
}

/// Agreements to begin with.
#[utoipa::path(get, path = "/agreements/templates", tag = "agreements",
    responses((status = 200, body = Vec<TemplateView>), (status = 403, body = Problem)))]
pub(crate) async fn templates(
    State(state): State<AppState>,
    Caller(viewer): Caller,
) -> Result<Json<Vec<TemplateView>>, Problem> {
    blocking(&state, move |app| app.templates(&viewer)).await.map(Json)
}

/// The words of which agreements are made, with the phrases that stand for them in clauses, and this node's keys.
#[utoipa::path(get, path = "/agreements/vocabulary", tag = "agreements",
    responses((status = 200, body = VocabularyView), (status = 403, body = Problem)))]
pub(crate) async fn vocabulary(
    State(state): State<AppState>,
    Caller(viewer): Caller,
) -> Result<Json<VocabularyView>, Problem> {
    blocking(&state, move |app| app.vocabulary(&viewer)).await.map(Json)
}

/// How a document reads as clauses, and what is wrong with it. Nothing is kept.
#[utoipa::path(post, path = "/agreements/review", tag = "agreements", request_body = DocumentRequest,
    responses((status = 200, body = ReviewView), (status = 400, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn review(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Json(request): Json<DocumentRequest>,
) -> Result<Json<ReviewView>, Problem> {
    blocking(&state, move |app| app.review_document(&viewer, request)).await.map(Json)
}

/// What is different in the later of two documents, clause by clause.
#[utoipa::path(post, path = "/agreements/compare", tag = "agreements", request_body = CompareRequest,
    responses((status = 200, body = Vec<DifferenceView>), (status = 400, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn compare(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Json(request): Json<CompareRequest>,
) -> Result<Json<Vec<DifferenceView>>, Problem> {
    blocking(&state, move |app| app.compare_documents(&viewer, request)).await.map(Json)
}

/// What a party would be told of things under a document: what would be sent, changed and withheld, and by which clauses.
/// Nothing is sent.
#[utoipa::path(post, path = "/agreements/preview", tag = "agreements", request_body = PreviewRequest,
    responses((status = 200, body = Vec<Outlook>), (status = 400, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn preview(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Json(request): Json<PreviewRequest>,
) -> Result<Json<Vec<Outlook>>, Problem> {
    blocking(&state, move |app| app.preview_request(&viewer, request, clock::now())).await.map(Json)
}

/// Answers with 201 what was made.
pub(super) fn created<T>(made: T) -> (StatusCode, Json<T>) {
    (StatusCode::CREATED, Json(made))
}

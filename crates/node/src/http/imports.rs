//! Imports: files in, live progress, the reject report.

use std::convert::Infallible;
use std::pin::Pin;

use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, KeepAliveStream, Sse};
use axum::response::{IntoResponse, Response};
use futures_core::Stream;
use serde::Serialize;
use tokio::io::AsyncWriteExt;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::WatchStream;
use utoipa::ToSchema;

use super::auth::Caller;
use super::extract::{ContentLength, Json, Multipart, Path, Query};
use super::problem::Problem;
use super::stream::written;
use super::{AppState, blocking};
use crate::app::import::job::{ImportOptions, ImportView, ImportsRequest, RejectsPage, RejectsRequest};
use crate::app::{Role, Viewer};
use crate::cli::size::Size;

/// Imports, newest first. A page that is full may be followed by another.
#[utoipa::path(get, path = "/imports", tag = "imports", params(ImportsRequest),
    responses((status = 200, body = Vec<ImportView>)))]
pub(crate) async fn list(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Query(request): Query<ImportsRequest>,
) -> Result<Json<Vec<ImportView>>, Problem> {
    blocking(&state, move |app| app.imports(&viewer, request)).await.map(Json)
}

/// What an upload may be.
#[derive(Serialize, ToSchema)]
pub(crate) struct LimitsView {
    /// Largest upload, all its files together, in bytes.
    upload_bytes: u64,
}

/// What an upload may be: to know before sending it.
#[utoipa::path(get, path = "/imports/limits", tag = "imports", responses((status = 200, body = LimitsView)))]
pub(crate) async fn limits(State(state): State<AppState>, _caller: Caller) -> Json<LimitsView> {
    Json(LimitsView { upload_bytes: state.upload_limit.0 })
}

/// Files of an import, as a browser sends them.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the multipart body for the OpenAPI document")]
pub(crate) struct Upload {
    /// One or several files of any format intake reads.
    #[schema(value_type = Vec<String>, format = Binary)]
    file: Vec<u8>,
}

/// Takes files in, at most as many bytes as `/imports/limits` says. The answer comes as soon as they are here; progress is
/// at `/imports/{id}/events`.
#[utoipa::path(post, path = "/imports", tag = "imports", params(ImportOptions),
    request_body(content = Upload, content_type = "multipart/form-data"),
    responses((status = 202, body = ImportView), (status = 400, body = Problem), (status = 403, body = Problem),
        (status = 413, body = Problem)))]
pub(crate) async fn create(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Query(options): Query<ImportOptions>,
    declared: ContentLength,
    Multipart(upload): Multipart,
) -> Result<(StatusCode, Json<ImportView>), Problem> {
    // All that can be refused is refused before the body is taken.
    viewer.require(Role::Analyst)?;
    options.check()?;
    let limit = state.upload_limit;
    if declared.0.is_some_and(|bytes| bytes > limit.0) {
        return Err(Problem::upload_too_large(limit));
    }
    let folder = blocking(&state, |app| app.new_upload()).await?;
    let files = match receive(upload, &folder, limit).await {
        Ok(files) => files,
        Err(problem) => {
            let _ = tokio::fs::remove_dir_all(&folder).await;
            return Err(problem);
        }
    };
    let app = state.app.clone();
    let started = blocking(&state, move |_| app.start_import(&viewer, options, folder, files)).await?;
    Ok((StatusCode::ACCEPTED, Json(started)))
}

/// Writes the uploaded files below `folder`; gives each its name on disk and the name it came under.
async fn receive(
    mut upload: axum::extract::Multipart,
    folder: &std::path::Path,
    limit: Size,
) -> Result<Vec<(std::path::PathBuf, String)>, Problem> {
    let broken = |error: axum::extract::multipart::MultipartError| Problem::bad_request(error.body_text());
    let (mut files, mut bytes) = (Vec::new(), 0);
    while let Some(mut field) = upload.next_field().await.map_err(broken)? {
        let Some(name) = field.file_name().map(str::to_owned) else { continue };
        // The name is somebody else's: it is reported, never used as a path.
        let path = folder.join(files.len().to_string());
        let mut file = tokio::fs::File::create(&path).await.map_err(Problem::internal)?;
        while let Some(chunk) = field.chunk().await.map_err(broken)? {
            bytes += chunk.len() as u64;
            if bytes > limit.0 {
                return Err(Problem::upload_too_large(limit));
            }
            file.write_all(&chunk).await.map_err(Problem::internal)?;
        }
        file.flush().await.map_err(Problem::internal)?;
        files.push((path, name));
    }
    if files.is_empty() {
        return Err(Problem::bad_request("The request holds no file: send one or more as `file`."));
    }
    Ok(files)
}

/// Uploads are streamed to disk and have a limit of their own.
pub(crate) fn body_limit() -> DefaultBodyLimit {
    DefaultBodyLimit::disable()
}

/// One import.
#[utoipa::path(get, path = "/imports/{id}", tag = "imports",
    params(("id" = String, Path, description = "Id of the import")),
    responses((status = 200, body = ImportView), (status = 404, body = Problem)))]
pub(crate) async fn show(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Path(id): Path<String>,
) -> Result<Json<ImportView>, Problem> {
    blocking(&state, move |app| app.import(&viewer, &id)).await.map(Json)
}

/// Stops an import after the batch in hand. What was committed stays.
#[utoipa::path(delete, path = "/imports/{id}", tag = "imports",
    params(("id" = String, Path, description = "Id of the import")),
    responses((status = 202, body = ImportView), (status = 404, body = Problem)))]
pub(crate) async fn stop(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<ImportView>), Problem> {
    let view = blocking(&state, move |app| app.stop_import(&viewer, &id)).await?;
    Ok((StatusCode::ACCEPTED, Json(view)))
}

type Events = Pin<Box<dyn Stream<Item = Result<Event, Infallible>> + Send>>;

/// Progress as server-sent events named `progress`, each an import as JSON; the last has another state than
/// `running`.
#[utoipa::path(get, path = "/imports/{id}/events", tag = "imports",
    params(("id" = String, Path, description = "Id of the import")),
    responses((status = 200, body = String, content_type = "text/event-stream"), (status = 404, body = Problem)))]
pub(crate) async fn events(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Path(id): Path<String>,
) -> Result<Sse<KeepAliveStream<Events>>, Problem> {
    let watch = blocking(&state, move |app| app.watch_import(&viewer, &id)).await?;
    let mut ended = false;
    let views = WatchStream::new(watch).take_while(move |view| {
        let wanted = !ended;
        ended = !view.running();
        wanted
    });
    let events = views.map(|view| Ok(Event::default().event("progress").json_data(view).unwrap_or_default()));
    Ok(Sse::new(Box::pin(events) as Events).keep_alive(KeepAlive::default()))
}

/// Rejected records with place and reason.
#[utoipa::path(get, path = "/imports/{id}/rejects", tag = "imports",
    params(("id" = String, Path, description = "Id of the import"), RejectsRequest),
    responses((status = 200, body = RejectsPage), (status = 404, body = Problem)))]
pub(crate) async fn rejects(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Path(id): Path<String>,
    Query(request): Query<RejectsRequest>,
) -> Result<Json<RejectsPage>, Problem> {
    blocking(&state, move |app| app.import_rejects(&viewer, &id, &request)).await.map(Json)
}

/// The reject file: JSON lines to mend and import again.
#[utoipa::path(get, path = "/imports/{id}/rejects.jsonl", tag = "imports",
    params(("id" = String, Path, description = "Id of the import")),
    responses((status = 200, body = String, content_type = "application/jsonl"), (status = 404, body = Problem)))]
pub(crate) async fn download(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let path = blocking(&state, move |app| app.reject_file(&viewer, &id)).await?;
    let turn = state.turn_to_export().await?;
    let body = written(&state, turn, move |_, output| {
        let mut file = std::fs::File::open(&path).map_err(anyhow::Error::from)?;
        std::io::copy(&mut file, output).map_err(anyhow::Error::from)?;
        Ok(())
    })
    .await?;
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/jsonl"));
    let disposition = HeaderValue::from_static("attachment; filename=\"rejects.jsonl\"");
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    Ok((headers, body).into_response())
}

/// Rights are checked in `app` as well; here they stop an upload before its bytes are taken.
trait Require {
    fn require(&self, role: Role) -> Result<(), Problem>;
}

impl Require for std::sync::Arc<Viewer> {
    fn require(&self, role: Role) -> Result<(), Problem> {
        Viewer::require(self, role).map_err(Problem::from)
    }
}

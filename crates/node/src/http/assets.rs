//! The web page, embedded in the binary. Unknown paths without an extension are the page itself, whose router
//! knows them.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Page;

/// Shown when the binary was built before the web page.
const UNBUILT: &str = "The web page is not part of this build. Run `cargo xtask demo`, or `npm ci && npm run build` \
                       in web/ and build the node again. The API is at /api/v1.\n";

/// Serves a file of the web page.
pub(crate) async fn serve(uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    let (path, found) = match Page::get(path) {
        Some(found) => (path, found),
        None if path.rsplit('/').next().is_some_and(|name| name.contains('.')) => {
            return StatusCode::NOT_FOUND.into_response();
        }
        None => match Page::get("index.html") {
            Some(found) => ("index.html", found),
            None => return (StatusCode::NOT_FOUND, UNBUILT).into_response(),
        },
    };
    // Names below `immutable/` carry a hash of their content; all else is asked for again.
    let cache = if path.contains("/immutable/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut response = Body::from(found.data).into_response();
    let headers = response.headers_mut();
    let media = HeaderValue::from_str(found.metadata.mimetype());
    headers
        .insert(header::CONTENT_TYPE, media.unwrap_or(HeaderValue::from_static("application/octet-stream")));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    response
}

//! The web page, embedded in the binary. Unknown paths without an extension are the page itself, whose router
//! knows them.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

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

/// SHA-256 in base64 of each script written into the page itself (CSP level 3, section 2.3.1).
pub(super) fn inline_scripts() -> Vec<String> {
    let page = Page::get("index.html").map(|found| String::from_utf8_lossy(&found.data).into_owned());
    page.iter().flat_map(|page| scripts(page)).map(|script| STANDARD.encode(Sha256::digest(script))).collect()
}

/// Bodies of `<script>` elements without a source. The page is our own build, not input.
fn scripts(page: &str) -> Vec<&str> {
    let elements = page.split("<script").skip(1).filter_map(|rest| rest.split_once('>'));
    elements
        .filter(|(attributes, _)| !attributes.contains("src="))
        .filter_map(|(_, rest)| rest.split_once("</script>"))
        .map(|(body, _)| body)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_scripts_in_the_page_itself_are_allowed_by_digest() {
        let page =
            "<script src=\"a.js\"></script><script>start()</script><script type=\"module\">x\n</script>";
        assert_eq!(scripts(page), ["start()", "x\n"]);
    }
}

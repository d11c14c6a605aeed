//! Headers every answer carries.

use std::sync::LazyLock;

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use super::assets;

/// Headers that are the same for every answer.
const HEADERS: [(&str, &str); 5] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
];

/// The page loads nothing from elsewhere, nobody may frame it, and of inline scripts only the page's own
/// start-up runs, by its digest. Styles are set on elements by the chart, which CSP counts as inline.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let scripts: String =
        assets::inline_scripts().iter().map(|digest| format!(" 'sha256-{digest}'")).collect();
    let policy = format!(
        "default-src 'self'; script-src 'self'{scripts}; style-src 'self' 'unsafe-inline'; \
         img-src 'self' data: blob:; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; \
         form-action 'self'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).expect("digests in base64 are header text")
});

/// Adds them.
pub(crate) async fn secure(request: Request, next: Next) -> Response {
    let claims = request.uri().path().starts_with("/api/");
    let mut response = next.run(request).await;
    if claims {
        // What one person may see must not stay in a browser's or a proxy's cache for the next.
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, POLICY.clone());
    for (name, value) in HEADERS {
        response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

//! Headers of every response: nothing foreign is loaded, framed, sniffed or told.

use axum::http::header::{
    CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::Response;

/// `'self'` of `connect-src` covers the WebSocket of the same host. Inline style attributes are
/// not needed: scripts set styles through the object model, which the policy leaves alone.
const POLICY: &str = "default-src 'self'; connect-src 'self'; img-src 'self' data:; \
     frame-ancestors 'self'; base-uri 'none'; form-action 'none'";

const HEADERS: [(HeaderName, HeaderValue); 3] = [
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
];

/// Adds them.
pub(super) async fn add(mut response: Response) -> Response {
    response.headers_mut().extend(HEADERS);
    response
}

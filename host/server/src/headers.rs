//! Headers of every response: nothing foreign is loaded, sniffed or told, and only those frame the
//! page who may.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{
    CONTENT_SECURITY_POLICY, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::Response;

use super::App;
use super::access::Access;

/// The policy of the page. `'self'` of `connect-src` covers the WebSocket of the same host. Inline
/// style attributes are not needed: scripts set styles through the object model, which the policy
/// leaves alone.
pub(super) fn policy(access: &Access) -> HeaderValue {
    let mut ancestors = String::from("'self'");
    for origin in &access.frame_ancestors {
        ancestors.push(' ');
        ancestors.push_str(origin);
    }
    let policy = format!(
        "default-src 'self'; connect-src 'self'; img-src 'self' data:; \
         frame-ancestors {ancestors}; base-uri 'none'; form-action 'none'"
    );
    HeaderValue::from_str(&policy).expect("origins are checked when the settings are read")
}

/// Adds them.
pub(super) async fn add(State(app): State<Arc<App>>, mut response: Response) -> Response {
    response.headers_mut().extend([
        (CONTENT_SECURITY_POLICY, app.policy.clone()),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ]);
    response
}

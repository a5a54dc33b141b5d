//! Headers of every response: nothing foreign is loaded, no type is guessed, no address is passed
//! to other sites, and the page is framed only where that is allowed.

pub(crate) mod policy;

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{
    CONTENT_SECURITY_POLICY, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::Response;

use super::app::App;

/// Adds the headers to a response.
pub(super) async fn add(State(app): State<Arc<App>>, mut response: Response) -> Response {
    // A stricter one stays.
    response.headers_mut().entry(CONTENT_SECURITY_POLICY).or_insert_with(|| app.policy.clone());
    response.headers_mut().extend([
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ]);
    response
}

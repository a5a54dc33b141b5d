//! The pipeline's own logo. It is a picture and nothing else: whatever its file holds, a browser that
//! opens it by itself runs no script of it and loads nothing for it.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::files::has_tag;
use crate::app::App;
use crate::response::refusal;

/// The styles of an SVG stand in it.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'none'",
);

/// The paths of this module.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new().route("/logo", get(logo))
}

/// The page asks for each content by another address, so nothing else has to tell it of a new one.
async fn logo(State(app): State<Arc<App>>, request: HeaderMap) -> Response {
    let Some(logo) = app.latest().logo.clone() else {
        let text = "the pipeline has no logo; hint: `logo = \"logo.svg\"` in [page]";
        return refusal(StatusCode::NOT_FOUND, text);
    };
    let etag = format!("\"{}\"", logo.tag);
    let known = has_tag(&request, &etag);
    let headers = [(CACHE_CONTROL, "no-cache".to_owned()), (ETAG, etag)];
    let policy = [(header::CONTENT_SECURITY_POLICY, POLICY)];
    if known {
        return (StatusCode::NOT_MODIFIED, headers, policy).into_response();
    }
    (headers, policy, [(CONTENT_TYPE, logo.media_type)], logo.bytes.to_vec()).into_response()
}

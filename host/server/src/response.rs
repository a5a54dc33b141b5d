//! Answers that nobody keeps, refusals among them.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};

/// A refusal that a program and a person can read.
pub(super) fn refusal(code: StatusCode, message: impl Into<String>) -> Response {
    fresh((code, Json(Refusal { error: message.into() })))
}

/// A request that was not answered.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub(super) struct Refusal {
    /// The reason, in English, with a hint where there is one.
    error: String,
}

/// Marks what must not be kept by a browser or a proxy.
pub(super) fn fresh(response: impl IntoResponse) -> Response {
    ([(CACHE_CONTROL, "no-store")], response).into_response()
}

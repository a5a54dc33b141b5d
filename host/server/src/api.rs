//! Data and health over plain HTTP.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode, Uri};
use axum::response::Response;
use axum::routing::{any, get};
use axum::{Json, Router};
use serde_json::json;
use streamgauge_core::GapKind;

use super::app::App;
use super::render::clock;
use super::response::{Refusal, fresh, refusal};
use crate::metrics;
use streamgauge_wire::{Cause, Mode, Status};

/// The paths of this module that need the token.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/status", get(status))
        .route("/api", any(unknown))
        .route("/api/{*path}", any(unknown))
        .route("/metrics", get(metrics))
}

/// The paths of this module that everyone may ask: an orchestrator reads them.
pub(super) fn open_routes() -> Router<Arc<App>> {
    Router::new().route("/livez", get(alive)).route("/readyz", get(ready))
}

/// The status of the pipeline: its books, partitions, plugins and troubles, with the clocks under
/// `clock`.
#[utoipa::path(get, path = "/api/v1/status", tag = "pipeline",
    responses((status = 200, body = Status), (status = 401, description = "A token is missing", body = Refusal)))]
pub(super) async fn status(State(app): State<Arc<App>>) -> Response {
    let live = app.latest();
    let mut value = json!(*live.status);
    value["clock"] = json!(clock(&live));
    fresh(Json(value))
}

/// Counters, gauges and histograms.
#[utoipa::path(get, path = "/metrics", tag = "health",
    responses((status = 200, description = "OpenMetrics", body = String), (status = 401, description = "A token is missing", body = Refusal)))]
pub(super) async fn metrics(State(app): State<Arc<App>>) -> Response {
    let text = metrics::encode(&app.telemetry, &app.latest());
    fresh(([(CONTENT_TYPE, metrics::CONTENT_TYPE)], text))
}

/// Answers as long as the process serves.
#[utoipa::path(get, path = "/livez", tag = "health", responses((status = 200, body = String)))]
pub(super) async fn alive() -> Response {
    fresh("ok\n")
}

/// Answers whether the pipeline reads all of its partitions and stores its state.
#[utoipa::path(get, path = "/readyz", tag = "health",
    responses((status = 200, body = Object), (status = 503, description = "And why not", body = Object)))]
pub(super) async fn ready(State(app): State<Arc<App>>) -> Response {
    let live = app.latest();
    let mode = json!(live.status.mode);
    match unready(&live.status) {
        None => fresh(Json(json!({ "ready": true, "mode": mode }))),
        Some((reason, message)) => {
            let body = json!({ "ready": false, "mode": mode, "reason": reason,
                               "message": message });
            fresh((StatusCode::SERVICE_UNAVAILABLE, Json(body)))
        }
    }
}

/// The reason why no traffic should be sent here or an operator should look: a stable word and a
/// text.
fn unready(status: &Status) -> Option<(String, String)> {
    let caused = |word: &str, text: &str| match &status.cause {
        Some(cause) => (cause.code.clone(), cause.message.clone()),
        None => (word.to_owned(), text.to_owned()),
    };
    match status.mode {
        Mode::Waiting => return Some(caused("waiting", "waiting for the source")),
        Mode::Failed => return Some(caused("failed", "the pipeline cannot go on")),
        Mode::Restoring => return Some(caused("restoring", "reading the stored state")),
        Mode::CatchingUp | Mode::Replaying | Mode::Live | Mode::Ended => {}
    }
    // A warning of a kind of gap is that of a partition that stands still.
    let is_gap = |warning: &&Cause| GapKind::ALL.iter().any(|kind| kind.name() == warning.code);
    if let Some(gap) = status.warnings.iter().find(is_gap) {
        return Some((gap.code.clone(), gap.message.clone()));
    }
    let checkpoint = status.checkpoint.as_ref().filter(|checkpoint| checkpoint.failures > 0)?;
    let error = checkpoint.error.as_deref().unwrap_or("the checkpoint could not be stored");
    Some(("checkpoint_failing".to_owned(), error.to_owned()))
}

async fn unknown(uri: Uri) -> Response {
    refusal(StatusCode::NOT_FOUND, format!("nothing at {}", uri.path()))
}

pub(super) async fn wrong_method(method: Method) -> Response {
    let known = if method.is_safe() { "POST is" } else { "GET and HEAD are" };
    refusal(StatusCode::METHOD_NOT_ALLOWED, format!("only {known} known here"))
}

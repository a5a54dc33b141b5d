//! Data and health over plain HTTP.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode, Uri};
use axum::response::Response;
use axum::routing::{any, get};
use axum::{Json, Router};
use serde_json::json;

use super::app::App;
use super::render::clock;
use super::response::{Refusal, fresh, refusal};
use crate::metrics;
use streamgauge_wire::{HeadlineNow, Headlines, Status, Trouble};

/// The paths of this module that need the token.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/status", get(status))
        .route("/api/v1/headlines", get(headlines))
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

/// The figures of the pipeline, each with what it is worth now.
#[utoipa::path(get, path = "/api/v1/headlines", tag = "results",
    responses((status = 200, body = Headlines), (status = 401, description = "A token is missing", body = Refusal)))]
pub(super) async fn headlines(State(app): State<Arc<App>>) -> Response {
    let live = app.latest();
    let both = live.headlines.iter().zip(&*live.headline_values);
    let headlines =
        both.map(|(headline, now)| HeadlineNow { headline: headline.clone(), now: now.clone() });
    fresh(Json(Headlines { headlines: headlines.collect() }))
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

/// The verdict: ready unless records wait and are not counted, or counts cannot be kept. Where every
/// record is counted and a result is incomplete, `degraded` says which.
#[utoipa::path(get, path = "/readyz", tag = "health",
    responses((status = 200, body = Object), (status = 503, description = "And why not", body = Object)))]
pub(super) async fn ready(State(app): State<Arc<App>>) -> Response {
    let live = app.latest();
    let mode = json!(live.status.mode);
    let health = &live.status.health;
    let body = match health.troubles.first() {
        None => json!({ "ready": true, "mode": mode, "degraded": health.degraded }),
        Some(Trouble { cause, .. }) => json!({
            "ready": false, "mode": mode, "reason": cause.code, "message": cause.message,
            "troubles": health.troubles, "degraded": health.degraded,
        }),
    };
    let code = if health.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    fresh((code, Json(body)))
}

async fn unknown(uri: Uri) -> Response {
    refusal(StatusCode::NOT_FOUND, format!("nothing at {}", uri.path()))
}

pub(super) async fn wrong_method(method: Method) -> Response {
    let known = if method.is_safe() { "POST is" } else { "GET and HEAD are" };
    refusal(StatusCode::METHOD_NOT_ALLOWED, format!("only {known} known here"))
}

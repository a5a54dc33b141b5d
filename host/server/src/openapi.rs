//! The HTTP API described for programs: `/api/v1/openapi.json`, from the types of the wire and from
//! the comments at each handler. The stream is not part of the description: such a description has
//! no words for a stream.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use utoipa::OpenApi;

use super::access::guard;
use super::app::App;
use super::control::paths as acts;
use super::query::{answers, explaining};
use super::response::fresh;
use super::{api, latest};
use streamgauge_wire as wire;

/// The description as a whole, with the parts that all paths share.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Streamgauge",
        description = "What a running pipeline says of its results and of itself. Times are \
                       milliseconds since the Unix epoch. Where the host has a token, every \
                       request needs `Authorization: Bearer TOKEN`, but for the two of health."
    ),
    paths(
        guard::ticket,
        api::status,
        api::headlines,
        api::metrics,
        api::alive,
        api::ready,
        description,
        latest::latest,
        answers::snapshot,
        answers::panel,
        answers::compare,
        answers::history,
        answers::lateness,
        answers::events,
        answers::dead_letters,
        answers::checkpoints,
        explaining::explain,
        explaining::explain_events,
        answers::checkpoint,
        acts::reload,
        acts::resume,
        acts::rebuild,
        acts::outline,
    ),
    components(schemas(wire::Panel)),
    tags(
        (name = "results", description = "What was counted"),
        (name = "pipeline", description = "How it goes, and why a record counts as it does"),
        (name = "control", description = "Changes of the pipeline that runs; they need the token and `[server] control = true`, or the token of the command line"),
        (name = "health", description = "For orchestrators and monitoring"),
    )
)]
pub(super) struct Api;

/// The paths of this module.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/api/v1/openapi.json", get(description))
}

/// This description of the API.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "health",
    responses((status = 200, description = "OpenAPI 3.1")))]
async fn description() -> Response {
    fresh(Json(Api::openapi()).into_response())
}

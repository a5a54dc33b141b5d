//! The paths on which acts are asked for.
//!
//! Invariant: an act needs a token in the header `Authorization`, and its page must be ours. A
//! browser sends that header to another site for no page, so no page of another site can act. Two
//! tokens are good: that of the server, where `[server] control = true` allows acts from outside,
//! and the one that the host leaves beside its state for the command line of its own user.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Extension, Path, Query, Request, State};
use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;
use streamgauge_wire::Done;
use utoipa::IntoParams;

use super::{Act, Asker, NotDone};
use crate::access::Denied;
use crate::answer::later;
use crate::app::App;
use crate::origin;
use crate::response::{Refusal, fresh, refusal};

/// When somebody may ask again who came while another act was done.
const AGAIN: Duration = Duration::from_secs(1);

/// The paths of this module, which need a token that is good for acts.
pub(crate) fn routes(app: &Arc<App>) -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/reload", post(reload))
        .route("/api/v1/metrics/{id}/resume", post(resume))
        .route("/api/v1/rebuild", post(rebuild))
        .route("/api/v1/pipeline", get(outline))
        .route_layer(from_fn_with_state(Arc::clone(app), demand))
}

/// Takes over the pipeline file and the plugins as they are now. The whole is checked first: where
/// something is wrong, the pipeline runs on as it was.
#[utoipa::path(post, path = "/api/v1/reload", tag = "control",
    responses((status = 200, body = Done), (status = 401, description = "A token is missing", body = Refusal), (status = 403, description = "Acts from outside are not allowed, or the page is foreign", body = Refusal), (status = 409, description = "It cannot be done now", body = Refusal), (status = 422, description = "Something is wrong; `diagnostics` has the places", body = Refusal), (status = 503, description = "Another act is being done", body = Refusal)))]
pub(crate) async fn reload(
    State(app): State<Arc<App>>,
    Extension(by): Extension<Asker>,
) -> Response {
    done(app, Act::Reload, by).await
}

/// What a new edition of the state may lack.
#[derive(Debug, Deserialize)]
pub(crate) struct Rebuild {
    #[serde(default)]
    accept_loss: bool,
}

/// Builds another edition of the state, of the pipeline file and the plugins as they are now, in the
/// background. The pipeline that runs counts on and is shown until the edition has caught up.
#[utoipa::path(post, path = "/api/v1/rebuild", tag = "control",
    params(("accept_loss" = Option<bool>, Query, description = "Build also where records that were counted are no longer in the log")),
    responses((status = 200, body = Done), (status = 401, description = "A token is missing", body = Refusal), (status = 403, description = "Acts from outside are not allowed, or the page is foreign", body = Refusal), (status = 409, description = "Records that were counted can no longer be read, or it cannot be done now", body = Refusal), (status = 422, description = "Something is wrong; `diagnostics` has the places", body = Refusal), (status = 503, description = "Another act is being done", body = Refusal)))]
pub(crate) async fn rebuild(
    State(app): State<Arc<App>>,
    Extension(by): Extension<Asker>,
    Query(Rebuild { accept_loss }): Query<Rebuild>,
) -> Response {
    done(app, Act::Rebuild { accept_loss }, by).await
}

/// Lets a metric that has stopped go on.
#[utoipa::path(post, path = "/api/v1/metrics/{id}/resume", tag = "control",
    params(("id" = String, Path, description = "The metric's id"), Resume),
    responses((status = 200, body = Done), (status = 401, description = "A token is missing", body = Refusal), (status = 403, description = "Acts from outside are not allowed, or the page is foreign", body = Refusal), (status = 404, description = "There is no such metric", body = Refusal), (status = 409, description = "The metric has not stopped, or it cannot be done now", body = Refusal), (status = 422, description = "Something is wrong; `diagnostics` has the places", body = Refusal), (status = 503, description = "Another act is being done", body = Refusal)))]
pub(crate) async fn resume(
    State(app): State<Arc<App>>,
    Extension(by): Extension<Asker>,
    Path(metric): Path<String>,
    Query(Resume { accept_loss }): Query<Resume>,
) -> Response {
    done(app, Act::Resume { metric, accept_loss }, by).await
}

/// How a metric is to go on.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Resume {
    /// Go on without records that the log no longer holds; they are named in the status.
    #[serde(default)]
    accept_loss: bool,
}

/// The settings of the pipeline that runs, with secrets as `***`.
#[utoipa::path(get, path = "/api/v1/pipeline", tag = "control",
    responses((status = 200, body = Object), (status = 401, description = "A token is missing", body = Refusal), (status = 403, description = "Acts from outside are not allowed, or the page is foreign", body = Refusal)))]
pub(crate) async fn outline(State(app): State<Arc<App>>) -> Response {
    fresh(Json(app.control.outline()))
}

/// Does `act` away from the threads of the server.
async fn done(app: Arc<App>, act: Act, by: Asker) -> Response {
    let acted = tokio::task::spawn_blocking(move || app.control.act(act, by)).await;
    match acted {
        Ok(Ok(done)) => fresh(Json(done)),
        Ok(Err(why)) => not_done(why),
        Err(_) => refusal(StatusCode::INTERNAL_SERVER_ERROR, "the act could not be done"),
    }
}

fn not_done(why: NotDone) -> Response {
    match why {
        NotDone::Unknown(text) => refusal(StatusCode::NOT_FOUND, text),
        NotDone::Conflict(text) => refusal(StatusCode::CONFLICT, text),
        NotDone::Wrong { text, diagnostics } => {
            let body = json!({ "error": text, "diagnostics": diagnostics });
            fresh((StatusCode::UNPROCESSABLE_ENTITY, Json(body)))
        }
        NotDone::Busy(text) => later(StatusCode::SERVICE_UNAVAILABLE, text, AGAIN),
    }
}

/// Lets only requests through that may act, and says who asks.
async fn demand(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let headers = request.headers();
    if let Err(foreign) = origin::check(headers, &app.access.allow_origins) {
        return refusal(StatusCode::FORBIDDEN, foreign.to_string());
    }
    match app.access.asker(headers) {
        Ok(asker) => {
            request.extensions_mut().insert(asker);
            next.run(request).await
        }
        Err(Denied::NoControl) => refusal(
            StatusCode::FORBIDDEN,
            "this server lets nobody change its pipeline from outside; hint: set `control = true` \
             in `[server]`, or use the command line on its own computer",
        ),
        Err(Denied::NoToken) => {
            let text = if headers.contains_key(AUTHORIZATION) {
                "the token is not good for changes"
            } else {
                "a change needs a token; hint: send the header `Authorization: Bearer TOKEN`"
            };
            let refused = refusal(StatusCode::UNAUTHORIZED, text);
            ([(WWW_AUTHENTICATE, "Bearer")], refused).into_response()
        }
    }
}

//! Acts: what a client may have the host do, and not only ask. The host decides behind the trait
//! [`Control`], as it answers questions behind [`Query`](crate::query::Query).
//!
//! Invariant: an act needs a token in the header `Authorization`, and its page must be ours. A
//! browser sends that header to another site for no page, so no page of another site can act. Two
//! tokens are good: that of the server, where `[server] control = true` allows acts from outside,
//! and the one that the host leaves beside its state for the command line of its own user.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Extension, Path, Request, State};
use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use streamgauge_wire::Done;

use crate::access::Denied;
use crate::answer::later;
use crate::app::App;
use crate::origin;
use crate::response::{Refusal, fresh, refusal};

/// Something that the host is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Take over the pipeline file and the plugins as they are now.
    Reload,
    /// Let a metric that has stopped go on.
    Resume {
        /// The id of the metric in the pipeline.
        metric: String,
    },
}

/// Who asks for an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// A command of the host's own user on the host's own computer.
    CommandLine,
    /// A page or a program that knows the token of the server.
    Client,
}

impl Asker {
    /// The name in the log and on the page.
    pub fn name(self) -> &'static str {
        match self {
            Self::CommandLine => "the command line",
            Self::Client => "a client",
        }
    }
}

/// Acts on the pipeline.
pub trait Control: Send + Sync {
    /// Does `act`, which may take as long as plugins take to compile.
    ///
    /// # Errors
    /// Nothing was changed, for a reason that [`NotDone`] tells.
    fn act(&self, act: Act, by: Asker) -> Result<Done, NotDone>;

    /// The settings of the pipeline that runs, to be compared with others; without secrets.
    fn outline(&self) -> Value;
}

/// The reason why an act was not done.
#[derive(Clone, Debug, PartialEq)]
pub enum NotDone {
    /// The thing that is to be changed does not exist.
    Unknown(String),
    /// The pipeline is not in a state for the act.
    Conflict(String),
    /// The pipeline file or a plugin is wrong.
    Wrong {
        /// All faults, for people.
        text: String,
        /// All faults with their places, for programs.
        diagnostics: Value,
    },
    /// Another act is being done.
    Busy(String),
}

impl NotDone {
    fn response(self) -> Response {
        match self {
            Self::Unknown(text) => refusal(StatusCode::NOT_FOUND, text),
            Self::Conflict(text) => refusal(StatusCode::CONFLICT, text),
            Self::Wrong { text, diagnostics } => {
                let body = json!({ "error": text, "diagnostics": diagnostics });
                fresh((StatusCode::UNPROCESSABLE_ENTITY, Json(body)))
            }
            Self::Busy(text) => {
                later(StatusCode::SERVICE_UNAVAILABLE, text, Duration::from_secs(1))
            }
        }
    }
}

/// The paths of this module, which need a token that is good for acts.
pub(crate) fn routes(app: &Arc<App>) -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/reload", post(reload))
        .route("/api/v1/metrics/{id}/resume", post(resume))
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

/// Lets a metric that has stopped go on.
#[utoipa::path(post, path = "/api/v1/metrics/{id}/resume", tag = "control",
    params(("id" = String, Path, description = "The metric's id")),
    responses((status = 200, body = Done), (status = 401, description = "A token is missing", body = Refusal), (status = 403, description = "Acts from outside are not allowed, or the page is foreign", body = Refusal), (status = 404, description = "There is no such metric", body = Refusal), (status = 409, description = "The metric has not stopped, or it cannot be done now", body = Refusal), (status = 422, description = "Something is wrong; `diagnostics` has the places", body = Refusal), (status = 503, description = "Another act is being done", body = Refusal)))]
pub(crate) async fn resume(
    State(app): State<Arc<App>>,
    Extension(by): Extension<Asker>,
    Path(metric): Path<String>,
) -> Response {
    done(app, Act::Resume { metric }, by).await
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
        Ok(Err(not_done)) => not_done.response(),
        Err(_) => refusal(StatusCode::INTERNAL_SERVER_ERROR, "the act could not be done"),
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

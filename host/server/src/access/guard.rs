//! Requests are let through by the name that is asked for and by the token, streams by a ticket.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, HOST, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::json;

use super::tickets::{TICKET_LIFE, TICKETS_MAX};
use crate::app::App;
use crate::response::{Refusal, fresh, refusal};

/// The paths of this module, which need the token.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new().route("/api/v1/ticket", post(ticket))
}

/// A ticket, good for one stream.
#[utoipa::path(post, path = "/api/v1/ticket", tag = "pipeline",
    responses((status = 200, body = Object), (status = 401, description = "A token is missing", body = Refusal), (status = 503, description = "Too many tickets are unused", body = Refusal)))]
pub(crate) async fn ticket(State(app): State<Arc<App>>) -> Response {
    match app.tickets.give(Instant::now()) {
        Some(ticket) => {
            fresh(Json(json!({ "ticket": ticket, "expires_ms": TICKET_LIFE.as_millis() as u64 })))
        }
        None => refusal(
            StatusCode::SERVICE_UNAVAILABLE,
            format!("{TICKETS_MAX} tickets are not used yet, which is the limit; hint: wait 10 s"),
        ),
    }
}

/// Lets only clients through that know the token.
pub(crate) async fn demand(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if app.access.knows_token(request.headers()) {
        return next.run(request).await;
    }
    let text = if request.headers().contains_key(AUTHORIZATION) {
        "the token is not the server's"
    } else {
        "the token of the server is needed; hint: send the header `Authorization: Bearer TOKEN`"
    };
    challenged(text)
}

/// Refuses what was asked for under another name.
pub(crate) async fn demand_name(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Response {
    let host = request.headers().get(HOST).map(|host| String::from_utf8_lossy(host.as_bytes()));
    let host = host.unwrap_or_default();
    if app.hosts.answer(&host) {
        return next.run(request).await;
    }
    let text = format!(
        "this server is asked as {host:?}, and without a token it answers to localhost alone; hint: \
         name the page's origin in `[server] allow_origins` (behind a proxy the one that browsers \
         see), or set `[server] token`"
    );
    refusal(StatusCode::MISDIRECTED_REQUEST, text)
}

/// Refuses a stream to clients that show neither ticket nor token.
pub(crate) fn check_ticket(
    app: &App,
    ticket: Option<&str>,
    headers: &HeaderMap,
) -> Result<(), Box<Response>> {
    if app.access.knows_token(headers) {
        return Ok(());
    }
    match ticket {
        Some(ticket) if app.tickets.take(ticket, Instant::now()) => Ok(()),
        Some(_) => Err(Box::new(challenged("the ticket was used already, or is too old"))),
        None => Err(Box::new(challenged(
            "a ticket is needed; hint: POST api/v1/ticket with the token gives one",
        ))),
    }
}

fn challenged(text: &str) -> Response {
    ([(WWW_AUTHENTICATE, "Bearer")], refusal(StatusCode::UNAUTHORIZED, text)).into_response()
}

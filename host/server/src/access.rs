//! Who may see the data: everyone who reaches the server, or those who know its token.
//!
//! A program sends the token with each request. A browser cannot with a WebSocket, so its page
//! buys a ticket with the token: random, good once, for ten seconds, which makes it worthless in
//! the log of a proxy. Deliberately absent: users and rights, which a proxy in front does better.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::json;
use subtle::ConstantTimeEq;

use super::App;
use super::api::{fresh, refusal};
use streamgauge_pipeline::ServerSettings;

/// How long a ticket is good.
const TICKET_LIFE: Duration = Duration::from_secs(10);
/// Tickets that were not used yet.
const TICKETS_MAX: usize = 256;
const TICKET_BYTES: usize = 32;

/// Who may see what the server has.
#[derive(Clone, Default)]
pub struct Access {
    /// What a client must know; none: nothing.
    pub token: Option<String>,
    /// Further origins whose pages may open the stream, in lower case.
    pub allow_origins: Vec<String>,
    /// Further origins whose pages may show the dashboard in a frame.
    pub frame_ancestors: Vec<String>,
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access")
            .field("token", &self.token.as_ref().map(|_| "***"))
            .field("allow_origins", &self.allow_origins)
            .field("frame_ancestors", &self.frame_ancestors)
            .finish()
    }
}

impl From<&ServerSettings> for Access {
    fn from(settings: &ServerSettings) -> Self {
        Self {
            token: settings.token.as_ref().map(|token| token.value.clone()),
            allow_origins: settings.allow_origins.clone(),
            frame_ancestors: settings.frame_ancestors.clone(),
        }
    }
}

impl Access {
    /// Whether a request shows the token, or needs none.
    fn knows_token(&self, headers: &HeaderMap) -> bool {
        let Some(token) = &self.token else { return true };
        let shown = headers.get(AUTHORIZATION).and_then(|value| bearer(value.as_bytes()));
        shown.is_some_and(|shown| shown.ct_eq(token.as_bytes()).into())
    }
}

/// What follows `Bearer `, in any case.
fn bearer(value: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = value.split_at_checked("Bearer ".len())?;
    scheme.eq_ignore_ascii_case(b"Bearer ").then(|| token.trim_ascii())
}

/// The tickets that were given out and not used yet, oldest first.
#[derive(Default)]
pub(super) struct Tickets {
    open: Mutex<VecDeque<(String, Instant)>>,
}

impl Tickets {
    /// A new ticket; none where too many are open.
    fn give(&self, now: Instant) -> Option<String> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|(_, until)| *until > now);
        if open.len() >= TICKETS_MAX {
            return None;
        }
        let ticket = random();
        open.push_back((ticket.clone(), now + TICKET_LIFE));
        Some(ticket)
    }

    /// Whether `ticket` was good; it is no longer.
    fn take(&self, ticket: &str, now: Instant) -> bool {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|(_, until)| *until > now);
        let is_it =
            |(known, _): &(String, Instant)| known.as_bytes().ct_eq(ticket.as_bytes()).into();
        open.iter().position(is_it).and_then(|at| open.remove(at)).is_some()
    }
}

fn random() -> String {
    use std::fmt::Write;

    let mut bytes = [0; TICKET_BYTES];
    getrandom::fill(&mut bytes).expect("the system has random bytes");
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string does not fail");
        text
    })
}

/// The paths of this module; they need the token.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/api/v1/ticket", post(ticket))
}

/// A ticket, good for one stream.
#[utoipa::path(post, path = "/api/v1/ticket", tag = "pipeline",
    responses((status = 200, body = Object), (status = 401, description = "A token is missing", body = super::api::Refusal), (status = 503, description = "Too many tickets are unused", body = super::api::Refusal)))]
pub(super) async fn ticket(State(app): State<Arc<App>>) -> Response {
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

/// Lets only those through who know the token.
pub(super) async fn demand(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
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

/// Refuses a stream to those who show neither ticket nor token.
pub(super) fn check_ticket(
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_good_once_and_not_for_long() {
        let tickets = Tickets::default();
        let now = Instant::now();
        let first = tickets.give(now).expect("a ticket");
        let second = tickets.give(now).expect("another ticket");
        assert_ne!(first, second);
        assert!(tickets.take(&first, now) && !tickets.take(&first, now));
        assert!(!tickets.take("", now));
        assert!(!tickets.take(&second, now + TICKET_LIFE));
    }

    #[test]
    fn tickets_are_limited_until_they_end() {
        let tickets = Tickets::default();
        let now = Instant::now();
        assert!((0..TICKETS_MAX).all(|_| tickets.give(now).is_some()));
        assert_eq!(tickets.give(now), None);
        assert!(tickets.give(now + TICKET_LIFE).is_some());
    }

    #[test]
    fn only_the_whole_token_is_known() {
        let access = Access { token: Some("0123456789abcdef".to_owned()), ..Access::default() };
        for (value, known) in [
            ("Bearer 0123456789abcdef", true),
            ("bearer 0123456789abcdef", true),
            ("Bearer 0123456789abcde", false),
            ("Bearer 0123456789abcdef0", false),
            ("Basic 0123456789abcdef", false),
            ("Bearer ", false),
            ("Bearer", false),
            ("", false),
        ] {
            let header = (AUTHORIZATION, value.parse().expect("a header"));
            assert_eq!(access.knows_token(&HeaderMap::from_iter([header])), known, "{value}");
        }
        assert!(!access.knows_token(&HeaderMap::new()));
        assert!(Access::default().knows_token(&HeaderMap::new()));
        assert!(!format!("{access:?}").contains("0123"));
    }
}

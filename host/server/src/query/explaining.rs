//! The account of one record, at once or with the progress of reading the log again.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Query as Parameters, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use serde::Serialize;
use serde_json::{Value, json};

use super::{Place, Progress, Refused};
use crate::answer::{answer, later, write};
use crate::app::App;
use crate::response::Refusal;

/// How often progress is told.
const EVERY: Duration = Duration::from_millis(100);

/// The account of one record: the log before the record is read again.
#[utoipa::path(get, path = "/api/v1/explain", tag = "pipeline",
    params(Place),
    responses((status = 200, body = Object), (status = 400, description = "The question is malformed", body = Refusal), (status = 401, description = "A token is missing", body = Refusal), (status = 404, description = "There is no such thing", body = Refusal), (status = 422, description = "It would take too long; use the command line", body = Refusal), (status = 429, description = "Without a token, explanations took their share of time", body = Refusal), (status = 500, description = "It could not be read", body = Refusal), (status = 503, description = "The host is at work on another one", body = Refusal)))]
pub(crate) async fn explain(
    State(app): State<Arc<App>>,
    Parameters(place): Parameters<Place>,
) -> Response {
    if let Err(spent) = check_allowance(&app, place) {
        return *spent;
    }
    answer(&app, move |app| account(app, place, &mut |_| true)).await
}

/// The account of one record as server-sent events: `progress` with `read` and `of` records ten times
/// a second, then `explanation`, or `refused` with an `error`. A client that closes the connection
/// ends the work.
#[utoipa::path(get, path = "/api/v1/explain/events", tag = "pipeline",
    params(Place),
    responses((status = 200, description = "The events", content_type = "text/event-stream", body = String), (status = 400, description = "The question is malformed", body = Refusal), (status = 401, description = "A token is missing", body = Refusal), (status = 404, description = "There is no such thing", body = Refusal), (status = 422, description = "It would take too long; use the command line", body = Refusal), (status = 429, description = "Without a token, explanations took their share of time", body = Refusal), (status = 500, description = "It could not be read", body = Refusal), (status = 503, description = "The host is at work on another one", body = Refusal)))]
pub(crate) async fn explain_events(
    State(app): State<Arc<App>>,
    Parameters(place): Parameters<Place>,
) -> Response {
    if let Err(spent) = check_allowance(&app, place) {
        return *spent;
    }
    let told = write(&app, "text/event-stream", move |app, out| tell(app, place, out));
    let mut response = told.await;
    // A proxy such as nginx would keep events back to fill its buffer.
    let unbuffered = HeaderName::from_static("x-accel-buffering");
    response.headers_mut().insert(unbuffered, HeaderValue::from_static("no"));
    response
}

/// Whoever knows the token may spend the time.
fn check_allowance(app: &App, place: Place) -> Result<(), Box<Response>> {
    if app.access.token.is_some() {
        return Ok(());
    }
    app.allowance.check(Instant::now()).map_err(|wait| {
        let Place { partition, offset } = place;
        let text = format!(
            "explanations took a tenth of a core, which is the limit without a token; hint: ask \
             again in {:.0} s, or use the command line: streamgauge explain {partition}@{offset}",
            wait.as_secs_f64().ceil(),
        );
        Box::new(later(StatusCode::TOO_MANY_REQUESTS, text, wait))
    })
}

/// The account, for which the time is spent.
fn account(
    app: &App,
    place: Place,
    goes_on: &mut dyn FnMut(Progress) -> bool,
) -> Result<Value, Refused> {
    let begun = Instant::now();
    let explained = app.query.explain(place, goes_on);
    app.allowance.spend(Instant::now(), begun.elapsed());
    explained
}

/// Writes events until the account is there, or the client is not.
fn tell(app: &App, place: Place, out: &mut dyn Write) -> Result<(), Refused> {
    let (mut last, mut is_begun, mut gone) = (Instant::now(), false, None);
    let found = account(app, place, &mut |progress| {
        if last.elapsed() >= EVERY {
            (last, is_begun) = (Instant::now(), true);
            gone = event(out, "progress", &progress).err();
        }
        gone.is_none()
    });
    let told = match found {
        _ if gone.is_some() => Ok(()),
        Ok(explanation) => event(out, "explanation", &explanation),
        // Without an event before it, it is a status of its own.
        Err(refused) if !is_begun => return Err(refused),
        Err(refused) => event(out, "refused", &json!({ "error": refused.text() })),
    };
    told.map_err(|error| Refused::failed(&error))
}

fn event(out: &mut dyn Write, name: &str, data: &impl Serialize) -> io::Result<()> {
    write!(out, "event: {name}\ndata: {}\n\n", json!(data))?;
    out.flush()
}

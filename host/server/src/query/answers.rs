//! The paths on which questions are asked and answered.

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query as Parameters, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use serde_json::Value;
use streamgauge_core::{EventTime, WindowAsk, rfc3339};
use streamgauge_pipeline::Comparison;
use streamgauge_wire::{Checkpoints, Compared, Frame, LatenessReport, Samples};
use utoipa::IntoParams;

use super::explaining::{explain, explain_events};
use super::{CompareQuestion, HistoryAsk, PanelQuestion, Refused, check_rows, malformed};
use crate::answer::{answer, write};
use crate::app::App;
use crate::response::{Refusal, refusal};

const JSON: &str = "application/json";

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PanelAsk {
    /// `cumulative`, `1d`, `1d*7`, `1d@2015-11-11T00:00:00+08:00`, or the windows of a span as one:
    /// `1h@2015-11-11T00:00:00+08:00..2015-11-11T12:00:00+08:00`, with its end exclusive; without a
    /// value, the window that the page shows.
    window: Option<String>,
    /// Only the row of this key, however small it is; no row where the window has none.
    key: Option<String>,
    /// The most rows, from 1 to 1000; the others are summed up in `other`. Without a value, as many
    /// as the page shows.
    top: Option<u32>,
    /// `json` or `csv`; without a value, `json`.
    format: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CompareAsk {
    /// A kind of windows that follow each other such as `1d`, whose present window is meant,
    /// `1d@2015-11-11T00:00:00+08:00`, or `1h@START..END`; without a value, the kind that the page
    /// shows.
    window: Option<String>,
    /// What it is compared with: `previous`, `1d`, `7d` or `1y`.
    to: String,
    /// Only the row of this key, however small it is.
    key: Option<String>,
    /// The most rows, from 1 to 1000. Without a value, as many as the page shows.
    top: Option<u32>,
}

impl CompareAsk {
    fn question(self) -> Result<CompareQuestion, Refused> {
        let Self { window, to, key, top } = self;
        let of = PanelAsk { window, key, top, format: None }.question()?;
        let found = Comparison::ALL.into_iter().find(|each| each.name() == to);
        let to = found.ok_or_else(|| {
            let names = Comparison::ALL.map(Comparison::name).join(", ");
            Refused::Malformed(format!("`{to}` is no time before; hint: {names}"))
        })?;
        Ok(CompareQuestion { of, to })
    }
}

fn window_ask(text: &str) -> Result<WindowAsk, Refused> {
    text.parse().map_err(|error| malformed(&error))
}

impl PanelAsk {
    fn question(self) -> Result<PanelQuestion, Refused> {
        let window = self.window.as_deref().map(window_ask).transpose()?;
        check_rows(self.key.as_deref(), self.top)?;
        Ok(PanelQuestion { window, key: self.key, top: self.top })
    }
}

/// The paths of this module.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/snapshot", get(snapshot))
        .route("/api/v1/panels/{id}/data", get(panel))
        .route("/api/v1/panels/{id}/compare", get(compare))
        .route("/api/v1/history", get(history))
        .route("/api/v1/lateness", get(lateness))
        .route("/api/v1/events", get(events))
        .route("/api/v1/dead-letters", get(dead_letters))
        .route("/api/v1/checkpoints", get(checkpoints))
        .route("/api/v1/explain", get(explain))
        .route("/api/v1/explain/events", get(explain_events))
        .route("/api/v1/checkpoint", get(checkpoint))
}

/// The merged result of all metrics, as `replay --json` prints that result.
#[utoipa::path(get, path = "/api/v1/snapshot", tag = "results",
    responses((status = 200, body = Object), (status = 401, description = "A token is missing", body = Refusal), (status = 503, description = "Too much is being answered; `Retry-After` says when to ask again", body = Refusal)))]
pub(crate) async fn snapshot(State(app): State<Arc<App>>) -> Response {
    write(&app, JSON, |app, out| app.query.snapshot(&app.latest(), out)).await
}

/// The distribution of lateness, and the last late records.
#[utoipa::path(get, path = "/api/v1/lateness", tag = "pipeline",
    responses((status = 200, body = LatenessReport), (status = 401, description = "A token is missing", body = Refusal), (status = 503, description = "Too much is being answered; `Retry-After` says when to ask again", body = Refusal)))]
pub(crate) async fn lateness(State(app): State<Arc<App>>) -> Response {
    answer(&app, |app| Ok(app.query.lateness())).await
}

/// Some of the latest records, newest first.
#[utoipa::path(get, path = "/api/v1/events", tag = "pipeline",
    responses((status = 200, body = Samples), (status = 401, description = "A token is missing", body = Refusal), (status = 503, description = "Too much is being answered; `Retry-After` says when to ask again", body = Refusal)))]
pub(crate) async fn events(State(app): State<Arc<App>>) -> Response {
    answer(&app, |app| Ok(app.query.events())).await
}

/// The last dead letters, newest first.
#[utoipa::path(get, path = "/api/v1/dead-letters", tag = "pipeline",
    responses((status = 200, body = Samples), (status = 401, description = "A token is missing", body = Refusal), (status = 503, description = "Too much is being answered; `Retry-After` says when to ask again", body = Refusal)))]
pub(crate) async fn dead_letters(State(app): State<Arc<App>>) -> Response {
    answer(&app, |app| Ok(app.query.dead_letters())).await
}

/// The last 50 checkpoints since the host started, newest first.
#[utoipa::path(get, path = "/api/v1/checkpoints", tag = "pipeline",
    responses((status = 200, body = Checkpoints), (status = 401, description = "A token is missing", body = Refusal), (status = 503, description = "Too much is being answered; `Retry-After` says when to ask again", body = Refusal)))]
pub(crate) async fn checkpoints(State(app): State<Arc<App>>) -> Response {
    answer(&app, |app| Ok(app.query.checkpoints())).await
}

/// The rows of one panel over one window.
#[utoipa::path(get, path = "/api/v1/panels/{id}/data", tag = "results",
    params(("id" = String, Path, description = "The panel's id"), PanelAsk),
    responses((status = 200, body = Frame), (status = 400, description = "The question is malformed", body = Refusal), (status = 401, description = "A token is missing", body = Refusal), (status = 404, description = "There is no such thing", body = Refusal), (status = 422, description = "It would take too long; ask for less", body = Refusal), (status = 500, description = "It could not be read", body = Refusal), (status = 503, description = "Too much is being answered; `Retry-After` says when to ask again", body = Refusal)))]
pub(crate) async fn panel(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Parameters(ask): Parameters<PanelAsk>,
) -> Response {
    let is_csv = match ask.format.as_deref() {
        None | Some("json") => false,
        Some("csv") => true,
        Some(other) => {
            let text = format!("format `{other}` is not known; hint: json or csv");
            return refusal(StatusCode::BAD_REQUEST, text);
        }
    };
    let content_type = if is_csv { "text/csv; charset=utf-8" } else { JSON };
    write(&app, content_type, move |app, out| {
        let frame = app.query.panel(&app.latest(), &id, &ask.question()?)?;
        let written = if is_csv {
            out.write_all(&csv(&frame))
        } else {
            serde_json::to_writer(out, &frame).map_err(io::Error::from)
        };
        written.map_err(|error| Refused::Failed(error.to_string()))
    })
    .await
}

/// The rows of one panel over a window and over the time before, up to the same moment.
#[utoipa::path(get, path = "/api/v1/panels/{id}/compare", tag = "results",
    params(("id" = String, Path, description = "The panel's id"), CompareAsk),
    responses((status = 200, body = Compared), (status = 400, description = "The question is malformed", body = Refusal), (status = 401, description = "A token is missing", body = Refusal), (status = 404, description = "There is no such thing", body = Refusal), (status = 422, description = "It would take too long; ask for less", body = Refusal), (status = 500, description = "It could not be read", body = Refusal), (status = 503, description = "Too much is being answered; `Retry-After` says when to ask again", body = Refusal)))]
pub(crate) async fn compare(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Parameters(ask): Parameters<CompareAsk>,
) -> Response {
    answer(&app, move |app| app.query.compare(&app.latest(), &id, &ask.question()?)).await
}

/// The windows of a metric.
#[utoipa::path(get, path = "/api/v1/history", tag = "results",
    params(HistoryAsk),
    responses((status = 200, body = Object), (status = 400, description = "The question is malformed", body = Refusal), (status = 401, description = "A token is missing", body = Refusal), (status = 404, description = "There is no such thing", body = Refusal), (status = 500, description = "It could not be read", body = Refusal), (status = 503, description = "Too much is being answered; `Retry-After` says when to ask again", body = Refusal)))]
pub(crate) async fn history(
    State(app): State<Arc<App>>,
    Parameters(ask): Parameters<HistoryAsk>,
) -> Response {
    write(&app, JSON, |app, out| app.query.history(&app.latest(), &ask.question()?, out)).await
}

/// The states as of now, as `state export` writes them.
#[utoipa::path(get, path = "/api/v1/checkpoint", tag = "pipeline",
    responses((status = 200, content_type = "application/octet-stream"), (status = 401, description = "A token is missing", body = Refusal), (status = 500, description = "It could not be read", body = Refusal), (status = 503, description = "Too much is being answered; `Retry-After` says when to ask again", body = Refusal)))]
pub(crate) async fn checkpoint(State(app): State<Arc<App>>) -> Response {
    write(&app, "application/octet-stream", |app, out| app.query.checkpoint(out)).await
}

/// One line a key: the key or the pair of keys, then each measure on time, late and in total.
fn csv(frame: &Frame) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    let verdicts = [("total", &frame.total), ("on_time", &frame.on_time), ("late", &frame.late)];
    let columns: Vec<_> = verdicts
        .iter()
        .flat_map(|(verdict, series)| series.iter().map(move |(name, v)| (verdict, name, v)))
        .collect();
    let titles = columns.iter().map(|(verdict, name, _)| format!("{name} {verdict}"));
    let keys: &[&str] = if frame.across.is_empty() { &["key"] } else { &["key", "across"] };
    let mark = mark(frame);
    let marked = mark.as_ref().map(|_| "state".to_owned());
    let header = keys.iter().map(|title| (*title).to_owned()).chain(titles).chain(marked);
    let rows = frame.keys.iter().enumerate().map(|(i, key)| {
        let cells = columns.iter().map(move |(_, _, values)| match &values[i] {
            Value::Null => String::new(),
            Value::String(text) => guarded(text),
            value => value.to_string(),
        });
        let keys = std::iter::once(key).chain(frame.across.get(i)).map(|key| guarded(key));
        keys.chain(cells).chain(mark.clone()).collect::<Vec<_>>()
    });
    // A mark without a row would not be seen.
    let alone = mark.iter().filter(|_| frame.keys.is_empty()).map(|mark| {
        let empty = vec![String::new(); keys.len() + columns.len()];
        empty.into_iter().chain([mark.clone()]).collect::<Vec<_>>()
    });
    let rows = rows.chain(alone);
    for row in std::iter::once(header.collect()).chain(rows) {
        writer.write_record(row).expect("memory can be written to");
    }
    writer.into_inner().expect("memory can be written to")
}

/// Why the values are not those of all records, on every line of the file; `None` means that they
/// are.
fn mark(frame: &Frame) -> Option<String> {
    let good = frame.stale.as_ref()?;
    let at: Vec<String> =
        good.at.iter().map(|place| format!("{}@{}", place.partition, place.offset)).collect();
    let since = good.since.map(|ms| rfc3339(chrono_tz::Tz::UTC, EventTime(ms)));
    let since = since.map_or(String::new(), |since| format!(" since {since}"));
    let (state, reason) = (frame.state, frame.reason.as_deref().unwrap_or_default());
    let places = at.join(", ");
    Some(guarded(&format!("{state}{since}, counted up to {places}: {reason}; {}", good.hint)))
}

/// A text that no spreadsheet takes for a formula.
fn guarded(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.into()
    }
}

//! Questions that need plugins to be answered: merged windows, a panel's data, history. The
//! answers are computed when somebody asks, away from the threads of the server.

use std::sync::Arc;

use axum::extract::{Path, Query as Parameters, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::Value;

use super::App;
use super::api::{fresh, refusal};
use super::wire::{Frame, LiveState};

/// Answers questions about the result.
pub trait Query: Send + Sync {
    /// How late records are: their distribution, and the last late ones.
    fn lateness(&self) -> Value;

    /// The merged result of all metrics, in the shape of `replay --json`.
    fn snapshot(&self, live: &LiveState) -> Value;

    /// The data of a panel over one window: `cumulative`, `1d` (the present one) or
    /// `1d@2015-11-11T00:00:00+08:00`; none: the one that the page shows.
    ///
    /// # Errors
    /// There is no such panel or window.
    fn panel(&self, live: &LiveState, id: &str, window: Option<&str>) -> Result<Frame, Refused>;

    /// The states that the pages show, with all final panes: what `state export` writes.
    ///
    /// # Errors
    /// The history could not be read.
    fn checkpoint(&self) -> Result<Vec<u8>, Refused>;

    /// The final windows of a metric that overlap `[from, to)`.
    ///
    /// # Errors
    /// There is no such metric, or the history could not be read.
    fn history(&self, live: &LiveState, ask: &HistoryAsk) -> Result<Value, Refused>;
}

/// Why a question has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// What is asked for does not exist.
    Unknown(String),
    /// The question is not one.
    Malformed(String),
    /// It exists, but could not be read.
    Failed(String),
}

/// A question about history.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HistoryAsk {
    /// The metric's id.
    pub metric: String,
    /// Only this kind of windows, such as `1d`.
    pub window: Option<String>,
    /// RFC 3339; none: from the beginning.
    pub from: Option<String>,
    /// RFC 3339; none: to the end.
    pub to: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PanelAsk {
    window: Option<String>,
    format: Option<String>,
}

/// The paths of this module.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/snapshot", get(snapshot))
        .route("/api/v1/panels/{id}/data", get(panel))
        .route("/api/v1/history", get(history))
        .route("/api/v1/lateness", get(lateness))
        .route("/api/v1/checkpoint", get(checkpoint))
}

async fn snapshot(State(app): State<Arc<App>>) -> Response {
    answer(move || {
        let value = app.query.snapshot(&app.latest());
        Ok(Json(value).into_response())
    })
    .await
}

async fn lateness(State(app): State<Arc<App>>) -> Response {
    answer(move || Ok(Json(app.query.lateness()).into_response())).await
}

async fn panel(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Parameters(ask): Parameters<PanelAsk>,
) -> Response {
    answer(move || {
        let frame = app.query.panel(&app.latest(), &id, ask.window.as_deref())?;
        match ask.format.as_deref() {
            None | Some("json") => Ok(Json(frame).into_response()),
            Some("csv") => {
                Ok(([(CONTENT_TYPE, "text/csv; charset=utf-8")], csv(&frame)).into_response())
            }
            Some(other) => {
                Err(Refused::Malformed(format!("format `{other}` is not known; hint: json or csv")))
            }
        }
    })
    .await
}

async fn history(State(app): State<Arc<App>>, Parameters(ask): Parameters<HistoryAsk>) -> Response {
    answer(move || Ok(Json(app.query.history(&app.latest(), &ask)?).into_response())).await
}

async fn checkpoint(State(app): State<Arc<App>>) -> Response {
    answer(move || {
        let bytes = app.query.checkpoint()?;
        Ok(([(CONTENT_TYPE, "application/octet-stream")], bytes).into_response())
    })
    .await
}

/// Runs `work`, which may call plugins, on a thread for such work.
async fn answer(work: impl FnOnce() -> Result<Response, Refused> + Send + 'static) -> Response {
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(response)) => fresh(response),
        Ok(Err(Refused::Unknown(text))) => refusal(StatusCode::NOT_FOUND, text),
        Ok(Err(Refused::Malformed(text))) => refusal(StatusCode::BAD_REQUEST, text),
        Ok(Err(Refused::Failed(text))) => refusal(StatusCode::INTERNAL_SERVER_ERROR, text),
        Err(_) => refusal(StatusCode::INTERNAL_SERVER_ERROR, "the answer could not be computed"),
    }
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
    let header = keys.iter().map(|title| (*title).to_owned()).chain(titles);
    let rows = frame.keys.iter().enumerate().map(|(i, key)| {
        let cells = columns.iter().map(move |(_, _, values)| match &values[i] {
            Value::Null => String::new(),
            Value::String(text) => guarded(text),
            value => value.to_string(),
        });
        let keys = std::iter::once(key).chain(frame.across.get(i)).map(|key| guarded(key));
        keys.chain(cells).collect::<Vec<_>>()
    });
    for row in std::iter::once(header.collect()).chain(rows) {
        writer.write_record(row).expect("memory can be written to");
    }
    writer.into_inner().expect("memory can be written to")
}

/// A text that no spreadsheet takes for a formula.
fn guarded(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.into()
    }
}

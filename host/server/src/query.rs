//! Questions that need plugins to be answered: merged windows, a panel's data, history. The
//! answers are computed when somebody asks, away from the threads of the server.

pub(crate) mod answers;

use serde::Deserialize;
use serde_json::Value;
use streamgauge_core::{
    EventTime, TimeWindow, WindowAsk, WindowAskError, WindowSpec, parse_rfc3339,
};
use streamgauge_wire::{Checkpoints, Frame, LatenessReport, LiveState, Samples};
use utoipa::IntoParams;

/// Answers questions about the result.
pub trait Query: Send + Sync {
    /// The distribution of lateness, and the last late records.
    fn lateness(&self) -> LatenessReport;

    /// Some of the latest records.
    fn events(&self) -> Samples;

    /// The last dead letters.
    fn dead_letters(&self) -> Samples;

    /// The last checkpoints, newest first.
    fn checkpoints(&self) -> Checkpoints;

    /// The account of one record, in the shape of `explain --json`. The log before the record is
    /// read again, so an answer may take seconds.
    ///
    /// # Errors
    /// The record does not exist, it is too far from the start of the log, another one is being
    /// explained, or the log cannot be read.
    fn explain(&self, place: Place) -> Result<Value, Refused>;

    /// The merged result of all metrics, in the shape of `replay --json`.
    fn snapshot(&self, live: &LiveState) -> Value;

    /// The data of a panel over one window; `None` means the window that the page shows.
    ///
    /// # Errors
    /// The panel or window does not exist.
    fn panel(
        &self,
        live: &LiveState,
        id: &str,
        window: Option<WindowAsk>,
    ) -> Result<Frame, Refused>;

    /// The states that the pages show, with all final panes: what `state export` writes.
    ///
    /// # Errors
    /// The history could not be read.
    fn checkpoint(&self) -> Result<Vec<u8>, Refused>;

    /// The windows of a metric that overlap a span: the final ones, or all.
    ///
    /// # Errors
    /// There is no such metric, or the history could not be read.
    fn history(&self, live: &LiveState, question: &HistoryQuestion) -> Result<Value, Refused>;
}

/// The reason why a question has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The thing that is asked for does not exist.
    Unknown(String),
    /// The question is not one.
    Malformed(String),
    /// The thing exists, but could not be read.
    Failed(String),
    /// The host is at work on a question like that.
    Busy(String),
    /// The answer would take too long.
    TooMuch(String),
}

impl Refused {
    /// The reason in words, for the client.
    pub fn text(&self) -> &str {
        match self {
            Self::Unknown(text)
            | Self::Malformed(text)
            | Self::Failed(text)
            | Self::Busy(text)
            | Self::TooMuch(text) => text,
        }
    }
}

/// A question about history.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct HistoryAsk {
    /// The id of a metric of the pipeline.
    pub metric: String,
    /// Only this kind of windows, such as `1d`.
    pub window: Option<String>,
    /// The start of the time asked for, in RFC 3339; `None` means from the beginning.
    pub from: Option<String>,
    /// The end of the time asked for, in RFC 3339; `None` means to the end.
    pub to: Option<String>,
    /// Only so many, the newest.
    pub last: Option<usize>,
    /// Also windows that are not final.
    pub open: Option<bool>,
}

/// A question about history, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryQuestion {
    /// The id of a metric of the pipeline.
    pub metric: String,
    /// The only kind of windows asked for; `None` means all kinds.
    pub spec: Option<WindowSpec>,
    /// Windows that overlap this.
    pub span: TimeWindow,
    /// The most windows, the newest ones; `None` means all.
    pub last: Option<usize>,
    /// True if windows that are not final are asked for too.
    pub with_open: bool,
}

impl HistoryAsk {
    fn question(self) -> Result<HistoryQuestion, Refused> {
        let spec = |text: String| {
            text.parse().map_err(|_| malformed(&WindowAskError::NotAWindow(text.clone())))
        };
        let instant = |text: Option<String>, name: &str, default: EventTime| {
            let Some(text) = text else { return Ok(default) };
            let found = parse_rfc3339(&text);
            found.ok_or_else(|| Refused::Malformed(no_instant(name, &text)))
        };
        let TimeWindow { start, end } = TimeWindow::ALWAYS;
        Ok(HistoryQuestion {
            metric: self.metric,
            spec: self.window.map(spec).transpose()?,
            span: TimeWindow {
                start: instant(self.from, "from", start)?,
                end: instant(self.to, "to", end)?,
            },
            last: self.last,
            with_open: self.open == Some(true),
        })
    }
}

fn malformed(error: &WindowAskError) -> Refused {
    Refused::Malformed(match error {
        WindowAskError::NoStart(text) => no_instant("the start", text),
        other => other.to_string(),
    })
}

fn no_instant(name: &str, text: &str) -> String {
    format!(
        "{name} `{text}` is not an RFC 3339 time; hint: 2015-11-11T00:00:00+08:00, with `+` \
         written as %2B in an address"
    )
}

/// A record of the log.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Place {
    /// The number of the record's partition.
    pub partition: u32,
    /// The record's offset in its partition.
    pub offset: i64,
}

//! Questions that need plugins to be answered: merged windows, a panel's data, history. The
//! answers are computed when somebody asks, away from the threads of the server.

pub(crate) mod answers;

use serde::Deserialize;
use serde_json::Value;
use streamgauge_core::{
    EventTime, TimeWindow, WindowAsk, WindowAskError, WindowSpec, parse_rfc3339,
};
use streamgauge_wire::{Frame, LatenessReport, LiveState, Samples};
use utoipa::IntoParams;

/// Answers questions about the result.
pub trait Query: Send + Sync {
    /// How late records are: their distribution, and the last late ones.
    fn lateness(&self) -> LatenessReport;

    /// Some of the latest records.
    fn events(&self) -> Samples;

    /// The last dead letters.
    fn dead_letters(&self) -> Samples;

    /// What one record counted as, in the shape of `explain --json`. The log before it is read
    /// again, so this may take seconds.
    ///
    /// # Errors
    /// There is no such record, it is too far from where the log begins, another one is being
    /// explained, or the log cannot be read.
    fn explain(&self, place: Place) -> Result<Value, Refused>;

    /// The merged result of all metrics, in the shape of `replay --json`.
    fn snapshot(&self, live: &LiveState) -> Value;

    /// The data of a panel over one window; `None` means the window that the page shows.
    ///
    /// # Errors
    /// There is no such panel or window.
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

/// Why a question has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// What is asked for does not exist.
    Unknown(String),
    /// The question is not one.
    Malformed(String),
    /// It exists, but could not be read.
    Failed(String),
    /// The host is at work on a question like that.
    Busy(String),
    /// The answer would take too long.
    TooMuch(String),
}

impl Refused {
    /// The words.
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
    /// The metric's id.
    pub metric: String,
    /// Only this kind of windows, such as `1d`.
    pub window: Option<String>,
    /// RFC 3339; none: from the beginning.
    pub from: Option<String>,
    /// RFC 3339; none: to the end.
    pub to: Option<String>,
    /// Only so many, the newest.
    pub last: Option<usize>,
    /// Also windows that are not final.
    pub open: Option<bool>,
}

/// A question about history, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryQuestion {
    /// The metric's id.
    pub metric: String,
    /// Only this kind of windows; `None` means all kinds.
    pub spec: Option<WindowSpec>,
    /// Windows that overlap this.
    pub span: TimeWindow,
    /// Only so many, the newest; `None` means all.
    pub last: Option<usize>,
    /// Whether windows that are not final are meant too.
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
    /// Its partition.
    pub partition: u32,
    /// Its offset.
    pub offset: i64,
}

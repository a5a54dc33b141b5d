//! Questions that need plugins to be answered: merged windows, a panel's data, history. The
//! answers are computed when somebody asks, away from the threads of the server.

pub(crate) mod allowance;
pub(crate) mod answers;
pub(crate) mod explaining;

use std::fmt::Display;
use std::io::Write;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use streamgauge_core::{
    EventTime, TimeWindow, WindowAsk, WindowAskError, WindowSpec, parse_rfc3339,
};
use streamgauge_pipeline::Comparison;
use streamgauge_wire::{Checkpoints, Compared, Frame, LatenessReport, LiveState, Samples};
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
    /// read again, so an answer may take seconds; `goes_on` is told how far that is, and ends the
    /// work with `false`.
    ///
    /// # Errors
    /// The record does not exist, it is too far from the start of the log, another one is being
    /// explained, the log cannot be read, or the work was ended.
    fn explain(
        &self,
        place: Place,
        goes_on: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<Value, Refused>;

    /// Writes the merged result of all metrics, in the shape of `replay --json`.
    ///
    /// # Errors
    /// The history could not be read, or nobody takes the answer.
    fn snapshot(&self, live: &LiveState, out: &mut dyn Write) -> Result<(), Refused>;

    /// The data of a panel over one window.
    ///
    /// # Errors
    /// The panel or window does not exist, is not kept as a whole, or could not be read.
    fn panel(&self, live: &LiveState, id: &str, question: &PanelQuestion)
    -> Result<Frame, Refused>;

    /// A panel over one window, beside what it was before.
    ///
    /// # Errors
    /// The panel or window does not exist, has no time before, or could not be read.
    fn compare(
        &self,
        live: &LiveState,
        id: &str,
        question: &CompareQuestion,
    ) -> Result<Compared, Refused>;

    /// Writes the states that the pages show, with all final panes, as `state export` does.
    ///
    /// # Errors
    /// The history could not be read, or nobody takes the answer.
    fn checkpoint(&self, out: &mut dyn Write) -> Result<(), Refused>;

    /// Writes the windows of a metric that overlap a span: the final ones, or all.
    ///
    /// # Errors
    /// There is no such metric, the history could not be read, or nobody takes the answer.
    fn history(
        &self,
        live: &LiveState,
        question: &HistoryQuestion,
        out: &mut dyn Write,
    ) -> Result<(), Refused>;
}

/// What is asked of a panel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PanelQuestion {
    /// The window; `None` means the one that the page shows.
    pub window: Option<WindowAsk>,
    /// The only row that is asked for, by its key; `None` means as the page shows rows.
    pub key: Option<String>,
    /// The most rows, from 1 to [`TOP_MAX`]; `None` means as many as the page shows.
    pub top: Option<u32>,
}

/// What is asked of a panel and of the time before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompareQuestion {
    /// The window and the rows.
    pub of: PanelQuestion,
    /// What it is held against.
    pub to: Comparison,
}

/// The most rows of a panel that are asked for.
pub const TOP_MAX: u32 = 1000;

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
    /// A failure of the host.
    pub fn failed(error: &dyn Display) -> Self {
        Self::Failed(error.to_string())
    }

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
    /// The most bytes of the answer, about: from 1 to 67108864, without a value 16777216. One window
    /// is always there.
    pub bytes: Option<usize>,
    /// What the answer before gave as its `next`: the windows from there on.
    pub next: Option<String>,
    /// Steps of this size, such as `1h` or `1d`, each merged from all windows of the kind `window`
    /// that lie in it.
    pub by: Option<String>,
    /// Only the rows of this key of the first dimension.
    pub key: Option<String>,
    /// The most rows of a window, from 1 to 1000: the largest by the first measure, with the sum of
    /// the rest under `other`.
    pub top: Option<u32>,
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
    /// The most bytes of the answer.
    pub bytes_max: usize,
    /// The kind and the start of the first window of the answer; `None` means the first of all.
    pub first: Option<(WindowSpec, EventTime)>,
    /// The size of the steps that windows are merged into; `None` means that they are not.
    pub by: Option<WindowSpec>,
    /// The only key that is asked for; `None` means every key.
    pub key: Option<String>,
    /// The most rows of a window, from 1 to [`TOP_MAX`]; `None` means all.
    pub top: Option<u32>,
}

/// The most bytes of an answer about history.
const HISTORY_BYTES_MAX: usize = 64 << 20;

/// The most bytes of an answer to a question that names no limit.
const HISTORY_BYTES: usize = 16 << 20;

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
        check_rows(self.key.as_deref(), self.top)?;
        let by = self.by.map(spec).transpose()?;
        if let Some(by) = by.filter(|by| !matches!(by, WindowSpec::Tumbling { .. })) {
            let text = format!("`{by}` are no steps of time; hint: by=1h or by=1d");
            return Err(Refused::Malformed(text));
        }
        Ok(HistoryQuestion {
            metric: self.metric,
            spec: self.window.map(spec).transpose()?,
            span: TimeWindow {
                start: instant(self.from, "from", start)?,
                end: instant(self.to, "to", end)?,
            },
            last: self.last,
            with_open: self.open == Some(true),
            bytes_max: self.bytes.unwrap_or(HISTORY_BYTES).clamp(1, HISTORY_BYTES_MAX),
            first: self.next.as_deref().map(first).transpose()?,
            by,
            key: self.key,
            top: self.top,
        })
    }
}

/// Checks that rows are asked for in one way.
fn check_rows(key: Option<&str>, top: Option<u32>) -> Result<(), Refused> {
    if let Some(top) = top.filter(|top| !(1..=TOP_MAX).contains(top)) {
        return Err(Refused::Malformed(format!("top must be from 1 to {TOP_MAX}, not {top}")));
    }
    if key.is_some() && top.is_some() {
        let text = "either the row of one key or so many of the largest; hint: leave `top` out";
        return Err(Refused::Malformed(text.to_owned()));
    }
    Ok(())
}

/// The window that an answer named as its `next`.
fn first(next: &str) -> Result<(WindowSpec, EventTime), Refused> {
    match next.parse() {
        Ok(WindowAsk::At(spec, start)) => Ok((spec, start)),
        Ok(_) | Err(_) => Err(Refused::Malformed(format!(
            "`{next}` is no `next`; hint: repeat the one of the answer before, with `+` written as \
             %2B in an address"
        ))),
    }
}

fn malformed(error: &WindowAskError) -> Refused {
    Refused::Malformed(match error {
        WindowAskError::NoStart(text) => no_instant("the start", text),
        WindowAskError::NoEnd(text) => no_instant("the end", text),
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

/// How far a log is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// The offsets that are read.
    pub read: u64,
    /// The offsets that are to be read.
    pub of: u64,
}

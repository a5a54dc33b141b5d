//! A window that a person asks for, as an address writes it: `1d` is the present one, `1d*7` the
//! last seven as one, `1d@2015-11-11T00:00:00+08:00` the one that began then, and `1h@START..END`
//! those between two instants as one.

use std::fmt;
use std::str::FromStr;

use chrono_tz::Tz;
use thiserror::Error;

use super::{TimeWindow, WindowSpec};
use crate::rfc3339::{parse_rfc3339, rfc3339};
use crate::time::EventTime;

/// The most windows that are shown as one.
pub const WINDOWS_TOGETHER_MAX: usize = 1000;

/// The window of a metric that is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowAsk {
    /// The window of the newest event time.
    Present(WindowSpec),
    /// The last windows as one, the present one among them: from 1 to [`WINDOWS_TOGETHER_MAX`] of
    /// a tumbling kind.
    Last(WindowSpec, usize),
    /// The window that begins at this instant.
    At(WindowSpec, EventTime),
    /// The windows of a tumbling kind that lie in this time, as one. Whether they fill it is known
    /// only with the zone.
    Span(WindowSpec, TimeWindow),
}

/// Why a text asks for no window.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum WindowAskError {
    /// The text before `*` and `@` is no [`WindowSpec`].
    #[error("`{0}` is not a window; hint: cumulative, 1d or 10m/1m")]
    NotAWindow(String),
    /// The text behind `*` is no whole number, is 0, or is above [`WINDOWS_TOGETHER_MAX`].
    #[error("`{0}` is no number of windows; hint: 1d*7, at most {WINDOWS_TOGETHER_MAX}")]
    NoCount(String),
    /// The text behind `@` is no instant.
    #[error("the start `{0}` is not an RFC 3339 time; hint: 2015-11-11T00:00:00+08:00")]
    NoStart(String),
    /// The text behind `..` is no instant.
    #[error("the end `{0}` is not an RFC 3339 time; hint: 2015-11-12T00:00:00+08:00")]
    NoEnd(String),
    /// A span whose end is not after its start.
    #[error("nothing lies between `{0}` and `{1}`; hint: START..END, where END is the later one")]
    NoSpan(String, String),
    /// Several windows as one, of a kind whose windows overlap or of which there is one only.
    #[error("windows `{0}` do not follow each other; hint: ask for one of them")]
    NotInARow(WindowSpec),
    /// A text with both `*` and `@`.
    #[error("either the last windows or one of the past; hint: 1d*7 or 1d@START")]
    LastAndPast,
}

impl WindowAsk {
    /// The kind of windows that is asked for.
    pub fn spec(self) -> WindowSpec {
        match self {
            Self::Present(spec) | Self::Last(spec, _) | Self::At(spec, _) | Self::Span(spec, _) => {
                spec
            }
        }
    }

    /// The event times whose panes an answer may need, where `newest` is the largest event time so
    /// far; without one, all of time.
    pub fn reach(self, newest: Option<EventTime>) -> TimeWindow {
        let size = self.spec().to_millis().0;
        let (at, back) = match self {
            // A sliding window begins its size before its end, so up to that long before `at`.
            Self::Present(_) => (newest, size),
            // Days may have an hour more than their name says.
            Self::Last(_, count) => (newest, size.saturating_mul(count as i64 + 2)),
            Self::At(_, start) => (Some(start), size),
            Self::Span(_, span) => return span,
        };
        at.map_or(TimeWindow::ALWAYS, |at| TimeWindow {
            start: at.minus(back),
            end: at.plus(size.saturating_mul(2)),
        })
    }
}

impl FromStr for WindowAsk {
    type Err = WindowAskError;

    fn from_str(text: &str) -> Result<Self, WindowAskError> {
        let (windows, at) = match text.split_once('@') {
            None => (text, None),
            Some((windows, at)) => (windows, Some(read_at(at)?)),
        };
        let (spec, count) = match windows.split_once('*') {
            None => (read_spec(windows)?, None),
            Some((spec, count)) => (read_spec(spec)?, Some(read_count(count)?)),
        };
        let follow_each_other = matches!(spec, WindowSpec::Tumbling { .. });
        match (at, count) {
            (None, None) => Ok(Self::Present(spec)),
            (Some((start, None)), None) => Ok(Self::At(spec, start)),
            _ if !follow_each_other => Err(WindowAskError::NotInARow(spec)),
            (Some((start, Some(end))), None) => Ok(Self::Span(spec, TimeWindow { start, end })),
            (None, Some(count)) => Ok(Self::Last(spec, count)),
            (Some(_), Some(_)) => Err(WindowAskError::LastAndPast),
        }
    }
}

/// A start, or a start and a later end.
fn read_at(text: &str) -> Result<(EventTime, Option<EventTime>), WindowAskError> {
    let Some((start, end)) = text.split_once("..") else { return Ok((read_start(text)?, None)) };
    let no_end = || WindowAskError::NoEnd(end.to_owned());
    let (first, last) = (read_start(start)?, parse_rfc3339(end).ok_or_else(no_end)?);
    if first >= last {
        return Err(WindowAskError::NoSpan(start.to_owned(), end.to_owned()));
    }
    Ok((first, Some(last)))
}

fn read_start(text: &str) -> Result<EventTime, WindowAskError> {
    parse_rfc3339(text).ok_or_else(|| WindowAskError::NoStart(text.to_owned()))
}

fn read_spec(text: &str) -> Result<WindowSpec, WindowAskError> {
    text.parse().map_err(|_| WindowAskError::NotAWindow(text.to_owned()))
}

fn read_count(text: &str) -> Result<usize, WindowAskError> {
    let count = text.parse().ok().filter(|count| (1..=WINDOWS_TOGETHER_MAX).contains(count));
    count.ok_or_else(|| WindowAskError::NoCount(text.to_owned()))
}

/// The text that asks for the window, with start and end in UTC.
impl fmt::Display for WindowAsk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Present(spec) => write!(f, "{spec}"),
            Self::Last(spec, count) => write!(f, "{spec}*{count}"),
            Self::At(spec, start) => write!(f, "{spec}@{}", rfc3339(Tz::UTC, *start)),
            Self::Span(spec, TimeWindow { start, end }) => {
                let [start, end] = [start, end].map(|time| rfc3339(Tz::UTC, *time));
                write!(f, "{spec}@{start}..{end}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::window::DAY;

    const START: EventTime = EventTime(1_447_171_200_000);
    const ONE_DAY: WindowSpec = WindowSpec::Tumbling { size: DAY };
    const SLIDING: WindowSpec = WindowSpec::Sliding { size: 600_000, slide: 60_000 };

    #[test]
    fn a_window_is_asked_for_in_four_ways() {
        let span = TimeWindow { start: START, end: START.plus(7 * DAY) };
        for (text, ask) in [
            ("cumulative", WindowAsk::Present(WindowSpec::Cumulative)),
            ("1d", WindowAsk::Present(ONE_DAY)),
            ("10m/1m", WindowAsk::Present(SLIDING)),
            ("1d*1", WindowAsk::Last(ONE_DAY, 1)),
            ("24h*1000", WindowAsk::Last(ONE_DAY, 1000)),
            ("1d@2015-11-11T00:00:00+08:00", WindowAsk::At(ONE_DAY, START)),
            ("10m/1m@2015-11-10T16:00:00Z", WindowAsk::At(SLIDING, START)),
            (
                "1d@2015-11-11T00:00:00+08:00..2015-11-17T16:00:00.000Z",
                WindowAsk::Span(ONE_DAY, span),
            ),
        ] {
            assert_eq!(text.parse(), Ok(ask), "{text}");
            assert_eq!(ask.to_string().parse(), Ok(ask), "{ask}");
        }
    }

    #[test]
    fn what_is_asked_for_is_shown_in_one_form() {
        for (text, shown) in [
            ("24h", "1d"),
            ("24h*07", "1d*7"),
            ("1d@2015-11-11T00:00:00+08:00", "1d@2015-11-10T16:00:00+00:00"),
        ] {
            let ask: Result<WindowAsk, WindowAskError> = text.parse();
            assert_eq!(ask.map(|ask| ask.to_string()), Ok(shown.to_owned()));
        }
    }

    #[test]
    fn a_text_that_asks_for_no_window_says_what_would() {
        for (text, error) in [
            ("", "`` is not a window; hint: cumulative, 1d or 10m/1m"),
            ("7m", "`7m` is not a window; hint: cumulative, 1d or 10m/1m"),
            ("day*7", "`day` is not a window; hint: cumulative, 1d or 10m/1m"),
            ("1d*", "`` is no number of windows; hint: 1d*7, at most 1000"),
            ("1d*0", "`0` is no number of windows; hint: 1d*7, at most 1000"),
            ("1d*1001", "`1001` is no number of windows; hint: 1d*7, at most 1000"),
            ("1d*7*7", "`7*7` is no number of windows; hint: 1d*7, at most 1000"),
            (
                "1d@2015-11-11",
                "the start `2015-11-11` is not an RFC 3339 time; hint: 2015-11-11T00:00:00+08:00",
            ),
            ("10m/1m*7", "windows `10m/1m` do not follow each other; hint: ask for one of them"),
            (
                "cumulative*2",
                "windows `cumulative` do not follow each other; hint: ask for one of them",
            ),
            (
                "10m/1m@2015-11-11T00:00:00Z..2015-11-12T00:00:00Z",
                "windows `10m/1m` do not follow each other; hint: ask for one of them",
            ),
            (
                "1d@2015-11-11T00:00:00Z..tomorrow",
                "the end `tomorrow` is not an RFC 3339 time; hint: 2015-11-12T00:00:00+08:00",
            ),
            (
                "1d@2015-11-11T00:00:00Z..2015-11-11T08:00:00+08:00",
                "nothing lies between `2015-11-11T00:00:00Z` and `2015-11-11T08:00:00+08:00`; \
                 hint: START..END, where END is the later one",
            ),
            (
                "1d*7@2015-11-11T00:00:00+08:00",
                "either the last windows or one of the past; hint: 1d*7 or 1d@START",
            ),
        ] {
            let ask: Result<WindowAsk, WindowAskError> = text.parse();
            assert_eq!(ask.map_err(|error| error.to_string()), Err(error.to_owned()), "{text}");
        }
    }

    #[test]
    fn an_answer_reaches_over_every_pane_of_the_windows() {
        let newest = Some(EventTime(10 * DAY));
        let days = |ask: WindowAsk| {
            let TimeWindow { start, end } = ask.reach(newest);
            (start.0 / DAY, end.0 / DAY)
        };
        assert_eq!(days(WindowAsk::Present(ONE_DAY)), (9, 12));
        assert_eq!(days(WindowAsk::Last(ONE_DAY, 3)), (5, 12));
        assert_eq!(days(WindowAsk::At(ONE_DAY, EventTime(4 * DAY))), (3, 6));
        let always = WindowAsk::Last(ONE_DAY, 3).reach(None);
        assert_eq!(always, TimeWindow::ALWAYS);
        let past = WindowAsk::At(ONE_DAY, EventTime(4 * DAY));
        assert_eq!(past.reach(None), past.reach(newest));
        let span = TimeWindow { start: EventTime(2 * DAY), end: EventTime(9 * DAY) };
        assert_eq!(WindowAsk::Span(ONE_DAY, span).reach(newest), span);
    }
}

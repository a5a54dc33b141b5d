//! The windows of a metric as an answer: one after the other, up to a limit in bytes, with the place
//! at which the next answer continues.

use std::io::{self, Write};

use chrono_tz::Tz;
use serde_json::json;
use streamgauge_core::{EventTime, WindowAsk, WindowSpec};
use streamgauge_server::query::{HistoryQuestion, Refused};
use streamgauge_view::{MetricReader, Published, Window, WindowState, document};

/// The most windows in one answer.
const WINDOWS_MAX: usize = 10_000;

/// Writes the windows that `question` asks for, in the order of kinds and of time.
pub(super) fn write(
    out: &mut dyn Write,
    metric: &MetricReader,
    published: &Published,
    zone: Tz,
    question: &HistoryQuestion,
) -> Result<(), Refused> {
    let kinds = metric.plugin().settings().windows.iter();
    let is_meant = |kind: &&WindowSpec| {
        question.spec.is_none_or(|spec| spec == **kind) && **kind != WindowSpec::Cumulative
    };
    let kinds: Vec<WindowSpec> = kinds.filter(is_meant).copied().collect();
    let last = last(metric, published, &kinds, question)?;
    let mut out = Counted { out, bytes: 0 };
    write!(out, "{{\"metric\":{},\"windows\":[", json!(metric.id()))
        .map_err(|e| Refused::failed(&e))?;
    let (mut windows, mut next) = (0, None);
    let is_before = |kind: &&WindowSpec| question.first.is_some_and(|(first, _)| first != **kind);
    'kinds: for spec in kinds.iter().skip_while(is_before) {
        let first = question.first.filter(|(first, _)| first == spec).map(|(_, start)| start);
        let around = question.span.start.minus(spec.to_millis().0.saturating_mul(2));
        let from = first.into_iter().chain(last).fold(around, EventTime::max);
        for window in metric.walk(published, *spec, from) {
            let window = window.map_err(|error| Refused::failed(&error))?;
            let Some(span) = window.id.window else { continue };
            if span.start >= question.span.end {
                break;
            }
            if !is_wanted(question, &window) {
                continue;
            }
            if windows > 0 && (windows == WINDOWS_MAX || out.bytes >= question.bytes_max) {
                next = Some(WindowAsk::At(*spec, span.start).to_string());
                break 'kinds;
            }
            let result =
                metric.result(published, &window).map_err(|error| Refused::failed(&error))?;
            let written = out.write_all(document::comma(windows).as_bytes()).and_then(|()| {
                document::write_window(&mut out, metric.plugin().descriptor(), &result, zone)
            });
            written.map_err(|error| Refused::failed(&error))?;
            windows += 1;
        }
    }
    let end = format!("],\"truncated\":{},\"next\":{}}}", next.is_some(), json!(next));
    out.write_all(end.as_bytes()).map_err(|error| Refused::failed(&error))
}

fn is_wanted(question: &HistoryQuestion, window: &Window) -> bool {
    let is_over = question.with_open || window.state == Some(WindowState::Final);
    is_over
        && window.id.window.is_some_and(|window| {
            window.end > question.span.start && window.start < question.span.end
        })
}

/// The start of the oldest window that is among the newest that are asked for; `None` means that
/// all are.
fn last(
    metric: &MetricReader,
    published: &Published,
    kinds: &[WindowSpec],
    question: &HistoryQuestion,
) -> Result<Option<EventTime>, Refused> {
    let Some(count) = question.last.map(|count| count.min(WINDOWS_MAX)) else { return Ok(None) };
    let mut starts = Vec::new();
    for spec in kinds {
        let wanted = |window: &Window| is_wanted(question, window);
        let newest = metric.newest(published, *spec, count, wanted);
        starts.extend(newest.map_err(|error| Refused::failed(&error))?);
    }
    starts.sort_unstable_by(|a, b| b.cmp(a));
    Ok(match count {
        0 => Some(EventTime(i64::MAX)),
        count => starts.get(count - 1).copied(),
    })
}

/// Counts what is written.
struct Counted<'a> {
    out: &'a mut dyn Write,
    bytes: usize,
}

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.bytes += written;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

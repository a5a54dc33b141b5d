//! The windows of a metric as an answer: one after the other, up to a limit in bytes, with the place
//! at which the next answer continues.

use std::io::{self, Write};
use std::iter;

use chrono_tz::Tz;
use serde_json::json;
use streamgauge_core::{EventTime, WINDOWS_TOGETHER_MAX, WindowAsk, WindowSpec};
use streamgauge_outbox::HistoryError;
use streamgauge_server::query::{HistoryQuestion, Refused};
use streamgauge_view::{MetricReader, NoRows, Published, RowsOf, Window, WindowState, document};

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
    let kinds = kinds(metric, question)?;
    let rows = rows(question);
    let last = last(metric, published, &kinds, question)?;
    let mut out = Counted { out, bytes: 0 };
    write!(out, "{{\"metric\":{},\"windows\":[", json!(metric.id()))
        .map_err(|e| Refused::failed(&e))?;
    let (mut windows, mut next) = (0, None);
    // Steps are named by their own size.
    let named = |spec: WindowSpec| question.by.unwrap_or(spec);
    let is_before =
        |kind: &&WindowSpec| question.first.is_some_and(|(first, _)| first != named(**kind));
    'kinds: for spec in kinds.iter().skip_while(is_before) {
        let first = question.first.filter(|(first, _)| *first == named(*spec));
        let first = first.map(|(_, start)| start);
        let size = named(*spec).to_millis().0;
        let around = question.span.start.minus(size.saturating_mul(2));
        let from = first.into_iter().chain(last).fold(around, EventTime::max);
        for window in walk(metric, published, (*spec, question), from)? {
            let window = window.map_err(|error| Refused::failed(&error))?;
            let Some(span) = window.id.window else { continue };
            if span.start >= question.span.end {
                break;
            }
            if !is_wanted(question, &window) {
                continue;
            }
            if windows > 0 && (windows == WINDOWS_MAX || out.bytes >= question.bytes_max) {
                next = Some(WindowAsk::At(named(*spec), span.start).to_string());
                break 'kinds;
            }
            let mut result =
                metric.rows_of(published, &window, &rows).map_err(|error| no_rows(&error))?;
            result.id.spec = named(*spec);
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

/// The kinds of windows that are meant; of steps, the one that they are made of.
fn kinds(metric: &MetricReader, question: &HistoryQuestion) -> Result<Vec<WindowSpec>, Refused> {
    let kinds = &metric.plugin().settings().windows;
    let is_meant = |kind: &&WindowSpec| {
        question.spec.is_none_or(|spec| spec == **kind) && **kind != WindowSpec::Cumulative
    };
    let Some(by) = question.by else { return Ok(kinds.iter().filter(is_meant).copied().collect()) };
    let makes = |kind: &&WindowSpec| match (**kind, by) {
        (WindowSpec::Tumbling { size }, WindowSpec::Tumbling { size: step }) => {
            step % size == 0 && step / size <= WINDOWS_TOGETHER_MAX as i64
        }
        _ => false,
    };
    let found = kinds.iter().filter(is_meant).filter(makes).max();
    found.map(|kind| vec![*kind]).ok_or_else(|| {
        let those: Vec<_> = kinds.iter().filter(makes).map(ToString::to_string).collect();
        let hint = match those.as_slice() {
            [] => format!("add \"{by}\" to `windows` of the metric"),
            those => format!("those that do are {}", those.join(", ")),
        };
        let of = question.spec.map_or_else(String::new, |spec| format!(" `{spec}`"));
        let id = metric.id();
        Refused::Malformed(format!(
            "metric `{id}` has no windows{of} of which up to {WINDOWS_TOGETHER_MAX} make a step of \
             `{by}`; hint: {hint}"
        ))
    })
}

fn rows(question: &HistoryQuestion) -> RowsOf {
    match (&question.key, question.top) {
        (Some(key), _) => RowsOf::Key(key.clone()),
        (None, Some(top)) => RowsOf::Largest(top as usize),
        (None, None) => RowsOf::All,
    }
}

fn no_rows(error: &NoRows) -> Refused {
    match error {
        NoRows::NoKeys(_) => Refused::Malformed(error.to_string()),
        NoRows::Unreadable(_) => Refused::failed(error),
    }
}

/// The windows of a kind from a time on, or the steps that are made of them.
fn walk<'a>(
    metric: &'a MetricReader,
    published: &'a Published,
    (spec, question): (WindowSpec, &HistoryQuestion),
    from: EventTime,
) -> Result<Box<dyn Iterator<Item = Result<Window, HistoryError>> + 'a>, Refused> {
    let Some(by) = question.by else { return Ok(Box::new(metric.walk(published, spec, from))) };
    let last = question.last.map(|count| (count.min(WINDOWS_MAX), question.with_open));
    let steps = metric.steps(published, (spec, by), from, last);
    match steps.map_err(|error| Refused::failed(&error))? {
        Some(steps) => Ok(Box::new(steps)),
        // Both kinds were found to follow each other.
        None => Ok(Box::new(iter::empty())),
    }
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
    // Steps know their own end.
    let last = question.last.filter(|_| question.by.is_none());
    let Some(count) = last.map(|count| count.min(WINDOWS_MAX)) else { return Ok(None) };
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

//! The result as data: what `replay --json`, `run --until-end --json` and `/api/v1/snapshot` give,
//! written window by window, so that a result of any size takes the memory of one window.
//! Rows are sorted by key, and nothing but `run` depends on time or machine, so equal results are
//! equal bytes.

use std::io::{self, Write};
use std::sync::Arc;

use chrono_tz::Tz;
use serde_json::{Map, Value, json};
use streamgauge_core::{
    Accounting, EventTime, OffsetGap, PartitionSnapshot, Plan, Rejection, WindowBooks, WindowSpec,
    rfc3339,
};
use streamgauge_outbox::HistoryError;
use streamgauge_plugin::{Descriptor, ResultTable};
use thiserror::Error;

use crate::cells::to_json;
use crate::frame;
use crate::{OtherRows, Published, Results, Trouble, WindowResult};

/// The counts of all partitions together.
pub fn accounting(partitions: &[Arc<PartitionSnapshot>]) -> Accounting {
    let mut sum = Accounting::default();
    for partition in partitions {
        sum.add(&partition.state.accounting);
    }
    sum
}

/// The end of a document before its time.
#[derive(Debug, Error)]
pub enum NotWritten {
    /// Whoever reads it has left, or its disk is full.
    #[error("{0}")]
    Output(#[from] io::Error),
    /// The stored windows cannot be found.
    #[error("{0}")]
    History(#[from] HistoryError),
}

/// A metric and what is wrong with it.
pub type Troubled = (String, Trouble);

/// Writes the result of what was published, one window after the other, without the final windows
/// that start before what `oldest` says of their kind. `run` holds what may differ from run to run.
///
/// # Errors
/// [`NotWritten`]; what was written until then is not JSON.
pub fn write(
    out: &mut dyn Write,
    (plan, zone): (&Plan, Tz),
    published: &Published,
    results: &Results,
    oldest: &dyn Fn(WindowSpec) -> EventTime,
    run: &Value,
) -> Result<Vec<Troubled>, NotWritten> {
    let partitions = &published.partitions;
    let books = accounting_json(&accounting(partitions));
    let at: Vec<Value> = partitions.iter().map(|partition| place(plan, zone, partition)).collect();
    write!(out, "{{\"accounting\":{books},\"at\":{},\"metrics\":{{", Value::Array(at))?;
    let mut troubles: Vec<Troubled> = Vec::new();
    let mut metric_books = Map::new();
    for (number, metric) in results.metrics().iter().enumerate() {
        write!(out, "{}{}:[", comma(number), json!(metric.id()))?;
        let mut windows = 0;
        let trouble = metric.visit(published, oldest, |window| {
            out.write_all(comma(windows).as_bytes())?;
            windows += 1;
            write_window(out, metric.plugin().descriptor(), &window, zone)?;
            Ok::<_, NotWritten>(())
        })?;
        out.write_all(b"]")?;
        let books = self::metric_books(metric.id(), published, trouble.as_ref());
        metric_books.insert(metric.id().to_owned(), books);
        troubles.extend(trouble.map(|trouble| (metric.id().to_owned(), trouble)));
    }
    write!(out, "}},\"metric_accounting\":{},\"run\":{run}}}", Value::from(metric_books))?;
    Ok(troubles)
}

/// What stands before the item of that number.
pub fn comma(number: usize) -> &'static str {
    if number == 0 { "" } else { "," }
}

fn accounting_json(books: &Accounting) -> Value {
    let reasons: Map<String, Value> = Rejection::NAMES
        .iter()
        .zip(books.rejections)
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| ((*name).to_owned(), count.into()))
        .collect();
    json!({
        "read": books.read,
        "on_time": books.on_time,
        "late": books.late,
        "rejected": books.rejected(),
        "rejected_by_reason": reasons,
        "event_time_fallback": books.fallback,
        "event_time_future": books.future,
        "event_time_past": books.past,
    })
}

fn place(plan: &Plan, zone: Tz, partition: &PartitionSnapshot) -> Value {
    let watermark = plan.watermark.watermark(partition.state.max_event_time);
    let digests: Map<String, Value> = partition
        .metrics
        .iter()
        .map(|metric| (metric.id.clone(), json!(metric.digest().map(|digest| digest.to_string()))))
        .collect();
    let gap = |gap: &OffsetGap| json!({ "kind": gap.kind.name(), "from": gap.from, "to": gap.to });
    json!({
        "partition": partition.partition,
        "offset": partition.state.next_offset,
        "gaps": partition.state.gaps.iter().map(gap).collect::<Vec<_>>(),
        "watermark": watermark.map(|time| rfc3339(zone, time)),
        "digest": partition.state_digest().to_string(),
        "metric_digests": digests,
    })
}

fn metric_books(id: &str, published: &Published, trouble: Option<&Trouble>) -> Value {
    let books = published.accounting(id);
    let mut value = json!({
        "on_time": books.on_time,
        "late": books.late,
        "folded": books.folded(),
        "excluded": books.excluded,
        "quarantined": trouble.map(Trouble::reason),
    });
    let windows = published.window_books(id);
    if !windows.is_empty() {
        let of = |(spec, books): &(WindowSpec, WindowBooks)| {
            let WindowBooks { expired, unplaced, evicted, .. } = *books;
            let outside = json!({ "expired": expired, "unplaced": unplaced, "evicted": evicted });
            (spec.to_string(), outside)
        };
        value["windows"] = windows.iter().map(of).collect::<Map<_, _>>().into();
    }
    value
}

/// How many bytes of rows are written at a time, about.
const ROWS_BYTES: usize = 64 << 10;

/// Writes the rows of one window.
///
/// # Errors
/// Those of `out`.
pub fn write_window(
    out: &mut dyn Write,
    descriptor: &Descriptor,
    window: &WindowResult,
    zone: Tz,
) -> io::Result<()> {
    let names = descriptor.outputs.iter().enumerate();
    let names = names.map(|(number, output)| format!("{}{}:", comma(number), json!(output.name)));
    let names: Vec<String> = names.collect();
    let result = &window.result;
    write!(out, "{{\"window\":{}", json!(frame::window(window.id, window.state, zone)))?;
    let tables = [("on_time", &result.on_time), ("late", &result.late), ("total", &result.total)];
    for (verdict, table) in tables {
        write!(out, ",\"{verdict}\":[")?;
        write_rows(out, &names, table)?;
        out.write_all(b"]")?;
    }
    if let Some(OtherRows { keys, total, on_time, late }) = &result.other {
        write!(out, ",\"other\":{{\"keys\":{keys}")?;
        for (verdict, row) in [("total", total), ("on_time", on_time), ("late", late)] {
            write!(out, ",\"{verdict}\":{{")?;
            for (name, cell) in names.iter().zip(row) {
                write!(out, "{name}{}", to_json(cell))?;
            }
            out.write_all(b"}")?;
        }
        out.write_all(b"}")?;
    }
    out.write_all(b"}")
}

/// One object a row, by the names of the outputs. Answers have tens of thousands of rows, so each
/// costs no more than its bytes.
fn write_rows(out: &mut dyn Write, names: &[String], table: &ResultTable) -> io::Result<()> {
    let mut text = Vec::new();
    for row in 0..table.len() {
        text.extend_from_slice(comma(row).as_bytes());
        text.push(b'{');
        for (column, name) in names.iter().enumerate() {
            text.extend_from_slice(name.as_bytes());
            table.write_json(row, column, &mut text);
        }
        text.push(b'}');
        if text.len() >= ROWS_BYTES {
            out.write_all(&text)?;
            text.clear();
        }
    }
    out.write_all(&text)
}

#[cfg(test)]
mod tests;

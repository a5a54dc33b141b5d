//! The result as data: what `replay --json`, `run --until-end --json` and `/api/v1/snapshot` give.
//! Rows are sorted by key, and nothing but `run` depends on time or machine, so equal results are
//! equal bytes.

use std::sync::Arc;

use chrono_tz::Tz;
use serde_json::{Map, Value, json};
use streamgauge_core::{
    Accounting, OffsetGap, PartitionSnapshot, Plan, Rejection, WindowBooks, WindowSpec, rfc3339,
};
use streamgauge_plugin::{Cell, Descriptor, ResultTable};

use crate::cells::to_json;
use crate::frame;
use crate::{MetricResults, OtherRows, Published, Trouble, WindowResult};

/// The counts of all partitions together.
pub fn accounting(partitions: &[Arc<PartitionSnapshot>]) -> Accounting {
    let mut sum = Accounting::default();
    for partition in partitions {
        sum.add(&partition.state.accounting);
    }
    sum
}

/// The result of what was published, from its merged `metrics`. `run` holds what may differ from
/// run to run.
pub fn document(
    plan: &Plan,
    zone: Tz,
    published: &Published,
    metrics: &[MetricResults<'_>],
    run: &Value,
) -> Value {
    let partitions = &published.partitions;
    let books = accounting(partitions);
    let at: Vec<Value> = partitions.iter().map(|partition| place(plan, zone, partition)).collect();
    let of = |value: fn(&MetricResults<'_>, Tz) -> Value| -> Map<String, Value> {
        let entry = |m: &MetricResults<'_>| (m.plugin.settings().id.clone(), value(m, zone));
        metrics.iter().map(entry).collect()
    };
    json!({
        "accounting": accounting_json(&books),
        "at": at,
        "metric_accounting": of(metric_books),
        "metrics": of(windows),
        "run": run,
    })
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
        .map(|metric| (metric.id.clone(), metric.digest().to_string().into()))
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

fn metric_books(metric: &MetricResults<'_>, _zone: Tz) -> Value {
    let books = metric.accounting;
    let mut value = json!({
        "on_time": books.on_time,
        "late": books.late,
        "folded": books.folded(),
        "excluded": books.excluded,
        "quarantined": metric.trouble.as_ref().map(Trouble::reason),
    });
    if !metric.windows.is_empty() {
        let of = |(spec, books): &(WindowSpec, WindowBooks)| {
            let WindowBooks { expired, unplaced, evicted, .. } = *books;
            let outside = json!({ "expired": expired, "unplaced": unplaced, "evicted": evicted });
            (spec.to_string(), outside)
        };
        value["windows"] = metric.windows.iter().map(of).collect::<Map<_, _>>().into();
    }
    value
}

fn windows(metric: &MetricResults<'_>, zone: Tz) -> Value {
    let descriptor = metric.plugin.descriptor();
    metric.results.iter().map(|window| window_json(descriptor, window, zone)).collect()
}

/// The rows of one window.
pub fn window_json(descriptor: &Descriptor, window: &WindowResult, zone: Tz) -> Value {
    let result = &window.result;
    let mut json = json!({
        "window": frame::window(window.id, window.state, zone),
        "on_time": rows(descriptor, &result.on_time),
        "late": rows(descriptor, &result.late),
        "total": rows(descriptor, &result.total),
    });
    if let Some(OtherRows { keys, total, on_time, late }) = &result.other {
        let [total, on_time, late] = [total, on_time, late].map(|cells| row(descriptor, cells));
        json["other"] = json!({ "keys": keys, "total": total, "on_time": on_time, "late": late });
    }
    json
}

fn rows(descriptor: &Descriptor, table: &ResultTable) -> Value {
    table.rows.iter().map(|cells| row(descriptor, cells)).collect()
}

fn row(descriptor: &Descriptor, cells: &[Cell]) -> Value {
    let names = descriptor.outputs.iter().map(|output| output.name.clone());
    Value::Object(names.zip(cells.iter().map(to_json)).collect())
}

#[cfg(test)]
mod tests;

//! One record, from its bytes to the verdict of every metric.

use chrono_tz::Tz;
use serde_json::{Map, Value as Json, json};
use streamgauge_core::{EventTime, MetricSnapshot, PartitionSnapshot};

use streamgauge_source::Span;

use super::log::{Audited, TOLD_EVERY};
use super::part::{NotCounted, count_on};
use super::reading::Gaps;

use crate::semantics::{
    self, Effect, MetricVerdict, OracleError, Outcome, Outside, Placed, Record, Verdict,
    WindowVerdict,
};
use streamgauge_core::{rfc3339, words};
use streamgauge_pipeline::Pipeline;
use streamgauge_source::SourceError;

/// A record, and how the oracle counts the record.
pub struct Explanation {
    /// The number of the record's partition in its topic.
    pub partition: u32,
    /// The record's original bytes; `None` means that the record has no value.
    pub value: Option<Vec<u8>>,
    /// The oracle's account of the record, step by step.
    pub verdict: Verdict,
    /// The metrics that do not count the record, which their partition counts, and why.
    pub not_counted: Vec<(String, NotCounted)>,
    /// The number of records before this one that were read again.
    pub records_before: u64,
}

/// Why there is nothing to be said of a record.
#[derive(Debug, thiserror::Error)]
pub enum NotExplained {
    /// The log of the partition has no record at the offset.
    #[error(
        "partition {partition} has no record at offset {offset}: its log holds {low} to {high}"
    )]
    NoRecord {
        /// The partition that was asked about.
        partition: u32,
        /// The offset that was asked about.
        offset: i64,
        /// The first offset that is there.
        low: i64,
        /// The offset after the last record.
        high: i64,
    },
    /// There is no such partition.
    #[error("there is no partition {0}")]
    NoPartition(u32),
    /// The log cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A plugin crashed or broke its contract.
    #[error(transparent)]
    Oracle(#[from] OracleError),
    /// Nobody wants to know any more.
    #[error("it was ended before the record was reached")]
    Ended,
}

/// Reads the log of `partition` up to the record at `offset`: from the origin of what is `stored` of
/// the partition, or from the log's beginning. Each metric counts what it counts there. `goes_on` is
/// told now and then how many offsets are read, and of how many; `false` ends the work.
///
/// # Errors
/// There is no such record, the log cannot be read, a plugin fails, or the work was ended.
pub fn explain(
    audited: &Audited<'_>,
    (partition, offset): (u32, i64),
    stored: Option<&PartitionSnapshot>,
    goes_on: &mut dyn FnMut(u64, u64) -> bool,
) -> Result<Explanation, NotExplained> {
    let (low, high) = audited.held(partition).ok_or(NotExplained::NoPartition(partition))?;
    let no_record = NotExplained::NoRecord { partition, offset, low, high };
    if !(low..high).contains(&offset) {
        return Err(no_record);
    }
    let from = stored.map_or(low, |stored| stored.state.origin.max(low)).min(offset);
    let mut oracle = audited.oracle()?.partition(partition, from)?;
    let mut gaps = Gaps::default();
    if let Some(stored) = stored {
        gaps = Gaps::after(0, &stored.state);
        count_on(&mut oracle, stored);
    }
    let mut records_before = 0;
    let mut found = None;
    let (of, mut is_wanted) = ((offset - from).unsigned_abs(), true);
    let span = Span { partition, from, to: offset + 1 };
    audited.read(&[span], &mut |_, meta, value| {
        let (offset_here, stamp) = (meta.offset, meta.time.millis());
        let record = Record { offset: offset_here, stamp, taken: None, value };
        gaps.skip_up_to(offset_here, &mut oracle);
        let verdict = oracle.accept(record);
        if offset_here == offset || verdict.is_err() {
            found = Some(verdict.map(|verdict| (verdict, value.map(<[u8]>::to_vec))));
            return false;
        }
        records_before += 1;
        let read = (offset_here - from).unsigned_abs();
        is_wanted = records_before % TOLD_EVERY != 0 || goes_on(read, of);
        is_wanted
    })?;
    if !is_wanted {
        return Err(NotExplained::Ended);
    }
    let (verdict, value) = found.ok_or(no_record)??;
    let not_counted = stored.map_or_else(Vec::new, |stored| {
        let why = |metric: &MetricSnapshot| {
            Some((metric.id.clone(), NotCounted::why(&stored.state, metric, offset)?))
        };
        stored.metrics.iter().filter_map(why).collect()
    });
    Ok(Explanation { partition, value, verdict, not_counted, records_before })
}

impl Explanation {
    /// The explanation as JSON, for `streamgauge explain --json`.
    pub fn to_json(&self, pipeline: &Pipeline) -> Json {
        let zone = pipeline.event_time.zone;
        let verdict = &self.verdict;
        let columns = verdict.columns.iter().map(|(name, value)| (name.clone(), column(value)));
        let mut json = json!({
            "partition": self.partition,
            "offset": verdict.offset,
            "stamp": verdict.stamp.map(|stamp| time(zone, stamp)),
            "value": self.value.as_ref().map(|value| String::from_utf8_lossy(value)),
            "columns": columns.collect::<Map<_, _>>(),
            "watermark_before": verdict.watermark_before.map(|w| time(zone, w)),
            "watermark_after": verdict.watermark_after.map(|w| time(zone, w)),
            "lateness_clock": pipeline.lateness.clock.name(),
        });
        match &verdict.outcome {
            Outcome::Repeated => json["verdict"] = "repeated".into(),
            Outcome::Rejected(rejection) => {
                json["verdict"] = "rejected".into();
                json["reason"] = rejection.name().into();
            }
            Outcome::Placed(placed) => {
                json["verdict"] = if placed.late_by.is_some() { "late" } else { "on_time" }.into();
                json["event_time"] = placed.event_time.map(|t| time(zone, t)).into();
                json["event_time_effect"] = effect(placed).into();
                json["late_by_ms"] = placed.late_by.into();
                json["reference"] = placed.reference.map(|r| time(zone, r)).into();
                json["histogram_bucket"] = placed.bucket.into();
                let metric = |m: &MetricVerdict| (m.id.clone(), metric_json(m, zone));
                let mut metrics = placed.metrics.iter().map(metric).collect::<Map<_, _>>();
                for (id, why) in &self.not_counted {
                    metrics.insert(id.clone(), json!({ "not_counted": why.name() }));
                }
                json["metrics"] = metrics.into();
            }
        }
        json
    }

    /// The explanation as lines of text for people.
    pub fn to_text(&self, pipeline: &Pipeline) -> String {
        let zone = pipeline.event_time.zone;
        let verdict = &self.verdict;
        let stamp = verdict.stamp.map(|stamp| format!("stamped {}", time(zone, stamp)));
        let stamp = stamp.unwrap_or_else(|| "without a stamp".to_owned());
        let place = format!("partition {}, offset {}", self.partition, verdict.offset);
        let mut lines = vec![format!("{place}, {stamp}")];
        let value = self.value.as_deref().map(String::from_utf8_lossy);
        lines
            .push(format!("value       {}", value.as_deref().map_or("(none)".into(), words::line)));
        for (name, value) in &verdict.columns {
            lines.push(format!("  {name} = {}", words::line(&shown(value))));
        }
        let watermark = |w: Option<i64>| w.map_or("none yet".to_owned(), |w| time(zone, w));
        lines.push(format!("watermark   {} before it", watermark(verdict.watermark_before)));
        match &verdict.outcome {
            Outcome::Repeated => lines.push("verdict     its offset was read before".to_owned()),
            Outcome::Rejected(rejection) => {
                lines.push(format!("verdict     rejected: {}", rejection.name()));
            }
            Outcome::Placed(placed) => {
                let event_time = placed.event_time.map(|t| time(zone, t));
                let event_time = event_time.as_deref().unwrap_or("none");
                let effect = effect(placed);
                lines.push(format!("event time  {event_time} ({effect})"));
                let verdict_text = match placed.late_by {
                    None => "on time".to_owned(),
                    Some(late) => format!("late by {}", seconds(late)),
                };
                lines.push(format!("verdict     {verdict_text}"));
                for metric in &placed.metrics {
                    lines.extend(metric_lines(metric, zone));
                }
                let not_counted = self.not_counted.iter();
                lines.extend(
                    not_counted
                        .map(|(id, why)| format!("metric {id}: not counted, {}", why.words())),
                );
            }
        }
        lines.push(format!("watermark   {} after it", watermark(verdict.watermark_after)));
        lines.join("\n")
    }
}

fn metric_lines(metric: &MetricVerdict, zone: Tz) -> Vec<String> {
    let id = &metric.id;
    if let Some(excluded) = &metric.excluded {
        return vec![format!("metric {id}: excluded, {} ({})", excluded.reason, excluded.detail)];
    }
    let windows = metric.windows.iter().map(|window| format!("  {}", window_text(window, zone)));
    std::iter::once(format!("metric {id}: folded")).chain(windows).collect()
}

fn window_text(window: &WindowVerdict, zone: Tz) -> String {
    let spec = spec(window);
    let mut text = match window.pane {
        Some(pane) => format!("{spec}: {} to {}", time(zone, pane.start), time(zone, pane.end)),
        None if window.outside.is_some() => format!("{spec}: no time"),
        None => return spec,
    };
    let notes = [
        (is_outside(window, Outside::Expired), ", expired: in no window"),
        (is_outside(window, Outside::Unplaced), ", unplaced: may open no window, in none"),
        (window.opened, ", opened by it"),
        (window.correction, ", a correction"),
    ];
    notes.iter().filter(|(applies, _)| *applies).for_each(|(_, note)| text += note);
    let finals = window.evicted.iter().chain(&window.finals);
    let finals = finals.map(|pane| format!("; {} becomes final", time(zone, pane.start)));
    text + &finals.collect::<String>()
}

fn is_outside(window: &WindowVerdict, why: Outside) -> bool {
    window.outside == Some(why)
}

fn spec(window: &WindowVerdict) -> String {
    let spec = streamgauge_core::WindowSpec::from_millis(window.size, window.slide);
    spec.map_or_else(|_| "?".to_owned(), |spec| spec.to_string())
}

fn metric_json(metric: &MetricVerdict, zone: Tz) -> Json {
    if let Some(excluded) = &metric.excluded {
        return json!({ "excluded": excluded.reason, "detail": excluded.detail });
    }
    let window = |w: &WindowVerdict| {
        let span =
            |s: &semantics::Span| json!({ "start": time(zone, s.start), "end": time(zone, s.end) });
        json!({
            "spec": spec(w),
            "pane": w.pane.as_ref().map(span),
            "expired": is_outside(w, Outside::Expired),
            "unplaced": is_outside(w, Outside::Unplaced),
            "opened": w.opened,
            "correction": w.correction,
            "evicted": w.evicted.as_ref().map(span),
            "final": w.finals.iter().map(span).collect::<Vec<_>>(),
        })
    };
    json!({ "folded": true, "windows": metric.windows.iter().map(window).collect::<Vec<_>>() })
}

fn column(value: &semantics::Value) -> Json {
    match value {
        semantics::Value::Missing => Json::Null,
        semantics::Value::Invalid(flaw) => json!({ "invalid": flaw }),
        semantics::Value::Boolean(b) => json!(b),
        semantics::Value::Unsigned(n) => json!(n),
        semantics::Value::Integer(n) => json!(n),
        semantics::Value::Float(x) => json!(x),
        semantics::Value::Text(text) => json!(text),
    }
}

fn shown(value: &semantics::Value) -> String {
    match value {
        semantics::Value::Missing => "missing".to_owned(),
        semantics::Value::Invalid(flaw) => format!("invalid: {flaw}"),
        value => column(value).to_string(),
    }
}

fn effect(placed: &Placed) -> String {
    match placed.effect {
        Effect::Moves => "the largest so far: moves the watermark".to_owned(),
        Effect::None => "not larger than others before".to_owned(),
        Effect::Fallback(why) if placed.event_time.is_none() => {
            format!("its own time is {why}, and it has no stamp; moves no watermark")
        }
        Effect::Fallback(why) => format!("its stamp, as its own time is {why}; moves no watermark"),
        Effect::Future => "too far ahead of its stamp to move the watermark".to_owned(),
        Effect::Past => "before `earliest`: does not move the watermark".to_owned(),
    }
}

fn time(zone: Tz, millis: i64) -> String {
    rfc3339(zone, EventTime(millis))
}

/// Milliseconds as seconds, with a fraction where there is one.
fn seconds(millis: i64) -> String {
    match millis % 1000 {
        0 => format!("{} s", millis / 1000),
        _ => format!("{} s", millis as f64 / 1000.0),
    }
}

#[cfg(test)]
mod tests;

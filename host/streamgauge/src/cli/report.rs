//! The final result of a bounded run: as JSON, or as tables for people.

use std::fmt::Write as _;

use chrono::Utc;
use chrono_tz::Tz;
use serde_json::{Value, json};
use streamgauge_core::{Accounting, TimeWindow, WindowBooks, rfc3339};
use streamgauge_outbox::HistoryError;
use streamgauge_plugin::{Cell, Output};
use streamgauge_view::{MetricResults, Published, Results, Trouble, document};

use crate::publish::{rejected, warnings_at_end};
use crate::run::cause::Cause;
use crate::run::prepare::Prepared;
use crate::run::status::RunStatus;

/// The result of a bounded run, for people or programs.
pub(super) struct Report {
    published: Published,
    results: Results,
    consume_seconds: f64,
    warnings: Vec<Cause>,
}

impl Report {
    /// Merges what the workers published last.
    ///
    /// # Errors
    /// The stored history cannot be read.
    pub(super) fn new(prepared: &Prepared, run_status: &RunStatus) -> Result<Self, HistoryError> {
        let overview = run_status.overview();
        let Prepared { pipeline, plan, plugins, .. } = prepared;
        let now = Utc::now().timestamp_millis();
        let mut published = Published::new(&overview, None, pipeline.history_keep, now);
        let always = |_: &str, _| Some(TimeWindow::ALWAYS);
        published.final_panes.extend(run_status.history(&pipeline.metrics, always)?);
        let results = Results::new(plugins, plan, pipeline.event_time.zone);
        let seconds =
            overview.counts.span.map_or(0.0, |(first, last)| (last - first).as_secs_f64());
        let warnings = warnings_at_end(pipeline, &overview);
        Ok(Self { published, results, consume_seconds: seconds, warnings })
    }

    /// Every window of every metric, merged now.
    pub(super) fn metrics(&self) -> Vec<MetricResults<'_>> {
        self.results.all(&self.published)
    }

    /// The result as JSON, in the shape of `/api/v1/snapshot`.
    pub(super) fn json(&self, prepared: &Prepared, metrics: &[MetricResults<'_>]) -> Value {
        let run = json!({ "consume_seconds": self.consume_seconds });
        let zone = prepared.pipeline.event_time.zone;
        document::document(&prepared.plan, zone, &self.published, metrics, &run)
    }

    /// The result as tables for people.
    pub(super) fn text(&self, prepared: &Prepared, metrics: &[MetricResults<'_>]) -> String {
        let books = document::accounting(&self.published.partitions);
        let mut text = format!(
            "read {} = on time {} + late {} + rejected {}\n",
            books.read,
            books.on_time,
            books.late,
            books.rejected()
        );
        text.push_str(&event_times(&books));
        for partition in &self.published.partitions {
            let watermark = prepared.plan.watermark.watermark(partition.state.max_event_time);
            let zone = prepared.pipeline.event_time.zone;
            let watermark = watermark.map_or("none".into(), |w| rfc3339(zone, w));
            let (number, offset) = (partition.partition, partition.state.next_offset);
            let _ = writeln!(text, "partition {number}: offset {offset}, watermark {watermark}");
            if let Some(leap) = partition.state.leap {
                let (from, to) = (rfc3339(zone, leap.from), rfc3339(zone, leap.to));
                let _ = writeln!(
                    text,
                    "  the last far move of event time: the record at offset {} from {from} to {to}",
                    leap.offset
                );
            }
        }
        let zone = prepared.pipeline.event_time.zone;
        for metric in metrics {
            write_metric(&mut text, metric, zone);
        }
        for warning in &self.warnings {
            write_warning(&mut text, warning);
        }
        let seconds = self.consume_seconds.max(1e-9);
        let rate = books.read as f64 / seconds;
        let _ = write!(text, "\nconsumed in {seconds:.3} s, {rate:.0} records/s");
        text
    }
}

/// Rejections by reason, and event times that are not those of the records, where there are some.
fn event_times(books: &Accounting) -> String {
    let mut text = String::new();
    let by_reason: Vec<String> =
        rejected(books).into_iter().map(|(reason, n)| format!("{reason} {n}")).collect();
    if !by_reason.is_empty() {
        let _ = writeln!(text, "rejected: {}", by_reason.join(", "));
    }
    let Accounting { fallback, future, past, .. } = books;
    if fallback + future + past > 0 {
        let _ = writeln!(text, "event time: fallback {fallback}, future {future}, past {past}");
    }
    text
}

fn write_warning(text: &mut String, warning: &Cause) {
    let _ = writeln!(text, "\nwarning: {}", warning.message);
    if let (Some(place), Some(sample)) = (warning.args.get("place"), warning.args.get("sample")) {
        let _ = writeln!(text, "  {place}: {sample}");
    }
}

/// Metrics that stopped or cannot be read, with the reason and what to do.
pub(super) fn troubles(metrics: &[MetricResults<'_>]) -> Vec<String> {
    let trouble = |m: &MetricResults<'_>| {
        let (id, trouble) = (&m.plugin.settings().id, m.trouble.as_ref()?);
        let what = match trouble {
            Trouble::Stopped(stopped) => format!("stopped at {}", stopped.places()),
            Trouble::Unreadable { .. } => "gives no result".to_owned(),
        };
        let (reason, remedy) = (trouble.reason(), trouble.remedy());
        Some(format!("metric `{id}` {what}: {reason}\nhint: {remedy}"))
    };
    metrics.iter().filter_map(trouble).collect()
}

fn write_metric(text: &mut String, metric: &MetricResults<'_>, zone: Tz) {
    let books = metric.accounting;
    let id = &metric.plugin.settings().id;
    let _ = writeln!(text, "\n{id}: folded {}, excluded {}", books.folded(), books.excluded);
    for (spec, books) in &metric.windows {
        let WindowBooks { expired, unplaced, evicted, .. } = books;
        let outside = format!("expired {expired}, unplaced {unplaced}, evicted {evicted}");
        let _ = writeln!(text, "{id} {spec}: {outside}");
    }
    let outputs = &metric.plugin.descriptor().outputs;
    for window in &metric.results {
        if let (Some(interval), Some(state)) = (window.id.window, window.state) {
            let civil = |time| rfc3339(zone, time);
            let (start, end) = (civil(interval.start), civil(interval.end));
            let _ = writeln!(text, "{id} {} {start} to {end}: {}", window.id.spec, state.name());
        }
        for row in &window.result.total.rows {
            let cells: Vec<String> =
                outputs.iter().zip(row).map(|(output, cell)| show(output, cell)).collect();
            let _ = writeln!(text, "  {}", cells.join("  "));
        }
    }
}

/// A cell with its label, if the cell has one.
fn show(output: &Output, cell: &Cell) -> String {
    let key = match cell {
        Cell::Null => "-".to_owned(),
        Cell::Boolean(b) => b.to_string(),
        Cell::Integer(n) => format!("{n:>12}"),
        Cell::Float(x) => x.to_string(),
        Cell::Text(text) => text.clone(),
    };
    let label = output.labels.iter().find(|label| label.key == key);
    let texts = label.map(|label| label.text.iter().map(|(_, text)| text.as_str()).collect());
    match texts {
        Some::<Vec<&str>>(texts) => format!("{key} ({})", texts.join(", ")),
        None => key,
    }
}

//! The final result of a bounded run: as JSON, or as tables for people.

use std::fmt::Write as _;
use std::io::{self, Write};

use chrono::Utc;
use chrono_tz::Tz;
use serde_json::json;
use streamgauge_core::{
    Accounting, EventTime, TimeWindow, WindowBooks, WindowSpec, rfc3339, words,
};
use streamgauge_plugin::{Cell, Output};
use streamgauge_view::document::{self, NotWritten, Troubled};
use streamgauge_view::{MetricReader, Published, Results, Trouble};

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

/// All windows are told.
const ALL: fn(WindowSpec) -> EventTime = |_| TimeWindow::ALWAYS.start;

impl Report {
    /// What the workers published last.
    pub(super) fn new(prepared: &Prepared, run_status: &RunStatus) -> Self {
        let overview = run_status.overview();
        let Prepared { pipeline, plan, plugins, .. } = prepared;
        let now = Utc::now().timestamp_millis();
        let published = Published::new(&overview, None, pipeline.history_keep, now)
            .with_history(run_status.history_store());
        let results = Results::new(plugins, plan, pipeline.event_time.zone);
        let seconds =
            overview.counts.span.map_or(0.0, |(first, last)| (last - first).as_secs_f64());
        let warnings = warnings_at_end(pipeline, &overview);
        Self { published, results, consume_seconds: seconds, warnings }
    }

    /// Writes the result as JSON, in the shape of `/api/v1/snapshot`.
    ///
    /// # Errors
    /// Nobody takes it, or the stored history cannot be read.
    pub(super) fn write_json(
        &self,
        prepared: &Prepared,
        out: &mut dyn Write,
    ) -> Result<Vec<Troubled>, NotWritten> {
        let run = json!({ "consume_seconds": self.consume_seconds });
        let place = (&*prepared.plan, prepared.pipeline.event_time.zone);
        document::write(out, place, &self.published, &self.results, &ALL, &run)
    }

    /// Writes the result as tables for people.
    ///
    /// # Errors
    /// Nobody takes it, or the stored history cannot be read.
    pub(super) fn write_text(
        &self,
        prepared: &Prepared,
        out: &mut dyn Write,
    ) -> Result<Vec<Troubled>, NotWritten> {
        let books = document::accounting(&self.published.partitions);
        writeln!(
            out,
            "read {} = on time {} + late {} + rejected {}",
            books.read,
            books.on_time,
            books.late,
            books.rejected()
        )?;
        out.write_all(event_times(&books).as_bytes())?;
        let zone = prepared.pipeline.event_time.zone;
        for partition in &self.published.partitions {
            let watermark = prepared.plan.watermark.watermark(partition.state.max_event_time);
            let watermark = watermark.map_or("none".into(), |w| rfc3339(zone, w));
            let (number, offset) = (partition.partition, partition.state.next_offset);
            writeln!(out, "partition {number}: offset {offset}, watermark {watermark}")?;
            if let Some(leap) = partition.state.leap {
                let (from, to) = (rfc3339(zone, leap.from), rfc3339(zone, leap.to));
                writeln!(
                    out,
                    "  the last far move of event time: the record at offset {} from {from} to {to}",
                    leap.offset
                )?;
            }
        }
        let mut troubles = Vec::new();
        for metric in self.results.metrics() {
            let trouble = write_metric(out, metric, &self.published, zone)?;
            troubles.extend(trouble.map(|trouble| (metric.id().to_owned(), trouble)));
        }
        for warning in &self.warnings {
            write_warning(out, warning)?;
        }
        let seconds = self.consume_seconds.max(1e-9);
        let rate = books.read as f64 / seconds;
        write!(out, "\nconsumed in {seconds:.3} s, {rate:.0} records/s")?;
        Ok(troubles)
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

fn write_warning(out: &mut dyn Write, warning: &Cause) -> io::Result<()> {
    writeln!(out, "\nwarning: {}", warning.message)?;
    if let (Some(place), Some(sample)) = (warning.args.get("place"), warning.args.get("sample")) {
        writeln!(out, "  {place}: {sample}")?;
    }
    Ok(())
}

/// A metric that stopped or cannot be read, with the reason and what to do.
pub(super) fn trouble_words((id, trouble): &Troubled) -> String {
    let what = match trouble {
        Trouble::Stopped(stopped) => format!("stopped at {}", stopped.places()),
        Trouble::Lagging(_) | Trouble::Building { .. } => "has not caught up".to_owned(),
        Trouble::Unreadable { .. } => "gives no result".to_owned(),
    };
    let (reason, remedy) = (trouble.reason(), trouble.remedy());
    format!("metric `{id}` {what}: {reason}\nhint: {remedy}")
}

fn write_metric(
    out: &mut dyn Write,
    metric: &MetricReader,
    published: &Published,
    zone: Tz,
) -> Result<Option<Trouble>, NotWritten> {
    let id = metric.id();
    let books = published.accounting(id);
    writeln!(out, "\n{id}: folded {}, excluded {}", books.folded(), books.excluded)?;
    for (spec, books) in published.window_books(id) {
        let WindowBooks { expired, unplaced, evicted, .. } = books;
        let outside = format!("expired {expired}, unplaced {unplaced}, evicted {evicted}");
        writeln!(out, "{id} {spec}: {outside}")?;
    }
    let outputs = &metric.plugin().descriptor().outputs;
    metric.visit(published, &ALL, |window| {
        if let (Some(interval), Some(state)) = (window.id.window, window.state) {
            let civil = |time| rfc3339(zone, time);
            let (start, end) = (civil(interval.start), civil(interval.end));
            writeln!(out, "{id} {} {start} to {end}: {}", window.id.spec, state.name())?;
        }
        for row in window.result.total.rows() {
            let cells: Vec<String> =
                outputs.iter().zip(&row).map(|(output, cell)| show(output, cell)).collect();
            writeln!(out, "  {}", cells.join("  "))?;
        }
        Ok(())
    })
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
    let key = words::line(&key);
    match texts {
        Some::<Vec<&str>>(texts) => format!("{key} ({})", texts.join(", ")),
        None => key.into_owned(),
    }
}

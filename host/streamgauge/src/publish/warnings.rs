//! What an operator should look at, though the pipeline runs: settings that do not fit the data,
//! and partitions that stand still. Warnings change nothing of what is counted.

mod advice;
mod metrics;
mod span;
mod unusable;

use std::time::{Duration, Instant};

use streamgauge_checkpoint::backups::BackupReport;
use streamgauge_core::{Accounting, LatenessHistogram, PartitionSnapshot, Year};
use streamgauge_outbox::Overview;
use streamgauge_pipeline::{EventTimeFields, Pipeline, show_duration};
use streamgauge_view::LiveMetric;

use super::costs::Costs;
use crate::run::cause::{Cause, CauseCode};
use span::{Span, Sums};

/// Records that tell enough.
const RECORDS_MIN: u64 = 1000;

/// The share that a suggested bound keeps on time, in a thousand.
const KEPT: u64 = 999;

/// Warnings, each logged when it first appears.
#[derive(Default)]
pub(super) struct Warnings {
    /// Codes, each with the metric that it is about.
    logged: Vec<(CauseCode, Option<String>)>,
    span: Span,
}

impl Warnings {
    /// What is to be warned of now.
    pub(super) fn look(
        &mut self,
        pipeline: &Pipeline,
        overview: &Overview,
        (metrics, costs): (&[LiveMetric], &Costs),
    ) -> Vec<Cause> {
        let sums = self.span.look(Instant::now(), &Sums::of(overview));
        let mut found = of_metrics(overview, metrics, costs);
        found.extend(of_data(pipeline, overview, &sums));
        for warning in &found {
            let key = (warning.code, warning.args.get("metric").cloned());
            // A metric that stops is told at once by its worker, and one that lags by its reader.
            let is_told = [CauseCode::MetricStopped, CauseCode::MetricLagging];
            if !is_told.contains(&warning.code) && !self.logged.contains(&key) {
                self.logged.push(key);
                tracing::warn!("{}", warning.message);
            }
        }
        found
    }
}

/// What a run that nobody looked at should be warned of, over all that was read.
pub fn warnings_at_end(pipeline: &Pipeline, overview: &Overview) -> Vec<Cause> {
    of_data(pipeline, overview, &Sums::of(overview))
}

/// Logs what a run that nobody looked at should be warned of.
pub fn log_warnings(pipeline: &Pipeline, overview: &Overview) {
    for warning in warnings_at_end(pipeline, overview) {
        tracing::warn!("{}", warning.message);
    }
}

/// That the state could not be copied, while that lasts. Its thread logs it.
pub(super) fn of_backups(report: &BackupReport) -> Option<Cause> {
    let failing = report.failing.as_ref()?;
    let (error, failures) = (failing.reason.clone(), failing.failures);
    let message =
        format!("no backup of the state could be made {failures} times in a row: {error}");
    let args = [("error", error), ("failures", failures.to_string())];
    Some(Cause::warning(CauseCode::BackupFailing, message, &args))
}

fn of_metrics(overview: &Overview, metrics: &[LiveMetric], costs: &Costs) -> Vec<Cause> {
    let of = |metric: &LiveMetric| {
        let trouble = metric.trouble().map(|trouble| metrics::of_trouble(metric.id(), trouble));
        trouble.into_iter().chain(metrics::of_costs(metric.plugin(), overview, costs))
    };
    metrics.iter().flat_map(of).collect()
}

fn of_data(pipeline: &Pipeline, overview: &Overview, sums: &Sums) -> Vec<Cause> {
    let late = mostly_late(pipeline, &sums.books, || histogram(overview));
    let future = mostly_future(pipeline, &sums.books);
    let warnings = [late, future, year_current_on_old_data(pipeline, overview)];
    let unusable = unusable::found(pipeline, overview, sums);
    warnings.into_iter().flatten().chain(unusable).collect()
}

/// How far behind the records of all partitions were.
pub(super) fn histogram(overview: &Overview) -> LatenessHistogram {
    let mut sum = LatenessHistogram::default();
    let add = |snapshot: &std::sync::Arc<PartitionSnapshot>| sum.merge(&snapshot.state.histogram);
    overview.partitions.iter().for_each(add);
    sum
}

fn mostly_late(
    pipeline: &Pipeline,
    books: &Accounting,
    histogram: impl FnOnce() -> LatenessHistogram,
) -> Option<Cause> {
    let placed = books.on_time + books.late;
    if placed < RECORDS_MIN || books.late * 2 <= placed {
        return None;
    }
    let enough = histogram().bound_for(KEPT).unwrap_or_default();
    let bound = show_duration(pipeline.event_time.bound);
    let share = books.late as f64 * 100.0 / placed as f64;
    // A whole second more reads better and keeps no fewer.
    let suggested = Duration::from_secs(enough.unsigned_abs().div_ceil(1000));
    let message = format!(
        "{share:.1} % of {placed} records are late with `event_time.bound` = \"{bound}\", as they \
         are not in the order of their event times and come that much after a later one; \"{}\" \
         would keep 99.9 % of them on time",
        show_duration(suggested)
    );
    Some(Cause::warning(
        CauseCode::MostlyLate,
        message,
        &[
            ("late", books.late.to_string()),
            ("records", placed.to_string()),
            ("percent", format!("{share:.1}")),
            ("bound", bound),
            ("bound_for_999_ms", enough.to_string()),
            ("bound_for_999", show_duration(suggested)),
        ],
    ))
}

fn mostly_future(pipeline: &Pipeline, books: &Accounting) -> Option<Cause> {
    let placed = books.on_time + books.late;
    if placed < RECORDS_MIN || books.future * 2 <= placed {
        return None;
    }
    let skew = pipeline.event_time.future_skew_text();
    let message = format!(
        "{} of {placed} records are more than `event_time.future_skew` = \"{skew}\" ahead of \
         their stamps, so they do not move the watermark; are the year, the unit and the zone of \
         [event_time] those of the data?",
        books.future
    );
    Some(Cause::warning(
        CauseCode::MostlyFuture,
        message,
        &[
            ("future", books.future.to_string()),
            ("records", placed.to_string()),
            ("future_skew", skew),
        ],
    ))
}

fn year_current_on_old_data(pipeline: &Pipeline, overview: &Overview) -> Option<Cause> {
    let EventTimeFields::MonthDay { year: Year::Current, .. } = pipeline.event_time.fields else {
        return None;
    };
    let ages = overview.counts.ages;
    if ages.rows < RECORDS_MIN || ages.old * 2 <= ages.rows {
        return None;
    }
    let message = format!(
        "with `event_time.year` = \"current\", {} of the first {} records of this run are more \
         than 60 days older than their stamps: if the data is of another year, write that year",
        ages.old, ages.rows
    );
    Some(Cause::warning(
        CauseCode::YearCurrentOnOldData,
        message,
        &[("old", ages.old.to_string()), ("records", ages.rows.to_string())],
    ))
}

#[cfg(test)]
mod tests;

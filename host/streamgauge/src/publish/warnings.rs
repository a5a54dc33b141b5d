//! What an operator should look at, though the pipeline runs: settings that do not fit the data,
//! and partitions that stand still. Warnings change nothing of what is counted.

use std::time::Duration;

use streamgauge_core::{Accounting, LatenessHistogram, PartitionSnapshot, Year};
use streamgauge_outbox::Overview;
use streamgauge_pipeline::{EventTimeFields, Pipeline, show_duration};
use streamgauge_view::document;

use crate::run::cause::{Cause, CauseCode};

/// Records that tell enough.
const RECORDS_MIN: u64 = 1000;

/// The share that a suggested bound keeps on time, in a thousand.
const KEPT: u64 = 999;

/// Warnings, each logged when it first appears.
#[derive(Default)]
pub(super) struct Warnings {
    logged: Vec<CauseCode>,
}

impl Warnings {
    /// What is to be warned of now.
    pub(super) fn look(
        &mut self,
        pipeline: &Pipeline,
        overview: &Overview,
        books: &Accounting,
    ) -> Vec<Cause> {
        let found = found(pipeline, overview, books);
        for warning in &found {
            if !self.logged.contains(&warning.code) {
                self.logged.push(warning.code);
                tracing::warn!("{}", warning.message);
            }
        }
        found
    }
}

/// Logs what a run that nobody looked at should be warned of.
pub fn log_warnings(pipeline: &Pipeline, overview: &Overview) {
    let books = document::accounting(&overview.partitions);
    for warning in found(pipeline, overview, &books) {
        tracing::warn!("{}", warning.message);
    }
}

fn found(pipeline: &Pipeline, overview: &Overview, books: &Accounting) -> Vec<Cause> {
    let late = mostly_late(pipeline, books, || histogram(overview));
    let warnings =
        [late, mostly_future(pipeline, books), year_current_on_old_data(pipeline, overview)];
    warnings.into_iter().flatten().collect()
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
        "{share:.1} % of {placed} records are late with `event_time.bound` = \"{bound}\"; \
         \"{}\" would keep 99.9 % of them on time",
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
    let skew = show_duration(pipeline.event_time.future_skew);
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

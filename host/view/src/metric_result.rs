//! One metric's result over one window, and how it is made of what a plugin gives.

use std::convert::Infallible;

use streamgauge_plugin::{Largest, Output, ResultTable};

use super::cells::with_text;
use super::rows_max::{Cut, OtherRows, RESULT_ROWS_MAX};

/// One metric's merged result over one window.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MetricResult {
    /// The result of the records on time.
    pub on_time: ResultTable,
    /// The result of the late records.
    pub late: ResultTable,
    /// The result of all records, on time and late.
    pub total: ResultTable,
    /// The rows beyond [`RESULT_ROWS_MAX`]; `None` means that every row is there.
    pub other: Option<OtherRows>,
}

impl MetricResult {
    /// The rows that are here and whose text in `column` is `key`.
    pub(super) fn with_key(&self, (column, key): (usize, &str)) -> Self {
        let [on_time, late, total] =
            [&self.on_time, &self.late, &self.total].map(|table| with_text(table, column, key));
        Self { on_time, late, total, other: None }
    }

    /// The result of the tables that `next` gives: of all records, of those on time, and of the late
    /// ones. A large table is cut before the next one comes.
    pub(super) fn of_tables<E>(
        outputs: &[Output],
        next: impl FnMut() -> Result<ResultTable, E>,
    ) -> Result<Self, E> {
        Self::cut(outputs, RESULT_ROWS_MAX, next)
    }

    /// The same result with no more than so many rows, the largest by the first measure.
    pub(super) fn largest(&self, outputs: &[Output], rows_max: usize) -> Self {
        let mut tables = [&self.total, &self.on_time, &self.late].into_iter().cloned();
        let next = || Ok::<_, Infallible>(tables.next().unwrap_or_default());
        let Ok(mut result) = Self::cut(outputs, rows_max, next);
        result.other = match (self.other.clone(), result.other.take()) {
            (Some(before), Some(cut)) => Some(before.and(cut)),
            (before, cut) => before.or(cut),
        };
        result
    }

    fn cut<E>(
        outputs: &[Output],
        rows_max: usize,
        mut next: impl FnMut() -> Result<ResultTable, E>,
    ) -> Result<Self, E> {
        let mut total = next()?;
        let Some((cut, keys, rest)) = Cut::of(outputs, &mut total, rows_max) else {
            return Ok(Self { total, on_time: next()?, late: next()?, other: None });
        };
        let mut next = || {
            let mut table = next()?;
            let rest = cut.apply(outputs, &mut table);
            Ok((table, rest))
        };
        let ((on_time, on_time_rest), (late, late_rest)) = (next()?, next()?);
        let other = OtherRows { keys, total: rest, on_time: on_time_rest, late: late_rest };
        Ok(Self { total, on_time, late, other: Some(other) })
    }

    /// The result of which a plugin gave the largest rows, in the same order. They may still take too
    /// much, and are cut then.
    pub(super) fn of_largest(outputs: &[Output], largest: Largest) -> Self {
        let mut tables = largest.tables.into_iter();
        let Ok(mut result) =
            Self::of_tables(outputs, || Ok::<_, Infallible>(tables.next().unwrap_or_default()));
        let mut sums = largest.sums.into_iter();
        let mut next = || sums.next().unwrap_or_default();
        let left_out =
            OtherRows { keys: largest.left_out, total: next(), on_time: next(), late: next() };
        result.other = match result.other.take() {
            Some(cut) => Some(cut.and(left_out)),
            None => Some(left_out).filter(|left_out| left_out.keys > 0),
        };
        result
    }
}

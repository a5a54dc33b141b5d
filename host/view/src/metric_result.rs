//! One metric's result over one window, and how it is made of what a plugin gives.

use streamgauge_plugin::{Largest, Output, ResultTable};

use super::cells::add;
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
    /// The result of which a plugin gave the largest rows: of all records, of those on time, and of
    /// the late ones.
    pub(super) fn of_largest(outputs: &[Output], largest: Largest) -> Self {
        let mut tables = largest.tables.into_iter();
        let mut next = || tables.next().unwrap_or_default();
        let mut result = Self { total: next(), on_time: next(), late: next(), other: None };
        let mut keys = largest.left_out;
        let mut sums = largest.sums;
        // The rows may still take too much.
        if let Some((cut, more, rest)) = Cut::of(outputs, &mut result.total, RESULT_ROWS_MAX) {
            keys += more;
            let rest = [
                rest,
                cut.apply(outputs, &mut result.on_time),
                cut.apply(outputs, &mut result.late),
            ];
            for (cell, more) in sums.iter_mut().flatten().zip(rest.iter().flatten()) {
                *cell = add(cell, more);
            }
        }
        let mut sums = sums.into_iter();
        let mut next = || sums.next().unwrap_or_default();
        let (total, on_time, late) = (next(), next(), next());
        result.other = (keys > 0).then_some(OtherRows { keys, total, on_time, late });
        result
    }
}

//! The accumulators of one trial in an instance of the plugin: what a law may do with them.

use streamgauge_core::TimeWindow;

use super::rows::{Batch, Datum, Rows};
use streamgauge_plugin::{
    Accumulator, AddError, CallError, Instance, Largest, Plugin, ResultTable,
};

/// An accumulator seen from outside.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Seen {
    pub(super) bytes: Vec<u8>,
    pub(super) result: ResultTable,
}

/// The accumulators of one trial.
pub(super) struct Bench<'a> {
    plugin: &'a Plugin,
    empty: &'a [Datum],
    instance: &'a mut Instance,
    window: Option<TimeWindow>,
    made: Vec<Accumulator>,
}

impl<'a> Bench<'a> {
    pub(super) fn new(
        plugin: &'a Plugin,
        empty: &'a [Datum],
        instance: &'a mut Instance,
        window: Option<TimeWindow>,
    ) -> Self {
        Self { plugin, empty, instance, window, made: Vec::new() }
    }

    pub(super) fn create(&mut self) -> Result<Accumulator, CallError> {
        let made = self.instance.create(self.window)?;
        self.made.push(made);
        Ok(made)
    }

    /// A new accumulator with rows in one batch.
    pub(super) fn fold(&mut self, rows: &Rows<'_>) -> Result<Accumulator, CallError> {
        let accumulator = self.create()?;
        self.add(accumulator, rows)?;
        Ok(accumulator)
    }

    /// Adds a batch; rows that the plugin refuses are left out, as by a running host.
    pub(super) fn add(
        &mut self,
        accumulator: Accumulator,
        rows: &Rows<'_>,
    ) -> Result<(), CallError> {
        self.add_all(accumulator, rows).map(drop)
    }

    /// As [`Bench::add`], but returns the rows that were refused, counted from 0, with their
    /// reasons. A refusal names all rows of its call that cannot be used.
    pub(super) fn add_all(
        &mut self,
        accumulator: Accumulator,
        rows: &Rows<'_>,
    ) -> Result<Vec<(usize, String)>, CallError> {
        let refused = self.add_once(accumulator, rows)?;
        let is_left = |row: &usize| refused.binary_search_by_key(row, |(row, _)| *row).is_err();
        let left: Vec<usize> = (0..rows.len()).filter(is_left).collect();
        if refused.is_empty() || left.is_empty() {
            return Ok(refused);
        }
        let rest: Rows<'_> = left.iter().map(|row| rows[*row]).collect();
        match self.add_once(accumulator, &rest)?.first() {
            None => Ok(refused),
            Some((row, _)) => Err(CallError::refused_again(&(left[*row] + 1).to_string())),
        }
    }

    /// Adds a batch in one call, or none of it where that is refused: the rows that were, counted
    /// from 0, with their reasons.
    pub(super) fn add_once(
        &mut self,
        accumulator: Accumulator,
        rows: &Rows<'_>,
    ) -> Result<Vec<(usize, String)>, CallError> {
        let batch = Batch::new(rows, self.empty);
        match self.instance.add(accumulator, batch.rows, &batch.params()) {
            Ok(()) => Ok(Vec::new()),
            Err(AddError::Call(error)) => Err(error),
            Err(AddError::BadRows(bad)) => {
                Ok(bad.into_iter().map(|(row, why)| (row as usize, why)).collect())
            }
        }
    }

    pub(super) fn merge(&mut self, into: Accumulator, other: Accumulator) -> Result<(), CallError> {
        self.instance.merge(into, other)
    }

    pub(super) fn snapshot(&mut self, accumulator: Accumulator) -> Result<Vec<u8>, CallError> {
        self.instance.snapshot(accumulator)
    }

    pub(super) fn restore(&mut self, version: u32, bytes: &[u8]) -> Result<Accumulator, CallError> {
        let made = self.instance.restore(self.window, version, bytes)?;
        self.made.push(made);
        Ok(made)
    }

    /// A second accumulator with the state of this one.
    pub(super) fn copy(&mut self, accumulator: Accumulator) -> Result<Accumulator, CallError> {
        let bytes = self.snapshot(accumulator)?;
        self.restore(self.state_version(), &bytes)
    }

    pub(super) fn difference(&mut self, accumulator: Accumulator) -> Result<Vec<u8>, CallError> {
        self.instance.difference(accumulator)
    }

    /// The same by the bytes that are only merged.
    pub(super) fn copy_of_difference(
        &mut self,
        accumulator: Accumulator,
    ) -> Result<Accumulator, CallError> {
        let bytes = self.difference(accumulator)?;
        self.restore(self.state_version(), &bytes)
    }

    pub(super) fn result(&mut self, accumulator: Accumulator) -> Result<ResultTable, CallError> {
        self.instance.result(self.plugin, accumulator)
    }

    pub(super) fn largest(
        &mut self,
        accumulators: &[Accumulator],
        rows: u32,
    ) -> Result<Option<Largest>, CallError> {
        self.instance.largest(self.plugin, accumulators, rows)
    }

    pub(super) fn see(&mut self, accumulator: Accumulator) -> Result<Seen, CallError> {
        Ok(Seen { bytes: self.snapshot(accumulator)?, result: self.result(accumulator)? })
    }

    /// The result of these rows in an instance that has seen no other rows.
    pub(super) fn elsewhere(&self, rows: &Rows<'_>) -> Result<Seen, CallError> {
        let mut instance = Instance::open(self.plugin)?;
        let mut bench = Bench::new(self.plugin, self.empty, &mut instance, self.window);
        let accumulator = bench.fold(rows)?;
        bench.see(accumulator)
    }

    pub(super) fn plugin(&self) -> &Plugin {
        self.plugin
    }

    pub(super) fn state_version(&self) -> u32 {
        self.plugin.descriptor().state_version
    }

    pub(super) fn release(&mut self) -> Result<(), CallError> {
        self.made.drain(..).try_for_each(|accumulator| self.instance.release(accumulator))
    }
}

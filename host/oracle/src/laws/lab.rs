//! The place where laws are tried: an instance of the plugin, opened again where a crash spoiled
//! the instance.

use streamgauge_core::{EventTime, TimeWindow};

use super::generate::plain;
use super::law::{Difference, Law};
use super::rows::{Batch, Datum, Rows, Trial};
use streamgauge_plugin::{
    Accumulator, AddError, CallError, Instance, Plugin, ResultTable, field_type,
};

/// The window of windowed trials: November 11, 2015 in UTC.
const WINDOW: TimeWindow =
    TimeWindow { start: EventTime(1_447_200_000_000), end: EventTime(1_447_286_400_000) };

/// After so many trials an instance is opened anew, so that memory hoarded by a plugin does not
/// reach its limit.
const TRIALS_MAX: u32 = 200;

/// A plugin under test.
pub(super) struct Lab<'a> {
    plugin: &'a Plugin,
    empty: Vec<Datum>,
    instance: Option<Instance>,
    trials: u32,
}

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

impl<'a> Lab<'a> {
    pub(super) fn new(plugin: &'a Plugin) -> Self {
        let inputs = &plugin.descriptor().inputs;
        let empty = inputs.iter().map(|input| plain(field_type(input.type_))).collect();
        Self { plugin, empty, instance: None, trials: 0 }
    }

    pub(super) fn plugin(&self) -> &'a Plugin {
        self.plugin
    }

    /// Holds `law` against a trial.
    pub(super) fn try_law(&mut self, law: &Law, trial: &Trial) -> Result<(), Difference> {
        self.run(trial.windowed, |bench| (law.holds)(bench, trial))
    }

    /// Runs `experiment` with accumulators that no other experiment sees.
    pub(super) fn run<T>(
        &mut self,
        windowed: bool,
        experiment: impl FnOnce(&mut Bench<'_>) -> Result<T, Difference>,
    ) -> Result<T, Difference> {
        self.trials += 1;
        if self.trials.is_multiple_of(TRIALS_MAX) {
            self.instance = None;
        }
        let mut instance = match self.instance.take() {
            Some(instance) => instance,
            None => Instance::open(self.plugin)?,
        };
        let window = windowed.then_some(WINDOW);
        let (plugin, empty) = (self.plugin, self.empty.as_slice());
        let mut bench = Bench { plugin, empty, instance: &mut instance, window, made: Vec::new() };
        let done = experiment(&mut bench);
        let released = bench.release();
        // After a difference nothing is known of the instance.
        if done.is_ok() && released.is_ok() {
            self.instance = Some(instance);
        }
        let done = done?;
        released?;
        Ok(done)
    }
}

impl Bench<'_> {
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
    /// reasons.
    pub(super) fn add_all(
        &mut self,
        accumulator: Accumulator,
        rows: &Rows<'_>,
    ) -> Result<Vec<(usize, String)>, CallError> {
        let mut left: Vec<(usize, &[Datum])> = rows.iter().copied().enumerate().collect();
        let mut refused = Vec::new();
        loop {
            let values: Vec<&[Datum]> = left.iter().map(|(_, values)| *values).collect();
            let batch = Batch::new(&values, self.empty);
            match self.instance.add(accumulator, batch.rows, &batch.params()) {
                Ok(()) => return Ok(refused),
                Err(AddError::Call(error)) => return Err(error),
                Err(AddError::BadRows(bad)) => {
                    refused
                        .extend(bad.iter().map(|(row, why)| (left[*row as usize].0, why.clone())));
                    let is_bad = |row: usize| bad.iter().any(|(bad, _)| *bad as usize == row);
                    let mut row = 0;
                    left.retain(|_| {
                        row += 1;
                        !is_bad(row - 1)
                    });
                    if left.is_empty() {
                        return Ok(refused);
                    }
                }
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

    pub(super) fn result(&mut self, accumulator: Accumulator) -> Result<ResultTable, CallError> {
        self.instance.result(self.plugin, accumulator)
    }

    pub(super) fn see(&mut self, accumulator: Accumulator) -> Result<Seen, CallError> {
        Ok(Seen { bytes: self.snapshot(accumulator)?, result: self.result(accumulator)? })
    }

    /// The result of these rows in an instance that has seen no other rows.
    pub(super) fn elsewhere(&self, rows: &Rows<'_>) -> Result<Seen, CallError> {
        let mut instance = Instance::open(self.plugin)?;
        let mut bench = Bench {
            plugin: self.plugin,
            empty: self.empty,
            instance: &mut instance,
            window: self.window,
            made: Vec::new(),
        };
        let accumulator = bench.fold(rows)?;
        bench.see(accumulator)
    }

    pub(super) fn plugin(&self) -> &Plugin {
        self.plugin
    }

    pub(super) fn state_version(&self) -> u32 {
        self.plugin.descriptor().state_version
    }

    fn release(&mut self) -> Result<(), CallError> {
        self.made.drain(..).try_for_each(|accumulator| self.instance.release(accumulator))
    }
}

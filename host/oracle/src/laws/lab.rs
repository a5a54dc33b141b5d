//! The place where laws are tried: an instance of the plugin, opened again where a crash spoiled
//! the instance.

use streamgauge_core::{EventTime, TimeWindow};

use super::bench::Bench;
use super::difference::Difference;
use super::generate::plain_row;
use super::law::Law;
use super::rows::{Datum, Trial};
use streamgauge_plugin::{Instance, Plugin};

/// The window of windowed trials: November 11, 2015 in UTC.
pub(super) const WINDOW: TimeWindow =
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

impl<'a> Lab<'a> {
    pub(super) fn new(plugin: &'a Plugin) -> Self {
        let empty = plain_row(&plugin.descriptor().inputs);
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
        let mut bench = Bench::new(plugin, empty, &mut instance, window);
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

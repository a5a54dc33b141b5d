//! Accumulators that are kept with differences, made whole.

use std::sync::Arc;

use streamgauge_core::{AccumulatorBytes, MetricSnapshot, TimeWindow};

use super::call_error::CallError;
use super::instance::Instance;
use super::plugin::Plugin;

impl Instance {
    /// The bytes of the accumulator over `window` that all parts of `state` make, as the plugin of
    /// this instance writes them.
    ///
    /// # Errors
    /// A part is not a state of this plugin's, or a call failed.
    pub fn whole(
        &mut self,
        window: Option<TimeWindow>,
        state_version: u32,
        state: &AccumulatorBytes,
    ) -> Result<Arc<[u8]>, CallError> {
        let accumulator = self.restore_parts(window, state_version, state)?;
        let whole = self.snapshot(accumulator)?;
        self.release(accumulator)?;
        Ok(whole.into())
    }
}

impl Plugin {
    /// Makes every accumulator of `metric` whole, where one is not: the state then has a digest,
    /// and is of this plugin's state version.
    ///
    /// # Errors
    /// A part is not a state of this plugin's, or a call failed.
    pub fn make_whole(&self, metric: &mut MetricSnapshot) -> Result<(), CallError> {
        if metric.is_whole() {
            return Ok(());
        }
        let mut instance = Instance::open(self)?;
        let version = metric.state_version;
        for pane in metric.windows.iter_mut().flat_map(|set| &mut set.panes) {
            for state in [&mut pane.on_time, &mut pane.late].into_iter().flatten() {
                *state = AccumulatorBytes::whole(instance.whole(pane.window, version, state)?);
            }
        }
        metric.state_version = self.descriptor().state_version;
        Ok(())
    }
}

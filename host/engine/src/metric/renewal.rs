//! Another instance in the place of one that is worn. Some languages leave memory behind of each
//! accumulator that is given back, and a worker gives back one for each window that is over, for each
//! difference that is exported and for each hand-over with rows in no window. So once an instance
//! has grown by half of its room, its accumulators move to another as their bytes. A crash and a
//! restart would do the same, so results do not tell whether it was done.

use streamgauge_core::PluginCall;
use streamgauge_plugin::{CallError, Instance};

use super::folding::Folding;
use super::{Metric, Running};

impl Metric {
    /// Moves to another instance where the present one is worn. Where that fails the metric stops.
    pub(super) fn renew_if_worn(&mut self) {
        let worn = |running: &mut Running| running.instance.is_worn();
        let Some(mut running) = self.running.take_if(worn) else { return };
        let partitions: Vec<u32> = running.partitions.keys().copied().collect();
        let before_bytes = running.instance.memory_bytes();
        let before = running.instance.spent();
        let left = running.leave();
        self.cost.exporting += running.instance.spent().saturating_sub(before);
        let mut call = running.instance.last_call();
        let renewed = left.and_then(|states| {
            call = PluginCall::Open;
            let Running { instance, partitions } = running;
            // Both together could take twice the memory that a metric may have.
            drop(instance);
            let instance = Instance::open(&self.plugin)?;
            let mut running = Running { instance, partitions };
            let entered = running.enter(states);
            call = running.instance.last_call();
            entered.map(|()| running)
        });
        match renewed {
            Ok(running) => {
                self.cost.exporting += running.instance.spent();
                self.tell(before_bytes, running.instance.memory_bytes());
                self.running = Some(running);
            }
            Err(error) => self.stop_in(&partitions, (&error, call), None),
        }
    }

    /// Tells of the first renewal, and of ever fewer after it.
    fn tell(&mut self, before_bytes: usize, bytes: usize) {
        self.renewals += 1;
        if self.renewals.is_power_of_two() {
            tracing::info!(
                "metric `{}` moved to another instance of its plugin, as the one before had grown to \
                 {before_bytes} bytes; the new one has {bytes}",
                self.id()
            );
        }
    }
}

impl Running {
    /// The accumulators as bytes, in the order of the slots.
    fn leave(&mut self) -> Result<Vec<Option<Vec<u8>>>, CallError> {
        let Self { instance, partitions } = self;
        let slots = partitions.values_mut().flat_map(Folding::slots);
        slots.map(|(_, slot)| slot.leave(instance)).collect()
    }

    /// Takes them over from those bytes.
    fn enter(&mut self, states: Vec<Option<Vec<u8>>>) -> Result<(), CallError> {
        let Self { instance, partitions } = self;
        let slots = partitions.values_mut().flat_map(Folding::slots);
        for ((window, slot), state) in slots.zip(states) {
            slot.enter((window, state), instance)?;
        }
        instance.wear_from_here();
        Ok(())
    }
}

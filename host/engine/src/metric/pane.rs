//! The two accumulators of a pane, on time and late; there is none before its first row.

use std::sync::Arc;

use streamgauge_core::{AccumulatorBytes, ByLateness, Lateness, PaneSnapshot, TimeWindow};

use super::room::Room;
use super::slot::{Form, Slot, Stored};
use streamgauge_plugin::{Accumulator, CallError, Instance};

/// A pane; the cumulative window is one without an interval.
pub(super) struct Pane {
    pub(super) window: Option<TimeWindow>,
    /// Rows folded after the watermark had passed its end.
    pub(super) corrections: u64,
    slots: ByLateness<Slot>,
}

impl Pane {
    pub(super) fn new(window: Option<TimeWindow>) -> Self {
        Self { window, corrections: 0, slots: ByLateness::default() }
    }

    pub(super) fn restore(
        snapshot: &PaneSnapshot,
        of: Stored,
        instance: &mut Instance,
    ) -> Result<Self, CallError> {
        let mut pane = Self::new(snapshot.window);
        pane.corrections = snapshot.corrections;
        let states = ByLateness::new(&snapshot.on_time, &snapshot.late);
        for (lateness, slot) in pane.slots.iter_mut() {
            if let Some(state) = states[lateness] {
                *slot = Slot::restore((snapshot.window, state), of, instance)?;
            }
        }
        Ok(pane)
    }

    /// Lets `add` add rows to an accumulator, made for it if need be; it says how many it took.
    pub(super) fn add(
        &mut self,
        lateness: Lateness,
        instance: &mut Instance,
        add: impl FnOnce(&mut Instance, Accumulator) -> Result<usize, CallError>,
    ) -> Result<(), CallError> {
        self.slots[lateness].add(self.window, instance, add)
    }

    pub(super) fn export(
        &mut self,
        form: Form,
        instance: &mut Instance,
        room: &mut Room,
    ) -> Result<PaneSnapshot, CallError> {
        let (window, corrections) = (self.window, self.corrections);
        let on_time = self.slots[Lateness::OnTime].export(window, form, instance, room)?;
        let late = self.slots[Lateness::Late].export(window, form, instance, room)?;
        Ok(PaneSnapshot { window, corrections, on_time, late })
    }

    /// From here on rows are those since the last export.
    pub(super) fn go_by_differences(&mut self, instance: &mut Instance) -> Result<(), CallError> {
        self.slots.iter_mut().try_for_each(|(_, slot)| slot.go_by_differences(instance))
    }

    /// Puts `whole` in the place of what was exported as `of`, if that is still a part of it.
    pub(super) fn compact(&mut self, lateness: Lateness, of: &AccumulatorBytes, whole: &Arc<[u8]>) {
        self.slots[lateness].compact(of, whole);
    }

    /// Each accumulator with its window.
    pub(super) fn slots(&mut self) -> impl Iterator<Item = (Option<TimeWindow>, &mut Slot)> {
        let window = self.window;
        self.slots.iter_mut().map(move |(_, slot)| (window, slot))
    }

    /// Gives the accumulators' memory back.
    pub(super) fn release(self, instance: &mut Instance) -> Result<(), CallError> {
        self.slots.into_array().into_iter().try_for_each(|slot| slot.release(instance))
    }
}

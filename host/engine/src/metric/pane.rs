//! The two accumulators of a pane, on time and late; there is none before its first row.

use std::sync::Arc;

use streamgauge_core::{AccumulatorBytes, ByLateness, Lateness, PaneSnapshot, TimeWindow};

use super::room::Room;
use super::slot::{Form, Slot};
use streamgauge_plugin::{Accumulator, CallError, Instance};

/// A pane; the cumulative window is one without an interval.
pub(super) struct Pane {
    pub(super) window: Option<TimeWindow>,
    /// Rows folded after the watermark had passed its end.
    pub(super) corrections: u64,
    slots: ByLateness<Slot>,
}

/// The state version of stored bytes, and that of the plugin which reads them.
#[derive(Clone, Copy)]
pub(super) struct Versions {
    pub(super) stored: u32,
    pub(super) own: u32,
}

impl Pane {
    pub(super) fn new(window: Option<TimeWindow>) -> Self {
        Self { window, corrections: 0, slots: ByLateness::default() }
    }

    pub(super) fn restore(
        snapshot: &PaneSnapshot,
        versions: Versions,
        instance: &mut Instance,
    ) -> Result<Self, CallError> {
        let mut pane = Self::new(snapshot.window);
        pane.corrections = snapshot.corrections;
        let states = ByLateness::new(&snapshot.on_time, &snapshot.late);
        for (lateness, slot) in pane.slots.iter_mut() {
            if let Some(state) = states[lateness] {
                *slot = Slot::restore((snapshot.window, state), versions, instance)?;
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
        Ok(PaneSnapshot {
            window: self.window,
            corrections: self.corrections,
            on_time: self.slots[Lateness::OnTime].export(form, instance, room)?,
            late: self.slots[Lateness::Late].export(form, instance, room)?,
        })
    }

    pub(super) fn set_by_differences(&mut self, by_differences: bool) {
        for (_, slot) in self.slots.iter_mut() {
            slot.set_by_differences(by_differences);
        }
    }

    /// Puts `whole` in the place of what was exported as `of`, if that is still a part of it.
    pub(super) fn compact(&mut self, lateness: Lateness, of: &AccumulatorBytes, whole: &Arc<[u8]>) {
        self.slots[lateness].compact(of, whole);
    }

    /// Gives the accumulators' memory back.
    pub(super) fn release(self, instance: &mut Instance) -> Result<(), CallError> {
        self.slots.into_array().into_iter().try_for_each(|slot| slot.release(instance))
    }
}

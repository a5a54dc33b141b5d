//! The two accumulators of a pane, on time and late; there is none before its first row.

use std::sync::Arc;

use streamgauge_core::{ByLateness, Lateness, PaneSnapshot, TimeWindow};

use super::room::Room;
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

#[derive(Default)]
struct Slot {
    accumulator: Option<Accumulator>,
    /// Its state as bytes, until it changes.
    exported: Option<Arc<[u8]>>,
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
                let restored = instance.restore(snapshot.window, versions.stored, state)?;
                slot.accumulator = Some(restored);
                // The next export is of the plugin's own version, all of it.
                let is_own = versions.stored == versions.own;
                slot.exported = is_own.then(|| Arc::clone(state));
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
        let slot = &mut self.slots[lateness];
        let accumulator = match slot.accumulator {
            Some(accumulator) => accumulator,
            None => instance.create(self.window)?,
        };
        if add(instance, accumulator)? > 0 {
            slot.accumulator = Some(accumulator);
            slot.exported = None;
        } else if slot.accumulator.is_none() {
            // No row, no accumulator: whether one was offered depends on where batches are cut.
            instance.release(accumulator)?;
        }
        Ok(())
    }

    pub(super) fn export(
        &mut self,
        instance: &mut Instance,
        room: &mut Room,
    ) -> Result<PaneSnapshot, CallError> {
        Ok(PaneSnapshot {
            window: self.window,
            corrections: self.corrections,
            on_time: self.slots[Lateness::OnTime].export(instance, room)?,
            late: self.slots[Lateness::Late].export(instance, room)?,
        })
    }

    /// Gives the accumulators' memory back.
    pub(super) fn release(self, instance: &mut Instance) -> Result<(), CallError> {
        let accumulators = self.slots.into_array().into_iter().filter_map(|slot| slot.accumulator);
        accumulators.into_iter().try_for_each(|accumulator| instance.release(accumulator))
    }
}

impl Slot {
    fn export(
        &mut self,
        instance: &mut Instance,
        room: &mut Room,
    ) -> Result<Option<Arc<[u8]>>, CallError> {
        let Some(accumulator) = self.accumulator else { return Ok(None) };
        let exported = match self.exported.take() {
            Some(exported) => exported,
            None => instance.snapshot(accumulator)?.into(),
        };
        room.take(exported.len())?;
        self.exported = Some(Arc::clone(&exported));
        Ok(Some(exported))
    }
}

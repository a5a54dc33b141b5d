//! One accumulator of a pane, and what was exported of it. A large one is not exported as a whole
//! again and again: rows go to an accumulator of their own, whose bytes are the difference to the
//! last export and which is then merged into the large one. So an export costs by what changed.
//!
//! That is only done where the plugin's merge law is `exact`: there fold(a ++ b) =
//! merge(fold a, fold b), bit for bit, so no state depends on when it was exported.

use std::sync::Arc;

use streamgauge_core::{AccumulatorBytes, TimeWindow};
use streamgauge_plugin::{Accumulator, CallError, Instance};

use super::pane::Versions;
use super::room::Room;

/// The least bytes of all states of a metric on a worker that are exported by differences.
pub(super) const DIFFERENCES_FROM: usize = 64 << 10;

/// The most differences, how many times the bytes of the whole, and the bytes below which that is
/// no matter: there all become one here, where nobody else has done that before.
const DIFFERENCES_MAX: usize = 2048;
const DIFFERENCES_TIMES_MAX: usize = 4;
const DIFFERENCES_SMALL: usize = 256 << 10;

/// In which form accumulators are exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// As it costs least.
    Parts,
    /// As whole ones.
    Whole,
}

#[derive(Default)]
pub(super) struct Slot {
    accumulator: Option<Accumulator>,
    /// The rows since the last export, where it is to be followed by a difference.
    since: Option<Accumulator>,
    by_differences: bool,
    /// The accumulator as bytes, until it changes.
    exported: Option<AccumulatorBytes>,
}

impl Slot {
    pub(super) fn restore(
        (window, state): (Option<TimeWindow>, &AccumulatorBytes),
        versions: Versions,
        instance: &mut Instance,
    ) -> Result<Self, CallError> {
        let accumulator = instance.restore_parts(window, versions.stored, state)?;
        // The next export is of the plugin's own version, all of it.
        let is_own = versions.stored == versions.own;
        let exported = is_own.then(|| state.clone());
        Ok(Self { accumulator: Some(accumulator), exported, ..Self::default() })
    }

    /// Lets `add` add rows to an accumulator, made for it if need be; it says how many it took.
    pub(super) fn add(
        &mut self,
        window: Option<TimeWindow>,
        instance: &mut Instance,
        add: impl FnOnce(&mut Instance, Accumulator) -> Result<usize, CallError>,
    ) -> Result<(), CallError> {
        let is_apart = self.by_differences && self.exported.is_some();
        let to = if is_apart { &mut self.since } else { &mut self.accumulator };
        let accumulator = match *to {
            Some(accumulator) => accumulator,
            None => instance.create(window)?,
        };
        if add(instance, accumulator)? > 0 {
            *to = Some(accumulator);
            if !is_apart {
                self.exported = None;
            }
        } else if to.is_none() {
            // No row, no accumulator: whether one was offered depends on where batches are cut.
            instance.release(accumulator)?;
        }
        Ok(())
    }

    /// Whether the next export may be a difference to the last one. The merge law must be `exact`.
    pub(super) fn set_by_differences(&mut self, by_differences: bool) {
        self.by_differences = by_differences;
    }

    pub(super) fn export(
        &mut self,
        form: Form,
        instance: &mut Instance,
        room: &mut Room,
    ) -> Result<Option<AccumulatorBytes>, CallError> {
        let Some(accumulator) = self.accumulator else { return Ok(None) };
        let mut exported = self.exported.take();
        if let Some(since) = self.since.take() {
            if let Some(former) = exported.filter(|_| form == Form::Parts) {
                exported = Some(former.with(instance.snapshot(since)?));
            } else {
                exported = None;
            }
            instance.merge(accumulator, since)?;
            instance.release(since)?;
        }
        let is_good = |bytes: &AccumulatorBytes| match form {
            Form::Parts => !is_long(bytes) && room.has(bytes.size_bytes()),
            Form::Whole => bytes.as_whole().is_some(),
        };
        let exported = match exported.filter(is_good) {
            Some(exported) => exported,
            None => AccumulatorBytes::whole(instance.snapshot(accumulator)?),
        };
        room.take(exported.size_bytes())?;
        self.exported = Some(exported.clone());
        Ok(Some(exported))
    }

    pub(super) fn compact(&mut self, of: &AccumulatorBytes, whole: &Arc<[u8]>) {
        if let Some(exported) = &mut self.exported
            && let Some(compacted) = exported.compacted(of, Arc::clone(whole))
        {
            *exported = compacted;
        }
    }

    pub(super) fn release(self, instance: &mut Instance) -> Result<(), CallError> {
        let accumulators = [self.accumulator, self.since].into_iter().flatten();
        accumulators.into_iter().try_for_each(|accumulator| instance.release(accumulator))
    }
}

fn is_long(bytes: &AccumulatorBytes) -> bool {
    let whole = bytes.parts()[0].len();
    bytes.differences().len() > DIFFERENCES_MAX
        || bytes.difference_bytes() > (DIFFERENCES_TIMES_MAX * whole).max(DIFFERENCES_SMALL)
}

//! One accumulator of a pane, and what was exported of it. A large one is not exported as a whole
//! again and again: once its bytes are exported the instance forgets it, and the rows since go to an
//! accumulator of their own, whose bytes are the next difference. So a worker holds what changed,
//! and an export costs by that.
//!
//! That is only done where the plugin's merge law is `exact`: there fold(a ++ b) =
//! merge(fold a, fold b), bit for bit, so no state depends on when it was exported.

use std::sync::Arc;

use streamgauge_core::{AccumulatorBytes, TimeWindow};
use streamgauge_plugin::{Accumulator, CallError, Instance};

use super::room::Room;

/// The most differences, how many times the bytes of the whole, and the bytes below which that is
/// no matter: there all become one here, where nobody else has done that before.
const DIFFERENCES_MAX: usize = 2048;
const DIFFERENCES_TIMES_MAX: usize = 8;
const DIFFERENCES_SMALL: usize = 8 << 20;

/// In which form accumulators are exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// As it costs least.
    Parts,
    /// In one part, which takes a merge of all where there are several.
    Whole,
}

/// What is known of stored bytes.
#[derive(Clone, Copy)]
pub(super) struct Stored {
    /// The state version of the plugin that wrote them.
    pub(super) version: u32,
    /// Whether rows need not be merged into them, as what is exported next is a difference.
    pub(super) by_differences: bool,
}

/// The accumulator is `rows`, or what was exported with `rows` merged into it.
#[derive(Default)]
pub(super) struct Slot {
    rows: Option<Accumulator>,
    /// What was exported, while it holds: with `by_differences` always, as `rows` come on top of
    /// it; else until `rows` change.
    exported: Option<AccumulatorBytes>,
    /// Whether the rows are those since the last export.
    by_differences: bool,
}

impl Slot {
    /// The slot of a stored state.
    pub(super) fn restore(
        (window, state): (Option<TimeWindow>, &AccumulatorBytes),
        of: Stored,
        instance: &mut Instance,
    ) -> Result<Self, CallError> {
        // The next export is of the plugin's own version, all of it.
        let is_own = of.version == instance.state_version();
        let rows = instance.restore_parts(window, of.version, state)?;
        let exported = is_own.then(|| state.clone());
        let by_differences = of.by_differences && is_own;
        if by_differences {
            // That it can be restored is known now.
            instance.release(rows)?;
            return Ok(Self { rows: None, exported, by_differences });
        }
        Ok(Self { rows: Some(rows), exported, by_differences: false })
    }

    /// Lets `add` add rows to an accumulator, made for it if need be; it says how many it took.
    pub(super) fn add(
        &mut self,
        window: Option<TimeWindow>,
        instance: &mut Instance,
        add: impl FnOnce(&mut Instance, Accumulator) -> Result<usize, CallError>,
    ) -> Result<(), CallError> {
        let accumulator = match self.rows {
            Some(accumulator) => accumulator,
            None => instance.create(window)?,
        };
        if add(instance, accumulator)? > 0 {
            self.rows = Some(accumulator);
            if !self.by_differences {
                self.exported = None;
            }
        } else if self.rows.is_none() {
            // No row, no accumulator: whether one was offered depends on where batches are cut.
            instance.release(accumulator)?;
        }
        Ok(())
    }

    /// The accumulator as bytes.
    pub(super) fn export(
        &mut self,
        window: Option<TimeWindow>,
        form: Form,
        instance: &mut Instance,
        room: &mut Room,
    ) -> Result<Option<AccumulatorBytes>, CallError> {
        let mut exported = match (self.exported.take(), self.rows) {
            (Some(former), Some(rows)) if self.by_differences => {
                self.rows = None;
                let difference = instance.difference(rows)?;
                instance.release(rows)?;
                former.with(difference)
            }
            (Some(former), _) => former,
            (None, Some(rows)) => AccumulatorBytes::whole(instance.snapshot(rows)?),
            (None, None) => return Ok(None),
        };
        let is_good = match form {
            Form::Parts => !is_long(&exported) && room.has(exported.size_bytes()),
            Form::Whole => false,
        };
        if !is_good && exported.as_whole().is_none() {
            let version = instance.state_version();
            exported = AccumulatorBytes::whole(instance.whole(window, version, &exported)?);
        }
        room.take(exported.size_bytes())?;
        self.exported = Some(exported.clone());
        Ok(Some(exported))
    }

    /// From here on rows are those since the last export, which must be known.
    pub(super) fn go_by_differences(&mut self, instance: &mut Instance) -> Result<(), CallError> {
        if self.by_differences || self.exported.is_none() {
            return Ok(());
        }
        self.by_differences = true;
        self.rows.take().map_or(Ok(()), |rows| instance.release(rows))
    }

    pub(super) fn compact(&mut self, of: &AccumulatorBytes, whole: &Arc<[u8]>) {
        if let Some(exported) = &mut self.exported
            && let Some(compacted) = exported.compacted(of, Arc::clone(whole))
        {
            *exported = compacted;
        }
    }

    /// The rows as bytes, for another instance; they are in none until they [enter](Self::enter) it.
    pub(super) fn leave(&mut self, instance: &mut Instance) -> Result<Option<Vec<u8>>, CallError> {
        self.rows.take().map(|rows| instance.snapshot(rows)).transpose()
    }

    /// Takes the rows back from those bytes.
    pub(super) fn enter(
        &mut self,
        (window, state): (Option<TimeWindow>, Option<Vec<u8>>),
        instance: &mut Instance,
    ) -> Result<(), CallError> {
        let version = instance.state_version();
        self.rows = state.map(|bytes| instance.restore(window, version, &bytes)).transpose()?;
        Ok(())
    }

    pub(super) fn release(self, instance: &mut Instance) -> Result<(), CallError> {
        self.rows.map_or(Ok(()), |rows| instance.release(rows))
    }
}

fn is_long(bytes: &AccumulatorBytes) -> bool {
    let whole = bytes.parts()[0].len();
    bytes.differences().len() > DIFFERENCES_MAX
        || bytes.difference_bytes() > (DIFFERENCES_TIMES_MAX * whole).max(DIFFERENCES_SMALL)
}

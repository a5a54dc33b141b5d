//! Instances of a plugin that leaves memory behind of each accumulator that is given back, as some
//! languages do: where one has grown by half of its room, what begins begins in another one. Nothing
//! moves between instances, so that what is verified is never stored and restored on the way.

use std::collections::BTreeMap;

use streamgauge_core::{AccumulatorBytes, TimeWindow};
use streamgauge_plugin::{Accumulator, AddError, CallError, ColumnParam, Instance, Plugin};

/// One instance at a time, for accumulators that end before the next call.
pub(super) struct Unworn {
    plugin: Plugin,
    instance: Instance,
}

impl Unworn {
    pub(super) fn new(plugin: &Plugin) -> Result<Self, CallError> {
        Ok(Self { plugin: plugin.clone(), instance: Instance::open(plugin)? })
    }

    /// An instance with room.
    pub(super) fn get(&mut self) -> Result<&mut Instance, CallError> {
        if self.instance.is_worn() {
            *self = Self::new(&self.plugin)?;
        }
        Ok(&mut self.instance)
    }
}

/// As many instances as hold accumulators.
pub(super) struct Instances {
    newest: u64,
    /// Each with the number of its accumulators.
    all: BTreeMap<u64, (Unworn, usize)>,
}

/// An accumulator in one of the instances.
#[derive(Clone, Copy)]
pub(super) struct Held {
    of: u64,
    accumulator: Accumulator,
}

impl Instances {
    pub(super) fn new(plugin: &Plugin) -> Result<Self, CallError> {
        Ok(Self { newest: 0, all: BTreeMap::from([(0, (Unworn::new(plugin)?, 0))]) })
    }

    pub(super) fn create(&mut self, window: Option<TimeWindow>) -> Result<Held, CallError> {
        self.hold(|instance| instance.create(window))
    }

    pub(super) fn restore_parts(
        &mut self,
        window: Option<TimeWindow>,
        state_version: u32,
        state: &AccumulatorBytes,
    ) -> Result<Held, CallError> {
        self.hold(|instance| instance.restore_parts(window, state_version, state))
    }

    pub(super) fn add(
        &mut self,
        held: Held,
        rows: u32,
        columns: &[ColumnParam<'_>],
    ) -> Result<(), AddError> {
        self.of(held).add(held.accumulator, rows, columns)
    }

    pub(super) fn snapshot(&mut self, held: Held) -> Result<Vec<u8>, CallError> {
        self.of(held).snapshot(held.accumulator)
    }

    pub(super) fn release(&mut self, held: Held) -> Result<(), CallError> {
        self.of(held).release(held.accumulator)?;
        let (_, accumulators) = self.all.get_mut(&held.of).expect("it holds an accumulator");
        *accumulators -= 1;
        if *accumulators == 0 && held.of != self.newest {
            self.all.remove(&held.of);
        }
        Ok(())
    }

    fn of(&mut self, held: Held) -> &mut Instance {
        &mut self.all.get_mut(&held.of).expect("it holds an accumulator").0.instance
    }

    fn hold(
        &mut self,
        make: impl FnOnce(&mut Instance) -> Result<Accumulator, CallError>,
    ) -> Result<Held, CallError> {
        let (newest, accumulators) = self.all.get_mut(&self.newest).expect("it is kept");
        if newest.instance.is_worn() {
            let next = Unworn::new(&newest.plugin)?;
            if *accumulators == 0 {
                self.all.remove(&self.newest);
            }
            self.newest += 1;
            self.all.insert(self.newest, (next, 0));
        }
        let (newest, accumulators) = self.all.get_mut(&self.newest).expect("it is kept");
        let accumulator = make(&mut newest.instance)?;
        *accumulators += 1;
        Ok(Held { of: self.newest, accumulator })
    }
}

//! One instance of a plugin: a Wasm store of its own with the accumulators of one metric on one
//! worker. Every call has a deadline and a memory limit. A trap, a time-out or an exhausted memory
//! spoils the whole store, so after such an error the instance cannot be used.

mod largest;
mod optional;

use std::sync::Arc;
use std::time::Duration;

use streamgauge_core::{AccumulatorBytes, PluginCall, TimeWindow, words};
use wasmtime::component::ResourceAny;
use wasmtime::{Store, UpdateDeadline};

use super::bindings::Metric;
use super::bindings::exports::streamgauge::metric::{aggregate, describe};
use super::bindings::streamgauge::metric::types::{self, ColumnParam};
use super::call_error::{AddError, CallError, call_error, refusal};
use super::host_state::{HostState, WORDS_BYTES_MAX};
use super::plugin::Plugin;
use super::table::{self, ResultTable};

pub use largest::Largest;
use optional::Optional;
pub(super) use optional::OptionalIndices;

/// How often a call that runs is looked at, in advances of the epoch.
const LOOK_TICKS: u64 = 1;

/// A running plugin, with its memory and its accumulators.
pub struct Instance {
    store: Store<HostState>,
    bindings: Metric,
    optional: Optional,
    memory_bytes_max: usize,
    /// With more memory than this it is worn.
    worn_from_bytes: usize,
    /// How long the calls before took.
    spent: Duration,
    last_call: PluginCall,
    merges_exactly: bool,
    state_version: u32,
}

/// A handle of an accumulator inside an instance, valid only in that instance.
#[derive(Clone, Copy, Debug)]
pub struct Accumulator(ResourceAny);

impl Instance {
    /// Instantiates `plugin` and opens it with its configuration.
    ///
    /// # Errors
    /// The plugin cannot be instantiated inside its limits, or refuses its configuration.
    pub fn open(plugin: &Plugin) -> Result<Self, CallError> {
        let mut instance = Self::instantiate(plugin)?;
        instance.start(PluginCall::Open);
        let guest = instance.bindings.streamgauge_metric_aggregate();
        let opened = guest.call_open(&mut instance.store, plugin.config());
        instance.finish(opened)?;
        instance.merges_exactly = !plugin.descriptor().is_bounded;
        instance.state_version = plugin.descriptor().state_version;
        instance.wear_from_here();
        Ok(instance)
    }

    /// The version of the states that the plugin writes.
    pub fn state_version(&self) -> u32 {
        self.state_version
    }

    /// Whether the plugin's merge law is `exact`: merging gives the same bytes in any order.
    pub fn merges_exactly(&self) -> bool {
        self.merges_exactly
    }

    /// The same instance, of which a call that waits too long for the processor is ended: for
    /// results, which can be asked for again. Other calls wait, since what they are about cannot be
    /// had a second time.
    #[must_use]
    pub fn hurried(mut self) -> Self {
        self.store.data_mut().time.hurry();
        self
    }

    /// The JSON Schema of the configuration.
    pub(super) fn config_schema(plugin: &Plugin) -> Result<String, CallError> {
        let mut instance = Self::instantiate(plugin)?;
        instance.start(PluginCall::Describe);
        let guest = instance.bindings.streamgauge_metric_describe();
        let schema = guest.call_config_schema(&mut instance.store);
        instance.finish(schema.map(Ok))
    }

    pub(super) fn describe(plugin: &Plugin) -> Result<describe::Descriptor, CallError> {
        let mut instance = Self::instantiate(plugin)?;
        instance.start(PluginCall::Describe);
        let guest = instance.bindings.streamgauge_metric_describe();
        let described = guest.call_describe(&mut instance.store, plugin.config());
        instance.finish(described)
    }

    /// The differences between two descriptions that one instance gives: each as the text of the
    /// first and of the second. `None` means that they are equal, as the contract demands.
    ///
    /// # Errors
    /// A call failed.
    pub fn described_twice(plugin: &Plugin) -> Result<Option<[String; 2]>, CallError> {
        let mut instance = Self::instantiate(plugin)?;
        let mut ask = || {
            instance.start(PluginCall::Describe);
            let guest = instance.bindings.streamgauge_metric_describe();
            let described = guest.call_describe(&mut instance.store, plugin.config());
            instance.finish(described).map(|described| format!("{described:?}"))
        };
        let both = [ask()?, ask()?];
        Ok((both[0] != both[1]).then_some(both))
    }

    fn instantiate(plugin: &Plugin) -> Result<Self, CallError> {
        let settings = plugin.settings();
        let memory_bytes_max = plugin.memory_bytes_max();
        let linked = &plugin.linked;
        let (id, clock) = (settings.id.clone(), linked.clock.clone());
        let state = HostState::new(id, memory_bytes_max, settings.time_max, clock);
        let mut store = Store::new(linked.pre.engine(), state);
        store.limiter(|state| &mut state.memory);
        store.set_epoch_deadline(LOOK_TICKS);
        store.epoch_deadline_callback(|mut call| {
            call.data_mut().look().map_err(wasmtime::Error::new)?;
            Ok(UpdateDeadline::Continue(LOOK_TICKS))
        });
        let made = linked.pre.instantiate(&mut store).and_then(|component| {
            let bindings = linked.metric.load(&mut store, &component)?;
            Ok((bindings, linked.optional.load(&mut store, &component)?))
        });
        let (bindings, optional) =
            made.map_err(|error| call_error(&error, memory_bytes_max, None))?;
        let (spent, last_call) = (Duration::ZERO, PluginCall::Describe);
        let (merges_exactly, state_version) = (false, 0);
        Ok(Self {
            store,
            bindings,
            optional,
            memory_bytes_max,
            worn_from_bytes: memory_bytes_max,
            spent,
            last_call,
            merges_exactly,
            state_version,
        })
    }

    /// A new, empty accumulator over `window` (`None` means cumulative).
    ///
    /// # Errors
    /// The call failed.
    pub fn create(&mut self, window: Option<TimeWindow>) -> Result<Accumulator, CallError> {
        self.start(PluginCall::Create);
        let guest = self.bindings.streamgauge_metric_aggregate();
        let made =
            guest.accumulator().call_constructor(&mut self.store, window.map(contract_window));
        self.finish(made.map(Ok)).map(Accumulator)
    }

    /// Folds rows into `accumulator`.
    ///
    /// # Errors
    /// Rows that the plugin cannot use (nothing was added), or the call failed.
    pub fn add(
        &mut self,
        accumulator: Accumulator,
        rows: u32,
        columns: &[ColumnParam<'_>],
    ) -> Result<(), AddError> {
        self.start(PluginCall::Add);
        let guest = self.bindings.streamgauge_metric_aggregate();
        let batch = aggregate::Batch { rows, columns };
        match guest.accumulator().call_add(&mut self.store, accumulator.0, batch) {
            Ok(Err(types::MetricError::BadRows(mut bad))) => {
                self.end().map_err(AddError::Call)?;
                bad.retain(|(row, _)| *row < rows);
                for (_, reason) in &mut bad {
                    *reason = words::clean(reason, WORDS_BYTES_MAX);
                }
                bad.sort_by_key(|(row, _)| *row);
                bad.dedup_by_key(|(row, _)| *row);
                if bad.is_empty() {
                    let reason = "it refused rows without naming any".to_owned();
                    return Err(AddError::Call(CallError::Contract(reason)));
                }
                Err(AddError::BadRows(bad))
            }
            added => self.finish(added).map_err(AddError::Call),
        }
    }

    /// Folds the state of `other` into `accumulator`.
    ///
    /// # Errors
    /// The call failed.
    pub fn merge(&mut self, accumulator: Accumulator, other: Accumulator) -> Result<(), CallError> {
        self.start(PluginCall::Merge);
        let guest = self.bindings.streamgauge_metric_aggregate();
        let merged = guest.accumulator().call_merge(&mut self.store, accumulator.0, other.0);
        self.finish(merged)
    }

    /// The result of `accumulator`, checked against the descriptor's outputs.
    ///
    /// # Errors
    /// The call failed, or the table is not as described.
    pub fn result(
        &mut self,
        plugin: &Plugin,
        accumulator: Accumulator,
    ) -> Result<ResultTable, CallError> {
        self.start(PluginCall::Result);
        let guest = self.bindings.streamgauge_metric_aggregate();
        let got = guest.accumulator().call_get_result(&mut self.store, accumulator.0);
        let got = self.finish(got)?;
        table::read(plugin.descriptor(), got)
            .map_err(|error| CallError::Contract(error.to_string()))
    }

    /// The whole state of `accumulator`.
    ///
    /// # Errors
    /// The call failed.
    pub fn snapshot(&mut self, accumulator: Accumulator) -> Result<Vec<u8>, CallError> {
        self.start(PluginCall::Snapshot);
        let guest = self.bindings.streamgauge_metric_aggregate();
        let taken = guest.accumulator().call_snapshot(&mut self.store, accumulator.0);
        self.finish(taken.map(Ok))
    }

    /// The whole state of `accumulator` as bytes that are only merged, once they are restored: as it
    /// costs the plugin least.
    ///
    /// # Errors
    /// The call failed.
    pub fn difference(&mut self, accumulator: Accumulator) -> Result<Vec<u8>, CallError> {
        let Some(guest) = self.optional.difference.clone() else {
            return self.snapshot(accumulator);
        };
        self.start(PluginCall::Snapshot);
        let taken = guest.call_get_difference(&mut self.store, accumulator.0);
        self.finish(taken.map(Ok))
    }

    /// An accumulator over `window` from the `state` that a plugin of `state_version` gave.
    ///
    /// # Errors
    /// The state is not one of this plugin's, or the call failed.
    pub fn restore(
        &mut self,
        window: Option<TimeWindow>,
        state_version: u32,
        state: &[u8],
    ) -> Result<Accumulator, CallError> {
        self.start(PluginCall::Restore);
        let guest = self.bindings.streamgauge_metric_aggregate();
        let accumulator = guest.accumulator();
        let window = window.map(contract_window);
        let made = accumulator.call_restore(&mut self.store, window, state_version, state);
        self.finish(made).map(Accumulator)
    }

    /// The same, from a whole state and the differences since, all merged.
    ///
    /// # Errors
    /// A part is not a state of this plugin's, or a call failed.
    pub fn restore_parts(
        &mut self,
        window: Option<TimeWindow>,
        state_version: u32,
        state: &AccumulatorBytes,
    ) -> Result<Accumulator, CallError> {
        let accumulator = self.restore(window, state_version, &state.parts()[0])?;
        self.merge_parts(accumulator, (window, state_version), state.differences())?;
        Ok(accumulator)
    }

    /// Folds states into `accumulator`, in their order.
    ///
    /// # Errors
    /// A part is not a state of this plugin's, or a call failed.
    pub fn merge_parts(
        &mut self,
        accumulator: Accumulator,
        (window, state_version): (Option<TimeWindow>, u32),
        parts: &[Arc<[u8]>],
    ) -> Result<(), CallError> {
        for part in parts {
            let part = self.restore(window, state_version, part)?;
            self.merge(accumulator, part)?;
            self.release(part)?;
        }
        Ok(())
    }

    /// Gives an accumulator's memory back to the plugin.
    ///
    /// # Errors
    /// The plugin's destructor failed.
    pub fn release(&mut self, accumulator: Accumulator) -> Result<(), CallError> {
        self.start(PluginCall::Release);
        let dropped = accumulator.0.resource_drop(&mut self.store);
        self.finish(dropped.map(Ok))
    }

    /// The memory that the instance has, its tables with it, in bytes; it never shrinks.
    pub fn memory_bytes(&self) -> usize {
        self.store.data().memory.bytes
    }

    /// True if a new instance had better take this one's place: it has grown by half of what it could
    /// still grow by when it was opened, or [since](Self::wear_from_here). Some languages leave a
    /// little behind of each accumulator that is given back, as componentize-py does.
    pub fn is_worn(&self) -> bool {
        self.memory_bytes() > self.worn_from_bytes
    }

    /// Takes the memory that it has for needed: growth counts from here on. So what is large because
    /// it is needed makes an instance worn fewer and fewer times.
    pub fn wear_from_here(&mut self) {
        self.worn_from_bytes = self.memory_bytes().midpoint(self.memory_bytes_max);
    }

    /// How long all calls took. The time is measured here, so that nobody else needs a clock.
    pub fn spent(&self) -> Duration {
        self.spent
    }

    /// The last call that began; after a failure, the one that failed.
    pub fn last_call(&self) -> PluginCall {
        self.last_call
    }

    /// The calls that `calls` makes have one limit of time together: those of a hand-over, however
    /// many panes its rows have.
    ///
    /// # Errors
    /// As `calls`.
    pub fn as_one<T>(
        &mut self,
        calls: impl FnOnce(&mut Self) -> Result<T, CallError>,
    ) -> Result<T, CallError> {
        self.store.data_mut().time.share(true);
        let called = calls(self);
        self.store.data_mut().time.share(false);
        called
    }

    fn start(&mut self, call: PluginCall) {
        self.last_call = call;
        self.store.data_mut().begin_call();
        self.store.set_epoch_deadline(LOOK_TICKS);
    }

    fn end(&mut self) -> Result<(), CallError> {
        let (passed, is_in_time) = self.store.data_mut().time.end();
        self.spent += passed;
        self.store.data_mut().log_rest();
        is_in_time.map_err(CallError::from)
    }

    fn finish<T>(
        &mut self,
        result: wasmtime::Result<Result<T, types::MetricError>>,
    ) -> Result<T, CallError> {
        let is_in_time = self.end();
        match result {
            Ok(Ok(value)) => is_in_time.map(|()| value),
            Ok(Err(refused)) => Err(CallError::Refused(refusal(refused))),
            Err(error) => {
                let words = self.store.data().last_words();
                Err(call_error(&error, self.memory_bytes_max, words))
            }
        }
    }
}

fn contract_window(window: TimeWindow) -> types::Window {
    types::Window { start: window.start.0, end: window.end.0 }
}

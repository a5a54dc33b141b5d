//! One instance of a plugin: a Wasm store of its own with the accumulators of one metric on one
//! worker. Every call has a deadline and a memory limit. A trap, a time-out or an exhausted memory
//! spoils the whole store, so after such an error the instance cannot be used.

use std::time::{Duration, Instant};

use streamgauge_core::{PluginCall, TimeWindow};
use wasmtime::component::ResourceAny;
use wasmtime::{Store, StoreLimitsBuilder};

use super::bindings::Metric;
use super::bindings::exports::streamgauge::metric::{aggregate, describe};
use super::bindings::streamgauge::metric::types::{self, ColumnParam};
use super::call_error::{AddError, CallError, call_error, refusal};
use super::epoch::EPOCH;
use super::host_state::{HostState, WORDS_BYTES_MAX, cut};
use super::plugin::Plugin;
use super::table::{self, ResultTable};

/// A running plugin, with its memory and its accumulators.
pub struct Instance {
    store: Store<HostState>,
    bindings: Metric,
    deadline_ticks: u64,
    memory_bytes_max: usize,
    /// When the present call began.
    began: Instant,
    /// How long the calls before took.
    spent: Duration,
    last_call: PluginCall,
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
        Ok(instance)
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

    fn instantiate(plugin: &Plugin) -> Result<Self, CallError> {
        let settings = plugin.settings();
        let limits = StoreLimitsBuilder::new()
            .memory_size(plugin.memory_bytes_max())
            .table_elements(100_000)
            .instances(64)
            .memories(16)
            .tables(64)
            .trap_on_grow_failure(true)
            .build();
        let state = HostState::new(settings.id.clone(), limits);
        let mut store = Store::new(plugin.pre().engine(), state);
        store.limiter(|state| &mut state.limits);
        let deadline_ticks = (settings.time_max.as_millis() / EPOCH.as_millis()).max(1) as u64 + 1;
        store.set_epoch_deadline(deadline_ticks);
        let memory_bytes_max = plugin.memory_bytes_max();
        let bindings = plugin
            .pre()
            .instantiate(&mut store)
            .map_err(|error| call_error(&error, deadline_ticks, memory_bytes_max, None))?;
        let (began, spent) = (Instant::now(), Duration::ZERO);
        let last_call = PluginCall::Describe;
        Ok(Self { store, bindings, deadline_ticks, memory_bytes_max, began, spent, last_call })
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
                self.end();
                bad.retain(|(row, _)| *row < rows);
                for (_, words) in &mut bad {
                    cut(words, WORDS_BYTES_MAX);
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

    /// Gives an accumulator's memory back to the plugin.
    ///
    /// # Errors
    /// The plugin's destructor failed.
    pub fn release(&mut self, accumulator: Accumulator) -> Result<(), CallError> {
        self.start(PluginCall::Release);
        let dropped = accumulator.0.resource_drop(&mut self.store);
        self.finish(dropped.map(Ok))
    }

    /// The linear memory that the instance has, in bytes; the memory of an instance never shrinks.
    pub fn memory_bytes(&self) -> usize {
        self.store.data().limits.memory_bytes
    }

    /// How long all calls took. The time is measured here, so that nobody else needs a clock.
    pub fn spent(&self) -> Duration {
        self.spent
    }

    /// The last call that began; after a failure, the one that failed.
    pub fn last_call(&self) -> PluginCall {
        self.last_call
    }

    fn start(&mut self, call: PluginCall) {
        self.last_call = call;
        self.began = Instant::now();
        self.store.data_mut().begin_call();
        self.store.set_epoch_deadline(self.deadline_ticks);
    }

    fn end(&mut self) {
        self.spent += self.began.elapsed();
        self.store.data_mut().log_rest();
    }

    fn finish<T>(
        &mut self,
        result: wasmtime::Result<Result<T, types::MetricError>>,
    ) -> Result<T, CallError> {
        self.end();
        match result {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(refused)) => Err(CallError::Refused(refusal(refused))),
            Err(error) => {
                let words = self.store.data().last_words();
                Err(call_error(&error, self.deadline_ticks, self.memory_bytes_max, words))
            }
        }
    }
}

fn contract_window(window: TimeWindow) -> types::Window {
    types::Window { start: window.start.0, end: window.end.0 }
}

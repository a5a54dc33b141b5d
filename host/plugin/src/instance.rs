//! One instance of a plugin: a Wasm store of its own with the accumulators of one metric on one
//! worker. Every call has a deadline and a memory limit. A trap, a time-out or an exhausted memory
//! spoils the whole store, so after such an error the instance is of no use any more.

use std::time::{Duration, Instant};

use streamgauge_core::TimeWindow;
use thiserror::Error;
use wasmtime::component::ResourceAny;
use wasmtime::{ResourceLimiter, Store, StoreLimits, StoreLimitsBuilder, Trap};

use super::bindings::Metric;
use super::bindings::exports::streamgauge::metric::{aggregate, describe};
use super::bindings::streamgauge::metric::{log, types};
use super::inert::Inert;
use super::runtime::{EPOCH, Plugin};
use super::table::{self, ResultTable};

use super::bindings::streamgauge::metric::types::ColumnParam;

/// The longest log line of a plugin, in bytes.
pub(super) const LOG_BYTES_MAX: usize = 4096;

/// How many lines one call may log; further ones are dropped.
const LOG_LINES_MAX: u32 = 16;

/// The longest reason of a plugin for refusing a row, or for a crash, in bytes.
const WORDS_BYTES_MAX: usize = 1024;

/// What the store keeps for the host.
pub(super) struct HostState {
    metric: String,
    limits: Limits,
    log_lines: u32,
    /// The last error that it logged in this call: where it crashes, its own words for it.
    pub(super) last_words: Option<String>,
    /// For components that import WASI.
    pub(super) inert: Inert,
}

/// The limits of a store, and what it has of its memory.
struct Limits {
    limits: StoreLimits,
    memory_bytes: usize,
}

impl ResourceLimiter for Limits {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let may = self.limits.memory_growing(current, desired, maximum)?;
        if may {
            self.memory_bytes += desired - current;
        }
        Ok(may)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        self.limits.table_growing(current, desired, maximum)
    }

    fn memory_grow_failed(&mut self, error: wasmtime::Error) -> wasmtime::Result<()> {
        self.limits.memory_grow_failed(error)
    }

    fn table_grow_failed(&mut self, error: wasmtime::Error) -> wasmtime::Result<()> {
        self.limits.table_grow_failed(error)
    }

    fn instances(&self) -> usize {
        self.limits.instances()
    }

    fn tables(&self) -> usize {
        self.limits.tables()
    }

    fn memories(&self) -> usize {
        self.limits.memories()
    }
}

/// A running plugin.
pub struct Instance {
    store: Store<HostState>,
    bindings: Metric,
    deadline_ticks: u64,
    memory_bytes_max: usize,
    /// When the present call began.
    began: Instant,
    /// How long the calls before took.
    spent: Duration,
}

/// A handle of an accumulator inside an instance. It belongs to the instance that made it.
#[derive(Clone, Copy, Debug)]
pub struct Accumulator(ResourceAny);

/// Why a call failed.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum CallError {
    /// It ran longer than `time_max`.
    #[error("it took longer than its limit of {0:?}")]
    TimeLimit(Duration),
    /// It wanted more memory than `memory_max`.
    #[error("it ran out of its memory limit of {0} bytes")]
    MemoryLimit(usize),
    /// It crashed.
    #[error("it crashed: {0}")]
    Trap(String),
    /// It refused, with its own words. The instance stays usable.
    #[error("{0}")]
    Refused(String),
    /// Its answer breaks the contract.
    #[error("its answer breaks the contract: {0}")]
    Contract(String),
}

/// Why rows were not added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddError {
    /// These rows cannot be used; none was added. Sorted by row, each once.
    BadRows(Vec<(u32, String)>),
    /// The call failed.
    Call(CallError),
}

impl Instance {
    /// Instantiates `plugin` and opens it with its configuration.
    ///
    /// # Errors
    /// It cannot be instantiated inside its limits, or refuses its configuration.
    pub fn open(plugin: &Plugin) -> Result<Self, CallError> {
        let mut instance = Self::instantiate(plugin)?;
        instance.start();
        let guest = instance.bindings.streamgauge_metric_aggregate();
        let opened = guest.call_open(&mut instance.store, plugin.config());
        instance.finish(opened)?;
        Ok(instance)
    }

    /// The JSON Schema of the configuration.
    pub(super) fn config_schema(plugin: &Plugin) -> Result<String, CallError> {
        let mut instance = Self::instantiate(plugin)?;
        instance.start();
        let guest = instance.bindings.streamgauge_metric_describe();
        let schema = guest.call_config_schema(&mut instance.store);
        instance.finish(schema.map(Ok))
    }

    pub(super) fn describe(plugin: &Plugin) -> Result<describe::Descriptor, CallError> {
        let mut instance = Self::instantiate(plugin)?;
        instance.start();
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
        let state = HostState {
            metric: settings.id.clone(),
            limits: Limits { limits, memory_bytes: 0 },
            log_lines: 0,
            last_words: None,
            inert: Inert::default(),
        };
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
        Ok(Self { store, bindings, deadline_ticks, memory_bytes_max, began, spent })
    }

    /// A new, empty accumulator over `window` (none: cumulative).
    ///
    /// # Errors
    /// The call failed.
    pub fn create(&mut self, window: Option<TimeWindow>) -> Result<Accumulator, CallError> {
        self.start();
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
        self.start();
        let guest = self.bindings.streamgauge_metric_aggregate();
        let batch = aggregate::Batch { rows, columns };
        match guest.accumulator().call_add(&mut self.store, accumulator.0, batch) {
            Ok(Err(types::MetricError::BadRows(mut bad))) => {
                self.spent += self.began.elapsed();
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
        self.start();
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
        self.start();
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
        self.start();
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
        self.start();
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
        self.start();
        let dropped = accumulator.0.resource_drop(&mut self.store);
        self.finish(dropped.map(Ok))
    }

    /// The linear memory that the instance has, in bytes. It never shrinks.
    pub fn memory_bytes(&self) -> usize {
        self.store.data().limits.memory_bytes
    }

    /// How long all calls took. The time is measured here, so that nobody else needs a clock.
    pub fn spent(&self) -> Duration {
        self.spent
    }

    fn start(&mut self) {
        self.began = Instant::now();
        let state = self.store.data_mut();
        state.log_lines = 0;
        state.last_words = None;
        self.store.set_epoch_deadline(self.deadline_ticks);
    }

    fn finish<T>(
        &mut self,
        result: wasmtime::Result<Result<T, types::MetricError>>,
    ) -> Result<T, CallError> {
        self.spent += self.began.elapsed();
        self.store.data_mut().log_rest();
        match result {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(refused)) => Err(CallError::Refused(refusal(refused))),
            Err(error) => {
                let words = self.store.data().last_words.as_deref();
                Err(call_error(&error, self.deadline_ticks, self.memory_bytes_max, words))
            }
        }
    }
}

fn refusal(error: types::MetricError) -> String {
    match error {
        types::MetricError::BadConfig(text) => format!("bad configuration: {text}"),
        types::MetricError::BadState(text) => format!("unknown state: {text}"),
        types::MetricError::Other(text) => text,
        types::MetricError::BadRows(rows) => format!("{} bad rows", rows.len()),
    }
}

fn call_error(
    error: &wasmtime::Error,
    ticks: u64,
    memory_bytes_max: usize,
    words: Option<&str>,
) -> CallError {
    if error.downcast_ref::<Trap>() == Some(&Trap::Interrupt) {
        return CallError::TimeLimit(EPOCH * (ticks.saturating_sub(1) as u32));
    }
    let cause = error.root_cause().to_string();
    // The limiter reports a refused growth as plain text.
    if cause.contains("forcing trap when growing") || cause.contains("exceeds memory limits") {
        return CallError::MemoryLimit(memory_bytes_max);
    }
    // What the inert profile has by name only.
    if let Some(function) = cause.strip_prefix("unknown import: `") {
        let function = function.split('`').next().unwrap_or_default();
        return CallError::Trap(format!("it called `{function}`, which the sandbox does not have"));
    }
    CallError::Trap(words.map_or(cause, |words| words.replace('\n', " ")))
}

/// The last lines of a plugin's words: of a long traceback, the end says what happened.
pub(super) fn end_of(words: &str) -> &str {
    &words[words.ceil_char_boundary(words.len().saturating_sub(WORDS_BYTES_MAX))..]
}

/// Shortens `text` to `bytes_max` bytes at most, between characters.
fn cut(text: &mut String, bytes_max: usize) {
    text.truncate(text.floor_char_boundary(bytes_max));
}

fn contract_window(window: TimeWindow) -> types::Window {
    types::Window { start: window.start.0, end: window.end.0 }
}

impl types::Host for HostState {}

impl log::Host for HostState {
    fn log(&mut self, level: log::Level, message: String) {
        self.say(level, message);
    }
}

impl HostState {
    /// Logs `message` within the limits.
    pub(super) fn say(&mut self, level: log::Level, mut message: String) {
        cut(&mut message, LOG_BYTES_MAX);
        // One message is one line: a plugin cannot write lines that look like the host's.
        let mut message = message.replace(char::is_control, " ");
        self.log_lines += 1;
        if self.log_lines <= LOG_LINES_MAX {
            self.write_line(level, &message);
        }
        if matches!(level, log::Level::Error) {
            cut(&mut message, WORDS_BYTES_MAX);
            self.last_words = Some(message);
        }
    }

    fn write_line(&self, level: log::Level, message: &str) {
        let metric = self.metric.as_str();
        match level {
            log::Level::Trace => tracing::trace!(target: "plugin", metric, "{message}"),
            log::Level::Debug => tracing::debug!(target: "plugin", metric, "{message}"),
            log::Level::Info => tracing::info!(target: "plugin", metric, "{message}"),
            log::Level::Warn => tracing::warn!(target: "plugin", metric, "{message}"),
            log::Level::Error => tracing::error!(target: "plugin", metric, "{message}"),
        }
    }
}

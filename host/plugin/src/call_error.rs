//! The reasons why a call of a plugin fails.

use std::time::Duration;

use super::bindings::streamgauge::metric::types;
use super::host_state::WORDS_BYTES_MAX;
use super::limits::{OverMemory, OverTime};
use streamgauge_core::{StopKind, words};
use thiserror::Error;

/// The reason why a call failed.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum CallError {
    /// The call computed longer than `time_max`.
    #[error("it took longer than its limit of {0:?}")]
    TimeLimit(Duration),
    /// All calls for the same records together computed longer than `time_max`.
    #[error("it took longer than its limit of {max:?}, with the {} calls for the same records before it", .calls - 1)]
    SharedTimeLimit {
        /// `time_max` of the metric.
        max: Duration,
        /// The number of the calls.
        calls: u32,
    },
    /// The call did not get the processor for as long as its limit within this time.
    #[error(
        "it was not done after {0:?}, most of which it waited for the processor: the machine \
             is too busy"
    )]
    Starved(Duration),
    /// The plugin wanted more memory than `memory_max`, in bytes.
    #[error("it ran out of its memory limit of {0} bytes")]
    MemoryLimit(usize),
    /// The snapshots of the metric take more than `snapshot_max` together.
    #[error("its snapshots take {bytes} bytes together, which is over their limit of {max} bytes")]
    SnapshotLimit {
        /// So many are known of: the one that is over the limit is the last.
        bytes: usize,
        /// `snapshot_max` of the metric.
        max: usize,
    },
    /// The plugin called itself too deeply.
    #[error("it ran out of its stack: it calls itself too deeply")]
    StackLimit,
    /// The plugin crashed, with its last words.
    #[error("it crashed: {0}")]
    Trap(String),
    /// The plugin refused, with its own words. The instance stays usable.
    #[error("{0}")]
    Refused(String),
    /// The answer of the plugin breaks the contract.
    #[error("its answer breaks the contract: {0}")]
    Contract(String),
}

/// The reason why rows were not added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddError {
    /// The rows that cannot be used, sorted by row, each row once. No row was added.
    BadRows(Vec<(u32, String)>),
    /// The call as a whole failed.
    Call(CallError),
}

impl CallError {
    /// The plugin refused a row of those that were left of a call which it had refused.
    pub fn refused_again(row: &str) -> Self {
        Self::Contract(format!(
            "it refused the row {row}, and had not named it when it refused others of the same \
             call: an `add` that refuses names all rows of the call that it cannot use"
        ))
    }

    /// The kind of the failure, as a state keeps it.
    pub fn kind(&self) -> StopKind {
        match self {
            Self::TimeLimit(_) | Self::SharedTimeLimit { .. } | Self::Starved(_) => {
                StopKind::TimeLimit
            }
            Self::MemoryLimit(_) => StopKind::MemoryLimit,
            Self::SnapshotLimit { .. } => StopKind::SnapshotLimit,
            Self::StackLimit => StopKind::StackLimit,
            Self::Trap(_) => StopKind::Crash,
            Self::Refused(_) => StopKind::Refused,
            Self::Contract(_) => StopKind::Contract,
        }
    }
}

impl From<OverTime> for CallError {
    fn from(over: OverTime) -> Self {
        match over {
            OverTime::Computed(max) => Self::TimeLimit(max),
            OverTime::Together { max, calls } => Self::SharedTimeLimit { max, calls },
            OverTime::Waited(max) => Self::Starved(max),
        }
    }
}

pub(super) fn refusal(error: types::MetricError) -> String {
    let clean = |text: String| words::clean(&text, WORDS_BYTES_MAX);
    match error {
        types::MetricError::BadConfig(text) => format!("bad configuration: {}", clean(text)),
        types::MetricError::BadState(text) => format!("unknown state: {}", clean(text)),
        types::MetricError::Other(text) => clean(text),
        types::MetricError::BadRows(rows) => format!("{} bad rows", rows.len()),
    }
}

pub(super) fn call_error(
    error: &wasmtime::Error,
    memory_bytes_max: usize,
    words: Option<&str>,
) -> CallError {
    if let Some(over) = error.downcast_ref::<OverTime>() {
        return (*over).into();
    }
    if error.is::<OverMemory>() {
        return CallError::MemoryLimit(memory_bytes_max);
    }
    if error.downcast_ref::<wasmtime::Trap>() == Some(&wasmtime::Trap::StackOverflow) {
        return CallError::StackLimit;
    }
    let cause = words::clean(&error.root_cause().to_string(), WORDS_BYTES_MAX);
    // The inert profile has some functions by name only.
    if let Some(function) = cause.strip_prefix("unknown import: `") {
        let function = function.split('`').next().unwrap_or_default();
        return CallError::Trap(format!("it called `{function}`, which the sandbox does not have"));
    }
    CallError::Trap(words.map_or(cause, |words| words.replace('\n', " ")))
}

#[cfg(test)]
mod tests;

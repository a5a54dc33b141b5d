//! What a metric costs by the number of its keys, and which of its limits it meets first.
//!
//! Measured on generated rows, each of another value; told, never judged.

use std::time::Duration;

use streamgauge_plugin::{CallError, Instance, Plugin, field_type};

use super::clock::Clock;
use super::cost::add;
use super::generate;
use super::hostile::distinct;
use super::rows::{Batch, Datum};

/// Rows in a batch.
const BATCH_ROWS: usize = 8192;

/// The figures of a metric with many keys.
#[derive(Clone, Debug)]
pub struct Growth {
    /// Rows that were folded, each of another value.
    pub keys: usize,
    /// Bytes of the instance's memory for each, of which some is for the keys to come.
    pub memory_bytes: f64,
    /// Bytes of a snapshot for each.
    pub snapshot_bytes: f64,
    /// How long each call over all of them takes.
    pub snapshot: Duration,
    /// Reading the snapshot in another instance.
    pub restore: Duration,
    /// Merging what was read into an empty state.
    pub merge: Duration,
    /// Giving the table of all keys.
    pub result: Duration,
    /// The limit that is met first, and the number of keys at which it is.
    pub first: (Limit, usize),
}

/// A limit of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The memory of an instance.
    Memory,
    /// The processor time of a call.
    Time,
}

impl Limit {
    /// The name of its setting.
    pub fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory_max",
            Self::Time => "time_max",
        }
    }
}

/// Folds `keys` rows of different values.
///
/// # Errors
/// A call failed, after so many keys.
pub fn grow(plugin: &Plugin, keys: usize, clock: Clock<'_>) -> Result<Growth, (usize, CallError)> {
    let mut folded = 0;
    measure(plugin, keys, clock, &mut folded).map_err(|error| (folded, error))
}

fn measure(
    plugin: &Plugin,
    keys: usize,
    clock: Clock<'_>,
    folded: &mut usize,
) -> Result<Growth, CallError> {
    let inputs = &plugin.descriptor().inputs;
    let kinds: Vec<_> = inputs.iter().map(|input| field_type(input.type_)).collect();
    let empty = generate::plain_row(inputs);
    let mut instance = Instance::open(plugin)?;
    let all = instance.create(None)?;
    let before = instance.memory_bytes();
    while *folded < keys {
        let count = BATCH_ROWS.min(keys - *folded);
        let row = |index| kinds.iter().map(|kind| distinct(*kind, index)).collect();
        let rows: Vec<Vec<Datum>> = (*folded..*folded + count).map(row).collect();
        let rows: Vec<&[Datum]> = rows.iter().map(Vec::as_slice).collect();
        add(&mut instance, all, &Batch::new(&rows, &empty))?;
        *folded += count;
    }
    let memory = instance.memory_bytes() - before;
    let mut timed = |call: &mut dyn FnMut(&mut Instance) -> Result<(), CallError>| {
        let begun = clock();
        call(&mut instance).map(|()| clock().saturating_sub(begun))
    };
    let mut state = Vec::new();
    let snapshot = timed(&mut |instance| {
        state = instance.snapshot(all)?;
        Ok(())
    })?;
    let result = timed(&mut |instance| instance.result(plugin, all).map(drop))?;
    // As the pages are made: in an instance that holds no other state.
    let mut reader = Instance::open(plugin)?;
    let sum = reader.create(None)?;
    let begun = clock();
    let part = reader.restore(None, plugin.descriptor().state_version, &state)?;
    let restored = clock();
    reader.merge(sum, part)?;
    let (restore, merge) = (restored.saturating_sub(begun), clock().saturating_sub(restored));
    let each = |bytes: usize| bytes as f64 / keys as f64;
    let calls = [snapshot, restore, merge, result];
    let limits = (plugin.memory_bytes_max(), plugin.settings().time_max);
    Ok(Growth {
        keys,
        memory_bytes: each(memory),
        snapshot_bytes: each(state.len()),
        snapshot,
        restore,
        merge,
        result,
        first: first(keys, each(memory), &calls, limits),
    })
}

/// The limit that is met first where all costs grow as the keys do.
fn first(
    keys: usize,
    memory_bytes: f64,
    calls: &[Duration],
    (memory_max, time_max): (usize, Duration),
) -> (Limit, usize) {
    // A merge needs the state twice: what was read, and what it is merged into.
    let by_memory = memory_max as f64 / (2.0 * memory_bytes).max(1.0);
    let longest = calls.iter().max().map_or(0.0, Duration::as_secs_f64);
    let by_time = keys as f64 * time_max.as_secs_f64() / longest.max(1e-9);
    if by_memory <= by_time {
        (Limit::Memory, by_memory as usize)
    } else {
        (Limit::Time, by_time as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_that_is_met_first_is_told() {
        let second = Duration::from_secs(1);
        let calls = [Duration::from_millis(10), Duration::from_millis(50)];
        // 64 MiB for twice 32 bytes a key, and 50 ms of a second for 100,000 keys.
        assert_eq!(first(100_000, 32.0, &calls, (64 << 20, second)), (Limit::Memory, 1 << 20));
        assert_eq!(first(100_000, 32.0, &calls, (1 << 30, second)), (Limit::Time, 2_000_000));
        let nothing = first(1000, 0.0, &[], (1 << 20, second));
        assert_eq!(nothing.0, Limit::Memory, "a state that does not grow meets its limit late");
    }
}

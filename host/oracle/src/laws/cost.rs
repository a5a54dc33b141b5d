//! The cost of a plugin: time a row by the size of batches, time a call, memory and state.
//!
//! Measured on generated rows, one instance, medians of several turns. The figures depend on the
//! machine and are told, never judged.

use std::time::Duration;

use super::clock::Clock;
use super::generate;
use super::rows::{Batch, Datum};
use streamgauge_core::random::Random;
use streamgauge_plugin::{AddError, CallError, Instance, Plugin};

/// The sizes of batches that are measured, in rows.
pub const BATCH_ROWS: [usize; 4] = [1, 10, 1000, 8192];

/// How long one turn of one size lasts, about.
const TURN: Duration = Duration::from_millis(30);

/// Turns of each size; the middle one counts.
const TURNS: usize = 5;

/// Accumulators whose memory is measured together: linear memory grows by whole pages.
const ACCUMULATORS: usize = 512;

/// Rows in each of the batches that are measured.
const ROWS: usize = 1000;

/// The medians of a measurement, with their units in the names.
#[derive(Clone, Debug)]
pub struct Cost {
    /// Nanoseconds a row, by the sizes of [`BATCH_ROWS`].
    pub row_ns: [f64; 4],
    /// A call of `add` without rows, in nanoseconds.
    pub call_ns: f64,
    /// A snapshot after 1,000 rows, in bytes.
    pub state_bytes: usize,
    /// Linear memory of an accumulator after 1,000 rows, in bytes.
    pub accumulator_bytes: usize,
    /// Linear memory of an instance with one accumulator, in bytes.
    pub instance_bytes: usize,
}

/// Measures `plugin`.
///
/// # Errors
/// A call failed.
pub fn measure(plugin: &Plugin, seed: u64, clock: Clock<'_>) -> Result<Cost, CallError> {
    let inputs = &plugin.descriptor().inputs;
    let empty = generate::plain_row(inputs);
    let rows = generate::usual(inputs, &mut Random::of(seed, 1, 0), BATCH_ROWS[3]);
    let batch = |count: usize| {
        let rows: Vec<&[Datum]> = rows[..count].iter().map(Vec::as_slice).collect();
        Batch::new(&rows, &empty)
    };
    let mut row_ns = [0.0; 4];
    for (ns, size) in row_ns.iter_mut().zip(BATCH_ROWS) {
        *ns = call_ns(plugin, &batch(size), clock)? / size as f64;
    }
    let mut instance = Instance::open(plugin)?;
    let first = instance.create(None)?;
    let thousand = batch(ROWS);
    add(&mut instance, first, &thousand)?;
    let state_bytes = instance.snapshot(first)?.len();
    let instance_bytes = instance.memory_bytes();
    for _ in 0..ACCUMULATORS {
        let accumulator = instance.create(None)?;
        add(&mut instance, accumulator, &thousand)?;
    }
    let accumulator_bytes = (instance.memory_bytes() - instance_bytes) / ACCUMULATORS;
    let call_ns = call_ns(plugin, &batch(0), clock)?;
    Ok(Cost { row_ns, call_ns, state_bytes, accumulator_bytes, instance_bytes })
}

/// The median time of a call with `batch`, in nanoseconds.
fn call_ns(plugin: &Plugin, batch: &Batch, clock: Clock<'_>) -> Result<f64, CallError> {
    let mut instance = Instance::open(plugin)?;
    let accumulator = instance.create(None)?;
    // The first calls make room for the keys.
    add(&mut instance, accumulator, batch)?;
    let mut turns = Vec::new();
    for _ in 0..TURNS {
        let (start, mut calls) = (clock(), 0_u32);
        while clock().saturating_sub(start) < TURN {
            add(&mut instance, accumulator, batch)?;
            calls += 1;
        }
        turns.push(clock().saturating_sub(start).as_nanos() as f64 / f64::from(calls));
    }
    turns.sort_by(f64::total_cmp);
    Ok(turns[TURNS / 2])
}

/// Rows that the plugin refuses cost time too.
pub(super) fn add(
    instance: &mut Instance,
    accumulator: streamgauge_plugin::Accumulator,
    batch: &Batch,
) -> Result<(), CallError> {
    match instance.add(accumulator, batch.rows, &batch.params()) {
        Ok(()) | Err(AddError::BadRows(_)) => Ok(()),
        Err(AddError::Call(error)) => Err(error),
    }
}

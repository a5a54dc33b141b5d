//! Memory of accumulators that were given back: an instance lives as long as a worker, and closes
//! windows all the time.

use std::time::Duration;

use streamgauge_core::random::Random;
use streamgauge_plugin::{CallError, Instance, Plugin};

use super::bench::Bench;
use super::check::{Check, Failure};
use super::clock::Clock;
use super::generate;
use super::lab::WINDOW;
use super::rows::Datum;

/// Lives of accumulators before memory is looked at: a language runtime makes room first.
const LIVES_BEFORE: u32 = 300;

/// Looks at memory, and lives between them. What leaks grows at each look; what makes room, at some.
const LOOKS: usize = 4;
const LIVES_BETWEEN: u32 = 300;

/// Rows of one life.
const ROWS: usize = 100;

/// The time after which no other life begins.
const TIME_MAX: Duration = Duration::from_secs(20);

pub(super) fn check(plugin: &Plugin, seed: u64, clock: Clock<'_>) -> Check {
    let name = "the memory of a closed window is used again";
    let begun = clock();
    let is_late = || clock().saturating_sub(begun) >= TIME_MAX;
    let (lives, words) = match grown(plugin, seed, &is_late) {
        Ok((lives, None)) => (lives, None),
        Ok((lives, Some(bytes))) => (
            lives,
            Some(format!(
                "memory grows by {bytes} bytes for each accumulator that was created, filled, \
                 merged and given back"
            )),
        ),
        Err(error) => (0, Some(error.to_string())),
    };
    Check::new(name, lives.max(1), words.map(Failure::of_words))
}

/// How many lives there were, and the bytes that each leaves behind, if memory grows without end.
fn grown(
    plugin: &Plugin,
    seed: u64,
    is_late: &dyn Fn() -> bool,
) -> Result<(u32, Option<usize>), CallError> {
    let inputs = &plugin.descriptor().inputs;
    let empty = generate::plain_row(inputs);
    let rows = generate::usual(inputs, &mut Random::of(seed, 2, 0), ROWS);
    let rows: Vec<&[Datum]> = rows.iter().map(Vec::as_slice).collect();
    let mut instance = Instance::open(plugin)?;
    let mut lives = 0;
    let mut live = |instance: &mut Instance, count: u32| -> Result<usize, CallError> {
        for _ in 0..count {
            if is_late() {
                break;
            }
            let mut bench = Bench::new(plugin, &empty, instance, Some(WINDOW));
            let one = bench.fold(&rows)?;
            let other = bench.copy(one)?;
            bench.merge(one, other)?;
            bench.see(one)?;
            bench.release()?;
            lives += 1;
        }
        Ok(instance.memory_bytes())
    };
    let mut looks = vec![live(&mut instance, LIVES_BEFORE)?];
    for _ in 1..LOOKS {
        looks.push(live(&mut instance, LIVES_BETWEEN)?);
    }
    let between = LIVES_BETWEEN as usize * (LOOKS - 1);
    let bytes = (looks[LOOKS - 1] - looks[0]).div_ceil(between);
    let always = looks.windows(2).all(|pair| pair[0] < pair[1]);
    Ok((lives, always.then_some(bytes)))
}

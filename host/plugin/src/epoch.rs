//! The clock of the engine, by which a call that runs is looked at. It rests while no call runs: a
//! hundred advances a second are most of what an idle host would cost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Thread};
use std::time::Duration;

use wasmtime::Engine;

/// The time between two advances of the engine's epoch: the grain of time limits.
pub(super) const EPOCH: Duration = Duration::from_millis(10);

/// How many advances nobody has to ask for before the clock rests. A call that runs asks at each
/// one.
const IDLE_TICKS: u32 = 20;

/// How often a clock that rests looks whether its engine is gone.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What calls and the clock's thread tell each other.
#[derive(Debug, Default)]
struct Shared {
    /// A call began or runs since the last advance.
    is_asked: AtomicBool,
    is_resting: AtomicBool,
}

/// A running clock.
#[derive(Clone, Debug)]
pub(super) struct EpochClock {
    shared: Arc<Shared>,
    thread: Thread,
}

impl EpochClock {
    /// Advances the epoch of `engine` in a thread that ends with the last clone of the engine.
    pub(super) fn start(engine: &Engine) -> Self {
        let weak = engine.weak();
        let shared = Arc::new(Shared::default());
        let of_thread = Arc::clone(&shared);
        let advance = move || match weak.upgrade() {
            Some(engine) => {
                engine.increment_epoch();
                true
            }
            None => false,
        };
        let spawned = thread::Builder::new().name("epoch".into());
        let spawned = spawned.spawn(move || of_thread.run(advance));
        let thread = spawned.expect("a thread can be started").thread().clone();
        Self { shared, thread }
    }

    /// A call begins or runs: the epoch advances from here on, for longer than until the call is
    /// looked at.
    pub(super) fn keep(&self) {
        // Most often it was asked since the last advance, and only looking is cheap.
        if !self.shared.is_asked.load(Ordering::Relaxed) {
            self.shared.is_asked.store(true, Ordering::SeqCst);
        }
        if self.shared.is_resting.load(Ordering::SeqCst) {
            self.thread.unpark();
        }
    }
}

impl Shared {
    /// Advances while `advance` is true.
    fn run(&self, advance: impl Fn() -> bool) {
        let mut idle = 0;
        while advance() {
            idle = if self.is_asked.swap(false, Ordering::SeqCst) { 0 } else { idle + 1 };
            if idle < IDLE_TICKS {
                thread::sleep(EPOCH);
                continue;
            }
            self.is_resting.store(true, Ordering::SeqCst);
            // A call that has not seen that the clock rests has asked by now.
            if !self.is_asked.load(Ordering::SeqCst) {
                thread::park_timeout(LOOK_EVERY);
            }
            self.is_resting.store(false, Ordering::SeqCst);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU64;
    use std::time::Instant;

    use super::*;

    /// A clock that counts, and its thread.
    fn counting() -> (EpochClock, Arc<AtomicU64>, Arc<AtomicBool>) {
        let (shared, ticks) = (Arc::new(Shared::default()), Arc::new(AtomicU64::new(0)));
        let is_over = Arc::new(AtomicBool::new(false));
        let (of_thread, counted, over) =
            (Arc::clone(&shared), Arc::clone(&ticks), Arc::clone(&is_over));
        let running = thread::spawn(move || {
            of_thread.run(|| {
                counted.fetch_add(1, Ordering::Relaxed);
                !over.load(Ordering::Relaxed)
            });
        });
        (EpochClock { shared, thread: running.thread().clone() }, ticks, is_over)
    }

    fn until(what: impl Fn() -> bool) {
        let begun = Instant::now();
        while !what() {
            assert!(begun.elapsed() < Duration::from_mins(1), "it takes too long");
            thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn the_clock_rests_while_nobody_calls_and_goes_on_with_each_call() {
        let (clock, ticks, is_over) = counting();
        let seen = || ticks.load(Ordering::Relaxed);
        for _ in 0..3 {
            until(|| clock.shared.is_resting.load(Ordering::SeqCst));
            let before = seen();
            clock.keep();
            // At each advance a call that runs asks for the next one.
            until(|| {
                clock.keep();
                seen() >= before + u64::from(3 * IDLE_TICKS)
            });
        }
        is_over.store(true, Ordering::Relaxed);
        clock.thread.unpark();
    }

    #[test]
    fn a_clock_ends_with_its_engine_also_while_it_rests() {
        let engine = Engine::default();
        let clock = EpochClock::start(&engine);
        until(|| clock.shared.is_resting.load(Ordering::SeqCst));
        drop(engine);
        let shared = Arc::downgrade(&clock.shared);
        drop(clock);
        until(|| shared.strong_count() == 0);
    }
}

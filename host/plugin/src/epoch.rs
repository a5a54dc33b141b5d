//! The clock of the engine, by which a call that runs is looked at.

use std::time::Duration;

use wasmtime::Engine;

/// The time between two advances of the engine's epoch: the grain of time limits.
pub(super) const EPOCH: Duration = Duration::from_millis(10);

/// Advances the epoch of `engine` in a thread that ends with the last clone of the engine.
pub(super) fn start(engine: &Engine) {
    let weak = engine.weak();
    std::thread::Builder::new()
        .name("epoch".into())
        .spawn(move || {
            while let Some(engine) = weak.upgrade() {
                engine.increment_epoch();
                drop(engine);
                std::thread::sleep(EPOCH);
            }
        })
        .expect("a thread can be started");
}

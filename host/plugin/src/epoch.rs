//! The clock of the engine, which ends a call that has run too long.

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

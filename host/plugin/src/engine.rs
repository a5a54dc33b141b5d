//! The settings of the engine, the same wherever a component is compiled or run, so that what is
//! compiled here is of use there.

use rustix::process::{Resource, getrlimit};
use streamgauge_core::words;
use wasmtime::{Cache, Config, Engine};

/// The longest cause that is told, in bytes.
const WORDS_BYTES_MAX: usize = 1024;

/// An engine with the settings of all plugins. What it compiles is of use to every other one whose
/// process has a limit of its address space, or has none, like this one.
pub(crate) fn engine(cache: Option<Cache>) -> Engine {
    Engine::new(&config(cache, getrlimit(Resource::As).current.is_some()))
        .expect("the engine's settings fit together")
}

/// By default wasmtime reserves 4 GiB of addresses for each memory, which takes none until it is
/// used, so that no access can be outside and none is checked. Where addresses are limited
/// (`ulimit -v`), less is reserved and each access is checked: a plugin then takes half as many
/// instructions again.
fn config(cache: Option<Cache>, is_address_space_limited: bool) -> Config {
    let mut config = Config::new();
    config
        .cache(cache)
        .epoch_interruption(true)
        .concurrency_support(false)
        .cranelift_nan_canonicalization(true)
        .wasm_relaxed_simd(false)
        .wasm_memory64(false);
    if is_address_space_limited {
        config.memory_reservation(64 << 20).memory_reservation_for_growth(16 << 20);
    }
    config
}

/// The cause of an error, without additions that a decoder makes for its own developers.
pub(crate) fn one_line(error: &wasmtime::Error) -> String {
    let cause = error.root_cause().to_string();
    let line = cause.lines().next().unwrap_or_default();
    words::clean(line.trim_end_matches(':'), WORDS_BYTES_MAX)
}

#[cfg(test)]
mod tests {
    use wasmtime::format_err;

    use super::*;

    #[test]
    fn an_error_is_told_by_the_first_line_of_its_cause() {
        let error = format_err!("magic header not detected:\n  at offset 0").context("parsing");
        assert_eq!(one_line(&error), "magic header not detected");
        assert_eq!(one_line(&format_err!("")), "");
    }
}

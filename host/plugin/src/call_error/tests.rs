//! Failures of calls in words.

use wasmtime::{Error, Trap, format_err};

use super::*;

const MEMORY: usize = 8 << 20;

fn of(error: &Error, words: Option<&str>) -> CallError {
    call_error(error, MEMORY, words)
}

#[test]
fn a_call_that_took_too_long_is_told_so_whatever_it_said_last() {
    let of = |time| {
        let error = Error::new(time).context("error while executing at wasm backtrace");
        of(&error, Some("almost done"))
    };
    let limit = of(OverTime::Computed(Duration::from_millis(300)));
    assert_eq!(limit, CallError::TimeLimit(Duration::from_millis(300)));
    assert_eq!(limit.to_string(), "it took longer than its limit of 300ms");
    let starved = of(OverTime::Waited(Duration::from_secs(20)));
    assert_eq!(starved, CallError::Starved(Duration::from_secs(20)));
    assert!(starved.to_string().ends_with("the machine is too busy"), "{starved}");
}

#[test]
fn growth_that_the_limiter_refused_is_a_lack_of_memory() {
    let error = Error::new(OverMemory).context("in a module");
    let error = of(&error, Some("allocation failed"));
    assert_eq!(error, CallError::MemoryLimit(MEMORY));
    assert_eq!(error.to_string(), "it ran out of its memory limit of 8388608 bytes");
}

#[test]
fn a_function_that_is_there_by_name_only_is_named() {
    let cause =
        "unknown import: `wasi:sockets/tcp@0.2.0#[method]tcp-socket.bind` has not been defined";
    let error = of(&format_err!("{cause}").context("in start"), Some("words"));
    let expected = "it crashed: it called `wasi:sockets/tcp@0.2.0#[method]tcp-socket.bind`, which the sandbox does not have";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_crash_is_told_in_the_plugins_own_last_words_on_one_line() {
    let error = || Error::from(Trap::UnreachableCodeReached).context("wasm backtrace:\n  0: add");
    let with = of(&error(), Some("Traceback\nValueError: x"));
    assert_eq!(with.to_string(), "it crashed: Traceback ValueError: x");
    let without = of(&error(), None).to_string();
    assert_eq!(without, "it crashed: wasm trap: wasm `unreachable` instruction executed");
}

#[test]
fn a_refusal_says_what_was_refused() {
    use types::MetricError::{BadConfig, BadRows, BadState, Other};
    let said = |error| CallError::Refused(refusal(error)).to_string();
    assert_eq!(said(BadConfig("no `key`".into())), "bad configuration: no `key`");
    assert_eq!(said(BadState("version 9".into())), "unknown state: version 9");
    assert_eq!(said(Other("not today".into())), "not today");
    assert_eq!(said(BadRows(vec![(0, "a".into()), (4, "b".into())])), "2 bad rows");
}

#[test]
fn a_refusal_is_one_short_line_whatever_the_plugin_says() {
    let words = refusal(types::MetricError::Other("no\nerror: \u{1b}[31m\u{202e}x".to_owned()));
    assert_eq!(words, "no error:  [31m x");
    let long = refusal(types::MetricError::BadConfig("洪".repeat(5000)));
    assert!((1000..1100).contains(&long.len()), "{}", long.len());
}

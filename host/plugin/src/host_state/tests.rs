//! What a plugin logs and prints, within its limits.

use std::io;
use std::sync::{Arc, Mutex};

use log::Level::{Error, Info, Trace, Warn};
use wasmtime::Engine;

use super::*;

fn state() -> HostState {
    let clock = EpochClock::start(&Engine::default());
    HostState::new("shop".to_owned(), 1000, Duration::from_secs(1), clock)
}

/// The lines that `act` logs, with level and metric, from level `info` on.
fn logged(act: impl FnOnce(&mut HostState)) -> (HostState, Vec<String>) {
    struct Lines(Arc<Mutex<Vec<u8>>>);
    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("nobody panicked").extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let (log, mut state) = (Arc::new(Mutex::new(Vec::new())), state());
    let lines = Arc::clone(&log);
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .without_time()
        .with_target(false)
        .with_writer(move || Lines(Arc::clone(&lines)))
        .finish();
    tracing::subscriber::with_default(subscriber, || act(&mut state));
    let log = String::from_utf8(log.lock().expect("nobody panicked").clone()).expect("UTF-8");
    (state, log.lines().map(|line| line.trim_start().to_owned()).collect())
}

#[test]
fn a_line_has_its_level_and_its_metric() {
    let (_, lines) = logged(|state| {
        for level in [Trace, Info, Warn, Error] {
            state.say(level, "well");
        }
    });
    let expected = ["INFO", "WARN", "ERROR"].map(|level| format!("{level} well metric=\"shop\""));
    assert_eq!(lines, expected, "traces are not asked for");
}

#[test]
fn a_message_cannot_look_like_a_line_of_the_host() {
    let message = "over\n2026-01-01 INFO all is well\u{1b}[2J\r\t.\u{85}\u{202e}";
    let (state, lines) = logged(|state| state.say(Error, message));
    let one = "over 2026-01-01 INFO all is well [2J  .  ";
    assert_eq!(lines, [format!("ERROR {one} metric=\"shop\"")]);
    assert_eq!(state.last_words(), Some(one));
}

#[test]
fn one_call_logs_sixteen_lines_and_the_next_one_as_many_again() {
    let (state, lines) = logged(|state| {
        for number in 0..40 {
            state.say(Info, &format!("line {number}."));
        }
        state.say(Error, "the last one");
        assert_eq!(state.last_words(), Some("the last one"), "of a line that was dropped");
        state.begin_call();
        assert_eq!(state.last_words(), None);
        state.say(Info, "again");
    });
    assert_eq!(lines.len(), 17);
    assert!(lines[15].contains("line 15.") && lines[16].contains("again"), "{lines:?}");
    assert_eq!(state.last_words(), None, "that was no error");
}

#[test]
fn long_words_are_cut_between_characters() {
    let (state, lines) = logged(|state| state.say(Error, &("a".to_owned() + &"洪".repeat(2000))));
    assert_eq!(lines[0].matches('洪').count(), (4096 - 1) / 3);
    let words = state.last_words().expect("an error was logged");
    assert_eq!(words.len(), 1 + 341 * 3, "the most whole ones in 1024 bytes");
}

#[test]
fn what_is_printed_becomes_a_line_at_its_end_or_at_the_end_of_the_call() {
    let (_, lines) = logged(|state| {
        state.print(false, b"one\ntw");
        state.print(false, b"o\n\n  \n");
        state.print(false, "th\u{e9}".as_bytes());
        state.log_rest();
        state.log_rest();
    });
    assert_eq!(
        lines,
        ["one", "two", "th\u{e9}"].map(|line| format!("INFO {line} metric=\"shop\""))
    );
}

#[test]
fn a_line_without_end_is_logged_when_it_is_too_long_to_keep() {
    let (state, lines) = logged(|state| state.print(false, &[b'x'; LOG_BYTES_MAX]));
    assert_eq!((lines.len(), state.inert.out.len()), (0, LOG_BYTES_MAX));
    let (state, lines) = logged(|state| state.print(false, &[b'x'; LOG_BYTES_MAX + 1]));
    assert_eq!((lines.len(), state.inert.out.len()), (1, 0));
}

#[test]
fn both_streams_are_kept_apart_and_bytes_that_are_no_text_are_replaced() {
    let (_, lines) = logged(|state| {
        state.print(false, b"out ");
        state.print(true, b"err ");
        state.print(false, b"of order\n");
        state.print(true, b"\xFF\n");
    });
    let expected = ["INFO out of order metric=\"shop\"", "ERROR err \u{fffd} metric=\"shop\""];
    assert_eq!(lines, expected);
}

#[test]
fn all_lines_of_a_traceback_are_the_last_words_and_its_end_is_kept() {
    let (state, _) = logged(|state| {
        state.print(true, b"Traceback:\n  File \"x\"\nValueError: 3\n");
        state.print(false, b"goodbye\n");
    });
    assert_eq!(state.last_words(), Some("Traceback:\n  File \"x\"\nValueError: 3"));
    let (state, _) = logged(|state| {
        for line in 0..300 {
            state.print(true, format!("frame {line} 洪\n").as_bytes());
        }
        state.print(true, b"ValueError: the cause");
        state.log_rest();
    });
    let words = state.last_words().expect("it was printed");
    assert!(
        words.len() <= WORDS_BYTES_MAX && words.ends_with("\nValueError: the cause"),
        "{words}"
    );
}

#[test]
fn chance_is_the_same_in_every_instance_and_another_at_each_draw() {
    let draws = || {
        let mut inert = Inert::default();
        (0..100).map(|_| inert.draw()).collect::<Vec<u64>>()
    };
    let mut first = draws();
    assert_eq!(first, draws());
    first.sort_unstable();
    first.dedup();
    assert_eq!(first.len(), 100);
}

//! One call of a faulty plugin: which error it ends with, how soon, and the lines in the log.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::json;
use streamgauge_plugin::{AddError, CallError, Columns, Instance, Plugin, bind_inputs};

use crate::component::{MEMORY_BYTES_MAX, RUNTIME, built, faulty, settings};
use crate::rows;

/// Opens `plugin` and adds three rows.
fn add(plugin: &Plugin) -> Result<(), AddError> {
    let mut instance = Instance::open(plugin).map_err(AddError::Call)?;
    let accumulator = instance.create(None).map_err(AddError::Call)?;
    let batch = rows::batch(0, &[0, 1, 2]);
    let inputs = bind_inputs(plugin.descriptor(), &rows::projection());
    Columns::whole(&batch, &inputs).add_to(&mut instance, accumulator)
}

#[test]
fn a_call_that_never_ends_is_ended() {
    let limit = Duration::from_millis(300);
    let mut settings = settings(&built("faulty"), json!({"fault": "endless-loop", "at": 1}));
    settings.time_max = limit;
    let plugin = RUNTIME.load(&settings).unwrap_or_else(|error| panic!("{error}"));
    let begun = Instant::now();
    assert_eq!(add(&plugin), Err(AddError::Call(CallError::TimeLimit(limit))));
    let taken = begun.elapsed();
    assert!(taken >= limit, "ended after {taken:?} already");
    assert!(taken < limit + Duration::from_secs(1), "ended after {taken:?}");
}

#[test]
fn a_plugin_that_hoards_memory_is_stopped() {
    let plugin = faulty(json!({"fault": "allocate", "at": 1}));
    assert_eq!(add(&plugin), Err(AddError::Call(CallError::MemoryLimit(MEMORY_BYTES_MAX))));
}

#[test]
fn a_plugin_that_recurses_without_end_crashes_alone() {
    let plugin = faulty(json!({"fault": "recurse", "at": 1}));
    // The call runs out of the stack in the plugin's memory or of the engine's stack, whichever is
    // smaller.
    assert!(matches!(add(&plugin), Err(AddError::Call(CallError::Trap(_)))));
}

#[test]
fn a_panic_is_a_crash_with_the_plugins_own_words() {
    let plugin = faulty(json!({"fault": "panic", "at": 1}));
    let (added, log) = logged(|| add(&plugin));
    let Err(AddError::Call(CallError::Trap(trap))) = added else { panic!("{added:?}") };
    assert!(trap.contains("row 1 was too much"), "{trap}");
    assert!(log.contains("ERROR"), "{log}");
    assert!(log.contains("row 1 was too much"), "{log}");
    assert!(log.contains("faulty"), "the metric is named: {log}");
}

#[test]
fn a_flood_of_log_lines_is_cut() {
    let plugin = faulty(json!({"fault": "flood-log", "at": 1}));
    let (added, log) = logged(|| add(&plugin));
    assert_eq!(added, Ok(()));
    assert_eq!(log.lines().count(), 16, "of 100");
    // A line of 6000 bytes is cut to the whole characters that fit into 4096.
    assert!(log.lines().all(|line| line.matches('洪').count() == 4096 / 3));
}

#[test]
fn a_fault_of_one_instance_is_not_one_of_the_next() {
    let plugin = faulty(json!({"fault": "panic", "at": 3}));
    // Three rows are one too few for the fault, so this instance is well.
    assert_eq!(add(&plugin), Ok(()));
    let crashing = faulty(json!({"fault": "panic"}));
    assert!(matches!(add(&crashing), Err(AddError::Call(CallError::Trap(_)))));
    assert_eq!(add(&plugin), Ok(()));
}

/// The result of `act`, and the text that `act` logs.
fn logged<T>(act: impl FnOnce() -> T) -> (T, String) {
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
    let log = Arc::new(Mutex::new(Vec::new()));
    let lines = Arc::clone(&log);
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || Lines(Arc::clone(&lines)))
        .finish();
    let given = tracing::subscriber::with_default(subscriber, act);
    let log = String::from_utf8(log.lock().expect("nobody panicked").clone()).expect("UTF-8");
    (given, log)
}

//! One call of a faulty plugin: which error it ends with, how soon, and what the log says.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::json;
use streamgauge::plugin::{AddError, CallError, Columns, Instance, Plugin, bind_inputs};

use crate::component::{MEMORY_BYTES_MAX, TIME_MAX, faulty};
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
    let plugin = faulty(json!({"fault": "endless-loop", "at": 1}));
    let begun = Instant::now();
    assert_eq!(add(&plugin), Err(AddError::Call(CallError::TimeLimit(TIME_MAX))));
    let taken = begun.elapsed();
    assert!(taken >= TIME_MAX, "ended after {taken:?} already");
    assert!(taken < TIME_MAX + Duration::from_secs(1), "ended after {taken:?}");
}

#[test]
fn a_plugin_that_hoards_memory_is_stopped() {
    let plugin = faulty(json!({"fault": "allocate", "at": 1}));
    assert_eq!(add(&plugin), Err(AddError::Call(CallError::MemoryLimit(MEMORY_BYTES_MAX))));
}

#[test]
fn a_panic_is_a_crash_and_its_words_are_in_the_log() {
    let plugin = faulty(json!({"fault": "panic", "at": 1}));
    let (log, subscriber) = capture();
    let added = tracing::subscriber::with_default(subscriber, || add(&plugin));
    let Err(AddError::Call(CallError::Trap(trap))) = added else { panic!("{added:?}") };
    assert!(trap.contains("unreachable"), "{trap}");
    let log = String::from_utf8(log.lock().expect("nobody panicked").clone()).expect("UTF-8");
    assert!(log.contains("ERROR"), "{log}");
    assert!(log.contains("row 1 was too much"), "{log}");
    assert!(log.contains("faulty"), "the metric is named: {log}");
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

type Log = Arc<Mutex<Vec<u8>>>;

/// A log that can be read.
fn capture() -> (Log, impl tracing::Subscriber) {
    struct Lines(Log);
    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("nobody panicked").extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let log = Log::default();
    let lines = Arc::clone(&log);
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || Lines(Arc::clone(&lines)))
        .finish();
    (log, subscriber)
}

//! What one kind of work costs in instructions, counted by callgrind inside `measured` alone:
//! records that are folded, states that are published, a checkpoint. Called by
//! `cargo xtask bench instructions` and `cargo xtask bench curves`; prints how many events the
//! counted work was for.
//!
//! Usage: `instructions WORK FOLDER [SIZE]`, with the folder of the components, and how many keys,
//! open windows or metrics there are where the work is a curve's.

mod driven;

use std::{fmt::Write as _, ops::Range, path::Path, sync::Arc};

use streamgauge::run::prepare::{self, Prepared};
use streamgauge_checkpoint::{
    Backoff, Checkpointer, side_output::SideOutput, store::EmbeddedStore,
};
use streamgauge_core::{BlockBuffer, RecordTime};
use streamgauge_outbox::Origin;

use self::driven::{BLOCK, Driven, block, generated};

/// Events between two publications: 100 ms at 100,000 events a second.
const BETWEEN: u64 = 10_000;

/// How many keys there are in `publish` and `checkpoint`.
const KEYS: u64 = 100_000;

/// The start of the first of the windows in `windows`, in ms since the Unix epoch: 2015-05-11.
const FIRST_HOUR: u64 = 1_431_302_400_000;

const HOUR: u64 = 3_600_000;

const HEAD: &str = "version = 1\nname = \"instructions\"\n[source.generator]\n[schema]\n\
    user_id = \"text\"\nmonth = \"unsigned\"\nday = \"unsigned\"\naction = \"unsigned\"\n\
    age_range = \"unsigned\"\ngender = \"unsigned\"\nprovince = \"text\"\n\
    [event_time]\nmonth = \"month\"\nday = \"day\"\nyear = 2015\n";

const HEAD_OF_HOURS: &str = "version = 1\nname = \"instructions\"\n[source.generator]\n[schema]\n\
    time = \"integer\"\naction = \"unsigned\"\n\
    [event_time]\nfield = \"time\"\nunit = \"ms\"\nbound = \"365d\"\n";

/// The four metrics of the default pipeline.
const FOUR: [&str; 4] = ["behavior", "age", "gender", "province"];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (work, folder, size) = match arguments.as_slice() {
        [work, folder] => (work, folder, None),
        [work, folder, size] => (work, folder, Some(size.parse().unwrap_or_else(|_| usage()))),
        _ => usage(),
    };
    let folder = Path::new(folder);
    let events = match (work.as_str(), size) {
        ("fold", None) => fold(folder, FOUR.len(), ""),
        ("fold-windows", None) => fold(folder, FOUR.len(), "windows = [\"1d\"]\n"),
        ("count-few-keys", None) => count(folder, 100),
        ("count-many-keys", None) => count(folder, KEYS),
        ("publish", None) => publish(folder),
        ("checkpoint", None) => checkpoint(folder),
        ("keys", Some(keys)) => {
            let driven = Driven::with_all_keys(folder, keys);
            fold_and_publish(driven, keys, |from, to| users(from, to, keys))
        }
        ("windows", Some(count)) => {
            fold_and_publish(Driven::with_windows(folder), 0, |from, to| hours(from, to, count))
        }
        ("metrics", Some(count)) => fold(folder, count as usize, ""),
        _ => usage(),
    };
    println!("events: {events}");
}

fn usage() -> ! {
    eprintln!(
        "usage: instructions fold|fold-windows|count-few-keys|count-many-keys|publish|checkpoint \
         FOLDER, or instructions keys|windows|metrics FOLDER SIZE"
    );
    std::process::exit(2);
}

/// The work that callgrind is told to count, by this name.
#[inline(never)]
fn measured<R>(work: impl FnOnce() -> R) -> R {
    work()
}

/// Records of the generator through so many metrics, the four in turn; with everything between the
/// block and the states, except publishing.
fn fold(folder: &Path, count: usize, windows: &str) -> u64 {
    let mut metrics = String::new();
    for (number, name) in FOUR.into_iter().cycle().take(count).enumerate() {
        let file = folder.join(name).with_extension("wasm");
        writeln!(
            metrics,
            "[[metric]]\nid = \"{name}{number}\"\nplugin = \"{}\"\n{windows}",
            file.display()
        )
        .expect("writing to a string never fails");
    }
    let mut driven = Driven::new(&format!("{HEAD}{metrics}"));
    let blocks = generated(0..16);
    // The first half meets windows, values and code for the first time.
    let (first, second) = blocks.split_at(8);
    driven.fold_all(first);
    measured(|| driven.fold_all(second));
    driven.wait();
    driven.publish();
    assert_eq!(driven.folding, count, "a metric that has stopped costs nothing");
    8 * BLOCK
}

/// Records of one metric that counts by so many keys, each of which was seen; states are published
/// in between, which is not counted.
fn count(folder: &Path, keys: u64) -> u64 {
    let mut driven = Driven::with_all_keys(folder, keys);
    let mut next = keys;
    for turn in 0..12 {
        let block = users(next, next + BETWEEN, keys);
        next += BETWEEN;
        if turn < 2 {
            driven.fold(&block);
        } else {
            measured(|| driven.fold(&block));
        }
        driven.wait();
        driven.publish();
    }
    10 * BETWEEN
}

/// Publications of a state with many keys, at full width.
fn publish(folder: &Path) -> u64 {
    let mut driven = Driven::with_all_keys(folder, KEYS);
    let mut next = KEYS;
    for turn in 0..12 {
        driven.fold(&users(next, next + BETWEEN, KEYS));
        next += BETWEEN;
        driven.wait();
        if turn < 2 {
            driven.publish();
        } else {
            measured(|| driven.publish());
        }
    }
    10 * BETWEEN
}

/// Events that come every 100 ms, folded and published. Their place begins at `from`.
fn fold_and_publish(
    mut driven: Driven,
    mut from: u64,
    events: impl Fn(u64, u64) -> BlockBuffer,
) -> u64 {
    for turn in 0..12 {
        let block = events(from, from + BETWEEN);
        from += BETWEEN;
        let mut work = || {
            driven.fold(&block);
            driven.wait();
            driven.publish();
        };
        if turn < 2 { work() } else { measured(work) }
    }
    10 * BETWEEN
}

/// The checkpoint of a second with many keys.
fn checkpoint(folder: &Path) -> u64 {
    let mut driven = Driven::with_all_keys(folder, KEYS);
    let state = tempfile::tempdir().expect("a temporary folder can be made");
    let mut checkpointer = driven.checkpointer(state.path());
    assert!(checkpointer.checkpoint(), "the whole is stored");
    let mut next = KEYS;
    for turn in 0..6 {
        for _ in 0..10 {
            driven.fold(&users(next, next + BETWEEN, KEYS));
            next += BETWEEN;
            driven.wait();
            driven.publish();
        }
        let is_stored = if turn < 1 {
            checkpointer.checkpoint()
        } else {
            measured(|| checkpointer.checkpoint())
        };
        assert!(is_stored, "a checkpoint is stored");
    }
    50 * BETWEEN
}

impl Driven {
    /// `count_by` over all users, each of which was seen, and exported as it is from then on.
    fn with_all_keys(folder: &Path, keys: u64) -> Self {
        let file = folder.join("count_by.wasm");
        let mut driven = Self::new(&format!(
            "{HEAD}[[metric]]\nid = \"users\"\nplugin = \"{}\"\ncolumns = {{ value = \"user_id\" }}\n\
             memory_max = \"1GiB\"\ntime_max = \"10s\"\n",
            file.display()
        ));
        driven.fold(&users(0, keys, keys));
        driven.wait();
        driven.publish();
        driven
    }

    /// A metric by the hour that never closes a window of these events.
    fn with_windows(folder: &Path) -> Self {
        let file = folder.join("behavior.wasm");
        let metric = format!(
            "[[metric]]\nid = \"hours\"\nplugin = \"{}\"\nwindows = [\"1h\"]\n",
            file.display()
        );
        Self::new(&format!("{HEAD_OF_HOURS}{metric}"))
    }

    /// With the state in `folder`.
    fn checkpointer(&self, folder: &Path) -> Checkpointer {
        let Prepared { pipeline, plugins, .. } = &self.prepared;
        let origin = Origin { source: "instructions".to_owned(), zone: chrono_tz::UTC, edition: 1 };
        let store = EmbeddedStore::open(folder);
        Checkpointer {
            store: Some(Box::new(store.expect("the folder can be written to"))),
            letters: SideOutput::none(origin.clone()),
            late: SideOutput::none(origin),
            outboxes: vec![Arc::clone(&self.outbox)],
            sides: Arc::default(),
            kept: Vec::new(),
            settings: prepare::state_settings(pipeline, plugins),
            identity: String::new(),
            committer: None,
            guard: None,
            status: Arc::default(),
            backoff: Backoff::default(),
        }
    }
}

/// Events `from..to` of so many users, who come again and again in an order that repeats after all
/// of them.
fn users(from: u64, to: u64, keys: u64) -> BlockBuffer {
    events(from..to, |place| {
        let user = place * 7919 % keys;
        format!(
            "{{\"user_id\":\"{user}\",\"month\":5,\"day\":11,\"action\":0,\"age_range\":1,\
             \"gender\":0,\"province\":\"\"}}"
        )
    })
}

/// Events `from..to`, each in another of so many hours than the one before.
fn hours(from: u64, to: u64, count: u64) -> BlockBuffer {
    events(from..to, |place| {
        let time = FIRST_HOUR + place * 7919 % count * HOUR;
        format!("{{\"time\":{time},\"action\":{}}}", place % 4)
    })
}

fn events(places: Range<u64>, record: impl Fn(u64) -> String) -> BlockBuffer {
    block(places, |place, bytes| {
        bytes.extend_from_slice(record(place).as_bytes());
        RecordTime(0)
    })
}

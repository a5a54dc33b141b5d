//! kill -9 while records flow: what is counted afterwards is what an uninterrupted run counts.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::broker::Broker;
use crate::host::{Host, read};
use crate::process::{Running, finish};
use crate::result::{assert_balanced, assert_same, book, outside_run};
use crate::workplace::{Settings, Workplace, unique};

const SEED: u64 = 20_151_111;
const EVENTS: u64 = 2_000_000;
const PARTITIONS: usize = 4;
const KILLS_MIN: usize = 5;

/// The observations of one start of the host, up to its end by SIGKILL.
#[derive(Debug)]
struct Round {
    /// Records in the state that the host restored, or a little later.
    restored: u64,
    /// Records at the last look before the kill.
    last_read: u64,
    /// True if a checkpoint with progress was stored in between.
    stored: bool,
}

/// Starts the host, sees progress, and kills it: with `wait` not before a checkpoint holds some of
/// the progress. `None` means that the producer had ended.
fn round(place: &Workplace, producer: &mut Running, wait: bool) -> Option<Round> {
    let host = Host::start(place);
    let first = host.restored(PARTITIONS);
    let (restored, stored_at) = (read(&first), first["checkpoint"]["at"].clone());
    let progressed = |status: &Value| read(status) > restored;
    let stored = |status: &Value| status["checkpoint"]["at"] != stored_at;
    let ended = std::cell::Cell::new(false);
    let producer = std::cell::RefCell::new(producer);
    let last = host.status_when("progress", |status| {
        ended.set(!producer.borrow_mut().is_running());
        ended.get() || progressed(status) && (!wait || stored(status))
    });
    host.kill();
    let round = Round { restored, last_read: read(&last), stored: stored(&last) };
    (!ended.get()).then_some(round)
}

#[test]
fn kill_9_loses_nothing_and_counts_nothing_twice() {
    let broker = Broker::shared();
    let topic = unique("killed");
    broker.create_topic(&topic, PARTITIONS as i32);
    let settings = Settings {
        checkpoint_every: "300ms",
        batch: (10, 2048, "100ms"),
        ..Settings::kafka(&broker.address(), &topic)
    };
    let place = Workplace::new(&settings);
    let mut producer = Running::start(place.command("produce").args([
        "--generate",
        &EVENTS.to_string(),
        "--seed",
        &SEED.to_string(),
        "--rate",
        "80k",
        "--json",
    ]));
    let mut rounds = Vec::new();
    while let Some(seen) = round(&place, &mut producer, rounds.len() % 2 == 1) {
        rounds.push(seen);
    }
    let report = producer.wait().json();
    assert_eq!(report["acknowledged"], EVENTS, "{report}");
    check_rounds(&rounds);

    let killed = finish(place.command("run").args(["--until-end", "--json"])).json();
    let fresh = Workplace::new(&settings);
    let uninterrupted = finish(fresh.command("run").args(["--until-end", "--json"])).json();
    eprintln!("uninterrupted: {} in {}", uninterrupted["accounting"], uninterrupted["run"]);
    assert_eq!(book(&killed, "read"), EVENTS);
    assert!(book(&killed, "late") > EVENTS / 100 && book(&killed, "rejected") > 100);
    assert_balanced(&killed);
    assert_same("killed and not", &outside_run(uninterrupted), &outside_run(killed));
    check_letters(&place, &fresh);
}

/// The kills were such that there was something to lose.
fn check_rounds(rounds: &[Round]) {
    let stored = rounds.iter().filter(|round| round.stored).count();
    let again: Vec<u64> =
        rounds.windows(2).map(|pair| pair[0].last_read.saturating_sub(pair[1].restored)).collect();
    eprintln!(
        "seed {SEED}: {} kills, {stored} after a checkpoint with progress; \
         records read again after them: {again:?}",
        rounds.len()
    );
    assert!(rounds.len() >= KILLS_MIN, "{rounds:?}");
    assert!(stored > 0 && stored < rounds.len(), "{rounds:?}");
    assert!(again.iter().any(|records| *records > 0), "{rounds:?}");
}

/// Each letter is there once, and they are the letters of the uninterrupted run.
fn check_letters(place: &Workplace, fresh: &Workplace) {
    let letters = |place: &Workplace| -> (usize, BTreeSet<String>, BTreeSet<String>) {
        let letters = place.dead_letters();
        let key = |l: &Value| format!("{} {} {}", l["partition"], l["offset"], l["metric"]);
        (
            letters.len(),
            letters.iter().map(key).collect(),
            letters.iter().map(Value::to_string).collect(),
        )
    };
    let (count, keys, texts) = letters(place);
    let (_, _, expected) = letters(fresh);
    eprintln!("{count} dead letters");
    assert!(count > 100);
    assert_eq!(keys.len(), count, "a letter is there twice");
    let missing: Vec<_> = expected.difference(&texts).collect();
    let foreign: Vec<_> = texts.difference(&expected).collect();
    assert!(missing.is_empty() && foreign.is_empty(), "missing {missing:?}, foreign {foreign:?}");
}

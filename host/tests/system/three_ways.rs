//! The same records by any way give the same result, down to the digests of the state.

use std::path::Path;

use serde_json::Value;

use crate::broker::Broker;
use crate::events::{counted, generated, lines};
use crate::process::finish;
use crate::result::{assert_balanced, assert_same, book, counts, outside_run};
use crate::workplace::{METRICS, Settings, Workplace, unique};

const SEED: u64 = 1111;
const RECORDS: usize = 20_000;

/// One record in a hundred is dirty: about ten of each kind. Some dirty records fall back to their
/// stamps, which differ from way to way; but stamps of this year are never late in 2015 and never
/// move a watermark, so even the digests agree.
const DIRT: f64 = 0.01;

fn run_until_end(settings: &Settings) -> Value {
    let place = Workplace::new(settings);
    finish(place.command("run").args(["--until-end", "--json"])).json()
}

fn replay(file: &Path, arguments: &[&str]) -> Value {
    let place = Workplace::new(&Settings::file(file));
    finish(place.command("replay").arg(file).arg("--json").args(arguments)).json()
}

/// Sends `file` and checks that all records of `file` arrived.
fn produce(broker: &Broker, topic: &str, file: &Path, arguments: &[&str]) {
    let place = Workplace::new(&Settings::kafka(&broker.address(), topic));
    let report = finish(place.command("produce").arg(file).arg("--json").args(arguments)).json();
    assert_eq!(report["sent"], RECORDS, "{report}");
    assert_eq!(report["acknowledged"], RECORDS, "{report}");
}

#[test]
fn a_file_and_a_broker_give_the_same_result() {
    let broker = Broker::shared();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("events.jsonl");
    std::fs::write(&file, lines(&generated(RECORDS, SEED, DIRT))).expect("a file");
    let replayed = replay(&file, &[]);
    eprintln!("seed {SEED}: {} records, {}", RECORDS, replayed["accounting"]);
    assert_eq!(book(&replayed, "read"), RECORDS as u64);
    assert!(book(&replayed, "late") > 100 && book(&replayed, "rejected") > 10, "{replayed}");
    assert!(book(&replayed, "event_time_fallback") > 5, "{replayed}");
    assert_balanced(&replayed);
    let one = outside_run(replayed);

    let followed = outside_run(run_until_end(&Settings::file(&file)));
    assert_same("replay and [source.file]", &one, &followed);

    let topic = unique("one-partition");
    produce(&broker, &topic, &file, &["--partitions", "1"]);
    let consumed = outside_run(run_until_end(&Settings::kafka(&broker.address(), &topic)));
    assert_same("replay and a broker", &one, &consumed);

    four_partitions(&broker, &file, &one);
}

/// The partitioning decides what is late, so only on time + late equals the one partition's; all
/// else is the same for the broker's partitions, for the partitions of `replay`, and for any
/// workers.
fn four_partitions(broker: &Broker, file: &Path, one: &Value) {
    let keyed = ["--partitions", "4", "--key", "user_id"];
    let four = outside_run(replay(file, &keyed));
    assert_balanced(&four);
    assert_eq!(four["at"].as_array().map(Vec::len), Some(4));
    let topic = unique("four-partitions");
    produce(broker, &topic, file, &keyed);
    for workers in ["1", "2", "4"] {
        let mut settings = Settings::kafka(&broker.address(), &topic);
        workers.clone_into(&mut settings.workers);
        let consumed = outside_run(run_until_end(&settings));
        assert_same(&format!("replay and {workers} workers"), &four, &consumed);
    }
    for name in ["read", "rejected", "event_time_fallback"] {
        assert_eq!(book(&four, name), book(one, name), "{name}");
    }
    let placed = |result| book(result, "on_time") + book(result, "late");
    assert_eq!(placed(&four), placed(one));
    for id in METRICS {
        assert_eq!(counts(&four, id, "total"), counts(one, id, "total"), "{id}");
    }
}

#[test]
fn totals_are_those_counted_by_hand() {
    let records = generated(5000, SEED + 1, 0.0);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("clean.jsonl");
    std::fs::write(&file, lines(&records)).expect("a file");
    let result = replay(&file, &[]);
    eprintln!("seed {}: {}", SEED + 1, result["accounting"]);
    assert_eq!(book(&result, "rejected"), 0);
    assert_balanced(&result);
    for (id, field) in [("behavior", "action"), ("gender", "gender"), ("province", "province")] {
        assert_eq!(counts(&result, id, "total"), counted(&records, field), "{id}");
    }
    // 7 and 8 are both 50 and above.
    let mut ages = counted(&records, "age_range");
    let oldest = ages.remove("8").expect("5000 events have every age");
    *ages.entry("7".to_owned()).or_insert(0) += oldest;
    assert_eq!(counts(&result, "age", "total"), ages);
}

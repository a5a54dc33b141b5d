//! Editions of a state: a change of what every record counts as is built beside the state that is
//! shown, and the edition before is kept.

use std::fs;

use serde_json::Value;

use crate::broker::Broker;
use crate::events::{event, generated, lines};
use crate::host::{Host, read};
use crate::process::{Running, finish};
use crate::result::{assert_same, book, happened, outside_run, until_end, until_end_with};
use crate::workplace::{Settings, Workplace, lines_of, unique};

const SEED: u64 = 16;

/// The digests of all partitions and metrics, and the places that they stand for.
fn digests(place: &Workplace) -> Vec<String> {
    let found = finish(&mut place.command("state inspect --json")).json();
    let partitions = found["partitions"].as_array().expect("partitions").clone();
    assert!(!partitions.is_empty(), "{found}");
    let of = |partition: &Value| {
        let of_metrics = partition["metrics"].as_object().expect("metrics").iter();
        let metrics: Vec<String> =
            of_metrics.map(|(id, own)| format!("{id} {}", own["digest"])).collect();
        format!(
            "{}@{} {} {metrics:?}",
            partition["partition"], partition["offset"], partition["digest"]
        )
    };
    partitions.iter().map(of).collect()
}

/// The records that an edition in the background has read.
fn built_so_far(status: &Value) -> u64 {
    let warnings = status["warnings"].as_array().into_iter().flatten();
    let told = warnings.into_iter().find(|warning| warning["code"] == "rebuilding");
    told.and_then(|told| told["args"]["read"].as_str()?.parse().ok()).unwrap_or(0)
}

fn rebuild(place: &Workplace, more: &[&str]) -> crate::process::Ended {
    finish(place.command("state rebuild").args(more))
}

/// The letters of a file, each with its metric, place and reason, as often as they are there.
fn letters(place: &Workplace, file: &str) -> Vec<String> {
    let key =
        |l: &Value| format!("{} {} {} {}", l["metric"], l["partition"], l["offset"], l["reason"]);
    let mut letters: Vec<String> = lines_of(&place.path(file)).iter().map(key).collect();
    letters.sort();
    letters
}

/// A topic of its own and two metrics with windows.
fn over_topic(broker: &Broker, topic: &str, partitions: i32) -> Settings {
    let topic = unique(topic);
    broker.create_topic(&topic, partitions);
    let mut settings =
        Settings { checkpoint_every: "300ms", ..Settings::kafka(&broker.address(), &topic) };
    settings.metrics.truncate(2);
    "windows = [\"cumulative\", \"1d\"]\n".clone_into(&mut settings.of_metrics);
    settings
}

fn produce(place: &Workplace, count: u64, seed: u64, more: &[&str]) -> Running {
    let (count, seed) = (count.to_string(), seed.to_string());
    let mut command = place.command("produce");
    command.args(["--generate", &count, "--seed", &seed, "--dirt", "0.01"]);
    Running::start(command.args(more))
}

#[test]
fn a_changed_bound_is_built_beside_the_stream_and_the_edition_before_can_be_returned_to() {
    let broker = Broker::shared();
    let settings = over_topic(&broker, "edition", 4);
    let changed = Settings { bound: "10s", ..settings.clone() };
    let place = Workplace::new(&settings);
    produce(&place, 200_000, SEED, &[]).wait().ok();
    let host = Host::start(&place);
    host.has_read(200_000);
    let producer = produce(&place, 100_000, SEED + 1, &["--rate", "20k"]);
    place.set(&changed);
    host.status_when("the refusal", |status| happened(status, "reload_refused") > 0);
    let log = host.log();
    assert!(log.contains("`streamgauge state rebuild`"), "no remedy in\n{log}");
    let said = rebuild(&place, &[]).ok().stdout;
    assert!(said.contains("edition 2 of the state is built in the background"), "{said}");
    let status = host.status_when("the switch", |status| happened(status, "switched") > 0);
    eprintln!("switched at {}", status["accounting"]);
    producer.wait().ok();
    let status = host.has_read(300_000);
    assert_eq!(status["warnings"].as_array().map(Vec::len), Some(0), "{}", status["warnings"]);
    for line in host.log().lines().filter(|line| line.contains("edition")) {
        eprintln!("{line}");
    }
    host.terminate().ok();
    let list = finish(&mut place.command("state list --json")).ok().json();
    let editions = list["editions"].as_array().expect("editions").iter();
    let shown: Vec<&Value> = editions.map(|own| &own["state"]).collect();
    assert_eq!(shown, ["kept", "current"], "{list}");
    // Each is looked at by its number, and the first one with the pipeline that it was made from.
    finish(&mut place.command("verify --edition 1")).ok();
    finish(place.command("state export --edition 1").arg(place.path("first.sgex"))).ok();
    let pruned = finish(&mut place.command("state prune")).ok().stdout;
    assert!(pruned.contains("edition 1, ") && pruned.contains("would be removed"), "{pruned}");
    let unknown = finish(&mut place.command("state inspect --edition 7"));
    assert_eq!(unknown.code, Some(2), "{}", unknown.stderr);

    // What was built is what a pipeline comes to that was never another one.
    let built = until_end(&place);
    let fresh = Workplace::new(&changed);
    assert_same("built beside and fresh", &until_end(&fresh), &built);
    assert_eq!(digests(&place), digests(&fresh));
    let own = letters(&place, "dead-letters.edition-2.jsonl");
    assert!(!own.is_empty());
    assert_eq!(own, letters(&fresh, "dead-letters.jsonl"), "each letter is there once");
    finish(&mut place.command("verify")).ok();

    // Back to the first edition, with its own pipeline only.
    let refused = finish(&mut place.command("state use 1"));
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    for word in ["event_time.bound", "kept/"] {
        assert!(refused.stderr.contains(word), "no {word:?} in {}", refused.stderr);
    }
    place.set(&settings);
    finish(&mut place.command("state use 1")).ok();
    let back = until_end(&place);
    let fresh = Workplace::new(&settings);
    assert_same("returned to and fresh", &until_end(&fresh), &back);
    assert_eq!(digests(&place), digests(&fresh));
    let of = |place| letters(place, "dead-letters.jsonl");
    assert_eq!(of(&place), of(&fresh), "the letters of the first edition went on");
    let current = finish(&mut place.command("state drop 1"));
    assert_eq!(current.code, Some(2), "{}", current.stderr);
    finish(&mut place.command("state drop 2")).ok();
    assert!(!place.path("state/editions/2").exists());
}

/// The host is killed again and again while it builds, and around the switch; each start goes on, and
/// at the end the edition is what a fresh pipeline comes to.
#[test]
fn a_build_goes_on_after_a_crash_and_the_switch_has_happened_or_not() {
    let broker = Broker::shared();
    let settings = over_topic(&broker, "killed-edition", 4);
    let changed = Settings { bound: "10s", ..settings.clone() };
    let place = Workplace::new(&settings);
    produce(&place, 300_000, SEED + 2, &[]).wait().ok();
    let host = Host::start(&place);
    host.has_read(300_000);
    // Another one takes the place of what is being built.
    place.set(&Settings { bound: "20s", ..settings });
    rebuild(&place, &[]).ok();
    place.set(&changed);
    rebuild(&place, &[]).ok();
    assert!(host.log().contains("edition 2 of the state is superseded"), "{}", host.log());
    let current = || {
        let list = finish(&mut place.command("state list --json")).json();
        let editions = list["editions"].as_array().expect("editions").clone();
        let current = editions.iter().find(|own| own["state"] == "current").cloned();
        current.expect("one is current")["number"].as_u64().expect("a number")
    };
    let mut host = Some(host);
    let (mut kills, mut built) = (0, 0);
    let host = loop {
        let running = host.take().unwrap_or_else(|| Host::start(&place));
        // Each start is to build some more, and the last ones are killed around the switch.
        let status = running.status_when("a part of the build, or the switch", |status| {
            built_so_far(status) > built + 15_000 || happened(status, "switched") > 0
        });
        built = built_so_far(&status).max(built);
        running.kill();
        kills += 1;
        eprintln!("killed after {built} records, edition {} is current", current());
        if current() == 3 {
            break Host::start(&place);
        }
        assert!(kills < 50, "no switch");
    };
    eprintln!("{kills} kills");
    assert!(kills > 1, "it was killed in the middle too");
    host.has_read(300_000);
    host.terminate().ok();
    let built = until_end(&place);
    let fresh = Workplace::new(&changed);
    assert_same("built through crashes and fresh", &until_end(&fresh), &built);
    assert_eq!(digests(&place), digests(&fresh));
    let own = letters(&place, "dead-letters.edition-3.jsonl");
    assert_eq!(own, letters(&fresh, "dead-letters.jsonl"), "each letter is there once");
}

/// `start = "latest"` said where the first edition began, and not where the log is read now: 500
/// records became 0.
#[test]
fn another_edition_begins_where_the_one_before_did() {
    let broker = Broker::shared();
    let settings = over_topic(&broker, "latest-edition", 2);
    let latest = |settings: &Settings| {
        let source = settings.source.replace("\"earliest\"", "\"latest\"");
        Settings { source, ..settings.clone() }
    };
    let place = Workplace::new(&latest(&settings));
    produce(&place, 1000, SEED + 3, &[]).wait().ok();
    let host = Host::start(&place);
    host.restored(2);
    produce(&place, 500, SEED + 4, &[]).wait().ok();
    host.has_read(500);
    let changed = Settings { bound: "10s", ..latest(&settings) };
    place.set(&changed);
    rebuild(&place, &[]).ok();
    host.status_when("the switch", |status| happened(status, "switched") > 0);
    assert_eq!(read(&host.has_read(500)), 500);
    host.terminate().ok();

    // The same at a start, to the end of the log, and then once more: nothing is left to do.
    place.set(&Settings { bound: "20s", ..changed });
    let built = until_end_with(&place, &["--rebuild"]);
    assert_eq!(book(&built, "read"), 500);
    let again = finish(place.command("run").args(["--until-end", "--json", "--rebuild"])).ok();
    assert!(again.stderr.contains("nothing is rebuilt: edition 3"), "{}", again.stderr);
    assert_same("rebuilt twice", &built, &outside_run(again.json()));
}

#[test]
fn what_the_log_no_longer_holds_is_named_before_an_edition_begins() {
    let broker = Broker::shared();
    let settings = over_topic(&broker, "cut-edition", 2);
    let topic = settings.source.split("topic = \"").nth(1).and_then(|rest| rest.split('"').next());
    let topic = topic.expect("a topic").to_owned();
    let place = Workplace::new(&settings);
    let record = event(&[]);
    for partition in 0..2 {
        broker.send(&topic, partition, (0..1000).map(|_| record.as_slice()));
    }
    let host = Host::start(&place);
    host.has_read(2000);
    broker.delete_before(&topic, 0, 400);
    place.set(&Settings { bound: "10s", ..settings.clone() });
    let refused = rebuild(&place, &[]);
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    for words in ["partition 0, offsets 0 to 399", "--accept-loss"] {
        assert!(refused.stderr.contains(words), "no {words:?} in {}", refused.stderr);
    }
    assert!(!place.path("state/editions").exists(), "nothing was begun");
    rebuild(&place, &["--accept-loss"]).ok();
    host.status_when("the switch", |status| happened(status, "switched") > 0);
    let status = host.has_read(1600);
    let gaps = &status["partitions"][0]["gaps"];
    assert_eq!((&gaps[0]["from"], &gaps[0]["to"]), (&0.into(), &400.into()), "{gaps}");
    assert_eq!(read(&status), 1600);
    host.terminate().ok();
    finish(&mut place.command("verify")).ok();
}

/// `run --rebuild` in a unit file: the pipeline of before is shown while the other one is built, and
/// the next start has nothing to rebuild.
#[test]
fn a_start_builds_what_the_file_says_beside_the_pipeline_of_before() {
    let broker = Broker::shared();
    let settings = over_topic(&broker, "started-edition", 2);
    let place = Workplace::new(&settings);
    produce(&place, 50_000, SEED + 5, &[]).wait().ok();
    until_end(&place);
    let changed = Settings { bound: "10s", ..settings };
    place.set(&changed);
    let host = Host::start_with(&place, &["--rebuild"]);
    host.status_when("the switch", |status| happened(status, "switched") > 0);
    host.has_read(50_000);
    let log = host.log();
    assert!(log.contains("the pipeline of before runs until another edition is built"), "{log}");
    host.terminate().ok();
    let host = Host::start_with(&place, &["--rebuild"]);
    host.has_read(50_000);
    let log = host.log();
    let told = log.lines().filter(|line| line.contains("nothing is rebuilt")).count();
    assert_eq!(told, 1, "{log}");
    host.terminate().ok();
    let fresh = Workplace::new(&changed);
    assert_same("built at a start and fresh", &until_end(&fresh), &until_end(&place));
}

/// Lines of a file that was renamed are gone for another edition, and those of the present one are
/// not.
#[test]
fn an_edition_over_a_rotated_file_begins_with_the_present_one_where_that_is_accepted() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("events.jsonl");
    let records = generated(3500, SEED, 0.01);
    fs::write(&file, lines(&records[..3000])).expect("a file");
    let mut settings = Settings::file(&file);
    settings.metrics.truncate(2);
    let place = Workplace::new(&settings);
    until_end(&place);
    fs::rename(&file, folder.path().join("events.jsonl.1")).expect("it is ours");
    fs::write(&file, lines(&records[3000..])).expect("a file");
    assert_eq!(book(&until_end(&place), "read"), 3500);
    place.set(&Settings { bound: "10s", ..settings });
    let refused = finish(place.command("run").args(["--until-end", "--rebuild"]));
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    let lost = "partition 0, offsets 0 to 2999 of the log that was there before";
    assert!(refused.stderr.contains(lost), "{}", refused.stderr);
    let built = until_end_with(&place, &["--rebuild", "--accept-loss"]);
    assert_eq!(book(&built, "read"), 500);
    assert_same("and it goes on from there", &built, &until_end(&place));
}

/// A state that nothing is kept of, and one that cannot be read, are left where they are, and the
/// run is on the next edition at once.
#[test]
fn a_state_that_tells_nothing_of_its_pipeline_is_left_and_the_next_edition_is_run() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("events.jsonl");
    fs::write(&file, lines(&generated(3000, SEED, 0.01))).expect("a file");
    let mut settings = Settings::file(&file);
    settings.metrics.truncate(2);
    let place = Workplace::new(&settings);
    until_end(&place);
    // As an earlier version leaves it.
    fs::remove_dir_all(place.path("state/kept")).expect("it is there");
    fs::remove_file(place.path("state/editions.json")).expect("it is there");
    let changed = Settings { bound: "10s", ..settings };
    place.set(&changed);
    let host = Host::start_with(&place, &["--rebuild"]);
    host.has_read(3000);
    let log = host.log();
    assert!(log.contains("the pipeline of before cannot be run meanwhile"), "{log}");
    host.terminate().ok();
    let fresh = until_end(&Workplace::new(&changed));
    assert_same("in the foreground and fresh", &fresh, &until_end(&place));
    assert!(place.path("state/streamgauge.redb").exists(), "the first edition is kept");

    place.write("state/editions/2/streamgauge.redb", b"no state");
    let damaged = finish(place.command("run").arg("--until-end"));
    assert_eq!(damaged.code, Some(1), "{}", damaged.stderr);
    assert_same("after damage and fresh", &fresh, &until_end_with(&place, &["--rebuild"]));
    let list = finish(&mut place.command("state list")).ok().stdout;
    assert!(list.contains("edition 3, current") && list.contains("edition 2, kept"), "{list}");
}

/// Over another topic nothing of the one before is asked for: the pipeline's own `start` says where
/// its edition begins.
#[test]
fn an_edition_of_another_topic_begins_where_its_own_start_says() {
    let broker = Broker::shared();
    let settings = over_topic(&broker, "first-topic", 2);
    let other = over_topic(&broker, "other-topic", 3);
    let place = Workplace::new(&settings);
    produce(&place, 1000, SEED + 6, &[]).wait().ok();
    produce(&Workplace::new(&other), 700, SEED + 7, &[]).wait().ok();
    let host = Host::start(&place);
    host.has_read(1000);
    place.set(&other);
    rebuild(&place, &[]).ok();
    host.status_when("the switch", |status| happened(status, "switched") > 0);
    let status = host.has_read(700);
    assert_eq!((read(&status), status["partitions"].as_array().map(Vec::len)), (700, Some(3)));
    host.terminate().ok();
    let fresh = until_end(&Workplace::new(&other));
    assert_same("of another topic and fresh", &fresh, &until_end(&place));
}

//! A pipeline that changes over its state: what a metric lacks is counted from the log while the
//! others go on, and comes to what a fresh pipeline of the same settings counts.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::broker::Broker;
use crate::events::{generated, lines};
use crate::host::{Host, read};
use crate::process::{Running, finish};
use crate::result::{
    assert_balanced, assert_same, book, happened, outside_run, state_of, until_end,
};
use crate::workplace::{Settings, Workplace, unique};

const SEED: u64 = 16;
const PARTITIONS: usize = 4;

/// The same pipeline over the whole log, from nothing.
fn fresh(text: &str) -> (Workplace, Value) {
    let place = Workplace::new(&Settings::file("none".as_ref()));
    place.set_text(text);
    let result = until_end(&place);
    (place, result)
}

/// The letters of each metric, each with its place and reason, as often as they are there.
fn letters(place: &Workplace) -> Vec<String> {
    let key =
        |l: &Value| format!("{} {} {} {}", l["metric"], l["partition"], l["offset"], l["reason"]);
    let mut letters: Vec<_> = place.dead_letters().iter().map(key).collect();
    letters.sort();
    letters
}

/// Those of `letters` that are of one of `metrics`.
fn of(metrics: &[&str], letters: &[String]) -> Vec<String> {
    let is_of = |l: &&String| metrics.iter().any(|id| l.starts_with(&format!("\"{id}\" ")));
    letters.iter().filter(is_of).cloned().collect()
}

/// A pipeline of two metrics over a topic of its own.
fn two_metrics(broker: &Broker, topic: &str, partitions: usize) -> Settings {
    let topic = unique(topic);
    broker.create_topic(&topic, partitions as i32);
    let mut settings =
        Settings { checkpoint_every: "300ms", ..Settings::kafka(&broker.address(), &topic) };
    settings.metrics.truncate(2);
    settings
}

fn produce(place: &Workplace, count: u64, seed: u64, more: &[&str]) -> Running {
    let (count, seed) = (count.to_string(), seed.to_string());
    let mut command = place.command("produce");
    Running::start(command.args(["--generate", &count, "--seed", &seed]).args(more))
}

#[test]
fn a_metric_that_is_new_or_changed_is_counted_from_the_log_and_one_that_was_taken_out_comes_back() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("events.jsonl");
    let records = generated(6000, SEED, 0.01);
    std::fs::write(&file, lines(&records[..4000])).expect("a file");
    let mut settings = Settings::file(&file);
    settings.metrics.truncate(2);
    let place = Workplace::new(&settings);
    let before = until_end(&place);

    let mut more = settings.clone();
    more.metrics.push("gender".to_owned());
    place.set(&more);
    let added = until_end(&place);
    let (other, expected) = fresh(&more.text());
    assert_same("one more metric", &expected, &added);
    assert_eq!(letters(&place), letters(&other));

    // Other windows are another build; those from before are kept.
    let windows =
        Settings { of_metrics: "windows = [\"cumulative\", \"1d\"]\n".to_owned(), ..more };
    place.set(&windows);
    let changed = until_end(&place);
    assert_same("other windows", &fresh(&windows.text()).1, &changed);

    // Back to the beginning: the two metrics go on from what they had counted.
    std::fs::write(&file, lines(&records)).expect("a longer file");
    place.set(&settings);
    let back = until_end(&place);
    assert_eq!((book(&before, "read"), book(&back, "read")), (4000, 6000));
    assert_same("as before, over more records", &fresh(&settings.text()).1, &back);
    let verified = finish(place.command("verify").args(["--json"])).json();
    assert_eq!(verified["equal"], true, "{verified}");
}

#[test]
fn the_state_of_a_metric_that_was_taken_out_is_removed_by_prune_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("events.jsonl");
    std::fs::write(&file, lines(&generated(3000, SEED, 0.01))).expect("a file");
    let three = Settings::file(&file);
    let place = Workplace::new(&three);
    let before = until_end(&place);
    let mut fewer = three.clone();
    let gone = fewer.metrics.pop().expect("a metric");
    place.set(&fewer);
    until_end(&place);
    let named = |words: &str| finish(&mut place.command(words)).ok().stdout;
    let line = format!("metric {gone} as it was before, with ");
    let said = named("state prune");
    assert!(said.contains(&line) && said.contains("would be removed"), "{said}");
    // What the pipeline would take up is no matter of pruning.
    place.set(&three);
    assert!(!named("state prune --yes").contains(&line));
    let back = finish(place.command("run").args(["--until-end", "--json"]));
    assert!(back.stderr.contains("it goes on from what it had counted"), "{}", back.stderr);
    assert_same("put back", &before, &outside_run(back.json()));

    place.set(&fewer);
    until_end(&place);
    let said = named("state prune --yes");
    assert!(said.contains(&line) && said.contains("removed"), "{said}");
    assert!(!named("state prune").contains(&line), "it is gone");
    place.set(&three);
    let anew = finish(place.command("run").args(["--until-end", "--json"]));
    assert!(anew.stderr.contains(&format!("metric `{gone}` is new")), "{}", anew.stderr);
    assert_same("counted anew", &before, &outside_run(anew.json()));
}

/// Metrics are added and changed while records flow, and the host is killed while they are counted
/// from the log.
#[test]
fn a_metric_catches_up_with_a_stream_across_kills() {
    let broker = Broker::shared();
    let mut settings = two_metrics(&broker, "catches-up", PARTITIONS);
    let place = Workplace::new(&settings);
    produce(&place, 400_000, SEED, &[]).wait().ok();
    let host = Host::start(&place);
    host.has_read(400_000);
    host.terminate().ok();

    settings.metrics.push("gender".to_owned());
    settings.metrics.push("province".to_owned());
    settings.of_metrics = "windows = [\"cumulative\", \"1d\"]\n".to_owned();
    place.set(&settings);
    let producer = produce(&place, 400_000, SEED + 1, &["--rate", "40k"]);
    let mut seen = BTreeSet::new();
    let mut kills = 0;
    let host = loop {
        let host = Host::start(&place);
        let restored = read(&host.restored(PARTITIONS));
        let status = host.status_when("progress while a metric lags, or no lag", |status| {
            read(status) > restored + 5000 || state_of(status, "gender") == "ok"
        });
        seen.insert(state_of(&status, "gender").to_owned());
        if kills == 4 || state_of(&status, "gender") == "ok" {
            break host;
        }
        kills += 1;
        host.kill();
    };
    eprintln!("{kills} kills, seen {seen:?}");
    assert!(kills >= 1 && seen.contains("lagging"), "{kills} kills, seen {seen:?}");
    producer.wait().ok();
    let status = host.status_when("all metrics at the end", |status| {
        read(status) == 800_000
            && settings.metrics.iter().all(|metric| state_of(status, metric) == "ok")
    });
    eprintln!("{}", status["accounting"]);
    host.terminate().ok();

    let live = until_end(&place);
    assert_balanced(&live);
    let (other, expected) = fresh(&settings.text());
    assert_same("caught up and fresh", &expected, &live);
    let (own, expected) = (letters(&place), letters(&other));
    // The first two metrics had written their letters before they became others.
    let of_new = |letters: &[String]| of(&["gender", "province"], letters);
    assert_eq!(of_new(&own), of_new(&expected), "each letter of a new metric is there once");
    let rejected = |letters: &[String]| letters.iter().filter(|l| l.starts_with("null")).count();
    assert_eq!(rejected(&own), rejected(&expected), "rejected records are told once");
}

/// A worker that tells rarely what it has is no reason to read for a metric again that it has taken
/// over, and a reader that comes to the end of the log while it is held passes no record.
#[test]
fn a_metric_that_has_caught_up_is_read_for_no_more() {
    let broker = Broker::shared();
    let mut settings = two_metrics(&broker, "once", 1);
    let place = Workplace::new(&settings);
    produce(&place, 50_000, SEED + 4, &[]).wait().ok();
    until_end(&place);
    settings.metrics.push("gender".to_owned());
    place.set_text(&(settings.text() + "[publish]\nevery = \"1s\"\n"));
    let producer = produce(&place, 250_000, SEED + 5, &["--rate", "50k"]);
    let host = Host::start(&place);
    host.status_when("the end, with all metrics", |status| {
        read(status) == 300_000 && state_of(status, "gender") == "ok"
    });
    producer.wait().ok();
    let log = host.terminate().stderr;
    assert_eq!(log.matches("reading for metric `gender` in the background").count(), 1, "{log}");
    let (other, expected) = fresh(&settings.text());
    assert_same("caught up and fresh", &expected, &until_end(&place));
    let of_new = |place: &Workplace| of(&["gender"], &letters(place));
    assert_eq!(of_new(&place), of_new(&other), "each letter of a new metric is there once");
}

/// A metric is added to a pipeline that runs, and another one gets other windows: the page and the
/// other metrics go on, and both come to what they would have come to.
#[test]
fn a_metric_is_added_while_records_flow() {
    let broker = Broker::shared();
    let mut settings = two_metrics(&broker, "added", PARTITIONS);
    let place = Workplace::new(&settings);
    produce(&place, 300_000, SEED + 2, &[]).wait().ok();
    let host = Host::start(&place);
    host.has_read(300_000);
    let producer = produce(&place, 200_000, SEED + 3, &["--rate", "40k"]);
    settings.metrics.push("gender".to_owned());
    let text = settings.text().replacen(
        "id = \"age\"\n",
        "id = \"age\"\nwindows = [\"cumulative\", \"1d\"]\n",
        1,
    );
    place.set_text(&text);
    host.status_when("the reload", |status| happened(status, "reloaded") > 0);
    let status = host.status_when("all metrics at the end", |status| {
        let is_ok = |metric: &&str| state_of(status, metric) == "ok";
        read(status) == 500_000 && ["behavior", "age", "gender"].iter().all(is_ok)
    });
    producer.wait().ok();
    for line in host.log().lines().filter(|line| line.contains("stood still")) {
        eprintln!("{line}");
    }
    let log = host.log();
    assert!(log.contains("`age`, `gender`") || log.contains("`gender`"), "{log}");
    assert!(log.contains("in the background") && log.contains("has caught up"), "{log}");
    eprintln!("{}", status["accounting"]);
    host.terminate().ok();
    let live = until_end(&place);
    assert_balanced(&live);
    assert_same("added and fresh", &fresh(&text).1, &live);
}

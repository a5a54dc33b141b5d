//! A log whose beginning was deleted before a metric needs it: the metric gets what can be had, what
//! cannot is named, and nothing of other metrics is touched.

use std::process::Command;
use std::sync::Arc;

use serde_json::Value;

use crate::broker::Broker;
use crate::events::generated;
use crate::host::Host;
use crate::process::finish;
use crate::result::{assert_same, state_of, until_end};
use crate::wait;
use crate::workplace::{Settings, Workplace, plugin, unique};

const SEED: u64 = 5;

/// Records of a partition before the deletion, and after it.
const BEFORE: usize = 1000;
const AFTER: usize = 200;

/// The first record of partition 0 that is left.
const LEFT_FROM: i64 = 400;

/// A topic of two partitions with its pipelines.
struct Case {
    broker: Arc<Broker>,
    topic: String,
    place: Workplace,
    /// Another pipeline over the same topic, which reads all of it in time.
    twin: Workplace,
    records: Vec<Vec<u8>>,
}

impl Case {
    /// `before` is the text of the pipeline at first, and `twin` that of the other one.
    fn new(
        before: impl FnOnce(&Settings) -> String,
        twin: impl FnOnce(&Settings) -> String,
    ) -> Self {
        let (broker, topic) = (Broker::shared(), unique("head-gone"));
        broker.create_topic(&topic, 2);
        let mut settings =
            Settings { checkpoint_every: "200ms", ..Settings::kafka(&broker.address(), &topic) };
        settings.metrics.truncate(1);
        settings.batch = (10, 50, "100ms");
        let place = Workplace::new(&settings);
        place.set_text(&before(&settings));
        settings.source = settings.source.replace("group = \"", "group = \"twin-");
        let other = Workplace::new(&settings);
        other.set_text(&twin(&settings));
        let records = generated(2 * (BEFORE + AFTER), SEED, 0.0);
        Self { broker, topic, place, twin: other, records }
    }

    /// Sends records of each partition.
    fn send(&self, from: usize, to: usize) {
        for (partition, half) in (0..).zip(self.records.chunks(BEFORE + AFTER)) {
            self.broker.send(&self.topic, partition, half[from..to].iter().map(Vec::as_slice));
        }
    }

    /// Deletes the beginning of partition 0, which the other pipeline has read.
    fn delete_head(&self) {
        until_end(&self.twin);
        self.broker.delete_before(&self.topic, 0, LEFT_FROM);
    }
}

/// What the first metric and the records came to.
fn untouched(result: &Value) -> Value {
    let digests = result["at"].as_array().expect("partitions").iter();
    let digests: Vec<_> = digests.map(|of| of["metric_digests"]["behavior"].clone()).collect();
    assert!(digests.iter().all(Value::is_string), "{result}");
    serde_json::json!({
        "accounting": result["accounting"],
        "books": result["metric_accounting"]["behavior"],
        "metric": result["metrics"]["behavior"],
        "digests": digests,
    })
}

#[test]
fn a_metric_that_is_added_begins_where_the_log_does_and_says_so() {
    let with_age = |settings: &Settings| {
        let metrics = vec!["behavior".to_owned(), "age".to_owned()];
        Settings { metrics, ..settings.clone() }.text()
    };
    let mut added = String::new();
    let before = |settings: &Settings| {
        added = with_age(settings);
        settings.text()
    };
    let case = Case::new(before, with_age);
    case.send(0, BEFORE);
    let host = Host::start(&case.place);
    host.has_read(2 * BEFORE as u64);
    case.delete_head();
    // It is said before anything is done.
    let gone = format!("the log no longer holds records 0@0 to 0@{}:", LEFT_FROM - 1);
    let mut command = Command::new(streamgauge_tests::program());
    command.args(["check", "--against-running", "--config"]);
    let candidate = case.place.write("candidate.toml", added.as_bytes());
    let said = finish(command.arg(candidate)).ok();
    assert!(said.stderr.contains(&gone), "{}", said.stderr);
    case.place.set_text(&added);
    host.status_when("the added metric", |status| state_of(status, "age") == "ok");
    let begins = |partition: u32| {
        let words = format!("metric `age` begins at {partition}@");
        let log = host.log();
        let rest = log.split_once(&words)?.1.to_owned();
        let (offset, why) = rest.split_once(": ")?;
        assert!(why.starts_with("the log no longer holds what was before"), "{why}");
        offset.parse::<i64>().ok()
    };
    let origin = wait::until("the place at which it begins", || begins(0));
    assert!((LEFT_FROM..LEFT_FROM + 100).contains(&origin), "it begins at {origin}");
    assert_eq!(begins(1), None, "all of partition 1 is there");
    assert!(host.log().contains(&gone), "{}", host.log());
    case.send(BEFORE, BEFORE + AFTER);
    host.has_read(2 * (BEFORE + AFTER) as u64);
    assert_eq!(host.terminate().code, Some(0));

    let (live, whole) = (until_end(&case.place), until_end(&case.twin));
    assert_same("the metric of before", &untouched(&whole), &untouched(&live));
    let of_age = |result: &Value| result["at"][1]["metric_digests"]["age"].clone();
    assert!(of_age(&live).is_string(), "{}", live["at"]);
    assert_eq!(of_age(&live), of_age(&whole), "in partition 1 it is whole");
    let inspected = finish(case.place.command("state inspect").arg("--json")).json();
    let age = &inspected["partitions"][0]["metrics"]["age"];
    let number = |key: &str| age[key].as_i64().expect("a number");
    let rows = (BEFORE + AFTER) as i64 - origin;
    assert_eq!(number("folded") + number("excluded"), rows, "each record since its origin: {age}");
}

#[test]
fn a_metric_that_stopped_before_what_is_gone_says_what_it_lacks_and_the_others_are_exact() {
    let before = |settings: &Settings| {
        format!(
            "{}[[metric]]\nid = \"faulty\"\nplugin = \"{}\"\n[metric.config]\n\
             fault = \"allocate\"\nat = 100\n",
            settings.text(),
            plugin("faulty").display()
        )
    };
    let case = Case::new(before, Settings::text);
    case.send(0, 50);
    let host = Host::start(&case.place);
    // What it has counted is published before it stops.
    host.status_when("its first rows", |status| {
        let metrics = status["metrics"].as_array().into_iter().flatten();
        metrics.into_iter().any(|own| own["id"] == "faulty" && own["folded"] == 100)
    });
    case.send(50, BEFORE);
    host.has_read(2 * BEFORE as u64);
    host.status_when("the stop", |status| state_of(status, "faulty") == "quarantined");
    case.delete_head();
    let refused = finish(&mut case.place.command("metric resume faulty"));
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    let gone = "the log no longer holds the records that metric `faulty` needs next: 0@50 to 0@";
    assert!(refused.stderr.contains(gone), "{}", refused.stderr);
    case.send(BEFORE, BEFORE + AFTER);
    let status = host.has_read(2 * (BEFORE + AFTER) as u64);
    assert_eq!(state_of(&status, "behavior"), "ok", "{status}");
    assert_eq!(host.terminate().code, Some(0));
    let ended = finish(case.place.command("run").args(["--until-end", "--json"]));
    let live: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_same("the others", &untouched(&until_end(&case.twin)), &untouched(&live));
}

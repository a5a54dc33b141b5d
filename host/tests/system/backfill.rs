//! What a metric counts of the log that was before it, what it misses where the log is gone, and what
//! is shown until it has caught up.

use serde_json::{Value, json};

use crate::broker::Broker;
use crate::events::{event, generated, lines};
use crate::host::{Host, read};
use crate::process::{Running, finish};
use crate::result::{assert_same, happened, outside_run, until_end};
use crate::wait;
use crate::workplace::{Settings, Workplace, plugin, unique};

fn of_metric<'a>(status: &'a Value, id: &str) -> &'a Value {
    let metrics = status["metrics"].as_array().expect("metrics");
    metrics.iter().find(|metric| metric["id"] == id).unwrap_or(&Value::Null)
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("no number: {value}"))
}

/// The rows that the metric was offered.
fn rows(metric: &Value) -> i64 {
    number(&metric["on_time"]) + number(&metric["late"])
}

/// What the metric does not count: partition, first offset, the one after the last.
fn missing(metric: &Value, why: &str) -> Vec<(i64, i64, i64)> {
    let all = metric["missing"].as_array().expect("a list").iter();
    let range = |m: &Value| (number(&m["partition"]), number(&m["from"]), number(&m["to"]));
    all.filter(|m| m["why"] == why).map(range).collect()
}

/// A pipeline over a topic of its own, and a way to send so many usable records.
struct Case {
    broker: std::sync::Arc<Broker>,
    topic: String,
    settings: Settings,
    place: Workplace,
}

impl Case {
    fn new(stem: &str, partitions: i32) -> Self {
        let (broker, topic) = (Broker::shared(), unique(stem));
        broker.create_topic(&topic, partitions);
        let mut settings =
            Settings { checkpoint_every: "200ms", ..Settings::kafka(&broker.address(), &topic) };
        settings.metrics.truncate(2);
        let place = Workplace::new(&settings);
        Self { broker, topic, settings, place }
    }

    fn send(&self, partition: i32, count: usize) {
        let record = event(&[]);
        self.broker.send(&self.topic, partition, (0..count).map(|_| record.as_slice()));
    }

    /// The pipeline with a metric `more`, with these lines of its own.
    fn with(&self, plugin_of: &str, lines: &str) -> String {
        let plugin = plugin(plugin_of);
        let (text, plugin) = (self.settings.text(), plugin.display());
        format!("{text}[[metric]]\nid = \"more\"\nplugin = \"{plugin}\"\n{lines}")
    }
}

#[test]
fn records_that_are_gone_are_named_before_they_are_missed() {
    let case = Case::new("lost", 1);
    let busy = |time: &str| {
        let config = "[metric.config]\nfault = \"busy\"\nvalue = 3\n";
        case.with("faulty", &format!("time_max = \"{time}\"\n{config}"))
    };
    case.place.set_text(&busy("30s"));
    let host = Host::start(&case.place);
    case.send(0, 500);
    host.status_when("500 records", |status| rows(of_metric(status, "more")) == 500);
    case.place.set_text(&busy("1ms"));
    host.status_when("the reload", |status| happened(status, "reloaded") > 0);
    case.send(0, 1500);
    host.status_when("a metric that stopped", |status| {
        of_metric(status, "more")["state"] == "quarantined" && read(status) == 2000
    });
    case.send(0, 2000);
    host.has_read(4000);
    case.broker.delete_before(&case.topic, 0, 3000);

    // It goes on under another limit, and cannot.
    case.place.set_text(&busy("30s"));
    let status = host.status_when("a metric without its records", |status| {
        let reason = of_metric(status, "more")["reason"].as_str().unwrap_or_default();
        reason.contains("the log no longer holds the records that it needs next: 0@")
    });
    eprintln!("{}", of_metric(&status, "more")["reason"]);
    let resume = |more: &[&str]| finish(case.place.command("metric resume").arg("more").args(more));
    let refused = resume(&[]);
    eprintln!("{}", refused.stderr);
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    for words in ["no longer holds the records", "0@", "--accept-loss"] {
        assert!(refused.stderr.contains(words), "{words}: {}", refused.stderr);
    }
    resume(&["--accept-loss"]).ok();
    case.send(0, 500);
    let status = host.status_when("a metric that goes on", |status| {
        of_metric(status, "more")["state"] == "ok" && read(status) == 4500
    });
    let more = of_metric(&status, "more");
    let gone = missing(more, "gone");
    let lost: i64 = gone.iter().map(|(_, from, to)| to - from).sum();
    eprintln!("{gone:?}");
    assert_eq!(rows(more) + lost, 4500, "{more}");
    assert!(lost >= 1000 && gone.iter().all(|(partition, ..)| *partition == 0), "{gone:?}");
    assert_eq!(rows(of_metric(&status, "age")), 4500);
    // What it misses is stored. The second checkpoint from here on holds what was shown.
    for _ in 0..2 {
        let stored = host.status()["checkpoint"]["at"].clone();
        host.status_when("a checkpoint", |status| status["checkpoint"]["at"] != stored);
    }
    host.kill();
    let host = Host::start(&case.place);
    let status = host.status_when("the state", |status| read(status) == 4500);
    assert_eq!(missing(of_metric(&status, "more"), "gone"), gone);
    host.terminate().ok();
}

#[test]
fn a_metric_counts_from_where_it_is_told_to() {
    let case = Case::new("since", 2);
    let count = |partition, count| case.send(partition, count);
    count(0, 3000);
    count(1, 2000);
    std::thread::sleep(std::time::Duration::from_millis(50));
    let since = chrono::Utc::now();
    std::thread::sleep(std::time::Duration::from_millis(50));
    count(0, 700);
    count(1, 900);
    let host = Host::start(&case.place);
    host.has_read(6600);
    // Other windows each time, so that no kept state is taken up again.
    let counted = |lines: &str| {
        case.place.set_text(&case.with("gender", &format!("{lines}\n")));
        let status = host.status_when("the metric has caught up", |status| {
            of_metric(status, "more")["state"] == "ok"
        });
        let more = of_metric(&status, "more").clone();
        // A record before those that it counts is explained as one.
        let why = if missing(&more, "before").is_empty() { Value::Null } else { "before".into() };
        wait::until("a stored state with the metric", || {
            let explained = finish(case.place.command("explain 0@9").arg("--json")).json();
            let metrics = &explained["metrics"];
            let is_told = metrics["more"]["not_counted"] == why;
            (is_told && metrics["age"]["windows"].is_array()).then_some(())
        });
        case.place.set(&case.settings);
        host.status_when("it is taken out", |status| of_metric(status, "more").is_null());
        (rows(&more), missing(&more, "before"))
    };
    let since = since.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    let (rows, before) = counted(&format!("backfill = \"{since}\"\nwindows = [\"1d\"]"));
    assert_eq!((rows, before), (1600, vec![(0, 0, 3000), (1, 0, 2000)]), "from {since}");
    let (rows, before) = counted("backfill = \"none\"\nwindows = [\"2d\"]");
    assert_eq!((rows, before), (0, vec![(0, 0, 3700), (1, 0, 2900)]));
    let (rows, before) = counted("backfill = \"1h\"\nwindows = [\"3d\"]");
    assert_eq!((rows, before), (6600, vec![]));
    let (rows, before) = counted("windows = [\"4d\"]");
    assert_eq!((rows, before), (6600, vec![]));
    // What began later is held against the records that it counts.
    let since_then = format!("backfill = \"{since}\"\nwindows = [\"cumulative\", \"5d\"]\n");
    case.place.set_text(&case.with("gender", &since_then));
    host.status_when("the metric has caught up", |status| {
        of_metric(status, "more")["state"] == "ok"
    });
    host.terminate().ok();
    let verified = finish(case.place.command("verify").arg("--json")).json();
    assert_eq!(verified["equal"], true, "{verified}");

    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("events.jsonl");
    std::fs::write(&file, lines(&generated(10, 1, 0.0))).expect("a file");
    let settings =
        Settings { of_metrics: "backfill = \"7d\"\n".to_owned(), ..Settings::file(&file) };
    let refused = finish(&mut Workplace::new(&settings).command("check"));
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert!(
        refused.stderr.contains("only a topic finds its records by time"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_window_that_is_taken_out_lets_the_metric_go_on() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("events.jsonl");
    let records = generated(4000, 16, 0.0);
    std::fs::write(&file, lines(&records[..3000])).expect("a file");
    let windows = |windows: &str| Settings {
        of_metrics: format!("windows = [{windows}]\n"),
        ..Settings::file(&file)
    };
    let fewer = windows("\"cumulative\", \"1d\"");
    let place = Workplace::new(&windows("\"cumulative\", \"1d\", \"7d\""));
    until_end(&place);
    std::fs::write(&file, lines(&records)).expect("a longer file");
    place.set(&fewer);
    let said = finish(place.command("check").arg("--against-state"));
    eprintln!("{}", said.stdout);
    assert!(said.stdout.contains("changes now") && !said.stdout.contains("background"));
    let ended = finish(place.command("run").args(["--until-end", "--json"]));
    assert!(ended.stderr.contains("it goes on from what it had counted"), "{}", ended.stderr);
    assert!(!ended.stderr.contains("in the background"), "{}", ended.stderr);
    let fresh = until_end(&Workplace::new(&fewer));
    assert_same("fewer windows", &fresh, &outside_run(ended.json()));
}

#[test]
fn the_result_before_is_shown_until_the_new_one_has_caught_up() {
    let case = Case::new("former", 1);
    for _ in 0..6 {
        case.send(0, 50_000);
    }
    let host = Host::start(&case.place);
    host.has_read(300_000);
    let slow = format!("{}[catch_up]\nshare = 0.05\n", case.settings.text());
    let wider = |window: &str| {
        let age = format!("id = \"age\"\nwindows = [\"cumulative\", \"{window}\"]\n");
        slow.replacen("id = \"age\"\n", &age, 1)
    };
    case.place.set_text(&wider("1d"));
    let status =
        host.status_when("a build", |status| of_metric(status, "age")["state"] == "lagging");
    let age = of_metric(&status, "age");
    assert_eq!(rows(age), 300_000, "what was counted before is shown: {age}");
    assert!(age["reason"].as_str().expect("words").contains("the result before is shown"), "{age}");
    assert!(number(&age["stale"]["progress"]["read"]) < 300_000, "{age}");
    // Changed once more in the midst of it: what was shown last stays.
    case.place.set_text(&wider("2d"));
    let status = host.status_when("the second reload", |status| happened(status, "reloaded") == 2);
    let age = of_metric(&status, "age");
    assert_eq!(rows(age), 300_000, "{age}");
    // Killed, and then stopped and changed, in the midst of it.
    host.kill();
    let host = Host::start(&case.place);
    let age_of = |host: &Host| of_metric(&host.restored(1), "age").clone();
    let age = age_of(&host);
    assert_eq!((&age["state"], rows(&age)), (&json!("lagging"), 300_000), "{age}");
    host.terminate().ok();
    case.place.set_text(&wider("3d"));
    let host = Host::start(&case.place);
    let age = age_of(&host);
    assert_eq!((&age["state"], rows(&age)), (&json!("lagging"), 300_000), "{age}");
    case.place.set_text(&wider("3d").replace("share = 0.05", "share = 1.0"));
    let status = host.status_when("the end", |status| of_metric(status, "age")["state"] == "ok");
    assert_eq!(rows(of_metric(&status, "age")), 300_000);
    assert_eq!(of_metric(&status, "age")["windows"][0]["window"], "3d");
    let noted = || std::fs::read_to_string(case.place.path("state/editions.json"));
    wait::until("the note to be gone", || {
        noted().is_ok_and(|noted| !noted.contains("shown")).then_some(())
    });
    host.terminate().ok();
}

/// What a metric had counted is shown while it is built anew, also where only the file was changed
/// while nothing ran.
#[test]
fn the_result_before_is_shown_where_the_file_was_changed_while_nothing_ran() {
    let case = Case::new("between", 1);
    for _ in 0..4 {
        case.send(0, 50_000);
    }
    let host = Host::start(&case.place);
    host.has_read(200_000);
    host.terminate().ok();
    let slow = format!("{}[catch_up]\nshare = 0.05\n", case.settings.text());
    let wider = "id = \"age\"\nwindows = [\"cumulative\", \"1d\"]\n";
    case.place.set_text(&slow.replacen("id = \"age\"\n", wider, 1));
    let host = Host::start(&case.place);
    let status = host.restored(1);
    let age = of_metric(&status, "age");
    assert_eq!((&age["state"], rows(age)), (&json!("lagging"), 200_000), "{age}");
    host.terminate().ok();
}

/// A number from the environment, for more records than the checks have time for.
fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// What the page says of rate and latency, again and again while `goes_on`; the medians.
fn measured(host: &Host, goes_on: impl Fn(&Value, usize) -> bool) -> (usize, f64, f64) {
    let (mut rates, mut latencies) = (Vec::new(), Vec::new());
    loop {
        let status = host.status();
        if !goes_on(&status, rates.len()) {
            break;
        }
        rates.extend(status["events_per_second"].as_f64());
        latencies.extend(status["latency_p99_ms"].as_f64());
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    let median = |mut of: Vec<f64>| {
        of.sort_by(f64::total_cmp);
        of.get(of.len() / 2).copied().unwrap_or_default()
    };
    (rates.len(), median(rates), median(latencies))
}

/// Prints how fast and how late the other metrics are while one is counted from the log:
/// `STREAMGAUGE_BACKFILL_EVENTS` records before, and as many a minute meanwhile.
#[test]
fn the_others_are_exact_while_a_metric_is_counted_from_a_long_log() {
    let events = setting("STREAMGAUGE_BACKFILL_EVENTS", 150_000);
    let rate = setting("STREAMGAUGE_BACKFILL_RATE", 20_000);
    let case = Case::new("beside", 4);
    let produce = |count: u64, more: &[&str]| {
        let mut command = case.place.command("produce");
        let count = count.to_string();
        Running::start(command.args(["--generate", &count, "--seed", "5"]).args(more))
    };
    produce(events, &[]).wait().ok();
    let host = Host::start(&case.place);
    host.has_read(events);
    let (flowing, of_rate) = (rate * 8, rate.to_string());
    let producer = produce(flowing, &["--rate", &of_rate]);
    host.has_read(events + rate);
    let alone = measured(&host, |_, looks| looks < 10);
    case.place.set_text(&case.with("province", "windows = [\"cumulative\", \"1d\"]\n"));
    host.status_when("a build", |status| of_metric(status, "more")["state"] == "lagging");
    let beside = measured(&host, |status, _| of_metric(status, "more")["state"] == "lagging");
    eprintln!("alone {alone:.1?}, beside a build {beside:.1?}: looks, events/s, p99 ms");
    producer.wait().ok();
    host.status_when("the end", |status| {
        read(status) == events + flowing && of_metric(status, "more")["state"] == "ok"
    });
    host.terminate().ok();
    let fresh = Workplace::new(&case.settings);
    fresh.set_text(&case.with("province", "windows = [\"cumulative\", \"1d\"]\n"));
    assert_same("beside and fresh", &until_end(&fresh), &until_end(&case.place));
}

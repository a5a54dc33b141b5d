//! Brokers that do not answer: each partition says so within its limit, nothing says that all is
//! well meanwhile, and afterwards every record is counted, without a restart.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::broker::{Broker, tool};
use crate::events::event;
use crate::host::{Host, read};
use crate::process::finish;
use crate::secured::{Door, Secured, USER_PRINCIPAL, lines};
use crate::topic::Transactions;
use crate::workplace::{Settings, Workplace, unique};

/// A pipeline over a topic of two partitions with 100 records each, all read.
struct Case {
    broker: Broker,
    topic: String,
    host: Host,
    _place: Workplace,
}

impl Case {
    fn new(stem: &str, lines: &str) -> Self {
        let (broker, topic) = (Broker::new(), unique(stem));
        broker.create_topic(&topic, 2);
        broker.send_events(&topic, 0, 100);
        broker.send_events(&topic, 1, 100);
        let place = Workplace::new(&Settings::kafka(&broker.address(), &topic).with_lines(lines));
        let host = Host::start(&place);
        host.has_read(200);
        host.status_when("a live host", |status| status["mode"] == "live" && status["lag"] == 0);
        assert_eq!(host.get("/readyz").status, 200);
        Self { broker, topic, host, _place: place }
    }

    /// All partitions say `state` with `code` within `limit` of `since`, and nothing says that all
    /// is well.
    fn assert_told(&self, since: Instant, limit: Duration, state: &str, code: &str) {
        let status = self.host.status_when(code, |status| {
            let partitions = status["partitions"].as_array().expect("partitions");
            partitions.iter().all(|p| p["state"] == state && p["cause"]["code"] == code)
        });
        let took = since.elapsed();
        eprintln!("{code}: {took:?} to the page, {}", status["partitions"][0]["cause"]["message"]);
        assert!(took < limit, "{took:?}");
        assert_eq!((&status["lag"], &status["partitions"][0]["lag"]), (&Value::Null, &Value::Null));
        assert_eq!((&status["mode"], &status["cause"]["code"]), (&"waiting".into(), &code.into()));
        let ready = self.host.get("/readyz");
        assert_eq!((ready.status, &ready.json()["reason"]), (503, &code.into()));
        assert!(!self.host.get("/metrics").body.contains("lag_records{"), "no lag is known");
        self.assert_one_line("trying again until it passes");
        // The reason may have been another one a moment before.
        let message = status["cause"]["message"].as_str().expect("words");
        self.assert_one_line(message.split(": ").next().expect("a beginning"));
    }

    /// One line of the log for one change.
    fn assert_one_line(&self, words: &str) {
        let log = self.host.log();
        // That offsets do not reach the group is another fact.
        let lines = log.lines().filter(|line| !line.contains("offsets do not reach"));
        assert_eq!(lines.filter(|line| line.contains(words)).count(), 1, "{words}:\n{log}");
    }

    /// All is well again, and every record is counted.
    fn assert_mended(self, since: Instant) {
        self.broker.send_events(&self.topic, 1, 50);
        let counted = read(&self.host.has_read(250));
        assert_eq!(counted, 250, "the logs are {:?}", self.broker.ends(&self.topic, &[0, 1]));
        let status = self
            .host
            .status_when("a live host", |status| status["mode"] == "live" && status["lag"] == 0);
        eprintln!("mended after {:?}", since.elapsed());
        assert_eq!(status["partitions"][0]["cause"], Value::Null);
        assert_eq!(self.host.get("/readyz").status, 200);
        self.assert_one_line("records come again");
        assert!(!self.host.log().contains("reading goes on"), "{}", self.host.log());
        self.host.terminate().ok();
    }
}

#[test]
fn a_frozen_broker_is_told_within_the_limit() {
    for (lines, limit) in [("", 12), ("unanswered_after = \"2s\"\n", 4)] {
        let case = Case::new("frozen", lines);
        case.broker.freeze();
        let since = Instant::now();
        case.assert_told(since, Duration::from_secs(limit), "unanswered", "broker_silent");
        case.broker.thaw();
        case.assert_mended(Instant::now());
    }
}

#[test]
fn a_killed_broker_is_told_within_two_seconds() {
    let case = Case::new("killed", "");
    let since = Instant::now();
    case.broker.kill();
    case.assert_told(since, Duration::from_secs(2), "unanswered", "broker_unreachable");
    case.broker.start();
    case.assert_mended(Instant::now());
}

#[test]
fn a_deleted_topic_is_told_within_the_limit() {
    let broker = Broker::shared();
    let topic = unique("deleted");
    broker.create_topic(&topic, 1);
    broker.send_events(&topic, 0, 100);
    let place = Workplace::new(&Settings::kafka(&broker.address(), &topic));
    let host = Host::start(&place);
    host.has_read(100);
    let since = Instant::now();
    broker.delete_topic(&topic);
    let status = host.status_when("the missing topic", |status| {
        status["mode"] == "waiting" && status["cause"]["code"] == "topic_missing"
    });
    eprintln!("deleted: {:?} to the page", since.elapsed());
    assert!(since.elapsed() < Duration::from_secs(12));
    assert_eq!((&status["lag"], read(&status)), (&Value::Null, 100));
    assert_eq!(host.get("/readyz").json()["reason"], "topic_missing");
    host.terminate().ok();
}

#[test]
fn records_of_an_open_transaction_are_held_back_and_said_to_be() {
    let broker = Broker::shared();
    let topic = unique("open");
    broker.create_topic(&topic, 1);
    let transactions = Transactions::new(&broker, &topic);
    let record = event(&[]);
    let send = |count| transactions.send(0, (0..count).map(|_| record.as_slice()));
    let place = Workplace::new(&Settings::kafka(&broker.address(), &topic));
    let host = Host::start(&place);
    send(10);
    transactions.commit();
    send(25);
    let status = host.status_when("what is held back", |status| {
        let partition = &status["partitions"][0];
        // The marker of the transaction before is read too.
        partition["held_back"] == 25 && partition["read_to"] == 11
    });
    let partition = &status["partitions"][0];
    assert_eq!((&partition["lag"], &partition["read_to"]), (&0.into(), &11.into()), "{status}");
    assert_eq!(read(&status), 10);
    assert_eq!(host.metric("streamgauge_held_back_records") as u64, 25);
    transactions.commit();
    host.has_read(35);
    host.status_when("nothing held back", |status| {
        let partition = &status["partitions"][0];
        partition["held_back"] == 0 && partition["lag"] == 0 && partition["read_to"] == 37
    });
    host.terminate().ok();
}

/// Lag 0, `live` and ready, while the records of a producer that is gone wait for ever.
#[test]
fn a_transaction_that_stays_open_is_told_and_its_remedy_works() {
    let broker = Broker::shared();
    let topic = unique("hanging");
    broker.create_topic(&topic, 2);
    let transactions = Transactions::new(&broker, &topic);
    let record = event(&[]);
    let open = |count| transactions.send(0, (0..count).map(|_| record.as_slice()));
    let place = Workplace::new(
        &Settings::kafka(&broker.address(), &topic).with_lines("transaction_open_after = \"2s\"\n"),
    );
    let host = Host::start(&place);
    open(10);
    transactions.commit();
    host.has_read(10);
    open(25);
    // What comes after the open transaction waits for it too, in the same partition.
    broker.send_events(&topic, 0, 5);
    broker.send_events(&topic, 1, 7);
    let status =
        host.status_when("what waits", |status| status["partitions"][0]["state"] == "held_back");
    let (first, second) = (&status["partitions"][0], &status["partitions"][1]);
    assert_eq!((&first["held_back"], &first["lag"]), (&30.into(), &Value::Null), "{status}");
    let told = (&first["cause"]["code"], &first["cause"]["args"]["offset"]);
    assert_eq!(told, (&"transaction_open".into(), &"11".into()), "{status}");
    assert_ne!(second["state"], "held_back", "{status}");
    host.has_read(17);
    let ready = host.get("/readyz");
    assert_eq!((ready.status, &ready.json()["reason"]), (503, &"transaction_open".into()));
    let trouble = "streamgauge_trouble{code=\"transaction_open\",of=\"0\"} 1";
    assert!(host.get("/metrics").body.contains(trouble), "an alert names it");
    let to = ["--bootstrap-server", &broker.address(), "abort", "--topic", &topic];
    let which = ["--partition", "0", "--start-offset", "11"];
    finish(tool("org.apache.kafka.tools.TransactionsCommand").args(to).args(which)).ok();
    let status = host.status_when("the records after it", |status| read(status) == 22);
    eprintln!("{}", status["partitions"][0]);
    host.status_when("a live host", |status| {
        status["mode"] == "live" && status["lag"] == 0 && status["health"]["ready"] == true
    });
    let log = host.log();
    for words in ["are held back", "are read on"] {
        assert_eq!(log.matches(words).count(), 1, "{words}:\n{log}");
    }
    host.terminate().ok();
}

#[test]
fn a_run_to_the_end_gives_up_where_nothing_comes_any_more() {
    let broker = Broker::new();
    let topic = unique("given-up");
    let lines = "unanswered_after = \"1s\"\ngive_up_after = \"3s\"\n";
    let place = Workplace::new(&Settings::kafka(&broker.address(), &topic).with_lines(lines));
    let produce = ["--generate", "600000", "--seed", "5", "--partitions", "2"];
    finish(place.command("produce").args(produce)).ok();
    let host = Host::start_with(&place, &["--until-end"]);
    host.has_read(1);
    broker.freeze();
    let since = Instant::now();
    let ended = host.wait();
    broker.thaw();
    eprintln!("given up after {:?}: {}", since.elapsed(), ended.stderr);
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    assert!(ended.stderr.contains("nothing came for 3s"), "{}", ended.stderr);
}

/// The run gave up after 5 s, whatever the setting was.
#[test]
fn a_run_to_the_end_waits_for_brokers_that_are_away_at_its_beginning() {
    let broker = Broker::new();
    let topic = unique("away");
    let place = Workplace::new(
        &Settings::kafka(&broker.address(), &topic).with_lines("give_up_after = \"8s\"\n"),
    );
    let produce = ["--generate", "500", "--seed", "5", "--partitions", "2"];
    finish(place.command("produce").args(produce)).ok();
    broker.kill();
    let since = Instant::now();
    let ended = finish(place.command("run").arg("--until-end"));
    eprintln!("given up after {:?}: {}", since.elapsed(), ended.stderr);
    assert!(since.elapsed() >= Duration::from_secs(8), "{:?}", since.elapsed());
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    for words in ["nothing came for 8s", "Connection refused"] {
        assert!(ended.stderr.contains(words), "no {words:?} in\n{}", ended.stderr);
    }
    assert_eq!(ended.stderr.matches("trying again every").count(), 1, "{}", ended.stderr);
    place.set_text(&Settings::kafka(&broker.address(), &topic).text());
    let host = Host::start_with(&place, &["--until-end", "--json"]);
    host.status_when("a wait", |status| status["mode"] == "waiting");
    broker.start();
    let ended = host.wait().ok();
    assert_eq!(ended.json()["accounting"]["read"], 500);
}

#[test]
fn a_topic_that_is_forbidden_while_it_is_read_is_told_and_read_on_by_own_fetch() {
    told_and_read_on("own");
}

/// librdkafka's batch call throws this error away.
#[test]
fn a_topic_that_is_forbidden_while_it_is_read_is_told_and_read_on_by_librdkafka() {
    told_and_read_on("librdkafka");
}

/// With and without the right to describe the topic: brokers tell of the two in different ways.
fn told_and_read_on(client: &str) {
    let secured = Secured::shared();
    let topic = unique(&format!("revoked-{client}"));
    let (topic_of, group_of) = (("topic", topic.as_str()), ("group", topic.as_str()));
    secured.broker().create_topic(&topic, 1);
    secured.allow(USER_PRINCIPAL, "Read", topic_of);
    secured.allow(USER_PRINCIPAL, "Read", group_of);
    secured.broker().send_events(&topic, 0, 100);
    let mut settings = Settings::kafka(&secured.address(Door::SaslTls), &topic).fetched_by(client);
    settings.source += &lines(&secured.settings(Door::SaslTls));
    let place = Workplace::new(&settings);
    let host = Host::start(&place);
    host.has_read(100);
    let is_live = |status: &Value| status["mode"] == "live" && status["lag"] == 0;
    for describes in [false, true] {
        host.status_when("a live host", is_live);
        if describes {
            secured.allow(USER_PRINCIPAL, "Describe", topic_of);
        }
        secured.take_back(USER_PRINCIPAL, "Read", topic_of);
        let since = Instant::now();
        let status = host.status_when("what is forbidden", |status| {
            let partition = &status["partitions"][0];
            partition["state"] == "forbidden" && partition["cause"]["code"] == "topic_forbidden"
        });
        eprintln!("forbidden: {:?} to the page", since.elapsed());
        assert!(since.elapsed() < Duration::from_secs(12));
        assert_eq!((&status["lag"], &status["mode"]), (&Value::Null, &"waiting".into()));
        assert_eq!(host.get("/readyz").json()["reason"], "topic_forbidden");
        // Nothing new stands in the log, so nothing but the mend itself tells of it.
        secured.allow(USER_PRINCIPAL, "Read", topic_of);
        let since = Instant::now();
        host.status_when("a live host", is_live);
        eprintln!("mended after {:?}", since.elapsed());
        assert_eq!(host.get("/readyz").status, 200);
    }
    secured.broker().send_events(&topic, 0, 50);
    assert_eq!(read(&host.has_read(150)), 150);
    host.terminate().ok();
}

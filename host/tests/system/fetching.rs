//! Own fetch against real brokers, where something is special: each codec, transactions, TLS and
//! SCRAM, partitions whose leader changes, and brokers that throttle.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::broker::{Broker, tool};
use crate::events::event;
use crate::host::{Host, read};
use crate::process::finish;
use crate::result::book;
use crate::secured::{Door, Secured, USER_PRINCIPAL, lines};
use crate::topic::Transactions;
use crate::workplace::{Settings, Workplace, unique};

const CODECS: [&str; 5] = ["none", "gzip", "snappy", "lz4", "zstd"];

/// How many leader changes there are; the long form has more.
const CHANGES: usize = 3;
const CHANGES_VARIABLE: &str = "STREAMGAUGE_LEADER_CHANGES";

/// Records go to a broker as fast as it takes them, and not faster than it may be told of them.
const AT_ONCE: usize = 500;

fn own(mut settings: Settings) -> Settings {
    settings.source = settings.source.replacen("fetch = \"librdkafka\"\n", "", 1);
    settings.source = settings.source.replacen("fetch = \"own\"\n", "", 1);
    settings.with_lines("fetch = \"own\"\n")
}

/// Committed and aborted transactions of every codec, through TLS and SCRAM, held against the log by
/// `verify`, which reads with librdkafka.
#[test]
fn every_codec_is_read_with_transactions_over_tls_and_scram() {
    let secured = Secured::shared();
    let topic = unique("codecs");
    secured.broker().create_topic(&topic, 2);
    secured.allow(USER_PRINCIPAL, "Describe", ("topic", &topic));
    secured.allow(USER_PRINCIPAL, "Read", ("topic", &topic));
    secured.allow(USER_PRINCIPAL, "Read", ("group", &topic));
    let records: Vec<_> = (0..AT_ONCE).map(|n| event(&[("user_id", &format!("{n}"))])).collect();
    let mut committed = 0;
    for codec in CODECS {
        let transactions = Transactions::packed(secured.broker(), &topic, codec);
        for round in 0..4 {
            for partition in 0..2 {
                transactions.send(partition, records.iter().map(Vec::as_slice));
            }
            if round == 2 {
                transactions.abort();
            } else {
                transactions.commit();
                committed += 2 * records.len() as u64;
            }
        }
    }
    let mut settings = own(Settings::kafka(&secured.address(Door::SaslTls), &topic));
    settings.source += &lines(&secured.settings(Door::SaslTls));
    let place = Workplace::new(&settings);
    let result = finish(place.command("run").args(["--until-end", "--json"])).json();
    assert_eq!(book(&result, "read"), committed);
    let verified = finish(place.command("verify").arg("--json")).json();
    assert_eq!(verified["equal"], true, "{verified}");
}

/// Moves the only replica of each partition to a broker, and waits until it leads.
fn lead(first: &Broker, place: &Workplace, topic: &str, leaders: [i32; 2]) {
    let partition = |(partition, leader): (usize, &i32)| json!({ "topic": topic, "partition": partition, "replicas": [leader] });
    let partitions: Vec<Value> = leaders.iter().enumerate().map(partition).collect();
    let plan = json!({ "version": 1, "partitions": partitions }).to_string();
    let plan = place.write("leaders.json", plan.as_bytes());
    let mut command = tool("org.apache.kafka.tools.reassign.ReassignPartitionsCommand");
    command.args(["--bootstrap-server", &first.address(), "--execute"]);
    finish(command.arg("--reassignment-json-file").arg(plan)).ok();
}

#[test]
fn leaders_change_under_load_and_every_record_is_counted_once() {
    let changes = std::env::var(CHANGES_VARIABLE).ok().and_then(|text| text.parse().ok());
    let changes = changes.unwrap_or(CHANGES);
    let first = Broker::new();
    let second = Broker::beside(&first);
    let topic = unique("leadership");
    first.create_spread_topic(&topic, &[1, 2]);
    let place = Workplace::new(&own(Settings::kafka(&first.address(), &topic)));
    let host = Host::start(&place);
    let mut sent = 0;
    for change in 0..changes {
        let mut load = || {
            for partition in 0..2 {
                first.send_events(&topic, partition, AT_ONCE);
                sent += AT_ONCE as u64;
            }
        };
        load();
        let leaders = if change % 2 == 0 { [2, 1] } else { [1, 2] };
        std::thread::scope(|scope| {
            let moved = scope.spawn(|| lead(&first, &place, &topic, leaders));
            while !moved.is_finished() {
                load();
            }
        });
        let since = Instant::now();
        host.has_read(sent);
        eprintln!("change {change}: {sent} records read {:?} after the last one", since.elapsed());
    }
    let status = host.status_when("a live host", |status| status["lag"] == 0);
    assert_eq!(read(&status), sent, "{status}");
    assert_eq!(status["source"]["fetch"]["client"], "own");
    host.terminate().ok();
    drop(second);
}

/// A broker averages over ten seconds, and answers first: the third megabyte has to wait.
#[test]
fn a_quota_slows_a_reader_down_and_loses_nothing() {
    let broker = Broker::new();
    let topic = unique("quota");
    broker.create_topic(&topic, 1);
    broker.send_events(&topic, 0, 18_000);
    let mut command = tool("kafka.admin.ConfigCommand");
    command.args(["--bootstrap-server", &broker.address(), "--alter"]);
    command.args(["--add-config", "consumer_byte_rate=150000"]);
    finish(command.args(["--entity-type", "clients", "--entity-default"])).ok();
    let place = Workplace::new(
        &own(Settings::kafka(&broker.address(), &topic)).with_lines("unanswered_after = \"60s\"\n"),
    );
    let since = Instant::now();
    let mut run = place.command("run");
    let result = finish(run.args(["--until-end", "--json"])).json();
    assert_eq!(book(&result, "read"), 18_000);
    eprintln!("18,000 records of about 170 bytes at 150 kB/s took {:?}", since.elapsed());
    assert!(since.elapsed() > Duration::from_secs(1), "the quota was in force");
}

/// What own fetch does not honour is an error at its line, and with `auto` the reason for librdkafka.
#[test]
fn a_setting_that_own_fetch_does_not_know_is_named() {
    let broker = Broker::shared();
    let topic = unique("racks");
    broker.create_topic(&topic, 1);
    broker.send_events(&topic, 0, 20);
    let mut settings = own(Settings::kafka(&broker.address(), &topic));
    settings.source += "\"client.rack\" = \"a\"\n";
    let place = Workplace::new(&settings);
    let refused = finish(place.command("check").arg("--offline"));
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    for words in
        ["own fetch does not know `client.rack`", "\"client.rack\" = \"a\"", "fetch = \"auto\""]
    {
        assert!(refused.stderr.contains(words), "{words}: {}", refused.stderr);
    }
    settings.source = settings.source.replace("fetch = \"own\"", "fetch = \"auto\"");
    let place = Workplace::new(&settings);
    let said = finish(place.command("check").arg("--offline")).ok().stdout;
    assert!(said.contains("fetch: librdkafka (own fetch does not know `client.rack`)"), "{said}");
    let host = Host::start(&place);
    let status = host.has_read(20);
    assert_eq!(status["source"]["fetch"]["client"], "librdkafka", "{status}");
    host.terminate().ok();
}

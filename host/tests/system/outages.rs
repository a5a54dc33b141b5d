//! A part of a cluster, or the way to it, is gone: what does not come says so, what comes is
//! counted, and afterwards every record is counted without a restart.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::broker::{Broker, Listener, free_port};
use crate::host::{Host, read};
use crate::names::Names;
use crate::network::Network;
use crate::relay::{Behind, Relay};
use crate::workplace::{Settings, Workplace, unique};

/// How long it may take until the page tells of a connection that broke, beside other tests.
const BROKEN: Duration = Duration::from_secs(4);

fn is_live(status: &Value) -> bool {
    status["mode"] == "live" && status["lag"] == 0
}

/// 50 records come into the last of the partitions, and all is well again, with every record counted
/// once.
fn ends_well(host: Host, broker: &Broker, topic: &str, partitions: &[i32], total: u64) {
    let since = Instant::now();
    broker.send_events(topic, *partitions.last().expect("a partition"), 50);
    host.has_read(total);
    let status = host.status_when("a live host", is_live);
    eprintln!("mended after {:?}", since.elapsed());
    assert_eq!(read(&status), total, "the logs are {:?}", broker.ends(topic, partitions));
    assert_eq!(host.get("/readyz").status, 200);
    host.terminate().ok();
}

/// The leader of one partition only is gone.
#[test]
fn a_partition_without_its_leader_is_told_and_the_others_are_read() {
    let first = Broker::new();
    let second = Broker::beside(&first);
    let topic = unique("leaders");
    first.create_spread_topic(&topic, &[1, 2]);
    first.send_events(&topic, 0, 100);
    first.send_events(&topic, 1, 100);
    let place = Workplace::new(&Settings::kafka(&first.address(), &topic));
    let host = Host::start(&place);
    host.has_read(200);
    host.status_when("a live host", is_live);

    let since = Instant::now();
    second.kill();
    let status = host.status_when("what is gone", |status| {
        let partition = &status["partitions"][1];
        partition["state"] == "unanswered" && partition["cause"]["code"] == "broker_unreachable"
    });
    let told = since.elapsed();
    eprintln!("a dead leader: {told:?} to the page, {}", status["partitions"][1]["cause"]);
    assert!(told < BROKEN, "{told:?}");
    let other = &status["partitions"][0];
    assert_eq!((&other["cause"], &other["lag"]), (&Value::Null, &0.into()), "{status}");
    assert_eq!((&status["lag"], &status["partitions"][1]["lag"]), (&Value::Null, &Value::Null));
    let ready = host.get("/readyz");
    assert_eq!((ready.status, &ready.json()["reason"]), (503, &"broker_unreachable".into()));
    // What comes is counted meanwhile, and nothing says that all is well for it.
    first.send_events(&topic, 0, 50);
    let status = host.has_read(250);
    assert_eq!(status["partitions"][1]["state"], "unanswered", "{status}");
    assert_eq!(host.get("/readyz").status, 503);

    second.start();
    ends_well(host, &first, &topic, &[0, 1], 300);
}

/// Connections stay open, and nothing comes on them: 65 s of `live`, the partition even idle.
#[test]
fn a_network_that_swallows_everything_is_told_within_the_limit() {
    for (lines, limit) in [("", 12), ("unanswered_after = \"2s\"\n", 4)] {
        let Some(network) = Network::new() else { return };
        let broker = Broker::within(network);
        let topic = unique("swallowed");
        broker.create_topic(&topic, 1);
        broker.send_events(&topic, 0, 100);
        let place = Workplace::new(&Settings::kafka(&broker.address(), &topic).with_lines(lines));
        let host = Host::start(&place);
        host.has_read(100);
        host.status_when("a live host", is_live);

        let since = Instant::now();
        broker.network().swallow();
        let status = host.status_when("what is silent", |status| {
            let partition = &status["partitions"][0];
            partition["state"] == "unanswered" && partition["cause"]["code"] == "broker_silent"
        });
        let told = since.elapsed();
        eprintln!("a swallowing network: {told:?} to the page, {}", status["cause"]["message"]);
        assert!(told < Duration::from_secs(limit), "{told:?}");
        assert_eq!((&status["lag"], &status["mode"]), (&Value::Null, &"waiting".into()));
        let ready = host.get("/readyz");
        assert_eq!((ready.status, &ready.json()["reason"]), (503, &"broker_silent".into()));

        broker.network().mend();
        ends_well(host, &broker, &topic, &[0], 150);
    }
}

/// The connection breaks, and the name of the broker is known no more.
#[test]
fn a_broker_whose_name_is_gone_is_told_and_found_again() {
    const NAME: &str = "kafka.streamgauge.test";
    let Some(names) = Names::new() else { return };
    names.know(NAME);
    let (port, door) = (free_port(), free_port());
    let listener = Listener { name: "NAMED", port, machine: NAME, told: door };
    let relay = Relay::new(door, Behind::Port(port));
    let protocols = "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,\
                     NAMED:PLAINTEXT\n";
    let broker = Broker::with_listeners(protocols, &[listener], &[]);
    let topic = unique("nameless");
    broker.create_topic(&topic, 1);
    broker.send_events(&topic, 0, 100);
    let place = Workplace::new(&Settings::kafka(&format!("{NAME}:{door}"), &topic));
    let before = names.before();
    let host = Host::start_by(&place, &before.each_ref().map(String::as_str));
    host.has_read(100);
    host.status_when("a live host", is_live);

    let since = Instant::now();
    names.know("");
    relay.turn(Behind::Nobody);
    let status = host.status_when("what is gone", |status| status["mode"] == "waiting");
    let lost = since.elapsed();
    assert_eq!(status["lag"], Value::Null, "{status}");
    let code = "broker_name_unknown";
    let status = host.status_when(code, |status| status["cause"]["code"] == code);
    let told = since.elapsed();
    let message = &status["cause"]["message"];
    eprintln!("a name that is gone: broken {lost:?}, page {told:?}, {message}");
    assert!(lost < BROKEN && told < Duration::from_secs(12), "{lost:?}, {told:?}");
    assert!(message.as_str().is_some_and(|message| message.contains(NAME)), "{message}");
    let ready = host.get("/readyz");
    assert_eq!((ready.status, &ready.json()["reason"]), (503, &code.into()));

    names.know(NAME);
    relay.turn(Behind::Port(port));
    ends_well(host, &broker, &topic, &[0], 150);
}

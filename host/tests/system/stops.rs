//! SIGTERM: every record that was taken in is handed on and stored, and no such record is read
//! again.

use crate::broker::Broker;
use crate::events::generated;
use crate::host::{Host, read};
use crate::process::{Running, finish};
use crate::result::{assert_same, book, outside_run};
use crate::workplace::{Settings, Workplace, unique};

const SEED: u64 = 15;

/// The topic has 700 records: 500 fill a batch and 200 wait for more when the signal comes.
#[test]
fn a_stop_hands_on_and_stores_what_waits() {
    let broker = Broker::shared();
    let topic = unique("stopped");
    let settings = Settings {
        batch: (500, 500, "50s"),
        checkpoint_every: "50s",
        ..Settings::kafka(&broker.address(), &topic)
    };
    let place = Workplace::new(&settings);
    broker.create_topic(&topic, 1);
    broker.send(&topic, 0, generated(700, SEED, 0.0).iter().map(Vec::as_slice));
    let host = Host::start(&place);
    // The end of the log is known with the records before the end, so an empty queue is a drained
    // one.
    let before = host.status_when("200 records that wait", |status| {
        status["lag"] == 200 && host.metric("streamgauge_fetch_queue_records") == 0.0
    });
    assert_eq!(read(&before), 500, "{before}");
    host.terminate().ok();
    assert_eq!(broker.committed(&topic, &topic, 1), [Some(700)]);
    for start in 1..=2 {
        let host = Host::start(&place);
        let restored = read(&host.restored(1));
        eprintln!("seed {SEED}: read 500 before the stop, {restored} at start {start} after it");
        assert_eq!(restored, 700);
        host.terminate().ok();
    }
}

#[test]
fn a_stop_in_the_flow_reads_nothing_again() {
    const EVENTS: u64 = 60_000;
    let broker = Broker::shared();
    let topic = unique("stopped-in-the-flow");
    let settings = Settings::kafka(&broker.address(), &topic);
    let place = Workplace::new(&settings);
    broker.create_topic(&topic, 2);
    let count = EVENTS.to_string();
    let mut produce = place.command("produce");
    produce.args(["--generate", &count, "--seed", "16", "--rate", "20k", "--dirt", "0", "--json"]);
    let mut producer = Running::start(&mut produce);
    let host = Host::start(&place);
    host.has_read(5000);
    assert!(producer.is_running(), "the stop is in the flow");
    host.terminate().ok();
    let stored: i64 = broker.committed(&topic, &topic, 2).into_iter().flatten().sum();
    assert_eq!(producer.wait().json()["acknowledged"], EVENTS);

    let host = Host::start(&place);
    host.has_read(EVENTS);
    let rows = host.metric("streamgauge_batch_rows_sum") as i64;
    eprintln!("seed 16: stopped at {stored} of {EVENTS}, then read {rows}");
    assert_eq!(stored + rows, EVENTS as i64);
    host.terminate().ok();

    let resumed = finish(place.command("run").args(["--until-end", "--json"])).json();
    let fresh = Workplace::new(&settings);
    let whole = finish(fresh.command("run").args(["--until-end", "--json"])).json();
    assert_eq!(book(&resumed, "read"), EVENTS);
    assert_same("stopped and not", &outside_run(whole), &outside_run(resumed));
}

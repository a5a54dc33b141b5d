//! Batches fit the flow: few records are shown at once, a slow flow makes small batches, a fast
//! one large batches.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::broker::Broker;
use crate::events::event;
use crate::host::{Host, read};
use crate::process::{Running, finish};
use crate::wait;
use crate::workplace::{METRICS, Settings, Workplace, unique};

/// The time in which a page has to show three records. A second is promised; the rest is for a
/// machine that runs other tests meanwhile.
const SHOWN_WITHIN: Duration = Duration::from_secs(3);

/// The events that the frame of `panel` shows.
fn shown(frames: &Value, panel: &str) -> Option<u64> {
    let events = frames[panel]["total"]["events"].as_array()?;
    let rest = frames[panel]["other"]["total"]["events"].as_array();
    let number = |value: &Value| value.as_u64().expect("a count");
    Some(events.iter().chain(rest.into_iter().flatten()).map(number).sum())
}

#[test]
fn three_records_then_silence_are_on_the_page_within_a_second() {
    let broker = Broker::shared();
    let topic = unique("three");
    broker.create_topic(&topic, 1);
    let place = Workplace::new(&Settings::kafka(&broker.address(), &topic));
    let host = Host::start(&place);
    host.status_when("a running host", |status| status["mode"] == "live");
    let mut stream = host.stream();
    assert_eq!(shown(&stream.until("snapshot")["frames"], "behavior"), Some(0));

    let record = event(&[]);
    let acknowledged = broker.send(&topic, 0, [record.as_slice(); 3]);
    let mut missing = METRICS.to_vec();
    while !missing.is_empty() {
        let message = stream.next();
        missing.retain(|panel| shown(&message["frames"], panel) != Some(3));
        assert!(acknowledged.elapsed() < SHOWN_WITHIN, "{missing:?} still wait: {message}");
    }
    eprintln!(
        "three records were on the page {:?} after the acknowledgement",
        acknowledged.elapsed()
    );
}

/// Batches and rows since the start of the host.
fn batches(host: &Host) -> (f64, f64) {
    (host.metric("streamgauge_batch_rows_count"), host.metric("streamgauge_batch_rows_sum"))
}

#[test]
fn a_slow_flow_makes_small_batches_and_a_fast_one_large_ones() {
    let broker = Broker::shared();
    let topic = unique("rates");
    broker.create_topic(&topic, 1);
    let batch = (10, 8192, "2s");
    let settings = Settings { batch, ..Settings::kafka(&broker.address(), &topic) };
    let place = Workplace::new(&settings);
    let host = Host::start(&place);
    host.status_when("a running host", |status| status["mode"] == "live");
    let produce = |arguments: &[&str]| {
        let mut command = place.command("produce");
        Running::start(command.args(["--seed", "10", "--dirt", "0"]).args(arguments))
    };
    let began = Instant::now();
    produce(&["--generate", "80", "--rate", "10"]).wait().ok();
    host.has_read(80);
    let (slow_batches, slow_rows) = batches(&host);
    let slow = slow_rows / slow_batches;
    eprintln!("at 10 records/s, for {:?}: {slow:.1} rows a batch", began.elapsed());
    assert!((8.0..=12.0).contains(&slow), "{slow_rows} rows in {slow_batches} batches");

    produce(&["--generate", "500k"]).wait().ok();
    host.has_read(500_080);
    let (all_batches, all_rows) = batches(&host);
    let fast = (all_rows - slow_rows) / (all_batches - slow_batches);
    eprintln!("at full speed: {fast:.0} rows a batch");
    assert!(fast > 100.0, "{all_rows} rows in {all_batches} batches");
    host.terminate().ok();
}

#[test]
fn metrics_tell_what_an_operator_needs() {
    let broker = Broker::shared();
    let topic = unique("metrics");
    let mut settings = Settings::kafka(&broker.address(), &topic);
    settings.checkpoint_every = "200ms";
    let place = Workplace::new(&settings);
    let produce = ["--generate", "20k", "--seed", "11", "--dirt", "0.01", "--partitions", "2"];
    finish(place.command("produce").args(produce)).ok();
    let host = Host::start(&place);
    let status = host
        .status_when("the end of the log", |status| read(status) == 20_000 && status["lag"] == 0);
    // Counters that outlive the host are those of the last checkpoint.
    let text = wait::until("the stored counts", || {
        let text = host.get("/metrics").body;
        text.contains("streamgauge_records_read_total 20000\n").then_some(text)
    });
    assert!(text.ends_with("# EOF\n"), "{text}");
    for name in [
        "records_read_total",
        "events_per_second",
        "records_late_total",
        "records_rejected_total",
        "batch_rows_count",
        "end_to_end_latency_seconds_count",
        "lag_records",
        "fetch_queue_records",
        "checkpoint_age_seconds",
        "checkpoint_duration_seconds_count",
    ] {
        host.metric(&format!("streamgauge_{name}"));
    }
    let books = &status["accounting"];
    let late = host.metric("streamgauge_records_late_total");
    let rejected = host.metric("streamgauge_records_rejected_total");
    eprintln!("{books}");
    assert_eq!(books["late"].as_f64(), Some(late));
    assert_eq!(books["rejected"].as_f64(), Some(rejected));
    assert!(late > 0.0 && rejected > 0.0);
}

//! Records that the broker really compacts away before they are read, while the host is stopped
//! and while it stands still: no gap is claimed, no lag is left, and what remains is counted.

use std::iter;
use std::thread;
use std::time::Duration;

use crate::broker::Broker;
use crate::events::event;
use crate::host::{Host, read};
use crate::process::finish;
use crate::wait;
use crate::workplace::{Settings, Workplace, unique};

/// Sends 100 records of one key from `offset` on, and waits until the broker has removed the first
/// of them. Each call to the topic after the time of a segment begins another one, and what is in
/// the newest is not compacted. Returns the end of the log.
fn send_and_compact(broker: &Broker, topic: &str, key: &str, offset: i64) -> i64 {
    let record = event(&[]);
    broker.send_by_key(topic, iter::repeat_n(key, 100), &record);
    let mut end = offset + 100;
    wait::until("the compaction", || {
        thread::sleep(Duration::from_millis(200));
        broker.send_by_key(topic, ["roll"], &record);
        end += 1;
        (broker.first_from(topic, offset) > offset).then_some(())
    });
    end
}

#[test]
fn what_compaction_took_is_no_gap_and_leaves_no_lag() {
    let broker = Broker::with("log.cleaner.backoff.ms=100\nlog.initial.task.delay.ms=100\n");
    let topic = unique("compacted");
    broker.create_compacted_topic(&topic);
    let keys: Vec<_> = (0..50).map(|key| format!("key {key}")).collect();
    broker.send_by_key(&topic, keys.iter().map(String::as_str), &event(&[]));
    let place = Workplace::new(&Settings::kafka(&broker.address(), &topic));
    let warned = finish(&mut place.command("check")).ok();
    let words = format!("{}{}", warned.stdout, warned.stderr);
    assert!(words.contains("is compacted (cleanup.policy)"), "{words}");

    let host = Host::start(&place);
    host.has_read(50);
    host.terminate().ok();
    let end = send_and_compact(&broker, &topic, "stopped", 50);

    let host = Host::start(&place);
    let is_done = |end: i64| {
        let status = host.status_when("all that is left", |status| {
            let partition = &status["partitions"][0];
            status["mode"] == "live" && partition["read_to"] == end && status["lag"] == 0
        });
        assert_eq!(host.get("/readyz").status, 200, "{status}");
        assert!(!host.log().contains("gap"), "{}", host.log());
        read(&status)
    };
    let first = is_done(end);
    eprintln!("stopped: {first} records of {end} offsets");
    assert!(first > 50 && first < 150, "{first} of {end}");
    // The first part was read before the stop; what is left of the second was read by this process.
    let (taken, status) = (end.unsigned_abs() - first, host.status());
    assert_eq!(status["partitions"][0]["empty_offsets"], taken, "{status}");
    assert_eq!(host.metric("streamgauge_empty_offsets_total") as u64, taken);

    let mut to = end;
    host.paused(|| to = send_and_compact(&broker, &topic, "standing still", end));
    let second = is_done(to);
    eprintln!("standing still: {} records of {} offsets", second - first, to - end);
    assert!(second > first);
    assert_eq!(host.status()["partitions"][0]["empty_offsets"], to.unsigned_abs() - second);
    host.terminate().ok();
    // What was counted and is gone since then cannot be verified, and that is said at once.
    send_and_compact(&broker, &topic, "key 0", to);
    wait::until("a record that was counted is gone", || {
        (broker.first_from(&topic, 0) > 0).then_some(())
    });
    let ended = finish(&mut place.command("verify"));
    assert_eq!(ended.code, Some(1), "{}", ended.stdout);
    assert!(ended.stderr.contains("is compacted (cleanup.policy)"), "{}", ended.stderr);
    assert!(ended.stdout.contains("its topic is compacted, and "), "{}", ended.stdout);
    assert!(!ended.stdout.contains("DIFFERENT"), "{}", ended.stdout);
}

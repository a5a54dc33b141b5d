//! What a scrape reads after the workers have told their counts.

use prometheus_client::encoding::text::encode;

use super::*;

/// The samples whose names begin with `name`, in order, without the common prefix.
fn samples(telemetry: &Telemetry, name: &str) -> Vec<String> {
    let mut text = String::new();
    encode(&mut text, telemetry.registry()).expect("a string takes text");
    let mut lines: Vec<String> = text
        .lines()
        .filter_map(|line| line.strip_prefix("streamgauge_"))
        .filter(|line| line.starts_with(name))
        .map(str::to_owned)
        .collect();
    lines.sort_unstable();
    lines
}

fn empty() -> Distribution {
    Distribution { buckets: vec![(f64::INFINITY, 0)], sum: 0.0 }
}

fn measured() -> Measured {
    Measured {
        flushes: Vec::new(),
        batch_rows: empty(),
        latency: empty(),
        checkpoints: empty(),
        checkpoint_failures: 0,
        backups: BackupCounts::default(),
        workers: Vec::new(),
    }
}

fn level(queue_records: u64, busy: f64) -> WorkerLevel {
    WorkerLevel { queue_records, busy }
}

#[test]
fn before_the_first_report_everything_is_zero_and_nothing_is_missing() {
    let telemetry = Telemetry::new();
    for name in ["batch_rows", "end_to_end_latency_seconds", "checkpoint_duration_seconds"] {
        let expected = [
            format!("{name}_bucket{{le=\"+Inf\"}} 0"),
            format!("{name}_count 0"),
            format!("{name}_sum 0.0"),
        ];
        assert_eq!(samples(&telemetry, name), expected);
    }
    assert_eq!(samples(&telemetry, "checkpoint_failures"), ["checkpoint_failures_total 0"]);
    assert_eq!(samples(&telemetry, "websocket_clients"), ["websocket_clients 0"]);
    assert!(samples(&telemetry, "worker_busy_ratio").is_empty());
}

#[test]
fn buckets_are_told_with_all_that_is_below_them() {
    let telemetry = Telemetry::new();
    let buckets = vec![(0.5, 3), (1.0, 0), (2.5, 4), (f64::INFINITY, 1)];
    let latency = Distribution { buckets, sum: 12.25 };
    telemetry.measured(Measured { latency, ..measured() });
    let expected = [
        "end_to_end_latency_seconds_bucket{le=\"+Inf\"} 8",
        "end_to_end_latency_seconds_bucket{le=\"0.5\"} 3",
        "end_to_end_latency_seconds_bucket{le=\"1.0\"} 3",
        "end_to_end_latency_seconds_bucket{le=\"2.5\"} 7",
        "end_to_end_latency_seconds_count 8",
        "end_to_end_latency_seconds_sum 12.25",
    ];
    assert_eq!(samples(&telemetry, "end_to_end_latency_seconds"), expected);
}

#[test]
fn a_distribution_is_replaced_and_not_added_to() {
    let telemetry = Telemetry::new();
    for count in [5, 2] {
        let checkpoints = Distribution { buckets: vec![(f64::INFINITY, count)], sum: 1.5 };
        telemetry.measured(Measured { checkpoints, ..measured() });
    }
    let found = samples(&telemetry, "checkpoint_duration_seconds_count");
    assert_eq!(found, ["checkpoint_duration_seconds_count 2"]);
}

#[test]
fn a_total_never_falls_and_grows_again_from_where_it_was() {
    let telemetry = Telemetry::new();
    for (total, shown) in [(3, 3), (1, 3), (3, 3), (u64::MAX, u64::MAX), (0, u64::MAX)] {
        let flushes = vec![("full", total)];
        telemetry.measured(Measured { checkpoint_failures: total, flushes, ..measured() });
        let failures = samples(&telemetry, "checkpoint_failures");
        assert_eq!(failures, [format!("checkpoint_failures_total {shown}")]);
        let flushes = samples(&telemetry, "batch_flushes");
        assert_eq!(flushes, [format!("batch_flushes_total{{cause=\"full\"}} {shown}")]);
    }
}

#[test]
fn a_share_is_cut_to_the_range_of_shares() {
    for (busy, shown) in [(-0.25, "0.0"), (0.0, "0.0"), (0.5, "0.5"), (1.0, "1.0"), (1.5, "1.0")] {
        let telemetry = Telemetry::new();
        telemetry.measured(Measured { workers: vec![level(0, busy)], ..measured() });
        let found = samples(&telemetry, "worker_busy_ratio");
        assert_eq!(found, [format!("worker_busy_ratio{{worker=\"0\"}} {shown}")]);
    }
}

/// Where a partition stands still because of a gap, the source is opened again and may need fewer
/// workers. Those that were gone kept their last levels for as long as the program ran.
#[test]
fn a_worker_that_is_gone_has_no_levels() {
    let telemetry = Telemetry::new();
    let workers = vec![level(7, 0.5), level(8, 0.75), level(9, 1.0)];
    telemetry.measured(Measured { workers, ..measured() });
    assert_eq!(samples(&telemetry, "fetch_queue_records").len(), 3);
    telemetry.measured(Measured { workers: vec![level(1, 0.0)], ..measured() });
    let queue = samples(&telemetry, "fetch_queue_records");
    assert_eq!(queue, ["fetch_queue_records{worker=\"0\"} 1"]);
    assert_eq!(samples(&telemetry, "worker_busy_ratio"), ["worker_busy_ratio{worker=\"0\"} 0.0"]);
    telemetry.measured(measured());
    assert!(samples(&telemetry, "fetch_queue_records").is_empty());
}

#[test]
fn pages_are_counted_while_they_are_connected_and_what_they_say_wrong_for_good() {
    let telemetry = Arc::new(Telemetry::new());
    let (first, second) = (telemetry.client(), telemetry.client());
    telemetry.message_ignored();
    drop(first);
    assert_eq!(samples(&telemetry, "websocket_clients"), ["websocket_clients 1"]);
    drop(second);
    assert_eq!(samples(&telemetry, "websocket_clients"), ["websocket_clients 0"]);
    let ignored = samples(&telemetry, "websocket_messages_ignored");
    assert_eq!(ignored, ["websocket_messages_ignored_total 1"]);
}

#[test]
fn the_version_is_told_as_a_label() {
    let version = env!("CARGO_PKG_VERSION");
    let found = samples(&Telemetry::new(), "build");
    assert_eq!(found, [format!("build_info{{version=\"{version}\"}} 1")]);
}

//! The text that a monitoring system reads.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use streamgauge_telemetry::{BackupCounts, Distribution, Measured, Telemetry, WorkerLevel};

use super::encode;
use crate::tests::fixture::live;
use streamgauge_wire::{Cause, Health, Progress, Stale, Trouble};

/// The lines of a text, checked on the way: each sample belongs to the family before it, each
/// family has one type and one help, and the text ends with its end mark.
fn parse(text: &str) -> BTreeMap<String, f64> {
    let lines = text.strip_suffix("# EOF\n").expect("the text is whole").lines();
    let (mut families, mut samples) = (BTreeSet::new(), BTreeMap::new());
    let (mut family, mut kind) = ("", "");
    for line in lines {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').expect("a help text");
            assert!(help.ends_with('.'), "{line}");
            assert!(families.insert(name.to_owned()), "{name} comes twice");
            family = name;
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, of) = rest.split_once(' ').expect("a type");
            assert_eq!(name, family);
            kind = of;
        } else {
            let (sample, value) = line.rsplit_once(' ').expect("a value");
            let name = sample.split('{').next().expect("a name");
            let suffix = name.strip_prefix(family).expect("a sample of the family");
            let known: &[&str] = match kind {
                "counter" => &["_total", "_created"],
                "gauge" => &[""],
                "histogram" => &["_bucket", "_sum", "_count", "_created"],
                "info" => &["_info"],
                _ => panic!("{line} has the type {kind}"),
            };
            assert!(known.contains(&suffix), "{line}");
            let value = value.parse().expect("a number");
            assert!(samples.insert(sample.to_owned(), value).is_none(), "{line} comes twice");
        }
    }
    samples
}

#[test]
fn the_totals_are_those_of_the_books() {
    let samples = parse(&encode(&Telemetry::new(), &live()));
    for (sample, value) in [
        ("streamgauge_records_read_total", 110.0),
        ("streamgauge_records_on_time_total", 100.0),
        ("streamgauge_records_late_total", 3.0),
        (r#"streamgauge_records_rejected_total{reason="not_json"}"#, 5.0),
        (r#"streamgauge_records_rejected_total{reason="required_missing"}"#, 2.0),
        ("streamgauge_dead_letters_written_total", 7.0),
        ("streamgauge_late_output_written_total", 3.0),
        (r#"streamgauge_metric_folded_total{metric="behavior"}"#, 102.0),
        (r#"streamgauge_metric_excluded_total{metric="behavior"}"#, 1.0),
        (r#"streamgauge_metric_expired_total{metric="behavior",window="1d"}"#, 7.0),
        (r#"streamgauge_metric_unplaced_total{metric="behavior",window="1d"}"#, 3.0),
        (r#"streamgauge_metric_evicted_total{metric="behavior",window="1d"}"#, 2.0),
        (r#"streamgauge_metric_rows_total{metric="behavior"}"#, 102.0),
        (r#"streamgauge_metric_seconds_total{metric="behavior"}"#, 0.5),
        (r#"streamgauge_metric_memory_bytes{metric="behavior"}"#, 1_245_184.0),
        (r#"streamgauge_metric_traps_total{metric="behavior"}"#, 0.0),
        (r#"streamgauge_metric_state{metric="behavior",state="ok"}"#, 1.0),
        (r#"streamgauge_metric_state{metric="behavior",state="quarantined"}"#, 0.0),
        (r#"streamgauge_metric_behind_records{metric="behavior"}"#, 0.0),
        (r#"streamgauge_metric_caught_up_ratio{metric="behavior"}"#, 1.0),
        (r#"streamgauge_mode{mode="live"}"#, 1.0),
        (r#"streamgauge_mode{mode="waiting"}"#, 0.0),
        ("streamgauge_records_fallback_total", 0.0),
        (r#"streamgauge_lag_records{partition="0"}"#, 3.0),
        (r#"streamgauge_watermark_seconds{partition="0"}"#, 1_447_170_900.5),
        ("streamgauge_events_per_second", 49_715.5),
        ("streamgauge_checkpoint_bytes", 18_234.0),
        ("streamgauge_checkpoint_failures_total", 0.0),
        (concat!("streamgauge_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"}"), 1.0),
    ] {
        assert_eq!(samples.get(sample), Some(&value), "{sample} in {samples:#?}");
    }
    assert!(samples["streamgauge_checkpoint_age_seconds"] > 1e8, "since 2015");
    assert!(samples["process_resident_memory_bytes"] > 1e6);
    assert!(samples["process_open_fds"] >= 3.0);
    assert!(samples["process_cpu_seconds_total"] >= 0.0);
    assert!(samples["process_start_time_seconds"] > 1.7e9);
}

#[test]
fn a_metric_that_is_built_says_how_far_it_is() {
    let mut live = live();
    let mut status = (*live.status).clone();
    let progress = Some(Progress { read: 300, of: 1200 });
    let (since, at, hint) = (None, Vec::new(), String::new());
    status.metrics[0].state = "lagging";
    status.metrics[0].stale = Some(Stale { since, at, hint, progress });
    live.status = status.into();
    let samples = parse(&encode(&Telemetry::new(), &live));
    for (sample, value) in [
        (r#"streamgauge_metric_behind_records{metric="behavior"}"#, 900.0),
        (r#"streamgauge_metric_caught_up_ratio{metric="behavior"}"#, 0.25),
        (r#"streamgauge_metric_state{metric="behavior",state="lagging"}"#, 1.0),
    ] {
        assert_eq!(samples.get(sample), Some(&value), "{sample} in {samples:#?}");
    }
}

#[test]
fn what_happened_here_is_counted_here() {
    let telemetry = Arc::new(Telemetry::new());
    let measured = Measured {
        flushes: vec![("full", 1), ("available", 1), ("delay", 1), ("end", 0)],
        batch_rows: Distribution {
            buckets: vec![(5.0, 0), (10.0, 1), (20.0, 1), (8192.0, 1), (f64::INFINITY, 0)],
            sum: 8213.0,
        },
        latency: Distribution {
            buckets: vec![(0.005, 1), (0.05, 999), (f64::INFINITY, 0)],
            sum: 29.97,
        },
        checkpoints: Distribution { buckets: vec![(0.005, 1), (f64::INFINITY, 0)], sum: 0.004 },
        checkpoint_failures: 1,
        backups: BackupCounts::default(),
        workers: vec![
            WorkerLevel { queue_records: 0, busy: 0.25 },
            WorkerLevel { queue_records: 77, busy: 1.5 },
        ],
    };
    telemetry.measured(measured.clone());
    let behind = Measured { checkpoint_failures: 0, flushes: vec![("full", 0)], ..measured };
    telemetry.measured(behind);
    let page = telemetry.client();
    let samples = parse(&encode(&telemetry, &live()));
    for (sample, value) in [
        (r#"streamgauge_batch_rows_bucket{le="5.0"}"#, 0.0),
        (r#"streamgauge_batch_rows_bucket{le="10.0"}"#, 1.0),
        (r#"streamgauge_batch_rows_bucket{le="20.0"}"#, 2.0),
        (r#"streamgauge_batch_rows_bucket{le="8192.0"}"#, 3.0),
        (r#"streamgauge_batch_rows_bucket{le="+Inf"}"#, 3.0),
        ("streamgauge_batch_rows_sum", 8213.0),
        ("streamgauge_batch_rows_count", 3.0),
        (r#"streamgauge_batch_flushes_total{cause="delay"}"#, 1.0),
        (r#"streamgauge_batch_flushes_total{cause="available"}"#, 1.0),
        (r#"streamgauge_batch_flushes_total{cause="full"}"#, 1.0),
        (r#"streamgauge_batch_flushes_total{cause="end"}"#, 0.0),
        (r#"streamgauge_end_to_end_latency_seconds_bucket{le="0.005"}"#, 1.0),
        (r#"streamgauge_end_to_end_latency_seconds_bucket{le="0.05"}"#, 1000.0),
        ("streamgauge_end_to_end_latency_seconds_sum", 29.97),
        ("streamgauge_checkpoint_duration_seconds_count", 1.0),
        ("streamgauge_checkpoint_duration_seconds_sum", 0.004),
        ("streamgauge_checkpoint_failures_total", 1.0),
        (r#"streamgauge_fetch_queue_records{worker="1"}"#, 77.0),
        (r#"streamgauge_worker_busy_ratio{worker="0"}"#, 0.25),
        (r#"streamgauge_worker_busy_ratio{worker="1"}"#, 1.0),
        ("streamgauge_websocket_clients", 1.0),
    ] {
        assert_eq!(samples.get(sample), Some(&value), "{sample} in {samples:#?}");
    }
    drop(page);
    let samples = parse(&encode(&telemetry, &live()));
    assert_eq!(samples.get("streamgauge_websocket_clients"), Some(&0.0));
}

#[test]
fn what_is_not_known_is_left_out() {
    let mut live = live();
    let status = Arc::make_mut(&mut live.status);
    status.checkpoint = None;
    status.partitions[0].lag = None;
    live.stored = None;
    let samples = parse(&encode(&Telemetry::new(), &live));
    for absent in ["checkpoint_age", "checkpoint_bytes", "lag_records", "records_", "metric_folded"]
    {
        let name = format!("streamgauge_{absent}");
        assert!(!samples.keys().any(|sample| sample.starts_with(&name)), "{name}");
    }
}

#[test]
fn counters_are_those_of_the_stored_checkpoint_and_not_newer_ones() {
    let mut live = live();
    Arc::make_mut(&mut live.status).accounting.read = 999;
    let samples = parse(&encode(&Telemetry::new(), &live));
    assert_eq!(samples.get("streamgauge_records_read_total"), Some(&110.0));
}

#[test]
fn a_trouble_is_a_series_while_it_stands() {
    let mut live = live();
    let samples = parse(&encode(&Telemetry::new(), &live));
    assert_eq!(samples.get("streamgauge_ready"), Some(&1.0));
    assert!(!samples.keys().any(|sample| sample.starts_with("streamgauge_trouble")));
    let cause = Cause {
        code: "unanswered".to_owned(),
        message: String::new(),
        args: BTreeMap::new(),
        hint: None,
    };
    let of = vec!["0".to_owned(), "3".to_owned()];
    let trouble = Trouble { what: "partition", of, since: 7, cause };
    Arc::make_mut(&mut live.status).health =
        Health { troubles: vec![trouble.clone()], degraded: vec![trouble], ..Health::default() };
    let samples = parse(&encode(&Telemetry::new(), &live));
    assert_eq!(samples.get("streamgauge_ready"), Some(&0.0));
    for name in ["trouble", "degraded"] {
        let sample = format!(r#"streamgauge_{name}{{code="unanswered",of="0,3"}}"#);
        assert_eq!(samples.get(&sample), Some(&1.0), "{samples:#?}");
    }
}

#[test]
fn counters_of_the_process_say_since_when_and_those_that_outlive_it_do_not() {
    let telemetry = Telemetry::new();
    telemetry.measured(Measured {
        flushes: vec![("full", 3)],
        batch_rows: Distribution { buckets: vec![(f64::INFINITY, 0)], sum: 0.0 },
        latency: Distribution { buckets: vec![(f64::INFINITY, 0)], sum: 0.0 },
        checkpoints: Distribution { buckets: vec![(f64::INFINITY, 0)], sum: 0.0 },
        checkpoint_failures: 0,
        backups: BackupCounts::default(),
        workers: Vec::new(),
    });
    let samples = parse(&encode(&telemetry, &live()));
    for sample in [
        r#"streamgauge_batch_flushes_created{cause="full"}"#,
        "streamgauge_checkpoint_failures_created",
        "streamgauge_batch_rows_created",
    ] {
        assert_eq!(samples.get(sample), Some(&1_447_171_000.0), "{sample} in {samples:#?}");
    }
    let stored = ["streamgauge_records", "streamgauge_metric_folded", "streamgauge_dead_letters"];
    let is_dated = |sample: &&String| {
        sample.contains("_created") && stored.iter().any(|name| sample.starts_with(name))
    };
    assert_eq!(samples.keys().find(is_dated), None);
}

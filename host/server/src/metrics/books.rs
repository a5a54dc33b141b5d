//! The values that a scrape reads from the live state: the books, the partitions, the last
//! checkpoint.
//!
//! The pipeline keeps these values exactly once, and stores them with its state. A second count
//! could differ from the first and would begin at zero after a restart, so the values are copied
//! into a fresh registry at each scrape. Counts are those of the last stored checkpoint, as newer
//! ones would go back when the process is killed; before a checkpoint is known there is no series.

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeMetric;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use streamgauge_wire::{
    CheckpointStatus, Health, LiveState, Mode, PartitionStatus, Status, StoredCounts,
};

use streamgauge_telemetry::PREFIX;

/// A name and a value.
type Label = [(&'static str, String); 1];
type Counters = Family<Label, Counter>;
/// Counters of a metric's windows.
type WindowCounters = Family<[(&'static str, String); 2], Counter>;
/// Gauges with two names and values.
type States = Family<[(&'static str, String); 2], Gauge>;
/// A family of gauges with fractions.
type Fractions = Family<Label, Gauge<f64, AtomicU64>>;
type Fraction = Gauge<f64, AtomicU64>;

/// The registry of one scrape.
pub(super) fn registry(live: &LiveState, now_ms: i64) -> Registry {
    let mut registry = Registry::with_prefix(PREFIX);
    let status = &live.status;
    if let Some(stored) = &live.stored {
        records(&mut registry, stored);
        metrics(&mut registry, stored);
    }
    health(&mut registry, &status.health);
    partitions(&mut registry, &status.partitions);
    if let Some(checkpoint) = &status.checkpoint {
        stored(&mut registry, checkpoint, now_ms);
    }
    let rate = Fraction::default();
    rate.set(status.events_per_second);
    registry.register("events_per_second", "Records read per second", rate);
    registry
}

/// What each metric costs and the activity of the pipeline, counted since the process began.
pub(super) fn of_process(status: &Status) -> Registry {
    let mut registry = Registry::with_prefix(PREFIX);
    let (rows, traps) = (Counters::default(), Counters::default());
    let seconds = Family::<Label, Counter<f64, AtomicU64>>::default();
    let (memory, state) = (Family::<Label, Gauge>::default(), States::default());
    let (behind, caught_up) = (Family::<Label, Gauge>::default(), Fractions::default());
    for metric in &status.metrics {
        let label = [("metric", metric.id.clone())];
        rows.get_or_create(&label).inc_by(metric.plugin.rows);
        traps.get_or_create(&label).inc_by(metric.plugin.traps);
        seconds.get_or_create(&label).inc_by(metric.plugin.seconds);
        memory.get_or_create(&label).set(metric.plugin.memory_bytes as i64);
        let progress = metric.stale.as_ref().and_then(|stale| stale.progress);
        let (read, of) = progress.map_or((1, 1), |progress| (progress.read, progress.of.max(1)));
        behind.get_or_create(&label).set(of.saturating_sub(read) as i64);
        caught_up.get_or_create(&label).set(read as f64 / of as f64);
        for name in ["ok", "lagging", "quarantined", "unreadable"] {
            let labels = [("metric", metric.id.clone()), ("state", name.to_owned())];
            state.get_or_create(&labels).set(i64::from(metric.state == name));
        }
    }
    registry.register("metric_rows", "Rows handed to the plugin", rows);
    registry.register("metric_seconds", "Time spent in the plugin", seconds);
    registry.register("metric_traps", "Instances of the plugin that failed", traps);
    registry.register("metric_memory_bytes", "Memory of the plugin's instances", memory);
    registry.register(
        "metric_behind_records",
        "Offsets that the metric's partitions have read and that it counts in the background",
        behind,
    );
    registry.register(
        "metric_caught_up_ratio",
        "The part of its log that a metric has counted which is built or goes on in the background",
        caught_up,
    );
    registry.register("metric_state", "1 for the present state of the metric", state);
    let mode = Family::<Label, Gauge>::default();
    for each in Mode::ALL {
        let label = [("mode", each.name().to_owned())];
        mode.get_or_create(&label).set(i64::from(each == status.mode));
    }
    registry.register("mode", "1 for the present activity of the pipeline", mode);
    registry
}

fn records(registry: &mut Registry, stored: &StoredCounts) {
    let books = &stored.accounting;
    for (name, help, value) in [
        ("records_read", "Records read, which are on time, late or rejected", books.read),
        ("records_on_time", "Records before or at the watermark's bound", books.on_time),
        ("records_late", "Records behind the watermark, counted apart", books.late),
        ("records_fallback", "Records whose event time is their stamp", books.fallback),
        ("records_future", "Records too far ahead of their stamp", books.future),
        ("records_past", "Records before the earliest event time", books.past),
        ("dead_letters_written", "Rejected and excluded records written out", stored.dead_letters),
    ] {
        registry.register(name, help, counter(value));
    }
    if let Some(late) = stored.late_records {
        registry.register("late_output_written", "Late records written out", counter(late));
    }
    let rejected = Counters::default();
    for (reason, count) in &stored.rejected {
        rejected.get_or_create(&[("reason", (*reason).to_owned())]).inc_by(*count);
    }
    registry.register("records_rejected", "Unusable records by reason", rejected);
}

fn metrics(registry: &mut Registry, stored: &StoredCounts) {
    let (folded, excluded) = (Counters::default(), Counters::default());
    let (expired, evicted) = (WindowCounters::default(), WindowCounters::default());
    let unplaced = WindowCounters::default();
    for rows in &stored.metrics {
        let label = [("metric", rows.metric.clone())];
        folded.get_or_create(&label).inc_by(rows.folded);
        excluded.get_or_create(&label).inc_by(rows.excluded);
        for window in &rows.windows {
            let labels = [("metric", rows.metric.clone()), ("window", window.window.clone())];
            expired.get_or_create(&labels).inc_by(window.expired);
            unplaced.get_or_create(&labels).inc_by(window.unplaced);
            evicted.get_or_create(&labels).inc_by(window.evicted);
        }
    }
    registry.register("metric_folded", "Rows in the metric's result", folded);
    registry.register("metric_excluded", "Rows the metric left out", excluded);
    registry.register("metric_expired", "Rows whose window was final", expired);
    registry.register("metric_unplaced", "Rows that may open no window and had none", unplaced);
    registry.register("metric_evicted", "Windows made final by max_open_windows", evicted);
}

/// The verdict, so that an alert needs no second opinion. A code that does not stand has no series.
fn health(registry: &mut Registry, health: &Health) {
    let ready: Gauge = Gauge::default();
    ready.set(i64::from(health.ready));
    registry.register("ready", "1 where all records are counted and counts are kept", ready);
    for (name, help, troubles) in [
        ("trouble", "A reason why records wait or counts are not kept", &health.troubles),
        ("degraded", "A reason why a result is incomplete", &health.degraded),
    ] {
        let family = States::default();
        for trouble in troubles {
            let labels = [("code", trouble.cause.code.clone()), ("of", trouble.of.join(","))];
            family.get_or_create(&labels).set(1);
        }
        registry.register(name, help, family);
    }
}

fn partitions(registry: &mut Registry, partitions: &[PartitionStatus]) {
    let lag = Family::<Label, Gauge>::default();
    let held_back = Family::<Label, Gauge>::default();
    let empty = Family::<Label, Counter>::default();
    let watermark = Fractions::default();
    for partition in partitions {
        let label = [("partition", partition.partition.to_string())];
        empty.get_or_create(&label).inc_by(partition.empty_offsets);
        if let Some(records) = partition.lag {
            lag.get_or_create(&label).set(records as i64);
            held_back.get_or_create(&label).set(partition.held_back as i64);
        }
        if let Some(ms) = partition.watermark {
            watermark.get_or_create(&label).set(seconds(ms));
        }
    }
    registry.register("lag_records", "Records up to the end of the log", lag);
    let help = "Records after the end of the log that open transactions hold back";
    registry.register("held_back_records", help, held_back);
    let help = "Offsets without a record since the start: transactions, compaction";
    registry.register("empty_offsets", help, empty);
    registry.register("watermark_seconds", "Event time since the Unix epoch", watermark);
}

fn stored(registry: &mut Registry, checkpoint: &CheckpointStatus, now_ms: i64) {
    let bytes: Gauge = Gauge::default();
    bytes.set(checkpoint.bytes as i64);
    registry.register("checkpoint_bytes", "Size of the last checkpoint", bytes);
    if let Some(at) = checkpoint.at {
        let age = Fraction::default();
        age.set(seconds(now_ms.saturating_sub(at).max(0)));
        registry.register("checkpoint_age_seconds", "Since the last checkpoint was stored", age);
    }
}

fn counter(value: u64) -> impl EncodeMetric + Send + Sync + std::fmt::Debug + 'static {
    let counter: Counter = Counter::default();
    counter.inc_by(value);
    counter
}

fn seconds(ms: i64) -> f64 {
    ms as f64 / 1000.0
}

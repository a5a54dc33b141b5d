//! The numbers that the host gives a monitoring system, as `OpenMetrics`.
//!
//! May know: nothing of the project.
//! Must not know: where numbers come from, or who asks for them.
//!
//! Two kinds of numbers. Totals and positions belong to the pipeline's books and are read from
//! the live state when somebody scrapes, so they always equal the books, also after a restart.
//! Distributions and causes exist nowhere else and are counted here, once per batch and never
//! per record. Labels are few and bounded: metrics, partitions, workers, reasons.

mod histogram;
mod latency;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use histogram::Histogram;
use latency::Recent;

/// The beginning of every name.
pub const PREFIX: &str = "streamgauge";
type Label = [(&'static str, String); 1];
type Fractions = Family<Label, Gauge<f64, AtomicU64>>;

const BATCH_ROWS: [f64; 15] = [
    1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 4096.0, 8192.0, 16384.0,
    65536.0,
];
const LATENCY_SECONDS: [f64; 13] =
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];
const CHECKPOINT_SECONDS: [f64; 12] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// Why a batch was handed to the plugins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlushCause {
    /// It reached its largest size.
    Full,
    /// It was large enough and nothing more was at hand.
    Available,
    /// Its oldest record had waited long enough.
    Delay,
    /// The source ended or the host stops.
    End,
}

impl FlushCause {
    const ALL: [Self; 4] = [Self::Full, Self::Available, Self::Delay, Self::End];

    const fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Available => "available",
            Self::Delay => "delay",
            Self::End => "end",
        }
    }
}

/// The host's own measurements; shared by `Arc`.
#[derive(Debug)]
pub struct Telemetry {
    registry: Registry,
    started: Instant,
    batch_rows: Histogram,
    /// Batches and their rows so far.
    batch_totals: [AtomicU64; 2],
    /// In the order of [`FlushCause::ALL`].
    flushes: [Counter; 4],
    latency: Histogram,
    recent: Mutex<Recent>,
    checkpoint_duration: Histogram,
    checkpoint_failures: Counter,
    /// Nanoseconds that the workers have spent, by stage.
    stages: [AtomicU64; 5],
    fetch_queue: Family<Label, Gauge>,
    busy: Fractions,
    websocket_clients: Gauge,
    messages_ignored: Counter,
}

impl Default for Telemetry {
    fn default() -> Self {
        Self::new()
    }
}

impl Telemetry {
    /// Counters that start at zero.
    pub fn new() -> Self {
        let flushes = Family::<Label, Counter>::default();
        let flush = |cause: FlushCause| {
            flushes.get_or_create(&[("cause", cause.name().to_owned())]).clone()
        };
        let mut telemetry = Self {
            registry: Registry::with_prefix(PREFIX),
            started: Instant::now(),
            batch_rows: Histogram::new(&BATCH_ROWS),
            batch_totals: [const { AtomicU64::new(0) }; 2],
            flushes: FlushCause::ALL.map(flush),
            latency: Histogram::new(&LATENCY_SECONDS),
            recent: Mutex::new(Recent::new()),
            checkpoint_duration: Histogram::new(&CHECKPOINT_SECONDS),
            checkpoint_failures: Counter::default(),
            stages: [const { AtomicU64::new(0) }; 5],
            fetch_queue: Family::default(),
            busy: Family::default(),
            websocket_clients: Gauge::default(),
            messages_ignored: Counter::default(),
        };
        telemetry.registry.register("batch_flushes", "Batches by what ended them", flushes);
        telemetry.register();
        telemetry
    }

    fn register(&mut self) {
        let r = &mut self.registry;
        r.register("batch_rows", "Rows of a batch", self.batch_rows.clone());
        r.register(
            "end_to_end_latency_seconds",
            "From a record's timestamp to its being published",
            self.latency.clone(),
        );
        r.register(
            "checkpoint_duration_seconds",
            "Time to store a checkpoint",
            self.checkpoint_duration.clone(),
        );
        r.register(
            "checkpoint_failures",
            "Checkpoints that could not be stored",
            self.checkpoint_failures.clone(),
        );
        r.register("fetch_queue_records", "Records waiting to be read", self.fetch_queue.clone());
        r.register("worker_busy_ratio", "Share of time a worker computes", self.busy.clone());
        r.register("websocket_clients", "Open pages", self.websocket_clients.clone());
        r.register(
            "websocket_messages_ignored",
            "Messages from pages that said nothing known",
            self.messages_ignored.clone(),
        );
        let version = [("version", env!("CARGO_PKG_VERSION"))];
        r.register("build", "The host's version", Info::new(version));
    }

    /// A batch of so many rows went to the plugins.
    pub fn batch_flushed(&self, rows: usize, cause: FlushCause) {
        self.batch_rows.observe(rows as f64, 1);
        self.batch_totals[0].fetch_add(1, Ordering::Relaxed);
        self.batch_totals[1].fetch_add(rows as u64, Ordering::Relaxed);
        self.flushes[cause as usize].inc();
    }

    /// Batches, and their rows, so far.
    pub fn batch_totals(&self) -> (u64, u64) {
        let [batches, rows] = &self.batch_totals;
        (batches.load(Ordering::Relaxed), rows.load(Ordering::Relaxed))
    }

    /// So many records were published this long after their timestamps. Negative latencies
    /// (a producer's clock ahead of ours) count as zero.
    pub fn latency(&self, latency_ms: i64, count: u64) {
        let latency_ms = latency_ms.max(0) as u64;
        self.latency.observe(latency_ms as f64 / 1000.0, count);
        self.recent().record(self.started.elapsed(), latency_ms, count);
    }

    /// The 99th percentile of [`Self::latency`] over the last minute; none without records.
    pub fn latency_p99_ms(&self) -> Option<f64> {
        self.recent().p99_ms(self.started.elapsed())
    }

    /// A checkpoint was stored.
    pub fn checkpoint_done(&self, duration: Duration) {
        self.checkpoint_duration.observe(duration.as_secs_f64(), 1);
    }

    /// A checkpoint could not be stored.
    pub fn checkpoint_failed(&self) {
        self.checkpoint_failures.inc();
    }

    /// So many records wait in a worker's fetch queue.
    pub fn set_queue_depth(&self, worker: usize, records: u64) {
        let label = [("worker", worker.to_string())];
        self.fetch_queue.get_or_create(&label).set(records as i64);
    }

    /// What a worker spent its time on since it last told.
    pub fn spent(&self, worker: usize, times: [Duration; 5]) {
        for (total, time) in self.stages.iter().zip(times) {
            total.fetch_add(time.as_nanos() as u64, Ordering::Relaxed);
        }
        let total = times.iter().sum::<Duration>().as_secs_f64();
        let waiting = times[0].as_secs_f64();
        let busy = if total > 0.0 { 1.0 - waiting / total } else { 0.0 };
        self.busy.get_or_create(&[("worker", worker.to_string())]).set(busy.clamp(0.0, 1.0));
    }

    /// What the workers have spent so far, in nanoseconds, by stage.
    pub fn stage_totals(&self) -> [u64; 5] {
        self.stages.each_ref().map(|total| total.load(Ordering::Relaxed))
    }

    /// Records that wait in the fetch queues of `workers` workers.
    pub fn queue_records(&self, workers: usize) -> u64 {
        let depth =
            |worker: usize| self.fetch_queue.get_or_create(&[("worker", worker.to_string())]).get();
        (0..workers).map(depth).sum::<i64>().unsigned_abs()
    }

    /// A page is connected for as long as the guard lives.
    pub fn client(self: &Arc<Self>) -> ClientGuard {
        self.websocket_clients.inc();
        ClientGuard(Arc::clone(self))
    }

    /// A page said something unknown.
    pub fn message_ignored(&self) {
        self.messages_ignored.inc();
    }

    /// The counters and distributions, to be encoded.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    fn recent(&self) -> std::sync::MutexGuard<'_, Recent> {
        // A histogram is valid after any panic: at worst one record is missing.
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts one connected page until it is dropped.
#[derive(Debug)]
pub struct ClientGuard(Arc<Telemetry>);

impl Drop for ClientGuard {
    fn drop(&mut self) {
        self.0.websocket_clients.dec();
    }
}

//! The numbers that the host gives a monitoring system, as `OpenMetrics`.
//!
//! Two kinds of numbers. Totals and positions belong to the pipeline's books and are read from
//! the live state when somebody scrapes, so they always equal the books, also after a restart.
//! Distributions and causes are counted by workers and checkpoints, once per batch and never per
//! record, and are told here as plain values. Labels are few and bounded: metrics, partitions,
//! workers, reasons.
//!
//! May know: nothing of the project.
//! Must not know: who counts, and the live state. The server encodes both for a scrape.

mod histogram;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

pub use histogram::Distribution;
use histogram::Histogram;

/// The beginning of every name.
pub const PREFIX: &str = "streamgauge";
type Label = [(&'static str, String); 1];
type Fractions = Family<Label, Gauge<f64, AtomicU64>>;

/// The counts of workers and checkpoints since the program began, and the levels of the workers.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// Batches by the cause that ended them.
    pub flushes: Vec<(&'static str, u64)>,
    /// Batches by the number of their rows.
    pub batch_rows: Distribution,
    /// Records by the seconds from their stamp to their publication.
    pub latency: Distribution,
    /// Checkpoints by the seconds that storing took.
    pub checkpoints: Distribution,
    /// Checkpoints that could not be stored.
    pub checkpoint_failures: u64,
    /// The copies of the state in another folder.
    pub backups: BackupCounts,
    /// The levels of the workers, by their numbers.
    pub workers: Vec<WorkerLevel>,
}

/// The copies of the state since the program began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BackupCounts {
    /// Copies that were made.
    pub made: u64,
    /// Copies that could not be read or written.
    pub failed: u64,
    /// When the last one was made, in seconds since the Unix epoch.
    pub at_seconds: Option<i64>,
    /// The last one failed.
    pub is_failing: bool,
}

/// The levels of one worker at the moment of the report.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WorkerLevel {
    /// Records that are fetched and wait for the worker.
    pub queue_records: u64,
    /// The share of time that the worker computes, 0 to 1.
    pub busy: f64,
}

/// The host's own measurements; shared by `Arc`.
#[derive(Debug)]
pub struct Telemetry {
    registry: Registry,
    flushes: Family<Label, Counter>,
    batch_rows: Histogram,
    latency: Histogram,
    checkpoint_duration: Histogram,
    checkpoint_failures: Counter,
    backups: Counter,
    backup_failures: Counter,
    backup_failing: Gauge,
    backup_at: Gauge,
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
        let mut telemetry = Self {
            registry: Registry::with_prefix(PREFIX),
            flushes: Family::default(),
            batch_rows: Histogram::new(),
            latency: Histogram::new(),
            checkpoint_duration: Histogram::new(),
            checkpoint_failures: Counter::default(),
            backups: Counter::default(),
            backup_failures: Counter::default(),
            backup_failing: Gauge::default(),
            backup_at: Gauge::default(),
            fetch_queue: Family::default(),
            busy: Family::default(),
            websocket_clients: Gauge::default(),
            messages_ignored: Counter::default(),
        };
        telemetry.register();
        telemetry
    }

    fn register(&mut self) {
        let r = &mut self.registry;
        r.register("batch_flushes", "Batches by what ended them", self.flushes.clone());
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
        r.register("backups", "Copies of the state that were made", self.backups.clone());
        r.register(
            "backup_failures",
            "Copies of the state that failed",
            self.backup_failures.clone(),
        );
        r.register("backup_failing", "1 if the last copy failed", self.backup_failing.clone());
        r.register(
            "backup_timestamp_seconds",
            "When the last copy was made; 0 before the first one",
            self.backup_at.clone(),
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

    /// Takes the counts until now. A total that is smaller than before is ignored.
    pub fn measured(&self, measured: Measured) {
        for (cause, count) in measured.flushes {
            raise(&self.flushes.get_or_create(&[("cause", cause.to_owned())]), count);
        }
        raise(&self.checkpoint_failures, measured.checkpoint_failures);
        let backups = measured.backups;
        raise(&self.backups, backups.made);
        raise(&self.backup_failures, backups.failed);
        self.backup_failing.set(i64::from(backups.is_failing));
        self.backup_at.set(backups.at_seconds.unwrap_or_default());
        self.batch_rows.set(measured.batch_rows);
        self.latency.set(measured.latency);
        self.checkpoint_duration.set(measured.checkpoints);
        let running = measured.workers.len();
        for (number, worker) in measured.workers.into_iter().enumerate() {
            let label = of_worker(number);
            self.fetch_queue.get_or_create(&label).set(worker.queue_records as i64);
            self.busy.get_or_create(&label).set(worker.busy.clamp(0.0, 1.0));
        }
        self.forget_workers_from(running);
    }

    /// A source that is opened again may need fewer workers; a level of one that is gone would
    /// stand still.
    fn forget_workers_from(&self, running: usize) {
        let mut gone = (running..).map(of_worker);
        while gone.next().is_some_and(|of| self.busy.remove(&of) && self.fetch_queue.remove(&of)) {}
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
}

fn of_worker(number: usize) -> Label {
    [("worker", number.to_string())]
}

/// Raises `counter` to `total`, and never lowers it.
fn raise(counter: &Counter, total: u64) {
    counter.inc_by(total.saturating_sub(counter.get()));
}

/// Counts one connected page until it is dropped.
#[derive(Debug)]
pub struct ClientGuard(Arc<Telemetry>);

impl Drop for ClientGuard {
    fn drop(&mut self) {
        self.0.websocket_clients.dec();
    }
}

#[cfg(test)]
mod tests;

//! The publisher: several times a second it merges what the workers published and replaces the
//! state that the server shows. It only looks; nothing of the stream depends on it.

mod costs;
mod happened;
mod held;
mod lateness;
mod measured;
mod meter;
mod query;
mod samples;
mod summary;
mod warnings;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::Utc;
use streamgauge_core::{Accounting, OffsetGap, PartitionSnapshot, Plan, Rejection};
use tokio::sync::watch;

use crate::board::{Board, Phase, cause};
use crate::checkpoint::CheckpointReport;
use crate::outbox::Overview;
use crate::pipeline::{Pipeline, SourceSettings};
use crate::plugin::Plugin;
use crate::result;
use crate::server::wire::{
    AccountingStatus, Cause, CheckpointStatus, Clock, DeadLetterStatus, GapStatus,
    LateOutputStatus, LiveState, MetricStatus, Mode, Panel, PartitionStatus, PluginStatus,
    SourceStatus, Status,
};
use crate::source::SourceError;
use crate::telemetry::Telemetry;
use crate::view::{MetricView, Published};

use costs::Costs;
use happened::Diary;
use held::Holder;
use measured::{Busy, RecentLatency};
use meter::{Levels, Meter, Silence, Totals};
pub use query::LiveQuery;
use summary::LateSummary;
use warnings::Warnings;
pub use warnings::log_warnings;

/// How often the state is replaced.
pub const TICK: Duration = Duration::from_millis(100);

/// Records behind the log's end below which nobody speaks of catching up.
const LAG_SMALL: u64 = 1000;

/// Replaces the state that the server shows.
pub struct Publisher {
    drawing: Drawing,
    sender: watch::Sender<Arc<LiveState>>,
}

/// What the state is made from.
struct Drawing {
    pipeline: Arc<Pipeline>,
    plan: Arc<Plan>,
    board: Arc<Board>,
    telemetry: Arc<Telemetry>,
    panels: Arc<Vec<Panel>>,
    metrics: Vec<MetricView>,
    bounded: bool,
    started_at: i64,
    seq: u64,
    meter: Meter,
    costs: Costs,
    latency: RecentLatency,
    busy: Busy,
    diary: Diary,
    silence: Silence,
    catching_up: bool,
    summary: LateSummary,
    holder: Holder,
    warnings: Warnings,
}

/// What is seen at one look, besides what the publisher keeps.
struct Seen<'a> {
    overview: &'a Overview,
    /// Partitions that stand still because of a gap in their log, with the cause.
    parked: &'a BTreeMap<u32, Cause>,
    checkpoints: CheckpointReport,
}

impl Publisher {
    /// A publisher and where its states come out. `bounded`: the run will end by itself.
    pub fn new(
        pipeline: &Arc<Pipeline>,
        plan: &Arc<Plan>,
        plugins: &[Plugin],
        board: &Arc<Board>,
        telemetry: &Arc<Telemetry>,
        bounded: bool,
    ) -> (Self, watch::Receiver<Arc<LiveState>>) {
        let zone = pipeline.event_time.zone;
        let metrics: Vec<MetricView> =
            plugins.iter().map(|plugin| MetricView::new(plugin, plan, zone)).collect();
        let panels: Vec<Panel> = metrics.iter().flat_map(MetricView::panels).cloned().collect();
        let source = &pipeline.source;
        let bounded = bounded || matches!(source, SourceSettings::File(file) if !file.follow);
        let started_at = Utc::now().timestamp_millis();
        let mut drawing = Drawing {
            pipeline: Arc::clone(pipeline),
            plan: Arc::clone(plan),
            board: Arc::clone(board),
            telemetry: Arc::clone(telemetry),
            panels: Arc::new(panels),
            metrics,
            bounded,
            started_at,
            seq: 0,
            meter: Meter::new(),
            costs: Costs::default(),
            latency: RecentLatency::default(),
            busy: Busy::default(),
            diary: Diary::new(started_at),
            silence: Silence::default(),
            catching_up: false,
            summary: LateSummary::new(pipeline.lateness.summary_every),
            holder: Holder::default(),
            warnings: Warnings::default(),
        };
        let (sender, receiver) = watch::channel(Arc::new(drawing.draw()));
        (Self { drawing, sender }, receiver)
    }

    /// Replaces the state.
    pub fn publish(&mut self) {
        self.sender.send_replace(Arc::new(self.drawing.draw()));
    }
}

impl Drawing {
    fn draw(&mut self) -> LiveState {
        let (overview, parked) = self.board.look();
        let books = result::accounting(&overview.partitions);
        let checkpoints = self.board.checkpoints.read();
        self.measure(&overview, &books, &checkpoints);
        let seen = Seen { overview: &overview, parked: &parked, checkpoints };
        let mut status = self.update(&seen, &books);
        status.happened = self.diary.note(&status, Utc::now().timestamp_millis());
        let status = Arc::new(status);
        let (lag, latency_p99_ms) = (status.lag, status.latency_p99_ms);
        self.meter.point(Levels { lag, latency_p99_ms });
        self.seq += 1;
        // Before the state is restored, all that it holds would count as of this minute.
        let is_restored = !overview.partitions.is_empty();
        if is_restored && !matches!(status.mode, Mode::Waiting | Mode::Restoring) {
            self.summary.tick(&books, &overview.workers);
        }
        LiveState {
            seq: self.seq,
            panels: Arc::clone(&self.panels),
            frames: self.metrics.iter().flat_map(MetricView::frames).map(clone_entry).collect(),
            clock: clock(&overview, &status),
            status,
            series: self.meter.series(),
        }
    }

    /// Takes in what the workers and the checkpoints have counted, and tells monitoring.
    fn measure(&mut self, overview: &Overview, books: &Accounting, checkpoints: &CheckpointReport) {
        let (at, counts) = (Instant::now(), &overview.counts);
        let rows = counts.batches.rows();
        self.meter.tick(Totals {
            taken: counts.taken,
            batches: (rows.count(), rows.sum()),
            stages: counts.stages,
            books: (!overview.partitions.is_empty()).then(|| meter::published(books)),
        });
        self.costs.tick(overview);
        self.latency.tick(at, &counts.latency);
        self.busy.tick(at, &overview.workers);
        self.telemetry.measured(measured::measured(overview, checkpoints, &self.busy));
    }

    /// Merges what changed.
    fn update(&mut self, seen: &Seen<'_>, books: &Accounting) -> Status {
        let phase = self.board.lock().phase.clone();
        let partitions: Vec<PartitionStatus> =
            seen.overview.partitions.iter().map(|p| self.partition(p, seen, &phase)).collect();
        let idle = partitions.iter().filter(|p| p.state == "idle").map(|p| p.partition).collect();
        let idle = (!self.bounded).then_some(idle);
        let published = Published::new(seen.overview, idle, self.pipeline.history_keep);
        self.metrics.iter_mut().for_each(|metric| metric.update(&published));
        self.status(seen, books, &phase, partitions)
    }

    fn status(
        &mut self,
        seen: &Seen<'_>,
        books: &Accounting,
        phase: &Phase,
        partitions: Vec<PartitionStatus>,
    ) -> Status {
        // What stands still is not caught up with.
        let read = partitions.iter().filter(|p| p.state != "gap");
        let lags: Option<Vec<u64>> = read.map(|p| p.lag).collect();
        let lag = lags.filter(|lags| !lags.is_empty()).map(|lags| lags.iter().sum());
        let rate = self.meter.events_per_second();
        let (mode, cause) = self.mode(phase, lag, rate, seen);
        let catch_up_seconds =
            lag.filter(|_| mode == Mode::CatchingUp && rate > 0.0).map(|lag| lag as f64 / rate);
        let watermark_held_by = self.holder.look(&partitions, Utc::now().timestamp_millis());
        let mut by_reason: Vec<(String, u64)> = Rejection::NAMES
            .iter()
            .zip(books.rejections)
            .filter(|(_, count)| *count > 0)
            .map(|(name, count)| ((*name).to_owned(), count))
            .collect();
        by_reason.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        Status {
            mode,
            cause,
            source: SourceStatus {
                kind: self.pipeline.source.kind(),
                name: self.pipeline.source.name(),
            },
            started_at: self.started_at,
            accounting: AccountingStatus {
                read: books.read,
                on_time: books.on_time,
                late: books.late,
                rejected: books.rejected(),
            },
            events_per_second: rate,
            lag,
            catch_up_seconds,
            latency_p99_ms: self.latency.p99_ms(),
            batch_rows: self.meter.batch_rows(),
            workers: seen.overview.workers.len(),
            stages: self.meter.stages(),
            queue_records: seen.overview.levels.queue_records,
            partitions,
            watermark_held_by,
            warnings: self.warnings.look(&self.pipeline, seen.overview, seen.parked),
            checkpoint: Some(checkpoint_status(&seen.checkpoints)),
            metrics: self
                .metrics
                .iter()
                .map(|metric| self.metric_status(metric, seen.overview))
                .collect(),
            dead_letters: DeadLetterStatus { written: seen.checkpoints.dead_letters, by_reason },
            late_output: self
                .pipeline
                .late_output
                .as_ref()
                .map(|_| LateOutputStatus { written: seen.checkpoints.late_records }),
            happened: Vec::new(),
        }
    }

    fn partition(
        &mut self,
        snapshot: &PartitionSnapshot,
        seen: &Seen<'_>,
        phase: &Phase,
    ) -> PartitionStatus {
        let (partition, offset) = (snapshot.partition, snapshot.state.next_offset);
        let end = seen.overview.levels.log_ends.get(&partition).copied().flatten();
        let lag = end.map(|end| end.saturating_sub(offset).max(0).unsigned_abs());
        let silent = self.silence.of(partition, offset, Instant::now());
        let state = match phase {
            Phase::Ended => "ended",
            Phase::Failed(_) => "failed",
            Phase::Waiting(_) | Phase::Restoring => "waiting",
            Phase::Running if seen.parked.contains_key(&partition) => "gap",
            Phase::Running if seen.overview.levels.trouble.is_some() => "waiting",
            Phase::Running if lag == Some(0) && silent >= self.pipeline.event_time.idle_after => {
                "idle"
            }
            Phase::Running => "running",
        };
        let watermark = self.plan.watermark.watermark(snapshot.state.max_event_time);
        let watermark = watermark.map(|watermark| watermark.0);
        let gaps = snapshot.state.gaps.iter().map(gap_status).collect();
        PartitionStatus { partition, offset, end, lag, watermark, state, gaps }
    }

    fn mode(
        &mut self,
        phase: &Phase,
        lag: Option<u64>,
        rate: f64,
        seen: &Seen<'_>,
    ) -> (Mode, Option<Cause>) {
        match phase {
            Phase::Waiting(cause) => (Mode::Waiting, Some(cause.clone())),
            Phase::Failed(cause) => (Mode::Failed, Some(cause.clone())),
            Phase::Restoring => (Mode::Restoring, None),
            Phase::Ended => (Mode::Ended, None),
            Phase::Running => match &seen.overview.levels.trouble {
                Some(trouble) => (Mode::Waiting, Some(self.broker_trouble(trouble))),
                None if self.bounded => (Mode::Replaying, None),
                None if self.is_catching_up(lag, rate) => (Mode::CatchingUp, None),
                None => (Mode::Live, None),
            },
        }
    }

    fn metric_status(&self, metric: &MetricView, overview: &Overview) -> MetricStatus {
        let books = metric.accounting();
        let id = metric.id();
        let plugin = metric.plugin();
        let cost = overview.counts.costs.get(id).copied().unwrap_or_default();
        MetricStatus {
            id: id.to_owned(),
            on_time: books.on_time,
            late: books.late,
            folded: books.folded(),
            excluded: books.excluded,
            state: if metric.trouble().is_some() { "quarantined" } else { "ok" },
            reason: metric.trouble().map(str::to_owned),
            plugin: PluginStatus {
                file: plugin.settings().plugin.display().to_string(),
                name: plugin.descriptor().name.clone(),
                version: plugin.descriptor().version.clone(),
                digest: plugin.digest().to_string(),
                ns_per_row: self.costs.ns_per_row(id),
                memory_bytes: cost.memory_bytes,
                traps: cost.traps,
            },
        }
    }

    fn broker_trouble(&self, message: &str) -> Cause {
        let mut args = BTreeMap::new();
        if let SourceSettings::Kafka(kafka) = &self.pipeline.source {
            args.insert("brokers".to_owned(), kafka.brokers.clone());
        }
        let code = "broker_unreachable";
        cause(&SourceError::Unavailable { code, message: message.to_owned() }, args)
    }

    /// Behind by more than three seconds' worth of records, until it is less than one.
    fn is_catching_up(&mut self, lag: Option<u64>, rate: f64) -> bool {
        let seconds = if self.catching_up { 1.0 } else { 3.0 };
        let bearable = LAG_SMALL.max((rate * seconds) as u64);
        let unbounded = matches!(self.pipeline.source, SourceSettings::Generator(_));
        self.catching_up = !unbounded && lag.is_some_and(|lag| lag > bearable);
        self.catching_up
    }
}

fn checkpoint_status(report: &CheckpointReport) -> CheckpointStatus {
    CheckpointStatus {
        at: report.at,
        duration_ms: report.took.as_secs_f64() * 1e3,
        bytes: report.bytes,
        failures: report.failures,
        error: report.error.clone(),
    }
}

fn gap_status(gap: &OffsetGap) -> GapStatus {
    GapStatus { kind: gap.kind.name(), from: gap.from, to: gap.to }
}

fn clock(overview: &Overview, status: &Status) -> Clock {
    let times = overview.partitions.iter().filter_map(|p| p.state.max_event_time);
    let not_idle = |p: &&PartitionStatus| p.state != "idle";
    let all = || status.partitions.iter().filter_map(|p| p.watermark);
    let active = status.partitions.iter().filter(not_idle).filter_map(|p| p.watermark).min();
    Clock {
        now: Utc::now().timestamp_millis(),
        event_time: times.map(|time| time.0).max(),
        watermark: active.or_else(|| all().max()),
    }
}

fn clone_entry<T>((key, value): (&String, &Arc<T>)) -> (String, Arc<T>) {
    (key.clone(), Arc::clone(value))
}

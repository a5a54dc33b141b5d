//! The publisher: several times a second it merges what the workers published and replaces the
//! state that the server shows. It only looks; nothing of the stream depends on it.

mod adopted;
mod aside;
mod costs;
mod happened;
mod headlines;
mod health;
mod held;
mod lateness;
mod measured;
mod meter;
mod metric;
mod mode;
mod open_transaction;
mod pace;
mod partition;
mod query;
mod samples;
mod seen;
mod stored;
mod summary;
mod ticker;
mod to_wire;
mod warnings;

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use chrono::Utc;
use streamgauge_checkpoint::CheckpointReport;
use streamgauge_core::{Accounting, PartitionSnapshot, Plan};
use streamgauge_outbox::Overview;
use streamgauge_pipeline::Pipeline;
use streamgauge_source::SourceError;
use streamgauge_telemetry::Telemetry;
use streamgauge_view::{LiveMetric, Published, document};
use streamgauge_wire::{
    Clock, Hello, LateOutputStatus, Layout, LiveState, Mode, Panel, SourceStatus, Status,
};
use tokio::sync::watch;

use crate::run::cause::Cause;
use crate::run::current::{Active, Current};
use crate::run::status::{Phase, RunStatus};

use aside::Aside;
use costs::Costs;
use happened::{EventLog, Observed};
use headlines::Headlines;
use health::{Facts, Verdicts};
use held::WatermarkHold;
use measured::{Busy, RecentLatency};
use meter::{Levels, Meter, Silence, Totals};
use pace::Pace;
use partition::{PartitionPhase, PartitionView};
pub use query::LiveQuery;
use seen::Seen;
use stored::StoredOnce;
use summary::LateSummary;
use ticker::Ticker;
pub(crate) use to_wire::{cause as wire_cause, rejected};
use warnings::{Warnings, of_backups};
pub use warnings::{log_warnings, warnings_at_end};

/// Replaces the state that the server shows.
pub struct Publisher {
    drawing: Drawing,
    sender: watch::Sender<Arc<LiveState>>,
}

/// What the state is made from.
struct Drawing {
    current: Arc<Current>,
    /// The pipeline of the fields up to `bounded`.
    active: Arc<Active>,
    pipeline: Arc<Pipeline>,
    plan: Arc<Plan>,
    hello: Arc<Hello>,
    panels: Arc<Vec<Panel>>,
    metrics: Vec<LiveMetric>,
    headlines: Headlines,
    layouts: Arc<Vec<Layout>>,
    ticker: Ticker,
    aside: Aside,
    bounded: bool,
    ends_by_itself: bool,
    run_status: Arc<RunStatus>,
    telemetry: Arc<Telemetry>,
    started_at: i64,
    seq: u64,
    /// From one state to the next, as it was last.
    pace: Pace,
    meter: Meter,
    costs: Costs,
    events: EventLog,
    latency: RecentLatency,
    busy: Busy,
    silence: Silence,
    catching_up: bool,
    summary: LateSummary,
    hold: WatermarkHold,
    warnings: Warnings,
    verdicts: Verdicts,
    stored: StoredOnce,
}

impl Publisher {
    /// A publisher and where its states come out. `hello` introduces the host; title, zone and rate
    /// follow the pipeline. `bounded`: the run will end by itself.
    pub fn new(
        current: &Arc<Current>,
        run_status: &Arc<RunStatus>,
        telemetry: &Arc<Telemetry>,
        hello: Hello,
        bounded: bool,
    ) -> (Self, watch::Receiver<Arc<LiveState>>) {
        let active = current.get();
        let pipeline = Arc::clone(&active.prepared.pipeline);
        let started_at = Utc::now().timestamp_millis();
        let mut drawing = Drawing {
            current: Arc::clone(current),
            plan: Arc::clone(&active.prepared.plan),
            hello: Arc::new(hello),
            panels: Arc::default(),
            metrics: Vec::new(),
            headlines: Headlines::default(),
            layouts: Arc::default(),
            ticker: Ticker::default(),
            aside: Aside::new(),
            bounded,
            ends_by_itself: bounded,
            run_status: Arc::clone(run_status),
            telemetry: Arc::clone(telemetry),
            started_at,
            seq: 0,
            pace: Pace::after(Instant::now(), pipeline.publish_every),
            meter: Meter::new(),
            costs: Costs::default(),
            events: EventLog::new(started_at),
            latency: RecentLatency::default(),
            busy: Busy::default(),
            silence: Silence::default(),
            catching_up: false,
            summary: LateSummary::new(pipeline.lateness.summary_every),
            hold: WatermarkHold::default(),
            warnings: Warnings::default(),
            verdicts: Verdicts::default(),
            stored: StoredOnce::default(),
            active: Arc::clone(&active),
            pipeline,
        };
        drawing.adopt(active);
        let (sender, receiver) = watch::channel(Arc::new(drawing.draw()));
        (Self { drawing, sender }, receiver)
    }

    /// Replaces the state that the server shows.
    pub fn publish(&mut self) {
        let began = Instant::now();
        self.sender.send_replace(Arc::new(self.drawing.draw()));
        self.drawing.current.is_shown(&self.drawing.active);
        self.drawing.pace = Pace::after(began, self.drawing.pipeline.publish_every);
    }

    /// Waits until the next state is due: when workers have published, or after a while.
    pub fn wait(&self) {
        self.drawing.pace.wait(&self.drawing.run_status.news);
    }
}

impl Drawing {
    fn draw(&mut self) -> LiveState {
        let (overview, parked) = self.run_status.look();
        self.follow(&overview.partitions);
        self.ticker.look(&overview.workers, Instant::now());
        let books = document::accounting(&overview.partitions);
        let checkpoints = self.run_status.checkpoints.read();
        self.measure(&overview, &books, &checkpoints);
        let sources = self.run_status.sources.read();
        let seen = Seen { overview: &overview, parked: &parked, sources, checkpoints };
        let (mut status, clock) = self.update(&seen, &books);
        self.events.acted(self.run_status.acts.take().into_iter().map(to_wire::happened));
        status.happened = self.events.note(
            Observed::of(&status, &self.run_status.lock().phase),
            Utc::now().timestamp_millis(),
        );
        let stored = self.stored.of(&seen.checkpoints, self.pipeline.late_output.is_some());
        let status = Arc::new(status);
        self.meter.point(Levels { lag: status.lag, latency_p99_ms: status.latency_p99_ms });
        self.seq += 1;
        // Before the state is restored, all that it holds would count as of this minute.
        let is_restored = !overview.partitions.is_empty();
        if is_restored && !matches!(status.mode, Mode::Waiting | Mode::Restoring) {
            self.summary.tick(&books, &overview.workers);
        }
        LiveState {
            hello: Arc::clone(&self.hello),
            seq: self.seq,
            panels: Arc::clone(&self.panels),
            frames: self.frames(),
            headlines: Arc::clone(&self.headlines.all),
            headline_values: self.headlines.values(),
            layouts: Arc::clone(&self.layouts),
            ticker: self.ticker.fields(),
            ticker_lines: self.ticker.lines(),
            logo: self.active.prepared.logo.clone(),
            clock,
            status,
            series: self.meter.series(),
            stored,
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
        let stored = (checkpoints, &self.run_status.backups.read());
        self.telemetry.measured(measured::measured(overview, stored, &self.busy));
    }

    /// Merges the metrics whose states changed.
    fn update(&mut self, seen: &Seen<'_>, books: &Accounting) -> (Status, Clock) {
        let phase = self.run_status.lock().phase.clone();
        let partitions: Vec<PartitionView> =
            seen.overview.partitions.iter().map(|p| self.partition(p, seen, &phase)).collect();
        let idle = partition::idle(&partitions);
        self.run_status.set_idle(idle.clone());
        let idle = (!self.bounded).then_some(idle);
        let now = Utc::now().timestamp_millis();
        let published = Published::new(seen.overview, idle, self.pipeline.history_keep, now)
            .showing(&self.active.formers.states)
            .with_history(self.run_status.history_store());
        self.aside.read(&mut self.metrics, &mut self.headlines.live, &Arc::new(published));
        (
            self.status(seen, books, &phase, &partitions),
            partition::clock(seen.overview, &partitions),
        )
    }

    fn status(
        &mut self,
        seen: &Seen<'_>,
        books: &Accounting,
        phase: &Phase,
        partitions: &[PartitionView],
    ) -> Status {
        let lag = partition::lag(partitions);
        let rate = self.meter.events_per_second();
        let (mode, cause) = self.mode(phase, lag, rate, seen);
        let catch_up_seconds =
            lag.filter(|_| mode == Mode::CatchingUp && rate > 0.0).map(|lag| lag as f64 / rate);
        let now = Utc::now().timestamp_millis();
        let watermark_held_by = self.hold.look(partitions, now);
        let warnings = self.warnings(seen);
        let checkpoint = seen.checkpoints.failing.as_ref();
        let facts =
            Facts { mode, cause: cause.as_ref(), partitions, checkpoint, warnings: &warnings };
        let health = self.verdicts.look(&facts, seen.checkpoints.at, now);
        Status {
            mode,
            cause: cause.map(to_wire::cause),
            source: SourceStatus {
                kind: self.pipeline.source.kind(),
                name: self.pipeline.source.name(),
                fetch: self.run_status.sources.fetch().map(to_wire::fetch),
            },
            started_at: self.started_at,
            accounting: to_wire::accounting(books),
            events_per_second: rate,
            lag,
            catch_up_seconds,
            latency_p99_ms: self.latency.p99_ms(),
            batch_rows: self.meter.batch_rows(),
            workers: seen.overview.workers.len(),
            stages: self.meter.stages(),
            queue_records: seen.overview.levels.queue_records,
            publish_every_ms: self.pace.pause.max(seen.overview.levels.publish_every).as_millis()
                as u64,
            partitions: partitions.iter().map(to_wire::partition).collect(),
            watermark_held_by,
            warnings: warnings.into_iter().map(to_wire::cause).collect(),
            health,
            checkpoint: Some(to_wire::checkpoint(&seen.checkpoints)),
            metrics: self
                .metrics
                .iter()
                .map(|each| metric::status(each, seen.overview, &self.costs, &self.pipeline))
                .collect(),
            dead_letters: self.dead_letters(books, seen.checkpoints.dead_letters),
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
    ) -> PartitionView {
        let (partition, offset) = (snapshot.partition, snapshot.state.next_offset);
        let silent = self.silence.of(partition, offset, Instant::now());
        let health = seen.sources.get(&partition);
        let mut view = PartitionView {
            end: seen.overview.levels.log_ends.get(&partition).copied().flatten(),
            held_back: health.map_or(0, |health| health.held_back),
            empty_offsets: health.map_or(0, |health| health.empty_offsets),
            ..PartitionView::new(snapshot, self.plan.watermark)
        };
        let is_silent = silent >= self.pipeline.event_time.idle_after;
        let trouble = seen.trouble(partition);
        let open = health.and_then(|health| {
            open_transaction::of(partition, health, &self.pipeline, SystemTime::now())
        });
        // An end that was told before is no end that is known now.
        if trouble.is_some() || open.is_some() || !matches!(phase, Phase::Running | Phase::Ended) {
            view.end = None;
        }
        view.phase = match phase {
            Phase::Ended => PartitionPhase::Ended,
            Phase::Failed(_) => PartitionPhase::Failed,
            Phase::Waiting(_) | Phase::Restoring => PartitionPhase::Waiting,
            Phase::Running if seen.parked.contains_key(&partition) => PartitionPhase::Gap,
            Phase::Running => match trouble {
                Some(trouble) => PartitionPhase::of(trouble.fault.kind),
                None if open.is_some() => PartitionPhase::HeldBack,
                // Records that are held back are still to come.
                None if view.lag() == Some(0) && is_silent && view.held_back == 0 => {
                    PartitionPhase::Idle
                }
                None => PartitionPhase::Running,
            },
        };
        view.cause = match phase {
            Phase::Waiting(cause) | Phase::Failed(cause) => Some(cause.clone()),
            Phase::Restoring | Phase::Ended => None,
            Phase::Running => {
                let trouble = || trouble.map(|trouble| self.cause_of(trouble)).or(open);
                seen.parked.get(&partition).cloned().or_else(trouble)
            }
        };
        view
    }

    /// The warnings of now; partitions in a gap first.
    fn warnings(&mut self, seen: &Seen<'_>) -> Vec<Cause> {
        let metrics = (self.metrics.as_slice(), &self.costs);
        let found = self.warnings.look(&self.pipeline, seen.overview, metrics);
        let group = self.run_status.group_fault().map(SourceError::Broker);
        let group = group.map(|fault| Cause::of(&fault, &self.pipeline));
        let backups = of_backups(&self.run_status.backups.read());
        let found = found.into_iter().chain(backups).map(|cause| cause.naming(&self.pipeline));
        let acts = self.run_status.acts.all_warnings();
        seen.parked.values().cloned().chain(found).chain(group).chain(acts).collect()
    }
}

//! A worker: one thread with a source, a decoder and an instance of every metric, for some of the
//! partitions. It is one closed loop: records in, batches to the metrics, states out.
//!
//! Batches adapt by themselves: while the source has more, a batch grows up to `batch.max`; when
//! the source is drained, what is there is handed on as soon as it is `batch.min` rows; and no row
//! waits longer than `batch.max_delay`, whether or not another record comes.

mod lane;
mod latency;
mod stages;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use streamgauge_core::{
    Block, BlockLimits, Fetched, PartitionSnapshot, Plan, Record, Rejection, Row, Supply, WallClock,
};

use crate::Metric;
use streamgauge_decode::Decoder;
use streamgauge_outbox::{Ages, MetricCost, Outbox, Seen, Stage, Unexported};
use streamgauge_pipeline::BatchSettings;
use streamgauge_source::{LatencyFrom, Source, SourceError};
use streamgauge_telemetry::{FlushCause, Telemetry};

use lane::Lane;
pub use lane::LateOutput;
use latency::{Runs, unix_millis};
use stages::StageClock;

/// How often states are published.
const PUBLISH_EVERY: Duration = Duration::from_millis(100);

/// How much is taken from the source before the loop looks around: little enough to stay in the
/// cache between the source and the columns.
const BLOCK: BlockLimits = BlockLimits { records: 2048, bytes: 256 << 10 };

/// Dead letters and final panes of metrics that bring a publication forward.
const UNEXPORTED_MAX: usize = 8192;

/// Late records, in bytes, that do so.
const UNEXPORTED_BYTES_MAX: usize = 4 << 20;

/// Everything a worker needs.
pub struct Setup {
    /// Its number.
    pub number: usize,
    /// Where records come from.
    pub source: Box<dyn Source>,
    /// What they are handed to.
    pub engine: EngineSetup,
    /// Where states go.
    pub outbox: Arc<Outbox>,
    /// Raised to end the loop.
    pub stop: Arc<AtomicBool>,
}

/// Everything an [`Engine`] needs.
pub struct EngineSetup {
    /// How records become rows.
    pub plan: Arc<Plan>,
    /// How they are read.
    pub decoder: Decoder,
    /// The metrics, started and restored for every partition.
    pub metrics: Vec<Metric>,
    /// The partitions, where they go on.
    pub partitions: Vec<PartitionSnapshot>,
    /// How large batches may be.
    pub batch: BatchSettings,
    /// What latency is measured from.
    pub latency_from: LatencyFrom,
    /// A wall clock that stands still, for `lateness.clock = "processing"`; none: the real one.
    pub now: Option<WallClock>,
    /// What becomes of late records.
    pub late_output: LateOutput,
    /// Counts and histograms.
    pub telemetry: Arc<Telemetry>,
}

/// Why a worker came to its end in good order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finished {
    /// It was told to stop.
    Stopped,
    /// Its source was read to the end.
    Ended,
}

/// The part of a worker that records are handed to: it reads nothing and waits for nothing.
pub struct Engine {
    plan: Arc<Plan>,
    decoder: Decoder,
    row: Row,
    lanes: Vec<Lane>,
    metrics: Vec<Metric>,
    batch: BatchSettings,
    latency_from: LatencyFrom,
    now: Option<WallClock>,
    /// The time of day when the first record of this turn came.
    now_millis: i64,
    /// Records that the metrics have, but that are not published.
    unpublished: Runs,
    /// Records taken so far.
    taken: u64,
    /// When the first and the last record came.
    span: Option<(Instant, Instant)>,
    telemetry: Arc<Telemetry>,
}

/// Runs a worker until it is told to stop or its source ends. Whatever it took in before is
/// folded and published when it returns, also with an error.
///
/// # Errors
/// The source cannot go on.
pub fn run(setup: Setup) -> Result<Finished, SourceError> {
    let Setup { mut source, outbox, stop, number, engine } = setup;
    let mut engine = Engine::new(engine);
    let mut next_publish = Instant::now();
    let mut clock = StageClock::start();
    let mut supply = Supply::Drained;
    let result = loop {
        let now = Instant::now();
        if now >= next_publish || engine.is_crowded() {
            engine.publish(&outbox, Some(source.as_mut()));
            clock.add(Stage::Publish, now.elapsed());
            engine.telemetry.set_queue_depth(number, source.queue_depth() as u64);
            engine.telemetry.spent(number, clock.take(engine.plugin_time()));
            next_publish = now + PUBLISH_EVERY;
        }
        if stop.load(Ordering::Relaxed) {
            break Ok(Finished::Stopped);
        }
        let asked = Instant::now();
        let has_room = outbox.wait_for_room(PUBLISH_EVERY);
        clock.add(Stage::Blocked, asked.elapsed());
        if !has_room {
            continue;
        }
        match engine.turn(source.as_mut(), &mut supply, next_publish, &mut clock) {
            Ok(true) => break Ok(Finished::Ended),
            Ok(false) => {}
            Err(error) => break Err(error),
        }
    };
    engine.flush_all();
    engine.publish(&outbox, Some(source.as_mut()));
    result
}

impl Engine {
    /// An engine that has taken nothing yet.
    pub fn new(setup: EngineSetup) -> Self {
        let lane = |p: &PartitionSnapshot| Lane::new(&setup.plan, p, setup.late_output);
        Self {
            lanes: setup.partitions.iter().map(lane).collect(),
            plan: setup.plan,
            decoder: setup.decoder,
            row: Row::default(),
            metrics: setup.metrics,
            batch: setup.batch,
            latency_from: setup.latency_from,
            now: setup.now,
            now_millis: 0,
            unpublished: Runs::default(),
            taken: 0,
            span: None,
            telemetry: setup.telemetry,
        }
    }

    /// Takes what the source has and hands on what is ready. `supply` is what the source said
    /// last, and is told what it says now. Whether the source has ended.
    fn turn(
        &mut self,
        source: &mut dyn Source,
        supply: &mut Supply,
        until: Instant,
        clock: &mut StageClock,
    ) -> Result<bool, SourceError> {
        let due = self.lanes.iter().filter_map(|l| l.due(self.batch.max_delay)).min();
        let until = due.map_or(until, |due| due.min(until));
        let asked = Instant::now();
        let timeout = match supply {
            Supply::More => Duration::ZERO,
            Supply::Drained => until.saturating_duration_since(asked),
        };
        let fetched = source.next_block(BLOCK, timeout)?;
        let began = Instant::now();
        clock.add(Stage::Waiting, began - asked);
        let mut has_ended = false;
        *supply = Supply::Drained;
        match fetched {
            Fetched::Records { block, supply: more } => {
                *supply = more;
                self.now_millis = unix_millis();
                self.take(block);
                self.span = Some((self.span.map_or(began, |(first, _)| first), Instant::now()));
            }
            Fetched::Nothing => {}
            Fetched::Ended => has_ended = true,
        }
        let now = Instant::now();
        for i in 0..self.lanes.len() {
            let lane = &self.lanes[i];
            if *supply == Supply::Drained && lane.rows() >= self.batch.min.get() {
                self.flush(i, FlushCause::Available);
            } else if lane.due(self.batch.max_delay).is_some_and(|due| due <= now) {
                self.flush(i, FlushCause::Delay);
            }
        }
        Ok(has_ended)
    }

    /// Takes in records of the engine's partitions; hands a batch on when it is full.
    pub fn take(&mut self, block: Block<'_>) {
        for run in block.runs() {
            let lane = self.lane_of(run.partition);
            for record in run.records() {
                self.take_record(lane, record);
            }
        }
        self.taken += block.records() as u64;
    }

    #[inline]
    fn take_record(&mut self, lane: usize, record: Record<'_>) {
        let decoded = match record.value {
            Some(bytes) => self.decoder.decode(bytes, &mut self.row),
            None => Err(Rejection::Empty),
        };
        let measured_from = match self.latency_from {
            LatencyFrom::Stamp => record.meta.time.0,
            LatencyFrom::Taken => self.now_millis,
        };
        let decoded = decoded.map(|()| &self.row);
        let now = self.now.unwrap_or(WallClock(self.now_millis));
        self.lanes[lane].accept(&self.plan, record, decoded, now, measured_from);
        if self.lanes[lane].is_full(self.batch.max.get()) {
            self.flush(lane, FlushCause::Full);
        }
    }

    fn lane_of(&self, partition: u32) -> usize {
        let found = self.lanes.iter().position(|lane| lane.number() == partition);
        found.expect("a source hands over only the partitions that it was given")
    }

    /// Hands on all rows that wait.
    pub fn flush_all(&mut self) {
        for i in 0..self.lanes.len() {
            self.flush(i, FlushCause::End);
        }
    }

    fn flush(&mut self, lane: usize, cause: FlushCause) {
        let lane = &mut self.lanes[lane];
        if lane.rows() > 0 {
            self.telemetry.batch_flushed(lane.rows(), cause);
        }
        lane.flush(&self.plan, &mut self.metrics, &mut self.unpublished);
    }

    /// What the plugins have spent so far.
    fn plugin_time(&self) -> Duration {
        self.metrics.iter().map(|metric| metric.cost().time).sum()
    }

    /// Whether so much belongs to the next publication that it should not wait.
    fn is_crowded(&self) -> bool {
        self.metrics.iter().map(Metric::unexported).sum::<usize>() > UNEXPORTED_MAX
            || self.lanes.iter().map(Lane::unexported_bytes).sum::<usize>() > UNEXPORTED_BYTES_MAX
    }

    /// Publishes the states as of the last hand-over, and what belongs to them.
    pub fn publish(&mut self, outbox: &Outbox, source: Option<&mut dyn Source>) {
        let mut snapshots = Vec::new();
        let mut with = Unexported::default();
        for lane in self.lanes.iter_mut().filter(|lane| lane.is_changed()) {
            snapshots.push(Arc::new(lane.export(&mut self.metrics)));
            lane.take_unexported().append_to(&mut with);
        }
        let quarantined = self.metrics.iter().filter_map(|m| Some((m.id(), m.quarantine()?)));
        let mut ages = Ages::default();
        self.lanes.iter().for_each(|lane| ages.add(lane.ages()));
        let costs: Vec<(String, MetricCost)> =
            self.metrics.iter().map(|metric| (metric.id().to_owned(), metric.cost())).collect();
        let seen: Vec<Seen> = self.lanes.iter_mut().filter_map(Lane::take_seen).collect();
        let delays = self.lanes.iter_mut().map(Lane::take_largest_delay);
        let largest_delay = delays.max().unwrap_or_default();
        let mut content = outbox.lock();
        content.snapshots.extend(snapshots.into_iter().map(|s| (s.partition, s)));
        content.add(with);
        content.quarantined = quarantined.map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
        if let Some(source) = source {
            content.log_ends = source.log_ends();
            content.trouble = source.trouble().map(str::to_owned);
        }
        content.taken = self.taken;
        content.span = self.span;
        content.ages = ages;
        content.costs = costs.into_iter().collect();
        content.see(seen);
        content.largest_delay = content.largest_delay.max(largest_delay);
        drop(content);
        self.unpublished.published(&self.telemetry);
    }
}

//! One side reader: a thread that reads for some metrics, and what it is told.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{Scope, ScopedJoinHandle};
use std::time::{Duration, Instant};

use streamgauge_core::PartitionSnapshot;
use streamgauge_engine::{
    self as engine, Clock as _, Command, Configuration, EngineSetup, Finished, Held, LateOutput,
    Metric, Role, Setup,
};
use streamgauge_outbox::{Outbox, Overview};
use streamgauge_pipeline::Backfill;
use streamgauge_plugin::Plugin;
use streamgauge_source::{LatencyFrom, Log, SourceError, Sparing};

use super::begin::{Beginning, Reach, RecordsGone, begin, find, partition_at};
use super::joining::{Joined, join};
use super::pace::{Pace, Slow};
use super::search::Search;
use super::settling::worker_of;
use super::setup::SideReaders;
use crate::run::opening::decoder;
use crate::run::prepare::plan;
use crate::run::supervisor::{SystemClock, Told};

/// Records behind its worker at which a reader tries to hand its metrics over.
const NEAR: i64 = 20_000;

/// How long a reader waits after a try that failed; twice as long after each further one.
const TRY_AGAIN: Duration = Duration::from_millis(200);

/// The longest such wait.
const TRY_AGAIN_MAX: Duration = Duration::from_secs(5);

/// A reader that runs.
pub(super) struct Reader<'scope> {
    metrics: Vec<String>,
    /// The partitions that are still read.
    partitions: BTreeMap<u32, Trying>,
    told: Sender<Command>,
    outbox: Arc<Outbox>,
    thread: Option<ScopedJoinHandle<'scope, Result<Finished, SourceError>>>,
    lasts: Arc<AtomicBool>,
    pace: Pace,
}

/// The tries to hand over in a partition.
#[derive(Debug)]
struct Trying {
    /// Tells when the first record that counts is next; `None` means that it was told.
    reached: Option<Receiver<Held>>,
    next: Instant,
    wait: Duration,
}

impl Trying {
    fn after(reached: Receiver<Held>) -> Self {
        Self { reached: Some(reached), next: Instant::now(), wait: TRY_AGAIN }
    }

    /// Whether the metrics count what is read.
    fn is_counting(&mut self) -> bool {
        let is_told = self.reached.as_ref().is_none_or(|reached| reached.try_recv().is_ok());
        if is_told {
            self.reached = None;
        }
        is_told
    }

    fn failed(&mut self) {
        self.next = Instant::now() + self.wait;
        self.wait = (self.wait * 2).min(TRY_AGAIN_MAX);
    }
}

/// Why a reader does not begin.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotBegun {
    /// The log lacks records that the metrics need, by partition.
    #[error("the log no longer holds records that it needs")]
    Gone(BTreeMap<u32, RecordsGone>),
    /// The log cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
}

impl SideReaders {
    /// Begins to read for `metrics`, which are at the same places of `partitions`. Records that are
    /// gone are missed only `without_lost`.
    pub(super) fn reader<'scope>(
        &'scope self,
        scope: &'scope Scope<'scope, '_>,
        overview: &Overview,
        (metrics, partitions): (&[String], &[u32]),
        (search, without_lost): (&Search, bool),
    ) -> Result<Reader<'scope>, NotBegun> {
        let of_these = |plugin: &&Plugin| metrics.contains(&plugin.settings().id);
        let plugins: Vec<Plugin> = self.plugins.iter().filter(of_these).cloned().collect();
        let log = Log::open(
            &self.pipeline.source,
            &self.pipeline.schema,
            overview.partitions.first().map(|partition| &**partition),
        )?;
        let asked = self.asked(&log, &plugins)?;
        let reach = |number| Reach {
            low: log.held(number).map_or(i64::MAX, |(low, _)| low),
            asked: asked.get(&number).copied(),
            without_lost,
        };
        let states = states(&plugins, (overview, partitions), reach)?;
        let source = log.follow(&states)?;
        let plan = Arc::new(plan(&self.pipeline, &plugins));
        let columns = log.file_columns()?;
        let format = self.pipeline.source.format();
        let decoder = decoder(&self.pipeline, &plan, format, columns.as_ref());
        let (told, commands) = mpsc::channel();
        let trying = held_at_first(&states, &told);
        let clock = Box::new(SystemClock::new(&self.pulses));
        let (zone, wall) = (self.pipeline.event_time.zone, clock.now().wall);
        let start =
            |plugin| Metric::start(plugin, &plan.projection, zone, &states, wall).searching();
        let mut own: Vec<Metric> = plugins.iter().map(start).collect();
        search.leave_out(&mut own);
        let outbox = Arc::new(Outbox::beginning_with(states.iter().cloned().map(Arc::new)));
        let engine = EngineSetup {
            configuration: Configuration {
                plan: Arc::clone(&plan),
                decoder,
                batch: search.batch(self.pipeline.batch),
                publish_every: self.pipeline.publish_every,
                late_output: LateOutput::None,
            },
            metrics: own,
            partitions: states,
            latency_from: LatencyFrom::Taken,
            now: None,
            role: Role::SideReader,
        };
        let lasts = Arc::new(AtomicBool::new(true));
        let setup = Setup {
            source: Box::new(Sparing::new(source, self.pipeline.catch_up_share)),
            engine,
            outbox: Arc::clone(&outbox),
            commands,
            clock,
            lasts: Arc::clone(&lasts),
        };
        self.sides.add(Arc::clone(&outbox));
        let named = std::thread::Builder::new().name("side-reader".into());
        let thread =
            named.spawn_scoped(scope, || engine::run(setup)).expect("a thread can be started");
        tracing::info!("reading for metric `{}` in the background", metrics.join("`, `"));
        Ok(Reader {
            metrics: metrics.to_vec(),
            partitions: trying,
            told,
            outbox,
            thread: Some(thread),
            lasts,
            pace: Pace::new(Instant::now()),
        })
    }
}

impl SideReaders {
    /// By partition, the offset from which the metrics of `plugins` are to count; all of them are
    /// asked to alike.
    fn asked(&self, log: &Log<'_>, plugins: &[Plugin]) -> Result<BTreeMap<u32, i64>, SourceError> {
        let backfill = plugins.first().map_or(Backfill::All, |first| first.settings().backfill);
        let now = SystemClock::new(&self.pulses).now().wall;
        let since = match backfill {
            Backfill::All | Backfill::None => return Ok(BTreeMap::new()),
            Backfill::Since(instant) => instant,
            Backfill::Last(duration) => now.0 - duration.as_millis() as i64,
        };
        log.offsets_at(since)
    }
}

/// Holds each partition at the first record that its metrics count: records before are read for their
/// event time, and none past them with these.
fn held_at_first(states: &[PartitionSnapshot], told: &Sender<Command>) -> BTreeMap<u32, Trying> {
    let hold = |state: &PartitionSnapshot| {
        let partition = state.partition;
        let counted_from = state.metrics.iter().map(|metric| metric.next_offset).max();
        let offset = counted_from.unwrap_or(state.state.next_offset);
        let (held, reached) = mpsc::channel();
        let _ = told.send(Command::HoldAt { partition, offset, held });
        (partition, Trying::after(reached))
    };
    states.iter().map(hold).collect()
}

/// The states of `partitions` from which the metrics of `plugins` are read, as far as each reaches.
fn states(
    plugins: &[Plugin],
    (overview, partitions): (&Overview, &[u32]),
    reach: impl Fn(u32) -> Reach,
) -> Result<Vec<PartitionSnapshot>, NotBegun> {
    let (mut states, mut gone) = (Vec::new(), BTreeMap::new());
    for number in partitions {
        let Some(partition) = find(&overview.partitions, *number) else { continue };
        match state(plugins, partition, reach(*number)) {
            Ok(state) => states.extend(state),
            Err(records) => drop(gone.insert(*number, records)),
        }
    }
    if gone.is_empty() { Ok(states) } else { Err(NotBegun::Gone(gone)) }
}

/// The state of a partition from which the metrics of `plugins` are read, which are at one place
/// there; `None` means that none of them lags.
fn state(
    plugins: &[Plugin],
    partition: &PartitionSnapshot,
    reach: Reach,
) -> Result<Option<PartitionSnapshot>, RecordsGone> {
    let (mut metrics, mut at) = (Vec::new(), None);
    for plugin in plugins {
        let metric = partition.metric(&plugin.settings().id);
        let metric = metric.filter(|metric| metric.phase.is_lagging());
        let Some(metric) = metric else { continue };
        let Beginning { metric, place, read_from } =
            begin(|origin| Metric::empty(plugin, origin), partition, metric, reach)?;
        at = at.or(Some((place, read_from)));
        metrics.push(metric);
    }
    metrics.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(at.map(|(place, read_from)| partition_at(partition, (&place, read_from), metrics)))
}

impl Reader<'_> {
    /// The metrics that it reads for.
    pub(super) fn metrics(&self) -> &[String] {
        &self.metrics
    }

    /// The outbox that checkpoints and the view take its states from.
    pub(super) fn outbox(&self) -> &Arc<Outbox> {
        &self.outbox
    }

    /// How the reader does not catch up; `None` means that it does.
    pub(super) fn pace(&mut self, now: Instant, overview: &Overview, share: f64) -> Option<Slow> {
        let (own, ..) = self.outbox.read();
        let read = |of: &[Arc<PartitionSnapshot>]| {
            let numbers = self.partitions.keys();
            numbers.filter_map(|number| Some(find(of, *number)?.state.next_offset)).sum::<i64>()
        };
        let (own, of_workers) = (read(&own), read(&overview.partitions));
        let slow = self.pace.look(now, (own, of_workers), share);
        slow.filter(|_| of_workers - own > NEAR)
    }

    /// Lets the reader read up to where the workers are, and hands its metrics over where it is
    /// near.
    pub(super) fn advance(&mut self, workers: &[Told], done: &AtomicBool) {
        let (own, ..) = self.outbox.read();
        let mut metrics = own.iter().flat_map(|partition| &partition.metrics);
        if metrics.any(|metric| metric.phase.is_lagging()) {
            // It crashed, and is read for in smaller batches from where it is.
            self.lasts.store(false, Ordering::Relaxed);
            let _ = self.told.send(Command::Stop);
            return;
        }
        let numbers: Vec<u32> = self.partitions.keys().copied().collect();
        for number in numbers {
            let trying = self.partitions.get_mut(&number).expect("it was just there");
            if !trying.is_counting() {
                continue;
            }
            let Some((worker, outbox)) = worker_of(workers, number) else { continue };
            let (of_worker, ..) = outbox.read();
            let (Some(here), Some(there)) = (find(&own, number), find(&of_worker, number)) else {
                continue;
            };
            let offset = there.state.next_offset;
            let is_near = offset - here.state.next_offset <= NEAR;
            let trying = self.partitions.get_mut(&number).expect("it was just there");
            if !is_near || Instant::now() < trying.next {
                let hold = Command::HoldAt { partition: number, offset, held: mpsc::channel().0 };
                let _ = self.told.send(hold);
                continue;
            }
            match join(worker, &self.told, here, done) {
                Joined::Yes => {
                    self.partitions.remove(&number);
                    let metrics = self.metrics.join("`, `");
                    tracing::info!(partition = number, "metric `{metrics}` has caught up");
                }
                Joined::No(reason) => {
                    tracing::debug!(partition = number, "a metric does not join yet: {reason}");
                    trying.failed();
                }
            }
        }
        if self.partitions.is_empty() {
            let _ = self.told.send(Command::Stop);
        }
    }

    /// How the reader ended; `None` means that it runs.
    pub(super) fn ended(&mut self) -> Option<Result<(), SourceError>> {
        if !self.thread.as_ref().is_some_and(ScopedJoinHandle::is_finished) {
            return None;
        }
        let ended = self.thread.take()?.join();
        // A panic was told, and ends the process.
        Some(ended.unwrap_or(Ok(Finished::Stopped)).map(drop))
    }

    /// Ends the reader, with all that it read published.
    pub(super) fn stop(mut self) {
        self.lasts.store(false, Ordering::Relaxed);
        let _ = self.told.send(Command::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

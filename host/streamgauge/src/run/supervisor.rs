//! One run from start to end: finds its place, starts the workers, stores checkpoints, and brings
//! everything down in order. What is missing outside is waited for; what is wrong is named.

mod side_outputs;
mod topic_watch;

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use streamgauge_core::{Plan, WallClock};

use streamgauge_checkpoint::Checkpointer;
use streamgauge_checkpoint::side_output::SideOutput;
use streamgauge_checkpoint::store::{Checkpoint, StateStore};
use streamgauge_engine::{self as engine, EngineSetup, Finished, Metric, Setup};
use streamgauge_kafka::TopicClient;
use streamgauge_outbox::Outbox;
use streamgauge_pipeline::Pipeline;
use streamgauge_plugin::Plugin;
use streamgauge_source::{LatencyFrom, LogGuard, OffsetCommitter, SourceError};
use streamgauge_telemetry::Telemetry;

use super::cause::Cause;
use super::opening::{Feed, Opening, Parked, Share, Shares};
use super::status::{Phase, RunStatus};

use topic_watch::TopicWatch;

/// How long to wait before trying again what was not there.
const RETRY_EVERY: Duration = Duration::from_secs(1);

/// How often a wait looks whether it should end.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Everything a run is made of.
pub struct Supervisor {
    /// The settings.
    pub pipeline: Arc<Pipeline>,
    /// How records become rows.
    pub plan: Arc<Plan>,
    /// The metrics.
    pub plugins: Vec<Plugin>,
    /// The settings that the state depends on.
    pub state_settings: BTreeMap<String, String>,
    /// What is read.
    pub feed: Feed,
    /// Where state is kept; none: nowhere.
    pub store: Option<Box<dyn StateStore>>,
    /// Whether dead letters and late records are written where the pipeline says.
    pub write_letters: bool,
    /// For the page.
    pub run_status: Arc<RunStatus>,
    /// A wall clock that stands still, for lateness by processing time.
    pub now: Option<WallClock>,
    /// Counts and histograms.
    pub telemetry: Arc<Telemetry>,
    /// Raised from outside to end the run.
    pub stop: Arc<AtomicBool>,
    /// Asks the brokers, from one attempt to the next.
    pub topic_client: OnceCell<Arc<TopicClient>>,
}

impl Supervisor {
    /// Runs until it is told to stop or a bounded source ends.
    ///
    /// # Errors
    /// The run cannot go on, or something is missing and it is not to be waited for. The status says so too.
    pub fn run(&mut self, patience: Patience) -> Result<Finished, SourceError> {
        self.run_status.enter(Phase::Restoring);
        let mut opened = Instant::now();
        loop {
            let error = match self.attempt(patience) {
                Ok(Attempt::Finished(finished)) => {
                    if finished == Finished::Ended {
                        self.run_status.enter(Phase::Ended);
                    }
                    return Ok(finished);
                }
                // At once, but not in a circle without a rest.
                Ok(Attempt::Reopen) => {
                    if opened.elapsed() < RETRY_EVERY && self.pause(RETRY_EVERY) {
                        return Ok(Finished::Stopped);
                    }
                    opened = Instant::now();
                    continue;
                }
                Err(error) => error,
            };
            let shown = Cause::of(&error, &self.pipeline.source);
            match error {
                SourceError::Unavailable { .. } if patience == Patience::Retry => {
                    let waiting = Phase::Waiting(shown);
                    if self.run_status.lock().phase != waiting {
                        tracing::warn!("{error}; trying again every {RETRY_EVERY:?}");
                    }
                    self.run_status.enter(waiting);
                    if self.pause(RETRY_EVERY) {
                        return Ok(Finished::Stopped);
                    }
                }
                error => {
                    if patience == Patience::Retry {
                        tracing::error!("{error}");
                    }
                    self.run_status.enter(Phase::Failed(shown));
                    return Err(error);
                }
            }
        }
    }

    /// Whether the run was told to stop meanwhile.
    fn pause(&self, duration: Duration) -> bool {
        let until = Instant::now() + duration;
        while Instant::now() < until {
            if self.stop.load(Ordering::Relaxed) {
                return true;
            }
            thread::sleep(LOOK_EVERY);
        }
        false
    }

    /// Opens the source and reads until something ends it.
    fn attempt(&mut self, patience: Patience) -> Result<Attempt, SourceError> {
        match self.read(patience) {
            Err(SourceError::Moved { message }) => {
                tracing::warn!("{message}; the source is opened again");
                Ok(Attempt::Reopen)
            }
            result => result,
        }
    }

    fn read(&mut self, patience: Patience) -> Result<Attempt, SourceError> {
        let checkpoint = self.load()?;
        if let Some(store) = &self.store {
            self.run_status.set_history(store.history());
        }
        let opening = Opening {
            pipeline: &self.pipeline,
            plan: &self.plan,
            plugins: &self.plugins,
            resume: checkpoint.as_ref().map_or(&[], |c| &c.partitions),
            topic_client: &self.topic_client,
            answer_timeout: patience.answer_timeout(),
        };
        let opened = opening.open(&self.feed)?;
        let watch = self.topic_watch(patience, opened.partitions());
        let Shares { shares, latency_from, committer, parked, guard } = opened;
        let (guard, differs) = guard.unzip();
        let differs = differs.unwrap_or_default();
        let outlets = self.outlets(checkpoint.as_ref())?;
        let outboxes = fill_outboxes(&shares, &parked);
        let workers_stop = Arc::new(AtomicBool::new(false));
        let mut setups = Vec::new();
        for (number, (share, outbox)) in shares.into_iter().zip(&outboxes).enumerate() {
            setups.push(self.setup(number, share, latency_from, outbox, &workers_stop)?);
        }
        self.show(&outboxes, &parked);
        let mut checkpointer = self.checkpointer(outlets, outboxes, committer);
        checkpointer.guard = guard.map(|guard| Box::new(guard) as Box<dyn LogGuard>);
        let ended = if checkpointer.checkpoint() {
            self.run_status.enter(Phase::Running);
            let stops = Stops { workers: &workers_stop, differs: &differs };
            self.supervise(setups, &mut checkpointer, stops, watch)
        } else if differs.load(Ordering::Relaxed) {
            Err(made_anew())
        } else {
            Err(failed("the first checkpoint could not be stored; see the log".into()))
        };
        self.store = checkpointer.store.take();
        match (ended, parked.first()) {
            // What could be read was read; that a partition is missing is a failure all the same.
            (Ok(Attempt::Finished(Finished::Ended)), Some(first)) => {
                Err(SourceError::Gap(first.gap))
            }
            (ended, _) => ended,
        }
    }

    /// Puts the workers' outboxes, and what stands still, into the status.
    fn show(&self, outboxes: &[Arc<Outbox>], parked: &[Parked]) {
        let cause_of = |parked: &Parked| {
            let shown = Cause::of(&SourceError::Gap(parked.gap), &self.pipeline.source);
            (parked.gap.partition, shown)
        };
        let mut content = self.run_status.lock();
        content.outboxes = outboxes.to_vec();
        let before = std::mem::take(&mut content.parked);
        content.parked = parked.iter().map(cause_of).collect();
        for (partition, cause) in &content.parked {
            if before.get(partition) != Some(cause) {
                tracing::warn!("{}; the other partitions go on", cause.message);
            }
        }
    }

    /// Starts the workers, stores checkpoints while they run, and one when all have ended.
    fn supervise(
        &self,
        setups: Vec<Setup>,
        checkpointer: &mut Checkpointer,
        stops: Stops<'_>,
        mut watch: Option<TopicWatch>,
    ) -> Result<Attempt, SourceError> {
        let every = self.pipeline.checkpoint_every;
        let done = AtomicBool::new(false);
        let mut grown = false;
        let result = thread::scope(|scope| {
            let storing = scope.spawn(|| checkpointer.run(every, &done));
            let spawn = |setup: Setup| {
                let name = format!("worker-{}", setup.number);
                let spawned = thread::Builder::new().name(name);
                spawned.spawn_scoped(scope, || engine::run(setup)).expect("a thread can be started")
            };
            let mut workers: Vec<_> = setups.into_iter().map(spawn).collect();
            let mut result = Ok(Finished::Ended);
            while !workers.is_empty() {
                grown = grown || watch.as_mut().is_some_and(|watch| self.has_grown(watch));
                let differs = stops.differs.load(Ordering::Relaxed);
                if grown || differs || self.stop.load(Ordering::Relaxed) {
                    stops.workers.store(true, Ordering::Relaxed);
                }
                let Some(i) = workers.iter().position(thread::ScopedJoinHandle::is_finished) else {
                    thread::sleep(LOOK_EVERY / 5);
                    continue;
                };
                match joined(workers.swap_remove(i)) {
                    Ok(Finished::Stopped) if result.is_ok() => result = Ok(Finished::Stopped),
                    Ok(_) => {}
                    Err(error) => {
                        stops.workers.store(true, Ordering::Relaxed);
                        result = Err(error);
                    }
                }
            }
            done.store(true, Ordering::Relaxed);
            storing.join().expect("the checkpointer does not panic");
            result
        });
        let is_stored = checkpointer.finish();
        if stops.differs.load(Ordering::Relaxed) {
            return Err(made_anew());
        }
        if !is_stored && result.is_ok() {
            return Err(failed("the last checkpoint could not be stored; see the log".into()));
        }
        let reopen = grown && !self.stop.load(Ordering::Relaxed);
        result.map(|ended| if reopen { Attempt::Reopen } else { Attempt::Finished(ended) })
    }

    fn load(&self) -> Result<Option<Checkpoint>, SourceError> {
        match &self.store {
            None => Ok(None),
            Some(store) => {
                store.load().map_err(|error| failed(format!("{error}; hint: {}", error.hint())))
            }
        }
    }

    fn setup(
        &self,
        number: usize,
        share: Share,
        latency_from: LatencyFrom,
        outbox: &Arc<Outbox>,
        stop: &Arc<AtomicBool>,
    ) -> Result<Setup, SourceError> {
        let Share { source, decoder, partitions } = share;
        let zone = self.pipeline.event_time.zone;
        let metrics = self
            .plugins
            .iter()
            .map(|plugin| Metric::take_up(plugin, &self.plan, zone, &partitions))
            .collect::<Result<_, _>>()
            .map_err(|error| failed(error.to_string()))?;
        let engine = EngineSetup {
            plan: Arc::clone(&self.plan),
            decoder,
            metrics,
            partitions,
            batch: self.pipeline.batch,
            latency_from,
            now: self.now,
            late_output: self.late_output(),
            telemetry: Arc::clone(&self.telemetry),
        };
        let (outbox, stop) = (Arc::clone(outbox), Arc::clone(stop));
        Ok(Setup { number, source, engine, outbox, stop })
    }

    fn checkpointer(
        &mut self,
        (letters, late): (SideOutput, SideOutput),
        outboxes: Vec<Arc<Outbox>>,
        committer: Option<Box<dyn OffsetCommitter>>,
    ) -> Checkpointer {
        Checkpointer {
            store: self.store.take(),
            letters,
            late,
            outboxes,
            settings: self.state_settings.clone(),
            committer,
            guard: None,
            status: Arc::clone(&self.run_status.checkpoints),
        }
    }
}

/// What an attempt to read came to.
enum Attempt {
    /// The run is over.
    Finished(Finished),
    /// The source is to be opened again: there are more partitions, or the log moved.
    Reopen,
}

/// What ends the workers of an attempt.
#[derive(Clone, Copy)]
struct Stops<'a> {
    /// Raised to end them.
    workers: &'a AtomicBool,
    /// Raised when the log is not the one that was opened.
    differs: &'a AtomicBool,
}

fn made_anew() -> SourceError {
    let message = "the topic was made anew while it was read, so what was read since the last \
                   checkpoint is dropped";
    SourceError::Moved { message: message.to_owned() }
}

/// An outbox a worker, with the states of its partitions. Where a new partition begins is part of
/// the state: "latest" must not move at a crash. What stands still is shown and stored with the
/// first worker's.
fn fill_outboxes(shares: &[Share], parked: &[Parked]) -> Vec<Arc<Outbox>> {
    let outboxes: Vec<Arc<Outbox>> = shares.iter().map(|_| Arc::default()).collect();
    for (i, (outbox, share)) in outboxes.iter().zip(shares).enumerate() {
        let stopped = parked.iter().filter(|_| i == 0).map(|parked| &parked.state);
        let states = share.partitions.iter().chain(stopped);
        outbox.lock().snapshots = states.map(|s| (s.partition, Arc::new(s.clone()))).collect();
    }
    outboxes
}

fn joined(
    worker: thread::ScopedJoinHandle<'_, Result<Finished, SourceError>>,
) -> Result<Finished, SourceError> {
    worker
        .join()
        .unwrap_or_else(|_| Err(failed("a worker panicked; this is a fault of streamgauge".into())))
}

/// What to do while something outside is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// Wait and try again.
    Retry,
    /// Give up.
    GiveUp,
}

impl Patience {
    /// How long something outside has to answer: short where it is asked again.
    fn answer_timeout(self) -> Duration {
        match self {
            Self::Retry => Duration::from_millis(700),
            Self::GiveUp => Duration::from_secs(5),
        }
    }
}

fn failed(message: String) -> SourceError {
    SourceError::Failed { message }
}

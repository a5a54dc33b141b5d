//! One run from start to end: finds its place, starts the workers, stores checkpoints, and brings
//! everything down in order. What is missing outside is waited for; what is wrong is named.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use streamgauge_core::{Plan, WallClock};

use crate::board::{Board, Phase, cause};
use crate::checkpoint::{Checkpointer, OffsetCommitter};
use crate::letters::LetterSink;
use crate::metric::Metric;
use crate::outbox::Outbox;
use crate::pipeline::{DeadLetterSettings, Pipeline, SourceSettings};
use crate::plugin::Plugin;
use crate::source::SourceError;
use crate::source::kafka::{TopicClient, letter_producer};
use crate::sources::{Feed, Opening, Share, Shares};
use crate::state::{Checkpoint, StateStore};
use crate::telemetry::Telemetry;
use crate::worker::{self, EngineSetup, Finished, LatencyFrom, Setup};

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
    /// Whether dead letters are written where the pipeline says.
    pub write_letters: bool,
    /// For the page.
    pub board: Arc<Board>,
    /// A wall clock that stands still, for lateness by processing time.
    pub now: Option<WallClock>,
    /// Counts and histograms.
    pub telemetry: Arc<Telemetry>,
    /// Raised from outside to end the run.
    pub stop: Arc<AtomicBool>,
    /// Asks the brokers, from one attempt to the next.
    pub topic_client: OnceCell<TopicClient>,
}

impl Supervisor {
    /// Runs until it is told to stop or a bounded source ends.
    ///
    /// # Errors
    /// The run cannot go on, or something is missing and it is not to be waited for. The board says so too.
    pub fn run(&mut self, patience: Patience) -> Result<Finished, SourceError> {
        self.board.enter(Phase::Restoring);
        loop {
            let error = match self.attempt(patience) {
                Ok(finished) => {
                    if finished == Finished::Ended {
                        self.board.enter(Phase::Ended);
                    }
                    return Ok(finished);
                }
                Err(error) => error,
            };
            let shown = cause(&error, self.cause_args());
            match error {
                SourceError::Unavailable { .. } if patience == Patience::Retry => {
                    let waiting = Phase::Waiting(shown);
                    if self.board.lock().phase != waiting {
                        tracing::warn!("{error}; trying again every {RETRY_EVERY:?}");
                    }
                    self.board.enter(waiting);
                    if self.pause(RETRY_EVERY) {
                        return Ok(Finished::Stopped);
                    }
                }
                error => {
                    if patience == Patience::Retry {
                        tracing::error!("{error}");
                    }
                    self.board.enter(Phase::Failed(shown));
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

    fn attempt(&mut self, patience: Patience) -> Result<Finished, SourceError> {
        let checkpoint = self.load()?;
        if let Some(store) = &self.store {
            self.board.set_history(store.history());
        }
        let opening = Opening {
            pipeline: &self.pipeline,
            plan: &self.plan,
            plugins: &self.plugins,
            resume: checkpoint.as_ref().map_or(&[], |c| &c.partitions),
            topic_client: &self.topic_client,
            answer_timeout: patience.answer_timeout(),
        };
        let Shares { shares, latency_from, committer } = opening.open(&self.feed)?;
        let letters = self.letter_sink(checkpoint.as_ref())?;
        let outboxes: Vec<Arc<Outbox>> = shares.iter().map(|_| Arc::default()).collect();
        // Where a new partition begins is part of the state: "latest" must not move at a crash.
        for (outbox, share) in outboxes.iter().zip(&shares) {
            let states = share.partitions.iter().map(|s| (s.partition, Arc::new(s.clone())));
            outbox.lock().snapshots = states.collect();
        }
        let workers_stop = Arc::new(AtomicBool::new(false));
        let mut setups = Vec::new();
        for (number, (share, outbox)) in shares.into_iter().zip(&outboxes).enumerate() {
            setups.push(self.setup(number, share, latency_from, outbox, &workers_stop)?);
        }
        self.board.lock().outboxes.clone_from(&outboxes);
        let mut checkpointer = self.checkpointer(letters, outboxes, committer);
        let finished = if checkpointer.checkpoint() {
            self.board.enter(Phase::Running);
            self.supervise(setups, &mut checkpointer, &workers_stop)
        } else {
            Err(failed("the first checkpoint could not be stored; see the log".into()))
        };
        self.store = checkpointer.store.take();
        finished
    }

    /// Starts the workers, stores checkpoints while they run, and one when all have ended.
    fn supervise(
        &self,
        setups: Vec<Setup>,
        checkpointer: &mut Checkpointer,
        workers_stop: &AtomicBool,
    ) -> Result<Finished, SourceError> {
        let every = self.pipeline.checkpoint_every;
        let done = AtomicBool::new(false);
        let result = thread::scope(|scope| {
            let storing = scope.spawn(|| checkpointer.run(every, &done));
            let spawn = |setup: Setup| {
                let name = format!("worker-{}", setup.number);
                let spawned = thread::Builder::new().name(name);
                spawned.spawn_scoped(scope, || worker::run(setup)).expect("a thread can be started")
            };
            let mut workers: Vec<_> = setups.into_iter().map(spawn).collect();
            let mut result = Ok(Finished::Ended);
            while !workers.is_empty() {
                if self.stop.load(Ordering::Relaxed) {
                    workers_stop.store(true, Ordering::Relaxed);
                }
                let Some(i) = workers.iter().position(thread::ScopedJoinHandle::is_finished) else {
                    thread::sleep(LOOK_EVERY / 5);
                    continue;
                };
                let ended = workers.swap_remove(i).join();
                let ended = ended.unwrap_or_else(|_| {
                    Err(failed("a worker panicked; this is a fault of streamgauge".into()))
                });
                match ended {
                    Ok(Finished::Stopped) if result.is_ok() => result = Ok(Finished::Stopped),
                    Ok(_) => {}
                    Err(error) => {
                        workers_stop.store(true, Ordering::Relaxed);
                        result = Err(error);
                    }
                }
            }
            done.store(true, Ordering::Relaxed);
            storing.join().expect("the checkpointer does not panic");
            result
        });
        if !checkpointer.finish() && result.is_ok() {
            return Err(failed("the last checkpoint could not be stored; see the log".into()));
        }
        result
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
            telemetry: Arc::clone(&self.telemetry),
        };
        let (outbox, stop) = (Arc::clone(outbox), Arc::clone(stop));
        Ok(Setup { number, source, engine, outbox, stop })
    }

    fn checkpointer(
        &mut self,
        letters: LetterSink,
        outboxes: Vec<Arc<Outbox>>,
        committer: Option<Box<dyn OffsetCommitter>>,
    ) -> Checkpointer {
        Checkpointer {
            store: self.store.take(),
            letters,
            outboxes,
            settings: self.state_settings.clone(),
            committer,
            status: Arc::clone(&self.board.checkpoints),
            telemetry: Arc::clone(&self.telemetry),
        }
    }

    fn letter_sink(&self, checkpoint: Option<&Checkpoint>) -> Result<LetterSink, SourceError> {
        let source = self.pipeline.source.name();
        let covered = checkpoint.map(|c| (c.dead_letter_bytes, c.dead_letters));
        let refused = |reason: String| failed(format!("dead letters: {reason}"));
        match &self.pipeline.dead_letters {
            Some(DeadLetterSettings::File(path)) if self.write_letters => {
                LetterSink::file(path, &source, covered).map_err(|error| failed(error.to_string()))
            }
            Some(DeadLetterSettings::Kafka(topic)) if self.write_letters => {
                let SourceSettings::Kafka(settings) = &self.pipeline.source else {
                    return Err(refused("a topic needs [source.kafka]".into()));
                };
                let producer = letter_producer(settings).map_err(|e| refused(e.to_string()))?;
                let written = covered.map_or(0, |(_, letters)| letters);
                Ok(LetterSink::kafka(producer, topic, &source, written))
            }
            _ => Ok(LetterSink::none(&source)),
        }
    }

    fn cause_args(&self) -> BTreeMap<String, String> {
        let mut args = BTreeMap::new();
        match &self.pipeline.source {
            SourceSettings::Kafka(kafka) => {
                args.insert("brokers".to_owned(), kafka.brokers.clone());
                args.insert("topic".to_owned(), kafka.topic.clone());
            }
            SourceSettings::File(file) => {
                args.insert("path".to_owned(), file.path.display().to_string());
            }
            SourceSettings::Generator(_) => {}
        }
        args
    }
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
    SourceError::Failed { code: "source_failed", message }
}

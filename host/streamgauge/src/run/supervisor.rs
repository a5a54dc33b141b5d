//! One run from start to end: finds its place, starts the workers, stores checkpoints, and brings
//! everything down in order. What is missing outside is waited for; what is wrong is named.

mod clock;
mod ends;
mod outboxes;
mod outcome;
mod parts;
mod reloading;
mod side_outputs;
mod silence;
mod storing;
mod topic_watch;

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::thread;
use std::time::{Duration, Instant};

use streamgauge_core::{PartitionSnapshot, Plan, WallClock};

use streamgauge_checkpoint::Checkpointer;
use streamgauge_checkpoint::store::StateStore;
use streamgauge_engine::{self as engine, Command, Finished, Setup};
use streamgauge_kafka::{TopicClient, TopicIdentity};
use streamgauge_outbox::Outbox;
use streamgauge_pipeline::Pipeline;
use streamgauge_plugin::Plugin;
use streamgauge_source::{LogGuard, SourceError};

use super::cause::Cause;
use super::compactor::Compacting;
use super::edition::Keeping;
use super::fatal;
use super::opening::{Feed, Opening, Parked, Reads, Shares};
use super::patience::Patience;
use super::pulse::{Beat, Pulses};
use super::reloading::Reloading;
use super::status::{Phase, RunStatus};

pub(super) use clock::SystemClock;
use ends::Ends;
use outcome::{Attempt, failed, joined, made_anew};
use silence::{Wait, given_up_now};
pub(super) use topic_watch::Told;
use topic_watch::{TIMEOUT, TopicWatch, has_grown, take_in};

/// How long to wait before trying again what was not there.
const RETRY_EVERY: Duration = Duration::from_secs(1);

/// How often a wait looks whether it should end.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Everything a run is made of.
pub struct Supervisor {
    /// The settings as the file has them.
    pub pipeline: Arc<Pipeline>,
    /// How records become rows.
    pub plan: Arc<Plan>,
    /// The plugins of the metrics, in written order.
    pub plugins: Vec<Plugin>,
    /// The settings that the state depends on.
    pub state_settings: BTreeMap<String, String>,
    /// The records that are read.
    pub feed: Feed,
    /// For whom they are read.
    pub reads: Reads,
    /// Where state is kept; none: nowhere.
    pub store: Option<Box<dyn StateStore>>,
    /// Whether dead letters and late records are written where the pipeline says.
    pub write_letters: bool,
    /// The status of the run, for the page.
    pub run_status: Arc<RunStatus>,
    /// A wall clock that stands still, for lateness by processing time.
    pub now: Option<WallClock>,
    /// Raised from outside to end the run.
    pub stop: Arc<AtomicBool>,
    /// Asks the brokers, from one attempt to the next.
    pub topic_client: OnceCell<Arc<TopicClient>>,
    /// The topic as it was when the log was compared with the state; `None` means no topic, or that
    /// the brokers know no ids.
    pub topic_identity: RefCell<Option<TopicIdentity>>,
    /// The identity of the state, until a stored state tells its own.
    pub identity: String,
    /// The signs of life of the run's threads.
    pub pulses: Pulses,
    /// That of the thread of the supervisor, while it runs.
    pub beat: Option<Arc<Beat>>,
    /// Where a changed pipeline comes from.
    pub reloading: Reloading,
    /// The number of the edition of the state, by which files of letters are named.
    pub edition: u32,
    /// Keeps what the pipeline is made from; `None` means that nothing is kept.
    pub keeping: Option<Keeping>,
}

impl Supervisor {
    /// Runs until it is told to stop or a bounded source ends.
    ///
    /// # Errors
    /// The run cannot go on, or something is missing and it is not to be waited for. The status says so too.
    pub fn run(&mut self, patience: Patience) -> Result<Finished, SourceError> {
        self.beat = Some(self.pulses.watch("supervisor"));
        let ended = self.attempts(patience);
        self.beat = None;
        ended
    }

    fn attempts(&mut self, patience: Patience) -> Result<Finished, SourceError> {
        self.take_over();
        self.run_status.enter(Phase::Restoring);
        let mut opened = Instant::now();
        let mut wait = Wait::new(patience, &self.pipeline.source);
        loop {
            let began = Instant::now();
            self.take_over();
            let error = match self.attempt(patience) {
                Ok(Attempt::Finished(finished)) => {
                    if finished == Finished::Ended {
                        self.run_status.enter(Phase::Ended);
                    }
                    return Ok(finished);
                }
                // At once, but not in a circle without a rest.
                Ok(Attempt::Reopen) => {
                    let is_circle = opened.elapsed() < RETRY_EVERY && !self.reloading.is_asked();
                    if is_circle && self.pause(RETRY_EVERY) {
                        return Ok(Finished::Stopped);
                    }
                    opened = Instant::now();
                    continue;
                }
                Err(error) if self.goes_back(&error) => continue,
                Err(error) => error,
            };
            let shown = Cause::of(&error, &self.pipeline);
            match error {
                error if wait.lasts(&error, began, Instant::now()) => {
                    let is_known = matches!(&self.run_status.lock().phase,
                        Phase::Waiting(known) if known.is_same_trouble(&shown));
                    if !is_known {
                        tracing::warn!("{}; trying again every {RETRY_EVERY:?}", shown.message);
                    }
                    self.run_status.enter(Phase::Waiting(shown));
                    if self.pause(RETRY_EVERY) {
                        return Ok(Finished::Stopped);
                    }
                }
                error => {
                    if patience == Patience::Retry {
                        tracing::error!("{error}");
                    }
                    self.run_status.enter(Phase::Failed(shown));
                    return Err(wait.give_up(error));
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
            self.is_alive();
            thread::sleep(LOOK_EVERY);
        }
        false
    }

    /// A sign of life of the supervisor's thread.
    fn is_alive(&self) {
        self.beat.iter().for_each(|beat| beat.beat(Instant::now()));
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
        self.follow_page();
        let checkpoint = self.load()?;
        self.show_formers(checkpoint.as_ref());
        if let Some(store) = &self.store {
            self.run_status.set_history(store.history());
        }
        if let Some(stored) = checkpoint.as_ref().filter(|stored| !stored.identity.is_empty()) {
            self.identity.clone_from(&stored.identity);
        }
        self.run_status.lock().identity.clone_from(&self.identity);
        let resume = checkpoint.as_ref().map_or(&[][..], |c| &c.partitions);
        self.run_status.sources.clear();
        let mut opening = self.opening(resume, patience.answer_timeout());
        opening.goes_on = self.goes_on(resume);
        let opened = opening.open(&self.feed)?;
        let watch = self.watch(patience);
        let Shares { shares, latency_from, committer, parked, commits, guard } = opened;
        self.run_status.lock().commits = commits;
        let (guard, differs) = guard.unzip();
        let differs = differs.unwrap_or_default();
        let outlets = self.outlets(checkpoint.as_ref())?;
        let outboxes = outboxes::fill(&shares, &parked, &self.run_status.news);
        let lasts = Arc::new(AtomicBool::new(matches!(self.feed, Feed::Pipeline { .. })));
        let with_outboxes = shares.into_iter().zip(&outboxes);
        let setup = |(share, outbox)| self.setup(share, latency_from, outbox, &lasts);
        let workers = with_outboxes.map(setup).collect();
        // The checkpoint holds what the readers of an opening before came to.
        self.run_status.sides.clear();
        self.show(&outboxes, &parked);
        let kept = checkpoint.as_ref().map(|stored| stored.kept.clone()).unwrap_or_default();
        let mut checkpointer = self.checkpointer(outlets, outboxes, committer, kept);
        checkpointer.guard = guard.map(|guard| Box::new(guard) as Box<dyn LogGuard>);
        let ended = match self.first_checkpoint(&mut checkpointer, &differs, patience) {
            Ok(true) => {
                self.run_status.enter(Phase::Running);
                self.is_taken_over().and_then(|()| {
                    self.supervise(workers, &mut checkpointer, &differs, watch, (patience, lasts))
                })
            }
            Ok(false) => Ok(Attempt::Finished(Finished::Stopped)),
            Err(error) => Err(error),
        };
        self.store = checkpointer.store.take();
        match (ended, parked.first()) {
            // What could be read was read; that a partition is missing is a failure all the same.
            (Ok(Attempt::Finished(Finished::Ended)), Some(first)) => {
                Err(SourceError::Gap(first.gap.clone()))
            }
            (ended, _) => ended,
        }
    }

    fn opening<'a>(
        &'a self,
        resume: &'a [Arc<PartitionSnapshot>],
        answer_timeout: Duration,
    ) -> Opening<'a> {
        Opening {
            pipeline: &self.pipeline,
            plan: &self.plan,
            plugins: &self.plugins,
            resume,
            topic_client: &self.topic_client,
            topic_identity: &self.topic_identity,
            sources: &self.run_status.sources,
            identity: &self.identity,
            answer_timeout,
            goes_on: false,
            reads: self.reads,
        }
    }

    /// Watches the topic that is read; `None` where its end is known already.
    fn watch(&self, patience: Patience) -> Option<TopicWatch> {
        let is_followed = matches!(self.feed, Feed::Pipeline { bounded: false });
        let follows = patience == Patience::Retry && is_followed;
        (follows && self.topic_client.get().is_some()).then(TopicWatch::new)
    }

    /// Takes in partitions that have come; whether the source is to be opened again for them.
    fn take_in(&self, watch: &mut TopicWatch, workers: &[Told]) -> bool {
        let Some(client) = self.topic_client.get().filter(|_| watch.is_due()) else { return false };
        let (overview, parked) = self.run_status.look();
        let known = overview.partitions.len();
        if self.run_status.sources.has_trouble() || !has_grown(known, client) {
            return false;
        }
        take_in(known - parked.len(), &self.opening(&overview.partitions, TIMEOUT), workers)
    }

    /// Puts the workers' outboxes, and what stands still, into the status.
    fn show(&self, outboxes: &[Arc<Outbox>], parked: &[Parked]) {
        let cause_of = |parked: &Parked| {
            let shown = Cause::of(&SourceError::Gap(parked.gap.clone()), &self.pipeline);
            (parked.gap.partition, shown)
        };
        let mut content = self.run_status.lock();
        content.replace_outboxes(outboxes.to_vec());
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
        workers: Vec<(Sender<Command>, Setup)>,
        checkpointer: &mut Checkpointer,
        differs: &AtomicBool,
        mut watch: Option<TopicWatch>,
        (patience, lasts): (Patience, Arc<AtomicBool>),
    ) -> Result<Attempt, SourceError> {
        let readers = self.side_readers(lasts);
        let (done, ended) = (AtomicBool::new(false), AtomicBool::new(false));
        let ends = Ends::new();
        self.reloading.handover.wake_me();
        let (mut reopens, mut given_up) = (false, None);
        let result = thread::scope(|scope| {
            let storing = self.store_meanwhile(scope, checkpointer, &done);
            let (told, setups): (Vec<Told>, Vec<_>) = workers
                .into_iter()
                .map(|(told, setup)| ((told, Arc::clone(&setup.outbox)), setup))
                .unzip();
            // A worker that has ended hears nothing any more.
            let stop_all = || told.iter().for_each(|(told, _)| drop(told.send(Command::Stop)));
            let spawn = |(number, setup)| ends.spawn(scope, number, || engine::run(setup));
            let mut running: Vec<_> = setups.into_iter().enumerate().map(spawn).collect();
            let reading = self.look_after(scope, &readers, &told, &ended);
            let _compacting = Compacting::begin(&self.plugins, &told);
            let mut result = Ok(Finished::Ended);
            while !running.is_empty() {
                reopens = reopens
                    || self.reloading.is_asked()
                    || watch.as_mut().is_some_and(|watch| self.take_in(watch, &told));
                let (source, sources) = (&self.pipeline.source, &self.run_status.sources);
                given_up = given_up.take().or_else(|| given_up_now(patience, source, sources));
                if given_up.is_some()
                    || reopens
                    || differs.load(Ordering::Relaxed)
                    || self.stop.load(Ordering::Relaxed)
                {
                    stop_all();
                }
                self.is_alive();
                self.note_joined();
                let Some(i) = running.iter().position(thread::ScopedJoinHandle::is_finished) else {
                    ends.wait(LOOK_EVERY);
                    continue;
                };
                ends.joined();
                match joined(running.swap_remove(i)) {
                    Ok(Finished::Stopped) if result.is_ok() => result = Ok(Finished::Stopped),
                    Ok(_) => {}
                    Err(error) => {
                        stop_all();
                        result = Err(error);
                    }
                }
            }
            ended.store(true, Ordering::Relaxed);
            reading.thread().unpark();
            let read = reading.join().map_err(|_| failed("a side reader panicked".into()));
            done.store(true, Ordering::Relaxed);
            storing.thread().unpark();
            // The panic was told already.
            let stored = storing.join().map_err(|_| failed("the checkpointer panicked".into()));
            stored.and(read).and(result)
        });
        // A panic may have left anything behind; the stored state is whole.
        let is_stored =
            fatal::cause().is_none() && self.stored_last(checkpointer, reopens, differs);
        if differs.load(Ordering::Relaxed) {
            return Err(made_anew());
        }
        if !is_stored && result.is_ok() {
            return Err(failed(format!(
                "the last checkpoint could not be stored: {}; the one before stays",
                self.failure()
            )));
        }
        if let (Some(error), Ok(_)) = (given_up, &result) {
            return Err(error);
        }
        reopens &= !self.stop.load(Ordering::Relaxed);
        result.map(|ended| if reopens { Attempt::Reopen } else { Attempt::Finished(ended) })
    }
}

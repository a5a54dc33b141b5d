//! An edition that is being built: a second supervisor in a thread, with a status, a store and files
//! of letters of its own, which nobody is shown and which tells the group nothing. It takes a share
//! of a core.

use std::cell::{OnceCell, RefCell};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use streamgauge_checkpoint::store::{EmbeddedStore, Keep, StateReader, StateStore};
use streamgauge_engine::Finished;
use streamgauge_outbox::Overview;
use streamgauge_pipeline::{OutletSettings, Pipeline, Workers};
use streamgauge_source::SourceError;

use crate::run::opening::{Feed, Reads};
use crate::run::patience::Patience;
use crate::run::prepare::Prepared;
use crate::run::pulse::Pulses;
use crate::run::reloading::Reloading;
use crate::run::status::{Phase, RunStatus};
use crate::run::supervisor::Supervisor;

/// Records behind the pipeline that is shown at which an edition takes its place: what is left is
/// read in a part of a second.
const NEAR: i64 = 20_000;

/// How long an edition that is near may go on to read the rest before it takes the place.
const REST: Duration = Duration::from_secs(1);

/// A build that runs.
pub(super) struct Build {
    pub(super) edition: u32,
    /// The pipeline that is to be in force.
    pub(super) next: Prepared,
    pub(super) run_status: Arc<RunStatus>,
    pub(super) reader: StateReader,
    /// True if the offsets of the pipeline that is shown are those of the same log.
    is_same_log: bool,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<(Supervisor, Result<Finished, SourceError>)>,
    began: (Instant, u64),
    /// Since when it is near.
    near: Option<Instant>,
}

/// How far a build is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Progress {
    /// The records that were read.
    pub(super) read: u64,
    /// The records a second since the build began, or went on.
    pub(super) rate: u64,
    /// The offsets that are still to be read.
    pub(super) behind: u64,
    pub(super) is_near: bool,
}

impl Build {
    /// Begins to build edition `edition` of `next` in `store`.
    pub(super) fn begin(
        (edition, next): (u32, Prepared),
        store: EmbeddedStore,
        (identity, pulses): (&str, &Pulses),
        is_same_log: bool,
    ) -> Self {
        let mut pipeline = Pipeline::clone(&next.pipeline);
        pipeline.workers = Workers::Fixed(NonZeroUsize::MIN);
        // A topic gets nothing of an edition that may never be shown.
        let is_topic = |outlet: &OutletSettings| matches!(outlet, OutletSettings::Kafka(_));
        pipeline.dead_letters = pipeline.dead_letters.filter(|outlet| !is_topic(outlet));
        pipeline.late_output = pipeline.late_output.filter(|outlet| !is_topic(outlet));
        let (run_status, stop) = (Arc::new(RunStatus::new()), Arc::new(AtomicBool::new(false)));
        let store = store.keeping(Keep::new(&pipeline));
        let reader = store.reader();
        let mut supervisor = Supervisor {
            pipeline: Arc::new(pipeline),
            plan: Arc::clone(&next.plan),
            plugins: next.plugins.clone(),
            state_settings: next.state_settings(),
            feed: Feed::Pipeline { bounded: false },
            reads: Reads::Aside,
            store: Some(Box::new(store)),
            write_letters: true,
            run_status: Arc::clone(&run_status),
            now: None,
            stop: Arc::clone(&stop),
            topic_client: OnceCell::new(),
            topic_identity: RefCell::default(),
            identity: identity.to_owned(),
            pulses: pulses.clone(),
            beat: None,
            reloading: Reloading::new(&next),
            edition,
            keeping: None,
        };
        let named = thread::Builder::new().name(format!("edition-{edition}"));
        let built = move || {
            let ended = supervisor.run(Patience::Retry);
            (supervisor, ended)
        };
        let thread = named.spawn(built).expect("a thread can be started");
        let (began, near) = ((Instant::now(), 0), None);
        Self { edition, next, run_status, reader, is_same_log, stop, thread, began, near }
    }

    /// How far the build is behind the pipeline whose status is `shown`.
    pub(super) fn progress(&mut self, shown: &RunStatus) -> Progress {
        let (own, parked) = self.run_status.look();
        let read: u64 = own.partitions.iter().map(|state| state.state.accounting.read).sum();
        if self.began.1 == 0 {
            // What was read before the process began tells nothing of the rate.
            self.began = (Instant::now(), read.max(1));
        }
        let seconds = self.began.0.elapsed().as_secs_f64().max(0.1);
        let rate = (read.saturating_sub(self.began.1) as f64 / seconds) as u64;
        let runs = self.run_status.lock().phase == Phase::Running || self.is_over();
        let ends = self.ends(&own, shown);
        let behind = |(next, end): &(i64, Option<i64>)| end.map(|end| (end - next).max(0));
        let all: Option<Vec<i64>> = ends.iter().map(behind).collect();
        let is_known = runs && !own.partitions.is_empty() && parked.is_empty();
        let most = all.as_ref().and_then(|all| all.iter().max()).copied().unwrap_or(0);
        let behind = all.as_ref().map_or(0, |all| all.iter().sum::<i64>());
        let is_near = is_known && all.is_some() && most <= NEAR;
        let since = self.near.filter(|_| is_near).or_else(|| is_near.then(Instant::now));
        self.near = since;
        let has_rested = since.is_some_and(|since| since.elapsed() >= REST);
        let is_near = is_near && (most == 0 || has_rested || self.is_over());
        Progress { read, rate, behind: behind.unsigned_abs(), is_near }
    }

    /// The next offset of each partition, and the end that it is to come near to: where the pipeline
    /// that is shown reads the partition, its place; else the end of the log.
    fn ends(&self, own: &Overview, shown: &RunStatus) -> Vec<(i64, Option<i64>)> {
        let (there, parked) = shown.look();
        let is_read = matches!(shown.lock().phase, Phase::Running | Phase::Ended);
        let log_end = |number: u32| own.levels.log_ends.get(&number).copied().flatten();
        let place = |number: u32| {
            let state = there.partitions.iter().find(|state| state.partition == number);
            state.filter(|_| self.is_same_log).map(|state| state.state.next_offset)
        };
        let end = |number: u32| {
            let is_read = is_read && !parked.contains_key(&number);
            let place = place(number).filter(|_| is_read);
            place.or_else(|| log_end(number)).or_else(|| self.is_over().then_some(0))
        };
        let mut ends: Vec<(i64, Option<i64>)> =
            own.partitions.iter().map(|s| (s.state.next_offset, end(s.partition))).collect();
        // One that is shown and was not found here yet.
        let is_here = |number| own.partitions.iter().any(|state| state.partition == number);
        let is_missing = self.is_same_log
            && there
                .partitions
                .iter()
                .any(|state| !is_here(state.partition) && !parked.contains_key(&state.partition));
        if is_missing {
            ends.push((0, None));
        }
        ends
    }

    /// True once the thread has ended by itself.
    pub(super) fn is_over(&self) -> bool {
        self.thread.is_finished()
    }

    /// Ends the build with a last checkpoint, and gives its store back.
    ///
    /// # Errors
    /// It failed.
    pub(super) fn end(self) -> Result<Box<dyn StateStore>, String> {
        self.stop.store(true, Ordering::Relaxed);
        // A panic was told, and ends the process.
        let Ok((mut supervisor, ended)) = self.thread.join() else {
            return Err("its thread panicked".to_owned());
        };
        ended.map_err(|error| error.to_string())?;
        supervisor.store.take().ok_or_else(|| "its store is gone".to_owned())
    }

    /// Asks the build to end, without waiting for it.
    pub(super) fn ask_to_end(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Why the build cannot go on; `None` means that it can.
    pub(super) fn trouble(&self) -> Option<String> {
        let (_, parked) = self.run_status.look();
        parked.into_values().next().map(|cause| cause.message)
    }
}

//! What changes a pipeline that runs: its files, and editions of the state that are built beside it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::run::cause::Cause;
use crate::run::current::Current;
use crate::run::edition::{Loss, Rebuilder};
use crate::run::handover::Handover;
use crate::run::prepare::Prepared;
use crate::run::pulse::Pulses;
use crate::run::reload::{Load, Look, Reloader};
use crate::run::reloading::Next;
use crate::run::status::RunStatus;

/// How long the end of a run waits for the last checkpoint of what is being built.
const END_OF_BUILD: Duration = Duration::from_secs(5);

/// How a run takes over changed files.
pub(in crate::cli) struct Reloads {
    /// Reads the pipeline as at the start.
    pub(in crate::cli) load: Box<Load>,
    /// The pipeline file as it was before it was read at the start.
    pub(in crate::cli) first: Look,
    /// Whether files are watched; a request is heard in any case.
    pub(in crate::cli) watches: Watches,
    /// Settings that the command line sets in the place of the file.
    pub(in crate::cli) overridden: Vec<String>,
    /// What the run begins with in the place of the files.
    pub(in crate::cli) instead: Instead,
}

/// What makes a run look at its files again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Watches {
    /// A change of theirs, and requests.
    Files,
    /// Requests, as their files are for somebody else to watch.
    Nothing,
}

/// What a run begins with in the place of its files.
#[derive(Default)]
pub(in crate::cli) enum Instead {
    /// With the files themselves.
    #[default]
    Files,
    /// With what was taken over last; what is wrong with the files, if anything.
    LastGood(Option<Cause>),
    /// With what was taken over last, while an edition of the files is built in the background.
    Building(Box<Prepared>, Loss),
}

/// How often one thread looks at what others do.
pub(super) const TICK: Duration = Duration::from_millis(100);

/// Looks after what is being built until `done` is raised, in a thread.
pub(super) fn build(
    rebuilder: Arc<Rebuilder>,
    done: &Arc<AtomicBool>,
) -> (Arc<Rebuilder>, JoinHandle<()>) {
    let (done, attended) = (Arc::clone(done), Arc::clone(&rebuilder));
    let attend = move || {
        while !done.load(Ordering::Relaxed) {
            attended.attend();
            thread::sleep(TICK);
        }
        attended.end();
    };
    let named = thread::Builder::new().name("editions".to_owned());
    let thread = named.spawn(attend).expect("a thread can be started");
    (rebuilder, thread)
}

/// Ends what is being built, with a last checkpoint.
pub(super) fn end_of_build((rebuilder, thread): (Arc<Rebuilder>, JoinHandle<()>)) {
    rebuilder.ask_to_end();
    let asked = Instant::now();
    // One that is just being put in its place is waited for by nobody: it is there or not.
    while !thread.is_finished() && asked.elapsed() < END_OF_BUILD {
        thread::sleep(TICK);
    }
}

/// What changes the pipeline that runs: its files, and editions that are built.
pub(super) fn changers(
    Reloads { load, first, instead, .. }: Reloads,
    (status, pulses): (&Arc<RunStatus>, &Pulses),
    (current, handover): (&Arc<Current>, &Arc<Handover<Next>>),
) -> (Arc<Reloader>, Arc<Rebuilder>) {
    let reloader = Arc::new(Reloader::new(load, (current, handover), status, first));
    let rebuilder = Arc::new(Rebuilder::new(&reloader, current, status, pulses));
    match instead {
        Instead::Files => {}
        Instead::LastGood(differs) => reloader.leave_files(differs),
        Instead::Building(next, loss) => {
            reloader.leave_files(None);
            rebuilder.begin_when_possible(*next, loss);
        }
    }
    (reloader, rebuilder)
}

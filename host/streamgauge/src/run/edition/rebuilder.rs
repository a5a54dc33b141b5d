//! Another edition of the state, built beside the pipeline that runs: begun where somebody asks for
//! it or the last start left one, looked after until it has caught up, and put in the place of the
//! one that is shown by the way of every reload.
//!
//! Invariant: one build at a time. The edition that is shown counts on until the switch, and stays
//! where it is after it.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use streamgauge_checkpoint::editions::Editions;
use streamgauge_checkpoint::store::Checkpoint;
use streamgauge_core::LatenessClock;
use streamgauge_pipeline::changed_settings;
use streamgauge_server::control::NotDone;
use streamgauge_wire::Done;

use super::begin::{Begun, Loss, NotBegun, Prepare, new_edition, prepare_edition};
use super::build::{Build, Progress};
use super::seed::Seed;
use super::{keep_files, kept_of, made_from};
use crate::run::cause::{Cause, CauseCode};
use crate::run::current::Current;
use crate::run::prepare::Prepared;
use crate::run::pulse::Pulses;
use crate::run::reload::{By, Reloader, keep_for_life};
use crate::run::reloading::Switch;
use crate::run::status::{Phase, RunStatus};

/// How often a build that could not begin is tried again.
const RETRY_EVERY: Duration = Duration::from_secs(2);

/// How often the progress is told in the log.
const TELL_EVERY: Duration = Duration::from_secs(30);

/// Builds editions.
pub struct Rebuilder {
    reloader: Arc<Reloader>,
    current: Arc<Current>,
    run_status: Arc<RunStatus>,
    pulses: Pulses,
    work: Mutex<Work>,
}

#[derive(Default)]
struct Work {
    /// What the start asked for, until it can begin.
    waits: Option<(Prepared, Loss)>,
    tried: Option<Instant>,
    build: Option<Build>,
    told: Option<Instant>,
    /// How often a changed pipeline had been taken over at the last look.
    reloads: u64,
}

impl Rebuilder {
    /// Builds editions beside the run of `current`.
    pub fn new(
        reloader: &Arc<Reloader>,
        current: &Arc<Current>,
        run_status: &Arc<RunStatus>,
        pulses: &Pulses,
    ) -> Self {
        Self {
            reloader: Arc::clone(reloader),
            current: Arc::clone(current),
            run_status: Arc::clone(run_status),
            pulses: pulses.clone(),
            work: Mutex::default(),
        }
    }

    /// Builds an edition of `next` as soon as that is possible.
    pub fn begin_when_possible(&self, next: Prepared, loss: Loss) {
        self.lock().waits = Some((next, loss));
    }

    /// Builds an edition of the pipeline file as it is now.
    ///
    /// # Errors
    /// Nothing is built, for a reason that [`NotDone`] tells.
    pub fn rebuild(&self, by: By, loss: Loss) -> Result<Done, NotDone> {
        let next = self.reloader.load_file(by)?;
        let mut work = self.lock();
        work.waits = None;
        let begun = self.begin(&mut work, next, loss).map_err(|not| {
            let (NotBegun::Later(why) | NotBegun::No(why)) = not;
            NotDone::Conflict(format!("nothing is built, and the pipeline runs on: {why}"))
        })?;
        tracing::info!("{begun}, as {} asked", by.name());
        let message = format!(
            "{begun}; the pipeline that runs counts on and is shown until then, and `streamgauge \
             state list` tells how far it is"
        );
        Ok(Done { message, ..Done::default() })
    }

    fn begin(&self, work: &mut Work, mut next: Prepared, loss: Loss) -> Result<String, NotBegun> {
        let now = self.current.get();
        let now = &now.prepared;
        keep_for_life(&now.pipeline, Arc::make_mut(&mut next.pipeline));
        if next.pipeline.lateness.clock == LatenessClock::Processing {
            return Err(NotBegun::No(
                "with `lateness.clock = \"processing\"` records cannot be counted a second time"
                    .to_owned(),
            ));
        }
        if let Some(build) = work.build.as_ref().filter(|build| is_of(&next, &build.next)) {
            return Ok(format!("edition {} of the state is being built already", build.edition));
        }
        let dir = next.pipeline.state_dir.clone();
        let partitions = self.run_status.overview().partitions;
        let identity = self.run_status.lock().identity.clone();
        let settings = now.state_settings();
        let old = Checkpoint { settings, partitions, identity, ..Checkpoint::default() };
        let prepared = prepare_edition(&next, &old, loss, work.build.is_none())?;
        // Superseded: what was built so far is of no use.
        if let Some(build) = work.build.take() {
            let edition = build.edition;
            drop(build.end());
            drop_edition(&dir, edition);
        }
        let Begun { edition, store, words } = match prepared {
            Prepare::GoOn(begun) => begun,
            Prepare::New(seed) => new_edition(&next, &old, seed)?,
        };
        keep_files(&dir, &next);
        if let Some(made_from) = kept_of(&dir, &next) {
            Editions::read(&dir)?.note(edition, made_from)?;
        }
        let is_same_log = Seed::is_same_log(&next, &old);
        let build =
            Build::begin((edition, next), store, (&old.identity, &self.pulses), is_same_log);
        work.build = Some(build);
        work.told = Some(Instant::now());
        work.reloads = self.reloader.reloads();
        // That the file was not taken over is being mended.
        self.run_status.acts.warn(Vec::new());
        self.run_status.acts.note("rebuild_begun", Some(edition.to_string()), None);
        Ok(words)
    }

    /// Looks after the build. To be called again and again.
    pub fn attend(&self) {
        let mut work = self.lock();
        self.begin_waiting(&mut work);
        self.end_of_other_files(&mut work);
        let Some(build) = work.build.as_mut() else { return };
        let trouble = build.trouble();
        let progress = build.progress(&self.run_status);
        self.tell(&mut work, progress);
        let Some(build) = work.build.as_ref() else { return };
        let failed = matches!(build.run_status.lock().phase, Phase::Failed(_));
        if failed || trouble.is_some() || (build.is_over() && !progress.is_near) {
            let build = work.build.take().expect("it was just there");
            let edition = build.edition;
            let why = build.end().err().or(trouble);
            self.failed(edition, &why.unwrap_or_else(|| "it ended too early".to_owned()));
        } else if progress.is_near && self.run_status.checkpoints.failing().is_none() {
            let build = work.build.take().expect("it was just there");
            self.switch(build);
        }
    }

    /// Ends what is being built, with a last checkpoint: the next start goes on from there.
    pub fn end(&self) {
        let mut work = self.lock();
        work.waits = None;
        if let Some(build) = work.build.take() {
            drop(build.end());
        }
    }

    /// Asks what is being built to end, without waiting for it.
    pub fn ask_to_end(&self) {
        if let Ok(work) = self.work.try_lock() {
            work.build.iter().for_each(Build::ask_to_end);
        }
    }

    /// Ends the build of another pipeline where a reload was taken over since: the file is that of
    /// the edition that is shown again.
    fn end_of_other_files(&self, work: &mut Work) {
        let reloads = self.reloader.reloads();
        if std::mem::replace(&mut work.reloads, reloads) == reloads {
            return;
        }
        let now = self.current.get();
        let now = now.prepared.pipeline.state_settings();
        let is_other = |build: &mut Build| {
            !changed_settings(&now, &build.next.pipeline.state_settings()).is_empty()
        };
        if let Some(build) = work.build.take_if(is_other) {
            let edition = build.edition;
            drop(build.end());
            self.failed(edition, "the pipeline file is that of the edition that runs again");
        }
    }

    fn begin_waiting(&self, work: &mut Work) {
        let is_due = work.tried.is_none_or(|tried| tried.elapsed() >= RETRY_EVERY);
        let Some((next, loss)) = work.waits.clone().filter(|_| is_due) else { return };
        work.tried = Some(Instant::now());
        match self.begin(work, next, loss) {
            Ok(words) => {
                tracing::info!("{words}");
                work.waits = None;
            }
            Err(NotBegun::Later(why)) => tracing::debug!("no edition can be built yet: {why}"),
            Err(NotBegun::No(why)) => {
                work.waits = None;
                let message = format!(
                    "the pipeline of the file is not built, and the one before runs: {why}"
                );
                tracing::error!("{message}");
                let args = [("reason", why), ("place", String::new()), ("faults", "1".to_owned())];
                let cause = Cause::warning(CauseCode::ReloadRefused, message, &args);
                self.run_status.acts.warn(vec![cause]);
            }
        }
    }

    fn tell(&self, work: &mut Work, progress: Progress) {
        let Some(build) = &work.build else { return };
        let Progress { read, rate, behind, .. } = progress;
        let edition = build.edition;
        let message = format!(
            "edition {edition} of the state is being built in the background: {read} records read, \
             {rate} a second, {behind} behind"
        );
        let args = [
            ("edition", edition.to_string()),
            ("read", read.to_string()),
            ("rate", rate.to_string()),
            ("behind", behind.to_string()),
        ];
        if work.told.is_none_or(|told| told.elapsed() >= TELL_EVERY) {
            tracing::info!("{message}");
            work.told = Some(Instant::now());
        }
        self.run_status.acts.tell_building(Some(Cause::warning(
            CauseCode::Rebuilding,
            message,
            &args,
        )));
    }

    fn failed(&self, edition: u32, why: &str) {
        self.run_status.acts.tell_building(None);
        tracing::warn!("edition {edition} of the state is not built any further: {why}");
        self.run_status.acts.note("rebuild_ended", Some(edition.to_string()), None);
    }

    /// Puts the edition that was built in the place of the one that is shown.
    fn switch(&self, build: Build) {
        let (edition, next) = (build.edition, build.next.clone());
        let reader = Some(build.reader.clone());
        let store = match build.end() {
            Ok(store) => store,
            Err(why) => return self.failed(edition, &why),
        };
        match self.reloader.switch(&next, Switch { edition, store, reader }) {
            Ok(()) => {
                self.run_status.acts.tell_building(None);
                self.run_status.acts.note("switched", Some(edition.to_string()), None);
            }
            Err(why) => self.failed(edition, &why),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// True if both are pipelines of one edition.
fn is_of(one: &Prepared, other: &Prepared) -> bool {
    made_from(one).is_same(&made_from(other))
}

fn drop_edition(dir: &Path, edition: u32) {
    let dropped = Editions::read(dir).and_then(|mut editions| editions.drop_edition(edition));
    match dropped {
        Ok(()) => tracing::info!("edition {edition} of the state is superseded, and dropped"),
        Err(error) => {
            tracing::warn!("edition {edition} of the state could not be dropped: {error}");
        }
    }
}

//! A changed pipeline taken over while it runs: read and checked as a whole, away from the workers,
//! and handed to the supervisor only if nothing is wrong. Otherwise the pipeline runs on as it was,
//! and the faults stand with their places in the log, in the API and on the page until a later file
//! is right.
//!
//! Invariant: one reload at a time, and between two of them nothing of a pipeline that was refused is
//! in force.

mod watch;
mod words;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use streamgauge_checkpoint::store::Checkpoint;
use streamgauge_core::{PartitionSnapshot, digest_of};
use streamgauge_pipeline::{Diagnostics, Pipeline, SourceSettings};
use streamgauge_server::control::{Asker, NotDone};
use streamgauge_wire::{Difference, Done};

use super::cause::Cause;
use super::current::{Active, Current};
use super::difference::{Outline, difference};
use super::edition;
use super::gone::gone;
use super::handover::{Handover, Outcome};
use super::prepare::{Held, Prepared};
use super::reloading::{Next, Switch};
use super::status::RunStatus;

pub use watch::Look;
use watch::Watch;
pub use words::{not_in_force, of_faults};

/// How long a reload waits until pages show the changed pipeline.
const SHOWN_WITHIN: Duration = Duration::from_secs(1);

/// How long a reload waits until the changed pipeline reads.
const OPENED_WITHIN: Duration = Duration::from_secs(30);

/// Reads a pipeline as the run read it at its start.
pub type Load = dyn Fn() -> Result<Prepared, Diagnostics> + Send + Sync;

/// Who asks for a reload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// A file that changed.
    File,
    /// A signal to the process, SIGHUP.
    Signal,
    /// A request to the server.
    Asker(Asker),
}

/// What is to happen where nothing differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenEqual {
    /// The pipeline is left as it is.
    Leave,
    /// The sources are opened again all the same.
    Reopen,
}

/// Takes over changed pipelines.
pub struct Reloader {
    load: Box<Load>,
    current: Arc<Current>,
    handover: Arc<Handover<Next>>,
    /// How often a changed pipeline was taken over.
    reloads: AtomicU64,
    run_status: Arc<RunStatus>,
    /// Held during a reload.
    watch: Mutex<Watch>,
}

impl By {
    /// The words for the log.
    pub fn name(self) -> &'static str {
        match self {
            Self::File => "a changed file",
            Self::Signal => "SIGHUP",
            Self::Asker(asker) => asker.name(),
        }
    }
}

impl Reloader {
    /// A reloader of the run of `current`, whose pipeline file was read after `first` was taken.
    pub fn new(
        load: Box<Load>,
        (current, handover): (&Arc<Current>, &Arc<Handover<Next>>),
        run_status: &Arc<RunStatus>,
        first: Look,
    ) -> Self {
        let active = current.get();
        let path = active.prepared.pipeline.path.clone();
        let mut watch = Watch::new(&path, first);
        follow(&mut watch, &active.prepared);
        Self {
            load,
            current: Arc::clone(current),
            handover: Arc::clone(handover),
            reloads: AtomicU64::new(0),
            run_status: Arc::clone(run_status),
            watch: Mutex::new(watch),
        }
    }

    /// The run began with what is kept in the place of the files: they are left as they are until one
    /// of them changes, and `differs` says what is wrong with them.
    pub fn leave_files(&self, differs: Option<Cause>) {
        let mut watch = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
        watch.tell_all();
        self.run_status.acts.warn(differs.into_iter().collect());
    }

    /// How often a changed pipeline was taken over.
    pub fn reloads(&self) -> u64 {
        self.reloads.load(Ordering::Relaxed)
    }

    /// The pipeline of the files as they are now, for another edition of the state.
    ///
    /// # Errors
    /// Something in the files is wrong.
    pub fn load_file(&self, by: By) -> Result<Prepared, NotDone> {
        let mut watch = self.turn()?;
        watch.tell_all();
        (self.load)().map_err(|faults| self.refused(by, &faults))
    }

    /// Puts `next`, with an edition of the state that was built for it, in the place of the pipeline
    /// that runs.
    ///
    /// # Errors
    /// The pipeline runs on as it was, for this reason.
    pub fn switch(&self, next: &Prepared, switch: Switch) -> Result<(), String> {
        let mut watch = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
        let edition = switch.edition;
        let given = Next { prepared: next.clone(), switch: Some(switch) };
        let how = match self.handover.give(given, OPENED_WITHIN) {
            Outcome::Runs { paused } => words::paused(paused),
            Outcome::Waits(why) => format!("it waits: {why}"),
            Outcome::WentBack(why) => return Err(format!("it could not be opened: {why}")),
            Outcome::NotTaken => return Err("the run has ended or is busy".to_owned()),
        };
        tracing::info!("edition {edition} of the state is shown now; {how}");
        self.run_status.acts.warn(Vec::new());
        // What was saved while it was built is taken over like every change.
        follow(&mut watch, next);
        let _ = self.reload_with(&mut watch, By::File, WhenEqual::Leave);
        Ok(())
    }

    /// Takes over what a changed file says. To be called again and again: a file counts as changed
    /// once it stands still from one call to the next.
    pub fn look(&self) {
        let mut watch = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
        if watch.has_changed() {
            // What came of it is told where it is found.
            let _ = self.reload_with(&mut watch, By::File, WhenEqual::Leave);
        }
    }

    /// Takes over the pipeline file and the plugins as they are now.
    ///
    /// # Errors
    /// The pipeline runs on as it was, for a reason that [`NotDone`] tells.
    pub fn reload(&self, by: By, when_equal: WhenEqual) -> Result<Done, NotDone> {
        let mut watch = self.turn()?;
        self.reload_with(&mut watch, by, when_equal)
    }

    fn turn(&self) -> Result<MutexGuard<'_, Watch>, NotDone> {
        match self.watch.try_lock() {
            Ok(watch) => Ok(watch),
            Err(TryLockError::Poisoned(poisoned)) => Ok(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => {
                Err(NotDone::Busy("the pipeline is being changed already".to_owned()))
            }
        }
    }

    fn reload_with(
        &self,
        watch: &mut Watch,
        by: By,
        when_equal: WhenEqual,
    ) -> Result<Done, NotDone> {
        watch.tell_all();
        let active = self.current.get();
        let next = (self.load)().and_then(|next| self.checked(&active, next));
        let (next, changes) = match next {
            Ok(checked) => checked,
            Err(faults) => return Err(self.refused(by, &faults)),
        };
        follow(watch, &next);
        words::warn_of_settings(&next);
        if is_in_force(&changes) && when_equal == WhenEqual::Leave {
            return Ok(self.left(by, changes));
        }
        if let Some(failing) = self.run_status.checkpoints.failing() {
            let reason = failing.reason;
            return Err(self.conflict(
                by,
                format!(
                    "no checkpoint can be stored, and a pipeline changes only after one: {reason}"
                ),
            ));
        }
        if is_of_the_page(&changes) {
            edition::take_over_page(&next.pipeline.state_dir, &next);
            self.current.replace_page(next);
            return Ok(self.taken_over(by, changes, None, words::NOT_PAUSED.to_owned()));
        }
        edition::keep_files(&next.pipeline.state_dir, &next);
        // A log that cannot be asked now says so when it is read.
        let partitions = self.run_status.overview().partitions;
        let gone = gone(&next.pipeline, &partitions, &changes).ok().flatten();
        match self.handover.give(Next { prepared: next, switch: None }, OPENED_WITHIN) {
            Outcome::Runs { paused } => {
                Ok(self.taken_over(by, changes, gone, words::paused(paused)))
            }
            Outcome::Waits(why) => {
                Ok(self.taken_over(by, changes, gone, format!("it waits: {why}")))
            }
            Outcome::WentBack(why) => {
                Err(self.conflict(by, format!("it could not be opened: {why}")))
            }
            Outcome::NotTaken => {
                Err(self.conflict(by, "the run has ended or is busy; start it anew".to_owned()))
            }
        }
    }

    /// `next` as it can be in force, and what that changes.
    fn checked(
        &self,
        active: &Active,
        mut next: Prepared,
    ) -> Result<(Prepared, Difference), Diagnostics> {
        let now = &active.prepared;
        let partitions = self.run_status.overview().partitions;
        let changes = changes((now, &partitions), &next);
        keep_for_life(&now.pipeline, Arc::make_mut(&mut next.pipeline));
        // The only place of a reload that asks whether the state fits.
        let settings = now.state_settings();
        let checkpoint = Checkpoint { settings, partitions, ..Checkpoint::default() };
        next.check_state(&checkpoint, Held::Records)?;
        Ok((next, changes))
    }

    /// Nothing of what changed is in force before a restart.
    fn left(&self, by: By, changes: Difference) -> Done {
        let before = self.run_status.acts.warnings();
        let warnings = words::restart(&changes);
        if before != warnings || by != By::File {
            tracing::info!("as {} asked: {}", by.name(), words::on_one_line(&changes));
        }
        self.run_status.acts.warn(warnings);
        Done { message: changes.text(), difference: changes }
    }

    fn taken_over(&self, by: By, changes: Difference, gone: Option<String>, how: String) -> Done {
        self.reloads.fetch_add(1, Ordering::Relaxed);
        // Who asks next is answered from the pipeline that was taken over.
        self.current.wait_until_shown(SHOWN_WITHIN);
        let line = words::on_one_line(&changes);
        tracing::info!("the pipeline was reloaded, as {} asked: {line}; {how}", by.name());
        if let Some(gone) = &gone {
            tracing::warn!("{gone}");
        }
        self.run_status.acts.warn(words::restart(&changes));
        self.run_status.acts.note("reloaded", words::subjects(&changes), None);
        let lines = [Some(changes.text()), gone, Some(how)];
        let message = lines.into_iter().flatten().collect::<Vec<_>>().join("\n");
        Done { message, difference: changes }
    }

    /// The faults of a pipeline that is not taken over, told once.
    fn refused(&self, by: By, faults: &Diagnostics) -> NotDone {
        self.warn(by, words::of_faults(faults), words::lines(faults));
        NotDone::Wrong { text: faults.render(false), diagnostics: faults.to_json() }
    }

    fn conflict(&self, by: By, why: String) -> NotDone {
        let cause = words::refused(&why, "", 1);
        let text = cause.message.clone();
        self.warn(by, cause, vec![why]);
        NotDone::Conflict(text)
    }

    fn warn(&self, by: By, cause: Cause, lines: Vec<String>) {
        let acts = &self.run_status.acts;
        if acts.warnings().contains(&cause) {
            return;
        }
        let asked = by.name();
        tracing::warn!("the pipeline was not reloaded, as {asked} asked, and runs on as it was");
        for line in lines {
            tracing::warn!("{line}");
        }
        acts.note("reload_refused", None, Some(cause.clone()));
        acts.warn(vec![cause]);
    }
}

fn follow(watch: &mut Watch, prepared: &Prepared) {
    let plugins = prepared.plugins.iter();
    let plugins = plugins.map(|plugin| (plugin.settings().plugin.as_path(), plugin.digest()));
    let logo = prepared.pipeline.page.logo.as_deref().zip(prepared.logo.as_ref());
    let logo = logo.map(|(path, logo)| (path, digest_of(&logo.bytes)));
    watch.follow(&prepared.pipeline.path, plugins.chain(logo));
}

/// True if nothing changes before a restart.
fn is_in_force(changes: &Difference) -> bool {
    [&changes.now, &changes.background, &changes.removed, &changes.impossible]
        .iter()
        .all(|lines| lines.is_empty())
}

/// True if all that changes is what the page shows, which no worker knows of.
fn is_of_the_page(changes: &Difference) -> bool {
    const KEYS: [&str; 4] =
        ["name", "server.max_hz", "server.show_records", "lateness.summary_every"];
    const TABLES: [&str; 7] =
        ["panel.", "headline.", "name.", "page.", "layout.", "labels.", "ticker."];
    let is_one = |line: &String| {
        let key = line.split_once(':').map_or(line.as_str(), |(key, _)| key);
        KEYS.contains(&key) || TABLES.iter().any(|table| key.starts_with(table))
    };
    let others = [&changes.background, &changes.removed, &changes.impossible];
    others.iter().all(|lines| lines.is_empty()) && changes.now.iter().all(is_one)
}

/// What changes from `now`, with these states, to `next`; other secrets included.
fn changes(
    (now, partitions): (&Prepared, &[Arc<PartitionSnapshot>]),
    next: &Prepared,
) -> Difference {
    let old = Outline::of(now).with_states(partitions);
    let mut changes = difference(&old, &Outline::of(next));
    let token = |prepared: &Prepared| prepared.pipeline.server.token.clone();
    if let (Some(was), Some(is)) = (token(now), token(next))
        && was != is
    {
        changes.restart.push("server.token: another one".to_owned());
    }
    if let (SourceSettings::Kafka(was), SourceSettings::Kafka(is)) =
        (&now.pipeline.source, &next.pipeline.source)
    {
        for (key, secret) in &is.librdkafka {
            let before = was.librdkafka.get(key);
            if secret.hidden && before.is_some_and(|before| before.hidden && before != secret) {
                changes.now.push(format!("source.kafka.librdkafka.{key}: another one"));
            }
        }
    }
    changes
}

/// Keeps the settings of the server's start, and the place of the state, as they are.
pub(super) fn keep_for_life(now: &Pipeline, next: &mut Pipeline) {
    let (max_hz, show_records) = (next.server.max_hz, next.server.show_records);
    next.server = now.server.clone();
    (next.server.max_hz, next.server.show_records) = (max_hz, show_records);
    next.state_dir.clone_from(&now.state_dir);
    next.backups.clone_from(&now.backups);
}

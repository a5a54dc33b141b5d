//! A changed pipeline in the place of the one that ran: between two openings of the source, with a
//! stored checkpoint behind it. What cannot be opened is given back, and the pipeline before is opened
//! again.

use std::cell::OnceCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use streamgauge_checkpoint::Checkpointer;
use streamgauge_checkpoint::store::{Checkpoint, Keep};
use streamgauge_core::PartitionSnapshot;
use streamgauge_source::SourceError;

use super::outcome::failed;
use super::{RETRY_EVERY, Supervisor};
use crate::run::cause::Cause;
use crate::run::former::ShownBefore;
use crate::run::identity;
use crate::run::prepare::Prepared;
use crate::run::reloading::{Former, Next, Switch};
use crate::run::status::Phase;

impl Supervisor {
    /// Takes the changed pipeline that waits, if there is one.
    pub(super) fn take_over(&mut self) {
        let Some(Next { prepared, switch }) = self.reloading.handover.take() else { return };
        let runs = matches!(self.run_status.lock().phase, Phase::Running | Phase::Ended);
        let former = self.reloading.current.get();
        let is_switch = switch.is_some();
        let switch = switch.and_then(|switch| self.go_to(switch));
        self.reloading.former = (runs || is_switch).then_some(Former { active: former, switch });
        self.adopt(&prepared);
        self.reloading.current.replace(prepared);
    }

    /// Goes to the store of another edition, and returns the one before.
    fn go_to(&mut self, Switch { edition, store, reader }: Switch) -> Option<Switch> {
        let former = std::mem::replace(&mut self.edition, edition);
        if let Some(keeping) = &mut self.keeping {
            keeping.go_to(edition);
        }
        let reader = self.run_status.backups.read_from(reader);
        self.store.replace(store).map(|store| Switch { edition: former, store, reader })
    }

    /// Shows builds of the pipeline before until those of this one have caught up. Where that ran in
    /// another run, or on another edition, it is as it is noted.
    pub(super) fn show_formers(&self, checkpoint: Option<&Checkpoint>) {
        let Some(checkpoint) = checkpoint else { return };
        let before = self.reloading.former.as_ref();
        let formers = match (before, &self.keeping) {
            (Some(Former { active, switch: None }), _) => {
                let settings = active.prepared.state_settings();
                ShownBefore::of((&active.results, &settings), &active.formers, checkpoint)
            }
            (before, Some(keeping)) if before.is_some() || self.reloading.noted.get().is_none() => {
                keeping.remembered(&self.reloading.current.get().prepared, checkpoint)
            }
            _ => return,
        };
        self.reloading.noted.set(Some(formers.states.len()));
        self.reloading.current.show(formers);
    }

    /// Notes that builds are no longer shown, as those in their places have caught up.
    pub(super) fn note_joined(&self) {
        let Some(keeping) = &self.keeping else { return };
        let active = self.reloading.current.get();
        let shown = active.formers.states.len();
        if self.reloading.noted.get().is_some_and(|noted| shown < noted) {
            keeping.still_shows(&active.formers.states);
            self.reloading.noted.set(Some(shown));
        }
    }

    /// Takes in what changed for the page alone, since the source was opened last.
    pub(super) fn follow_page(&mut self) {
        let active = self.reloading.current.get();
        if !Arc::ptr_eq(&active.prepared.pipeline, &self.pipeline) {
            self.adopt(&active.prepared);
        }
    }

    /// True if the workers have just read to these states, of the log that is to be read on: then
    /// nobody has to be asked what it holds.
    pub(super) fn goes_on(&self, states: &[Arc<PartitionSnapshot>]) -> bool {
        let Some(before) = &self.reloading.former else { return false };
        let (overview, parked) = self.run_status.look();
        let source = &before.active.prepared.pipeline.source;
        let is_same = before.switch.is_none() && *source == self.pipeline.source;
        let are_here = overview.partitions.len() == states.len();
        is_same && are_here && parked.is_empty() && !states.is_empty()
    }

    /// The pipeline reads, and a checkpoint with its settings is stored.
    pub(super) fn is_taken_over(&mut self) -> Result<(), SourceError> {
        if let Some(keeping) = &self.keeping {
            let active = self.reloading.current.get();
            let noted = keeping.taken_over(&active.prepared, Some(&active.formers.states));
            noted.map_err(|error| failed(format!("{error}; hint: {}", error.hint())))?;
        }
        self.reloading.former = None;
        self.reloading.handover.runs();
        Ok(())
    }

    /// True if a changed pipeline could not be opened because of `error`, and the one that ran
    /// before is in its place again. A pipeline that ran no better stays changed, and so does one
    /// that waits for what a source lacks that is reached in the same way: the one before would wait
    /// for it too.
    pub(super) fn goes_back(&mut self, error: &SourceError) -> bool {
        let shown = Cause::of(error, &self.pipeline);
        let source = &self.pipeline.source;
        let is_to_blame = |former: &mut Former| {
            let before = &former.active.prepared.pipeline.source;
            !error.may_pass() || !before.is_reached_as(source)
        };
        let Some(former) = self.reloading.former.take_if(is_to_blame) else {
            self.reloading.handover.waits(shown.message);
            return false;
        };
        tracing::warn!("the changed pipeline cannot be opened, so the one before is opened again");
        let Former { active, switch } = former;
        if let Some(switch) = switch {
            drop(self.go_to(switch));
        }
        self.adopt(&active.prepared);
        self.reloading.current.put_back(active);
        self.reloading.handover.went_back(shown.message);
        true
    }

    /// Stores what the workers left behind. Where the source is to be opened again, that waits for
    /// it: what is not stored would be lost with these workers.
    pub(super) fn stored_last(
        &self,
        checkpointer: &mut Checkpointer,
        reopens: bool,
        differs: &AtomicBool,
    ) -> bool {
        // What was read of another log is never stored.
        let may_be_stored = || reopens && !differs.load(Ordering::Relaxed);
        // Who reads on tells the group with the next checkpoint.
        let mut is_stored = if reopens { checkpointer.checkpoint() } else { checkpointer.finish() };
        while !is_stored && may_be_stored() && !self.pause(RETRY_EVERY) {
            is_stored = checkpointer.checkpoint();
        }
        is_stored
    }

    fn adopt(&mut self, prepared: &Prepared) {
        if self.pipeline.source != prepared.pipeline.source {
            self.topic_client = OnceCell::new();
        }
        self.pipeline = Arc::clone(&prepared.pipeline);
        self.plan = Arc::clone(&prepared.plan);
        self.plugins.clone_from(&prepared.plugins);
        self.state_settings = prepared.state_settings();
        if let Some(store) = &mut self.store {
            store.keep(Keep::new(&self.pipeline));
        }
        identity::keep(&self.pipeline.state_dir, &self.identity, &self.pipeline.name);
    }
}

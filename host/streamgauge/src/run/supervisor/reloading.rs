//! A changed pipeline in the place of the one that ran: between two openings of the source, with a
//! stored checkpoint behind it. What cannot be opened is given back, and the pipeline before is opened
//! again.

use std::cell::OnceCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use streamgauge_checkpoint::Checkpointer;
use streamgauge_checkpoint::store::Keep;
use streamgauge_source::SourceError;

use super::{RETRY_EVERY, Supervisor};
use crate::run::cause::Cause;
use crate::run::current::Active;
use crate::run::identity;
use crate::run::prepare::Prepared;
use crate::run::status::Phase;

impl Supervisor {
    /// Takes the changed pipeline that waits, if there is one.
    pub(super) fn take_over(&mut self) {
        let Some(next) = self.reloading.handover.take() else { return };
        let runs = matches!(self.run_status.lock().phase, Phase::Running | Phase::Ended);
        self.reloading.former = runs.then(|| self.reloading.current.get());
        self.adopt(&next);
        self.reloading.current.replace(next);
    }

    /// The pipeline reads, and a checkpoint with its settings is stored.
    pub(super) fn is_taken_over(&mut self) {
        self.reloading.former = None;
        self.reloading.handover.runs();
    }

    /// True if a changed pipeline could not be opened because of `error`, and the one that ran
    /// before is in its place again. A pipeline that ran no better stays changed, and so does one
    /// that waits for what a source lacks that is reached in the same way: the one before would wait
    /// for it too.
    pub(super) fn goes_back(&mut self, error: &SourceError) -> bool {
        let shown = Cause::of(error, &self.pipeline);
        let source = &self.pipeline.source;
        let is_to_blame = |former: &mut Arc<Active>| {
            !error.may_pass() || !former.prepared.pipeline.source.is_reached_as(source)
        };
        let Some(former) = self.reloading.former.take_if(is_to_blame) else {
            self.reloading.handover.waits(shown.message);
            return false;
        };
        tracing::warn!("the changed pipeline cannot be opened, so the one before is opened again");
        self.adopt(&former.prepared);
        self.reloading.current.put_back(former);
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
        let mut is_stored = checkpointer.finish();
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

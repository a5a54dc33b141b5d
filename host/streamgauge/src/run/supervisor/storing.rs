//! What a run stores, and the first checkpoint, which says where reading begins.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::outcome::{failed, made_anew};
use super::{RETRY_EVERY, Supervisor};
use crate::run::adopt::adopt;
use crate::run::cause::Cause;
use crate::run::patience::Patience;
use crate::run::status::Phase;
use streamgauge_checkpoint::side_output::SideOutput;
use streamgauge_checkpoint::store::{Checkpoint, KeptMetric};
use streamgauge_checkpoint::{Backoff, Checkpointer, FailureKind};
use streamgauge_outbox::Outbox;
use streamgauge_source::{OffsetCommitter, SourceError};

impl Supervisor {
    pub(super) fn load(&self) -> Result<Option<Checkpoint>, SourceError> {
        let Some(store) = &self.store else { return Ok(None) };
        let loaded = store.load();
        let mut loaded =
            loaded.map_err(|error| failed(format!("{error}; hint: {}", error.hint())))?;
        if let Some(checkpoint) = &mut loaded {
            let (pipeline, plugins) = (&self.pipeline, &self.plugins);
            let changes = adopt(checkpoint, pipeline, plugins, &self.state_settings);
            for change in changes {
                tracing::info!("{change}");
            }
        }
        Ok(loaded)
    }

    pub(super) fn checkpointer(
        &mut self,
        (letters, late): (SideOutput, SideOutput),
        outboxes: Vec<Arc<Outbox>>,
        committer: Option<Box<dyn OffsetCommitter>>,
        kept: Vec<KeptMetric>,
    ) -> Checkpointer {
        Checkpointer {
            store: self.store.take(),
            letters,
            late,
            outboxes,
            sides: Arc::clone(&self.run_status.sides),
            kept,
            settings: self.state_settings.clone(),
            identity: self.identity.clone(),
            committer,
            guard: None,
            status: Arc::clone(&self.run_status.checkpoints),
            backoff: Backoff::default(),
        }
    }

    /// Stores where reading begins; a disk that is full now may have room later. Whether it is
    /// stored: the run may be told to stop before.
    pub(super) fn first_checkpoint(
        &self,
        checkpointer: &mut Checkpointer,
        differs: &AtomicBool,
        patience: Patience,
    ) -> Result<bool, SourceError> {
        while !checkpointer.checkpoint() {
            if differs.load(Ordering::Relaxed) {
                return Err(made_anew());
            }
            let failing = self.run_status.checkpoints.failing();
            let (kind, reason) = failing.map_or((FailureKind::Failed, String::new()), |failing| {
                (failing.kind, failing.reason)
            });
            if patience == Patience::GiveUp {
                return Err(failed(format!("the first checkpoint could not be stored: {reason}")));
            }
            self.run_status.enter(Phase::Waiting(Cause::checkpoint_failing(kind, reason)));
            if self.pause(RETRY_EVERY) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Why the last checkpoint was not stored.
    pub(super) fn failure(&self) -> String {
        self.run_status.checkpoints.failing().map(|failing| failing.reason).unwrap_or_default()
    }
}

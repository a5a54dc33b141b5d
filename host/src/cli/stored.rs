//! The stored state of a pipeline for those who only look at it: from the store, or, where that is
//! in use, from the running pipeline.

use std::sync::Arc;

use streamgauge_core::FinalPane;

use super::Failure;
use crate::prepare::Prepared;
use crate::state::{Checkpoint, EmbeddedStore, StateStore};

/// A checkpoint and where it comes from.
pub(super) struct Stored {
    /// The checkpoint.
    pub(super) checkpoint: Checkpoint,
    /// The final panes that are kept.
    pub(super) final_panes: Vec<Arc<FinalPane>>,
    /// For people.
    pub(super) origin: String,
}

/// The stored state, which has to be there.
pub(super) fn read(prepared: &Prepared) -> Result<Stored, Failure> {
    find(prepared)?.ok_or_else(|| {
        let dir = prepared.pipeline.state_dir.display();
        Failure::failed(format!("there is no state in {dir}\nhint: `streamgauge run` makes it"))
    })
}

/// The stored state, if there is any.
pub(super) fn find(prepared: &Prepared) -> Result<Option<Stored>, Failure> {
    let dir = &prepared.pipeline.state_dir;
    if !EmbeddedStore::exists(dir) {
        return Ok(None);
    }
    let store = EmbeddedStore::open(dir)?;
    let Some(checkpoint) = store.load()? else { return Ok(None) };
    let origin = format!("state {}", dir.display());
    Ok(Some(Stored { checkpoint, final_panes: Vec::new(), origin }))
}

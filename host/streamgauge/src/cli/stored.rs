//! The stored state of a pipeline for commands that only look: from the store, or, while the store
//! is in use, from the running pipeline.

use super::failure::Failure;
use crate::run::announce::Announcement;
use crate::run::prepare::Prepared;
use streamgauge_checkpoint::store::{EmbeddedStore, Export, StateError, StateStore};
use streamgauge_pipeline::Pipeline;

/// A checkpoint with the place that it came from.
pub(super) struct Stored {
    /// The checkpoint, with the final panes that are kept.
    pub(super) export: Export,
    /// The place of origin, in words for people.
    pub(super) origin: String,
}

/// The stored state, which has to be there.
pub(super) fn read(prepared: &Prepared) -> Result<Stored, Failure> {
    find(prepared)?.ok_or_else(|| none(&prepared.pipeline))
}

/// The refusal where nothing is stored.
pub(super) fn none(pipeline: &Pipeline) -> Failure {
    let dir = pipeline.state_dir.display();
    Failure::failed(format!("there is no state in {dir}\nhint: `streamgauge run` makes it"))
}

/// The stored state, if there is any.
pub(super) fn find(prepared: &Prepared) -> Result<Option<Stored>, Failure> {
    let dir = &prepared.pipeline.state_dir;
    if !EmbeddedStore::exists(dir) {
        return Ok(None);
    }
    match EmbeddedStore::open(dir) {
        Ok(store) => {
            let origin = format!("state {}", dir.display());
            let export = export(&store)?;
            Ok(export.map(|export| Stored { export, origin }))
        }
        Err(in_use @ StateError::InUse(_)) => running(prepared, in_use).map(Some),
        Err(error) => Err(error.into()),
    }
}

/// The state of the pipeline that runs, where `in_use` says that its state is in use.
pub(super) fn running(prepared: &Prepared, in_use: StateError) -> Result<Stored, Failure> {
    let running = Announcement::read(&prepared.pipeline.state_dir);
    let Some(running) = running else { return Err(in_use.into()) };
    let token = prepared.pipeline.server.token.as_ref().map(|token| token.value.as_str());
    let export = running.checkpoint(token).map_err(|error| {
        Failure::failed(format!(
            "{in_use}, and the pipeline that seems to run it does not answer: {error}\n\
             hint: {}",
            in_use.hint()
        ))
    })?;
    let origin = format!("the pipeline that runs at {}", running.address);
    Ok(Stored { export, origin })
}

/// The identity of the stored state, if that can be read.
pub(super) fn identity(pipeline: &Pipeline) -> Option<String> {
    let dir = &pipeline.state_dir;
    let stored = EmbeddedStore::exists(dir).then(|| EmbeddedStore::open(dir).ok()?.load().ok()?);
    stored.flatten().map(|stored| stored.identity).filter(|identity| !identity.is_empty())
}

/// The checkpoint of a store with all its final panes.
pub(super) fn export(store: &EmbeddedStore) -> Result<Option<Export>, StateError> {
    let Some(checkpoint) = store.load()? else { return Ok(None) };
    let final_panes = store.final_panes()?;
    let created = store.generations()?.first().map_or(0, |newest| newest.created);
    Ok(Some(Export { created, checkpoint, final_panes }))
}

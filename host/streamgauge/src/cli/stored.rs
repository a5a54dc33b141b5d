//! The stored state of a pipeline for commands that only look: from its file, also beside a run that
//! has it open. A run of an earlier version lets nobody in, and is asked itself.

use super::failure::Failure;
use super::inspect::instant;
use crate::run::announce::Announcement;
use crate::run::prepare::Prepared;
use streamgauge_checkpoint::store::{Checkpoint, StateError, StateReader};
use streamgauge_core::FinalPane;
use streamgauge_pipeline::Pipeline;

/// A checkpoint with the place that it came from.
pub(super) struct Stored {
    pub(super) checkpoint: Checkpoint,
    /// The place of origin, in words for people.
    pub(super) origin: String,
}

/// The stored state, which has to be there; each final pane goes to `take`.
pub(super) fn read(prepared: &Prepared, take: impl FnMut(FinalPane)) -> Result<Stored, Failure> {
    find(prepared, take)?.ok_or_else(|| none(&prepared.pipeline))
}

/// The refusal where nothing is stored.
pub(super) fn none(pipeline: &Pipeline) -> Failure {
    let dir = pipeline.state_dir.display();
    Failure::failed(format!("there is no state in {dir}\nhint: `streamgauge run` makes it"))
}

/// The stored state, if there is any; each final pane goes to `take`.
pub(super) fn find(
    prepared: &Prepared,
    take: impl FnMut(FinalPane),
) -> Result<Option<Stored>, Failure> {
    let dir = &prepared.pipeline.state_dir;
    let reader = match StateReader::open(dir) {
        Ok(Some(reader)) => reader,
        Ok(None) => return Ok(None),
        Err(in_use @ StateError::InUse(_)) => return running(prepared, in_use, take).map(Some),
        Err(error) => return Err(error.into()),
    };
    let Some(checkpoint) = reader.load_with_panes(take)? else { return Ok(None) };
    let at = checkpoint.stored_at.map(|at| instant(&prepared.pipeline, at));
    let at = at.map_or(String::new(), |at| format!(", stored {at}"));
    Ok(Some(Stored { checkpoint, origin: format!("state {}{at}", dir.display()) }))
}

/// The state of the pipeline that runs, where `in_use` says that its state is in use.
pub(super) fn running(
    prepared: &Prepared,
    in_use: StateError,
    take: impl FnMut(FinalPane),
) -> Result<Stored, Failure> {
    let running = Announcement::read(&prepared.pipeline.state_dir);
    let Some(running) = running else { return Err(in_use.into()) };
    let token = prepared.pipeline.server.token.as_ref().map(|token| token.value.as_str());
    let checkpoint = running.checkpoint(token, take).map_err(|error| {
        Failure::failed(format!(
            "{in_use}, and the pipeline that seems to run it does not answer: {error}\n\
             hint: {}",
            in_use.hint()
        ))
    })?;
    let origin = format!("the pipeline that runs at {}", running.address);
    Ok(Stored { checkpoint, origin })
}

/// The identity of the stored state, if that can be read.
pub(super) fn identity(pipeline: &Pipeline) -> Option<String> {
    let stored = StateReader::open(&pipeline.state_dir).ok()??.load().ok()??;
    Some(stored.identity).filter(|identity| !identity.is_empty())
}

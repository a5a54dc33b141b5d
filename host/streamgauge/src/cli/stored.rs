//! The stored state of a pipeline for commands that only look: from its file, also beside a run that
//! has it open. A run of an earlier version lets nobody in, and is asked itself.

use std::path::PathBuf;

use clap::Args;

use super::failure::Failure;
use super::inspect::instant;
use crate::run::announce::Announcement;
use crate::run::prepare::Prepared;
use streamgauge_checkpoint::editions::Editions;
use streamgauge_checkpoint::store::{Checkpoint, StateError, StateReader};
use streamgauge_core::FinalPane;
use streamgauge_pipeline::Pipeline;

/// The edition of the state that is meant.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(super) struct Which {
    /// The edition of the state, as `state list` names it; the current one unless set.
    #[arg(long, value_name = "N")]
    pub(super) edition: Option<u32>,
}

impl Which {
    /// The folder of the edition's store.
    pub(super) fn folder(self, pipeline: &Pipeline) -> Result<PathBuf, Failure> {
        let editions = Editions::read(&pipeline.state_dir)?;
        let number = self.edition.unwrap_or(editions.current());
        if editions.all().contains_key(&number) || editions.current() == number {
            return Ok(editions.folder(number));
        }
        let dir = pipeline.state_dir.display();
        Err(Failure::usage(format!(
            "the state in {dir} has no edition {number}\nhint: `streamgauge state list` names them"
        )))
    }
}

/// A checkpoint with the place that it came from.
pub(super) struct Stored {
    pub(super) checkpoint: Checkpoint,
    /// The place of origin, in words for people.
    pub(super) origin: String,
}

/// The stored state, which has to be there; each final pane goes to `take`.
pub(super) fn read(
    prepared: &Prepared,
    which: Which,
    take: impl FnMut(FinalPane),
) -> Result<Stored, Failure> {
    find(prepared, which, take)?.ok_or_else(|| none(&prepared.pipeline))
}

/// The refusal where nothing is stored.
pub(super) fn none(pipeline: &Pipeline) -> Failure {
    let dir = pipeline.state_dir.display();
    Failure::failed(format!("there is no state in {dir}\nhint: `streamgauge run` makes it"))
}

/// The stored state, if there is any; each final pane goes to `take`.
pub(super) fn find(
    prepared: &Prepared,
    which: Which,
    take: impl FnMut(FinalPane),
) -> Result<Option<Stored>, Failure> {
    let dir = &which.folder(&prepared.pipeline)?;
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
    let folder = Editions::current_folder(&pipeline.state_dir).ok()?;
    let stored = StateReader::open(&folder).ok()??.load().ok()??;
    Some(stored.identity).filter(|identity| !identity.is_empty())
}

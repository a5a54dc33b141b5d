//! The pipeline and the edition of the state that a run begins with: the file over the current
//! edition, what was taken over last, or an edition that is built for a file that does not fit.

use std::path::Path;

use clap::Args;
use streamgauge_checkpoint::editions::Editions;
use streamgauge_checkpoint::store::{
    Checkpoint, EmbeddedStore, Keep, StateError, StateReader, StateStore,
};
use streamgauge_core::SEMANTICS;
use streamgauge_outbox::StoppedMetric;
use streamgauge_pipeline::{Diagnostics, Pipeline, changed_settings};

use super::failure::Failure;
use super::last_good::{self, LastGood, advised};
use super::serve::Instead;
use crate::run::edition::{Loss, Until, in_foreground, load_kept};
use crate::run::identity;
use crate::run::prepare::{Held, Prepared};

/// What the run begins with, where that is not the file over the state as it is.
#[derive(Args, Clone, Copy, Debug)]
pub(super) struct Beginning {
    /// Build another edition of the state where the pipeline file does not fit the state: in the
    /// background, while the pipeline of before is run and shown. Nothing is dropped.
    #[arg(long)]
    rebuild: bool,

    /// With `--rebuild`: build also where records that were counted are no longer in the log.
    #[arg(long, requires = "rebuild")]
    accept_loss: bool,

    /// Run the pipeline as it was taken over last, from what is kept beside the state, where its
    /// file or a plugin is wrong or gone.
    #[arg(long, conflicts_with = "rebuild")]
    last_good: bool,
}

/// What a run begins with.
pub(super) struct Begun {
    pub(super) prepared: Prepared,
    pub(super) instead: Instead,
    pub(super) store: Box<dyn StateStore>,
    /// The checkpoint that the run resumes from.
    pub(super) checkpoint: Option<Checkpoint>,
    /// Reads the store for backups.
    pub(super) reader: StateReader,
    pub(super) edition: u32,
}

/// Begins with the pipeline file at `path`, which is `now`; `apply` sets what the command line says.
pub(super) fn begin(
    how: Beginning,
    (path, now): (&Path, Result<Prepared, Diagnostics>),
    until: Until,
    apply: &dyn Fn(&mut Pipeline),
) -> Result<Begun, Failure> {
    if how.last_good {
        let LastGood { prepared, differs } = last_good::load(path, now, apply)?;
        let opened = Opened::current(&prepared.pipeline)?;
        if let Some(checkpoint) = &opened.checkpoint {
            prepared.check_state(checkpoint, Held::Records)?;
        }
        return Ok(opened.begun(prepared, Instead::LastGood(differs)));
    }
    let file = now.map_err(|faults| advised(path, faults.into()))?;
    let loss = if how.accept_loss { Loss::Accepted } else { Loss::Refused };
    let opened = match Opened::current(&file.pipeline) {
        Err(error) if how.rebuild && is_unreadable(&error) => {
            let (dir, name) = (&file.pipeline.state_dir, &file.pipeline.name);
            let identity = identity::kept(dir, name).unwrap_or_default();
            tracing::warn!("{error}; it is left as it is, and another edition is built");
            return foreground(file, &Checkpoint { identity, ..Checkpoint::default() }, loss);
        }
        opened => opened?,
    };
    let Some(checkpoint) = &opened.checkpoint else {
        return Ok(opened.begun(file, Instead::Files));
    };
    let is_older = checkpoint.partitions.iter().any(|own| own.state.semantics != SEMANTICS);
    match file.check_state(checkpoint, Held::Records) {
        Ok(()) if !how.rebuild => Ok(opened.begun(file, Instead::Files)),
        Ok(()) if !is_older => {
            tracing::info!(
                "nothing is rebuilt: edition {} of the state is that of the pipeline file already",
                opened.edition
            );
            Ok(opened.begun(file, Instead::Files))
        }
        Ok(()) if until == Until::Stopped => {
            let next = Box::new(file.clone());
            Ok(opened.begun(file, Instead::Building(next, loss)))
        }
        Err(faults) if !how.rebuild && (until == Until::End || !is_being_built(&file)) => {
            Err(advised(path, faults.into()))
        }
        _ if until == Until::End => foreground(file, &opened.close(), loss),
        _ => match load_kept((&file.pipeline.state_dir, None), path, apply) {
            Ok((kept, _)) if kept.check_state(checkpoint, Held::Records).is_ok() => {
                tracing::info!(
                    "the pipeline file does not fit edition {} of the state: the pipeline of before \
                     runs until another edition is built",
                    opened.edition
                );
                Ok(opened.begun(kept, Instead::Building(Box::new(file), loss)))
            }
            kept => {
                let why = kept.map_or_else(|error| error.to_string(), |_| "it does not fit".into());
                tracing::warn!("the pipeline of before cannot be run meanwhile: {why}");
                foreground(file, &opened.close(), loss)
            }
        },
    }
}

/// Runs on an edition of its own right away; the one of before is kept.
fn foreground(file: Prepared, old: &Checkpoint, loss: Loss) -> Result<Begun, Failure> {
    let begun = in_foreground(&file, old, loss)
        .map_err(|why| Failure::failed(format!("no edition of the state is built: {why}")))?;
    tracing::info!("edition {} of the state is built; the one of before is kept", begun.edition);
    let opened = Opened::of(begun.store, begun.edition, &file.pipeline)?;
    Ok(opened.begun(file, Instead::Files))
}

/// True if nothing can be told of a state with this error.
fn is_unreadable(error: &StateError) -> bool {
    matches!(
        error,
        StateError::Broken { .. } | StateError::Format { .. } | StateError::Damaged { .. }
    )
}

/// True if a start of before began to build an edition of the records of `file`.
fn is_being_built(file: &Prepared) -> bool {
    let stored = || {
        let editions = Editions::read(&file.pipeline.state_dir).ok()?;
        let folder = editions.folder(editions.building()?);
        StateReader::open(&folder).ok()??.load().ok()?
    };
    stored().is_some_and(|stored| {
        changed_settings(&stored.settings, &file.pipeline.state_settings()).is_empty()
    })
}

/// The store of an edition.
struct Opened {
    store: EmbeddedStore,
    checkpoint: Option<Checkpoint>,
    edition: u32,
}

impl Opened {
    /// That of the current edition.
    fn current(pipeline: &Pipeline) -> Result<Self, StateError> {
        let dir = &pipeline.state_dir;
        let editions = Editions::read(dir)?;
        let edition = editions.current();
        let store = EmbeddedStore::open(&editions.folder(edition))?;
        // A command that makes another edition current holds the store of this one.
        if Editions::read(dir)?.current() != edition {
            return Err(StateError::InUse(dir.clone()));
        }
        Self::of(store, edition, pipeline)
    }

    fn of(store: EmbeddedStore, edition: u32, pipeline: &Pipeline) -> Result<Self, StateError> {
        let store = store.keeping(Keep::new(pipeline));
        let checkpoint = store.load()?;
        Ok(Self { store, checkpoint, edition })
    }

    /// Closes the store, and gives back what it holds.
    fn close(self) -> Checkpoint {
        self.checkpoint.unwrap_or_default()
    }

    fn begun(self, prepared: Prepared, instead: Instead) -> Begun {
        let Self { store, checkpoint, edition } = self;
        let reader = store.reader();
        let partitions = checkpoint.iter().flat_map(|checkpoint| &checkpoint.partitions);
        for (id, stopped) in StoppedMetric::all(&partitions.cloned().collect::<Vec<_>>()) {
            let (places, stop) = (stopped.places(), &stopped.stop);
            let remedy = prepared.pipeline.naming_itself(stopped.remedy());
            tracing::error!("metric `{id}` has stopped at {places}: {stop}; hint: {remedy}");
        }
        Begun { prepared, instead, store: Box::new(store), checkpoint, reader, edition }
    }
}

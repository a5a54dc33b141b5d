//! An edition begins: from where a build of before ended, or anew from the origins of the edition that
//! it is to take the place of.

use streamgauge_checkpoint::editions::{Edition, Editions};
use streamgauge_checkpoint::store::{Checkpoint, EmbeddedStore, StateError, StateStore as _};
use streamgauge_pipeline::changed_settings;
use streamgauge_source::SourceError;

use super::made_from;
use super::seed::{Seed, words};
use crate::run::prepare::Prepared;

/// What is to happen where records can no longer be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Loss {
    /// The edition is not begun, and they are named.
    #[default]
    Refused,
    /// They are missing in the new edition.
    Accepted,
}

/// Why nothing is built.
pub(super) enum NotBegun {
    /// A later try may do.
    Later(String),
    No(String),
}

impl From<StateError> for NotBegun {
    fn from(error: StateError) -> Self {
        Self::No(format!("{error}; hint: {}", error.hint()))
    }
}

impl From<SourceError> for NotBegun {
    fn from(error: SourceError) -> Self {
        if error.may_pass() { Self::Later(error.to_string()) } else { Self::No(error.to_string()) }
    }
}

/// How an edition is to begin.
pub(super) enum Prepare {
    /// From where a build of before ended.
    GoOn(Begun),
    /// With a store of its own, from these states.
    New(Seed),
}

/// An edition that can be built, with its store.
pub struct Begun {
    /// The number by which `state list` names it.
    pub edition: u32,
    /// Its store, with the states to begin with.
    pub store: EmbeddedStore,
    pub(super) words: String,
}

/// How an edition of `next` is to begin; `old` is the state of the one that is shown.
pub(super) fn prepare_edition(
    next: &Prepared,
    old: &Checkpoint,
    loss: Loss,
    may_go_on: bool,
) -> Result<Prepare, NotBegun> {
    if may_go_on && let Some(begun) = go_on(next)? {
        return Ok(Prepare::GoOn(begun));
    }
    let seed = Seed::new(next, old)?;
    if !seed.lost.is_empty() && loss == Loss::Refused {
        return Err(NotBegun::No(format!(
            "{} can no longer be read, and are counted in the state that is there; hint: \
             `--accept-loss` builds without them",
            words(&seed.lost)
        )));
    }
    Ok(Prepare::New(seed))
}

/// The build that a process before this one left, if it is of the same records.
fn go_on(next: &Prepared) -> Result<Option<Begun>, StateError> {
    let dir = &next.pipeline.state_dir;
    let mut editions = Editions::read(dir)?;
    let Some(edition) = editions.building() else { return Ok(None) };
    let folder = editions.folder(edition);
    let store = EmbeddedStore::open(&folder);
    let stored = store.as_ref().ok().and_then(|store| store.load().ok().flatten());
    let noted = editions.all().get(&edition).and_then(|own: &Edition| own.made_from.clone());
    let is_same = noted.is_some_and(|noted| noted.is_same(&made_from(next)));
    let fits = |stored: &Checkpoint| {
        changed_settings(&stored.settings, &next.pipeline.state_settings()).is_empty()
    };
    match (store, stored) {
        (Ok(store), Some(stored)) if fits(&stored) && is_same => {
            let read: u64 = stored.partitions.iter().map(|own| own.state.accounting.read).sum();
            let words = format!(
                "edition {edition} of the state is built on in the background, from {read} records \
                 that it has read"
            );
            Ok(Some(Begun { edition, store, words }))
        }
        (Err(in_use @ StateError::InUse(_)), _) => Err(in_use),
        (store, _) => {
            drop(store);
            editions.drop_edition(edition)?;
            Ok(None)
        }
    }
}

/// Makes a store for an edition of `next`, with the states to begin with.
pub(super) fn new_edition(
    next: &Prepared,
    old: &Checkpoint,
    seed: Seed,
) -> Result<Begun, StateError> {
    let mut editions = Editions::read(&next.pipeline.state_dir)?;
    if let Some(before) = editions.building() {
        editions.drop_edition(before)?;
    }
    let edition = editions.begin()?;
    let mut store = EmbeddedStore::open(&editions.folder(edition))?;
    if !seed.lost.is_empty() {
        tracing::warn!("edition {edition} of the state lacks {}", words(&seed.lost));
    }
    let places: Vec<String> = seed
        .partitions
        .iter()
        .map(|state| format!("{}@{}", state.partition, state.state.next_offset))
        .collect();
    store.save(&Checkpoint {
        settings: next.state_settings(),
        partitions: seed.partitions,
        identity: old.identity.clone(),
        ..Checkpoint::default()
    })?;
    let from = if places.is_empty() {
        "from where its `start` says".to_owned()
    } else {
        format!("from {}", places.join(", "))
    };
    let words = format!("edition {edition} of the state is built in the background, {from}");
    Ok(Begun { edition, store, words })
}

/// An edition of `next` for a run that has no other one to show; `old` is the state of before, as far
/// as it can be read.
///
/// # Errors
/// It cannot begin, for this reason.
pub fn in_foreground(next: &Prepared, old: &Checkpoint, loss: Loss) -> Result<Begun, String> {
    let begun = prepare_edition(next, old, loss, true).and_then(|prepared| match prepared {
        Prepare::GoOn(begun) => Ok(begun),
        Prepare::New(seed) => Ok(new_edition(next, old, seed)?),
    });
    begun.map_err(|(NotBegun::Later(why) | NotBegun::No(why))| why)
}

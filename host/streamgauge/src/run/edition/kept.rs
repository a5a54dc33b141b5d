//! The files that a pipeline is made from, kept by their digests beside the state, and pipelines that
//! are made from what is kept.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use chrono::Utc;
use streamgauge_checkpoint::editions::{Editions, MadeFrom};
use streamgauge_checkpoint::kept::{KeptFiles, KeptKind};
use streamgauge_checkpoint::store::StateError;
use streamgauge_core::digest_of;
use streamgauge_pipeline::{Diagnostics, Pipeline};
use streamgauge_plugin::{Plugin, read_component};
use thiserror::Error;

use crate::run::prepare::Prepared;

/// Keeps the text and the components of `prepared` beside the state in `dir`. A failure is no reason
/// not to run.
pub fn keep_files(dir: &Path, prepared: &Prepared) {
    if let Err(error) = try_keep(dir, prepared) {
        tracing::warn!(
            "the pipeline file and the plugins could not be kept in {}, so `run --last-good` has \
             none of them: {error}",
            dir.display()
        );
    }
}

fn try_keep(dir: &Path, prepared: &Prepared) -> io::Result<()> {
    let kept = KeptFiles::beside(dir);
    kept.keep(KeptKind::Text, prepared.text.as_bytes())?;
    for plugin in &prepared.plugins {
        let digest = plugin.digest();
        if kept.has(KeptKind::Component, &digest.to_string()) {
            continue;
        }
        let path = &plugin.settings().plugin;
        let bytes = read_component(path)?;
        if digest_of(&bytes) != digest {
            let words = format!("{} is another file by now", path.display());
            return Err(io::Error::other(words));
        }
        kept.keep(KeptKind::Component, &bytes)?;
    }
    Ok(())
}

/// The kept files that `prepared` is made from; `None` where not all of them are kept.
pub fn kept_of(dir: &Path, prepared: &Prepared) -> Option<MadeFrom> {
    let kept = KeptFiles::beside(dir);
    let made_from = made_from(prepared);
    let has_components =
        made_from.components.values().all(|digest| kept.has(KeptKind::Component, digest));
    (has_components && kept.has(KeptKind::Text, &made_from.text)).then_some(made_from)
}

/// What `prepared` is made from.
pub fn made_from(prepared: &Prepared) -> MadeFrom {
    let component = |plugin: &Plugin| (plugin.settings().id.clone(), plugin.digest().to_string());
    MadeFrom {
        text: digest_of(prepared.text.as_bytes()).to_string(),
        components: prepared.plugins.iter().map(component).collect(),
        at: Utc::now().timestamp_millis(),
    }
}

/// Why a pipeline cannot be made from what is kept.
#[derive(Debug, Error)]
pub enum NotMade {
    /// Nothing is noted of the edition.
    #[error("nothing is kept of what edition {edition} of the state in {} was made from", dir.display())]
    Nothing {
        /// The folder beside whose state it would be kept.
        dir: PathBuf,
        /// The number of the edition.
        edition: u32,
    },
    /// The editions cannot be read.
    #[error(transparent)]
    State(#[from] StateError),
    /// A kept file cannot be read.
    #[error("{} could not be read: {error}", path.display())]
    Unread {
        /// The path of the kept file.
        path: PathBuf,
        /// The error of the system.
        error: io::Error,
    },
    /// What is kept is wrong by now: the environment, or this program, is another one.
    #[error("what is kept is wrong")]
    Wrong(Box<Diagnostics>),
}

/// The pipeline that edition `edition` of the state in `dir` was taken over with last; `None` means
/// the current edition. Relative paths start at the folder of `path`, as in the file that was kept.
///
/// # Errors
/// It cannot be made.
pub fn load_kept(
    (dir, edition): (&Path, Option<u32>),
    path: &Path,
    change: impl FnOnce(&mut Pipeline),
) -> Result<(Prepared, MadeFrom), NotMade> {
    let editions = Editions::read(dir)?;
    let edition = edition.unwrap_or(editions.current());
    let made_from = editions.all().get(&edition).and_then(|own| own.made_from.clone());
    let Some(made_from) = made_from else {
        return Err(NotMade::Nothing { dir: dir.to_owned(), edition });
    };
    let prepared = load_made((dir, &made_from), path, change)?;
    Ok((prepared, made_from))
}

/// The pipeline that was made from `made_from`, as far as that is kept beside the state in `dir`.
pub(super) fn load_made(
    (dir, made_from): (&Path, &MadeFrom),
    path: &Path,
    change: impl FnOnce(&mut Pipeline),
) -> Result<Prepared, NotMade> {
    let kept = KeptFiles::beside(dir);
    let read = |kind: KeptKind, digest: &str| {
        let unread = |error| NotMade::Unread { path: kept.path(kind, digest), error };
        kept.read(kind, digest).map_err(unread)
    };
    let text = read(KeptKind::Text, &made_from.text)?;
    let text = String::from_utf8_lossy(&text);
    let components: Result<BTreeMap<String, Vec<u8>>, NotMade> = made_from
        .components
        .iter()
        .map(|(id, digest)| Ok((id.clone(), read(KeptKind::Component, digest)?)))
        .collect();
    let prepared = Prepared::load_kept((&text, path), &components?, |pipeline| {
        dir.clone_into(&mut pipeline.state_dir);
        change(pipeline);
    });
    prepared.map_err(|faults| NotMade::Wrong(Box::new(faults)))
}

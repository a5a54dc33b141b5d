//! The edition of the state that a run is on: what it was taken over with is kept beside the state,
//! so that it can be started again without its files, and a switch to another edition is written at
//! the moment from which on that one is stored.
//!
//! Files are kept before a pipeline is handed over, away from the workers; what is in force is noted
//! once its first checkpoint is stored.

mod begin;
mod build;
mod rebuilder;
mod seed;
mod shown;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chrono::Utc;
use streamgauge_checkpoint::editions::{Editions, MadeFrom};
use streamgauge_checkpoint::kept::{KeptFiles, KeptKind};
use streamgauge_checkpoint::store::StateError;
use streamgauge_core::digest_of;
use streamgauge_pipeline::{Diagnostics, Pipeline};
use streamgauge_plugin::{Plugin, read_component};
use streamgauge_view::Formers;
use thiserror::Error;

use super::prepare::Prepared;
pub use begin::{Begun, Loss, in_foreground};
pub use rebuilder::Rebuilder;

/// Keeps what an edition is taken over with.
#[derive(Clone, Debug)]
pub struct Keeping {
    dir: PathBuf,
    edition: u32,
    until: Until,
}

/// How far a run goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// To the present ends of its logs: what it builds becomes current there.
    End,
    /// Until it is stopped.
    Stopped,
}

impl Keeping {
    /// Keeps that of edition `edition` of the state in `dir`.
    pub fn new(dir: &Path, edition: u32, until: Until) -> Self {
        Self { dir: dir.to_owned(), edition, until }
    }

    /// The run has come to its end.
    ///
    /// # Errors
    /// What it has built could not be made current.
    pub fn ended(self, prepared: &Prepared) -> Result<(), StateError> {
        Self { until: Until::Stopped, ..self }.taken_over(prepared, None)
    }

    /// The number of the edition.
    pub fn edition(&self) -> u32 {
        self.edition
    }

    /// The run is on another edition.
    pub(super) fn go_to(&mut self, edition: u32) {
        self.edition = edition;
    }

    /// The edition is in force with `prepared`, and a checkpoint says so. Where another one was
    /// current, this is the switch. `formers` are the builds that are shown from now on until those
    /// in their places have caught up; `None` means the same as before.
    ///
    /// # Errors
    /// The switch could not be written. Where no switch is due, a failure is only told.
    pub(super) fn taken_over(
        &self,
        prepared: &Prepared,
        formers: Option<&Formers>,
    ) -> Result<(), StateError> {
        let made_from = kept_of(&self.dir, prepared);
        let mut editions = Editions::read(&self.dir)?;
        if let Some(formers) = formers {
            let own = editions.all().get(&self.edition).cloned().unwrap_or_default();
            told(editions.note_shown(self.edition, shown::of(&own, formers)));
        }
        let before = editions.current();
        if before != self.edition && self.until == Until::End {
            return Ok(());
        }
        if before != self.edition {
            editions.switch(self.edition, made_from, Utc::now().timestamp_millis())?;
            tracing::info!(
                "edition {} of the state is current now; edition {before} is kept",
                self.edition
            );
        } else if let Some(made_from) = made_from {
            let noted = editions.all().get(&self.edition).and_then(|own| own.made_from.as_ref());
            if noted.is_some_and(|noted| noted.is_same(&made_from)) {
                return Ok(());
            }
            if !told(editions.note(self.edition, made_from)) {
                return Ok(());
            }
        }
        self.remove_unneeded(&editions);
        Ok(())
    }

    /// What is left over is named by `state prune` too.
    fn remove_unneeded(&self, editions: &Editions) {
        for (path, _) in editions.unneeded().unwrap_or_default() {
            if let Err(error) = fs::remove_file(&path) {
                tracing::debug!(%error, "{} of {} stays", path.display(), self.dir.display());
            }
        }
    }
}

/// True if it was noted; a failure is no reason not to run.
fn told(noted: Result<(), StateError>) -> bool {
    noted
        .inspect_err(|error| {
            tracing::warn!("what the pipeline is made from could not be noted: {error}");
        })
        .is_ok()
}

/// Keeps what is in force from now on, where no record counts otherwise and no worker was told.
pub fn take_over_page(dir: &Path, prepared: &Prepared) {
    keep_files(dir, prepared);
    told(Editions::read(dir).and_then(|editions| {
        Keeping::new(dir, editions.current(), Until::Stopped).taken_over(prepared, None)
    }));
}

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
fn load_made(
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

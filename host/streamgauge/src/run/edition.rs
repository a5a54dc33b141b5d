//! The edition of the state that a run is on: what it was taken over with is kept beside the state,
//! so that it can be started again without its files, and a switch to another edition is written at
//! the moment from which on that one is stored.
//!
//! Files are kept before a pipeline is handed over, away from the workers; what is in force is noted
//! once its first checkpoint is stored.

mod begin;
mod build;
mod kept;
mod rebuilder;
mod seed;
mod shown;

use std::fs;
use std::path::{Path, PathBuf};

use chrono::Utc;
use streamgauge_checkpoint::editions::Editions;
use streamgauge_checkpoint::store::{Checkpoint, StateError};
use streamgauge_view::Formers;

use super::former::ShownBefore;
use super::prepare::Prepared;
pub use begin::{Begun, Loss, in_foreground};
pub use kept::{NotMade, keep_files, kept_of, load_kept, made_from};
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
            told(self.note_shown(&mut editions, formers));
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

    /// Only `formers` of the builds that were shown are still to be.
    pub(super) fn still_shows(&self, formers: &Formers) {
        let editions = Editions::read(&self.dir);
        told(editions.and_then(|mut editions| self.note_shown(&mut editions, formers)));
    }

    fn note_shown(&self, editions: &mut Editions, formers: &Formers) -> Result<(), StateError> {
        let own = editions.all().get(&self.edition).cloned().unwrap_or_default();
        editions.note_shown(self.edition, shown::of(&own, formers))
    }

    /// The builds that were shown when the run before ended, as `checkpoint` keeps them, of metrics
    /// that `prepared` builds anew. What cannot be made any more is told, and not shown.
    pub(super) fn remembered(&self, prepared: &Prepared, checkpoint: &Checkpoint) -> ShownBefore {
        if checkpoint.kept.is_empty() {
            return ShownBefore::default();
        }
        match Editions::read(&self.dir) {
            Ok(editions) => {
                let own = editions.all().get(&self.edition).cloned().unwrap_or_default();
                shown::remembered((&self.dir, &own), prepared, checkpoint)
            }
            Err(error) => {
                tracing::warn!("what was shown before is not known: {error}");
                ShownBefore::default()
            }
        }
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

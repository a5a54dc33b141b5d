//! State in one local file, by redb: a checkpoint is one transaction. The last two checkpoints are
//! kept, and the panes that became final, each written once.
//!
//! redb refuses further work after a failed write or sync, so the file is then opened anew before
//! the next checkpoint; a disk that was full for a while costs nothing but the checkpoints
//! meanwhile.
//!
//! A file that was removed while it was in use is made anew, with the history that is still open:
//! a checkpoint in a removed file would be gone with the process. Another file in its place is left
//! alone, and no checkpoint succeeds.

mod exporting;
mod generation;
mod history;
mod making;
mod part_table;
mod parts;
mod reader;
mod saving;
mod stopped;
mod tables;

use std::convert::Infallible;
use std::fmt;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::Utc;
use redb::{Database, DatabaseError};
use streamgauge_core::FinalPane;

use streamgauge_outbox::HistoryStore;

use super::guard::guard;
use super::{Checkpoint, ExportReader, Keep, StateError, StateStore};
use crate::file_id::{AtPath, FileId};
pub use exporting::{ExportError, Exported};
pub use generation::Generation;
use history::History;
pub use making::FILE;
use making::make;
use reader::Shared;
pub use reader::StateReader;
use saving::{Known, save};
use tables::{Failed, Writing};

/// A function that opens the file, or a test's double of the file.
type Opener = Box<dyn Fn() -> Result<Database, DatabaseError> + Send>;

/// A redb file in the state folder.
pub struct EmbeddedStore {
    path: PathBuf,
    opener: Opener,
    database: Shared,
    keep: Keep,
    failed: bool,
    /// The open file; `None` where a test's double has no path.
    file: Option<FileId>,
    /// The history of a removed file, until a checkpoint holds it.
    carried: Vec<Arc<FinalPane>>,
    known: Box<Known>,
}

impl fmt::Debug for EmbeddedStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddedStore").field("path", &self.path).finish_non_exhaustive()
    }
}

impl EmbeddedStore {
    /// Opens the store in `dir`, and makes a missing folder or store. Final panes are kept for
    /// ever.
    ///
    /// # Errors
    /// The folder cannot be made, the file is not a store of this version, or another process has
    /// it open.
    pub fn open(dir: &Path) -> Result<Self, StateError> {
        let path = dir.join(FILE);
        let failed = |reason: String| StateError::Store { path: path.clone(), reason };
        fs::create_dir_all(dir).map_err(|error| failed(error.to_string()))?;
        if !path.exists() {
            make(&path)?;
        }
        let file = path.clone();
        let opener = move || making::open(|builder| builder.open(&file));
        let mut store = Self::open_with(path.clone(), Box::new(opener))?;
        store.file = Some(FileId::of(&path).map_err(|error| failed(error.to_string()))?);
        Ok(store)
    }

    /// Opens the store by another `opener`, such as a test's double of a disk.
    pub(super) fn open_with(path: PathBuf, opener: Opener) -> Result<Self, StateError> {
        let (database, keep) = (Arc::new(Mutex::new(None)), Keep::default());
        let (file, carried, known) = (None, Vec::new(), Box::default());
        let mut store = Self { path, opener, database, keep, failed: false, file, carried, known };
        store.reopen()?;
        Ok(store)
    }

    /// This store, which keeps final panes only as long as `keep` says.
    #[must_use]
    pub fn keeping(mut self, keep: Keep) -> Self {
        self.keep = keep;
        self
    }

    /// True if there is a store in `dir`.
    pub fn exists(dir: &Path) -> bool {
        dir.join(FILE).exists()
    }

    /// Removes the store in `dir`. Returns the path of the removed file; `None` means that there
    /// was no store.
    ///
    /// # Errors
    /// Another process has the store open, or the file cannot be removed.
    pub fn reset(dir: &Path) -> Result<Option<PathBuf>, StateError> {
        if !Self::exists(dir) {
            return Ok(None);
        }
        let path = dir.join(FILE);
        // A try to open the store tells if another process runs on it; a damaged file may be
        // removed.
        if let Err(error @ StateError::InUse(_)) = Self::open(dir).map(drop) {
            return Err(error);
        }
        match fs::remove_file(&path) {
            Ok(()) => Ok(Some(path)),
            Err(error) => Err(StateError::Store { path, reason: error.to_string() }),
        }
    }

    /// Reads this state beside its checkpoints.
    pub fn reader(&self) -> StateReader {
        StateReader::own(&self.path, &self.database)
    }

    /// The stored checkpoints, the newest first, each with its damage.
    ///
    /// # Errors
    /// The store failed.
    pub fn generations(&self) -> Result<Vec<Generation>, StateError> {
        self.reader().generations()
    }

    /// Every final pane of the history.
    ///
    /// # Errors
    /// The store failed or holds an unreadable pane.
    pub fn final_panes(&self) -> Result<Vec<Arc<FinalPane>>, StateError> {
        self.reader().read(|reading| {
            let mut panes = Vec::new();
            let Ok(()) = reading.each_final_pane(|pane, _| {
                panes.push(Arc::new(pane));
                Ok::<_, Infallible>(())
            })?;
            Ok(panes)
        })
    }

    /// Drops the newest checkpoint and the panes that became final with it. Returns the checkpoint
    /// that is newest now.
    ///
    /// # Errors
    /// There is no checkpoint before the newest one, or that one is damaged too; nothing
    /// was changed.
    pub fn rollback(&mut self) -> Result<Generation, StateError> {
        let generations = self.generations()?;
        let former = generations.get(1).filter(|former| former.damage.is_none()).cloned();
        let (Some(newest), Some(former)) = (generations.first(), former) else {
            return Err(StateError::NoFormer(self.path.clone()));
        };
        self.write(|writing| writing.drop_newest(newest.number))?;
        Ok(former)
    }

    /// Stores what an export holds, as the only checkpoint. `from` names the export.
    ///
    /// # Errors
    /// The store failed, or the export cannot be read to its end; what was there before stays.
    pub fn import(
        &mut self,
        export: &mut ExportReader<impl Read>,
        from: &Path,
    ) -> Result<(), StateError> {
        let mut unreadable = None;
        let stored = self.write(|writing| {
            writing.clear()?;
            let (keep, now) = (Keep::default(), Utc::now().timestamp_millis());
            let (checkpoint, mut known) = (export.checkpoint(), Known::default());
            save(writing, checkpoint, &[], (&keep, now), &mut known)?;
            let generation = writing.newest()?.expect("it was just stored");
            loop {
                match export.next_pane() {
                    Ok(Some(pane)) => writing.insert_pane(generation, &pane)?,
                    Ok(None) => return Ok(()),
                    Err(error) => {
                        let reason = error.to_string();
                        unreadable = Some(error);
                        return Err(Failed::Store(reason));
                    }
                }
            }
        });
        match unreadable {
            Some(error) => Err(error.of(from)),
            None => stored,
        }
    }

    fn reopen(&mut self) -> Result<(), StateError> {
        // The old handle has the file locked, so the handle is dropped first.
        self.close();
        let opened = match guard(|| (self.opener)()) {
            Ok(Ok(database)) => database,
            Ok(Err(DatabaseError::DatabaseAlreadyOpen)) => {
                return Err(StateError::InUse(self.path.clone()));
            }
            Ok(Err(error)) => return Err(Failed::from(error).into_error(&self.path)),
            Err(panic) => return Err(Failed::Broken(panic).into_error(&self.path)),
        };
        *self.lock() = Some(opened);
        self.failed = false;
        self.reader().check_format()
    }

    /// Drops the open file, which may say once more that it is damaged.
    fn close(&self) {
        let _ = guard(|| *self.lock() = None);
    }

    /// Holds the open file against its path, and makes a removed one anew.
    fn check_place(&mut self) -> Result<(), StateError> {
        let Some(file) = self.file else { return Ok(()) };
        match file.look(&self.path).map_err(|error| self.store(error.to_string()))? {
            AtPath::Same => Ok(()),
            AtPath::Another => Err(StateError::Replaced(self.path.clone())),
            AtPath::Nothing => self.make_anew(),
        }
    }

    fn make_anew(&mut self) -> Result<(), StateError> {
        let shown = self.path.display().to_string();
        tracing::error!("state {shown} was removed while it was in use; it is made anew");
        match self.final_panes() {
            // After a second removal the first one's history may still wait.
            Ok(panes) if !panes.is_empty() => self.carried = panes,
            Ok(_) => {}
            Err(error) => tracing::error!("the final windows before it are lost: {error}"),
        }
        let folder = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(|error| self.store(error.to_string()))?;
        make(&self.path)?;
        self.file = Some(FileId::of(&self.path).map_err(|error| self.store(error.to_string()))?);
        self.reopen()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Database>> {
        self.database.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn store(&self, reason: String) -> StateError {
        StateError::Store { path: self.path.clone(), reason }
    }

    fn write<T>(
        &mut self,
        work: impl FnOnce(&Writing) -> Result<T, Failed>,
    ) -> Result<T, StateError> {
        if self.failed {
            self.reopen()?;
        }
        let writing = || match &*self.lock() {
            None => Err(Failed::Store("it could not be opened again".to_owned())),
            Some(database) => Writing::begin(database).and_then(|writing| {
                let done = work(&writing)?;
                writing.commit()?;
                Ok(done)
            }),
        };
        let written = guard(writing).unwrap_or_else(|panic| Err(Failed::Broken(panic)));
        written.map_err(|failed| {
            self.failed = true;
            failed.into_error(&self.path)
        })
    }
}

impl StateStore for EmbeddedStore {
    fn keep(&mut self, keep: Keep) {
        self.keep = keep;
    }

    fn load(&self) -> Result<Option<Checkpoint>, StateError> {
        self.reader().load()
    }

    fn save(&mut self, checkpoint: &Checkpoint) -> Result<u64, StateError> {
        self.check_place()?;
        let (keep, now) = (self.keep.clone(), Utc::now().timestamp_millis());
        let carried = self.carried.clone();
        // Of a save that failed it is not known what is there.
        let mut known = std::mem::take(&mut self.known);
        let bytes =
            self.write(|writing| save(writing, checkpoint, &carried, (&keep, now), &mut known))?;
        self.known = known;
        self.carried.clear();
        Ok(bytes)
    }

    fn history(&self) -> Arc<dyn HistoryStore> {
        Arc::new(History(self.reader()))
    }
}

impl Drop for EmbeddedStore {
    fn drop(&mut self) {
        // Readers of history may need the file for longer.
        if Arc::strong_count(&self.database) == 1 {
            self.close();
        }
    }
}

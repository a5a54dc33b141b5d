//! A state that is only read: the file that this process has open, or that of a run beside it. redb
//! lets readers in while one process writes, and a read sees one and the same commit to its end.
//!
//! While a read lasts, the pages that it may need are not written over, and the file grows by what
//! checkpoints write meanwhile. So whoever reads again and again does not wait for a slow receiver.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use redb::{Database, DatabaseError, ReadOnlyDatabase};
use streamgauge_core::FinalPane;

use super::generation::{Generation, checkpoint};
use super::making::{self, FILE, repair};
use super::tables::{self, Failed, Reading};
use crate::store::guard::guard;
use crate::store::{Checkpoint, Covers, StateError};

/// How often a file is tried that a run beside is just opening, and how long each time waits.
const TRIES: u32 = 50;
const TRY_EVERY: Duration = Duration::from_millis(100);

/// The open file, shared with its readers; `None` after a failure.
pub(super) type Shared = Arc<Mutex<Option<Database>>>;

/// Reads a state.
#[derive(Clone)]
pub struct StateReader {
    path: PathBuf,
    file: File,
}

/// The file that is read.
#[derive(Clone)]
enum File {
    /// This process has it open for checkpoints.
    Own(Shared),
    /// Another process may have it open for checkpoints.
    Beside(Arc<ReadOnlyDatabase>),
}

impl StateReader {
    /// Opens the state in `dir`, also beside a run that has it open. `None` means that there is
    /// none. A file that a crash left is repaired first, as a start of the run would do.
    ///
    /// # Errors
    /// The file is no state of this version or cannot be read, or a run of an earlier version has
    /// it open.
    pub fn open(dir: &Path) -> Result<Option<Self>, StateError> {
        let path = dir.join(FILE);
        for _ in 0..TRIES {
            if !path.exists() {
                return Ok(None);
            }
            if let Some(reader) = Self::beside(&path)? {
                return Ok(Some(reader));
            }
            match repair(&path) {
                // The run that has come first repairs it.
                Err(StateError::InUse(_)) => thread::sleep(TRY_EVERY),
                Err(StateError::Store { path, reason }) => {
                    return Err(StateError::Unrepaired { path, reason });
                }
                repaired => repaired?,
            }
        }
        Err(StateError::InUse(path))
    }

    /// Opens the file at `path` without changing it; `None` means that it has to be repaired first.
    fn beside(path: &Path) -> Result<Option<Self>, StateError> {
        let opened = match guard(|| making::open(|builder| builder.open_read_only(path))) {
            Ok(Ok(database)) => database,
            Ok(Err(DatabaseError::RepairAborted)) => return Ok(None),
            Ok(Err(DatabaseError::DatabaseAlreadyOpen | DatabaseError::LockProtocolMismatch)) => {
                return Err(StateError::InUse(path.to_owned()));
            }
            Ok(Err(error)) => return Err(Failed::from(error).into_error(path)),
            Err(panic) => return Err(Failed::Broken(panic).into_error(path)),
        };
        let reader = Self { path: path.to_owned(), file: File::Beside(Arc::new(opened)) };
        reader.check_format()?;
        Ok(Some(reader))
    }

    /// Reads the file that this process has open.
    pub(super) fn own(path: &Path, database: &Shared) -> Self {
        Self { path: path.to_owned(), file: File::Own(Arc::clone(database)) }
    }

    /// The path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The latest checkpoint, if there is one.
    ///
    /// # Errors
    /// The store failed or holds an unreadable checkpoint.
    pub fn load(&self) -> Result<Option<Checkpoint>, StateError> {
        let found = self.read(|reading| {
            let generations = reading.generations()?;
            let Some(&newest) = generations.last() else { return Ok(None) };
            let damage = match checkpoint(reading, newest)? {
                Ok(checkpoint) => return Ok(Some(Ok(checkpoint))),
                Err(damage) => damage,
            };
            let mut former = generations.iter().rev().nth(1).copied();
            if let Some(number) = former
                && checkpoint(reading, number)?.is_err()
            {
                former = None;
            }
            Ok(Some(Err((newest, damage, former))))
        })?;
        match found {
            None => Ok(None),
            Some(Ok(checkpoint)) => Ok(Some(checkpoint)),
            Some(Err((generation, damage, former))) => {
                Err(damage.into_error(&self.path, generation, former))
            }
        }
    }

    /// The stored checkpoints, the newest first, each with its damage.
    ///
    /// # Errors
    /// The store failed.
    pub fn generations(&self) -> Result<Vec<Generation>, StateError> {
        self.read(|reading| {
            let mut generations = Vec::new();
            for number in reading.generations()?.into_iter().rev() {
                let (bytes, header) = reading.header(number)?;
                let created = header.as_ref().map_or(0, |header| header.created);
                let found = checkpoint(reading, number)?;
                let covers = found.as_ref().ok().map(Covers::of);
                let damage = found.err().map(|damage| damage.to_string());
                let bytes = bytes + reading.snapshot_bytes(number)?;
                generations.push(Generation { number, created, bytes, covers, damage });
            }
            Ok(generations)
        })
    }

    /// The latest checkpoint, and each final pane that is kept with it, one at a time. `None`
    /// means that there is no checkpoint.
    ///
    /// # Errors
    /// The store failed or holds something unreadable.
    pub fn load_with_panes(
        &self,
        mut take: impl FnMut(FinalPane),
    ) -> Result<Option<Checkpoint>, StateError> {
        let found = self.read(|reading| {
            let Some(&newest) = reading.generations()?.last() else { return Ok(Some(None)) };
            let Ok(checkpoint) = checkpoint(reading, newest)? else { return Ok(None) };
            let Ok(()) = reading.each_final_pane(|pane, _| {
                take(pane);
                Ok::<_, Infallible>(())
            })?;
            Ok(Some(Some(checkpoint)))
        })?;
        // Loading says what is damaged, and if the checkpoint before is intact.
        found.map_or_else(|| self.load(), Ok)
    }

    pub(super) fn check_format(&self) -> Result<(), StateError> {
        match self.read(Reading::format)? {
            None | Some(tables::FORMAT) => Ok(()),
            Some(found) => Err(StateError::Format { path: self.path.clone(), found }),
        }
    }

    pub(super) fn read<T>(
        &self,
        work: impl FnOnce(&Reading) -> Result<T, Failed>,
    ) -> Result<T, StateError> {
        let reading = || self.begin().and_then(|reading| work(&reading));
        guard(reading)
            .unwrap_or_else(|panic| Err(Failed::Broken(panic)))
            .map_err(|failed| failed.into_error(&self.path))
    }

    /// Begins a read. It needs no lock: it sees one and the same commit until its end.
    fn begin(&self) -> Result<Reading, Failed> {
        match &self.file {
            File::Beside(database) => Reading::begin(&**database),
            File::Own(shared) => match &*shared.lock().unwrap_or_else(PoisonError::into_inner) {
                None => Err(Failed::Store("it could not be opened again".to_owned())),
                Some(database) => Reading::begin(database),
            },
        }
    }
}

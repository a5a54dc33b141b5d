//! A disk that can die at any step, with a choice of what survives of what was not synced yet.

use std::io;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use redb::{BackendError, StorageBackend};

use crate::side_output::EntryFile;

/// The fate of writes that were not synced when the disk died.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unsynced {
    Kept,
    Lost,
    /// All are there but the second half of the last one.
    Torn,
    /// Every second one is there: a disk writes in any order.
    Mixed,
}

impl Unsynced {
    pub(super) const ALL: [Self; 4] = [Self::Kept, Self::Lost, Self::Torn, Self::Mixed];
}

/// A disk with two files.
#[derive(Clone, Debug, Default)]
pub(super) struct Disk(Arc<Mutex<Content>>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    State,
    Letters,
}

#[derive(Debug, Default)]
struct Content {
    files: [FileContent; 2],
    steps: u64,
    /// The step at which the disk dies.
    dies_at: Option<u64>,
    /// The step that fails, once: the change of that step is not synced, and everything after it
    /// works.
    fails_at: Option<u64>,
    full: bool,
}

#[derive(Clone, Debug, Default)]
struct FileContent {
    synced: Vec<u8>,
    pending: Vec<Change>,
    seen: Vec<u8>,
}

#[derive(Clone, Debug)]
enum Change {
    Write { at: usize, bytes: Vec<u8> },
    Length(usize),
}

impl Change {
    fn apply(&self, file: &mut Vec<u8>) {
        match self {
            Self::Length(length) => file.resize(*length, 0),
            Self::Write { at, bytes } => {
                let end = at + bytes.len();
                if file.len() < end {
                    file.resize(end, 0);
                }
                file[*at..end].copy_from_slice(bytes);
            }
        }
    }

    /// Only the first half of a write.
    fn torn(&self) -> Self {
        match self {
            Self::Length(length) => Self::Length(*length),
            Self::Write { at, bytes } => {
                Self::Write { at: *at, bytes: bytes[..bytes.len() / 2].to_vec() }
            }
        }
    }
}

impl Disk {
    fn lock(&self) -> MutexGuard<'_, Content> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Dies at step number `step`, counted from 0.
    pub(super) fn die_at(&self, step: u64) {
        self.lock().dies_at = Some(step);
    }

    /// Fails once, at step number `step`.
    pub(super) fn fail_at(&self, step: u64) {
        self.lock().fails_at = Some(step);
    }

    /// Every step fails while the disk is full.
    pub(super) fn set_full(&self, full: bool) {
        self.lock().full = full;
    }

    pub(super) fn steps(&self) -> u64 {
        self.lock().steps
    }

    /// The disk after a power cut.
    pub(super) fn survivor(&self, unsynced: Unsynced) -> Self {
        let files = self.lock().files.clone().map(|file| {
            let mut content = file.synced;
            let last = file.pending.len().wrapping_sub(1);
            for (number, change) in file.pending.iter().enumerate() {
                match unsynced {
                    Unsynced::Lost => {}
                    Unsynced::Torn if number == last => change.torn().apply(&mut content),
                    Unsynced::Mixed if number % 2 == 1 => {}
                    Unsynced::Kept | Unsynced::Torn | Unsynced::Mixed => change.apply(&mut content),
                }
            }
            FileContent { synced: content.clone(), pending: Vec::new(), seen: content }
        });
        Self(Arc::new(Mutex::new(Content { files, ..Content::default() })))
    }

    /// One of the disk's files.
    pub(super) fn file(&self, name: Name) -> DiskFile {
        DiskFile { disk: self.clone(), name }
    }

    /// The bytes of a file.
    pub(super) fn content(&self, name: Name) -> Vec<u8> {
        self.lock().files[name as usize].seen.clone()
    }

    /// Takes a step that changes something.
    fn change(&self, name: Name, change: Change) -> io::Result<()> {
        let mut content = self.lock();
        // A write that fails may be half done: the write is pending, like others that were not
        // synced.
        let here = Some(content.steps);
        let fails = content.dies_at == here || content.fails_at == here;
        content.step(fails)?;
        let file = &mut content.files[name as usize];
        change.apply(&mut file.seen);
        file.pending.push(change);
        if fails { Err(dead()) } else { Ok(()) }
    }

    fn sync(&self, name: Name) -> io::Result<()> {
        let mut content = self.lock();
        content.step(false)?;
        let file = &mut content.files[name as usize];
        file.pending.clear();
        file.synced = file.seen.clone();
        Ok(())
    }
}

impl Content {
    fn step(&mut self, fails_later: bool) -> io::Result<()> {
        let number = self.steps;
        self.steps += 1;
        if self.fails_at == Some(number) && !fails_later {
            return Err(dead());
        }
        if self.full {
            return Err(io::Error::new(io::ErrorKind::StorageFull, "no space left on device"));
        }
        match self.dies_at {
            Some(at) if number > at || number == at && !fails_later => Err(dead()),
            _ => Ok(()),
        }
    }
}

fn dead() -> io::Error {
    io::Error::other("the disk failed")
}

/// A file on the disk.
#[derive(Clone, Debug)]
pub(super) struct DiskFile {
    disk: Disk,
    name: Name,
}

impl StorageBackend for DiskFile {
    fn len(&self) -> io::Result<u64> {
        Ok(self.disk.content(self.name).len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let content = self.disk.lock();
        let file = &content.files[self.name as usize].seen;
        let at = offset as usize;
        let bytes = file.get(at..at + out.len());
        out.copy_from_slice(bytes.ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.disk.change(self.name, Change::Length(len as usize))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.disk.sync(self.name)
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let change = Change::Write { at: offset as usize, bytes: data.to_vec() };
        self.disk.change(self.name, change)
    }

    // Nobody else has the disk, so every lock is free.

    fn try_lock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<bool, BackendError> {
        Ok(true)
    }

    fn try_lock_shared_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<bool, BackendError> {
        Ok(true)
    }

    fn lock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<(), BackendError> {
        Ok(())
    }

    fn lock_shared_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<(), BackendError> {
        Ok(())
    }

    fn unlock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<(), BackendError> {
        Ok(())
    }

    fn query_lock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<bool, BackendError> {
        Ok(false)
    }
}

impl EntryFile for DiskFile {
    fn length(&self) -> io::Result<u64> {
        StorageBackend::len(self)
    }

    fn cut(&self, bytes: u64) -> io::Result<()> {
        self.set_len(bytes)
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let end = StorageBackend::len(self)?;
        StorageBackend::write(self, end, bytes)
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }
}

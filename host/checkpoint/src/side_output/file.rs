//! A file of JSON lines that can be cut back to what a checkpoint covers.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::error::SideOutputError;
use crate::file_id::{AtPath, FileId};

/// The operations on a file of entries. Tests put in a file that fails at a chosen step.
pub(crate) trait EntryFile: Send {
    /// The file's length in bytes.
    fn length(&self) -> io::Result<u64>;

    /// Cuts the file to so many bytes.
    fn cut(&self, bytes: u64) -> io::Result<()>;

    /// Writes at the end of the file.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Returns when what was written would survive a power cut.
    fn sync(&self) -> io::Result<()>;
}

impl EntryFile for File {
    fn length(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn cut(&self, bytes: u64) -> io::Result<()> {
        self.set_len(bytes)
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.seek(SeekFrom::End(0))?;
        self.write_all(bytes)
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }
}

/// Opens or makes the file at `path`, and the folder of the file.
fn open(path: &Path) -> io::Result<Box<dyn EntryFile>> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
    Ok(Box::new(file))
}

pub(super) struct FileTarget {
    what: &'static str,
    path: PathBuf,
    file: Box<dyn EntryFile>,
    /// The open file; `None` where a test's double has no path.
    id: Option<FileId>,
}

impl FileTarget {
    /// Opens or makes the file at `path`, and the folder of the file.
    pub(super) fn open(what: &'static str, path: &Path) -> Result<Self, SideOutputError> {
        let failed = |error| SideOutputError::File { what, path: path.to_path_buf(), error };
        let file = open(path).map_err(failed)?;
        let id = Some(FileId::of(path).map_err(failed)?);
        Ok(Self { id, ..Self::new(what, path, file) })
    }

    /// A file that is open already.
    pub(super) fn new(what: &'static str, path: &Path, file: Box<dyn EntryFile>) -> Self {
        Self { what, path: path.to_path_buf(), file, id: None }
    }

    /// Opens the file at the path where that is not the open one any more: it was removed, or put
    /// aside. Whether it was.
    pub(super) fn follow_path(&mut self) -> Result<bool, SideOutputError> {
        let Some(id) = self.id else { return Ok(false) };
        if id.look(&self.path).map_err(|e| self.failed(e))? == AtPath::Same {
            return Ok(false);
        }
        *self = Self::open(self.what, &self.path)?;
        let (what, path) = (self.what, self.path.display());
        tracing::warn!("{what} {path}: the file was removed or replaced; a new one is written");
        Ok(true)
    }

    pub(super) fn length(&self) -> Result<u64, SideOutputError> {
        self.file.length().map_err(|e| self.failed(e))
    }

    /// Makes the file no longer than `bytes`.
    pub(super) fn cut(&self, bytes: u64) -> Result<(), SideOutputError> {
        if self.length()? > bytes {
            self.file.cut(bytes).map_err(|e| self.failed(e))?;
        }
        Ok(())
    }

    /// Writes to the end, and returns when the bytes would survive a power cut.
    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<(), SideOutputError> {
        if bytes.is_empty() {
            return Ok(());
        }
        let done = self.file.append(bytes).and_then(|()| self.file.sync());
        done.map_err(|e| self.failed(e))
    }

    fn failed(&self, error: io::Error) -> SideOutputError {
        SideOutputError::File { what: self.what, path: self.path.clone(), error }
    }
}

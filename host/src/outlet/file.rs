//! A file of JSON lines that can be cut back to what a checkpoint covers.

use std::fs::{self, File, OpenOptions};
use std::io::{Error, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::OutletError;

pub(super) struct FileTarget {
    what: &'static str,
    path: PathBuf,
    file: File,
}

impl FileTarget {
    /// Opens or makes the file, and its folder; tells its length too.
    pub(super) fn open(what: &'static str, path: &Path) -> Result<(Self, u64), OutletError> {
        let failed = |error| OutletError::File { what, path: path.to_path_buf(), error };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        let options = OpenOptions::new().create(true).truncate(false).write(true).clone();
        let file = options.open(path).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        Ok((Self { what, path: path.to_path_buf(), file }, length))
    }

    /// Makes the file no longer than `bytes`.
    pub(super) fn cut(&self, bytes: u64) -> Result<(), OutletError> {
        let length = self.file.metadata().map_err(|e| self.failed(e))?.len();
        if length > bytes {
            self.file.set_len(bytes).map_err(|e| self.failed(e))?;
        }
        Ok(())
    }

    /// Writes to the end, and returns when it would survive a power cut.
    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<(), OutletError> {
        if bytes.is_empty() {
            return Ok(());
        }
        let done = self
            .file
            .seek(SeekFrom::End(0))
            .and_then(|_| self.file.write_all(bytes))
            .and_then(|()| self.file.sync_data());
        done.map_err(|e| self.failed(e))
    }

    fn failed(&self, error: Error) -> OutletError {
        OutletError::File { what: self.what, path: self.path.clone(), error }
    }
}

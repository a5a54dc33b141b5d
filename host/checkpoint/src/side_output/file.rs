//! A file of JSON lines that can be cut back to what a checkpoint covers.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use streamgauge_pipeline::{FileLimit, OutletFile, WhenFull};

use super::error::SideOutputError;
use super::extent::Extent;
use super::segments::{bring_back, full_files, numbered, prune, sync_folder};
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

/// Who may read a new file: its owner. There are whole records in it.
const MODE: u32 = 0o600;

/// Opens or makes the file at `path`, and the folder of the file.
fn open(path: &Path) -> io::Result<Box<dyn EntryFile>> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true).mode(MODE);
    let file = options.open(path)?;
    Ok(Box::new(file))
}

pub(super) struct FileTarget {
    what: &'static str,
    path: PathBuf,
    file: Box<dyn EntryFile>,
    /// The open file; `None` where a test's double has no path.
    id: Option<FileId>,
    limit: Option<FileLimit>,
    /// The number of the open file. It is that of a rotation that failed until that is undone.
    segment: u64,
    /// The number that the last stored checkpoint names.
    stored: u64,
}

impl FileTarget {
    /// Opens or makes the file of `outlet`, and the folder of the file. Where a checkpoint names
    /// `covered`, it is that file again, and those that were begun later are removed.
    pub(super) fn open(
        what: &'static str,
        outlet: &OutletFile,
        covered: Option<Extent>,
    ) -> Result<Self, SideOutputError> {
        let path = outlet.path.as_path();
        let failed = |error| SideOutputError::File { what, path: path.to_path_buf(), error };
        let segment = if let Some(covered) = covered {
            bring_back(path, covered.segment).map_err(failed)?;
            covered.segment
        } else {
            let full = full_files(path).map_err(failed)?;
            full.last_key_value().map_or(0, |(last, _)| last + 1)
        };
        let file = open(path).map_err(failed)?;
        let id = Some(FileId::of(path).map_err(failed)?);
        let target = Self::new(what, path, file);
        Ok(Self { id, limit: outlet.limit, segment, stored: segment, ..target })
    }

    /// A file that is open already.
    pub(super) fn new(what: &'static str, path: &Path, file: Box<dyn EntryFile>) -> Self {
        let path = path.to_path_buf();
        Self { what, path, file, id: None, limit: None, segment: 0, stored: 0 }
    }

    /// The number of the open file.
    pub(super) fn segment(&self) -> u64 {
        self.segment
    }

    /// Makes the files as they were at `extent`: entries after it are written again. Returns where
    /// they go on: somebody may have put the file aside meanwhile.
    pub(super) fn go_back(&mut self, extent: Extent) -> Result<Extent, SideOutputError> {
        let mut extent = extent;
        if self.segment != extent.segment {
            bring_back(&self.path, extent.segment).map_err(|e| self.failed(e))?;
            self.reopen()?;
            self.segment = extent.segment;
        }
        if self.is_elsewhere()? {
            self.reopen()?;
            let (what, path) = (self.what, self.path.display());
            tracing::warn!("{what} {path}: the file was removed or replaced; a new one is written");
            extent.bytes = self.length()?;
        }
        self.cut(extent.bytes)?;
        self.prune(extent.segment);
        Ok(extent)
    }

    fn reopen(&mut self) -> Result<(), SideOutputError> {
        self.file = open(&self.path).map_err(|e| self.failed(e))?;
        self.id = Some(FileId::of(&self.path).map_err(|e| self.failed(e))?);
        Ok(())
    }

    /// Whether the file at the path is not the open one any more: it was removed, or put aside.
    fn is_elsewhere(&self) -> Result<bool, SideOutputError> {
        let Some(id) = self.id else { return Ok(false) };
        Ok(id.look(&self.path).map_err(|e| self.failed(e))? != AtPath::Same)
    }

    /// Refuses entries where the file is full and is not to be rotated.
    pub(super) fn check_room(&self, bytes: u64) -> Result<(), SideOutputError> {
        match self.limit {
            Some(FileLimit { bytes_max, when_full: WhenFull::Stop }) if bytes >= bytes_max => {
                let (what, path) = (self.what, self.path.clone());
                Err(SideOutputError::Full { what, path, bytes, bytes_max })
            }
            _ => Ok(()),
        }
    }

    /// A checkpoint that names file number `segment` is stored.
    pub(super) fn stored(&mut self, segment: u64) {
        self.stored = segment;
        self.prune(segment);
    }

    /// Removes old files, but none that a crash or a failure may need.
    fn prune(&self, segment: u64) {
        let Some(FileLimit { when_full: WhenFull::Rotate { keep }, .. }) = self.limit else {
            return;
        };
        if segment == 0 {
            return;
        }
        if let Err(error) = prune(&self.path, keep, self.stored) {
            let (what, path) = (self.what, self.path.display());
            tracing::warn!("{what} {path}: an old file could not be removed: {error}");
        }
    }

    /// Gives the file its number and begins the next one.
    fn rotate(&mut self, extent: &mut Extent) -> Result<(), SideOutputError> {
        self.sync()?;
        let full = numbered(&self.path, self.segment);
        // First: what fails from here on is undone by this number.
        self.segment += 1;
        fs::rename(&self.path, full).map_err(|e| self.failed(e))?;
        self.reopen()?;
        sync_folder(&self.path).map_err(|e| self.failed(e))?;
        (extent.segment, extent.bytes) = (self.segment, 0);
        Ok(())
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

    /// Writes lines to the end, which moves `extent`; to a new file where they have no room.
    pub(super) fn append(
        &mut self,
        bytes: &[u8],
        extent: &mut Extent,
    ) -> Result<(), SideOutputError> {
        let length = bytes.len() as u64;
        if let Some(FileLimit { bytes_max, when_full: WhenFull::Rotate { .. } }) = self.limit
            && extent.bytes > 0
            && extent.bytes + length > bytes_max
        {
            self.rotate(extent)?;
        }
        self.file.append(bytes).map_err(|e| self.failed(e))?;
        extent.bytes += length;
        Ok(())
    }

    /// Returns when the bytes would survive a power cut.
    pub(super) fn sync(&self) -> Result<(), SideOutputError> {
        self.file.sync().map_err(|e| self.failed(e))
    }

    fn failed(&self, error: io::Error) -> SideOutputError {
        SideOutputError::File { what: self.what, path: self.path.clone(), error }
    }
}

//! Files that a state keeps by their digest: the texts of pipeline files and the components of
//! plugins with which its editions were taken over last, so that a pipeline can be started without
//! the files that it came from.
//!
//! Invariant: a file has its name when it is whole and on the disk. A text may hold secrets, so the
//! files are for their owner alone.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use streamgauge_core::digest_of;

/// The name of the folder beside the state.
const FOLDER: &str = "kept";

/// Who may read a file: its owner.
const MODE: u32 = 0o600;

/// What a kept file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptKind {
    /// The text of a pipeline file.
    Text,
    /// The component of a plugin.
    Component,
}

impl KeptKind {
    fn ending(self) -> &'static str {
        match self {
            Self::Text => "toml",
            Self::Component => "wasm",
        }
    }
}

/// The files that are kept beside a state.
#[derive(Clone, Debug)]
pub struct KeptFiles {
    folder: PathBuf,
}

impl KeptFiles {
    /// The files beside the state in `dir`.
    pub fn beside(dir: &Path) -> Self {
        Self { folder: dir.join(FOLDER) }
    }

    /// Keeps `bytes`, and returns their digest when they would survive a power cut.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn keep(&self, kind: KeptKind, bytes: &[u8]) -> io::Result<String> {
        let digest = digest_of(bytes).to_string();
        if !self.has(kind, &digest) {
            fs::create_dir_all(&self.folder)?;
            write_whole(&self.path(kind, &digest), bytes, MODE)?;
        }
        Ok(digest)
    }

    /// True if the bytes with this digest are kept.
    pub fn has(&self, kind: KeptKind, digest: &str) -> bool {
        self.path(kind, digest).is_file()
    }

    /// The bytes with this digest.
    ///
    /// # Errors
    /// They are not kept, cannot be read, or are others by now.
    pub fn read(&self, kind: KeptKind, digest: &str) -> io::Result<Vec<u8>> {
        let bytes = fs::read(self.path(kind, digest))?;
        if digest_of(&bytes).to_string() == digest {
            return Ok(bytes);
        }
        Err(io::Error::new(ErrorKind::InvalidData, "its bytes are others than its name says"))
    }

    /// The path of the bytes with this digest.
    pub fn path(&self, kind: KeptKind, digest: &str) -> PathBuf {
        self.folder.join(format!("{digest}.{}", kind.ending()))
    }

    /// The files that none of `needed` names, with their sizes.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn others(&self, needed: &BTreeSet<PathBuf>) -> io::Result<Vec<(PathBuf, u64)>> {
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut others = Vec::new();
        for entry in entries {
            let entry = entry?;
            if !needed.contains(&entry.path()) {
                others.push((entry.path(), entry.metadata()?.len()));
            }
        }
        others.sort();
        Ok(others)
    }
}

/// Writes the file at `path`, whole and on the disk, in the place of one that may be there. The mode is
/// `mode`, less what the process masks.
pub(crate) fn write_whole(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    // One that a crash left may have another owner's mode.
    let _ = fs::remove_file(&part);
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(mode).open(&part)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    written.and_then(|()| fs::rename(&part, path)).inspect_err(|_| {
        let _ = fs::remove_file(&part);
    })?;
    match path.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_file_is_kept_once_and_for_its_owner_and_read_only_as_it_was() {
        let folder = tempfile::tempdir().expect("a folder");
        let kept = KeptFiles::beside(folder.path());
        assert_eq!(kept.others(&BTreeSet::new()).expect("an empty folder"), []);
        let digest = kept.keep(KeptKind::Text, b"name").expect("it can be written");
        assert_eq!(kept.keep(KeptKind::Text, b"name").expect("it is there"), digest);
        let path = kept.path(KeptKind::Text, &digest);
        let mode = fs::metadata(&path).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, MODE);
        assert_eq!(kept.read(KeptKind::Text, &digest).expect("it is there"), b"name");
        assert!(kept.read(KeptKind::Component, &digest).is_err(), "no component was kept");
        let component = kept.keep(KeptKind::Component, b"\0asm").expect("it can be written");
        let other = kept.path(KeptKind::Component, &component);
        let needed = BTreeSet::from([path.clone()]);
        assert_eq!(kept.others(&needed).expect("a folder"), [(other, 4)]);
        fs::write(&path, "nama").expect("it is ours");
        assert!(kept.read(KeptKind::Text, &digest).is_err(), "a damaged file is noticed");
    }
}

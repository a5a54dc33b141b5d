//! The identity of a file behind its path: what is written into a file that was removed or replaced
//! meanwhile would be gone with its last handle, and no write tells so.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Device and number of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileId {
    device: u64,
    number: u64,
}

/// What is at the path of an open file now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AtPath {
    /// The file that was opened there.
    Same,
    /// Nothing: the file or its folder was removed.
    Nothing,
    /// Another file than the one that was opened there.
    Another,
}

impl FileId {
    /// The file at `path`.
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        let metadata = fs::metadata(path)?;
        Ok(Self { device: metadata.dev(), number: metadata.ino() })
    }

    /// Looks at `path`, which was the path of this file.
    pub(crate) fn look(self, path: &Path) -> io::Result<AtPath> {
        match Self::of(path) {
            Ok(found) if found == self => Ok(AtPath::Same),
            Ok(_) => Ok(AtPath::Another),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(AtPath::Nothing),
            Err(error) => Err(error),
        }
    }
}

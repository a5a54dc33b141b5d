//! Where a state's file goes on, also where the file was renamed and another one took its place, as a
//! rotation of logs does. Asked at each opening; what is missing is named, and never passed over in
//! silence.

use std::ffi::OsStr;
use std::fs::{self, DirEntry};
use std::io;
use std::os::unix::fs::{DirEntryExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use streamgauge_core::{FileMark, GapKind, OffsetGap, PartitionSnapshot, Position};

use super::error::unreadable;
use super::same::{self, Trace};
use crate::{FileGap, LogGap, SourceError};

/// The characters that follow the name of a file where a rotation adds to it.
const SEPARATORS: [u8; 3] = *b".-_";

/// Where the log of a state goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the file, at the position.
    Here,
    /// At the position in what was the file, and now has this path.
    Rest(PathBuf),
    /// At the start of the file: the one before was read to its end.
    Next,
    /// Something may be missing.
    Gap(LogGap),
}

impl Place {
    /// Where the log of `snapshot` goes on if its file is that at `path`.
    ///
    /// # Errors
    /// The file is missing or cannot be read.
    pub fn find(path: &Path, snapshot: &PartitionSnapshot) -> Result<Self, SourceError> {
        let position = &snapshot.position;
        let there = Trace::of(path);
        let is_same = match (&there, position.mark) {
            (Err(_), _) => false,
            // Every file begins with nothing.
            (Ok(there), Some(mark)) if mark.at == 0 && position.last.is_none() => {
                there.identity() == identity(&mark)
            }
            (Ok(_), _) => same::holds(path, position)?,
        };
        if is_same {
            return Ok(Self::Here);
        }
        // What was not read of a file that was renamed can be read before another one has its name.
        let Some(mark) = position.mark else {
            return there.map(|_| gap(path, snapshot, GapKind::FileReplaced, None));
        };
        let rest = renamed(path, &mark)?;
        if let Some((rest, trace)) = &rest
            && mark.left.is_none_or(|left| trace.modified() > left)
            && same::holds(rest, position)?
        {
            return Ok(Self::Rest(rest.clone()));
        }
        let there = there?;
        match mark.left {
            Some(left) => Ok(match between(path, &mark, left, there)? {
                Some(other) => gap(path, snapshot, GapKind::FileReplaced, Some(other)),
                None => Self::Next,
            }),
            None if mark.at == 0 && position.last.is_none() => Ok(Self::Here),
            None if there.identity() == identity(&mark) => {
                Ok(gap(path, snapshot, GapKind::FileRewritten, None))
            }
            None => Ok(gap(path, snapshot, GapKind::FileReplaced, None)),
        }
    }

    /// The position of a state that goes on at the start of the file at `path`.
    ///
    /// # Errors
    /// The file is missing or cannot be read.
    pub fn start(path: &Path, next_offset: i64) -> Result<Position, SourceError> {
        let mark = same::first_mark(Trace::of(path)?.identity(), next_offset);
        Ok(Position { mark: Some(mark), ..Position::default() })
    }
}

fn identity(mark: &FileMark) -> (u64, u64) {
    (mark.device, mark.inode)
}

fn gap(
    path: &Path,
    snapshot: &PartitionSnapshot,
    kind: GapKind,
    between: Option<PathBuf>,
) -> Place {
    let next = snapshot.state.next_offset;
    let file = FileGap { path: path.to_owned(), at: snapshot.position.cursor, between };
    Place::Gap(LogGap {
        partition: snapshot.partition,
        gap: OffsetGap { kind, from: next, to: next },
        low: next,
        high: next,
        named: snapshot.state.gaps.len(),
        file: Some(Box::new(file)),
    })
}

/// The file with this mark under another name in the same folder.
fn renamed(path: &Path, mark: &FileMark) -> Result<Option<(PathBuf, Trace)>, SourceError> {
    look(path, |entry| {
        if entry.ino() != mark.inode || Some(&*entry.file_name()) == path.file_name() {
            return Ok(None);
        }
        let found = entry.metadata()?;
        // Without bytes to compare, another file may have been given its number.
        let is_related = mark.at > 0 || continues(path, &entry.file_name());
        let is_it = found.is_file() && (found.dev(), found.ino()) == identity(mark);
        Ok((is_it && is_related).then(|| (entry.path(), Trace::from(&found))))
    })
}

/// A file that was rotated away and never read: its name continues that of the file, and it was
/// written to after the one that was read.
fn between(
    path: &Path,
    mark: &FileMark,
    left: i64,
    there: Trace,
) -> Result<Option<PathBuf>, SourceError> {
    look(path, |entry| {
        if !continues(path, &entry.file_name()) {
            return Ok(None);
        }
        let found = entry.metadata()?;
        let trace = Trace::from(&found);
        let is_known = [identity(mark), there.identity()].contains(&trace.identity());
        let is_one = found.is_file() && trace.length() > 0 && trace.modified() > left && !is_known;
        Ok(is_one.then(|| entry.path()))
    })
}

/// True if the name `other` continues that of the file, as a rotation makes names.
fn continues(path: &Path, other: &OsStr) -> bool {
    let name = path.file_name().map(OsStr::as_encoded_bytes).unwrap_or_default();
    let more = other.as_encoded_bytes().strip_prefix(name);
    more.and_then(|more| more.first()).is_some_and(|byte| SEPARATORS.contains(byte))
}

/// What `pick` picks of the folder in which `path` stands. A file that goes meanwhile is none.
fn look<T>(
    path: &Path,
    pick: impl Fn(&DirEntry) -> io::Result<Option<T>>,
) -> Result<Option<T>, SourceError> {
    let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    let unreadable = |error: io::Error| unreadable(folder, &error);
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        match pick(&entry.map_err(unreadable)?) {
            Ok(None) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Ok(found) => return Ok(found),
            Err(error) => return Err(unreadable(error)),
        }
    }
    Ok(None)
}

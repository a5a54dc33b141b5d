//! The folder of backups: their names, which say of which state and of when they are, and which of
//! them are over.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDateTime};

/// The first part of each name.
const PREFIX: &str = "streamgauge-";

/// The last part of the name of a backup that is whole.
const ENDING: &str = ".sgex";

/// What is added to the name while the backup is being written.
const UNFINISHED: &str = ".part";

/// The part of an identity that is in a name: enough to tell the states of one folder apart.
const IDENTITY_CHARS: usize = 12;

/// The moment in a name, in UTC.
const TIME: &str = "%Y%m%dT%H%M%SZ";

/// A file of a backup, by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupFile {
    /// The path of the file.
    pub path: PathBuf,
    /// When it was made, in milliseconds since the Unix epoch.
    pub at: i64,
    /// Its size in bytes.
    pub bytes: u64,
    /// The beginning of the identity of its state.
    identity: String,
}

impl BackupFile {
    /// True for a backup of the state with this identity.
    pub fn is_of(&self, identity: &str) -> bool {
        self.identity == short(identity)
    }
}

/// The part of an identity that is in a name.
fn short(identity: &str) -> String {
    let known = identity.chars().filter(char::is_ascii_hexdigit).take(IDENTITY_CHARS);
    format!("{:0<IDENTITY_CHARS$}", known.collect::<String>())
}

/// The name of a backup that is made at `at`, in milliseconds since the Unix epoch.
pub(super) fn name(identity: &str, at: i64) -> String {
    let time = DateTime::from_timestamp_millis(at).unwrap_or_default().format(TIME);
    format!("{PREFIX}{}-{time}{ENDING}", short(identity))
}

/// The path of a backup while it is being written.
pub(super) fn unfinished(path: &Path) -> PathBuf {
    let mut part = path.as_os_str().to_owned();
    part.push(UNFINISHED);
    part.into()
}

/// The backups in `dir` of every state, the oldest first; none where there is no such folder.
///
/// # Errors
/// The folder cannot be read.
pub fn backups_in(dir: &Path) -> io::Result<Vec<BackupFile>> {
    let mut found = Vec::new();
    each(dir, |path, name, bytes| {
        if let Some((identity, at)) = name.strip_suffix(ENDING).and_then(parts) {
            found.push(BackupFile { path, at, bytes, identity });
        }
    })?;
    found.sort_by(|a, b| (a.at, &a.path).cmp(&(b.at, &b.path)));
    Ok(found)
}

/// What a crash left in `dir` of backups that were being written.
///
/// # Errors
/// The folder cannot be read.
pub fn leftovers(dir: &Path) -> io::Result<Vec<BackupFile>> {
    let mut found = Vec::new();
    each(dir, |path, name, bytes| {
        let name = name.strip_suffix(UNFINISHED).and_then(|name| name.strip_suffix(ENDING));
        if let Some((identity, at)) = name.and_then(parts) {
            found.push(BackupFile { path, at, bytes, identity });
        }
    })?;
    Ok(found)
}

/// Hands over path, name and size of each file in `dir`.
fn each(dir: &Path, mut take: impl FnMut(PathBuf, &str, u64)) -> io::Result<()> {
    let entries = match fs::read_dir(dir) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        // One that was removed in the meantime is none.
        let Ok(metadata) = entry.metadata() else { continue };
        if let (true, Some(name)) = (metadata.is_file(), entry.file_name().to_str()) {
            take(entry.path(), name, metadata.len());
        }
    }
    Ok(())
}

/// Identity and moment in a name without its ending.
fn parts(name: &str) -> Option<(String, i64)> {
    let (identity, time) = name.strip_prefix(PREFIX)?.split_once('-')?;
    let is_identity =
        identity.len() == IDENTITY_CHARS && identity.bytes().all(|b| b.is_ascii_hexdigit());
    let at = NaiveDateTime::parse_from_str(time, TIME).ok()?.and_utc().timestamp_millis();
    is_identity.then(|| (identity.to_owned(), at))
}

/// The oldest of `files`, which are in order, that are over: more than `keep`, or more bytes than
/// `bytes_max` together. The newest one never is.
pub fn over(files: &[BackupFile], keep: usize, bytes_max: u64) -> &[BackupFile] {
    let mut over = files.len().saturating_sub(keep.max(1));
    let sum = |files: &[BackupFile]| files.iter().map(|file| file.bytes).sum::<u64>();
    while over + 1 < files.len() && sum(&files[over..]) > bytes_max {
        over += 1;
    }
    &files[..over]
}

//! The files of one side output: the one that is written, and full ones beside it, with a number in
//! their names.
//!
//! Invariant: file number `n` has its number in its name iff a later one was begun. So what a
//! checkpoint names by number and length is found after a crash at any step, and what came after
//! it is removed.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// The shortest number in a name.
const DIGITS: usize = 6;

/// `path` with a number before its ending.
pub(super) fn numbered(path: &Path, number: u64) -> PathBuf {
    let (stem, ending) = parts(path);
    path.with_file_name(format!("{stem}.{number:0DIGITS$}{ending}"))
}

/// The full files beside `path`, by number.
///
/// # Errors
/// The folder cannot be read.
pub fn full_files(path: &Path) -> io::Result<BTreeMap<u64, PathBuf>> {
    let (stem, ending) = parts(path);
    let mut found = BTreeMap::new();
    let entries = match fs::read_dir(folder(path)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let number = name.to_str().and_then(|name| {
            let number = name.strip_prefix(&stem)?.strip_prefix('.')?.strip_suffix(&ending)?;
            let is_number = number.len() >= DIGITS && number.bytes().all(|b| b.is_ascii_digit());
            number.parse().ok().filter(|_| is_number)
        });
        if let Some(number) = number {
            found.insert(number, entry.path());
        }
    }
    Ok(found)
}

/// Makes number `number` the file that is written, if a later one was begun, and removes all later
/// ones. A crash within may be followed by the same call.
pub(super) fn bring_back(path: &Path, number: u64) -> io::Result<()> {
    let full = full_files(path)?;
    if full.range(number..).next().is_none() {
        return Ok(());
    }
    if let Some(own) = full.get(&number) {
        fs::rename(own, path)?;
    }
    for later in full.range(number + 1..).map(|(_, path)| path) {
        fs::remove_file(later)?;
    }
    sync_folder(path)
}

/// Removes the oldest full files, so that `keep` stay, besides number `needed`.
pub(super) fn prune(path: &Path, keep: u32, needed: u64) -> io::Result<()> {
    let full = full_files(path)?;
    let over = full.len().saturating_sub(keep as usize);
    for (_, old) in full.into_iter().take(over).filter(|(number, _)| *number != needed) {
        fs::remove_file(old)?;
    }
    Ok(())
}

/// Returns when names in the folder of `path` would survive a power cut.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(folder(path))?.sync_all()
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The name of `path` before the number and after it.
fn parts(path: &Path) -> (String, String) {
    let text = |part: &OsStr| part.to_string_lossy().into_owned();
    let stem = path.file_stem().map_or_else(String::new, text);
    (stem, path.extension().map_or_else(String::new, |ending| format!(".{}", text(ending))))
}

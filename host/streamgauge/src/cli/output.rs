//! The results of a command: printed, or written into a file.
//!
//! Invariant: everything that goes to standard output goes through [`print`]. A reader that went
//! away (`| head`) changes nothing, the exit code neither. Any other error, such as a full disk, is
//! kept, and a command that is successful otherwise fails with that error at its end.

use std::ffi::OsString;
use std::fmt::Display;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::failure::Failure;

/// The first error of standard output, except that of a reader that went away.
static LOST: OnceLock<String> = OnceLock::new();

/// Prints the result of a command.
pub(super) fn print_out(result: impl Display) -> Result<(), Failure> {
    print(&format!("{}\n", result.to_string().trim_end()));
    is_printed()
}

/// Tells something on the way to a result. What could not be told stops nothing, but is told at the
/// end.
pub(super) fn tell(words: impl Display) {
    print(&format!("{words}\n"));
}

/// Prints a text to its last byte.
pub(super) fn print(text: &str) {
    let mut output = std::io::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            LOST.get_or_init(|| error.to_string());
        }
        _ => {}
    }
}

/// Returns the failure of a command whose output is incomplete.
pub(super) fn is_printed() -> Result<(), Failure> {
    LOST.get().map_or(Ok(()), |error| {
        Err(Failure::failed(format!(
            "the output could not be written: {error}\n\
             hint: look at the disk or the program that standard output leads to"
        )))
    })
}

/// Writes `file` whole or not at all: `write` makes the file under another name, which the rename
/// takes away, so nobody finds half of a file.
pub(super) fn write_whole(
    file: &Path,
    write: impl FnOnce(&Path) -> std::io::Result<()>,
) -> Result<(), Failure> {
    let mut part: OsString = file.into();
    part.push(".part");
    let part = PathBuf::from(part);
    write(&part).and_then(|()| fs::rename(&part, file)).map_err(|error| {
        Failure::failed(format!("{} could not be written: {error}", file.display()))
    })
}

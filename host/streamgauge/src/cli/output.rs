//! The results of a command: printed, or written into a file.

use std::ffi::OsString;
use std::fmt::Display;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::failure::Failure;

/// Prints a result. A reader that went away (`| head`) is no failure.
pub(super) fn print_out(result: impl Display) -> Result<(), Failure> {
    let text = result.to_string();
    match writeln!(std::io::stdout(), "{}", text.trim_end()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::failed(format!("the result could not be printed: {error}")))
        }
        _ => Ok(()),
    }
}

/// Tells something on the way to a result. A reader that went away stops nothing.
pub(super) fn tell(words: impl Display) {
    let _ = writeln!(std::io::stdout(), "{words}");
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

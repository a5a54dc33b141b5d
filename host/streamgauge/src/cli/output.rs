//! The results of a command: printed, or written into a file.
//!
//! Invariant: everything that goes to standard output goes through [`print`]. A reader that went
//! away (`| head`) changes nothing, the exit code neither. Any other error, such as a full disk, is
//! kept, and a command that is successful otherwise fails with that error at its end.

mod harmless;

use std::ffi::OsString;
use std::fmt::Display;
use std::fs;
use std::io::{BufWriter, ErrorKind, StdoutLock, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use streamgauge_core::words;

use self::harmless::Harmless;
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

/// Prints a text to its last byte; a value in it plays no tricks on a terminal.
pub(super) fn print(text: &str) {
    print_as_it_is(&words::lines(text));
}

/// Prints a text of the program's own, which may have colours.
pub(super) fn print_as_it_is(text: &str) {
    let mut output = Output(std::io::stdout().lock());
    // What happened is kept.
    let _ = output.write_all(text.as_bytes()).and_then(|()| output.flush());
}

/// Prints what `write` writes, and a line end, without holding all of it.
pub(super) fn print_whole<T>(write: impl FnOnce(&mut dyn Write) -> T) -> T {
    let output = BufWriter::with_capacity(1 << 16, Output(std::io::stdout().lock()));
    let mut output = Harmless::over(output);
    let written = write(&mut output);
    let _ = output.write_all(b"\n").and_then(|()| output.flush());
    written
}

/// Standard output, whose first error is kept.
struct Output(StdoutLock<'static>);

impl Output {
    fn keep<T>(result: std::io::Result<T>) -> std::io::Result<T> {
        result.inspect_err(|error| {
            if !matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::Interrupted) {
                LOST.get_or_init(|| error.to_string());
            }
        })
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        Self::keep(self.0.write(bytes))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Self::keep(self.0.flush())
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
        // Nobody needs half of a file; one that cannot be removed is in nobody's way.
        let _ = fs::remove_file(&part);
        Failure::failed(format!("{} could not be written: {error}", file.display()))
    })
}

//! The file that is read: whether it is still the one that was opened, and the marks by which it is
//! found again.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use streamgauge_core::{FileMark, Position, RecordTime};

use super::error::{moved, unreadable};
use super::input::Packing;
use super::lines::Lines;
use super::same::{self, Last, Trace};
use crate::SourceError;

/// How long a writer may be silent within a row, or before it is done with a file that was renamed: it
/// writes a row at once, or nearly so, and opens another file as soon as it is told.
const SILENCE: Duration = Duration::from_secs(2);

/// How often a mark is made while records come.
const MARK_EVERY: Duration = Duration::from_secs(1);

/// A file that waits to be read.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) path: PathBuf,
    /// Where its first record starts.
    pub(super) start: u64,
    pub(super) stamp: RecordTime,
}

pub(super) struct Reading {
    pub(super) part: Part,
    /// The path at which the log goes on; another one where the file was renamed.
    pub(super) home: PathBuf,
    pub(super) lines: Lines<Box<dyn Read + Send>>,
    /// What is read of the file while nothing comes.
    pub(super) silence: Silence,
    /// The same, since another file, or none, is at home.
    pub(super) absence: Silence,
    /// The last record that was handed over, where marks are made.
    pub(super) last: Option<Last>,
    /// The file when what was read of it was compared.
    pub(super) trace: Option<Trace>,
    /// The file, whatever its name is by now.
    pub(super) file: File,
    pub(super) packing: Packing,
    /// `None` means that nobody stores where reading stands.
    pub(super) marks: Option<Marks>,
}

/// The marks of a file.
pub(super) struct Marks {
    mark: FileMark,
    /// The one that was told last.
    told: Option<FileMark>,
    made: Instant,
}

/// How long a file has not grown.
#[derive(Default)]
pub(super) struct Silence(Option<(u64, Instant)>);

impl Silence {
    /// True if `read` bytes were all that there is for [`SILENCE`].
    pub(super) fn is_over(&mut self, read: u64, now: Instant) -> bool {
        match self.0 {
            Some((before, since)) if before == read => now.duration_since(since) >= SILENCE,
            _ => {
                self.0 = Some((read, now));
                false
            }
        }
    }

    fn has_begun(&self) -> bool {
        self.0.is_some()
    }
}

impl Reading {
    /// Marks the file from here on.
    pub(super) fn begin_marks(&mut self, position: &Position) -> Result<(), SourceError> {
        let first_offset = position.mark.map_or(0, |mark| mark.first_offset);
        let first = same::first_mark(self.look()?.identity(), first_offset);
        // The file may have this prefix in common with another one that was marked.
        let mark = position.mark.map_or(first, |before| FileMark {
            at: before.at,
            digest: before.digest,
            ..first
        });
        self.marks = Some(Marks { mark, told: None, made: Instant::now() });
        self.last = position.last.map(|(_, digest)| Last { end: position.cursor, digest });
        Ok(())
    }

    fn look(&self) -> Result<Trace, SourceError> {
        let found = self.file.metadata().map_err(|error| unreadable(&self.part.path, &error))?;
        Ok(Trace::from(&found))
    }

    /// True if another file, or none, is where the log goes on.
    pub(super) fn is_away(&self) -> bool {
        self.absence.has_begun()
    }

    /// Looks whether the file, of which everything is read, is still what was read, and still at home.
    /// A file that is shorter has lost records; one that holds other bytes is another file.
    pub(super) fn check(&mut self, now: Instant) -> Result<(), SourceError> {
        let (trace, read) = (self.look()?, self.lines.bytes_read());
        if self.trace != Some(trace) {
            let is_same = trace.length() >= read && self.holds_last()?;
            if !is_same {
                return Err(moved(&self.home, "is not what was read of it"));
            }
            self.trace = Some(trace);
        }
        let is_home = Trace::of(&self.home).is_ok_and(|there| there.identity() == trace.identity());
        if is_home {
            self.absence = Silence::default();
        } else if self.absence.is_over(read, now) {
            // What is half a line here may be whole there.
            if self.is_copied()? {
                return Err(moved(&self.home, "was written anew as it was"));
            }
            self.lines.end();
        }
        Ok(())
    }

    /// True if the file at home begins with all that was read.
    fn is_copied(&self) -> Result<bool, SourceError> {
        let (Some(marks), Some(last)) = (&self.marks, self.last) else { return Ok(false) };
        let position = Position {
            cursor: last.end,
            last: Some((RecordTime(0), last.digest)),
            read_to: None,
            mark: Some(marks.mark),
        };
        Ok(Trace::of(&self.home).is_ok() && same::holds(&self.home, &position)?)
    }

    /// Whether the bytes that were marked, and the last record, are in the file.
    fn holds_last(&self) -> Result<bool, SourceError> {
        let (Some(marks), Some(last)) = (&self.marks, self.last) else { return Ok(true) };
        // Its positions are not those of its bytes.
        if self.packing != Packing::Plain {
            return Ok(true);
        }
        let mark = same::mark_on(&self.file, marks.mark, last);
        Ok(mark.map_err(|error| unreadable(&self.part.path, &error))?.is_some())
    }

    /// The file is read to its end, and is not where the log goes on, which is found when the log is
    /// opened again.
    pub(super) fn leave(&mut self) -> SourceError {
        let trace = match self.look() {
            Ok(trace) => trace,
            Err(error) => return error,
        };
        if let Some(marks) = &mut self.marks {
            marks.mark.left = Some(trace.modified());
        }
        let missing = Trace::of(&self.home).err();
        missing.unwrap_or_else(|| moved(&self.home, "is another file, and the one before is read"))
    }

    /// The mark of what was handed over; `None` means that it is known already, or not yet.
    pub(super) fn take_mark(&mut self, is_at_end: bool, now: Instant) -> Option<FileMark> {
        let marks = self.marks.as_mut()?;
        let is_due = is_at_end || now.duration_since(marks.made) >= MARK_EVERY;
        if let Some(last) = self.last.filter(|last| last.end != marks.mark.at)
            && (is_due || marks.mark.left.is_some())
            && self.packing == Packing::Plain
        {
            // One that fails now is looked at again before the file is read on.
            marks.mark = same::mark_on(&self.file, marks.mark, last).ok().flatten()?;
            marks.made = now;
        }
        if marks.told == Some(marks.mark) {
            return None;
        }
        marks.told = Some(marks.mark);
        marks.told
    }
}

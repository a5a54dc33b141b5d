//! Files as a log: each record is a line, its offset is its number, and its cursor is the byte
//! position after it, where reading goes on after a restart.
//!
//! Lines end with LF or CRLF; the last one needs no end unless the file is followed, for there it
//! may still be growing. Empty lines are no records and have no offset. In CSV a quoted cell may
//! hold line ends. A byte order mark at a file's start is skipped. A file that is read to its end may
//! be compressed; its positions are those in the unpacked bytes.

mod error;
mod header;
mod input;
mod lines;
mod place;
mod reading;
mod same;
mod split;

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use streamgauge_core::{
    Block, BlockIndex, BlockLimits, CsvColumns, Fetched, FileMark, LogEnd, Position, ReadFrom,
    RecordMeta, RecordTime, Schema, Supply, digest_of,
};

pub use self::place::Place;

use self::error::{failed, fixed_partitions, moved, unreadable};
use self::header::Preface;
use self::input::{Input, Packing};
use self::lines::{Line, Lines, Step};
use self::reading::{Part, Reading, Silence};
use self::same::Last;
use crate::{Source, SourceError};
use streamgauge_pipeline::{FileSettings, Format};

/// How often a followed file is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The partition of a record, from its bytes and its number among all records, counted from 0.
pub type Partitioner = Box<dyn FnMut(&[u8], u64) -> u32 + Send>;

/// One or several files, read one after the other.
pub struct FileSource {
    waiting: VecDeque<Part>,
    current: Option<Reading>,
    /// The mark of the file that was read to its end, until it is told.
    last_mark: Option<FileMark>,
    /// A file that is not read for now.
    revoked: Option<Reading>,
    /// The records of the last block; their bytes are in the buffer of the current file.
    index: BlockIndex,
    format: Format,
    follow: bool,
    /// The next offset of each partition.
    next_offsets: Vec<i64>,
    partitioner: Option<Partitioner>,
    /// How many records were handed over.
    records: u64,
    /// Bytes of the files that are done.
    bytes_before: u64,
    /// Whether everything there is has been handed over.
    at_end: bool,
}

/// A source and what its files say about their columns.
pub struct Opened {
    /// The source, at its start.
    pub source: FileSource,
    /// For CSV: the columns of every file.
    pub columns: Option<CsvColumns>,
    /// For CSV with a header: its names, those of fields as the schema writes them.
    pub names: Option<Vec<String>>,
    /// What a person may want to know, such as fields without a column; one sentence each.
    pub warnings: Vec<String>,
}

/// What could be read at once.
enum Gathered {
    Records,
    Nothing,
    Ended,
}

impl FileSource {
    /// Opens `files`, to be read in this order as partition 0 of 1. Each is looked at now: it
    /// exists, and in CSV it has the columns of the others.
    ///
    /// # Errors
    /// A file is missing or cannot be read, or its header fits neither `schema` nor the others.
    ///
    /// # Panics
    /// Without any file.
    pub fn open(files: &[FileSettings], schema: &Schema) -> Result<Opened, SourceError> {
        let mut columns: Option<CsvColumns> = None;
        let mut names = None;
        let mut warnings = Vec::new();
        let mut waiting = VecDeque::new();
        let (format, follow) = (files[0].format, files[files.len() - 1].follow);
        for settings in files {
            let path = &settings.path;
            if settings.format != format {
                return Err(failed(path, "has another format than the files before it"));
            }
            let preface = Preface::read(settings, schema)?;
            match (&columns, preface.columns) {
                (None, found) => columns = found,
                (Some(columns), Some(found)) if *columns != found => {
                    return Err(failed(path, "has other columns than the files before it"));
                }
                _ => {}
            }
            warnings.extend(preface.warning);
            names = names.or(preface.names);
            let stamp = RecordTime(settings.timestamp.unwrap_or(preface.modified));
            waiting.push_back(Part { path: path.clone(), start: preface.end, stamp });
        }
        if format == Format::Csv {
            columns.get_or_insert_with(|| CsvColumns::in_schema_order(schema));
        }
        let source = Self {
            waiting,
            current: None,
            last_mark: None,
            revoked: None,
            index: BlockIndex::default(),
            format,
            follow,
            next_offsets: vec![0],
            partitioner: None,
            records: 0,
            bytes_before: 0,
            at_end: false,
        };
        Ok(Opened { source, columns, names, warnings })
    }

    /// Goes on at `position`, before the record `next_offset`, as [`Place::find`] found it to stand in
    /// the file; from here on the file is marked.
    ///
    /// # Errors
    /// The file is missing or cannot be read.
    ///
    /// # Panics
    /// With several files, which have no common position to resume at.
    pub fn resume(mut self, position: &Position, next_offset: i64) -> Result<Self, SourceError> {
        assert!(self.waiting.len() == 1 && self.current.is_none(), "one file, at its start");
        self.waiting[0].start = self.waiting[0].start.max(position.cursor);
        self.next_offsets = vec![next_offset];
        self.next_file()?;
        if let Some(reading) = &mut self.current {
            reading.begin_marks(position)?;
        }
        Ok(self)
    }

    /// What is read was at `home` before another file took its place there, so its end is not the end
    /// of the log.
    #[must_use]
    pub fn renamed_from(mut self, home: PathBuf) -> Self {
        if let Some(reading) = &mut self.current {
            reading.home = home;
        }
        self
    }

    /// Spreads the records over as many partitions as there are `next_offsets`, the offset of the
    /// first record of each. `partitioner` gives a number below that.
    #[must_use]
    pub fn partitioned(mut self, next_offsets: Vec<i64>, partitioner: Partitioner) -> Self {
        self.next_offsets = next_offsets;
        self.partitioner = Some(partitioner);
        self
    }

    /// Gives the first record this offset.
    #[must_use]
    pub fn numbered_from(mut self, first_offset: i64) -> Self {
        self.next_offsets = vec![first_offset];
        self
    }

    /// Opens the next file; false where there is none.
    fn next_file(&mut self) -> Result<bool, SourceError> {
        let Some(part) = self.waiting.front() else {
            return Ok(false);
        };
        let input = Input::open(&part.path, part.start)?;
        if input.packing == Packing::Plain && input.length < part.start {
            return Err(moved(&part.path, "is shorter than what was read of it"));
        }
        let part = self.waiting.pop_front().expect("it was looked at above");
        let follow = self.follow && self.waiting.is_empty();
        let lines = Lines::new(input.bytes, self.format, part.start, follow);
        self.current = Some(Reading {
            home: part.path.clone(),
            part,
            lines,
            silence: Silence::default(),
            absence: Silence::default(),
            last: None,
            trace: None,
            file: input.file,
            packing: input.packing,
            marks: None,
        });
        Ok(true)
    }

    fn check(&mut self) -> Result<(), SourceError> {
        match &mut self.current {
            Some(reading) if self.at_end => reading.check(Instant::now()),
            _ => Ok(()),
        }
    }

    /// Fills the block with what can be read now.
    fn gather(&mut self, limits: BlockLimits) -> Result<Gathered, SourceError> {
        self.index.clear();
        self.at_end = false;
        loop {
            let Some(reading) = &mut self.current else {
                if self.revoked.is_some() {
                    return Ok(Gathered::Nothing);
                }
                if self.next_file()? {
                    continue;
                }
                self.at_end = true;
                return Ok(Gathered::Ended);
            };
            let path = &reading.part.path;
            match reading.lines.step().map_err(|e| unreadable(path, &e))? {
                Step::Record(first) => {
                    self.index_lines(first, limits);
                    return Ok(Gathered::Records);
                }
                Step::Wait => {
                    self.at_end = true;
                    let read = reading.lines.bytes_read();
                    if reading.silence.is_over(read, Instant::now())
                        && reading.lines.give_up_quote()
                    {
                        continue;
                    }
                    return Ok(Gathered::Nothing);
                }
                Step::End if reading.is_away() => return Err(reading.leave()),
                Step::End => {
                    self.last_mark = reading.take_mark(true, Instant::now());
                    self.bytes_before += reading.lines.position();
                    self.current = None;
                }
            }
        }
    }

    /// Adds `first` and the lines after it that stand in the buffer.
    fn index_lines(&mut self, first: Line, limits: BlockLimits) {
        let Some(reading) = &mut self.current else { return };
        let mut bytes = 0;
        let mut last = None;
        let mut next = Some(first);
        while let Some(Line { value, end }) = next {
            let partition = match &mut self.partitioner {
                Some(partitioner) => {
                    partitioner(&reading.lines.buffer()[value.clone()], self.records)
                }
                None => 0,
            };
            let offset = &mut self.next_offsets[partition as usize];
            let cursor = self.bytes_before + end;
            let meta = RecordMeta { offset: *offset, time: reading.part.stamp, cursor };
            *offset += 1;
            self.records += 1;
            bytes += value.len();
            last = Some((value.clone(), end));
            self.index.push(partition, meta, Some(value));
            let is_full = self.index.records() >= limits.records || bytes >= limits.bytes;
            next = if is_full { None } else { reading.lines.buffered() };
        }
        if let (Some(_), Some((value, end))) = (&reading.marks, last) {
            let digest = digest_of(&reading.lines.buffer()[value]);
            reading.last = Some(Last { end, digest });
        }
    }
}

impl Source for FileSource {
    fn next_block(
        &mut self,
        limits: BlockLimits,
        timeout: Duration,
    ) -> Result<Fetched<'_>, SourceError> {
        let deadline = Instant::now() + timeout;
        loop {
            // A file that was written anew is not read on in the middle of a line.
            self.check()?;
            match self.gather(limits)? {
                Gathered::Records => break,
                Gathered::Ended => return Ok(Fetched::Ended),
                Gathered::Nothing => self.check()?,
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(Fetched::Nothing);
            }
            thread::sleep(left.min(LOOK_EVERY));
        }
        let bytes = self.current.as_ref().map_or(&[][..], |reading| reading.lines.buffer());
        Ok(Fetched::Records { block: Block::new(&self.index, bytes), supply: Supply::More })
    }

    /// Only a file alone can go and come back: several files have no common place to continue at.
    fn assign(&mut self, partition: u32, from: ReadFrom) -> Result<(), SourceError> {
        let Some(before) = self.revoked.take().filter(|_| partition == 0) else {
            return Err(fixed_partitions());
        };
        let start = before.part.start.max(from.cursor);
        self.waiting.push_back(Part { start, ..before.part });
        self.next_offsets = vec![from.offset];
        self.next_file()?;
        if let Some(reading) = &mut self.current {
            (reading.home, reading.marks) = (before.home, before.marks);
        }
        Ok(())
    }

    fn revoke(&mut self, partition: u32) -> Result<Option<i64>, SourceError> {
        // Before the first block the file is not open.
        if self.current.is_none() && self.waiting.len() == 1 {
            self.next_file()?;
        }
        let is_alone = self.waiting.is_empty() && self.bytes_before == 0;
        if partition != 0 || !is_alone || self.partitioner.is_some() {
            return Err(fixed_partitions());
        }
        self.revoked = self.current.take();
        Ok(None)
    }

    fn take_marks(&mut self) -> Vec<(u32, FileMark)> {
        let mark = match &mut self.current {
            Some(reading) => reading.take_mark(self.at_end, Instant::now()),
            None => self.last_mark.take(),
        };
        mark.map(|mark| (0, mark)).into_iter().collect()
    }

    fn log_ends(&mut self) -> Vec<LogEnd> {
        let is_away = self.current.as_ref().is_some_and(Reading::is_away);
        let is_end = self.at_end && !is_away;
        let end = |offset: i64| is_end.then_some(offset);
        let offsets = self.next_offsets.iter().enumerate();
        offsets.map(|(i, &o)| LogEnd { partition: i as u32, end: end(o) }).collect()
    }
}

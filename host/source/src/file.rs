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
mod same;
mod split;

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::io::Read;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use streamgauge_core::{
    Block, BlockIndex, BlockLimits, CsvColumns, Digest, Fetched, LogEnd, ReadFrom, RecordMeta,
    RecordTime, Schema, Supply, digest_of,
};

use self::error::{failed, fixed_partitions, truncated, unreadable};
use self::header::Preface;
use self::input::{Input, Packing};
use self::lines::{Line, Lines, Step};
use self::same::{Mark, Trace};
use crate::{Source, SourceError};
use streamgauge_pipeline::{FileSettings, Format};

/// How often a followed file is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// How long an open quote of a followed file holds back the lines after it: a writer writes a row at
/// once, or nearly so.
const SILENCE: Duration = Duration::from_secs(2);

/// The partition of a record, from its bytes and its number among all records, counted from 0.
pub type Partitioner = Box<dyn FnMut(&[u8], u64) -> u32 + Send>;

/// One or several files, read one after the other.
pub struct FileSource {
    waiting: VecDeque<Part>,
    current: Option<Reading>,
    /// A file that is not read for now.
    revoked: Option<Part>,
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

/// A file that waits to be read.
#[derive(Clone, Debug)]
struct Part {
    path: PathBuf,
    /// Where its first record starts.
    start: u64,
    stamp: RecordTime,
}

struct Reading {
    part: Part,
    lines: Lines<Box<dyn Read + Send>>,
    /// What is read of the file while nothing comes.
    silence: Silence,
    /// The last record that was handed over.
    last: Option<Mark>,
    /// The file when its last record was compared.
    trace: Option<Trace>,
    /// The file when it was opened.
    opened: Trace,
}

/// How long a followed file has not grown.
#[derive(Default)]
struct Silence(Option<(u64, Instant)>);

impl Silence {
    /// True if `read` bytes were all that there is for [`SILENCE`].
    fn is_over(&mut self, read: u64, now: Instant) -> bool {
        match self.0 {
            Some((before, since)) if before == read => now.duration_since(since) >= SILENCE,
            _ => {
                self.0 = Some((read, now));
                false
            }
        }
    }
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

    /// Goes on at byte `cursor`, the cursor of the record before `next_offset`, whose digest is
    /// `last` if it is known.
    ///
    /// # Errors
    /// The file is missing or shorter than that, or another record stands there.
    ///
    /// # Panics
    /// With several files, which have no common position to resume at.
    pub fn resume(
        mut self,
        cursor: u64,
        next_offset: i64,
        last: Option<Digest>,
    ) -> Result<Self, SourceError> {
        assert!(self.waiting.len() == 1 && self.current.is_none(), "one file, at its start");
        self.waiting[0].start = self.waiting[0].start.max(cursor);
        self.next_offsets = vec![next_offset];
        let path = self.waiting[0].path.clone();
        self.next_file()?;
        if let Some(digest) = last {
            same::check(&path, Mark { end: cursor, digest })?;
        }
        Ok(self)
    }

    /// Spreads the records over as many partitions as there are `next_offsets`, the offset of the
    /// first record of each. `partitioner` gives a number below that.
    #[must_use]
    pub fn partitioned(mut self, next_offsets: Vec<i64>, partitioner: Partitioner) -> Self {
        self.next_offsets = next_offsets;
        self.partitioner = Some(partitioner);
        self
    }

    /// Opens the next file; false where there is none.
    fn next_file(&mut self) -> Result<bool, SourceError> {
        let Some(part) = self.waiting.front() else {
            return Ok(false);
        };
        let input = Input::open(&part.path, part.start)?;
        if input.packing == Packing::Plain && input.length < part.start {
            return Err(truncated(&part.path, input.length, part.start));
        }
        let part = self.waiting.pop_front().expect("it was looked at above");
        let follow = self.follow && self.waiting.is_empty();
        let lines = Lines::new(input.bytes, self.format, part.start, follow);
        let (silence, opened) = (Silence::default(), Trace::of(&part.path)?);
        self.current = Some(Reading { part, lines, silence, last: None, trace: None, opened });
        Ok(true)
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
                Step::End => {
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
        if let (true, Some((value, end))) = (self.follow, last) {
            let digest = digest_of(&reading.lines.buffer()[value]);
            reading.last = Some(Mark { end, digest });
        }
    }

    /// True if another file, or none, has the path of the one that is read.
    fn is_replaced(&self) -> bool {
        self.current.as_ref().is_some_and(|reading| {
            !Trace::of(&reading.part.path).is_ok_and(|now| now.is_of_same_file(&reading.opened))
        })
    }

    /// A followed file that is shorter than what was read of it has lost records, and one that holds
    /// another record before its end is another file.
    fn check_same(&mut self) -> Result<(), SourceError> {
        let Some(reading) = &mut self.current else {
            return Ok(());
        };
        let path = &reading.part.path;
        let trace = Trace::of(path)?;
        if reading.trace == Some(trace) {
            return Ok(());
        }
        let read = reading.lines.bytes_read();
        if trace.length() < read {
            return Err(truncated(path, trace.length(), read));
        }
        if let Some(mark) = reading.last {
            same::check(path, mark)?;
        }
        reading.trace = Some(trace);
        Ok(())
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
            let other = if self.at_end { self.check_same().err() } else { None };
            // What was written to a file before another one took its place is read first.
            let other = match other {
                Some(error) if !self.is_replaced() => return Err(error),
                other => other,
            };
            match (self.gather(limits)?, other) {
                (Gathered::Records, _) => break,
                (_, Some(error)) => return Err(error),
                (Gathered::Ended, None) => return Ok(Fetched::Ended),
                (Gathered::Nothing, None) => self.check_same()?,
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
        let Some(part) = self.revoked.take().filter(|_| partition == 0) else {
            return Err(fixed_partitions());
        };
        let start = part.start.max(from.cursor);
        self.waiting.push_back(Part { start, ..part });
        self.next_offsets = vec![from.offset];
        self.next_file().map(drop)
    }

    fn revoke(&mut self, partition: u32) -> Result<Option<i64>, SourceError> {
        let is_alone = self.waiting.is_empty() && self.bytes_before == 0;
        if partition != 0 || !is_alone || self.partitioner.is_some() {
            return Err(fixed_partitions());
        }
        self.revoked = self.current.take().map(|reading| reading.part);
        Ok(None)
    }

    fn log_ends(&mut self) -> Vec<LogEnd> {
        let end = |offset: i64| self.at_end.then_some(offset);
        let offsets = self.next_offsets.iter().enumerate();
        offsets.map(|(i, &o)| LogEnd { partition: i as u32, end: end(o) }).collect()
    }
}

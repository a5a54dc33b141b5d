//! Records out of a stream of bytes, through one reused buffer. However long a line is, memory is
//! bounded: of a record above the limit only its beginning is handed over, one byte more than the
//! limit, so that decoding sees that it is too large.

use std::io::{self, Read};
use std::ops::Range;

use super::split::{self, Cut, Rest};
use streamgauge_core::RECORD_BYTES_MAX;
use streamgauge_pipeline::Format;

/// How much is read at once, and how large the buffer is unless a record is larger.
const READ_BYTES: usize = 256 << 10;

/// What is kept of a record that is too large.
const HEAD_BYTES: usize = RECORD_BYTES_MAX + 1;

/// Cuts what `input` gives into records.
pub(super) struct Lines<R> {
    input: R,
    format: Format,
    follow: bool,
    buffer: Vec<u8>,
    /// What of the buffer was read but not handed over is `start..end`.
    start: usize,
    end: usize,
    /// Where in the file `start` stands.
    position: u64,
    /// How many bytes of a too large record were dropped behind its head.
    dropped: u64,
    /// Whether the input had nothing more when it was asked last.
    exhausted: bool,
    /// Whether an open quote ends with its line until more is read.
    is_silent: bool,
}

/// A record that stands whole in the buffer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Its bytes in [`Lines::buffer`] without the line end, until more is read.
    pub(super) value: Range<usize>,
    /// Where in the file it ends, line end included.
    pub(super) end: u64,
}

/// What comes next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A whole record was read.
    Record(Line),
    /// Nothing for now; a followed file may grow.
    Wait,
    /// The file has nothing more.
    End,
}

impl<R: Read> Lines<R> {
    /// Reads `input`, which stands at `position` of its file. A followed file has no end: its last
    /// line is a record once its line end is there.
    pub(super) fn new(input: R, format: Format, position: u64, follow: bool) -> Self {
        Self {
            input,
            format,
            follow,
            buffer: vec![0; READ_BYTES],
            start: 0,
            end: 0,
            position,
            dropped: 0,
            exhausted: false,
            is_silent: false,
        }
    }

    /// Takes an open quote of a CSV row for a mistake, until more is read; returns whether that gives
    /// a record.
    pub(super) fn give_up_quote(&mut self) -> bool {
        let bytes = &self.buffer[self.start..self.end];
        let may_help = self.format == Format::Csv && self.dropped == 0 && !bytes.is_empty();
        self.is_silent = may_help && split::csv_row(bytes, Rest::Silent) != Cut::Incomplete;
        self.is_silent
    }

    /// The file does not grow any more: what follows the last line end is a record.
    pub(super) fn end(&mut self) {
        self.follow = false;
    }

    /// Where in the file the next record starts.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// How much of the file was read.
    pub(super) fn bytes_read(&self) -> u64 {
        self.position + self.dropped + (self.end - self.start) as u64
    }

    /// The bytes that lines are ranges of.
    pub(super) fn buffer(&self) -> &[u8] {
        &self.buffer
    }

    /// The next record, if there is one. Reads where none is in the buffer, and then the ranges of
    /// earlier lines are void.
    pub(super) fn step(&mut self) -> io::Result<Step> {
        loop {
            if let Some(line) = self.buffered() {
                return Ok(Step::Record(line));
            }
            if !self.fill()? {
                return Ok(if self.follow { Step::Wait } else { Step::End });
            }
        }
    }

    /// The next record, if it is known without reading more.
    pub(super) fn buffered(&mut self) -> Option<Line> {
        loop {
            match self.cut() {
                Cut::Record { length: 0, next } => self.consume(next),
                Cut::Record { length, next } => {
                    let first = self.start;
                    self.consume(next);
                    let value = first..first + length.min(HEAD_BYTES);
                    return Some(Line { value, end: self.position });
                }
                Cut::Incomplete => return None,
            }
        }
    }

    fn cut(&mut self) -> Cut {
        let bytes = &self.buffer[self.start..self.end];
        if bytes.is_empty() {
            return Cut::Incomplete;
        }
        let rest = match () {
            () if self.exhausted && !self.follow => Rest::None,
            () if self.is_silent => Rest::Silent,
            () => Rest::Unknown,
        };
        if self.dropped == 0 {
            let cut = match self.format {
                Format::Json => split::line(bytes, rest),
                Format::Csv => split::csv_row(bytes, rest),
            };
            if cut != Cut::Incomplete || bytes.len() <= HEAD_BYTES {
                return cut;
            }
        }
        // There is no line end in the head, which is kept; what comes up to one is dropped.
        match split::line(&bytes[HEAD_BYTES..], rest) {
            Cut::Record { next, .. } => Cut::Record { length: HEAD_BYTES, next: HEAD_BYTES + next },
            Cut::Incomplete => {
                self.dropped += (bytes.len() - HEAD_BYTES) as u64;
                self.end = self.start + HEAD_BYTES;
                Cut::Incomplete
            }
        }
    }

    fn consume(&mut self, length: usize) {
        self.start += length;
        self.position += self.dropped + length as u64;
        self.dropped = 0;
    }

    /// Reads more; whether that changes anything. The first time that there is no more does.
    fn fill(&mut self) -> io::Result<bool> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.end == self.buffer.len() {
            self.buffer.resize((self.end * 2).min(HEAD_BYTES + READ_BYTES), 0);
        }
        let read = loop {
            match self.input.read(&mut self.buffer[self.end..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        self.end += read;
        self.is_silent &= read == 0;
        let was_exhausted = self.exhausted;
        self.exhausted = read == 0;
        Ok(read > 0 || !(self.follow || was_exhausted))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use streamgauge_decode::Cells;

    /// Gives a few bytes at a time.
    struct Trickle<'a>(&'a [u8], usize);

    impl Read for Trickle<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(self.0.len());
            self.0.read(&mut buffer[..count])
        }
    }

    proptest! {
        /// What a writer of CSV writes comes back row by row, however the bytes arrive.
        #[test]
        fn written_rows_are_read(
            rows in prop::collection::vec(prop::collection::vec("[a浙\",\r\n ]{0,6}", 3), 0..8),
            crlf in any::<bool>(),
            ends in any::<bool>(),
            piece in 1..9_usize,
        ) {
            let terminator =
                if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
            let mut writer = csv::WriterBuilder::new().terminator(terminator).from_writer(vec![]);
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let mut written = writer.into_inner().unwrap();
            let length = written.len() as u64;
            if !ends {
                let line_end = if crlf { 2 } else { 1 };
                written.truncate(written.len().saturating_sub(line_end));
            }
            let mut lines = Lines::new(Trickle(&written, piece), Format::Csv, 0, false);
            let (mut cells, mut read, mut last) = (Cells::default(), Vec::new(), 0);
            while let Step::Record(Line { value, end }) = lines.step().unwrap() {
                let value = std::str::from_utf8(&lines.buffer()[value]).unwrap();
                let count = cells.split(value).unwrap();
                let row: Vec<String> = (0..count).map(|i| cells.get(i).to_owned()).collect();
                read.push(row);
                last = end;
            }
            prop_assert_eq!(last, if ends { length } else { written.len() as u64 });
            prop_assert_eq!(read, rows);
        }

        /// Lines without quotes are cut at line ends, however the bytes arrive and wherever in its
        /// file the reader stands; a followed file keeps back what has no line end yet.
        #[test]
        fn lines_are_cut_at_line_ends(
            bytes in prop::collection::vec(prop::sample::select(b"ab,\r\n\xE6".to_vec()), 0..40),
            piece in 1..9_usize,
            format in prop::sample::select(vec![Format::Json, Format::Csv]),
            follow in any::<bool>(),
            position in 0..5_u64,
        ) {
            let (mut expected, mut end) = (Vec::new(), position);
            for line in bytes.split_inclusive(|byte| *byte == b'\n') {
                end += line.len() as u64;
                let value = match line.strip_suffix(b"\n") {
                    Some(value) => value.strip_suffix(b"\r").unwrap_or(value),
                    None if follow => continue,
                    None => line,
                };
                if !value.is_empty() {
                    expected.push((value.to_vec(), end));
                }
            }
            let mut lines = Lines::new(Trickle(&bytes, piece), format, position, follow);
            let mut read = Vec::new();
            let last = loop {
                match lines.step().unwrap() {
                    Step::Record(Line { value, end }) => read.push((lines.buffer()[value].to_vec(), end)),
                    last => break last,
                }
            };
            prop_assert_eq!(read, expected);
            prop_assert_eq!(last, if follow { Step::Wait } else { Step::End });
            prop_assert_eq!(lines.bytes_read(), position + bytes.len() as u64);
        }
    }
}

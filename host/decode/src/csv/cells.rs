//! The cells of one CSV row.

use csv_core::{ReadRecordResult, Reader};
use streamgauge_core::Rejection;

/// Splits rows into cells, with buffers that are reused from row to row.
pub struct Cells {
    reader: Reader,
    content: Vec<u8>,
    ends: Vec<usize>,
}

impl Default for Cells {
    fn default() -> Self {
        Self { reader: Reader::new(), content: Vec::new(), ends: vec![0; 16] }
    }
}

impl Cells {
    /// True if `text` needs more than a split at commas.
    pub fn has_quotes(text: &str) -> bool {
        memchr::memchr(b'"', text.as_bytes()).is_some()
    }

    /// Splits `text`, with or without a line end, and returns the number of its cells.
    ///
    /// # Errors
    /// [`Rejection::NotCsv`] where a quote stays open, or where there is more than one row.
    pub fn split(&mut self, text: &str) -> Result<usize, Rejection> {
        self.reader.reset();
        // The content of a cell is never longer than the written cell.
        self.content.resize(text.len().max(self.content.len()), 0);
        let body = without_line_end(text).as_bytes();
        if body.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count() > 0 {
            // The reader would pass over empty lines.
            return Err(Rejection::NotCsv);
        }
        let mut found = 0;
        let mut filled = 0;
        // The reader drops a byte order mark that it sees at once, but the record's own mark is
        // gone already: another mark is content.
        let (first, rest) = body.split_at(body.len().min(1));
        let more =
            self.read(first, &mut filled, &mut found) && self.read(rest, &mut filled, &mut found);
        // The row ends at the end of the text, and a line end there ends the row.
        let complete = more && !self.read(b"\n", &mut filled, &mut found);
        if complete { Ok(found) } else { Err(Rejection::NotCsv) }
    }

    /// Cell number `number` of the row that was split last.
    pub fn get(&self, number: usize) -> &str {
        let start = if number == 0 { 0 } else { self.ends[number - 1] };
        std::str::from_utf8(&self.content[start..self.ends[number]])
            .expect("cutting UTF-8 at ASCII characters leaves UTF-8")
    }

    /// Reads `input` as a part of a row; returns false where the row ended in `input`.
    fn read(&mut self, mut input: &[u8], filled: &mut usize, found: &mut usize) -> bool {
        while !input.is_empty() {
            let (result, read, written, ended) = self.reader.read_record(
                input,
                &mut self.content[*filled..],
                &mut self.ends[*found..],
            );
            input = &input[read..];
            *filled += written;
            *found += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.content.resize(self.content.len() * 2 + 1, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record | ReadRecordResult::End => return false,
            }
        }
        true
    }
}

/// `text` without its line end.
///
/// # Errors
/// [`Rejection::NotCsv`] where `text` has another line end.
pub(super) fn single_line(text: &str) -> Result<&str, Rejection> {
    let line = without_line_end(text);
    match memchr::memchr2(b'\r', b'\n', line.as_bytes()) {
        None => Ok(line),
        Some(_) => Err(Rejection::NotCsv),
    }
}

fn without_line_end(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}

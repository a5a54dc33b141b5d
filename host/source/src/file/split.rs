//! Where a record ends. Pure: bytes in, a cut out.

use streamgauge_core::BYTE_ORDER_MARK;

/// How far a quoted cell with line ends may make a record reach, in bytes.
const QUOTED_BYTES_MAX: usize = 64 << 10;

/// How far a quoted cell with line ends may make a record reach, in lines.
const QUOTED_LINES_MAX: usize = 100;

/// Whether more bytes may follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    /// More bytes may follow the present ones.
    Unknown,
    /// More bytes may follow, but none did for so long that an open quote is a mistake.
    Silent,
    /// No byte follows any more.
    None,
}

/// The first record of some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// It is the first `length` bytes, and the next one starts at `next`.
    Record {
        /// Its length without the line end.
        length: usize,
        /// Its length with it.
        next: usize,
    },
    /// It does not end here.
    Incomplete,
}

/// Where the first line of `bytes`, which are not empty, ends.
pub(super) fn line(bytes: &[u8], rest: Rest) -> Cut {
    match memchr::memchr(b'\n', bytes) {
        Some(end) => ending_at(bytes, end),
        None if rest == Rest::None => Cut::Record { length: bytes.len(), next: bytes.len() },
        None => Cut::Incomplete,
    }
}

/// Where the first CSV row of `bytes`, which are not empty, ends: at a line end outside quotes.
///
/// An open quote must not swallow the file: where it does not close within reach, the first line
/// alone is a record, and decoding finds the open quote in it.
pub(super) fn csv_row(bytes: &[u8], rest: Rest) -> Cut {
    let first_line = line(bytes, rest);
    let Cut::Record { length, .. } = first_line else {
        return Cut::Incomplete;
    };
    if memchr::memchr(b'"', &bytes[..length]).is_none() {
        return first_line;
    }
    let mut quotes = Quotes::CellStart;
    let mut lines = 0;
    let skipped = if bytes.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
    for (at, &byte) in bytes.iter().enumerate().skip(skipped).take(QUOTED_BYTES_MAX) {
        if byte == b'\n' {
            if quotes != Quotes::Open {
                return ending_at(bytes, at);
            }
            lines += 1;
            if lines == QUOTED_LINES_MAX {
                return first_line;
            }
        }
        quotes = quotes.after(byte);
    }
    let is_too_long = bytes.len() - skipped >= QUOTED_BYTES_MAX;
    if is_too_long || (rest != Rest::Unknown && quotes == Quotes::Open) {
        first_line
    } else if rest != Rest::None {
        Cut::Incomplete
    } else {
        Cut::Record { length: bytes.len(), next: bytes.len() }
    }
}

fn ending_at(bytes: &[u8], line_feed: usize) -> Cut {
    let line = &bytes[..line_feed];
    let length = line.strip_suffix(b"\r").unwrap_or(line).len();
    Cut::Record { length, next: line_feed + 1 }
}

/// Where in a CSV cell a byte stands; the same rules as in `csv-core`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quotes {
    CellStart,
    /// In a cell where quotes mean nothing.
    Plain,
    /// Between the quotes of a cell.
    Open,
    /// After a quote between quotes: the closing one, or the first of two that stand for one.
    MayClose,
}

impl Quotes {
    fn after(self, byte: u8) -> Self {
        match (self, byte) {
            (Self::Open, b'"') => Self::MayClose,
            (Self::Open, _) | (Self::CellStart | Self::MayClose, b'"') => Self::Open,
            (_, b',') => Self::CellStart,
            _ => Self::Plain,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(length: usize, next: usize) -> Cut {
        Cut::Record { length, next }
    }

    #[test]
    fn lines_end_with_lf_or_crlf() {
        assert_eq!(line(b"ab\ncd", Rest::Unknown), record(2, 3));
        assert_eq!(line(b"ab\r\ncd", Rest::Unknown), record(2, 4));
        assert_eq!(line(b"\n", Rest::Unknown), record(0, 1));
        assert_eq!(line(b"ab", Rest::Unknown), Cut::Incomplete);
        assert_eq!(line(b"ab", Rest::None), record(2, 2));
        assert_eq!(line(b"\"a\nb\"\n", Rest::None), record(2, 3));
    }

    #[test]
    fn quoted_line_ends_do_not_end_a_row() {
        assert_eq!(csv_row(b"\"a\nb\",c\nd", Rest::Unknown), record(7, 8));
        assert_eq!(csv_row(b"\"a\"\"\n\"\"b\",c\r\nd", Rest::Unknown), record(11, 13));
        assert_eq!(csv_row(b"\xEF\xBB\xBF\"a\nb\"\n", Rest::Unknown), record(8, 9));
        assert_eq!(csv_row(b"\"a\nb", Rest::Unknown), Cut::Incomplete);
        assert_eq!(csv_row(b"\"a\nb\"", Rest::None), record(5, 5));
        // A quote inside a cell without quotes is a character like others.
        assert_eq!(csv_row(b"a\"b\nc\"\n", Rest::Unknown), record(3, 4));
        assert_eq!(csv_row(b"\"a\" \"b\nc\"\n", Rest::Unknown), record(6, 7));
    }

    #[test]
    fn an_open_quote_costs_one_line() {
        assert_eq!(csv_row(b"\"a\nb\nc\n", Rest::None), record(2, 3));
        assert_eq!(csv_row(b"\"a", Rest::None), record(2, 2));
        assert_eq!(csv_row(b"\"a\nb\nc", Rest::Silent), record(2, 3));
        for incomplete in [&b"\"a"[..], b"\"a\n\"", b"\"a\nb\",c", b"b"] {
            assert_eq!(csv_row(incomplete, Rest::Silent), Cut::Incomplete, "{incomplete:?}");
        }
        let lines = [&b"\"a\r\n"[..], &b"b\n".repeat(QUOTED_LINES_MAX)].concat();
        assert_eq!(csv_row(&lines, Rest::Unknown), record(2, 4));
        assert_eq!(csv_row(&lines[..QUOTED_LINES_MAX], Rest::Unknown), Cut::Incomplete);
        let long = [&b"\"a\n"[..], &b"b".repeat(QUOTED_BYTES_MAX)].concat();
        assert_eq!(csv_row(&long, Rest::Unknown), record(2, 3));
        assert_eq!(csv_row(&long[..QUOTED_BYTES_MAX - 1], Rest::Unknown), Cut::Incomplete);
    }
}

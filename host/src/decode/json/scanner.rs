//! The fast path: expects each record to have the keys of the last one, in the same order and with
//! the same white space, and steps over what lies between two values in one comparison.
//!
//! It reads flat objects of strings, numbers, booleans, `null` and `NaN`. Of anything else, and of
//! anything that is not JSON, it says `None` and leaves the verdict to the thorough path.

use streamgauge_core::Row;

use super::{Names, reference};
use crate::decode::value::{Column, Token};

/// The largest number of members whose place is remembered.
const MEMBERS_MAX: usize = 1024;

/// The longest piece between two values that is remembered, in bytes.
const LEAD_BYTES_MAX: usize = 128;

/// Scans flat objects and remembers the shape of the last one.
#[derive(Default)]
pub(super) struct Scanner {
    shape: Vec<Member>,
}

/// What led to a value of the last record, such as `, "month": `, and its column if it is wanted.
struct Member {
    lead: Vec<u8>,
    column: Option<Column>,
}

impl Scanner {
    /// Fills `row` if `text` is an object of a kind that this path reads.
    pub(super) fn scan(&mut self, text: &str, names: &Names, row: &mut Row) -> Option<()> {
        let bytes = text.as_bytes();
        let mut at = 0;
        for number in 0.. {
            let known = self.shape.get(number).filter(|m| bytes[at..].starts_with(&m.lead));
            let column = if let Some(member) = known {
                at += member.lead.len();
                member.column
            } else {
                if number > 0 && ends_object(&bytes[at..]) {
                    return Some(());
                }
                let (end, name) = lead(text, at, number)?;
                let column = names.column(name);
                self.learn(number, &bytes[at..end], column);
                at = end;
                column
            };
            at = value(text, at, column, row)?;
        }
        None
    }

    fn learn(&mut self, number: usize, lead: &[u8], column: Option<Column>) {
        if number >= MEMBERS_MAX || lead.len() > LEAD_BYTES_MAX {
            return;
        }
        if number < self.shape.len() {
            let member = &mut self.shape[number];
            member.lead.clear();
            member.lead.extend_from_slice(lead);
            member.column = column;
        } else if number == self.shape.len() {
            self.shape.push(Member { lead: lead.to_vec(), column });
        }
    }
}

/// Whether `rest` is a closing brace and nothing after it.
fn ends_object(rest: &[u8]) -> bool {
    let rest = &rest[white_space(rest)..];
    rest.first() == Some(&b'}') && white_space(&rest[1..]) == rest.len() - 1
}

/// Steps over what leads to value number `number`: where the value starts, and its key.
fn lead(text: &str, mut at: usize, number: usize) -> Option<(usize, &str)> {
    let bytes = text.as_bytes();
    at += white_space(&bytes[at..]);
    if *bytes.get(at)? != if number == 0 { b'{' } else { b',' } {
        return None;
    }
    at += 1;
    at += white_space(&bytes[at..]);
    if *bytes.get(at)? != b'"' {
        return None;
    }
    let name = at + 1..special(bytes, at + 1)?;
    if bytes[name.end] != b'"' {
        return None;
    }
    at = name.end + 1;
    at += white_space(&bytes[at..]);
    if *bytes.get(at)? != b':' {
        return None;
    }
    at += 1;
    at += white_space(&bytes[at..]);
    Some((at, &text[name]))
}

/// Reads the value at `at`, stores it if it is wanted, and says where it ends.
#[inline]
fn value(text: &str, at: usize, column: Option<Column>, row: &mut Row) -> Option<usize> {
    let bytes = text.as_bytes();
    let (token, end) = match *bytes.get(at)? {
        b'"' => {
            let end = special(bytes, at + 1)?;
            if bytes[end] != b'"' {
                return escaped_string(text, at, column, row);
            }
            (Token::Text(&text[at + 1..end]), end + 1)
        }
        b'-' | b'0'..=b'9' => {
            let end = number_end(bytes, at)?;
            (Token::Number(&text[at..end]), end)
        }
        b'n' => (Token::Null, word_end(bytes, at, b"null")?),
        b'N' => (Token::Null, word_end(bytes, at, b"NaN")?),
        b't' => (Token::Boolean(true), word_end(bytes, at, b"true")?),
        b'f' => (Token::Boolean(false), word_end(bytes, at, b"false")?),
        _ => return None,
    };
    if let Some(column) = column {
        column.store(token, row);
    }
    Some(end)
}

/// Hands a string with escapes over to the thorough path, wanted or not: its escapes may be wrong.
#[cold]
fn escaped_string(text: &str, at: usize, column: Option<Column>, row: &mut Row) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut end = at + 1;
    loop {
        end = special(bytes, end)?;
        match bytes[end] {
            b'"' => break,
            b'\\' => end += 2,
            _ => return None,
        }
    }
    reference::store_string(text.get(at..=end)?, column, row)?;
    Some(end + 1)
}

/// The end of the number at `at`, if it is one as JSON has them.
#[inline]
fn number_end(bytes: &[u8], at: usize) -> Option<usize> {
    let first = if bytes[at] == b'-' { at + 1 } else { at };
    let mut end = digits_end(bytes, first);
    if end == first || (bytes[first] == b'0' && end > first + 1) {
        return None;
    }
    if bytes.get(end) == Some(&b'.') {
        let fraction = end + 1;
        end = digits_end(bytes, fraction);
        if end == fraction {
            return None;
        }
    }
    match bytes.get(end) {
        Some(b'e' | b'E') => None,
        _ => Some(end),
    }
}

#[inline]
fn digits_end(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    at
}

fn word_end(bytes: &[u8], at: usize, word: &[u8]) -> Option<usize> {
    bytes[at..].starts_with(word).then_some(at + word.len())
}

/// How many bytes of JSON white space `bytes` starts with.
fn white_space(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r')).count()
}

/// The position of the first quote, backslash or control character from `at` on. Eight bytes at a
/// time: the usual tricks on words find the first such byte exactly, whatever comes after it.
#[inline]
fn special(bytes: &[u8], mut at: usize) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        let zero_in = |x: u64| x.wrapping_sub(ONES) & !x;
        let quote = zero_in(word ^ (ONES * u64::from(b'"')));
        let backslash = zero_in(word ^ (ONES * u64::from(b'\\')));
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        let found = (quote | backslash | control) & HIGHS;
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    let is_special = |b: &u8| matches!(b, b'"' | b'\\' | ..0x20);
    bytes.get(at..)?.iter().position(is_special).map(|found| at + found)
}

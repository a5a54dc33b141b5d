//! The fast path: expects each record to have the keys of the last one, in the same order and with
//! the same white space, and steps over the text between two values in one comparison.
//!
//! The scanner reads flat objects of strings, numbers, booleans, `null` and `NaN`. For anything
//! else, and for anything that is not JSON or not UTF-8, the scanner returns `None` and leaves the
//! verdict to the thorough path. UTF-8 is checked on the way, in keys when they are learned and in
//! strings that are not ASCII: all other bytes that are stepped over are ASCII.

use streamgauge_core::Row;

use super::block::Block;
use super::names::Names;
use super::reference;
use crate::value::{Column, Token};

/// The largest number of members whose place is remembered.
const MEMBERS_MAX: usize = 1024;

/// The longest piece between two values that is remembered, in bytes.
const LEAD_BYTES_MAX: usize = 8 * LEAD_WORDS;

/// The longest piece in words of 64 bits, which are compared one by one.
const LEAD_WORDS: usize = 4;

/// Scans flat objects and remembers the shape of the last one.
#[derive(Default)]
pub(super) struct Scanner {
    shape: Vec<Member>,
}

/// The text before a value of the last record, such as `, "month": `, and the value's column if it
/// is wanted.
struct Member {
    lead: Lead,
    column: Option<Column>,
}

/// The bytes between two values, laid out so that comparing them takes no loop and no call.
struct Lead {
    bytes: [u8; LEAD_BYTES_MAX],
    masks: [u64; LEAD_WORDS],
    length: usize,
}

impl Scanner {
    /// Fills `row` if `bytes` are an object of a kind that this path reads.
    pub(super) fn scan(&mut self, bytes: &[u8], names: &Names, row: &mut Row) -> Option<()> {
        let mut at = 0;
        for number in 0.. {
            let known = self.shape.get(number).filter(|m| m.lead.starts(&bytes[at..]));
            let column = if let Some(member) = known {
                at += member.lead.length;
                member.column
            } else {
                if number > 0 && ends_object(&bytes[at..]) {
                    return Some(());
                }
                let (end, name) = lead(bytes, at, number)?;
                let column = names.column(name);
                self.learn(number, &bytes[at..end], column);
                at = end;
                column
            };
            at = value(bytes, at, column, row)?;
        }
        None
    }

    fn learn(&mut self, number: usize, lead: &[u8], column: Option<Column>) {
        if number >= MEMBERS_MAX || lead.len() > LEAD_BYTES_MAX {
            return;
        }
        let member = Member { lead: Lead::new(lead), column };
        if number < self.shape.len() {
            self.shape[number] = member;
        } else if number == self.shape.len() {
            self.shape.push(member);
        }
    }
}

impl Lead {
    /// Remembers `lead`, which is at most [`LEAD_BYTES_MAX`] long.
    fn new(lead: &[u8]) -> Self {
        let mut bytes = [0; LEAD_BYTES_MAX];
        bytes[..lead.len()].copy_from_slice(lead);
        let mut mask = [0; LEAD_BYTES_MAX];
        mask[..lead.len()].fill(0xFF);
        Self { bytes, masks: words(&mask), length: lead.len() }
    }

    /// True if `text` starts with these bytes.
    #[inline]
    fn starts(&self, text: &[u8]) -> bool {
        let Some(text) = text.first_chunk::<LEAD_BYTES_MAX>() else {
            return text.starts_with(&self.bytes[..self.length]);
        };
        let (text, lead) = (words(text), words(&self.bytes));
        let differ = |i: usize| (text[i] ^ lead[i]) & self.masks[i];
        (0..LEAD_WORDS).fold(0, |all, i| all | differ(i)) == 0
    }
}

#[inline]
fn words(bytes: &[u8; LEAD_BYTES_MAX]) -> [u64; LEAD_WORDS] {
    let (chunks, _) = bytes.as_chunks::<8>();
    std::array::from_fn(|i| u64::from_le_bytes(chunks[i]))
}

/// True if `rest` is a closing brace and nothing after it.
fn ends_object(rest: &[u8]) -> bool {
    if rest == b"}" {
        return true;
    }
    let rest = &rest[white_space(rest)..];
    rest.first() == Some(&b'}') && white_space(&rest[1..]) == rest.len() - 1
}

/// Steps over the text before value number `number`; returns the start of the value, and its key.
fn lead(bytes: &[u8], mut at: usize, number: usize) -> Option<(usize, &str)> {
    at += white_space(&bytes[at..]);
    if *bytes.get(at)? != if number == 0 { b'{' } else { b',' } {
        return None;
    }
    at += 1;
    at += white_space(&bytes[at..]);
    if *bytes.get(at)? != b'"' {
        return None;
    }
    let (end, _) = special(bytes, at + 1)?;
    if bytes[end] != b'"' {
        return None;
    }
    let name = std::str::from_utf8(&bytes[at + 1..end]).ok()?;
    at = end + 1;
    at += white_space(&bytes[at..]);
    if *bytes.get(at)? != b':' {
        return None;
    }
    at += 1;
    at += white_space(&bytes[at..]);
    Some((at, name))
}

/// Reads the value at `at`, stores the value if it is wanted, and returns its end.
#[inline]
fn value(bytes: &[u8], at: usize, column: Option<Column>, row: &mut Row) -> Option<usize> {
    let (token, end) = match *bytes.get(at)? {
        b'"' => {
            let (end, is_ascii) = special(bytes, at + 1)?;
            if bytes[end] != b'"' {
                return escaped_string(bytes, at, column, row);
            }
            if is_ascii && column.is_none() {
                return Some(end + 1);
            }
            (Token::Text(std::str::from_utf8(&bytes[at + 1..end]).ok()?), end + 1)
        }
        first @ (b'-' | b'0'..=b'9') => {
            let digits = Block::at(bytes, at).digits();
            let end = at + digits.count;
            if let Some(number) = digits.number
                && (first != b'0' || digits.count == 1)
                && !matches!(bytes.get(end), Some(b'.' | b'e' | b'E'))
            {
                if let Some(column) = column {
                    column.store_whole(number, &bytes[at..end], row);
                }
                return Some(end);
            }
            let end = number_end(bytes, at)?;
            (Token::Number(&bytes[at..end]), end)
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

/// Hands a string with escapes over to the thorough path, also where the string is not wanted: its
/// escapes may be wrong.
#[cold]
fn escaped_string(bytes: &[u8], at: usize, column: Option<Column>, row: &mut Row) -> Option<usize> {
    let mut end = at + 1;
    loop {
        (end, _) = special(bytes, end)?;
        match bytes[end] {
            b'"' => break,
            b'\\' => end += 2,
            _ => return None,
        }
    }
    reference::store_string(std::str::from_utf8(&bytes[at..=end]).ok()?, column, row)?;
    Some(end + 1)
}

/// The end of the number at `at`; `None` means that it is not a number of JSON.
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

fn digits_end(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    at
}

fn word_end(bytes: &[u8], at: usize, word: &[u8]) -> Option<usize> {
    bytes[at..].starts_with(word).then_some(at + word.len())
}

/// The number of bytes of JSON white space that `bytes` starts with.
fn white_space(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r')).count()
}

/// The position of the first quote, backslash or control character from `at` on, and whether all
/// before it is ASCII.
#[inline]
fn special(bytes: &[u8], mut at: usize) -> Option<(usize, bool)> {
    let mut all_ascii = true;
    while at < bytes.len() {
        let (found, is_ascii) = Block::at(bytes, at).special();
        all_ascii &= is_ascii;
        if let Some(found) = found {
            // The zeros of a block behind the end are found, too.
            return (at + found < bytes.len()).then_some((at + found, all_ascii));
        }
        at += Block::BYTES;
    }
    None
}

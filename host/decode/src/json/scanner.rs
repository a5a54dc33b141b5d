//! The fast path: expects each record to have the keys of the last one, in the same order and with
//! the same white space, and steps over the text between two values in one comparison.
//!
//! `text` is what is left of a record here, with the margin of zeros behind it. A zero is a control
//! character and neither a digit nor white space, so whatever is looked for ends at the record's end.
//!
//! The scanner reads flat objects of strings, numbers, booleans, `null` and `NaN`. For anything
//! else, and for anything that is not JSON or not UTF-8, the scanner returns `None` and leaves the
//! verdict to the thorough path. UTF-8 is checked on the way, in keys when they are learned and in
//! strings that are not ASCII: all other bytes that are stepped over are ASCII.

use streamgauge_core::{Padded, Values};

use super::names::Names;
use super::reference;
use super::start::{Lead, Start, short_ascii, short_number, short_text, single_digit};
use super::word::{Word, is_ascii};
use crate::value::{Column, Token};

/// The largest number of members whose place is remembered.
const MEMBERS_MAX: usize = 1024;

/// Scans flat objects and remembers the shape of the last one.
#[derive(Default)]
pub(super) struct Scanner {
    shape: Vec<Member>,
}

/// The text before a value of the last record, such as `, "month": `, and the place of the
/// value.
struct Member {
    lead: Lead,
    place: Place,
}

/// Where a value goes.
#[derive(Clone, Copy)]
enum Place {
    Nowhere,
    In(Column),
}

impl Scanner {
    /// Fills `row` if the record is an object of a kind that this path reads.
    #[inline(never)]
    pub(super) fn scan(
        &mut self,
        record: Padded<'_>,
        names: &Names,
        row: &mut impl Values,
    ) -> Option<()> {
        let mut text = record.with_margin();
        let mut number = 0;
        loop {
            let mut expected = self.shape.get(number..).unwrap_or_default();
            while let [member, others @ ..] = expected
                && let Some(start) = member.lead.strip_from(text.first_chunk()?)
            {
                let before = member.lead.len();
                let length = match short_value(start, &member.place, row) {
                    Some(length) => length,
                    None => any_value(text.get(before..)?, &member.place, row)?,
                };
                text = text.get(before + length..)?;
                expected = others;
            }
            number = number.max(self.shape.len() - expected.len());
            if number > 0 && ends_object(text) {
                return Some(());
            }
            let (before, place) = self.learn(number, text, names)?;
            text = text.get(before..)?;
            let length = any_value(text, &place, row)?;
            text = text.get(length..)?;
            number += 1;
        }
    }

    /// Steps over the text before value number `number` and remembers it; returns its length, and
    /// where the value goes.
    #[inline(never)]
    fn learn(&mut self, number: usize, text: &[u8], names: &Names) -> Option<(usize, Place)> {
        let (end, name) = lead(text, number)?;
        let place = names.column(name).map_or(Place::Nowhere, Place::In);
        if number < MEMBERS_MAX
            && let Some(lead) = Lead::new(&text[..end])
        {
            let member = Member { lead, place };
            if number < self.shape.len() {
                self.shape[number] = member;
            } else if number == self.shape.len() {
                self.shape.push(member);
            }
        }
        Some((end, place))
    }
}

/// True if a closing brace and nothing after it is left.
#[inline]
fn ends_object(text: &[u8]) -> bool {
    let rest = Padded::without_margin(text);
    if rest == b"}" {
        return true;
    }
    let rest = &rest[white_space(rest)..];
    rest.first() == Some(&b'}') && white_space(&rest[1..]) == rest.len() - 1
}

/// Steps over the text before value number `number`; returns the start of the value, and its key.
fn lead(text: &[u8], number: usize) -> Option<(usize, &str)> {
    let mut at = white_space(text);
    if *text.get(at)? != if number == 0 { b'{' } else { b',' } {
        return None;
    }
    at += 1;
    at += white_space(&text[at..]);
    if *text.get(at)? != b'"' {
        return None;
    }
    let start = at + 1;
    let (length, _) = string_end(&text[start..])?;
    at = start + length;
    let name = std::str::from_utf8(&text[start..at]).ok()?;
    if text[at] != b'"' {
        return None;
    }
    at += 1;
    at += white_space(&text[at..]);
    if *text.get(at)? != b':' {
        return None;
    }
    at += 1;
    at += white_space(&text[at..]);
    Some((at, name))
}

/// Reads a short value at `start`, stores it if it is wanted, and returns its length. `None` leaves
/// the value to [`any_value`].
#[expect(clippy::inline_always, reason = "the loop over members is mostly this")]
#[inline(always)]
fn short_value(start: &Start, place: &Place, row: &mut impl Values) -> Option<usize> {
    if start[0] == b'"' {
        let string = match place {
            Place::Nowhere => short_ascii(start)?,
            Place::In(column) => {
                let string = short_ascii(start).or_else(|| short_text(start))?;
                column.store_short(&string, row)?;
                string
            }
        };
        return Some(string.quoted_length());
    }
    if let Some(digit) = single_digit(start) {
        if let Place::In(column) = place {
            column.store_whole(digit.into(), &start[..1], row);
        }
        return Some(1);
    }
    let (number, digits) = short_number(start)?;
    if let Place::In(column) = place {
        column.store_whole(number, &start[..digits], row);
    }
    Some(digits)
}

/// Reads the value at the start of `text`, stores the value if it is wanted, and returns its length.
#[inline(never)]
fn any_value(text: &[u8], place: &Place, row: &mut impl Values) -> Option<usize> {
    let column = match place {
        Place::Nowhere => None,
        Place::In(column) => Some(column),
    };
    if text.first() == Some(&b'"') {
        any_string(text, column, row)
    } else {
        other_value(text, column, row)
    }
}

/// A string of any length, with or without escapes, at the start of `text`; returns its length with
/// the quotes.
fn any_string(text: &[u8], column: Option<&Column>, row: &mut impl Values) -> Option<usize> {
    let (length, is_ascii) = string_end(&text[1..])?;
    if text[1 + length] != b'"' {
        return escaped_string(text, column, row);
    }
    if column.is_some() || !is_ascii {
        let content = std::str::from_utf8(&text[1..=length]).ok()?;
        if let Some(column) = column {
            column.store(Token::Text(content), row);
        }
    }
    Some(length + 2)
}

/// Hands a string with escapes over to the thorough path, also where the string is not wanted: its
/// escapes may be wrong.
fn escaped_string(text: &[u8], column: Option<&Column>, row: &mut impl Values) -> Option<usize> {
    let mut end = 1;
    loop {
        end += string_end(text.get(end..)?)?.0;
        match text[end] {
            b'"' => break,
            b'\\' => end += 2,
            _ => return None,
        }
    }
    reference::store_string(std::str::from_utf8(&text[..=end]).ok()?, column, row)?;
    Some(end + 1)
}

/// A value that is no string; returns its length.
fn other_value(text: &[u8], column: Option<&Column>, row: &mut impl Values) -> Option<usize> {
    let word = |word: &[u8]| text.starts_with(word).then_some(word.len());
    let (token, end) = match text[0] {
        b'-' | b'0'..=b'9' => {
            let end = number_end(text)?;
            (Token::Number(&text[..end]), end)
        }
        b'n' => (Token::Null, word(b"null")?),
        b'N' => (Token::Null, word(b"NaN")?),
        b't' => (Token::Boolean(true), word(b"true")?),
        b'f' => (Token::Boolean(false), word(b"false")?),
        _ => return None,
    };
    if let Some(column) = column {
        column.store(token, row);
    }
    Some(end)
}

/// The end of the number at the start of `text`; `None` means that it is not a number of JSON.
fn number_end(text: &[u8]) -> Option<usize> {
    let first = usize::from(text[0] == b'-');
    let mut end = digits_end(text, first);
    if end == first || (text[first] == b'0' && end > first + 1) {
        return None;
    }
    if text.get(end) == Some(&b'.') {
        let fraction = end + 1;
        end = digits_end(text, fraction);
        if end == fraction {
            return None;
        }
    }
    match text.get(end) {
        Some(b'e' | b'E') => None,
        _ => Some(end),
    }
}

fn digits_end(text: &[u8], mut at: usize) -> usize {
    while text.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    at
}

/// The number of bytes of JSON white space that `text` starts with.
fn white_space(text: &[u8]) -> usize {
    text.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r')).count()
}

/// The position of the first quote, backslash or control character, and whether all before it is
/// ASCII. `None` where there is none before the end of the margin.
fn string_end(text: &[u8]) -> Option<(usize, bool)> {
    let (words, _) = text.as_chunks();
    let mut all_ascii = true;
    for (number, word) in words.iter().enumerate() {
        let word = Word::of(*word);
        if let Some(end) = word.special() {
            all_ascii &= is_ascii(word.through(end));
            return Some((number * Word::BYTES + end.position(), all_ascii));
        }
        all_ascii &= is_ascii(word.bits());
    }
    None
}

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
use super::text::{Lead, Text, short_ascii, short_number, short_text, single_digit};
use super::word::{Word, is_ascii};
use crate::value::{Column, Token};

/// The largest number of members whose place is remembered.
const MEMBERS_MAX: usize = 1024;

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

impl Scanner {
    /// Fills `row` if the record is an object of a kind that this path reads.
    #[inline(never)]
    pub(super) fn scan(
        &mut self,
        record: Padded<'_>,
        names: &Names,
        row: &mut impl Values,
    ) -> Option<()> {
        let mut text = Text::new(record);
        let mut number = 0;
        loop {
            let mut expected = self.shape.get(number..).unwrap_or_default();
            while let [member, others @ ..] = expected
                && let Some(rest) = text.strip(&member.lead)
            {
                text = value(rest, &member.column, row)?;
                expected = others;
            }
            number = number.max(self.shape.len() - expected.len());
            if number > 0 && ends_object(text.with_margin()) {
                return Some(());
            }
            let (rest, column) = self.learn(number, text, names)?;
            text = learned_value(rest, &column, row)?;
            number += 1;
        }
    }

    /// Steps over the text before value number `number` and remembers it.
    #[inline(never)]
    fn learn<'t>(
        &mut self,
        number: usize,
        text: Text<'t>,
        names: &Names,
    ) -> Option<(Text<'t>, Option<Column>)> {
        let bytes = text.with_margin();
        let (end, name) = lead(bytes, number)?;
        let column = names.column(name);
        if number < MEMBERS_MAX
            && let Some(lead) = Lead::new(&bytes[..end])
        {
            let member = Member { lead, column };
            if number < self.shape.len() {
                self.shape[number] = member;
            } else if number == self.shape.len() {
                self.shape.push(member);
            }
        }
        Some((text.skip(end)?, column))
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

/// As [`value`], where the text before it was not expected.
#[inline(never)]
fn learned_value<'t>(
    text: Text<'t>,
    column: &Option<Column>,
    row: &mut impl Values,
) -> Option<Text<'t>> {
    value(text, column, row)
}

/// Reads the value at the start of `text`, stores the value if it is wanted, and returns what stands
/// behind it.
#[expect(clippy::inline_always, reason = "the loop over members is mostly this")]
#[inline(always)]
fn value<'t>(text: Text<'t>, column: &Option<Column>, row: &mut impl Values) -> Option<Text<'t>> {
    let next = text.next()?;
    if next[0] == b'"' {
        if let Some(string) = short_ascii(next) {
            if let Some(column) = column {
                column.store_short(&string, row)?;
            }
            return text.skip(string.quoted_length());
        }
        if let Some(column) = column
            && let Some(string) = short_text(next)
        {
            column.store_short(&string, row)?;
            return text.skip(string.quoted_length());
        }
        return text.skip(other_string(text.with_margin(), column, row)?);
    }
    if let Some(digit) = single_digit(next) {
        if let Some(column) = column {
            column.store_whole(digit.into(), &next[..1], row);
        }
        return text.skip(1);
    }
    if let Some((number, digits)) = short_number(next) {
        if let Some(column) = column {
            column.store_whole(number, &next[..digits], row);
        }
        return text.skip(digits);
    }
    text.skip(other_value(text.with_margin(), column, row)?)
}

/// A string of any length, with or without escapes, at the start of `text`; returns its length with
/// the quotes.
#[inline(never)]
fn other_string(text: &[u8], column: &Option<Column>, row: &mut impl Values) -> Option<usize> {
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
fn escaped_string(text: &[u8], column: &Option<Column>, row: &mut impl Values) -> Option<usize> {
    let mut end = 1;
    loop {
        end += string_end(text.get(end..)?)?.0;
        match text[end] {
            b'"' => break,
            b'\\' => end += 2,
            _ => return None,
        }
    }
    reference::store_string(std::str::from_utf8(&text[..=end]).ok()?, column.as_ref(), row)?;
    Some(end + 1)
}

/// A value that is neither a string nor a short whole number; returns its length.
#[inline(never)]
fn other_value(text: &[u8], column: &Option<Column>, row: &mut impl Values) -> Option<usize> {
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

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

use streamgauge_core::{Padded, ShortText, Values};

use super::names::Names;
use super::reference;
use super::word::{Special, Word, is_ascii};
use crate::value::{Column, Token};

/// The largest number of members whose place is remembered.
const MEMBERS_MAX: usize = 1024;

/// The longest piece between two values that is remembered, in bytes.
const LEAD_BYTES_MAX: usize = Padded::MARGIN;

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
    halves: [u128; 2],
    masks: [u128; 2],
    length: usize,
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
            for member in self.shape.get(number..).unwrap_or_default() {
                let Some(rest) = member.lead.strip_from(text) else { break };
                text = value(rest, &member.column, row)?;
                number += 1;
            }
            if number > 0 && ends_object(text) {
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
        text: &'t [u8],
        names: &Names,
    ) -> Option<(&'t [u8], Option<Column>)> {
        let (end, name) = lead(text, number)?;
        let (lead, rest) = text.split_at(end);
        let column = names.column(name);
        if number < MEMBERS_MAX && lead.len() <= LEAD_BYTES_MAX {
            let member = Member { lead: Lead::new(lead), column };
            if number < self.shape.len() {
                self.shape[number] = member;
            } else if number == self.shape.len() {
                self.shape.push(member);
            }
        }
        Some((rest, column))
    }
}

impl Lead {
    /// Remembers `lead`, which is at most [`LEAD_BYTES_MAX`] long.
    fn new(lead: &[u8]) -> Self {
        let mut bytes = [0; LEAD_BYTES_MAX];
        bytes[..lead.len()].copy_from_slice(lead);
        let mut mask = [0; LEAD_BYTES_MAX];
        mask[..lead.len()].fill(0xFF);
        Self { halves: halves(&bytes), masks: halves(&mask), length: lead.len() }
    }

    /// What stands behind these bytes, if `text` starts with them.
    #[inline]
    fn strip_from<'t>(&self, text: &'t [u8]) -> Option<&'t [u8]> {
        let found = halves(text.first_chunk()?);
        let differs = |half: usize| (found[half] ^ self.halves[half]) & self.masks[half] != 0;
        if differs(0) || (self.length > LEAD_BYTES_MAX / 2 && differs(1)) {
            return None;
        }
        text.get(self.length..)
    }
}

#[inline]
fn halves(bytes: &[u8; LEAD_BYTES_MAX]) -> [u128; 2] {
    let (chunks, _) = bytes.as_chunks();
    [u128::from_le_bytes(chunks[0]), u128::from_le_bytes(chunks[1])]
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
    text: &'t [u8],
    column: &Option<Column>,
    row: &mut impl Values,
) -> Option<&'t [u8]> {
    value(text, column, row)
}

/// Reads the value at the start of `text`, stores the value if it is wanted, and returns what stands
/// behind it.
#[expect(clippy::inline_always, reason = "the loop over members is mostly this")]
#[inline(always)]
fn value<'t>(text: &'t [u8], column: &Option<Column>, row: &mut impl Values) -> Option<&'t [u8]> {
    let start = text.first_chunk::<{ 1 + 2 * Word::BYTES }>()?;
    if start[0] == b'"' {
        return string(text, start, column, row);
    }
    // A code of one digit is the most frequent number of all.
    let digit = start[0].wrapping_sub(b'0');
    if digit < 10 && matches!(start[1], b',' | b'}') {
        if let Some(column) = column {
            column.store_whole(digit.into(), &start[..1], row);
        }
        return text.get(1..);
    }
    let (words, _) = start.as_chunks();
    if let Some((count, number)) = Word::of(words[0]).short_number()
        && matches!(start[count], b',' | b'}')
        && start[0] != b'0'
    {
        if let Some(column) = column {
            column.store_whole(number, &start[..count], row);
        }
        return text.get(count..);
    }
    other_value(text, column, row)
}

/// A string at the start of `text`, whose first bytes are `start`.
#[expect(clippy::inline_always, reason = "the loop over members is mostly this")]
#[inline(always)]
fn string<'t>(
    text: &'t [u8],
    start: &[u8; 1 + 2 * Word::BYTES],
    column: &Option<Column>,
    row: &mut impl Values,
) -> Option<&'t [u8]> {
    let (words, _) = start[1..].as_chunks();
    let (first, second) = (Word::of(words[0]), Word::of(words[1]));
    let (words, length) = if let Some(end) = first.special() {
        ([first.through(end), 0], end.position())
    } else if let Some(end) = second.special() {
        ([first.bits(), second.through(end)], Word::BYTES + end.position())
    } else {
        return long_string(text, column, row);
    };
    // What the text is if it has no escapes, which its end tells.
    let short = ShortText::from_words(words);
    let Some([b'"', rest @ ..]) = text.get(1 + length..) else {
        return escaped_string(text, column, row);
    };
    match column {
        None if short.is_ascii() => Some(rest),
        None => std::str::from_utf8(&text[1..=length]).is_ok().then_some(rest),
        Some(column) => {
            column.store_short(short, &text[1..=length], row)?;
            Some(rest)
        }
    }
}

/// A string of any length at the start of `text`.
#[inline(never)]
fn long_string<'t>(
    text: &'t [u8],
    column: &Option<Column>,
    row: &mut impl Values,
) -> Option<&'t [u8]> {
    let (length, is_ascii) = string_end(&text[1..])?;
    let (content, rest) = text[1..].split_at(length);
    let [b'"', rest @ ..] = rest else {
        return escaped_string(text, column, row);
    };
    if column.is_some() || !is_ascii {
        let content = std::str::from_utf8(content).ok()?;
        if let Some(column) = column {
            column.store(Token::Text(content), row);
        }
    }
    Some(rest)
}

/// Hands a string with escapes over to the thorough path, also where the string is not wanted: its
/// escapes may be wrong.
#[inline(never)]
fn escaped_string<'t>(
    text: &'t [u8],
    column: &Option<Column>,
    row: &mut impl Values,
) -> Option<&'t [u8]> {
    let mut end = 1;
    loop {
        end += string_end(text.get(end..)?)?.0;
        match text[end] {
            b'"' => break,
            b'\\' => end += 2,
            _ => return None,
        }
    }
    reference::store_string(std::str::from_utf8(&text[..=end]).ok()?, *column, row)?;
    text.get(end + 1..)
}

/// A value that is neither a string nor a short whole number.
#[inline(never)]
fn other_value<'t>(
    text: &'t [u8],
    column: &Option<Column>,
    row: &mut impl Values,
) -> Option<&'t [u8]> {
    let (token, rest) = match *text.first()? {
        b'-' | b'0'..=b'9' => {
            let (number, rest) = text.split_at(number_end(text)?);
            (Token::Number(number), rest)
        }
        b'n' => (Token::Null, text.strip_prefix(b"null")?),
        b'N' => (Token::Null, text.strip_prefix(b"NaN")?),
        b't' => (Token::Boolean(true), text.strip_prefix(b"true")?),
        b'f' => (Token::Boolean(false), text.strip_prefix(b"false")?),
        _ => return None,
    };
    if let Some(column) = column {
        column.store(token, row);
    }
    Some(rest)
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
            return Some((number * Word::BYTES + Special::position(end), all_ascii));
        }
        all_ascii &= is_ascii(word.bits());
    }
    None
}

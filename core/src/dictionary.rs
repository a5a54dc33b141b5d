//! The values of a text column: a code per row into a table of values, as they cross to a plugin.
//!
//! Most columns of texts have few values, and most of these are short: a row with such a text costs
//! one comparison of two words ([`ShortText`]). Longer ones are looked up by their hash.

use std::hash::BuildHasher;
use std::ops::RangeInclusive;

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::short_text::ShortText;

/// A text column: a code per row into a table of values.
///
/// Equal texts share a value, but in a column that was cleared after rows with many texts, as ids have
/// them: there a look for equal ones costs more than it saves, so for a while each row has its own
/// value.
#[derive(Clone, Debug, Default)]
pub struct Dictionary {
    codes: Vec<u32>,
    offsets: Vec<u32>,
    utf8: Vec<u8>,
    index: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// How often the column is still cleared before equal texts are looked for again.
    apart: u32,
    /// Some of the short values by their place; no places at all before the first one.
    known: Vec<Known>,
    /// How many places there are to be.
    places: usize,
    /// The row that brought the last value.
    newest: Option<usize>,
}

/// A short value and its code; the empty text, which is none, where there is no value.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    text: ShortText,
    code: u32,
}

/// The fewest rows that tell whether equal texts are worth looking for: a short batch of a few hundred
/// words looks like one of ids.
const TELLING_ROWS: usize = 1024;
/// Where there is more than one value for so many rows, each row gets its own: what a look for equal texts
/// costs then is more than a metric saves that gets fewer values (`cargo xtask bench columns`).
const ROWS_PER_VALUE: usize = 4;
/// How many batches have a value for each row before equal texts are looked for again.
const BATCHES_APART: u32 = 15;
/// How many places there are for short values that are known at a glance, at least and at most; a power
/// of two.
const PLACES: RangeInclusive<usize> = 256..=4096;
/// How many places there are for each value of the largest batch before, as two may have the same one.
const PLACES_PER_VALUE: usize = 4;

impl Dictionary {
    /// The number of each row's value among the values.
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// The place in [`Dictionary::utf8`] where each value starts, and the end of the last one: one
    /// more entry than there are values, the first 0. Empty where no row was added.
    pub fn offsets(&self) -> &[u32] {
        &self.offsets
    }

    /// The values laid end to end.
    pub fn utf8(&self) -> &[u8] {
        &self.utf8
    }

    /// Appends a row with `text`, which gets the code of an equal text before it where such are
    /// looked for.
    pub fn push(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let code = if self.apart > 0 { self.append(bytes) } else { self.code_of(bytes) };
        self.codes.push(code);
    }

    /// Appends a row with `text` and returns true where that takes no look at its encoding: where
    /// the text is known, or where it is ASCII.
    #[inline]
    pub(crate) fn push_short(&mut self, text: ShortText) -> bool {
        match self.known.get(text.place(self.known.len())) {
            Some(known) if known.text == text => {
                self.codes.push(known.code);
                true
            }
            _ => self.push_ascii(text),
        }
    }

    /// Appends a row with `text`, which is not known, if it is ASCII.
    #[inline(never)]
    fn push_ascii(&mut self, text: ShortText) -> bool {
        let length = text.len();
        if length == 0 || !text.is_ascii() {
            return false;
        }
        let code = if self.apart > 0 {
            self.append_short(text, length)
        } else {
            let code = self.found_or_appended(&text.bytes()[..length]);
            self.remember(text, code);
            code
        };
        self.codes.push(code);
        true
    }

    /// As [`Dictionary::append`]: sixteen bytes are copied faster than just so many.
    fn append_short(&mut self, text: ShortText, length: usize) -> u32 {
        self.newest = Some(self.codes.len());
        let code = self.begin_value();
        let end = self.utf8.len() + length;
        self.utf8.extend_from_slice(&text.bytes());
        self.utf8.truncate(end);
        self.offsets.push(end as u32);
        code
    }

    fn code_of(&mut self, text: &[u8]) -> u32 {
        let short = ShortText::of(text);
        if let Some(short) = short
            && let Some(known) = self.known.get(short.place(self.known.len()))
            && known.text == short
        {
            return known.code;
        }
        let code = self.found_or_appended(text);
        if let Some(short) = short {
            self.remember(short, code);
        }
        code
    }

    fn remember(&mut self, text: ShortText, code: u32) {
        if self.known.is_empty() {
            self.known.resize(self.places.max(*PLACES.start()), Known::default());
        }
        let places = self.known.len();
        self.known[text.place(places)] = Known { text, code };
    }

    fn found_or_appended(&mut self, text: &[u8]) -> u32 {
        if self.index.len() + 1 < self.offsets.len() {
            self.make_index();
        }
        let hash = self.hasher.hash_one(text);
        let (offsets, utf8) = (&self.offsets, &self.utf8);
        if let Some(&code) = self.index.find(hash, |&c| value_of(offsets, utf8, c) == text) {
            return code;
        }
        let code = self.append(text);
        let (offsets, utf8, hasher) = (&self.offsets, &self.utf8, &self.hasher);
        let hash_of = |&c: &u32| hasher.hash_one(value_of(offsets, utf8, c));
        self.index.insert_unique(hash, code, hash_of);
        code
    }

    /// A new value of the next row; gives its code.
    fn append(&mut self, text: &[u8]) -> u32 {
        self.newest = Some(self.codes.len());
        let code = self.begin_value();
        self.utf8.extend_from_slice(text);
        self.offsets.push(self.utf8.len() as u32);
        code
    }

    /// The code of the value whose end is to be pushed.
    #[inline]
    fn begin_value(&mut self) -> u32 {
        if self.offsets.is_empty() {
            self.offsets.push(0);
        }
        (self.offsets.len() - 1) as u32
    }

    /// The value with this code, one of [`Dictionary::codes`].
    pub fn value(&self, code: u32) -> &str {
        let bytes = value_of(&self.offsets, &self.utf8, code);
        std::str::from_utf8(bytes).expect("only whole texts are pushed")
    }

    /// Takes the last row back, with its value if no other row has that.
    pub(crate) fn pop(&mut self) {
        let Some(code) = self.codes.pop() else { return };
        if self.newest.take_if(|row| *row == self.codes.len()).is_none() {
            return;
        }
        let (text, places) = (value_of(&self.offsets, &self.utf8, code), self.known.len());
        if let Some(short) = ShortText::of(text)
            && let Some(known) = self.known.get_mut(short.place(places))
            && known.text == short
        {
            *known = Known::default();
        }
        if let Ok(entry) = self.index.find_entry(self.hasher.hash_one(text), |&c| c == code) {
            entry.remove();
        }
        self.offsets.pop();
        self.utf8.truncate(self.offsets.last().copied().unwrap_or_default() as usize);
        if self.codes.is_empty() {
            self.offsets.clear();
        }
    }

    /// How much memory the buffers take, in bytes.
    pub(crate) fn buffer_bytes(&self) -> usize {
        let numbers = self.codes.capacity() + self.offsets.capacity() + self.index.capacity();
        let known = self.known.capacity() * size_of::<Known>();
        numbers * size_of::<u32>() + self.utf8.capacity() + known
    }

    pub(crate) fn clear(&mut self) {
        let (rows, values) = (self.codes.len(), self.offsets.len().saturating_sub(1));
        if self.apart > 0 {
            self.apart -= 1;
        } else if rows >= TELLING_ROWS && values * ROWS_PER_VALUE > rows {
            self.apart = BATCHES_APART;
        }
        self.codes.clear();
        self.offsets.clear();
        self.utf8.clear();
        self.index.clear();
        self.newest = None;
        if self.apart > 0 {
            // No value is looked for.
            self.known = Vec::new();
            return;
        }
        let places = (values * PLACES_PER_VALUE).next_power_of_two().min(*PLACES.end());
        if places > self.places {
            self.places = places;
            self.known = Vec::new();
        }
        self.known.fill(Known::default());
    }

    /// No text is looked at twice, and there is no index until a row is added.
    pub(crate) fn pick(&self, rows: &[u32]) -> Self {
        const NONE: u32 = u32::MAX;
        let mut picked = Self::default();
        if rows.is_empty() {
            return picked;
        }
        picked.codes.reserve_exact(rows.len());
        let mut known = vec![NONE; self.offsets.len() - 1];
        for &row in rows {
            let code = self.codes[row as usize];
            let own = &mut known[code as usize];
            if *own == NONE {
                *own = picked.append(value_of(&self.offsets, &self.utf8, code));
            }
            picked.codes.push(*own);
        }
        picked
    }

    fn make_index(&mut self) {
        let (offsets, utf8, hasher) = (&self.offsets, &self.utf8, &self.hasher);
        let hash = |&code: &u32| hasher.hash_one(value_of(offsets, utf8, code));
        self.index.clear();
        for code in 0..(offsets.len() - 1) as u32 {
            self.index.insert_unique(hash(&code), code, hash);
        }
    }
}

/// The bytes of the value with this code.
fn value_of<'a>(offsets: &[u32], utf8: &'a [u8], code: u32) -> &'a [u8] {
    let code = code as usize;
    &utf8[offsets[code] as usize..offsets[code + 1] as usize]
}

#[cfg(test)]
mod tests;

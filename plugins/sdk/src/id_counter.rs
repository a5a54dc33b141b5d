//! Counts of events by keys that may be as many as the events: ids of users, of requests.
//!
//! A map costs a key that comes once many times what keeping the key costs, and the host asks many
//! times a second for what changed. So texts of batches in which nearly all differ are kept as they
//! came, and get into the map when somebody asks for a count, or when they are merged: that
//! happens in another thread than counting.

use std::cell::{Ref, RefCell};

use crate::batch::TextColumn;
use crate::codec::{Reader, Writer, bad_state};
use crate::keys::{AnyKey, Keys};
use crate::{Accumulator, Counter, Largest, Result, Table};

/// The fewest texts of a batch that is kept as it came.
const TEXTS_MIN: usize = 16;
/// A batch is kept so where it has three texts in four rows, or more.
const TEXTS: usize = 3;
const IN_ROWS: usize = 4;
/// How many keys are kept so before they get into the map.
const WRITTEN_MAX: u64 = 1 << 16;
/// In place of a number of keys: what follows is in no order, and each text that is written down came
/// once.
const IN_NO_ORDER: u64 = u64::MAX;
/// The same, with how often texts came.
const IN_NO_ORDER_COUNTED: u64 = u64::MAX - 1;

/// The number of events of each key, for keys of which there may be as many as events.
///
/// As a state it is a [`Counter`], with the same bytes; as a difference it is written without being
/// put in order.
///
/// ```
/// use streamgauge_sdk::{IdCounter, testing::TestBatch};
///
/// let users = TestBatch::default().text(["u7", "u3", "u7"]);
/// let mut counter = IdCounter::default();
/// counter.count_texts(users.batch().text(0)?);
/// assert_eq!(counter.table().cells(), [["u3", "1"], ["u7", "2"]]);
/// # Ok::<(), streamgauge_sdk::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct IdCounter {
    /// Looking at a count moves what is written down into the map.
    state: RefCell<State>,
}

#[derive(Debug, Clone, Default)]
struct State {
    counter: Counter<AnyKey>,
    written: Written,
}

/// Keys with few events each, batch behind batch.
#[derive(Debug, Clone, Default)]
struct Written {
    keys: u64,
    batches: Vec<Texts>,
}

/// The texts of a batch, as they came: one copy takes all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Texts {
    /// Where each of them ends.
    ends: Vec<u32>,
    utf8: String,
    /// The places of those that did not come once, ascending, each with how often it came.
    others: Vec<(u32, u32)>,
}

impl IdCounter {
    /// Counts every row of a column by its text. Nulls are not counted.
    pub fn count_texts(&mut self, column: TextColumn<'_>) {
        let state = self.state.get_mut();
        let Some(texts) = Texts::of(column) else {
            state.counter.count_texts(column);
            return;
        };
        state.written.keys += texts.ends.len() as u64;
        state.written.batches.push(texts);
        if state.written.keys >= WRITTEN_MAX {
            state.settle();
        }
    }

    /// Counts every row by its key. Nulls are not counted.
    pub fn count(&mut self, keys: &Keys) {
        let counter = &mut self.state.get_mut().counter;
        keys.tally().for_each(|(key, events)| counter.record(key, events));
    }

    /// The result, as [`Counter::table`] gives it.
    ///
    /// # Panics
    /// A count exceeds `i64::MAX`.
    pub fn table(&self) -> Table {
        self.counter().table()
    }

    /// The keys with the most events, as [`Counter::largest`] gives them.
    pub fn largest(counters: &[&Self], rows: usize) -> Option<Largest> {
        let counters: Vec<_> = counters.iter().map(|counter| counter.counter()).collect();
        Counter::largest(&counters.iter().map(|counter| &**counter).collect::<Vec<_>>(), rows)
    }

    fn counter(&self) -> Ref<'_, Counter<AnyKey>> {
        // Somebody may look at the counter already.
        if self.state.borrow().written.keys > 0 {
            self.state.borrow_mut().settle();
        }
        Ref::map(self.state.borrow(), |state| &state.counter)
    }
}

impl State {
    fn settle(&mut self) {
        std::mem::take(&mut self.written).add_to(&mut self.counter);
    }
}

impl Written {
    fn add_to(&self, counter: &mut Counter<AnyKey>) {
        let texts = self.batches.iter().flat_map(Texts::counts);
        counter.add_each(texts.map(|(text, events)| (AnyKey::from(text), events)));
    }

    fn write(&self, writer: &mut Writer) {
        writer.u64(self.batches.len() as u64);
        for Texts { ends, utf8, others } in &self.batches {
            writer.u64(ends.len() as u64);
            writer.lengths(ends);
            writer.text(utf8);
            writer.u64(others.len() as u64);
            for (place, events) in others {
                writer.u64(u64::from(*place));
                writer.u64(u64::from(*events));
            }
        }
    }

    fn read(reader: &mut Reader<'_>, is_counted: bool) -> Result<Self> {
        let mut written = Self::default();
        for _ in 0..reader.u64()? {
            let keys = reader.u64()?;
            let (ends, utf8) = (reader.lengths(keys)?, reader.text()?.to_owned());
            let others = if is_counted { read_others(reader)? } else { Vec::new() };
            let texts = Texts { ends, utf8, others };
            if !texts.are_whole() {
                return Err(bad_state("holds texts that do not end where it says"));
            }
            if !texts.others.iter().all(|(place, _)| u64::from(*place) < keys) {
                return Err(bad_state("counts texts that are not there"));
            }
            written.keys += keys;
            written.batches.push(texts);
        }
        Ok(written)
    }
}

/// Places, ascending, each with a number of events.
fn read_others(reader: &mut Reader<'_>) -> Result<Vec<(u32, u32)>> {
    let mut others: Vec<(u32, u32)> = Vec::new();
    for _ in 0..reader.u64()? {
        let place = u32::try_from(reader.u64()?).ok();
        let place = place.filter(|place| others.last().is_none_or(|(last, _)| last < place));
        let events = u32::try_from(reader.u64()?).ok();
        others.push(place.zip(events).ok_or_else(|| bad_state("counts texts in no order"))?);
    }
    Ok(others)
}

impl Texts {
    /// The texts of a column in which nearly all differ.
    fn of(column: TextColumn<'_>) -> Option<Self> {
        let texts = column.entries();
        if texts < TEXTS_MIN || texts * IN_ROWS < column.rows() * TEXTS {
            return None;
        }
        let (ends, utf8) = column.texts()?;
        let tally = column.tally().into_iter().zip(0..);
        let others = tally.filter(|(rows, _)| *rows != 1).map(|(rows, place)| (place, rows));
        Some(Self { ends: ends.to_vec(), utf8: utf8.to_owned(), others: others.collect() })
    }

    /// Each text with the number of its events, which is above 0.
    fn counts(&self) -> impl Iterator<Item = (&str, u64)> {
        let mut others = self.others.iter().peekable();
        let counted = self.iter().zip(0..).map(move |(text, place)| {
            let other = others.next_if(|(other, _)| *other == place);
            (text, other.map_or(1, |(_, events)| u64::from(*events)))
        });
        counted.filter(|(_, events)| *events > 0)
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let range = |(start, end): (u32, &u32)| start as usize..*end as usize;
        let text = |range| self.utf8.get(range).expect("ends were checked");
        starts.zip(&self.ends).map(range).map(text)
    }

    fn are_whole(&self) -> bool {
        let is_end = |end: &u32| self.utf8.is_char_boundary(*end as usize);
        let last = self.ends.last().map_or(0, |end| *end as usize);
        self.ends.iter().all(is_end) && last == self.utf8.len()
    }
}

impl PartialEq for IdCounter {
    fn eq(&self, other: &Self) -> bool {
        *self.counter() == *other.counter()
    }
}

impl Eq for IdCounter {}

/// The bytes of a [`Counter`]; as a difference [`IN_NO_ORDER_COUNTED`], then the number of batches that
/// are written down and these, then the number of keys in the map and these, each with its count.
impl Accumulator for IdCounter {
    fn merge(&mut self, other: &Self) -> Result<()> {
        let (state, other) = (self.state.get_mut(), other.state.borrow());
        other.written.add_to(&mut state.counter);
        state.counter.merge(&other.counter)
    }

    fn write(&self, writer: &mut Writer) {
        self.counter().write(writer);
    }

    fn write_difference(&self, writer: &mut Writer) {
        let state = self.state.borrow();
        writer.u64(IN_NO_ORDER_COUNTED);
        state.written.write(writer);
        state.counter.write_in_no_order(writer);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let keys = reader.u64()?;
        let state = if [IN_NO_ORDER, IN_NO_ORDER_COUNTED].contains(&keys) {
            let written = Written::read(reader, keys == IN_NO_ORDER_COUNTED)?;
            State { counter: Counter::read_in_no_order(reader)?, written }
        } else {
            State { counter: Counter::read_entries(keys, reader)?, written: Written::default() }
        };
        Ok(Self { state: RefCell::new(state) })
    }
}

#[cfg(test)]
mod tests;

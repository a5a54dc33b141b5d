//! Counts of events by keys that may be as many as the events: ids of users, of requests.
//!
//! A map costs a key that comes once many times what keeping the key costs, and the host asks many
//! times a second for what changed. So texts of batches in which they are likely to differ are kept
//! as they came, and get into the map when somebody asks for a count, or when they are merged: that
//! happens in another thread than counting.

use std::cell::{Ref, RefCell};

use crate::batch::TextColumn;
use crate::codec::{Reader, Writer, bad_state};
use crate::keys::{AnyKey, Keys};
use crate::{Accumulator, Counter, Largest, Result, Table};

/// The fewest rows of a batch that is kept as it came.
const ROWS_MIN: usize = 16;
/// How many keys are kept so before they get into the map.
const WRITTEN_MAX: u64 = 1 << 16;
/// In place of a number of keys: what follows is in no order.
const IN_NO_ORDER: u64 = u64::MAX;

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

/// Keys of one event each, batch behind batch.
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
}

impl IdCounter {
    /// Counts every row of a column by its text. Nulls are not counted.
    pub fn count_texts(&mut self, column: TextColumn<'_>) {
        let state = self.state.get_mut();
        let Some((ends, utf8)) = column.apart().filter(|(ends, _)| ends.len() >= ROWS_MIN) else {
            state.counter.count_texts(column);
            return;
        };
        state.written.keys += ends.len() as u64;
        state.written.batches.push(Texts { ends: ends.to_vec(), utf8: utf8.to_owned() });
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
        let keys = self.batches.iter().flat_map(Texts::iter).map(AnyKey::from);
        counter.add_each(keys.map(|key| (key, 1)));
    }

    fn write(&self, writer: &mut Writer) {
        writer.u64(self.batches.len() as u64);
        for Texts { ends, utf8 } in &self.batches {
            writer.u64(ends.len() as u64);
            writer.lengths(ends);
            writer.text(utf8);
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let mut written = Self::default();
        for _ in 0..reader.u64()? {
            let keys = reader.u64()?;
            let texts = Texts { ends: reader.lengths(keys)?, utf8: reader.text()?.to_owned() };
            if !texts.are_whole() {
                return Err(bad_state("holds texts that do not end where it says"));
            }
            written.keys += keys;
            written.batches.push(texts);
        }
        Ok(written)
    }
}

impl Texts {
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

/// The bytes of a [`Counter`]; as a difference [`IN_NO_ORDER`], then the number of batches that are
/// written down and these, then the number of keys in the map and these, each with its count.
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
        writer.u64(IN_NO_ORDER);
        state.written.write(writer);
        state.counter.write_in_no_order(writer);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let keys = reader.u64()?;
        let state = if keys == IN_NO_ORDER {
            let written = Written::read(reader)?;
            State { counter: Counter::read_in_no_order(reader)?, written }
        } else {
            State { counter: Counter::read_entries(keys, reader)?, written: Written::default() }
        };
        Ok(Self { state: RefCell::new(state) })
    }
}

#[cfg(test)]
mod tests;

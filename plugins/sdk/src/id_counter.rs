//! Counts of events by keys that may be as many as the events: ids of users, of requests.
//!
//! A map costs a key that comes once several times what writing the key down costs, and the host
//! asks many times a second for what changed. So keys of batches in which most differ are written
//! down one behind the other, and get into the map when somebody asks for a count, or when they are
//! merged: that happens in another thread than counting.

use std::cell::{Ref, RefCell};

use crate::batch::TextColumn;
use crate::codec::{Reader, Writer};
use crate::keys::{AnyKey, Keys, TextKey};
use crate::{Accumulator, Counter, Key, Largest, Result, Table};

/// The fewest rows of a batch whose keys are written down.
const ROWS_MIN: usize = 16;
/// How many keys are written down before they get into the map.
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

/// Keys of one event each, one behind the other as a snapshot has them.
#[derive(Debug, Clone, Default)]
struct Written {
    keys: u64,
    bytes: Writer,
}

impl IdCounter {
    /// Counts every row of a column by its text. Nulls are not counted.
    pub fn count_texts(&mut self, column: TextColumn<'_>) {
        let state = self.state.get_mut();
        if column.rows() < ROWS_MIN || !column.is_apart() {
            state.counter.count_texts(column);
            return;
        }
        for code in 0..column.entries() {
            TextKey(column.entry(code)).write(&mut state.written.bytes);
        }
        state.wrote(column.entries());
    }

    /// Counts every row by its key. Nulls are not counted.
    pub fn count(&mut self, keys: &Keys) {
        let state = self.state.get_mut();
        if keys.rows() < ROWS_MIN || keys.values().len() < keys.rows() / 4 * 3 {
            keys.tally().for_each(|(key, events)| state.counter.record(key, events));
            return;
        }
        let rows = (0..keys.rows()).filter_map(|row| keys.get(row));
        let count = rows.inspect(|key| key.write(&mut state.written.bytes)).count();
        state.wrote(count);
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
    fn wrote(&mut self, keys: usize) {
        self.written.keys += keys as u64;
        if self.written.keys >= WRITTEN_MAX {
            self.settle();
        }
    }

    fn settle(&mut self) {
        std::mem::take(&mut self.written).add_to(&mut self.counter);
    }
}

impl Written {
    fn add_to(&self, counter: &mut Counter<AnyKey>) {
        let mut reader = Reader::new(self.bytes.written());
        let keys = (0..self.keys).map(|_| AnyKey::read(&mut reader).expect("it was written here"));
        counter.record_each(keys);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let keys = reader.u64()?;
        let all = reader.rest();
        for _ in 0..keys {
            AnyKey::skip(reader)?;
        }
        let mut bytes = Writer::default();
        bytes.append(&all[..all.len() - reader.remaining()]);
        Ok(Self { keys, bytes })
    }
}

impl PartialEq for IdCounter {
    fn eq(&self, other: &Self) -> bool {
        *self.counter() == *other.counter()
    }
}

impl Eq for IdCounter {}

/// The bytes of a [`Counter`]; as a difference [`IN_NO_ORDER`], then the number of keys that are
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
        writer.u64(state.written.keys);
        writer.append(state.written.bytes.written());
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

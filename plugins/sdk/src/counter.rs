//! Counts of events by key, exact.
//!
//! Keys are kept in order, so a snapshot has one form and a result needs no sorting. A batch is
//! tallied before the map is touched: once per distinct key, not once per row. Counts are `u64`
//! and checked: an overflow is a panic, which the host contains. A count never wraps or saturates,
//! because a wrong count that looks right is worse than no count. The number of keys is bounded
//! only by the memory that the host grants.

use std::borrow::Borrow;
use std::collections::BTreeMap;

use crate::batch::{Column, TextColumn};
use crate::codec::{Reader, Writer, bad_state};
use crate::{Accumulator, Result, Table};

/// The first unsigned key that is not tallied in an array.
const TALLY_KEYS: usize = 256;
/// The fewest rows for which an array costs less than it saves.
const TALLY_ROWS_MIN: usize = 32;

/// The number of events of each key.
///
/// ```
/// use streamgauge_sdk::Counter;
///
/// let mut counter = Counter::<u32>::default();
/// counter.record(&2, 3);
/// counter.record(&0, 1);
/// counter.record(&2, 1);
/// assert_eq!(counter.get(&2), 4);
/// assert_eq!(counter.table().cells(), [["0", "1"], ["2", "4"]]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counter<K> {
    /// The events by key; no count is 0.
    counts: BTreeMap<K, u64>,
}

/// A type that events can be counted by: `u32`, `i64`, `bool` and `String`.
pub trait Key: Ord + 'static {
    /// The key as text, as the result shows it.
    fn show(&self) -> String;
    /// Writes the key to a snapshot.
    fn write(&self, writer: &mut Writer);
    /// Reads the key from a snapshot.
    ///
    /// # Errors
    /// [`Error::BadState`](crate::Error::BadState) where [`write`](Self::write) does not write such
    /// bytes.
    fn read(reader: &mut Reader<'_>) -> Result<Self>
    where
        Self: Sized;
}

impl<K> Default for Counter<K> {
    fn default() -> Self {
        Self { counts: BTreeMap::new() }
    }
}

impl<K: Key> Counter<K> {
    /// Adds `events` events of a key. Zero events leave no trace.
    ///
    /// # Panics
    /// The count would exceed `u64::MAX`.
    pub fn record<Q>(&mut self, key: &Q, events: u64)
    where
        K: Borrow<Q>,
        Q: Ord + ToOwned<Owned = K> + ?Sized,
    {
        if events == 0 {
            return;
        }
        match self.counts.get_mut(key) {
            Some(count) => *count = sum(*count, events),
            None => {
                self.counts.insert(key.to_owned(), events);
            }
        }
    }

    /// The number of events of a key, 0 for a key that was never counted.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> u64
    where
        K: Borrow<Q>,
    {
        self.counts.get(key).copied().unwrap_or_default()
    }

    /// Every key that was counted, in order, with its count.
    pub fn iter(&self) -> impl Iterator<Item = (&K, u64)> {
        self.counts.iter().map(|(key, &count)| (key, count))
    }

    /// The result: a `text` column with the keys in order and an `integer` column of counts.
    ///
    /// # Panics
    /// A count exceeds `i64::MAX`.
    pub fn table(&self) -> Table {
        let counts = self.counts.values().map(|&count| {
            0_i64.checked_add_unsigned(count).expect("a count of events fits in 63 bits")
        });
        Table::default().text(self.counts.keys().map(Key::show)).integers(counts)
    }
}

impl Counter<u32> {
    /// Counts every row of a column by its value. Nulls are not counted.
    pub fn count(&mut self, column: Column<'_, u32>) {
        self.count_as(column, |value| value);
    }

    /// Counts every row of a column under the key that `key_of` gives for its value, which is
    /// called at most once per row and must be pure. Nulls are not counted.
    pub fn count_as(&mut self, column: Column<'_, u32>, key_of: impl Fn(u32) -> u32) {
        match column.without_nulls() {
            Some(values) if values.len() >= TALLY_ROWS_MIN => self.count_many(values, key_of),
            _ => column.iter().flatten().for_each(|value| self.record(&key_of(value), 1)),
        }
    }

    fn count_many(&mut self, values: &[u32], key_of: impl Fn(u32) -> u32) {
        // Two arrays, because repeated values would make each addition wait for the one before.
        let mut tally = [[0_u32; TALLY_KEYS]; 2];
        for (row, &value) in values.iter().enumerate() {
            match tally[row % 2].get_mut(value as usize) {
                Some(count) => *count += 1,
                None => self.record(&key_of(value), 1),
            }
        }
        let [even, odd] = tally;
        for (value, (even, odd)) in (0..).zip(even.into_iter().zip(odd)) {
            let events = u64::from(even) + u64::from(odd);
            if events > 0 {
                self.record(&key_of(value), events);
            }
        }
    }
}

impl Counter<i64> {
    /// Counts every row of a column by its value. Nulls are not counted.
    pub fn count(&mut self, column: Column<'_, i64>) {
        column.iter().flatten().for_each(|value| self.record(&value, 1));
    }
}

impl Counter<bool> {
    /// Counts every row of a column by its value. Nulls are not counted.
    pub fn count(&mut self, column: Column<'_, bool>) {
        column.iter().flatten().for_each(|value| self.record(&value, 1));
    }
}

impl Counter<String> {
    /// Counts every row of a column by its text. Nulls are not counted.
    pub fn count(&mut self, column: TextColumn<'_>) {
        self.count_as(column, |text| text);
    }

    /// Counts every row of a column under the key that `key_of` gives for its text, which is
    /// called at most once per distinct text. Nulls are not counted.
    pub fn count_as<'a>(&mut self, column: TextColumn<'a>, key_of: impl Fn(&'a str) -> &'a str) {
        for (code, events) in column.tally().into_iter().enumerate() {
            if events > 0 {
                self.record(key_of(column.entry(code)), u64::from(events));
            }
        }
    }
}

/// The bytes: the number of keys, then each key in order with its count.
impl<K: Key + Clone> Accumulator for Counter<K> {
    fn merge(&mut self, other: &Self) -> Result<()> {
        for (key, &count) in &other.counts {
            match self.counts.get_mut(key) {
                Some(own) => *own = sum(*own, count),
                None => {
                    self.counts.insert(key.clone(), count);
                }
            }
        }
        Ok(())
    }

    fn write(&self, writer: &mut Writer) {
        writer.u64(self.counts.len() as u64);
        for (key, &count) in &self.counts {
            key.write(writer);
            writer.u64(count);
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let mut counts = BTreeMap::new();
        for _ in 0..reader.u64()? {
            let key = K::read(reader)?;
            let count = reader.u64()?;
            let ascending = counts.last_key_value().is_none_or(|(last, _)| *last < key);
            if !ascending || count == 0 {
                return Err(bad_state(
                    "is not a counter's: keys must ascend and counts be above 0",
                ));
            }
            counts.insert(key, count);
        }
        Ok(Self { counts })
    }
}

fn sum(count: u64, events: u64) -> u64 {
    count.checked_add(events).expect("a count of events fits in 64 bits")
}

macro_rules! keys {
    ($($key:ty: $self:ident, $writer:ident => $write:expr, $reader:ident => $read:expr;)*) => {
        $(impl Key for $key {
            fn show(&self) -> String {
                self.to_string()
            }
            fn write(&$self, $writer: &mut Writer) {
                $write;
            }
            fn read($reader: &mut Reader<'_>) -> Result<Self> {
                $read
            }
        })*
    };
}

keys! {
    u32: self, writer => writer.u64(u64::from(*self)),
        reader => reader.u64()?.try_into().map_err(|_| bad_state("has a key above 32 bits"));
    i64: self, writer => writer.i64(*self), reader => reader.i64();
    bool: self, writer => writer.u64(u64::from(*self)), reader => match reader.u64()? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(bad_state("has a key that is not a boolean")),
    };
    String: self, writer => writer.text(self), reader => reader.text().map(str::to_owned);
}

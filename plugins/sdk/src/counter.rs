//! Counts of events by key, exact.
//!
//! Keys are found by their hash and put in order where a snapshot or a result is made, so a snapshot
//! has one form. A batch is tallied before the map is touched: once per distinct key, not once per
//! row. Counts are `u64`
//! and checked: an overflow is a panic, which the host contains. A count never wraps or saturates,
//! because a wrong count that looks right is worse than no count. The number of keys is bounded
//! only by the memory that the host grants.

mod each;
mod largest;

use std::borrow::{Borrow, Cow};
use std::hash::{BuildHasher as _, Hash};
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};

use indexmap::IndexMap;
use indexmap::map::RawEntryApiV1 as _;
use indexmap::map::raw_entry_v1::RawEntryMut;
use rustc_hash::FxBuildHasher;

use crate::batch::{Column, TextColumn};
use crate::codec::{Reader, Writer, bad_state};
use crate::keys::{AnyKey, TextKey};
use crate::order::{self, in_order};
use crate::{Accumulator, Result, Table};

/// The first unsigned key that is not tallied in an array.
const TALLY_KEYS: usize = 256;
/// What most keys and their counts take in a snapshot.
const USUAL_BYTES: usize = 12;
/// How many keys the larger ones had of the counters that were written last.
static USUAL_KEYS: AtomicUsize = AtomicUsize::new(0);
/// How many times the keys that are there a counter makes room for at most.
const USUAL_TIMES: usize = 16;
/// How many keys are looked at ahead, and how many there are where that pays.
const TOUCHED: usize = 16;
const TOUCHED_FROM: usize = 1 << 15;
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
#[derive(Debug, Clone)]
pub struct Counter<K> {
    /// The events by key, found by the key's hash; no count is 0.
    counts: IndexMap<K, u64, FxBuildHasher>,
    /// All of them together; `u64::MAX` means that there are more.
    total: u64,
}

/// A type that events can be counted by: `u32`, `i64`, `bool` and `String`.
pub trait Key: Ord + Hash + 'static {
    /// The first 64 bits of the order of keys behind the first `shared` bytes, which all that are
    /// put in order share: of two keys, the one with the smaller number comes first. Keys with the
    /// same number are compared as a whole, so 0 for all is right, but slow.
    fn prefix(&self, _shared: usize) -> u64 {
        0
    }

    /// The key as text, as the result shows it.
    fn show(&self) -> Cow<'_, str>;
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

impl<K: Key> PartialEq for Counter<K> {
    fn eq(&self, other: &Self) -> bool {
        self.counts.len() == other.counts.len()
            && self.counts.iter().all(|(key, count)| other.get(key) == *count)
    }
}

impl<K: Key> Eq for Counter<K> {}

impl<K> Default for Counter<K> {
    fn default() -> Self {
        Self { counts: IndexMap::default(), total: 0 }
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
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
    {
        if events == 0 {
            return;
        }
        self.total = self.total.saturating_add(events);
        self.add(hash_of(key), |own| own.borrow() == key, events, || key.to_owned());
    }

    /// Adds `events` events of the key of this `hash` that `is` the one, or else of a `new` one; not to
    /// the total.
    fn add(&mut self, hash: u64, is: impl Fn(&K) -> bool, events: u64, new: impl FnOnce() -> K) {
        match self.counts.raw_entry_mut_v1().from_hash(hash, is) {
            RawEntryMut::Occupied(mut own) => *own.get_mut() = sum(*own.get(), events),
            RawEntryMut::Vacant(place) => {
                place.insert_hashed_nocheck(hash, new(), events);
            }
        }
    }

    /// Makes room for `keys` more. Where that is not there, it becomes as much as counters
    /// needed that were written before, since a state of many keys is handed over piece by piece:
    /// growing step by step costs as much as counting.
    fn make_room(&mut self, keys: usize) {
        if self.counts.capacity() - self.counts.len() >= keys {
            return;
        }
        let all = self.counts.len() + keys;
        let usual = USUAL_KEYS.load(Ordering::Relaxed);
        let room = all.max(usual.min(all.saturating_mul(USUAL_TIMES)));
        self.counts.reserve(room - self.counts.len());
    }

    /// Looks at the counts that are likely those of keys with these hashes: where there are too many
    /// for the processor's caches, it then waits for all of them at once and not one by one.
    fn touch(&self, hashes: impl IntoIterator<Item = u64>) {
        if self.counts.len() < TOUCHED_FROM {
            return;
        }
        let mut places = [usize::MAX; TOUCHED];
        for (place, hash) in places.iter_mut().zip(hashes) {
            let found = self.counts.raw_entry_v1().index_from_hash(hash, |_| true);
            *place = found.unwrap_or(usize::MAX);
        }
        let seen = |place: usize| self.counts.get_index(place).map_or(0, |(_, count)| *count);
        black_box(places.into_iter().fold(0, |all, place| all ^ seen(place)));
    }

    /// The number of events of a key, 0 for a key that was never counted.
    pub fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> u64
    where
        K: Borrow<Q>,
    {
        let own = self.counts.raw_entry_v1().from_hash(hash_of(key), |own| own.borrow() == key);
        own.map_or(0, |(_, count)| *count)
    }

    /// Every key that was counted, in order, with its count.
    pub fn iter(&self) -> impl Iterator<Item = (&K, u64)> {
        in_order(&self.counts).into_iter().map(|(_, key, count)| (key, *count))
    }

    /// The result: a `text` column with the keys in order and an `integer` column of counts.
    ///
    /// # Panics
    /// A count exceeds `i64::MAX`.
    pub fn table(&self) -> Table {
        let sorted = in_order(&self.counts);
        let counts = sorted.iter().map(|(_, _, count)| {
            0_i64.checked_add_unsigned(**count).expect("a count of events fits in 63 bits")
        });
        Table::default().text(sorted.iter().map(|(_, key, _)| key.show())).integers(counts)
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
        column.counts().for_each(|(text, events)| self.record(key_of(text), events));
    }
}

impl Counter<AnyKey> {
    /// Counts every row of a column by its text. Nulls are not counted.
    pub fn count_texts(&mut self, column: TextColumn<'_>) {
        self.make_room(column.entries());
        let mut all = 0;
        for (text, events) in column.counts() {
            let text = TextKey(text);
            all += events;
            self.add(hash_of(&text), |key| text.is(key), events, || text.key());
        }
        self.total = self.total.saturating_add(all);
    }
}

/// The bytes: the number of keys, then each key in order with its count.
impl<K: Key + Clone> Accumulator for Counter<K> {
    fn merge(&mut self, other: &Self) -> Result<()> {
        if self.counts.is_empty() {
            self.counts.reserve(other.counts.len());
        }
        self.add_each(other.counts.iter().map(|(key, events)| (key, *events)));
        Ok(())
    }

    fn write(&self, writer: &mut Writer) {
        self.note_size();
        writer.u64(self.counts.len() as u64);
        writer.reserve(self.counts.len() * USUAL_BYTES);
        for (key, count) in self.iter() {
            key.write(writer);
            writer.u64(count);
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let keys = reader.u64()?;
        Self::read_entries(keys, reader)
    }
}

fn hash_of<Q: Hash + ?Sized>(key: &Q) -> u64 {
    FxBuildHasher.hash_one(key)
}

fn sum(count: u64, events: u64) -> u64 {
    count.checked_add(events).expect("a count of events fits in 64 bits")
}

macro_rules! keys {
    ($($key:ty: $self:ident, $prefix:expr,
        $writer:ident => $write:expr, $reader:ident => $read:expr;)*) => {
        $(impl Key for $key {
            fn prefix(&$self, shared: usize) -> u64 {
                order::number_prefix($prefix, shared)
            }
            fn show(&self) -> Cow<'_, str> {
                self.to_string().into()
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
    u32: self, u64::from(*self), writer => writer.u64(u64::from(*self)),
        reader => reader.u64()?.try_into().map_err(|_| bad_state("has a key above 32 bits"));
    i64: self, self.cast_unsigned() ^ (1 << 63), writer => writer.i64(*self), reader => reader.i64();
    bool: self, u64::from(*self), writer => writer.u64(u64::from(*self)), reader => match reader.u64()? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(bad_state("has a key that is not a boolean")),
    };
}

impl Key for String {
    fn prefix(&self, shared: usize) -> u64 {
        order::text_prefix(self, shared)
    }

    fn show(&self) -> Cow<'_, str> {
        self.into()
    }

    fn write(&self, writer: &mut Writer) {
        writer.text(self);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        reader.text().map(str::to_owned)
    }
}

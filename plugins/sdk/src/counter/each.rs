//! Keys one by one, read from bytes or as they came, in order or in none.

use indexmap::IndexMap;
use indexmap::map::RawEntryApiV1 as _;
use indexmap::map::raw_entry_v1::RawEntryMut;
use rustc_hash::FxBuildHasher;

use super::{Counter, Key, Ordering, TOUCHED, USUAL_BYTES, USUAL_KEYS, hash_of, sum};
use crate::Result;
use crate::codec::{Reader, Writer, bad_state};

impl<K: Key> Counter<K> {
    /// Adds one event of each of `keys`.
    pub(crate) fn record_each(&mut self, mut keys: impl Iterator<Item = K>) {
        let mut some: Vec<(u64, K)> = Vec::with_capacity(TOUCHED);
        loop {
            some.extend(keys.by_ref().take(TOUCHED).map(|key| (hash_of(&key), key)));
            if some.is_empty() {
                return;
            }
            self.touch(some.iter().map(|(hash, _)| *hash));
            self.total = self.total.saturating_add(some.len() as u64);
            for (hash, key) in some.drain(..) {
                match self.counts.raw_entry_mut_v1().from_hash(hash, |own| *own == key) {
                    RawEntryMut::Occupied(mut own) => *own.get_mut() = sum(*own.get(), 1),
                    RawEntryMut::Vacant(place) => {
                        place.insert_hashed_nocheck(hash, key, 1);
                    }
                }
            }
        }
    }

    /// Reads so many `keys` in order, each with its count.
    pub(crate) fn read_entries(keys: u64, reader: &mut Reader<'_>) -> Result<Self> {
        let mut read: Self = with_room(keys, reader);
        for _ in 0..keys {
            let key = K::read(reader)?;
            let count = reader.u64()?;
            let ascending = read.counts.last().is_none_or(|(last, _)| *last < key);
            if !ascending || count == 0 {
                return Err(bad_state(
                    "is not a counter's: keys must ascend and counts be above 0",
                ));
            }
            read.total = read.total.saturating_add(count);
            let hash = hash_of(&key);
            // Keys that ascend are all different.
            match read.counts.raw_entry_mut_v1().from_hash(hash, |_| false) {
                RawEntryMut::Vacant(place) => place.insert_hashed_nocheck(hash, key, count),
                RawEntryMut::Occupied(_) => unreachable!("no key is like another"),
            };
        }
        Ok(read)
    }

    /// Writes the number of keys, then each key with its count, in the order in which they came.
    pub(crate) fn write_in_no_order(&self, writer: &mut Writer) {
        self.note_size();
        writer.u64(self.counts.len() as u64);
        writer.reserve(self.counts.len() * USUAL_BYTES);
        for (key, count) in &self.counts {
            key.write(writer);
            writer.u64(*count);
        }
    }

    /// Reads what [`write_in_no_order`](Self::write_in_no_order) wrote.
    pub(crate) fn read_in_no_order(reader: &mut Reader<'_>) -> Result<Self> {
        let keys = reader.u64()?;
        let mut read: Self = with_room(keys, reader);
        for _ in 0..keys {
            let key = K::read(reader)?;
            let count = reader.u64()?;
            read.total = read.total.saturating_add(count);
            let hash = hash_of(&key);
            match read.counts.raw_entry_mut_v1().from_hash(hash, |own| *own == key) {
                RawEntryMut::Vacant(place) if count > 0 => {
                    place.insert_hashed_nocheck(hash, key, count);
                }
                _ => {
                    let wrong = "is not a counter's: keys must differ and counts be above 0";
                    return Err(bad_state(wrong));
                }
            }
        }
        Ok(read)
    }

    /// Takes note of how many keys a counter has that is written.
    pub(super) fn note_size(&self) {
        let before = USUAL_KEYS.load(Ordering::Relaxed);
        USUAL_KEYS.store(self.counts.len().max(before - before / 8), Ordering::Relaxed);
    }
}

/// A counter without an entry for as many `keys` as the bytes may hold: a key and its count take two
/// at least.
fn with_room<K>(keys: u64, reader: &Reader<'_>) -> Counter<K> {
    let capacity = keys.min(reader.remaining() as u64 / 2) as usize;
    Counter { counts: IndexMap::with_capacity_and_hasher(capacity, FxBuildHasher), total: 0 }
}

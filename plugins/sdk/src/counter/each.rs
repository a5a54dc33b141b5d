//! Keys one by one, read from bytes or as they came, in order or in none.

use std::borrow::Borrow;

use indexmap::IndexMap;
use indexmap::map::RawEntryApiV1 as _;
use indexmap::map::raw_entry_v1::RawEntryMut;
use rustc_hash::FxBuildHasher;

use super::{Counter, Key, Ordering, TOUCHED, USUAL_BYTES, USUAL_KEYS, hash_of};
use crate::Result;
use crate::codec::{Reader, Writer, bad_state};

impl<K: Key + Clone> Counter<K> {
    /// Adds the events of each key, some keys at a time.
    pub(crate) fn add_each<Q: Borrow<K>>(&mut self, mut entries: impl Iterator<Item = (Q, u64)>) {
        let mut some: Vec<(u64, Q, u64)> = Vec::with_capacity(TOUCHED);
        loop {
            let hashed = |(key, events): (Q, u64)| (hash_of(key.borrow()), key, events);
            some.extend(entries.by_ref().take(TOUCHED).map(hashed));
            if some.is_empty() {
                return;
            }
            self.touch(some.iter().map(|(hash, ..)| *hash));
            for (hash, key, events) in some.drain(..) {
                let key = key.borrow();
                self.total = self.total.saturating_add(events);
                self.add(hash, |own| own == key, events, || key.clone());
            }
        }
    }
}

impl<K: Key> Counter<K> {
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

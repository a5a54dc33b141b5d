//! Heavy hitters by Misra and Gries, in the mergeable form of Agarwal et al. (2012).
//!
//! Up to `capacity` keys have a counter. An event of one more key takes one from every counter
//! and from itself; counters at 0 make room. The events that a count lacks were all taken in such
//! steps, so a count is never too large and lacks at most the sum of the steps, the `error`. A step
//! takes `capacity + 1` events away, so `error <= rows / (capacity + 1)`. A merge adds the counters
//! up and takes the (capacity + 1)-th largest from all of them: at least as many events for each
//! of `capacity + 1` keys, so the bound holds for every order of folds and merges.
//!
//! No step touches every counter: a counter holds its count and all that was taken so far, and a
//! heap knows which one can be at 0 next. A counter that has grown since goes back into the heap.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

use hashbrown::HashTable;
use streamgauge_sdk::batch::TextColumn;
use streamgauge_sdk::codec::bad_state;
use streamgauge_sdk::hash::hash64;
use streamgauge_sdk::{Key, prelude::*};

/// Counts of the heaviest keys, each a lower bound.
#[derive(Debug, Clone, Default)]
pub struct Heavy {
    /// The most keys with a counter; 0 in the default state only, which takes the capacity of the
    /// first state merged into it.
    capacity: u32,
    /// The events that every count may lack.
    error: u64,
    /// The events that were taken from every counter that is there.
    taken: u64,
    /// The counters; those of `free` are nobody's.
    counters: Vec<Counter>,
    free: Vec<u32>,
    /// The places of all counters that are somebody's, by the hash of the key.
    places: HashTable<u32>,
    /// For each of them: a total that it had, and its place. The least is on top.
    least: BinaryHeap<Reverse<(u64, u32)>>,
}

#[derive(Debug, Clone)]
struct Counter {
    key: AnyKey,
    hash: u64,
    /// The count, and all that was taken before and since: more than `taken`.
    total: u64,
    /// How many keys had this place before.
    lives: u32,
}

/// The values of a batch that rows stand for.
pub(crate) trait Entries {
    /// How many there are.
    fn count(&self) -> usize;
    /// The hash of a value, as [`AnyKey::hash64`] has it.
    fn hash(&self, entry: usize) -> u64;
    /// True if the value is `key`.
    fn is(&self, entry: usize, key: &AnyKey) -> bool;
    /// The value as a key.
    fn key(&self, entry: usize) -> AnyKey;
}

impl Entries for TextColumn<'_> {
    fn count(&self) -> usize {
        self.entries()
    }

    fn hash(&self, entry: usize) -> u64 {
        hash64(self.entry(entry).as_bytes())
    }

    fn is(&self, entry: usize, key: &AnyKey) -> bool {
        matches!(key, AnyKey::Text(text) if text == self.entry(entry))
    }

    fn key(&self, entry: usize) -> AnyKey {
        AnyKey::Text(self.entry(entry).to_owned())
    }
}

impl Entries for [AnyKey] {
    fn count(&self) -> usize {
        self.len()
    }

    fn hash(&self, entry: usize) -> u64 {
        self[entry].hash64()
    }

    fn is(&self, entry: usize, key: &AnyKey) -> bool {
        self[entry] == *key
    }

    fn key(&self, entry: usize) -> AnyKey {
        self[entry].clone()
    }
}

impl Heavy {
    /// The empty state with room for this many keys.
    pub(crate) fn new(capacity: u32) -> Self {
        Self { capacity, ..Self::default() }
    }

    /// Refuses a state that was made with another capacity.
    pub(crate) fn check_capacity(&self, capacity: u32) -> Result<()> {
        if self.capacity == capacity {
            return Ok(());
        }
        let own = self.capacity;
        Err(bad_state(&format!("has {own} counters; config key `capacity` asks for {capacity}")))
    }

    /// Counts rows, each by the place of its value among `entries`. The state does not depend on the
    /// cut into batches.
    pub(crate) fn count(
        &mut self,
        entries: &(impl Entries + ?Sized),
        rows: impl Iterator<Item = usize>,
    ) {
        // Where a value of the batch was found last: the place, and whose life that was.
        let mut found = vec![None; entries.count()];
        for entry in rows {
            let is_there =
                |(place, lives): &(u32, u32)| self.counters[*place as usize].lives == *lives;
            if let Some((place, _)) = found[entry].filter(is_there) {
                self.add(place, 1);
            } else {
                let place = self.count_one(entries, entry);
                found[entry] = place.map(|place| (place, self.counters[place as usize].lives));
            }
        }
    }

    /// The result: the largest count first, equal counts in the order of their keys.
    ///
    /// Where no key is left, one row for the empty text says that the empty text has at most
    /// `error` events, which is true of every text. An empty table would say that there were no
    /// events.
    pub(crate) fn table(&self) -> Table {
        let mut rows: Vec<_> =
            self.sorted().into_iter().map(|(key, count)| (key.show(), count)).collect();
        rows.sort_by_key(|(_, count)| Reverse(*count));
        if rows.is_empty() && self.error > 0 {
            rows.push((String::new(), 0));
        }
        let events = |events: u64| i64::try_from(events).expect("a count fits in 63 bits");
        Table::default()
            .text(rows.iter().map(|(key, _)| key))
            .integers(rows.iter().map(|(_, count)| events(*count)))
            .integers(rows.iter().map(|_| events(self.error)))
    }

    /// The keys with their counts, in the order of the keys.
    fn sorted(&self) -> Vec<(&AnyKey, u64)> {
        let counter = |place: &u32| &self.counters[*place as usize];
        let counters = self.places.iter().map(counter);
        let mut sorted: Vec<_> =
            counters.map(|counter| (&counter.key, counter.total - self.taken)).collect();
        sorted.sort_unstable_by_key(|(key, _)| *key);
        sorted
    }

    /// Counts one event. The place of its key, if that has a counter now.
    fn count_one(&mut self, entries: &(impl Entries + ?Sized), entry: usize) -> Option<u32> {
        let hash = entries.hash(entry);
        match self.find(hash, |key| entries.is(entry, key)) {
            Some(place) => {
                self.add(place, 1);
                Some(place)
            }
            None if self.places.len() < self.capacity as usize => {
                Some(self.insert(entries.key(entry), hash, 1))
            }
            None => {
                self.take(1);
                None
            }
        }
    }

    /// Counts events of a key, whether or not there is room for one more.
    fn record(&mut self, key: &AnyKey, events: u64) {
        let hash = key.hash64();
        match self.find(hash, |other| other == key) {
            Some(place) => self.add(place, events),
            None => {
                self.insert(key.clone(), hash, events);
            }
        }
    }

    /// The place of the key with this hash that `is` the one.
    fn find(&self, hash: u64, is: impl Fn(&AnyKey) -> bool) -> Option<u32> {
        let is_it = |place: &u32| {
            let counter = &self.counters[*place as usize];
            counter.hash == hash && is(&counter.key)
        };
        self.places.find(hash, is_it).copied()
    }

    fn add(&mut self, place: u32, events: u64) {
        let counter = &mut self.counters[place as usize];
        counter.total = sum(counter.total, events);
    }

    fn insert(&mut self, key: AnyKey, hash: u64, events: u64) -> u32 {
        let total = sum(self.taken, events);
        let place = if let Some(place) = self.free.pop() {
            let counter = &mut self.counters[place as usize];
            *counter = Counter { key, hash, total, lives: counter.lives };
            place
        } else {
            self.counters.push(Counter { key, hash, total, lives: 0 });
            (self.counters.len() - 1) as u32
        };
        let counters = &self.counters;
        self.places.insert_unique(hash, place, |place| counters[*place as usize].hash);
        self.least.push(Reverse((total, place)));
        place
    }

    /// Takes events from every counter; those that have no more are gone.
    fn take(&mut self, events: u64) {
        self.error = sum(self.error, events);
        self.taken = sum(self.taken, events);
        while let Some(mut least) = self.least.peek_mut() {
            let Reverse((known, place)) = *least;
            if known > self.taken {
                break;
            }
            let counter = &mut self.counters[place as usize];
            if counter.total > self.taken {
                *least = Reverse((counter.total, place));
                continue;
            }
            PeekMut::pop(least);
            counter.lives = counter.lives.wrapping_add(1);
            counter.key = AnyKey::Boolean(false);
            let gone = self.places.find_entry(counter.hash, |other| *other == place);
            gone.expect("every counter has its place").remove();
            self.free.push(place);
        }
    }
}

impl PartialEq for Heavy {
    fn eq(&self, other: &Self) -> bool {
        (self.capacity, self.error) == (other.capacity, other.error)
            && self.sorted() == other.sorted()
    }
}

impl Eq for Heavy {}

/// The bytes: the capacity, the error, the number of keys, then each key in order with its count.
impl Accumulator for Heavy {
    fn merge(&mut self, other: &Self) -> Result<()> {
        if other.capacity == 0 {
            return Ok(());
        }
        if self.capacity == 0 {
            self.capacity = other.capacity;
        }
        other.check_capacity(self.capacity)?;
        self.error = sum(self.error, other.error);
        for place in &other.places {
            let counter = &other.counters[*place as usize];
            self.record(&counter.key, counter.total - other.taken);
        }
        let capacity = self.capacity as usize;
        if self.places.len() > capacity {
            let counters = self.places.iter().map(|place| &self.counters[*place as usize]);
            let mut counts: Vec<u64> = counters.map(|own| own.total - self.taken).collect();
            let (_, next, _) = counts.select_nth_unstable_by(capacity, |one, other| other.cmp(one));
            let next = *next;
            self.take(next);
        }
        Ok(())
    }

    fn write(&self, writer: &mut Writer) {
        let sorted = self.sorted();
        writer.u64(u64::from(self.capacity));
        writer.u64(self.error);
        writer.u64(sorted.len() as u64);
        for (key, count) in sorted {
            key.write(writer);
            writer.u64(count);
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let wrong = || bad_state("is not that of heavy hitters");
        let mut heavy = Self::new(reader.u64()?.try_into().map_err(|_| wrong())?);
        heavy.error = reader.u64()?;
        let keys = reader.u64()?;
        if keys > u64::from(heavy.capacity) {
            return Err(wrong());
        }
        let mut last = None;
        for _ in 0..keys {
            let key = AnyKey::read(reader)?;
            let count = reader.u64()?;
            if count == 0 || last.as_ref().is_some_and(|last| *last >= key) {
                return Err(wrong());
            }
            heavy.insert(key.clone(), key.hash64(), count);
            last = Some(key);
        }
        Ok(heavy)
    }
}

fn sum(count: u64, events: u64) -> u64 {
    count.checked_add(events).expect("a count of events fits in 64 bits")
}

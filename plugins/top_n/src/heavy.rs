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
//! wheel knows which ones can be at 0 after the next step. A counter that has grown since goes on
//! to a later place of the wheel.

use std::cmp::Reverse;
use std::hash::Hasher;

use hashbrown::HashTable;
use rustc_hash::FxHasher;
use streamgauge_sdk::batch::TextColumn;
use streamgauge_sdk::codec::bad_state;
use streamgauge_sdk::{Key, prelude::*};

/// No counter.
const NONE: u32 = u32::MAX;

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
    /// Each of them is in the list of one spoke: that of a total that it had, or of the last total
    /// that a turn reaches. Spoke `total % spokes` holds the first counter; empty before the first
    /// step.
    wheel: Vec<u32>,
}

#[derive(Debug, Clone)]
struct Counter {
    key: AnyKey,
    /// The count, and all that was taken before and since: more than `taken`.
    total: u64,
    hash: u32,
    /// How many keys had this place before.
    lives: u32,
    /// The next counter of the same spoke.
    next: u32,
}

/// The values of a batch that rows stand for.
pub(crate) trait Entries {
    /// How many there are.
    fn count(&self) -> usize;
    /// The hash of a value, as [`hash`] has it.
    fn hash(&self, entry: usize) -> u32;
    /// True if the value is `key`.
    fn is(&self, entry: usize, key: &AnyKey) -> bool;
    /// The value as a key.
    fn key(&self, entry: usize) -> AnyKey;
}

impl Entries for TextColumn<'_> {
    fn count(&self) -> usize {
        self.entries()
    }

    fn hash(&self, entry: usize) -> u32 {
        hash_text(self.entry(entry))
    }

    fn is(&self, entry: usize, key: &AnyKey) -> bool {
        matches!(key, AnyKey::Text(text) if text == self.entry(entry))
    }

    fn key(&self, entry: usize) -> AnyKey {
        self.entry(entry).into()
    }
}

impl Entries for [AnyKey] {
    fn count(&self) -> usize {
        self.len()
    }

    fn hash(&self, entry: usize) -> u32 {
        hash(&self[entry])
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
        let mut found = vec![(NONE, 0); entries.count()];
        for entry in rows {
            let (place, lives) = found[entry];
            match self.counters.get_mut(place as usize) {
                Some(counter) if counter.lives == lives => counter.total = sum(counter.total, 1),
                _ => {
                    if let Some(place) = self.count_one(entries, entry) {
                        found[entry] = (place, self.counters[place as usize].lives);
                    }
                }
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
            rows.push(("".into(), 0));
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
        let hash = hash(key);
        match self.find(hash, |other| other == key) {
            Some(place) => self.add(place, events),
            None => {
                self.insert(key.clone(), hash, events);
            }
        }
    }

    /// The place of the key with this hash that `is` the one.
    fn find(&self, hash: u32, is: impl Fn(&AnyKey) -> bool) -> Option<u32> {
        let is_it = |place: &u32| {
            let counter = &self.counters[*place as usize];
            counter.hash == hash && is(&counter.key)
        };
        self.places.find(spread(hash), is_it).copied()
    }

    fn add(&mut self, place: u32, events: u64) {
        let counter = &mut self.counters[place as usize];
        counter.total = sum(counter.total, events);
    }

    fn insert(&mut self, key: AnyKey, hash: u32, events: u64) -> u32 {
        let total = sum(self.taken, events);
        let place = if let Some(place) = self.free.pop() {
            let counter = &mut self.counters[place as usize];
            *counter = Counter { key, total, hash, ..*counter };
            place
        } else {
            self.counters.push(Counter { key, total, hash, lives: 0, next: NONE });
            (self.counters.len() - 1) as u32
        };
        let counters = &self.counters;
        let hash_of = |place: &u32| spread(counters[*place as usize].hash);
        self.places.insert_unique(spread(hash), place, hash_of);
        self.file(place);
        place
    }

    /// Puts a counter into the list of the spoke at which it is looked at next.
    fn file(&mut self, place: u32) {
        let turn = self.wheel.len() as u64;
        if turn > 0 {
            let counter = &mut self.counters[place as usize];
            let spoke = counter.total.min(self.taken.saturating_add(turn)) % turn;
            counter.next = std::mem::replace(&mut self.wheel[spoke as usize], place);
        }
    }

    /// Takes events from every counter; those that have no more are gone.
    fn take(&mut self, events: u64) {
        if self.wheel.is_empty() {
            // As many spokes as counters: a step looks at one grown counter, on average.
            self.wheel = vec![NONE; (self.capacity as usize).next_power_of_two()];
            let places: Vec<u32> = self.places.iter().copied().collect();
            for place in places {
                self.file(place);
            }
        }
        let (turn, before) = (self.wheel.len() as u64, self.taken);
        self.error = sum(self.error, events);
        self.taken = sum(self.taken, events);
        for step in 1..=events.min(turn) {
            let spoke = (before + step) % turn;
            let mut place = std::mem::replace(&mut self.wheel[spoke as usize], NONE);
            while let Some(counter) = self.counters.get(place as usize) {
                let next = counter.next;
                if counter.total > self.taken {
                    self.file(place);
                } else {
                    self.remove(place);
                }
                place = next;
            }
        }
    }

    fn remove(&mut self, place: u32) {
        let counter = &mut self.counters[place as usize];
        counter.lives = counter.lives.wrapping_add(1);
        counter.key = AnyKey::Boolean(false);
        let gone = self.places.find_entry(spread(counter.hash), |other| *other == place);
        gone.expect("every counter has its place").remove();
        self.free.push(place);
    }
}

/// A hash of a key, for this process alone: no state holds it.
fn hash(key: &AnyKey) -> u32 {
    match key {
        AnyKey::Boolean(boolean) => mix(u64::from(*boolean)),
        AnyKey::Integer(number) => mix(number.cast_unsigned()),
        AnyKey::Text(text) => hash_text(text),
    }
}

fn hash_text(text: &str) -> u32 {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    mix(hasher.finish())
}

/// The upper half of a product: every bit of `bits` reaches it.
fn mix(bits: u64) -> u32 {
    (bits.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32
}

/// The hash as the table wants it: with seven good bits at the top.
fn spread(hash: u32) -> u64 {
    u64::from(hash) << 32 | u64::from(hash)
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
            heavy.insert(key.clone(), hash(&key), count);
            last = Some(key);
        }
        Ok(heavy)
    }
}

fn sum(count: u64, events: u64) -> u64 {
    count.checked_add(events).expect("a count of events fits in 64 bits")
}

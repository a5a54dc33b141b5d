//! Heavy hitters by Misra and Gries, in the mergeable form of Agarwal et al. (2012).
//!
//! Up to `capacity` keys have a counter. An event of one more key takes one from every counter
//! and from itself; counters at 0 make room. The events that a count lacks were all taken in such
//! steps, so a count is never too large and lacks at most the sum of the steps, the `error`. A step
//! takes `capacity + 1` events away, so `error <= rows / (capacity + 1)`. A merge adds the counters
//! up and takes the (capacity + 1)-th largest from all of them: at least as many events for each
//! of `capacity + 1` keys, so the bound holds for every order of folds and merges.

use std::collections::BTreeMap;

use streamgauge_sdk::codec::bad_state;
use streamgauge_sdk::{Key, prelude::*};

/// Counts of the heaviest keys, each a lower bound.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heavy {
    /// The most keys with a counter; 0 in the default state only, which takes the capacity of the
    /// first state merged into it.
    capacity: u32,
    /// The events that every count may lack.
    error: u64,
    /// The counters, at most `capacity`; no counter is 0.
    counts: BTreeMap<AnyKey, u64>,
}

impl Heavy {
    /// The empty state with room for this many keys.
    pub(crate) fn new(capacity: u32) -> Self {
        Self { capacity, error: 0, counts: BTreeMap::new() }
    }

    /// Refuses a state that was made with another capacity.
    pub(crate) fn check_capacity(&self, capacity: u32) -> Result<()> {
        if self.capacity == capacity {
            return Ok(());
        }
        let own = self.capacity;
        Err(bad_state(&format!("has {own} counters; config key `capacity` asks for {capacity}")))
    }

    /// Counts every row that is not null. The state does not depend on the cut into batches.
    pub(crate) fn count(&mut self, keys: &Keys) {
        // Where every new key finds room, nothing is ever taken away and the order does not matter.
        // Values may repeat, so the test may send a batch the slow way without need.
        let unknown = keys.tally().filter(|(key, _)| !self.counts.contains_key(*key)).count();
        if self.counts.len() + unknown <= self.capacity as usize {
            keys.tally().for_each(|(key, events)| self.record(key, events));
            return;
        }
        for key in (0..keys.rows()).filter_map(|row| keys.get(row)) {
            self.count_one(key);
        }
    }

    /// The result: the largest count first, equal counts in the order of their keys.
    ///
    /// Where no key is left, one row for the empty text says that the empty text has at most
    /// `error` events, which is true of every text. An empty table would say that there were no
    /// events.
    pub(crate) fn table(&self) -> Table {
        let mut rows: Vec<_> =
            self.counts.iter().map(|(key, &count)| (key.show(), count)).collect();
        rows.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        if rows.is_empty() && self.error > 0 {
            rows.push((String::new(), 0));
        }
        let events = |events: u64| i64::try_from(events).expect("a count fits in 63 bits");
        Table::default()
            .text(rows.iter().map(|(key, _)| key))
            .integers(rows.iter().map(|(_, count)| events(*count)))
            .integers(rows.iter().map(|_| events(self.error)))
    }

    fn count_one(&mut self, key: &AnyKey) {
        if let Some(count) = self.counts.get_mut(key) {
            *count = sum(*count, 1);
        } else if self.counts.len() < self.capacity as usize {
            self.counts.insert(key.clone(), 1);
        } else {
            self.take(1);
        }
    }

    fn record(&mut self, key: &AnyKey, events: u64) {
        match self.counts.get_mut(key) {
            Some(count) => *count = sum(*count, events),
            None => {
                self.counts.insert(key.clone(), events);
            }
        }
    }

    fn take(&mut self, events: u64) {
        self.error = sum(self.error, events);
        self.counts.retain(|_, count| {
            *count = count.saturating_sub(events);
            *count > 0
        });
    }
}

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
        other.counts.iter().for_each(|(key, &count)| self.record(key, count));
        let capacity = self.capacity as usize;
        if self.counts.len() > capacity {
            let mut counts: Vec<u64> = self.counts.values().copied().collect();
            let (_, next, _) = counts.select_nth_unstable_by(capacity, |one, other| other.cmp(one));
            let next = *next;
            self.take(next);
        }
        Ok(())
    }

    fn write(&self, writer: &mut Writer) {
        writer.u64(u64::from(self.capacity));
        writer.u64(self.error);
        writer.u64(self.counts.len() as u64);
        for (key, &count) in &self.counts {
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
        for _ in 0..keys {
            let key = AnyKey::read(reader)?;
            let count = reader.u64()?;
            if count == 0 || heavy.counts.last_key_value().is_some_and(|(last, _)| *last >= key) {
                return Err(wrong());
            }
            heavy.counts.insert(key, count);
        }
        Ok(heavy)
    }
}

fn sum(count: u64, events: u64) -> u64 {
    count.checked_add(events).expect("a count of events fits in 64 bits")
}

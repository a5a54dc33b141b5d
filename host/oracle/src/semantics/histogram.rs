//! How far behind records were, by the buckets of docs/state-format.md.

use std::collections::BTreeMap;

/// The number of records in each bucket of docs/state-format.md.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    /// The buckets that are not empty.
    pub buckets: BTreeMap<u32, u64>,
}

impl Histogram {
    /// Counts a record that was so many milliseconds behind, and says in which bucket.
    pub(super) fn count(&mut self, behind: u64) -> u32 {
        let bucket = bucket(behind);
        *self.buckets.entry(bucket).or_default() += 1;
        bucket
    }

    /// The bound that keeps `per_mille` of a thousand records on time: the largest value of the
    /// first bucket at which so many are reached. `None` means that there are no records.
    pub fn bound_for(&self, per_mille: u64) -> Option<u64> {
        let all = u128::from(self.buckets.values().sum::<u64>());
        let mut reached = 0;
        for (bucket, records) in &self.buckets {
            reached += u128::from(*records) * 1000;
            if reached >= all * u128::from(per_mille) {
                return Some(largest(*bucket));
            }
        }
        None
    }
}

/// The bucket of a value.
pub(super) fn bucket(value: u64) -> u32 {
    if value < 8 {
        return value as u32;
    }
    let e = value.ilog2();
    8 * (e - 2) + ((value >> (e - 3)) & 7) as u32
}

/// The largest value of a bucket: the one before the first that is in a later bucket.
fn largest(bucket_number: u32) -> u64 {
    let (mut inside, mut outside) = (0_u64, u64::MAX);
    if bucket(outside) == bucket_number {
        return outside;
    }
    while outside - inside > 1 {
        let middle = inside + (outside - inside) / 2;
        if bucket(middle) <= bucket_number { inside = middle } else { outside = middle }
    }
    inside
}

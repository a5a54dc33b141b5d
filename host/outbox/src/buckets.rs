//! Counts by upper bounds that are fixed when the program is written: the form in which monitoring
//! systems take a distribution.

/// How many observations were at most as large as which bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Buckets {
    /// Upper bounds, rising; a last bucket without a bound comes after them.
    bounds: &'static [u64],
    /// By bound, and one count for everything above the last bound.
    counts: Vec<u64>,
    sum: u64,
}

impl Buckets {
    /// No observation yet; `bounds` rise.
    pub fn new(bounds: &'static [u64]) -> Self {
        Self { bounds, counts: vec![0; bounds.len() + 1], sum: 0 }
    }

    /// Adds one observation to its bucket.
    pub fn observe(&mut self, value: u64) {
        self.counts[self.bounds.partition_point(|bound| *bound < value)] += 1;
        self.sum = self.sum.saturating_add(value);
    }

    /// Adds the observations of `other`, which has the same bounds.
    pub fn merge(&mut self, other: &Self) {
        debug_assert_eq!(self.bounds, other.bounds, "distributions of different things");
        self.counts.iter_mut().zip(&other.counts).for_each(|(count, more)| *count += more);
        self.sum = self.sum.saturating_add(other.sum);
    }

    /// How many observations there are.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// All observations added up.
    pub fn sum(&self) -> u64 {
        self.sum
    }

    /// The bounds with the observations above the bound before and up to this one; the last bound
    /// is `None`, which means that everything is below it.
    pub fn iter(&self) -> impl Iterator<Item = (Option<u64>, u64)> {
        let bounds = self.bounds.iter().copied().map(Some).chain([None]);
        bounds.zip(self.counts.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_belongs_to_the_bucket_below_it() {
        let mut buckets = Buckets::new(&[10, 100]);
        for value in [0, 10, 11, 100, 101, 5000] {
            buckets.observe(value);
        }
        let found: Vec<_> = buckets.iter().collect();
        assert_eq!(found, [(Some(10), 2), (Some(100), 2), (None, 2)]);
        assert_eq!((buckets.count(), buckets.sum()), (6, 5222));
        let mut twice = buckets.clone();
        twice.merge(&buckets);
        assert_eq!((twice.count(), twice.sum()), (12, 10_444));
    }
}

//! What ended the batches of a worker, and how large they were.

use super::Buckets;

/// Upper bounds of rows in a batch.
const ROWS: [u64; 15] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 4096, 8192, 16384, 65536];

/// Why a batch was handed to the plugins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlushCause {
    /// It reached its largest size.
    Full,
    /// It was large enough and nothing more was at hand.
    Available,
    /// Its oldest record had waited long enough.
    Delay,
    /// The source ended, or the partition is given away, or the host stops.
    End,
}

impl FlushCause {
    /// All causes.
    pub const ALL: [Self; 4] = [Self::Full, Self::Available, Self::Delay, Self::End];

    /// The name for monitoring.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Available => "available",
            Self::Delay => "delay",
            Self::End => "end",
        }
    }
}

/// Batches that were handed to the plugins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batches {
    /// In the order of [`FlushCause::ALL`].
    causes: [u64; 4],
    rows: Buckets,
}

impl Default for Batches {
    fn default() -> Self {
        Self { causes: [0; 4], rows: Buckets::new(&ROWS) }
    }
}

impl Batches {
    /// Adds a batch of so many rows.
    pub fn flushed(&mut self, rows: u64, cause: FlushCause) {
        self.causes[cause as usize] += 1;
        self.rows.observe(rows);
    }

    /// Adds the batches of `other`.
    pub fn merge(&mut self, other: &Self) {
        self.causes.iter_mut().zip(other.causes).for_each(|(count, more)| *count += more);
        self.rows.merge(&other.rows);
    }

    /// How many batches ended for `cause`.
    pub fn by_cause(&self, cause: FlushCause) -> u64 {
        self.causes[cause as usize]
    }

    /// How many batches had how many rows.
    pub fn rows(&self) -> &Buckets {
        &self.rows
    }
}

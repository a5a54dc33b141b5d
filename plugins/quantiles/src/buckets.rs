//! Counts of numbers by bucket, with the exact minimum and maximum.

use std::collections::BTreeMap;

use streamgauge_sdk::codec::bad_state;
use streamgauge_sdk::prelude::*;

use crate::scale::Scale;

/// The share of the value that the rounding of a bound may add to an error.
const ROUNDING: f64 = 1e-15;

/// The number of numbers in each bucket. Equal multisets of numbers give equal states.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Buckets {
    scale: Scale,
    /// Numbers below 0 by the bucket of their magnitude.
    negative: BTreeMap<i64, u64>,
    /// Numbers that are 0 or subnormal.
    zero: u64,
    positive: BTreeMap<i64, u64>,
    /// The smallest and the largest number; `None` means that there are no numbers.
    range: Option<(f64, f64)>,
}

/// A number, and the largest distance of the true number from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Estimate {
    pub(crate) value: f64,
    pub(crate) error: f64,
}

impl Buckets {
    /// The state without numbers, with the buckets of `scale`.
    pub(crate) fn new(scale: Scale) -> Self {
        Self { scale, ..Self::default() }
    }

    /// Refuses a state of another accuracy.
    pub(crate) fn check_scale(&self, scale: Scale) -> Result<()> {
        if self.scale == scale {
            return Ok(());
        }
        let (own, other) = (self.scale.steps, scale.steps);
        let problem = "buckets an octave; config key `accuracy` asks for";
        Err(bad_state(&format!("has {own} {problem} {other}")))
    }

    /// Adds a finite number.
    pub(crate) fn insert(&mut self, number: f64) {
        // Turns -0 into 0, so that equal multisets have equal bytes.
        let number = if number.abs() < f64::MIN_POSITIVE { 0.0 } else { number };
        let bucket = || self.scale.bucket(number.abs());
        if number > 0.0 {
            record(&mut self.positive, bucket(), 1);
        } else if number < 0.0 {
            record(&mut self.negative, bucket(), 1);
        } else {
            self.zero = sum(self.zero, 1);
        }
        self.widen(number, number);
    }

    /// The smallest and the largest number; `None` means that there are no numbers.
    pub(crate) fn range(&self) -> Option<(f64, f64)> {
        self.range
    }

    /// The `ceil(q n)`-th smallest number.
    ///
    /// # Panics
    /// The state is without numbers.
    pub(crate) fn quantile(&self, q: f64) -> Estimate {
        let (min, max) = self.range.expect("there is a number");
        // Less a hair, because 0.07 * 100 is a little more than 7.
        let numbers = self.numbers().expect("a count of numbers fits in 64 bits");
        let rank = (q * numbers as f64 * (1.0 - 1e-12)).ceil() as u64;
        let (lower, upper) = self.bounds_of(rank.max(1)).unwrap_or((max, max));
        let (lower, upper) = (lower.clamp(min, max), upper.clamp(min, max));
        let half = upper / 2.0 - lower / 2.0;
        let value = lower + half;
        let rounding = if half > 0.0 { ROUNDING * value.abs() } else { 0.0 };
        Estimate { value, error: half + rounding }
    }

    /// The number of numbers; `None` means that 64 bits do not hold it.
    fn numbers(&self) -> Option<u64> {
        let mut all = self.negative.values().chain([&self.zero]).chain(self.positive.values());
        all.try_fold(0_u64, |all, numbers| all.checked_add(*numbers))
    }

    /// The bounds of the bucket with the number of this rank, from 1.
    fn bounds_of(&self, rank: u64) -> Option<(f64, f64)> {
        let below = self.negative.iter().rev().map(|(bucket, numbers)| {
            let (lower, upper) = self.scale.bounds(*bucket);
            ((-upper, -lower), *numbers)
        });
        let above = self.positive.iter();
        let above = above.map(|(bucket, numbers)| (self.scale.bounds(*bucket), *numbers));
        let mut rest = rank;
        for (bounds, numbers) in below.chain([((0.0, 0.0), self.zero)]).chain(above) {
            if rest <= numbers {
                return Some(bounds);
            }
            rest -= numbers;
        }
        None
    }

    fn widen(&mut self, smallest: f64, largest: f64) {
        let (min, max) = self.range.unwrap_or((smallest, largest));
        self.range = Some((min.min(smallest), max.max(largest)));
    }

    fn read_side(&self, reader: &mut Reader<'_>) -> Result<BTreeMap<i64, u64>> {
        let mut side = BTreeMap::new();
        for _ in 0..reader.u64()? {
            let (bucket, numbers) = (reader.i64()?, reader.u64()?);
            let ascending = side.last_key_value().is_none_or(|(last, _)| *last < bucket);
            if !ascending || numbers == 0 || !self.scale.has(bucket) {
                return Err(wrong());
            }
            side.insert(bucket, numbers);
        }
        Ok(side)
    }
}

/// The bytes: the buckets of an octave; negative buckets, their number first, each with its
/// count; the count of zeros; positive buckets; the smallest and the largest number, if any.
impl Accumulator for Buckets {
    fn merge(&mut self, other: &Self) -> Result<()> {
        if other.scale == Scale::default() {
            return Ok(());
        }
        if self.scale == Scale::default() {
            self.scale = other.scale;
        }
        other.check_scale(self.scale)?;
        other.negative.iter().for_each(|(&key, &count)| record(&mut self.negative, key, count));
        other.positive.iter().for_each(|(&key, &count)| record(&mut self.positive, key, count));
        self.zero = sum(self.zero, other.zero);
        if let Some((smallest, largest)) = other.range {
            self.widen(smallest, largest);
        }
        Ok(())
    }

    fn write(&self, writer: &mut Writer) {
        let side = |writer: &mut Writer, side: &BTreeMap<i64, u64>| {
            writer.u64(side.len() as u64);
            for (&bucket, &numbers) in side {
                writer.i64(bucket);
                writer.u64(numbers);
            }
        };
        writer.u64(u64::from(self.scale.steps));
        side(writer, &self.negative);
        writer.u64(self.zero);
        side(writer, &self.positive);
        if let Some((min, max)) = self.range {
            writer.f64(min);
            writer.f64(max);
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let steps = u32::try_from(reader.u64()?).ok().filter(|steps| *steps <= 1000);
        let mut buckets = Self::new(Scale { steps: steps.ok_or_else(wrong)? });
        buckets.negative = buckets.read_side(reader)?;
        buckets.zero = reader.u64()?;
        buckets.positive = buckets.read_side(reader)?;
        if buckets.numbers().ok_or_else(wrong)? > 0 {
            let (min, max) = (reader.f64()?, reader.f64()?);
            if !(min.is_finite() && max.is_finite() && min <= max) {
                return Err(wrong());
            }
            buckets.range = Some((min, max));
        }
        Ok(buckets)
    }
}

fn record(side: &mut BTreeMap<i64, u64>, bucket: i64, numbers: u64) {
    let count = side.entry(bucket).or_default();
    *count = sum(*count, numbers);
}

fn sum(count: u64, numbers: u64) -> u64 {
    count.checked_add(numbers).expect("a count of numbers fits in 64 bits")
}

fn wrong() -> Error {
    bad_state("is not that of quantiles")
}

//! A sample of members: the ones with the smallest hashes, each with the steps that it took.
//!
//! A hash among the smallest of all hashes is among the smallest of any part of them, so a member
//! that is kept at the end was kept from its first row on, and no step of the member is missing.
//! Hence the sample is a function of the set of rows, and a merge (union, both flags, the smallest
//! again) is exact. A hash is as good as random, so the sample stands for all members.

use std::collections::BTreeMap;

use streamgauge_sdk::codec::bad_state;
use streamgauge_sdk::prelude::*;

/// The flag of a member that did step A.
pub(crate) const DID_A: u8 = 1;
/// The flag of a member that did step B.
pub(crate) const DID_B: u8 = 2;

/// The number of standard errors that the stated error has: 99.7 % of all cases.
const Z: f64 = 3.0;

/// The members with the smallest hashes, and the steps that each took.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sample {
    /// The most members; 0 in the default state only, which takes the size of the first state
    /// merged into it.
    size: u32,
    /// The flags by hash, at most `size`; no member is without a flag.
    members: BTreeMap<u64, u8>,
}

/// The answer for all members that follows from a sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Shares {
    /// The share of the members who did A that did B too. `None` means that nobody did A.
    pub(crate) rate: Option<f64>,
    /// How far the share may be off; 0 where every member is in the sample.
    pub(crate) rate_error: Option<f64>,
    /// The number of members who did A, estimated where the sample is full.
    pub(crate) from: f64,
    /// The number of members who did both, estimated where the sample is full.
    pub(crate) both: f64,
}

impl Sample {
    /// The empty sample of at most `size` members.
    pub(crate) fn new(size: u32) -> Self {
        Self { size, members: BTreeMap::new() }
    }

    /// Refuses a sample of another size.
    pub(crate) fn check_size(&self, size: u32) -> Result<()> {
        if self.size == size {
            return Ok(());
        }
        let own = self.size;
        Err(bad_state(&format!("is a sample of {own}; config key `sample` asks for {size}")))
    }

    /// Adds the steps `flags` of the member with this hash.
    pub(crate) fn insert(&mut self, hash: u64, flags: u8) {
        let full = self.members.len() >= self.size as usize;
        if full && self.members.last_key_value().is_some_and(|(last, _)| hash > *last) {
            return;
        }
        *self.members.entry(hash).or_default() |= flags;
        if self.members.len() > self.size as usize {
            self.members.pop_last();
        }
    }

    /// The answer for all members that follows from the sample.
    pub(crate) fn shares(&self) -> Shares {
        let with = |flags: u8| self.members.values().filter(|own| **own & flags == flags).count();
        let (from, both) = (with(DID_A) as f64, with(DID_A | DID_B) as f64);
        let rate = (from > 0.0).then(|| both / from);
        let complete = self.members.len() < self.size as usize;
        let error = if complete { 0.0 } else { wilson(from, both) };
        let scale = if complete { 1.0 } else { self.distinct() / self.members.len() as f64 };
        let rate_error = rate.map(|_| error);
        Shares { rate, rate_error, from: from * scale, both: both * scale }
    }

    /// The number of all members, from the largest hash of a full sample.
    fn distinct(&self) -> f64 {
        let largest = self.members.last_key_value().map_or(0, |(hash, _)| *hash);
        // 2^64 hashes; the k smallest of n reach to about k / n of them.
        let reach = (largest as f64 + 1.0) / 18_446_744_073_709_551_616.0;
        (self.members.len() as f64 - 1.0) / reach
    }
}

/// The larger distance from the share `both / from` to an end of Wilson's interval.
///
/// Unlike the plain standard error, the distance is not 0 where none or all of a small sample did
/// both.
fn wilson(from: f64, both: f64) -> f64 {
    if from <= 0.0 {
        return 0.0;
    }
    let rate = both / from;
    let weight = from + Z * Z;
    let centre = (both + Z * Z / 2.0) / weight;
    let half = Z / weight * (from * rate * (1.0 - rate) + Z * Z / 4.0).sqrt();
    (centre - rate).abs() + half
}

/// The bytes: the size, the number of members, then each hash in order with its flags.
impl Accumulator for Sample {
    fn merge(&mut self, other: &Self) -> Result<()> {
        if other.size == 0 {
            return Ok(());
        }
        if self.size == 0 {
            self.size = other.size;
        }
        other.check_size(self.size)?;
        other.members.iter().for_each(|(&hash, &flags)| self.insert(hash, flags));
        Ok(())
    }

    fn write(&self, writer: &mut Writer) {
        writer.u64(u64::from(self.size));
        writer.u64(self.members.len() as u64);
        for (&hash, &flags) in &self.members {
            writer.u64(hash);
            writer.u64(u64::from(flags));
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let wrong = || bad_state("is not that of a sample");
        let mut sample = Self::new(reader.u64()?.try_into().map_err(|_| wrong())?);
        let members = reader.u64()?;
        if members > u64::from(sample.size) {
            return Err(wrong());
        }
        for _ in 0..members {
            let (hash, flags) = (reader.u64()?, reader.u64()?);
            let ascending = sample.members.last_key_value().is_none_or(|(last, _)| *last < hash);
            if !ascending || !(1..=3).contains(&flags) {
                return Err(wrong());
            }
            sample.members.insert(hash, flags as u8);
        }
        Ok(sample)
    }
}

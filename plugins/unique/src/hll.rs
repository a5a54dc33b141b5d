//! `HyperLogLog` with Ertl's improved raw estimator (arXiv 1702.01284, algorithm 6).
//!
//! The upper `precision` bits of a hash choose a register; the register keeps the largest rank,
//! the position of the first 1 among the other bits. So the registers are a function of the set
//! of hashes, and a merge is the maximum of each. While fewer than one register in
//! `SPARSE_SHARE` is set, only the set registers are kept; the form follows from the registers, so
//! equal sets have equal bytes in either form. The estimate needs only sums, products and square
//! roots, which are the same on every machine, and no table of corrections.

use std::collections::BTreeMap;

use streamgauge_sdk::codec::bad_state;
use streamgauge_sdk::prelude::*;

/// A dense form takes over where one register of so many is set.
const SPARSE_SHARE: usize = 16;
/// The constant of the estimator for many registers, `1 / (2 ln 2)`.
const ALPHA: f64 = 0.721_347_520_444_481_7;

/// A sketch of a set of hashes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HyperLogLog {
    /// The number of bits that choose a register; 0 in the default state only, which takes the
    /// precision of the first state merged into it.
    precision: u32,
    registers: Registers,
}

/// The ranks; a register that is not set has rank 0.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Registers {
    Sparse(BTreeMap<u32, u8>),
    Dense(Vec<u8>),
}

impl Default for Registers {
    fn default() -> Self {
        Self::Sparse(BTreeMap::new())
    }
}

impl HyperLogLog {
    /// The sketch of the empty set with `2^precision` registers.
    pub(crate) fn new(precision: u32) -> Self {
        Self { precision, registers: Registers::default() }
    }

    /// Refuses a sketch of another size.
    pub(crate) fn check_precision(&self, precision: u32) -> Result<()> {
        if self.precision == precision {
            return Ok(());
        }
        let own = self.precision;
        Err(bad_state(&format!("has precision {own}; config key `precision` asks for {precision}")))
    }

    /// Adds a hash to the set.
    pub(crate) fn insert(&mut self, hash: u64) {
        let index = (hash >> (64 - self.precision)) as u32;
        // The 1 behind the last bit ends the count where all other bits are 0.
        let rest = hash << self.precision | 1 << (self.precision - 1);
        self.raise(index, rest.leading_zeros() as u8 + 1);
    }

    /// An estimate of the number of distinct hashes.
    pub(crate) fn estimate(&self) -> f64 {
        let m = self.size() as f64;
        let counts = self.rank_counts();
        let largest = self.rank_max();
        let mut z = m * tau(1.0 - counts[largest] / m);
        for &count in counts[1..largest].iter().rev() {
            z = 0.5 * (z + count);
        }
        z += m * sigma(counts[0] / m);
        ALPHA * m * m / z
    }

    /// The number of registers.
    fn size(&self) -> usize {
        1 << self.precision
    }

    /// The rank of a hash whose other bits are all 0.
    fn rank_max(&self) -> usize {
        64 - self.precision as usize + 1
    }

    /// The number of registers of each rank.
    fn rank_counts(&self) -> Vec<f64> {
        let mut counts = vec![0.0; self.rank_max() + 1];
        match &self.registers {
            Registers::Sparse(ranks) => {
                counts[0] = (self.size() - ranks.len()) as f64;
                for &rank in ranks.values() {
                    counts[usize::from(rank)] += 1.0;
                }
            }
            Registers::Dense(ranks) => {
                for &rank in ranks {
                    counts[usize::from(rank)] += 1.0;
                }
            }
        }
        counts
    }

    fn raise(&mut self, index: u32, rank: u8) {
        match &mut self.registers {
            Registers::Dense(ranks) => {
                let own = &mut ranks[index as usize];
                *own = rank.max(*own);
            }
            Registers::Sparse(ranks) => {
                let own = ranks.entry(index).or_insert(rank);
                *own = rank.max(*own);
                let set = ranks.len();
                if set * SPARSE_SHARE >= self.size() {
                    self.grow();
                }
            }
        }
    }

    fn grow(&mut self) {
        if let Registers::Sparse(ranks) = &self.registers {
            let mut dense = vec![0; self.size()];
            for (&index, &rank) in ranks {
                dense[index as usize] = rank;
            }
            self.registers = Registers::Dense(dense);
        }
    }

    /// The registers that are set, in order, each with its rank.
    fn set(&self) -> Vec<(u32, u8)> {
        match &self.registers {
            Registers::Sparse(ranks) => ranks.iter().map(|(&index, &rank)| (index, rank)).collect(),
            Registers::Dense(ranks) => {
                (0..).zip(ranks.iter().copied()).filter(|r| r.1 > 0).collect()
            }
        }
    }

    fn read_sparse(&mut self, reader: &mut Reader<'_>) -> Result<()> {
        let set = reader.u64()?;
        let mut last = None;
        for _ in 0..set {
            let (index, rank) = (reader.u64()?, reader.u64()?);
            let fits = index < self.size() as u64 && (1..=self.rank_max() as u64).contains(&rank);
            let is_sparse = matches!(self.registers, Registers::Sparse(_));
            if !fits || !is_sparse || last.is_some_and(|last| last >= index) {
                return Err(wrong());
            }
            last = Some(index);
            self.raise(index as u32, rank as u8);
        }
        if matches!(self.registers, Registers::Sparse(_)) { Ok(()) } else { Err(wrong()) }
    }

    fn read_dense(&mut self, reader: &mut Reader<'_>) -> Result<()> {
        let ranks = reader.bytes()?;
        let set = ranks.iter().filter(|&&rank| rank > 0).count();
        let fits = ranks.iter().all(|&rank| usize::from(rank) <= self.rank_max());
        if !fits || ranks.len() != self.size() || set * SPARSE_SHARE < self.size() {
            return Err(wrong());
        }
        self.registers = Registers::Dense(ranks.to_vec());
        Ok(())
    }
}

/// The bytes: the precision, then either 0, the number of set registers and each with its rank,
/// or 1 and one byte a register.
impl Accumulator for HyperLogLog {
    fn merge(&mut self, other: &Self) -> Result<()> {
        if other.precision == 0 {
            return Ok(());
        }
        if self.precision == 0 {
            self.precision = other.precision;
        }
        other.check_precision(self.precision)?;
        for (index, rank) in other.set() {
            self.raise(index, rank);
        }
        Ok(())
    }

    fn write(&self, writer: &mut Writer) {
        writer.u64(u64::from(self.precision));
        match &self.registers {
            Registers::Sparse(ranks) => {
                writer.u64(0);
                writer.u64(ranks.len() as u64);
                for (&index, &rank) in ranks {
                    writer.u64(u64::from(index));
                    writer.u64(u64::from(rank));
                }
            }
            Registers::Dense(ranks) => {
                writer.u64(1);
                writer.bytes(ranks);
            }
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let precision = reader.u64()?;
        if !(4..=18).contains(&precision) {
            return Err(wrong());
        }
        let mut sketch = Self::new(precision as u32);
        match reader.u64()? {
            0 => sketch.read_sparse(reader)?,
            1 => sketch.read_dense(reader)?,
            _ => return Err(wrong()),
        }
        Ok(sketch)
    }
}

fn wrong() -> Error {
    bad_state("is not that of a HyperLogLog")
}

/// The part that registers without a rank have in the estimate:
/// `x + sum over k >= 1 of x^(2^k) 2^(k - 1)`.
fn sigma(x: f64) -> f64 {
    if x >= 1.0 {
        return f64::INFINITY;
    }
    let (mut x, mut y, mut z) = (x, 1.0, x);
    loop {
        x *= x;
        let before = z;
        z += x * y;
        y += y;
        if z <= before {
            return z;
        }
    }
}

/// The part that the largest ranks have in the estimate:
/// `(1 - x - sum over k >= 1 of (1 - x^(2^-k))^2 2^-k) / 3`.
fn tau(x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return 0.0;
    }
    let (mut x, mut y, mut z) = (x, 1.0, 1.0 - x);
    loop {
        x = x.sqrt();
        let before = z;
        y *= 0.5;
        z -= (1.0 - x) * (1.0 - x) * y;
        if z >= before {
            return z / 3.0;
        }
    }
}

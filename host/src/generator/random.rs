//! Chance that can be looked up: the draws of a record follow from the seed and from the record's
//! place, so resuming anywhere costs nothing and no draw depends on the ones of another record.
//!
//! The generator is `SplitMix64` (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number
//! Generators", 2014). It is written out here because the bytes of a seed must stay the same
//! whatever version of a library is in use: golden figures and resumed logs rest on them.

/// The odd number next to 2⁶⁴ / golden ratio.
const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// How many different values [`Lottery::pick`] tells apart.
const TICKETS: u64 = 4096;

/// The draws of one record.
#[derive(Clone, Debug)]
pub(crate) struct Random {
    state: u64,
}

impl Random {
    /// The draws of the record at `index` of `partition`.
    pub(crate) fn of(seed: u64, partition: u32, index: u64) -> Self {
        let stream = mix(seed ^ mix(u64::from(partition).wrapping_add(1)));
        Self { state: mix(stream.wrapping_add(index.wrapping_mul(GAMMA))) }
    }

    /// 64 fresh bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GAMMA);
        mix(self.state)
    }

    /// A number from 0 to `bound - 1`; 0 for a bound of 0.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        scale(self.next(), bound)
    }
}

/// Spreads every bit of `value` over all 64: a bijection without visible structure.
pub(super) fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// The upper half of `bits` as a number from 0 to `bound - 1`.
pub(super) fn scale(bits: u64, bound: u32) -> u32 {
    (((bits >> 32) * u64::from(bound)) >> 32) as u32
}

/// The limit that 64 random bits stay below with probability `share`.
pub(super) fn threshold(share: f64) -> u64 {
    // 2⁶⁴; the conversion saturates and turns NaN into 0.
    (share * 18_446_744_073_709_551_616.0) as u64
}

/// A choice among up to 256 values by weight, one table look-up a draw.
#[derive(Clone, Debug)]
pub(super) struct Lottery {
    tickets: Vec<u8>,
}

impl Lottery {
    /// A lottery where value `i` wins in proportion to `weights[i]`, to within 1 in 4,096.
    pub(super) fn new(weights: &[u32]) -> Self {
        let total: u64 = weights.iter().map(|w| u64::from(*w)).sum();
        let mut tickets = Vec::with_capacity(TICKETS as usize);
        let mut cumulative = 0;
        for (value, weight) in weights.iter().enumerate() {
            cumulative += u64::from(*weight);
            tickets.resize((cumulative * TICKETS).div_ceil(total) as usize, value as u8);
        }
        Self { tickets }
    }

    /// The value that wins with the lowest 12 of `bits`.
    pub(super) fn pick(&self, bits: u64) -> u8 {
        self.tickets[(bits % TICKETS) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_the_published_one() {
        // The reference implementation's output for the seed 1234567.
        let mut random = Random { state: 1_234_567 };
        let drawn: Vec<u64> = (0..3).map(|_| random.next()).collect();
        let published =
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        assert_eq!(drawn, published);
    }

    #[test]
    fn neighbours_have_nothing_in_common() {
        let mut first: Vec<u64> = Vec::new();
        for partition in 0..4 {
            first.extend((0..1000).map(|index| Random::of(1, partition, index).next()));
        }
        first.extend((0..1000).map(|index| Random::of(2, 0, index).next()));
        first.sort_unstable();
        first.dedup();
        assert_eq!(first.len(), 5000);
    }

    #[test]
    fn a_lottery_keeps_to_its_weights() {
        let lottery = Lottery::new(&[1, 0, 3]);
        assert_eq!(lottery.tickets.len(), 4096);
        let won = |value| (0..TICKETS).filter(|t| lottery.pick(*t) == value).count();
        assert_eq!((won(0), won(1), won(2)), (1024, 0, 3072));
    }

    #[test]
    fn a_share_becomes_a_limit() {
        assert_eq!(threshold(0.0), 0);
        assert_eq!(threshold(0.5), 1 << 63);
        assert_eq!(threshold(1.0), u64::MAX);
        assert_eq!(threshold(f64::NAN), 0);
    }
}

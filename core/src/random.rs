//! Chance that can be looked up: the draws of a record follow from the seed and from the record's
//! place, so resuming anywhere costs nothing and no draw depends on the ones of another record.
//!
//! The generator is `SplitMix64` (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number
//! Generators", 2014). The code is written out here because the bytes of a seed must stay the same
//! whatever version of a library is in use: golden figures and resumed logs rest on them.

/// The odd number next to 2⁶⁴ / golden ratio.
const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// How many different values [`Lottery::pick`] tells apart.
const TICKETS: u64 = 4096;

/// The draws of one record.
#[derive(Clone, Debug)]
pub struct Random {
    state: u64,
}

impl Random {
    /// The draws of the record at `index` of `partition`.
    pub fn of(seed: u64, partition: u32, index: u64) -> Self {
        let stream = mix(seed ^ mix(u64::from(partition).wrapping_add(1)));
        Self { state: mix(stream.wrapping_add(index.wrapping_mul(GAMMA))) }
    }

    /// 64 bits, independent of those drawn before.
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GAMMA);
        mix(self.state)
    }

    /// A number from 0 to `bound - 1`; 0 for a bound of 0.
    pub fn below(&mut self, bound: u32) -> u32 {
        scale(self.bits(), bound)
    }
}

/// Spreads every bit of `value` over all 64: a bijection without visible structure.
pub fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// The upper half of `bits` as a number from 0 to `bound - 1`; 0 for a bound of 0.
pub fn scale(bits: u64, bound: u32) -> u32 {
    (((bits >> 32) * u64::from(bound)) >> 32) as u32
}

/// The limit that 64 random bits stay below with probability `share`; 0 for a negative share and
/// for `NaN`, the largest number for a share of 1 and more.
pub fn threshold(share: f64) -> u64 {
    // 2⁶⁴; the conversion saturates and turns NaN into 0.
    (share * 18_446_744_073_709_551_616.0) as u64
}

/// A choice among up to 256 values by weight, one table look-up a draw.
#[derive(Clone, Debug)]
pub struct Lottery {
    tickets: Vec<u8>,
}

impl Lottery {
    /// A lottery where value `i` wins in proportion to `weights[i]`, to within 1 in 4,096.
    ///
    /// # Panics
    /// More than 256 weights, or no weight above 0.
    pub fn new(weights: &[u32]) -> Self {
        assert!(weights.len() <= 256, "a ticket names its value with one byte");
        let total: u64 = weights.iter().map(|w| u64::from(*w)).sum();
        assert!(total > 0, "some value must win");
        let mut tickets = Vec::with_capacity(TICKETS as usize);
        let mut cumulative = 0;
        for (value, weight) in weights.iter().enumerate() {
            cumulative += u64::from(*weight);
            tickets.resize((cumulative * TICKETS).div_ceil(total) as usize, value as u8);
        }
        Self { tickets }
    }

    /// The value that wins with the lowest 12 of `bits`.
    pub fn pick(&self, bits: u64) -> u8 {
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
        let drawn: Vec<u64> = (0..3).map(|_| random.bits()).collect();
        let published =
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        assert_eq!(drawn, published);
    }

    #[test]
    fn neighbours_have_nothing_in_common() {
        let mut first: Vec<u64> = Vec::new();
        for partition in 0..4 {
            first.extend((0..1000).map(|index| Random::of(1, partition, index).bits()));
        }
        first.extend((0..1000).map(|index| Random::of(2, 0, index).bits()));
        first.sort_unstable();
        first.dedup();
        assert_eq!(first.len(), 5000);
    }

    #[test]
    fn a_number_below_a_bound_reaches_both_ends_and_never_the_bound() {
        assert_eq!((scale(0, 6), scale(u64::MAX, 6), scale(u64::MAX, 0)), (0, 5, 0));
        assert_eq!(scale(u64::MAX, u32::MAX), u32::MAX - 1);
        let mut thrown = [0; 6];
        let mut random = Random::of(1, 0, 0);
        (0..6000).for_each(|_| thrown[random.below(6) as usize] += 1);
        assert!(thrown.iter().all(|times| (850..1150).contains(times)), "{thrown:?}");
    }

    #[test]
    fn a_lottery_keeps_to_its_weights() {
        let lottery = Lottery::new(&[1, 0, 3]);
        assert_eq!(lottery.tickets.len(), 4096);
        let won = |value| (0..TICKETS).filter(|t| lottery.pick(*t) == value).count();
        assert_eq!((won(0), won(1), won(2)), (1024, 0, 3072));
    }

    #[test]
    #[should_panic(expected = "some value must win")]
    fn a_lottery_that_nobody_can_win_is_refused() {
        Lottery::new(&[0, 0]);
    }

    #[test]
    fn a_share_becomes_a_limit() {
        assert_eq!(threshold(0.0), 0);
        assert_eq!(threshold(0.5), 1 << 63);
        assert_eq!(threshold(1.0), u64::MAX);
        assert_eq!(threshold(f64::NAN), 0);
    }
}

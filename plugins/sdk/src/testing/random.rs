//! Numbers that look random and are the same in every run.

/// A seeded stream of numbers (splitmix64).
///
/// ```
/// use streamgauge_sdk::testing::Random;
///
/// let mut random = Random::new(1);
/// let first = random.below(10);
/// assert!(first < 10);
/// assert_eq!(Random::new(1).below(10), first);
/// assert!(random.skewed(1000) < 1000);
/// ```
#[derive(Debug, Clone)]
pub struct Random {
    state: u64,
}

impl Random {
    /// A stream; equal seeds give equal streams.
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next 64 bits of the stream.
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let bits = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number from 0 up to, but not including, 1.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number below `limit`, each as likely as the next.
    ///
    /// # Panics
    /// `limit` is 0.
    pub fn below(&mut self, limit: u32) -> u32 {
        (self.bits() % u64::from(limit)) as u32
    }

    /// A number below `limit`, the small ones far more often: nearly Zipf's law.
    pub fn skewed(&mut self, limit: u32) -> u32 {
        let rank = f64::from(limit).powf(self.unit()) as u32;
        rank.saturating_sub(1).min(limit.saturating_sub(1))
    }
}

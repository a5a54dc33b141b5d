//! The bucket of a number, found from the number's bits alone.
//!
//! The logarithm of one machine may differ from that of another, so the code takes no logarithm:
//! each octave `[2^e, 2^(e+1))` is cut into `steps` equal parts (the linear interpolation of
//! `DDSketch`, Masson et al., 2019). The exponent of the float is the octave, and
//! `mantissa * steps / 2^52`, in integers, is the part. The widest bucket in relation to its values
//! is the first of an octave, of width `1 / steps` of its lower end; so `steps >= 1 / (2 accuracy)`
//! keeps half a bucket within `accuracy` of every value in the bucket.

/// The number of bits of a float's fraction.
const FRACTION_BITS: u32 = 52;
/// The number that is added to the exponent of a float where it is stored.
const BIAS: i64 = 1023;

/// The fineness with which octaves are cut.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Scale {
    /// The buckets of an octave; 0 in the default state only.
    pub(crate) steps: u32,
}

impl Scale {
    /// The coarsest scale with this relative accuracy.
    pub(crate) fn with_accuracy(accuracy: f64) -> Self {
        Self { steps: (1.0 / (2.0 * accuracy)).ceil() as u32 }
    }

    /// The bucket of a positive number that is neither subnormal nor infinite.
    pub(crate) fn bucket(self, number: f64) -> i64 {
        let bits = number.to_bits();
        let octave = (bits >> FRACTION_BITS) as i64 - BIAS;
        let fraction = bits & ((1 << FRACTION_BITS) - 1);
        // At most 52 + 9 bits.
        let part = (fraction * u64::from(self.steps)) >> FRACTION_BITS;
        octave * i64::from(self.steps) + part as i64
    }

    /// The bounds of a bucket; the last bucket ends at the largest float.
    pub(crate) fn bounds(self, bucket: i64) -> (f64, f64) {
        (self.lower(bucket), self.lower(bucket + 1).min(f64::MAX))
    }

    /// True if some number is in this bucket.
    pub(crate) fn has(self, bucket: i64) -> bool {
        let steps = i64::from(self.steps);
        (steps * (1 - BIAS)..steps * (BIAS + 1)).contains(&bucket)
    }

    fn lower(self, bucket: i64) -> f64 {
        let steps = i64::from(self.steps);
        let exponent = bucket.div_euclid(steps) + BIAS;
        // Beyond the largest exponent the bits are those of infinity.
        let octave = f64::from_bits((exponent as u64) << FRACTION_BITS);
        octave * ((steps + bucket.rem_euclid(steps)) as f64 / steps as f64)
    }
}

#[cfg(test)]
mod tests {
    use streamgauge_sdk::testing::Random;

    use super::*;

    #[test]
    fn every_number_is_within_accuracy_of_the_middle_of_its_bucket() {
        let mut random = Random::new(1);
        for accuracy in [0.001, 0.0033, 0.01, 0.05, 0.1] {
            let scale = Scale::with_accuracy(accuracy);
            for _ in 0..20_000 {
                let number = f64::from_bits(random.bits() & (u64::MAX >> 1));
                if !number.is_normal() {
                    continue;
                }
                let bucket = scale.bucket(number);
                let (lower, upper) = scale.bounds(bucket);
                let rounding = 1.0 + 1e-15;
                assert!(scale.has(bucket), "{number}");
                assert!(lower <= number * rounding && number <= upper * rounding, "{number}");
                let half = (upper - lower) / 2.0;
                assert!(half <= accuracy * number.max(lower + half) * rounding, "{number}");
            }
        }
    }

    #[test]
    fn buckets_ascend_from_the_smallest_to_the_largest_number() {
        let scale = Scale::with_accuracy(0.01);
        assert_eq!(scale.steps, 50);
        assert_eq!(scale.bucket(f64::MIN_POSITIVE), -1022 * 50);
        assert_eq!(scale.bucket(f64::MAX), 1024 * 50 - 1);
        assert_eq!(scale.bucket(1.0), 0);
        assert_eq!(scale.bucket(1.0_f64.next_down()), -1);
        assert_eq!(scale.bucket(3.0), 75);
        assert_eq!(scale.bounds(75), (3.0, 3.04));
        assert_eq!(scale.bounds(1024 * 50 - 1).1.to_bits(), f64::MAX.to_bits());
        assert!(!scale.has(1024 * 50) && !scale.has(-1022 * 50 - 1));
    }
}

//! Buckets that grow with the value: every power of two is cut into 2^`CUT_BITS` equal parts, and
//! the values below 2^`CUT_BITS` have a bucket each. A bucket is at most 1 / 2^`CUT_BITS` as wide
//! as its smallest value.

/// The bucket of a value. Buckets are numbered from 0 without holes.
pub(crate) fn bucket_of<const CUT_BITS: u32>(value: u64) -> usize {
    let Some(shift) = value.checked_ilog2().and_then(|bits| bits.checked_sub(CUT_BITS)) else {
        return value as usize;
    };
    let cuts = 1 << CUT_BITS;
    (u64::from(shift + 1) * cuts + ((value >> shift) & (cuts - 1))) as usize
}

/// The smallest and the largest value of a bucket.
pub(crate) fn range_of<const CUT_BITS: u32>(bucket: u64) -> (u64, u64) {
    let cuts = 1 << CUT_BITS;
    if bucket < cuts {
        return (bucket, bucket);
    }
    let shift = bucket / cuts - 1;
    let low = (cuts + bucket % cuts) << shift;
    (low, low + ((1 << shift) - 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check<const CUT_BITS: u32>(value: u64) {
        let bucket = bucket_of::<CUT_BITS>(value);
        let (low, high) = range_of::<CUT_BITS>(bucket as u64);
        assert!((low..=high).contains(&value), "{value} in bucket {bucket}: {low} to {high}");
        assert!(high - low <= low >> CUT_BITS, "bucket {bucket} is too wide: {low} to {high}");
        if let Some(after) = high.checked_add(1) {
            assert_eq!(bucket_of::<CUT_BITS>(after), bucket + 1, "the bucket after {high}");
        }
    }

    proptest! {
        #[test]
        fn every_value_is_in_one_narrow_bucket(bits in any::<u64>(), shift in 0..64_u32) {
            check::<3>(bits >> shift);
            check::<5>(bits >> shift);
        }
    }

    #[test]
    fn the_ends_of_all_values_have_buckets() {
        for value in [0, 1, 7, 8, 31, 32, u64::MAX] {
            check::<3>(value);
            check::<5>(value);
        }
        assert_eq!((bucket_of::<3>(u64::MAX), bucket_of::<5>(u64::MAX)), (495, 1919));
    }
}

//! A 64-bit hash of bytes that is the same everywhere and for ever.
//!
//! Sketches keep hashes in their snapshots, so the function is part of the state: another function
//! would silently make old snapshots wrong. The function is FNV-1a over the bytes (offset basis
//! `0xcbf29ce484222325`, prime `0x100000001b3`) followed by the finaliser of `MurmurHash3`
//! (`fmix64`), because FNV-1a alone leaves the high bits of short inputs too regular for a sketch
//! that reads the high bits. The hash has no key: who chooses the values can make them collide.

/// The hash of `bytes`, the same on every machine and in every version.
///
/// ```
/// use streamgauge_sdk::hash::hash64;
///
/// assert_eq!(hash64(b""), 0xefd0_1f60_ba99_2926);
/// assert_eq!(hash64(b"a"), 0x82a2_a958_a9be_ce5b);
/// ```
pub fn hash64(bytes: &[u8]) -> u64 {
    let fnv = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    fmix64(fnv)
}

/// The finaliser of `MurmurHash3`: a bijection in which every bit depends on every other.
fn fmix64(mut hash: u64) -> u64 {
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consecutive_numbers_spread_over_all_bits() {
        let numbers = 0..10_000_i64;
        let mut ones = [0_u32; 64];
        for hash in numbers.map(|number| hash64(&number.to_le_bytes())) {
            for (bit, ones) in ones.iter_mut().enumerate() {
                *ones += u32::from(hash >> bit & 1 == 1);
            }
        }
        // 5000 expected; 6 standard deviations are 300.
        assert!(ones.iter().all(|ones| (4700..5300).contains(ones)), "{ones:?}");
    }
}

//! The partition of a record that is sent. `produce` makes the choice rather than librdkafka, so
//! that `replay --partitions` can make the same choice without a broker.
//!
//! Keys go where Kafka's own Java clients would put them: murmur2 of the key's bytes, made
//! positive, modulo the number of partitions.

/// The constants of Java's `org.apache.kafka.common.utils.Utils.murmur2`.
const SEED: u32 = 0x9747_b28c;
const MULTIPLIER: u32 = 0x5bd1_e995;

/// The partition of the record number `row` (from 0) among `partitions`: by the key, or in turn for
/// a record without a key.
pub fn partition_of(key: Option<&[u8]>, row: u64, partitions: u32) -> u32 {
    match key {
        Some(key) => partition_for_key(key, partitions),
        None => (row % u64::from(partitions)) as u32,
    }
}

/// The partition that Kafka's Java clients choose for `key` among `partitions` (at least one).
fn partition_for_key(key: &[u8], partitions: u32) -> u32 {
    (murmur2(key) & 0x7fff_ffff) % partitions
}

fn murmur2(data: &[u8]) -> u32 {
    let mut hash = SEED ^ data.len() as u32;
    let (words, rest) = data.as_chunks::<4>();
    for word in words {
        let mut word = u32::from_le_bytes(*word).wrapping_mul(MULTIPLIER);
        word ^= word >> 24;
        hash = hash.wrapping_mul(MULTIPLIER) ^ word.wrapping_mul(MULTIPLIER);
    }
    if !rest.is_empty() {
        let tail = rest.iter().rev().fold(0, |tail, byte| tail << 8 | u32::from(*byte));
        hash = (hash ^ tail).wrapping_mul(MULTIPLIER);
    }
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(MULTIPLIER);
    hash ^ hash >> 15
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of Kafka's own `UtilsTest.testMurmur2`.
    #[test]
    fn the_hash_is_that_of_kafkas_java_clients() {
        let vectors: [(&[u8], i32); 6] = [
            (b"21", -973_932_308),
            (b"foobar", -790_332_482),
            (b"a-little-bit-long-string", -985_981_536),
            (b"a-little-bit-longer-string", -1_486_304_829),
            (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
            (b"abc", 479_470_107),
        ];
        for (key, hash) in vectors {
            assert_eq!(murmur2(key).cast_signed(), hash, "{}", key.escape_ascii());
        }
    }

    #[test]
    fn negative_hashes_lose_their_sign() {
        // -973932308 & 0x7fffffff = 1173551340
        assert_eq!(partition_for_key(b"21", 1000), 340);
        assert_eq!(partition_for_key(b"abc", 1000), 107);
        assert_eq!(partition_for_key("北京市".as_bytes(), 1), 0);
    }

    #[test]
    fn records_without_a_key_take_turns() {
        let chosen: Vec<u32> = (0..5).map(|row| partition_of(None, row, 3)).collect();
        assert_eq!(chosen, [0, 1, 2, 0, 1]);
        assert_eq!(partition_of(Some(b"abc"), 1, 1000), 107);
    }
}

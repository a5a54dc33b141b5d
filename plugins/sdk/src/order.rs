//! Entries of a counter in the order of their keys.
//!
//! Comparing keys from their start is dear where there are many and all begin alike. So the first
//! eight bytes in which keys differ are sorted by as numbers, digit by digit, and only keys that are
//! alike there are compared as a whole.

use crate::counter::Key;

/// The fewest keys for which sorting by digits costs less than by comparisons.
const KEYS_MIN: usize = 256;
/// How often more of the keys is looked at, where all begin alike: for 50 bytes or more.
const LOOKS_MAX: usize = 8;

/// The number by which a key is compared first, the key and its count.
pub(crate) type Ordered<'a, K> = (u64, &'a K, &'a u64);

/// The entries in the order of their keys, which all differ.
pub(crate) fn in_order<'a, K: Key>(
    entries: impl IntoIterator<Item = (&'a K, &'a u64)>,
) -> Vec<Ordered<'a, K>> {
    let entry = |(key, count): (&'a K, &'a u64)| (key.prefix(0), key, count);
    let mut entries: Vec<_> = entries.into_iter().map(entry).collect();
    if entries.len() < KEYS_MIN {
        sort(&mut entries);
        return entries;
    }
    look_where_keys_differ(&mut entries);
    radsort::sort_by_key(&mut entries, |(prefix, ..)| *prefix);
    for same in entries.chunk_by_mut(|one, next| one.0 == next.0) {
        if same.len() > 1 {
            sort(same);
        }
    }
    entries
}

/// Leaves out what all keys begin with, where too little that differs is behind it.
fn look_where_keys_differ<K: Key>(entries: &mut [Ordered<'_, K>]) {
    // Four bits of a decimal digit tell ten values apart and not sixteen.
    let enough = entries.len().ilog2() + 4;
    let mut shared = 0;
    for _ in 0..LOOKS_MAX {
        let first = entries[0].0;
        let differ = entries.iter().fold(0, |bits, (prefix, ..)| bits | (prefix ^ first));
        let alike = differ.leading_zeros() / 8;
        if alike == 0 || differ.count_ones() >= enough {
            return;
        }
        shared += alike as usize;
        for (prefix, key, _) in entries.iter_mut() {
            *prefix = key.prefix(shared);
        }
    }
}

fn sort<K: Key>(entries: &mut [Ordered<'_, K>]) {
    entries.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.cmp(b.1)));
}

/// The first eight bytes of a text behind the first `shared`, as a number in the order of texts.
pub(crate) fn text_prefix(text: &str, shared: usize) -> u64 {
    let bytes = text.as_bytes().get(shared..).unwrap_or_default();
    if let Some(first) = bytes.first_chunk() {
        return u64::from_be_bytes(*first);
    }
    // Two halves that overlap, as copying so few bytes costs a call.
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        let last = u64::from(u32::from_be_bytes(*last)) << (8 * (8 - bytes.len()));
        return (u64::from(u32::from_be_bytes(*first)) << 32) | (last & u64::from(u32::MAX));
    }
    let byte = |place: usize| bytes.get(place).map_or(0, |byte| u64::from(*byte));
    (byte(0) << 56) | (byte(1) << 48) | (byte(2) << 40)
}

/// The bits of a number in the order of numbers, behind the first `shared` bytes.
pub(crate) fn number_prefix(bits: u64, shared: usize) -> u64 {
    u32::try_from(shared * 8).ok().and_then(|shared| bits.checked_shl(shared)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::AnyKey;

    /// Every entry once, in the order of keys.
    fn check<K: Key>(keys: impl IntoIterator<Item = K>) {
        let entries: Vec<(K, u64)> = (0..).zip(keys).map(|(count, key)| (key, count)).collect();
        let mut expected: Vec<_> = entries.iter().collect();
        expected.sort_by(|a, b| a.0.cmp(&b.0));
        let sorted = in_order(entries.iter().map(|(key, count)| (key, count)));
        assert_eq!(sorted.len(), expected.len());
        for ((_, key, count), expected) in sorted.iter().zip(expected) {
            assert_eq!(**count, expected.1, "{} for {}", key.show(), expected.0.show());
        }
    }

    fn numbers() -> impl Iterator<Item = u64> {
        (0..20_000_u64).map(|number| number.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    #[test]
    fn numbers_are_in_their_order() {
        check(numbers().map(|number| number as u32).collect::<BTreeSet<_>>());
        check(numbers().map(u64::cast_signed));
        check(numbers().take(255).map(u64::cast_signed));
        check((0..1000_i64).map(|number| (number - 500) << 32));
        check([true, false]);
    }

    #[test]
    fn texts_are_in_the_order_of_their_bytes_whatever_they_begin_with() {
        for begin in ["", "a", "user-", "用户编号-0000-", "twenty-three bytes or more of it "] {
            check((0..1000).map(|number| format!("{begin}{number}")));
            check((0..17_000_u32).map(|number| format!("{begin}{:07}", number * 7919 % 100_000)));
            check(numbers().take(700).map(|number| format!("{begin}{number:b}")));
        }
        let twins = ["", "\0", "\0\0", "a", "a\0"].map(str::to_owned);
        check((0..300).map(|number| format!("same eight {number}")).chain(twins));
    }

    #[test]
    fn keys_of_any_type_are_in_the_order_of_types_first() {
        let integers = || numbers().map(|number| AnyKey::Integer(number.cast_signed()));
        let texts = || numbers().map(|number| AnyKey::Text(number.to_string().into()));
        check(integers());
        check(texts());
        check(integers().take(400).chain(texts().take(400)).chain([AnyKey::Boolean(true)]));
        check([AnyKey::Text("".into())].into_iter().chain(texts()));
    }
}

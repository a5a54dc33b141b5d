//! Dead letters and late records that wait to be written: packed, so that what they take is known
//! and is little more than their bytes.

use std::borrow::Cow;
use std::fmt;

use streamgauge_core::{EventTime, RecordTime};

use crate::packed::{Packed, put_bytes, put_optional, take_bytes, take_i64, take_optional, text};
use crate::{DeadLetter, LateRecord};

/// Dead letters, in the order in which they came.
#[derive(Clone, Default)]
pub struct Letters(Packed);

/// Late records, in the order in which they came.
#[derive(Clone, Default)]
pub struct LateRecords(Packed);

/// The bytes of a packed letter or late record beside its texts, at most.
const FIXED_BYTES: usize = 64;

impl Letters {
    /// Adds `letter` behind the others.
    pub fn push(&mut self, letter: &DeadLetter<'_>) {
        let DeadLetter { partition, offset, time, metric, reason, detail, value } = letter;
        let metric = metric.as_ref().map(|metric| metric.as_bytes());
        let detail = detail.as_ref().map(|detail| detail.as_bytes());
        let texts = [metric, Some(reason.as_bytes()), detail, value.as_deref()];
        let size = FIXED_BYTES + texts.into_iter().flatten().map(<[u8]>::len).sum::<usize>();
        self.0.push(size, |bytes| {
            for number in [i64::from(*partition), *offset, time.0] {
                bytes.extend_from_slice(&number.to_le_bytes());
            }
            put_optional(bytes, metric);
            put_bytes(bytes, reason.as_bytes());
            put_optional(bytes, detail);
            put_optional(bytes, value.as_deref());
        });
    }

    /// The letters, in order.
    pub fn iter(&self) -> impl Iterator<Item = DeadLetter<'_>> {
        self.0.iter().map(letter)
    }

    /// The letter that came last.
    pub fn last(&self) -> Option<DeadLetter<'_>> {
        self.0.last().map(letter)
    }
}

fn letter(mut bytes: &[u8]) -> DeadLetter<'_> {
    let partition = take_i64(&mut bytes) as u32;
    let (offset, time) = (take_i64(&mut bytes), RecordTime(take_i64(&mut bytes)));
    let metric = take_optional(&mut bytes).map(|metric| Cow::Borrowed(text(metric)));
    let reason = Cow::Borrowed(text(take_bytes(&mut bytes).expect("a letter has a reason")));
    let detail = take_optional(&mut bytes).map(|detail| Cow::Borrowed(text(detail)));
    let value = take_optional(&mut bytes).map(Cow::Borrowed);
    DeadLetter { partition, offset, time, metric, reason, detail, value }
}

impl LateRecords {
    /// Adds `late` behind the others.
    pub fn push(&mut self, late: &LateRecord<'_>) {
        let LateRecord { partition, offset, time, event_time, watermark, delay, value } = late;
        self.0.push(FIXED_BYTES + value.len(), |bytes| {
            for number in [i64::from(*partition), *offset, time.0, event_time.0, *delay] {
                bytes.extend_from_slice(&number.to_le_bytes());
            }
            let watermark = watermark.map(|watermark| watermark.0.to_le_bytes());
            put_optional(bytes, watermark.as_ref().map(<[u8; 8]>::as_slice));
            put_bytes(bytes, value);
        });
    }

    /// The late records, in order.
    pub fn iter(&self) -> impl Iterator<Item = LateRecord<'_>> {
        self.0.iter().map(late_record)
    }
}

fn late_record(mut bytes: &[u8]) -> LateRecord<'_> {
    let partition = take_i64(&mut bytes) as u32;
    let (offset, time) = (take_i64(&mut bytes), RecordTime(take_i64(&mut bytes)));
    let (event_time, delay) = (EventTime(take_i64(&mut bytes)), take_i64(&mut bytes));
    let watermark = take_optional(&mut bytes);
    let watermark = watermark.map(|mut number| EventTime(take_i64(&mut number)));
    let value = Cow::Borrowed(take_bytes(&mut bytes).expect("a late record has bytes"));
    LateRecord { partition, offset, time, event_time, watermark, delay, value }
}

/// What both have in common.
macro_rules! collected {
    ($collected:ident, $entry:ident) => {
        impl $collected {
            /// Moves all of `other` behind what is here.
            pub fn append(&mut self, other: Self) {
                self.0.append(other.0);
            }

            /// How many there are.
            pub fn len(&self) -> usize {
                self.0.len()
            }

            /// Whether there are none.
            pub fn is_empty(&self) -> bool {
                self.0.len() == 0
            }

            /// How much memory they take, in bytes.
            pub fn heap_bytes(&self) -> usize {
                self.0.heap_bytes()
            }

            /// Forgets all of them, and gives their memory back.
            pub fn clear(&mut self) {
                self.0.clear();
            }
        }

        impl PartialEq for $collected {
            fn eq(&self, other: &Self) -> bool {
                self.0.iter().eq(other.0.iter())
            }
        }

        impl Eq for $collected {}

        impl fmt::Debug for $collected {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_list().entries(self.iter()).finish()
            }
        }

        impl<'a> Extend<$entry<'a>> for $collected {
            fn extend<I: IntoIterator<Item = $entry<'a>>>(&mut self, entries: I) {
                entries.into_iter().for_each(|entry| self.push(&entry));
            }
        }

        impl<'a> FromIterator<$entry<'a>> for $collected {
            fn from_iter<I: IntoIterator<Item = $entry<'a>>>(entries: I) -> Self {
                let mut collected = Self::default();
                collected.extend(entries);
                collected
            }
        }
    };
}

collected!(Letters, DeadLetter);
collected!(LateRecords, LateRecord);

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::option;
    use proptest::prelude::*;

    use super::*;

    fn letters() -> impl Strategy<Value = Vec<DeadLetter<'static>>> {
        let value = option::of(vec(any::<u8>(), 0..50));
        let words = || option::of(".{0,12}");
        let numbers = (any::<u32>(), any::<i64>(), any::<i64>());
        let letter = (numbers, words(), "[a-z_]{0,9}", words(), value);
        let letter = letter.prop_map(|(numbers, metric, reason, detail, value)| {
            let (partition, offset, time) = (numbers.0, numbers.1, RecordTime(numbers.2));
            let (metric, detail) = (metric.map(Cow::Owned), detail.map(Cow::Owned));
            let (reason, value) = (Cow::Owned(reason), value.map(Cow::Owned));
            DeadLetter { partition, offset, time, metric, reason, detail, value }
        });
        vec(letter, 0..20)
    }

    fn late() -> impl Strategy<Value = Vec<LateRecord<'static>>> {
        let watermark = option::of(any::<i64>().prop_map(EventTime));
        let numbers = (any::<u32>(), any::<i64>(), any::<i64>());
        let record = (numbers, any::<i64>(), watermark, 0_i64.., vec(any::<u8>(), 0..50));
        let record = record.prop_map(|(numbers, event_time, watermark, delay, value)| {
            let (partition, offset, time) = (numbers.0, numbers.1, RecordTime(numbers.2));
            let (event_time, value) = (EventTime(event_time), Cow::Owned(value));
            LateRecord { partition, offset, time, event_time, watermark, delay, value }
        });
        vec(record, 0..20)
    }

    proptest! {
        #[test]
        fn what_is_collected_comes_back_as_it_was(letters in letters(), late in late()) {
            let collected: Letters = letters.iter().cloned().collect();
            prop_assert_eq!(collected.iter().collect::<Vec<_>>(), &letters[..]);
            prop_assert_eq!(collected.last(), letters.last().cloned());
            let collected: LateRecords = late.iter().cloned().collect();
            prop_assert_eq!(collected.iter().collect::<Vec<_>>(), late);
        }
    }

    #[test]
    fn a_letter_of_a_short_record_takes_less_than_twice_its_bytes() {
        let letter = DeadLetter {
            partition: 0,
            offset: 0,
            time: RecordTime(0),
            metric: None,
            reason: Cow::Borrowed("not_json"),
            detail: None,
            value: Some(Cow::Owned(vec![b'x'; 170])),
        };
        let mut letters = Letters::default();
        (0..100_000).for_each(|_| letters.push(&letter));
        let each = letters.heap_bytes() / letters.len();
        assert!((170..260).contains(&each), "{each}");
    }
}

//! Whether the log of a partition goes on where its state does. Asked at each opening of the
//! source; what is found is named, and never passed over in silence.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use streamgauge_core::{Digest, GapKind, OffsetGap, PartitionSnapshot, RecordTime};

use crate::{LogGap, SourceError};
use streamgauge_pipeline::KafkaSettings;

use streamgauge_kafka::{PartitionRange, Peeked, peek};

/// How long the brokers have to hand over the records that are compared.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The record before the next offset of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Last {
    /// It is the one that was read.
    Same,
    /// It is another one.
    Other,
    /// It cannot be told: it is gone, or none was read yet.
    Unknown,
}

/// The gaps between `states` and the logs that are there, by partition.
///
/// # Errors
/// The brokers did not hand over the records to compare; a retry may help.
pub fn gaps(
    settings: &KafkaSettings,
    states: &[Arc<PartitionSnapshot>],
    ranges: &[PartitionRange],
) -> Result<BTreeMap<u32, LogGap>, SourceError> {
    let held: Vec<(&PartitionSnapshot, PartitionRange)> = states
        .iter()
        .filter_map(|state| {
            let range = ranges.iter().find(|range| range.partition == state.partition)?;
            Some((&**state, *range))
        })
        .collect();
    let wanted: Vec<(u32, i64)> = held
        .iter()
        .filter(|(state, range)| state.position.last.is_some() && holds_last(state, *range))
        .map(|(state, _)| (state.partition, state.state.next_offset - 1))
        .collect();
    let peeked = peek(settings, &wanted, TIMEOUT)?;
    let gap = |(state, range): (&PartitionSnapshot, PartitionRange)| {
        let read = state.position.last.zip(peeked.get(&state.partition).copied());
        let last = read.map_or(Last::Unknown, |(read, found)| compare(state, read, found));
        let gap = find((state.state.next_offset, state.read_to()), range, last)?;
        let PartitionRange { partition, low, high } = range;
        let named = state.state.gaps.len();
        Some((partition, LogGap { partition, gap, low, high, named, file: None }))
    };
    Ok(held.into_iter().filter_map(gap).collect())
}

/// Whether the log may hold the record before the next offset.
fn holds_last(state: &PartitionSnapshot, range: PartitionRange) -> bool {
    let next = state.state.next_offset;
    range.low < next && next <= range.high
}

fn compare(state: &PartitionSnapshot, read: (RecordTime, Digest), found: Peeked) -> Last {
    match found {
        Peeked::Record(time, digest) if is_same(time, read.0) && digest == read.1 => Last::Same,
        Peeked::Record(..) => Last::Other,
        Peeked::Nothing => {
            let (partition, next) = (state.partition, state.state.next_offset);
            tracing::debug!(
                partition,
                next,
                "the record before the next offset was compacted away and cannot be compared"
            );
            Last::Unknown
        }
    }
}

/// Whether two stamps may be of one record. Earlier versions kept 0 where there was none.
fn is_same(found: RecordTime, read: RecordTime) -> bool {
    found.0.max(0) == read.0.max(0)
}

/// The gap after the records before `next`. No record stands from there up to `read_to`, so a log
/// that begins in between lacks nothing, and a log that ends in between does not either.
fn find((next, read_to): (i64, i64), range: PartitionRange, last: Last) -> Option<OffsetGap> {
    let PartitionRange { low, high, .. } = range;
    if read_to < low {
        return Some(OffsetGap { kind: GapKind::LogStartMoved, from: read_to, to: low });
    }
    if next > high {
        return Some(OffsetGap { kind: GapKind::LogEndMoved, from: high, to: next });
    }
    let recreated = OffsetGap { kind: GapKind::TopicRecreated, from: next, to: low };
    (last == Last::Other).then_some(recreated)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_named_by_what_the_log_holds() {
        let gap = |kind, from, to| Some(OffsetGap { kind, from, to });
        for (next, low, high, last, expected) in [
            (10, 0, 10, Last::Same, None),
            (10, 0, 20, Last::Unknown, None),
            (10, 10, 10, Last::Unknown, None),
            (0, 0, 0, Last::Unknown, None),
            (10, 11, 20, Last::Unknown, gap(GapKind::LogStartMoved, 10, 11)),
            (10, 20, 20, Last::Unknown, gap(GapKind::LogStartMoved, 10, 20)),
            (10, 0, 9, Last::Unknown, gap(GapKind::LogEndMoved, 9, 10)),
            (10, 0, 0, Last::Unknown, gap(GapKind::LogEndMoved, 0, 10)),
            (10, 2, 20, Last::Other, gap(GapKind::TopicRecreated, 10, 2)),
        ] {
            let range = PartitionRange { partition: 0, low, high };
            let found = find((next, next), range, last);
            assert_eq!(found, expected, "{next} in {low} to {high}, {last:?}");
        }
    }

    #[test]
    fn offsets_without_a_record_are_no_gap() {
        let gap = |kind, from, to| Some(OffsetGap { kind, from, to });
        for (next, read_to, low, high, expected) in [
            (10, 12, 0, 12, None),
            (10, 12, 11, 20, None),
            (10, 12, 12, 12, None),
            (10, 12, 13, 20, gap(GapKind::LogStartMoved, 12, 13)),
            (10, 12, 0, 10, None),
            (10, 12, 0, 11, None),
            (10, 12, 0, 9, gap(GapKind::LogEndMoved, 9, 10)),
        ] {
            let range = PartitionRange { partition: 0, low, high };
            let found = find((next, read_to), range, Last::Unknown);
            assert_eq!(found, expected, "{next} read to {read_to} in {low} to {high}");
        }
    }
}

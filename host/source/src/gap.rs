//! A log that does not go on where the state does, in words.

use std::collections::BTreeMap;
use std::fmt;

use streamgauge_core::{GAPS_MAX, GapKind, OffsetGap};

/// A gap in the log of a partition, and what the log holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogGap {
    /// The number of the partition with the gap.
    pub partition: u32,
    /// What happened to it.
    pub gap: OffsetGap,
    /// The first offset that is there.
    pub low: i64,
    /// The offset after the last record.
    pub high: i64,
    /// How many gaps the state names already.
    pub named: usize,
}

impl LogGap {
    /// Whether the state can name one more and go on.
    pub fn can_be_named(&self) -> bool {
        self.named < GAPS_MAX
    }

    /// What a message names, by name.
    pub fn args(&self) -> BTreeMap<String, String> {
        let OffsetGap { from, to, .. } = self.gap;
        let number = ("partition".to_owned(), self.partition.to_string());
        let offsets = [("from", from), ("to", to), ("low", self.low), ("high", self.high)];
        let offsets = offsets.map(|(name, offset)| (name.to_owned(), offset.to_string()));
        std::iter::once(number).chain(offsets).collect()
    }
}

/// What happened, complete by itself, with the ways out.
impl fmt::Display for LogGap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { partition, low, high, .. } = *self;
        let OffsetGap { kind, from, to } = self.gap;
        match kind {
            GapKind::LogStartMoved => write!(
                f,
                "partition {partition} goes on at offset {from}, but its log begins at {to}: the \
                 records in between were deleted before they were read"
            ),
            GapKind::LogEndMoved => write!(
                f,
                "partition {partition} goes on at offset {to}, but its log ends at {from}: records \
                 that were read are no longer there"
            ),
            GapKind::TopicRecreated => write!(
                f,
                "partition {partition} goes on at offset {from}, but the record before it is not \
                 the one that was read: the topic was made anew"
            ),
        }?;
        write!(f, " (its log holds {low} to {high}); hint: ")?;
        if self.can_be_named() {
            let go_on = "`on_gap = \"continue\"` in [source.kafka] names the gap in the state and \
                         reads on";
            write!(f, "{go_on}, ")?;
        } else {
            write!(f, "the state names {GAPS_MAX} gaps already, ")?;
        }
        write!(f, "`streamgauge run --rebuild` begins anew")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(kind: GapKind, from: i64, to: i64, named: usize) -> String {
        LogGap { partition: 3, gap: OffsetGap { kind, from, to }, low: 20, high: 90, named }
            .to_string()
    }

    #[test]
    fn a_gap_says_what_is_lost_and_both_ways_out() {
        let ways = " (its log holds 20 to 90); hint: `on_gap = \"continue\"` in [source.kafka] names \
                    the gap in the state and reads on, `streamgauge run --rebuild` begins anew";
        let deleted = "partition 3 goes on at offset 10, but its log begins at 20: the records in \
                       between were deleted before they were read";
        assert_eq!(shown(GapKind::LogStartMoved, 10, 20, 0), format!("{deleted}{ways}"));
        // Here the state is ahead: `from` is where the log ends.
        let lost = "partition 3 goes on at offset 95, but its log ends at 90: records that were \
                    read are no longer there";
        assert_eq!(shown(GapKind::LogEndMoved, 90, 95, 0), format!("{lost}{ways}"));
        let anew = "partition 3 goes on at offset 50, but the record before it is not the one that \
                    was read: the topic was made anew";
        assert_eq!(shown(GapKind::TopicRecreated, 50, 20, 0), format!("{anew}{ways}"));
    }

    #[test]
    fn a_state_that_is_full_of_gaps_leaves_one_way_out() {
        let last = shown(GapKind::LogStartMoved, 10, 20, GAPS_MAX - 1);
        assert!(last.contains("on_gap"), "{last}");
        let full = shown(GapKind::LogStartMoved, 10, 20, GAPS_MAX);
        let hint = "hint: the state names 64 gaps already, `streamgauge run --rebuild` begins anew";
        assert!(full.ends_with(hint) && !full.contains("on_gap"), "{full}");
    }
}

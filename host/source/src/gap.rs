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

//! Gaps: places where a log does not continue as the state expected. Gaps are part of the state,
//! so offsets that were not read are named for as long as the state lives.

/// The most gaps that the state of a partition keeps. A partition with more gaps is not read.
pub const GAPS_MAX: usize = 64;

/// The event that made a gap in a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GapKind {
    /// Records were deleted before they were read.
    LogStartMoved,
    /// Records that were read are no longer there.
    LogEndMoved,
    /// The topic was deleted and made anew.
    TopicRecreated,
    /// Another file took the place of the one that was read, of which some may be unread.
    FileReplaced,
    /// The file holds other bytes than were read, or fewer.
    FileRewritten,
}

/// A range of offsets that the state does not cover or covers as an older log had them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OffsetGap {
    /// The event that made the gap.
    pub kind: GapKind,
    /// The first offset of the gap.
    pub from: i64,
    /// The offset after the last one of the gap; for a recreated topic, the offset at which
    /// reading resumed; for a file, `from`, because nobody knows how many lines are missing.
    pub to: i64,
}

impl GapKind {
    /// Every kind, by its number in a snapshot less 1.
    pub const ALL: [Self; 5] = [
        Self::LogStartMoved,
        Self::LogEndMoved,
        Self::TopicRecreated,
        Self::FileReplaced,
        Self::FileRewritten,
    ];

    /// The name in results and metrics, which does not change.
    pub fn name(self) -> &'static str {
        match self {
            Self::LogStartMoved => "log_start_moved",
            Self::LogEndMoved => "log_end_moved",
            Self::TopicRecreated => "topic_recreated",
            Self::FileReplaced => "file_replaced",
            Self::FileRewritten => "file_rewritten",
        }
    }
}

impl OffsetGap {
    /// The offset after the last record that was counted before the gap.
    pub fn counted_to(self) -> i64 {
        match self.kind {
            GapKind::LogEndMoved => self.to,
            GapKind::LogStartMoved
            | GapKind::TopicRecreated
            | GapKind::FileReplaced
            | GapKind::FileRewritten => self.from,
        }
    }

    /// The offset at which reading resumes after the gap.
    pub fn resume_at(self) -> i64 {
        match self.kind {
            GapKind::LogStartMoved
            | GapKind::TopicRecreated
            | GapKind::FileReplaced
            | GapKind::FileRewritten => self.to,
            GapKind::LogEndMoved => self.from,
        }
    }
}

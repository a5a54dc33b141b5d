//! Places where a log did not go on as the state expected. They are part of the state: what was
//! not read is named, with its offsets, for as long as the state lives.

/// The most gaps that the state of a partition keeps; with more, it does not go on.
pub const GAPS_MAX: usize = 64;

/// What happened to the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GapKind {
    /// Records were deleted before they were read.
    LogStartMoved,
    /// Records that were read are no longer there.
    LogEndMoved,
    /// The topic was deleted and made anew.
    TopicRecreated,
}

/// One such place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OffsetGap {
    /// What happened.
    pub kind: GapKind,
    /// The first offset concerned.
    pub from: i64,
    /// The offset after the last one; of a recreated topic, where reading went on.
    pub to: i64,
}

impl GapKind {
    /// Every kind, by its number in a snapshot less 1.
    pub const ALL: [Self; 3] = [Self::LogStartMoved, Self::LogEndMoved, Self::TopicRecreated];

    /// A stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::LogStartMoved => "log_start_moved",
            Self::LogEndMoved => "log_end_moved",
            Self::TopicRecreated => "topic_recreated",
        }
    }
}

impl OffsetGap {
    /// Where reading goes on after it.
    pub fn resume_at(self) -> i64 {
        match self.kind {
            GapKind::LogStartMoved | GapKind::TopicRecreated => self.to,
            GapKind::LogEndMoved => self.from,
        }
    }
}

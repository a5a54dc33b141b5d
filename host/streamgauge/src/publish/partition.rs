//! A partition as a person asks for it: how far it is read, how far behind, and what it is doing.

use std::collections::BTreeSet;

use chrono::Utc;
use streamgauge_core::{
    BoundedOutOfOrderness, EventTime, OffsetGap, PartitionSnapshot, WatermarkLeap,
};
use streamgauge_kafka::FaultKind;
use streamgauge_outbox::Overview;
use streamgauge_wire::Clock;

use crate::run::cause::Cause;

/// The doing of a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PartitionPhase {
    /// The partition is read.
    Running,
    /// It is read to its end and has been silent for `idle_after`.
    Idle,
    /// Its log does not continue where its state does, so it stands still.
    Gap,
    /// Its broker does not answer.
    Unanswered,
    /// Records wait for a transaction that does not end.
    HeldBack,
    /// The user may not read it.
    Forbidden,
    /// Something outside is missing.
    Waiting,
    /// A bounded source was read to its end.
    Ended,
    /// The run cannot continue.
    Failed,
}

/// One partition at one look.
#[derive(Clone, Debug)]
pub(super) struct PartitionView {
    pub(super) partition: u32,
    /// The offset after the last record.
    pub(super) offset: i64,
    /// The offset up to which the log is read: `offset`, or a later one where no record stands
    /// between.
    pub(super) read_to: i64,
    /// The offset after the last record of the log; `None` means not known.
    pub(super) end: Option<i64>,
    /// Offsets after the end that open transactions hold back.
    pub(super) held_back: u64,
    /// Offsets that were passed since the start and held no record.
    pub(super) empty_offsets: u64,
    pub(super) watermark: Option<EventTime>,
    pub(super) phase: PartitionPhase,
    /// The reason why the partition stands still; `None` means that it does not.
    pub(super) cause: Option<Cause>,
    /// The gaps that were passed.
    pub(super) gaps: Vec<OffsetGap>,
    /// The last record that moved the watermark far at once, with the watermarks around it.
    pub(super) leap: Option<WatermarkLeap>,
}

impl PartitionPhase {
    /// The phase of a partition that has this trouble.
    pub(super) fn of(trouble: FaultKind) -> Self {
        if trouble == FaultKind::TopicForbidden { Self::Forbidden } else { Self::Unanswered }
    }
}

impl PartitionView {
    /// What the state of a partition tells by itself.
    pub(super) fn new(snapshot: &PartitionSnapshot, watermark: BoundedOutOfOrderness) -> Self {
        let state = &snapshot.state;
        let around = |leap: WatermarkLeap| WatermarkLeap {
            from: leap.from.minus(watermark.bound),
            to: leap.to.minus(watermark.bound),
            ..leap
        };
        Self {
            partition: snapshot.partition,
            offset: state.next_offset,
            read_to: snapshot.read_to(),
            end: None,
            held_back: 0,
            empty_offsets: 0,
            watermark: watermark.watermark(state.max_event_time),
            phase: PartitionPhase::Running,
            cause: None,
            gaps: state.gaps.clone(),
            leap: state.leap.map(around),
        }
    }

    /// Records up to the end of the log; `None` means not known.
    pub(super) fn lag(&self) -> Option<u64> {
        self.end.map(|end| end.saturating_sub(self.read_to).max(0).unsigned_abs())
    }
}

/// The numbers of those that are idle.
pub(super) fn idle(partitions: &[PartitionView]) -> BTreeSet<u32> {
    let idle = partitions.iter().filter(|p| p.phase == PartitionPhase::Idle);
    idle.map(|p| p.partition).collect()
}

/// Records up to the ends of all logs that are read; `None` means that one of them is not known, or
/// that none is read. A partition that stands still in a gap is not caught up with.
pub(super) fn lag(partitions: &[PartitionView]) -> Option<u64> {
    let read = partitions.iter().filter(|p| p.phase != PartitionPhase::Gap);
    let lags: Option<Vec<u64>> = read.map(PartitionView::lag).collect();
    lags.filter(|lags| !lags.is_empty()).map(|lags| lags.iter().sum())
}

/// The smallest watermark of those that are not idle; where all are idle, the largest.
pub(super) fn watermark(partitions: &[PartitionView]) -> Option<EventTime> {
    let not_idle = partitions.iter().filter(|p| p.phase != PartitionPhase::Idle);
    let active = not_idle.filter_map(|p| p.watermark).min();
    active.or_else(|| partitions.iter().filter_map(|p| p.watermark).max())
}

/// The clocks of all partitions together.
pub(super) fn clock(overview: &Overview, partitions: &[PartitionView]) -> Clock {
    let times = overview.partitions.iter().filter_map(|p| p.state.max_event_time);
    Clock {
        now: Utc::now().timestamp_millis(),
        event_time: times.map(|time| time.0).max(),
        watermark: watermark(partitions).map(|watermark| watermark.0),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use streamgauge_core::{PartitionState, Position, RecordTime};

    use super::*;

    /// A partition with nothing but what is given.
    pub(in crate::publish) fn view(
        partition: u32,
        watermark: Option<i64>,
        phase: PartitionPhase,
    ) -> PartitionView {
        let watermark = watermark.map(EventTime);
        let (offset, read_to, end) = (0, 0, None);
        let (held_back, empty_offsets) = (0, 0);
        let (cause, gaps, leap) = (None, Vec::new(), None);
        PartitionView {
            partition,
            offset,
            read_to,
            end,
            held_back,
            empty_offsets,
            watermark,
            phase,
            cause,
            gaps,
            leap,
        }
    }

    fn behind(end: Option<i64>, phase: PartitionPhase) -> PartitionView {
        PartitionView { offset: 9, read_to: 10, end, ..view(0, None, phase) }
    }

    #[test]
    fn lag_is_known_only_where_every_end_is() {
        use PartitionPhase::{Gap, Running};
        for (partitions, expected) in [
            (vec![], None),
            (vec![behind(Some(15), Running)], Some(5)),
            (vec![behind(Some(15), Running), behind(Some(12), Running)], Some(7)),
            (vec![behind(Some(15), Running), behind(None, Running)], None),
            (vec![behind(Some(15), Running), behind(None, Gap)], Some(5)),
            (vec![behind(Some(15), Gap)], None),
            (vec![behind(Some(9), Running)], Some(0)),
        ] {
            assert_eq!(lag(&partitions), expected, "{partitions:?}");
        }
    }

    #[test]
    fn idle_partitions_hold_no_watermark_back() {
        use PartitionPhase::{Idle, Running};
        for (partitions, expected) in [
            (vec![view(0, Some(5), Running), view(1, Some(9), Running)], Some(5)),
            (vec![view(0, Some(5), Idle), view(1, Some(9), Running)], Some(9)),
            (vec![view(0, Some(5), Idle), view(1, Some(9), Idle)], Some(9)),
            (vec![view(0, None, Running)], None),
        ] {
            assert_eq!(watermark(&partitions), expected.map(EventTime), "{partitions:?}");
        }
        let partitions = [view(0, None, Idle), view(3, None, Running), view(4, None, Idle)];
        assert_eq!(idle(&partitions), BTreeSet::from([0, 4]));
    }

    #[test]
    fn a_record_that_moved_the_watermark_far_is_told_with_the_watermarks_around_it() {
        let (from, to) = (EventTime(20), EventTime(90));
        let leap = WatermarkLeap { offset: 7, time: RecordTime::NONE, from, to };
        let mut state = PartitionState::starting_at(0);
        (state.max_event_time, state.leap) = (Some(to), Some(leap));
        let (position, late_samples, metrics) = (Position::default(), Vec::new(), Vec::new());
        let snapshot = PartitionSnapshot { partition: 3, position, late_samples, state, metrics };
        let view = PartitionView::new(&snapshot, BoundedOutOfOrderness { bound: 10 });
        let leap = view.leap.map(|leap| (leap.offset, leap.from, leap.to));
        assert_eq!(leap, Some((7, EventTime(10), EventTime(80))));
        assert_eq!((view.partition, view.watermark), (3, Some(EventTime(80))));
    }
}

//! A partition, tested for what the scenarios do not show: pending rows, samples of late records,
//! gaps, and lateness by the wall clock.

use super::*;
use crate::gap::GapKind;
use crate::late_sample::{LATE_SAMPLES_MAX, SAMPLE_BYTES_MAX};
use crate::row::Value;
use crate::schema::Projection;
use crate::testing::{row, schema};
use crate::time::RecordTime;
use crate::timestamp::{TimestampAssigner, TimestampUnit};
use crate::watermark::BoundedOutOfOrderness;

/// Event time is the field `at` in milliseconds, and records may be 10 ms out of order.
fn plan(lateness: LatenessClock) -> Plan {
    Plan {
        projection: Projection::new(&schema(&["at"]), &["at"]),
        timestamps: TimestampAssigner::Field { slot: 0, unit: TimestampUnit::Millis },
        watermark: BoundedOutOfOrderness { bound: 10 },
        future_skew: None,
        earliest: None,
        lateness,
    }
}

fn new(plan: &Plan) -> Partition {
    Partition::new(plan, PartitionState::starting_at(0), 0, Vec::new())
}

/// Accepts a record of event time `at` at the next offset, taken at `now`.
fn accept(partition: &mut Partition, plan: &Plan, at: u32, now: i64, raw: &[u8]) -> Outcome {
    let offset = partition.state().next_offset;
    let meta = RecordMeta { offset, time: RecordTime(at.into()), cursor: 100 + offset as u64 };
    partition.accept(plan, meta, raw, Ok(&row(&[Value::Unsigned(at)])), WallClock(now))
}

#[test]
fn a_row_waits_with_its_bytes_until_the_metrics_have_it() {
    let plan = plan(LatenessClock::Watermark);
    let mut partition = new(&plan);
    assert_eq!(accept(&mut partition, &plan, 50, 0, b"first"), Outcome::OnTime);
    assert_eq!(accept(&mut partition, &plan, 30, 0, b"late"), Outcome::Late(10));
    assert_eq!((partition.pending_rows(), partition.pending_bytes()), (2, 9));
    let late = partition.pending(Lateness::Late);
    assert_eq!((late.raw(0), late.delays()), (&b"late"[..], &[10][..]));
    assert_eq!(late.watermarks(), [Some(EventTime(40))]);
    assert_eq!(partition.pending(Lateness::OnTime).watermarks(), [None]);
    partition.clear_pending();
    assert_eq!((partition.pending_rows(), partition.pending_bytes()), (0, 0));
    assert_eq!((partition.cursor(), partition.state().next_offset), (101, 2));
}

#[test]
fn late_is_told_by_the_clock_that_the_plan_names() {
    for (clock, now, outcome) in [
        (LatenessClock::Watermark, 0, Outcome::Late(10)),
        // The stamp of each record is its event time.
        (LatenessClock::Record, 0, Outcome::OnTime),
        (LatenessClock::Processing, 40, Outcome::OnTime),
        (LatenessClock::Processing, 41, Outcome::Late(1)),
    ] {
        let plan = plan(clock);
        let mut partition = new(&plan);
        accept(&mut partition, &plan, 50, 50, b"");
        assert_eq!(accept(&mut partition, &plan, 30, now, b""), outcome, "{clock:?} at {now}");
    }
}

/// Accepts a record of event time `at` (-1: none) at the next offset, stamped `time`.
fn accept_stamped(partition: &mut Partition, plan: &Plan, at: i64, time: RecordTime) -> Outcome {
    let offset = partition.state().next_offset;
    let meta = RecordMeta { offset, time, cursor: 0 };
    let value = if at < 0 { Value::Missing } else { Value::Unsigned(at as u32) };
    partition.accept(plan, meta, b"", Ok(&row(&[value])), WallClock(9_000_000))
}

#[test]
fn a_record_without_a_stamp_is_compared_with_none_and_may_have_no_time_at_all() {
    let none = RecordTime::NONE;
    for clock in LatenessClock::ALL {
        let plan = Plan { future_skew: Some(5), ..plan(clock) };
        let mut partition = new(&plan);
        accept_stamped(&mut partition, &plan, 9_000_000, none);
        assert_eq!(partition.state().max_event_time, Some(EventTime(9_000_000)), "not future");
        assert_eq!(accept_stamped(&mut partition, &plan, -1, none), Outcome::OnTime, "{clock:?}");
        let late = accept_stamped(&mut partition, &plan, 0, none);
        assert_eq!(late == Outcome::OnTime, clock == LatenessClock::Record, "{clock:?}");
        let on_time = partition.pending(Lateness::OnTime);
        assert_eq!(on_time.placings(), [(1, Placing::Nowhere)]);
        assert_eq!(on_time.event_time(1), None);
        assert_eq!(partition.state().accounting.fallback, 1);
    }
}

#[test]
fn records_that_may_not_move_the_watermark_may_open_no_pane() {
    let plan = Plan {
        future_skew: Some(5),
        earliest: Some(EventTime(20)),
        ..plan(LatenessClock::Processing)
    };
    let mut partition = new(&plan);
    for (at, stamp) in [(50, 50), (40, 50), (-1, 50), (56, 50), (55, 50), (19, 50), (20, 50)] {
        accept_stamped(&mut partition, &plan, at, RecordTime(stamp));
    }
    let late = partition.pending(Lateness::Late);
    assert_eq!(late.placings(), [2, 3, 5].map(|row| (row, Placing::Joins)));
}

#[test]
fn the_last_record_that_moved_the_watermark_far_is_remembered() {
    let hour = 3_600_000;
    for (bound, leap) in [(10, hour), (hour, 10 * hour)] {
        let watermark = BoundedOutOfOrderness { bound };
        let plan = Plan { watermark, ..plan(LatenessClock::Watermark) };
        let mut partition = new(&plan);
        let mut at = 0;
        let mut moved = |by: i64| {
            at += by;
            let offset = partition.state().next_offset;
            accept_stamped(&mut partition, &plan, at, RecordTime(7));
            partition.state().leap.filter(|leap| leap.offset == offset)
        };
        assert_eq!(moved(2 * leap), None, "the first record moves nothing");
        assert_eq!(moved(leap), None);
        let found = moved(leap + 1).expect("a leap");
        assert_eq!((found.from, found.to), (EventTime(3 * leap), EventTime(4 * leap + 1)));
        assert_eq!(moved(-2 * leap), None);
    }
}

#[test]
fn the_last_late_records_can_be_looked_at_once_they_are_handed_on() {
    let plan = plan(LatenessClock::Watermark);
    let mut partition = new(&plan);
    accept(&mut partition, &plan, 1000, 0, b"");
    for number in 0..LATE_SAMPLES_MAX as u32 + 5 {
        let raw = vec![b'x'; SAMPLE_BYTES_MAX + number as usize];
        accept(&mut partition, &plan, number, 0, &raw);
        if number % 7 == 0 {
            partition.clear_pending();
        }
    }
    let before = partition.late_samples();
    assert_eq!(before.last().map(|sample| sample.offset), Some(22), "the others still wait");
    partition.clear_pending();
    let samples = partition.late_samples();
    let offsets: Vec<i64> = samples.iter().map(|sample| sample.offset).collect();
    assert_eq!(offsets, (6..26).collect::<Vec<i64>>(), "the last twenty, oldest first");
    let last = samples.last().expect("twenty samples");
    assert_eq!((last.event_time, last.delay), (EventTime(24), 990 - 24));
    assert_eq!((last.record.len(), last.record_bytes), (SAMPLE_BYTES_MAX, 280));
}

#[test]
fn samples_of_a_run_before_make_room_one_by_one() {
    let plan = plan(LatenessClock::Watermark);
    let mut first = new(&plan);
    accept(&mut first, &plan, 1000, 0, b"");
    for _ in 0..LATE_SAMPLES_MAX {
        accept(&mut first, &plan, 0, 0, b"");
    }
    first.clear_pending();
    let (state, samples) = (first.state().clone(), first.late_samples());
    let mut resumed = Partition::new(&plan, state, first.cursor(), samples);
    assert_eq!(resumed.watermark(&plan), first.watermark(&plan));
    accept(&mut resumed, &plan, 0, 0, b"");
    resumed.clear_pending();
    let offsets: Vec<i64> = resumed.late_samples().iter().map(|sample| sample.offset).collect();
    assert_eq!(offsets, (2..22).collect::<Vec<i64>>());
}

#[test]
fn reading_resumes_where_the_kind_of_gap_says() {
    for (kind, next_offset, name) in [
        (GapKind::LogStartMoved, 9, "log_start_moved"),
        (GapKind::LogEndMoved, 4, "log_end_moved"),
        (GapKind::TopicRecreated, 9, "topic_recreated"),
        (GapKind::FileReplaced, 9, "file_replaced"),
        (GapKind::FileRewritten, 9, "file_rewritten"),
    ] {
        let gap = OffsetGap { kind, from: 4, to: 9 };
        let mut state = PartitionState::starting_at(0);
        state.skip(gap);
        assert_eq!((state.next_offset, state.origin), (next_offset, 0), "{kind:?}");
        assert_eq!(state.gaps, [gap]);
        assert_eq!(kind.name(), name);
    }
}

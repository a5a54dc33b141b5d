use streamgauge_core::{GapKind, Marks, MetricAccounting, OffsetGap};

use super::*;

const ALL: Reach = Reach { low: 0, asked: None, without_lost: false };

fn mark(gaps: u32, offset: i64) -> Mark {
    Mark { gaps, offset, max_event_time: Some(EventTime(offset * 10)), is_kept: false }
}

fn empty(origin: i64) -> MetricSnapshot {
    MetricSnapshot {
        id: "age".to_owned(),
        state_version: 1,
        origin,
        next_offset: origin,
        accounting: MetricAccounting::default(),
        windows: Vec::new(),
        phase: MetricPhase::lagging(MetricPlace::default()),
        build: 0,
        poison: None,
        missed: Vec::new(),
    }
}

/// A metric that has counted every record before `next_offset`.
fn counted(next_offset: i64) -> MetricSnapshot {
    let accounting = MetricAccounting { on_time: next_offset as u64, late: 0, excluded: 0 };
    MetricSnapshot { next_offset, accounting, build: 3, ..empty(0) }
}

/// A partition that has read 1000 records, with a mark at each hundredth.
fn partition(gaps: Vec<OffsetGap>) -> PartitionSnapshot {
    let passed = gaps.len() as u32;
    let marks = (1..=10).map(|hundred| mark(passed, hundred * 100)).collect();
    let state = PartitionState {
        next_offset: 1000,
        max_event_time: Some(EventTime(10_000)),
        gaps,
        marks: Marks::from_parts(5, marks).expect("ten are few enough"),
        ..PartitionState::starting_at(0)
    };
    let (position, late_samples, metrics) = (Position::default(), Vec::new(), Vec::new());
    PartitionSnapshot { partition: 7, position, late_samples, state, metrics }
}

fn missed(gaps: u32, from: i64, to: i64) -> MissedRecords {
    MissedRecords { gaps, from, to }
}

#[test]
fn a_metric_goes_on_from_its_own_place_while_the_log_reaches_back_to_it() {
    let metric = counted(250);
    let found = begin(empty, &partition(Vec::new()), &metric, Reach { low: 250, ..ALL });
    let found = found.expect("it is there");
    assert_eq!((found.metric, found.read_from), (metric, 250));
    assert_eq!(found.place, MetricPlace::default());
}

#[test]
fn records_that_are_gone_are_named_and_missed_only_if_that_is_accepted() {
    let (partition, metric) = (partition(Vec::new()), counted(250));
    let reach = Reach { low: 420, ..ALL };
    let gone = begin(empty, &partition, &metric, reach).expect_err("they are gone");
    // The largest event time is known at 500 again.
    assert_eq!(gone.to_string(), "7@250 to 7@499");
    let place = MetricPlace::default();
    assert_eq!(lost(&partition, &metric, &place, 420), Some(gone));
    assert_eq!(lost(&partition, &metric, &place, 250), None);
    let found = begin(empty, &partition, &metric, Reach { without_lost: true, ..reach });
    let found = found.expect("that is accepted");
    assert_eq!((found.read_from, found.metric.next_offset, found.metric.build), (500, 500, 3));
    assert_eq!(found.metric.missed, [missed(0, 250, 500)]);
    assert_eq!(found.place.max_event_time, Some(EventTime(5000)));
}

#[test]
fn what_is_missed_is_told_for_each_log_that_there_was() {
    let gap = |kind, from, to| OffsetGap { kind, from, to };
    let gaps = vec![
        gap(GapKind::LogEndMoved, 600, 640),
        gap(GapKind::LogStartMoved, 700, 750),
        gap(GapKind::TopicRecreated, 900, 30),
    ];
    let reach = Reach { low: 30, without_lost: true, ..ALL };
    let found = begin(empty, &partition(gaps), &counted(250), reach).expect("that is accepted");
    // The first log up to where it was cut, what came in its place, and the rest of that.
    let expected =
        [missed(0, 250, 640), missed(1, 600, 700), missed(2, 750, 900), missed(3, 30, 100)];
    assert_eq!(found.metric.missed, expected);
    assert_eq!((found.place.gaps, found.read_from), (3, 100));
}

#[test]
fn a_metric_misses_so_many_ranges_and_no_more() {
    let mut metric = counted(250);
    metric.missed = vec![missed(0, 1, 2); MISSED_MAX - 1];
    let reach = Reach { low: 420, without_lost: true, ..ALL };
    let found = begin(empty, &partition(Vec::new()), &metric, reach).expect("one more");
    assert_eq!(found.metric.missed.len(), MISSED_MAX);
    metric.missed.push(missed(0, 1, 2));
    assert!(begin(empty, &partition(Vec::new()), &metric, reach).is_err());
}

#[test]
fn a_metric_without_a_state_begins_where_it_is_asked_to_or_as_early_as_it_can() {
    let begun = |reach| {
        let found = begin(empty, &partition(Vec::new()), &empty(0), reach).expect("it may");
        let time = found.place.max_event_time.map(|time| time.0);
        (found.metric.origin, found.read_from, time)
    };
    let asked = |offset| Reach { asked: Some(offset), ..ALL };
    assert_eq!(begun(ALL), (0, 0, None));
    assert_eq!(begun(Reach { low: 420, ..ALL }), (500, 500, Some(5000)));
    // From the mark before, so that the largest event time is known at the first record.
    assert_eq!(begun(asked(555)), (555, 500, Some(5000)));
    assert_eq!(begun(asked(600)), (600, 600, Some(6000)));
    assert_eq!(begun(asked(55)), (55, 0, None));
    assert_eq!(begun(asked(-5)), (0, 0, None));
    assert_eq!(begun(asked(5000)), (1000, 1000, Some(10_000)), "no record is so new");
    // The mark before is gone with its records.
    assert_eq!(begun(Reach { low: 520, ..asked(555) }), (600, 600, Some(6000)));
    // A metric that has begun is not asked again.
    let found =
        begin(empty, &partition(Vec::new()), &counted(250), asked(555)).expect("it is there");
    assert_eq!(found.read_from, 250);
}

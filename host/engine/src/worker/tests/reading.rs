//! How records are read: clocks, configurations, the place of the last record, and holds.

use streamgauge_core::{CsvColumns, digest_of};

use super::*;

/// One record of partition 0.
fn take_one(driven: &mut Driven, offset: i64, stamp: i64, value: Option<&[u8]>) -> Vec<Held> {
    let mut buffer = BlockBuffer::default();
    let meta = RecordMeta { offset, time: RecordTime(stamp), cursor: 10 * offset as u64 };
    buffer.push(0, meta, value);
    driven.tell(Event::Records(buffer.block())).held
}

fn last(driven: &Driven) -> Arc<PartitionSnapshot> {
    driven.outbox.read().0.remove(0)
}

#[test]
fn lateness_by_the_wall_clock_asks_the_moment_unless_time_stands_still() {
    let late = |now: Option<WallClock>, wall: i64| {
        let mut setup = setup(&[0]);
        let plan = Plan { lateness: LatenessClock::Processing, ..(*plan()).clone() };
        (setup.configuration.plan, setup.now) = (Arc::new(plan), now);
        let mut driven = Driven::of(setup);
        driven.now.wall = WallClock(wall);
        take_one(&mut driven, 0, 0, Some(b"{\"at\":5000}"));
        driven.tell(Event::Stop);
        last(&driven).state.accounting.late
    };
    assert_eq!((late(None, 5100), late(None, 5101)), (0, 1), "by more than the bound");
    assert_eq!(late(Some(WallClock(5100)), 9_000_000), 0);
    assert_eq!(late(Some(WallClock(5101)), 0), 1);
}

#[test]
fn latency_of_a_source_without_true_stamps_counts_from_the_taking() {
    let sum = |latency_from: LatencyFrom| {
        let mut driven = Driven::of(EngineSetup { latency_from, ..setup(&[0]) });
        let stamp = driven.now.wall.0 - 70_000;
        take_one(&mut driven, 0, stamp, Some(b"{\"at\":1}"));
        driven.wait(25);
        driven.tell(Event::Stop);
        driven.outbox.report().counts.latency.sum_ms()
    };
    assert_eq!((sum(LatencyFrom::Taken), sum(LatencyFrom::Stamp)), (25, 70_025));
}

#[test]
fn the_last_record_is_remembered_whatever_became_of_it() {
    let values: [(Option<&[u8]>, i64); 4] = [
        (Some(b"{\"at\":9000}"), 70),
        (Some(b"{\"at\":1}"), 71),
        (Some(b"no JSON"), 72),
        (None, 73),
    ];
    let mut driven = Driven::new(&[0]);
    for (offset, (value, stamp)) in (0..).zip(values) {
        take_one(&mut driven, offset, stamp, value);
        driven.wait(100);
        driven.tick();
        let position = last(&driven).position;
        let digest = digest_of(value.unwrap_or_default());
        assert_eq!(
            position,
            Position {
                cursor: 10 * offset as u64,
                last: Some((RecordTime(stamp), digest)),
                read_to: None,
                mark: None,
            }
        );
    }
    // All in one batch: it is the one with the largest offset.
    let mut at_once = Driven::new(&[0]);
    for (offset, (value, stamp)) in (0..).zip(values) {
        take_one(&mut at_once, offset, stamp, value);
    }
    at_once.tell(Event::Stop);
    assert_eq!(last(&at_once), last(&driven));
}

#[test]
fn another_configuration_counts_for_all_records_after_it_and_none_before() {
    let mut driven = Driven::new(&[0]);
    take_one(&mut driven, 0, 0, Some(b"{\"at\":5000}"));
    take_one(&mut driven, 1, 0, Some(b"{\"at\":4899}"));
    let old = plan();
    let schema = Schema::new(old.projection.fields().to_vec()).expect("a schema");
    let plan = Plan { watermark: BoundedOutOfOrderness { bound: 1000 }, ..(*old).clone() };
    let decoder = Decoder::csv(&plan.projection, &CsvColumns::in_schema_order(&schema));
    let mut configuration = configuration(LateOutput::Collected);
    (configuration.plan, configuration.decoder) = (Arc::new(plan), decoder);
    configuration.batch.max_delay = Duration::from_millis(7);
    driven.tell(Event::Reconfigure(Box::new(configuration)));
    assert_eq!(driven.engine.due(), None, "what was taken was handed on");
    let taken_at = driven.now.at;
    take_one(&mut driven, 2, 0, Some(b"4000"));
    driven.tick();
    assert_eq!(driven.engine.due(), Some(taken_at + Duration::from_millis(7)));
    take_one(&mut driven, 3, 0, Some(b"3999"));
    take_one(&mut driven, 4, 0, Some(b"{\"at\":5000}"));
    driven.tell(Event::Stop);
    let books = last(&driven).state.accounting;
    assert_eq!((books.read, books.on_time, books.late, books.fallback), (5, 2, 2, 0));
    assert_eq!(books.rejected(), 1, "a JSON object is no CSV row of a required number");
    let late = driven.outbox.take().attachments.late;
    let delays: Vec<_> = late.iter().map(|record| (record.offset, record.delay)).collect();
    assert_eq!(delays, [(1, 1), (3, 1)]);
}

#[test]
fn a_partition_stays_held_under_another_configuration() {
    let mut driven = Driven::new(&[0]);
    driven.tell(Event::HoldAt { partition: 0, offset: 3 });
    driven.tell(Event::Reconfigure(Box::new(configuration(LateOutput::None))));
    let held = Held { partition: 0, next_offset: 3, cursor: 2 };
    assert_eq!(driven.take(0, 0, 9), [held]);
}

#[test]
fn a_place_that_was_passed_holds_at_once_and_a_later_one_replaces_it() {
    let mut driven = Driven::new(&[0]);
    driven.take(0, 0, 4);
    let at_once = driven.tell(Event::HoldAt { partition: 0, offset: 2 }).held;
    assert_eq!(at_once, [Held { partition: 0, next_offset: 4, cursor: 3 }]);
    driven.tick();
    assert_eq!(driven.published(), [(0, 4)], "what it had is folded");
    assert!(driven.tell(Event::HoldAt { partition: 0, offset: 6 }).held.is_empty());
    let held = Held { partition: 0, next_offset: 6, cursor: 5 };
    assert_eq!(driven.take(0, 4, 9), [held]);
}

#[test]
fn a_hold_goes_with_its_partition_and_none_is_of_others() {
    let mut driven = Driven::new(&[0]);
    assert!(driven.tell(Event::HoldAt { partition: 7, offset: 0 }).held.is_empty());
    driven.tell(Event::Release(7));
    driven.tell(Event::HoldAt { partition: 0, offset: 3 });
    let gone = driven.tell(Event::Revoke(0)).revoked.expect("it was there");
    driven.tell(Event::Assign(gone));
    assert_eq!(driven.take(0, 0, 9), []);
    driven.tell(Event::Stop);
    assert_eq!(driven.published(), [(0, 9)]);
}

#[test]
fn what_a_partition_that_went_told_stays_in_the_report() {
    let mut driven = Driven::new(&[0, 2]);
    // Stamps are far later than the event times, so all rows are old.
    let old = 100 * 86_400_000;
    take_one(&mut driven, 0, old, Some(b"{\"at\":1000}"));
    take_one(&mut driven, 1, old, Some(b"{\"at\":3}"));
    driven.tell(Event::Revoke(0));
    driven.take(2, 0, 2);
    driven.tell(Event::Stop);
    let report = driven.outbox.report();
    assert_eq!((report.counts.ages.rows, report.counts.ages.old), (4, 2));
    assert_eq!(report.delays.since(0), 897, "of the late record of partition 0");
    let records: Vec<_> = report.records.iter().map(|r| (r.partition, r.offset)).collect();
    assert_eq!(records, [(0, 1), (2, 1)], "the last one of each");
}

#[test]
fn of_several_batches_between_two_publications_the_largest_delay_is_told() {
    let mut driven = Driven::new(&[0]);
    driven.tick();
    let batches = [[5000, 1000, 5000], [5000, 4800, 5000]];
    for (offset, time) in (0..).zip(batches.iter().flatten()) {
        take_one(&mut driven, offset, 0, Some(format!("{{\"at\":{time}}}").as_bytes()));
        driven.tell(Event::Drained);
    }
    driven.wait(100);
    driven.tick();
    assert_eq!(driven.flushes(), [0, 2, 0, 0]);
    assert_eq!(driven.outbox.report().delays.since(1), 3900);
    driven.wait(100);
    driven.tick();
    assert_eq!(driven.outbox.report().delays.since(2), 0, "it was told");
}

/// The last offsets of a log may hold no record: the state is read up to there once all records
/// before are in it, and no sooner.
#[test]
fn a_log_is_read_to_its_end_where_the_end_is_no_record() {
    let mut driven = Driven::new(&[0]);
    driven.tell(Event::ReadTo { partition: 0, offset: 2 });
    driven.wait(100);
    driven.tick();
    let place = |driven: &Driven| {
        let snapshot = last(driven);
        (snapshot.state.next_offset, snapshot.read_to(), snapshot.position.read_to)
    };
    assert_eq!(place(&driven), (0, 2, Some(2)), "a log without any record");
    take_one(&mut driven, 2, 70, Some(b"{\"at\":9000}"));
    driven.tell(Event::ReadTo { partition: 0, offset: 5 });
    driven.wait(10);
    driven.tell(Event::ReadTo { partition: 7, offset: 5 });
    assert_eq!(place(&driven), (0, 2, Some(2)), "the record waits for its batch");
    driven.wait(200);
    driven.tick();
    driven.wait(100);
    driven.tick();
    assert_eq!(place(&driven), (3, 5, Some(5)));
    take_one(&mut driven, 6, 71, Some(b"{\"at\":9000}"));
    driven.tell(Event::Stop);
    assert_eq!(place(&driven), (7, 7, None), "the next offset says it alone");
}

#[test]
fn a_hold_is_reached_where_no_record_stands_before_it() {
    let mut driven = Driven::new(&[0]);
    driven.tell(Event::HoldAt { partition: 0, offset: 3 });
    let held = driven.tell(Event::ReadTo { partition: 0, offset: 3 }).held;
    assert_eq!(held.iter().map(|held| held.next_offset).collect::<Vec<_>>(), [0]);
}

/// A source that reaches the end of its log says so in one breath with records that the hold keeps out.
#[test]
fn what_a_hold_keeps_out_is_not_taken_for_read() {
    let mut driven = Driven::new(&[0]);
    driven.tell(Event::HoldAt { partition: 0, offset: 3 });
    let held = Held { partition: 0, next_offset: 3, cursor: 2 };
    assert_eq!(driven.take(0, 0, 9), [held]);
    assert!(driven.tell(Event::ReadTo { partition: 0, offset: 9 }).held.is_empty());
    assert!(driven.tell(Event::HoldAt { partition: 0, offset: 5 }).held.is_empty());
    let held = Held { partition: 0, next_offset: 5, cursor: 4 };
    assert_eq!(driven.take(0, 3, 9), [held]);
    driven.tell(Event::Stop);
    let snapshot = last(&driven);
    assert_eq!((snapshot.state.next_offset, snapshot.read_to()), (5, 5));
}

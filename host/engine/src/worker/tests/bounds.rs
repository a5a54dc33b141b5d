//! Bounds at which a batch or a publication does not wait, and what is not published again.

use streamgauge_outbox::Attachments;

use super::*;

/// As the other tests, with batches that only a bound of bytes or letters makes full.
fn roomy() -> Driven {
    let mut setup = setup(&[0]);
    setup.configuration.batch.max = NonZeroUsize::new(1 << 20).expect("not 0");
    Driven::of(setup)
}

/// A record at `offset` of so many bytes, with this event time.
fn record_of(bytes: usize, time: i64) -> Vec<u8> {
    let mut record = format!(r#"{{"at":{time}"#).into_bytes();
    record.resize(bytes - 1, b' ');
    record.push(b'}');
    record
}

/// Takes records of partition 0 from offset `from` on.
fn take_values(driven: &mut Driven, from: i64, values: &[Option<&[u8]>]) {
    let mut buffer = BlockBuffer::default();
    for (offset, value) in (from..).zip(values) {
        let meta = RecordMeta { offset, time: RecordTime(offset), cursor: offset as u64 };
        buffer.push(0, meta, *value);
    }
    driven.tell(Event::Records(buffer.block()));
}

#[test]
fn two_mebibytes_of_records_are_a_full_batch() {
    let mut driven = roomy();
    let record = record_of(1 << 20, 5000);
    take_values(&mut driven, 0, &[Some(record.as_slice())]);
    let less = record_of((1 << 20) - 1, 5000);
    take_values(&mut driven, 1, &[Some(less.as_slice())]);
    driven.tick();
    assert_eq!(driven.published(), [(0, 0)], "one byte is missing");
    take_values(&mut driven, 2, &[Some(b"{\"at\":5000}"), Some(b"{\"at\":5000}")]);
    driven.wait(100);
    driven.tell(Event::Tick);
    assert_eq!(driven.flushes(), [1, 0, 1, 0]);
    assert_eq!(driven.outbox.report().counts.batches.rows().sum(), 4);
}

#[test]
fn a_thousand_rejected_records_do_not_wait_for_a_row() {
    let mut driven = roomy();
    driven.tick();
    let next_publication = driven.engine.due();
    take_values(&mut driven, 0, &[None; 1023]);
    assert_eq!(driven.engine.due(), Some(driven.now.at + MAX_DELAY), "they wait for a row");
    take_values(&mut driven, 1023, &[None]);
    assert_eq!(driven.engine.due(), next_publication, "nothing waits");
    take_values(&mut driven, 1024, &[Some(b"[]")]);
    driven.wait(100);
    driven.tick();
    let letters = driven.outbox.take().attachments.letters;
    let letters: Vec<_> = letters.iter().collect();
    let reasons: Vec<&str> = letters.iter().map(|letter| &*letter.reason).collect();
    assert_eq!((reasons.len(), reasons[0], reasons[1024]), (1025, "empty", "not_an_object"));
    assert_eq!(
        (letters[1023].value.as_deref(), letters[1024].value.as_deref()),
        (None, Some(&b"[]"[..]))
    );
}

#[test]
fn rejected_records_alone_are_no_batch_for_the_plugins() {
    let mut driven = roomy();
    take_values(&mut driven, 0, &[None; 1024]);
    take_values(&mut driven, 1024, &[None; 3]);
    driven.tell(Event::Stop);
    assert_eq!(driven.published(), [(0, 1027)]);
    assert_eq!(
        (driven.flushes(), driven.outbox.report().counts.batches.rows().count()),
        ([0; 4], 0)
    );
}

#[test]
fn late_records_of_two_mebibytes_do_not_wait_for_the_next_publication() {
    let published_at_once = |late: &[usize]| {
        let mut driven = roomy();
        assert!(driven.tick());
        take_values(&mut driven, 0, &[Some(b"{\"at\":900000}")]);
        let records: Vec<Vec<u8>> = late.iter().map(|bytes| record_of(*bytes, 1)).collect();
        let records: Vec<Option<&[u8]>> = records.iter().map(|r| Some(r.as_slice())).collect();
        take_values(&mut driven, 1, &records);
        driven.tell(Event::Drained);
        let published = driven.tick();
        assert!(!driven.tick(), "what was published crowds no more");
        published
    };
    assert!(!published_at_once(&[1 << 20, 1 << 10]));
    assert!(published_at_once(&[1 << 20; 2]), "with what each takes beside its bytes");
}

#[test]
fn what_did_not_change_is_not_published_again() {
    let mut driven = Driven::new(&[0, 2]);
    let snapshots = |reply: Reply| reply.publish.expect("it is due").0.snapshots;
    let numbers = |snapshots: &[Arc<PartitionSnapshot>]| -> Vec<u32> {
        snapshots.iter().map(|snapshot| snapshot.partition).collect()
    };
    let first = driven.engine.handle(Event::Tick, driven.now);
    assert_eq!(numbers(&snapshots(first)), [0, 2], "also before the first record");
    driven.take(2, 0, 3);
    driven.wait(100);
    let second = driven.engine.handle(Event::Tick, driven.now);
    assert_eq!(numbers(&snapshots(second)), [2]);
    driven.wait(100);
    let third = driven.engine.handle(Event::Tick, driven.now);
    assert_eq!(numbers(&snapshots(third)), [0_u32; 0], "the report is there nevertheless");
}

#[test]
fn what_was_read_before_changes_nothing_but_the_count_of_what_was_taken() {
    let mut driven = Driven::new(&[0]);
    driven.take(0, 0, 9);
    driven.tell(Event::Drained);
    driven.wait(100);
    driven.tick();
    let (before, report) = (driven.outbox.take(), driven.outbox.report());
    driven.take(0, 0, 9);
    assert_eq!(driven.engine.due(), Some(driven.now.at + PUBLISH_EVERY), "no row waits");
    driven.tell(Event::Stop);
    let after = driven.outbox.take();
    assert_eq!(after.snapshots, before.snapshots);
    assert_eq!(after.attachments, Attachments::default());
    let again = driven.outbox.report();
    assert_eq!((report.counts.taken, again.counts.taken), (9, 18));
    assert_eq!(again.counts.latency, report.counts.latency);
}

#[test]
#[should_panic(expected = "a partition comes once")]
fn a_partition_cannot_come_twice() {
    let mut driven = Driven::new(&[0]);
    driven.tell(Event::Assign(Arc::new(fresh(0))));
}

/// Takes a block of so many records of each of these partitions.
fn take_of_each(driven: &mut Driven, partitions: std::ops::Range<u32>, from: i64, records: i64) {
    for partition in partitions {
        let mut buffer = BlockBuffer::default();
        for offset in from..from + records {
            let meta = RecordMeta { offset, time: RecordTime(offset), cursor: 0 };
            buffer.push(partition, meta, Some(&record_of(200, 5000)));
        }
        driven.tell(Event::Records(buffer.block()));
    }
}

fn roomy_with(partitions: u32, batch: usize) -> Driven {
    let mut setup = setup(&(0..partitions).collect::<Vec<_>>());
    setup.configuration.batch.max = NonZeroUsize::new(batch).expect("not 0");
    Driven::of(setup)
}

#[test]
fn batches_of_many_partitions_take_no_more_memory_than_those_of_a_few() {
    let most = |partitions: u32| {
        let mut driven = roomy_with(partitions, 8192);
        let mut most = 0;
        for from in (0..40_000).step_by(2000) {
            take_of_each(&mut driven, 0..partitions, from, 2000);
            most = most.max(driven.engine.buffer_bytes());
        }
        driven.tell(Event::Stop);
        let expected: Vec<_> = (0..partitions).map(|partition| (partition, 40_000)).collect();
        assert_eq!(driven.published(), expected);
        most
    };
    let [few, many] = [most(4), most(64)];
    assert!(few > 4 << 20, "{few} bytes: batches fill");
    // Those that wait, those that are spare, and the batch of the last block.
    assert!(many < 28 << 20, "{many} bytes");
}

#[test]
fn batches_of_five_partitions_are_full_before_they_are_handed_on() {
    let mut driven = roomy_with(5, 8192);
    for from in (0..16_384).step_by(2048) {
        take_of_each(&mut driven, 0..5, from, 2048);
    }
    driven.tell(Event::Stop);
    let report = driven.outbox.report();
    let batches = &report.counts.batches;
    assert_eq!((batches.rows().count(), batches.rows().sum()), (10, 10 * 8192));
}

//! States and letters are handed over together, letters once and in order, states again and again.

use std::borrow::Cow;
use std::thread;

use proptest::prelude::*;
use streamgauge_core::{EventTime, PartitionState, Position, RecordTime, TimeWindow, WindowSpec};

use super::*;
use crate::{DeadLetter, LateRecord, LateRecords, Letters, Overview, Sides, WorkerCounts};

fn letter(offset: i64, bytes: usize) -> DeadLetter<'static> {
    DeadLetter {
        partition: 0,
        offset,
        time: RecordTime(0),
        metric: None,
        reason: "not_json".into(),
        detail: None,
        value: Some(Cow::Owned(vec![b'x'; bytes])),
    }
}

fn late(offset: i64, bytes: usize) -> LateRecord<'static> {
    LateRecord {
        partition: 0,
        offset,
        time: RecordTime(0),
        event_time: EventTime(0),
        watermark: None,
        delay: 1,
        value: Cow::Owned(vec![b'x'; bytes]),
    }
}

fn pane(start: i64) -> Arc<FinalPane> {
    Arc::new(FinalPane {
        metric: "behavior".to_owned(),
        build: 0,
        spec: WindowSpec::Tumbling { size: 60_000 },
        partition: 0,
        state_version: 1,
        window: TimeWindow { start: EventTime(start), end: EventTime(start + 60_000) },
        corrections: 0,
        on_time: None,
        late: None,
    })
}

fn snapshot(partition: u32, next_offset: i64) -> Arc<PartitionSnapshot> {
    Arc::new(PartitionSnapshot {
        partition,
        position: Position::default(),
        late_samples: Vec::new(),
        state: PartitionState { next_offset, ..PartitionState::starting_at(0) },
        metrics: Vec::new(),
    })
}

fn publish(outbox: &Outbox, snapshot: Arc<PartitionSnapshot>, letters: Vec<DeadLetter<'_>>) {
    let letters = letters.into_iter().collect();
    let attachments = Attachments { letters, ..Attachments::default() };
    outbox.publish(Publication { snapshots: vec![snapshot], attachments }, WorkerReport::default());
}

/// Publishes what belongs to a state without one.
fn attach(outbox: &Outbox, attachments: Attachments) {
    outbox.publish(Publication { attachments, ..Publication::default() }, WorkerReport::default());
}

fn letters_back(letters: Letters) -> Attachments {
    Attachments { letters, ..Attachments::default() }
}

fn offsets(letters: &Letters) -> Vec<i64> {
    letters.iter().map(|letter| letter.offset).collect()
}

#[test]
fn letters_are_taken_once_and_states_stay() {
    let outbox = Outbox::default();
    publish(&outbox, snapshot(1, 10), vec![letter(1, 0), letter(9, 0)]);
    publish(&outbox, snapshot(0, 5), vec![letter(4, 0)]);
    publish(&outbox, snapshot(1, 20), vec![letter(12, 0)]);
    let Publication { snapshots: states, attachments } = outbox.take();
    let places: Vec<_> = states.iter().map(|s| (s.partition, s.state.next_offset)).collect();
    assert_eq!(places, [(0, 5), (1, 20)]);
    assert_eq!(offsets(&attachments.letters), [1, 9, 4, 12]);
    let again = outbox.take();
    assert_eq!((again.snapshots, again.attachments), (states, Attachments::default()));
}

#[test]
fn letters_that_were_put_back_come_before_later_ones() {
    let outbox = Outbox::default();
    publish(&outbox, snapshot(0, 3), vec![letter(1, 0), letter(2, 0)]);
    let letters = outbox.take().attachments.letters;
    publish(&outbox, snapshot(0, 5), vec![letter(4, 0)]);
    outbox.put_back(letters_back(letters));
    assert_eq!(offsets(&outbox.take().attachments.letters), [1, 2, 4]);
}

#[test]
fn a_crowd_of_letters_is_noticed_until_it_is_taken() {
    let outbox = Outbox::default();
    let half = UNSTORED_BYTES_MAX / 2;
    publish(&outbox, snapshot(0, 1), vec![letter(0, half / 2)]);
    assert!(!outbox.is_crowded());
    publish(&outbox, snapshot(0, 2), vec![letter(1, half / 2)]);
    assert!(outbox.is_crowded());
    let letters = outbox.take().attachments.letters;
    assert!(!outbox.is_crowded(), "it is being written");
    outbox.put_back(letters_back(letters));
    assert!(outbox.is_crowded());
}

#[test]
fn late_records_crowd_and_come_back_as_letters_do() {
    let outbox = Outbox::default();
    let add = |record| {
        attach(
            &outbox,
            Attachments { late: LateRecords::from_iter([record]), ..Attachments::default() },
        );
    };
    add(late(1, UNSTORED_BYTES_MAX));
    assert!(outbox.is_crowded() && !outbox.wait_for_room(0, Duration::from_millis(1)));
    let taken = outbox.take();
    assert!(!outbox.is_crowded());
    add(late(2, 0));
    outbox.put_back(taken.attachments);
    assert!(outbox.is_crowded());
    let offsets: Vec<i64> =
        outbox.take().attachments.late.iter().map(|record| record.offset).collect();
    assert_eq!(offsets, [1, 2]);
}

#[test]
fn final_panes_stay_until_they_are_stored() {
    let outbox = Outbox::default();
    let add = |pane| {
        attach(&outbox, Attachments { final_panes: vec![pane], ..Attachments::default() });
    };
    add(pane(0));
    let taken = outbox.take().attachments.final_panes;
    add(pane(60_000));
    assert_eq!(outbox.read().1.len(), 2);
    outbox.put_back(Attachments { final_panes: taken.clone(), ..Attachments::default() });
    assert_eq!(outbox.read().1, [pane(0), pane(60_000)], "they were never taken out");
    outbox.stored(taken.len());
    assert_eq!(outbox.take().attachments.final_panes, [pane(60_000)]);
}

#[test]
fn a_worker_waits_while_there_is_no_room() {
    let outbox = Outbox::default();
    publish(&outbox, snapshot(0, 1), vec![letter(0, UNSTORED_BYTES_MAX / 2 + 1)]);
    assert!(outbox.wait_for_room(0, Duration::ZERO), "half full is not full");
    publish(&outbox, snapshot(0, 2), vec![letter(1, UNSTORED_BYTES_MAX / 2)]);
    assert!(!outbox.wait_for_room(0, Duration::from_millis(1)));
    thread::scope(|scope| {
        let waiting = scope.spawn(|| outbox.wait_for_room(0, Duration::from_mins(1)));
        outbox.take();
        assert!(!outbox.wait_for_room(0, Duration::ZERO), "what is being written still counts");
        outbox.stored(0);
        assert!(waiting.join().expect("it does not panic"), "there is room again");
    });
}

#[test]
fn a_partition_that_moved_is_taken_in_its_newest_state_until_the_old_one_is_forgotten() {
    let (from, to) = (Arc::new(Outbox::default()), Arc::new(Outbox::default()));
    publish(&from, snapshot(3, 100), vec![letter(99, 0)]);
    publish(&to, snapshot(3, 120), Vec::new());
    let offsets = |overview: &Overview| -> Vec<i64> {
        overview.partitions.iter().map(|s| s.state.next_offset).collect()
    };
    let outboxes = [to, Arc::clone(&from)];
    let ended = WorkerCounts { taken: 5, ..WorkerCounts::default() };
    let overview = Overview::of(&outboxes, &Sides::default(), &ended);
    assert_eq!((offsets(&overview), overview.counts.taken), (vec![120], 5));
    from.forget(3);
    assert_eq!(from.take().snapshots.len(), 0);
    assert_eq!(offsets(&Overview::of(&outboxes, &Sides::default(), &ended)), [120]);
}

#[test]
fn a_report_is_replaced_whole() {
    let outbox = Outbox::default();
    let report = |taken| WorkerReport {
        counts: WorkerCounts { taken, ..WorkerCounts::default() },
        ..WorkerReport::default()
    };
    outbox.publish(Publication::default(), report(3));
    outbox.publish(Publication::default(), report(9));
    assert_eq!(outbox.report().counts.taken, 9);
}

#[test]
fn a_worker_begins_with_states_that_its_first_publication_replaces() {
    let outbox = Outbox::beginning_with([snapshot(4, 10), snapshot(1, 7)]);
    outbox.add(snapshot(2, 0));
    publish(&outbox, snapshot(4, 12), Vec::new());
    let states = outbox.take().snapshots;
    let places: Vec<_> = states.iter().map(|s| (s.partition, s.state.next_offset)).collect();
    assert_eq!(places, [(1, 7), (2, 0), (4, 12)]);
    assert_eq!(outbox.partitions(), 3);
    outbox.forget(9);
    outbox.forget(1);
    assert_eq!(outbox.partitions(), 2);
}

/// What happens to an outbox.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// The worker publishes so many letters, late records and panes.
    Publish(usize, usize, usize),
    /// The checkpointer takes what there is.
    Take,
    /// What was taken is stored.
    Store,
    /// What was taken could not be stored.
    Fail,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let publish = (0..4_usize, 0..3_usize, 0..3_usize).prop_map(|(l, r, p)| Step::Publish(l, r, p));
    let step = prop_oneof![publish, Just(Step::Take), Just(Step::Store), Just(Step::Fail)];
    prop::collection::vec(step, 0..40)
}

/// Letters, late records and panes by their numbers, in the order in which they were stored.
#[derive(Debug, Default, PartialEq)]
struct Stored(Vec<i64>, Vec<i64>, Vec<i64>);

impl Stored {
    fn store(&mut self, outbox: &Outbox, taken: &Attachments) {
        self.0.extend(offsets(&taken.letters));
        self.1.extend(taken.late.iter().map(|record| record.offset));
        self.2.extend(taken.final_panes.iter().map(|pane| pane.window.start.0));
        outbox.stored(taken.final_panes.len());
    }
}

proptest! {
    #[test]
    fn whatever_fails_everything_is_stored_once_and_in_order(steps in steps()) {
        let outbox = Outbox::default();
        let (mut stored, mut published, mut taken) = (Stored::default(), [0_i64; 3], None);
        let mut next = |kind: usize| {
            published[kind] += 1;
            published[kind] - 1
        };
        for step in steps {
            match step {
                Step::Publish(letters, records, panes) => attach(&outbox, Attachments {
                    letters: (0..letters).map(|_| letter(next(0), 100)).collect(),
                    late: (0..records).map(|_| late(next(1), 50)).collect(),
                    final_panes: (0..panes).map(|_| pane(next(2))).collect(),
                }),
                Step::Take if taken.is_none() => taken = Some(outbox.take().attachments),
                Step::Store => taken.take().iter().for_each(|t| stored.store(&outbox, t)),
                Step::Fail => taken.take().into_iter().for_each(|t| outbox.put_back(t)),
                Step::Take => {}
            }
            let content = outbox.lock();
            prop_assert_eq!(content.waiting_bytes, content.waiting.size_bytes());
            let held = |taken: &Attachments| taken.letters.heap_bytes() + taken.late.heap_bytes();
            prop_assert_eq!(content.taken_bytes, taken.as_ref().map_or(0, held));
        }
        if let Some(taken) = taken {
            stored.store(&outbox, &taken);
        }
        stored.store(&outbox, &outbox.take().attachments);
        let all = published.map(|count| (0..count).collect::<Vec<_>>());
        let [letters, records, panes] = all;
        prop_assert_eq!(stored, Stored(letters, records, panes));
        prop_assert_eq!(outbox.lock().waiting_bytes, 0);
    }
}

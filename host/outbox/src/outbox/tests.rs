//! States and letters are handed over together, letters once and in order, states again and again.

use std::thread;

use streamgauge_core::{EventTime, PartitionState, Position, TimeWindow, WindowSpec};

use super::*;

fn letter(offset: i64, bytes: usize) -> DeadLetter {
    DeadLetter {
        partition: 0,
        offset,
        timestamp: 0,
        metric: None,
        reason: "not_json",
        detail: None,
        value: Some(vec![b'x'; bytes]),
    }
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

fn publish(outbox: &Outbox, snapshot: Arc<PartitionSnapshot>, letters: Vec<DeadLetter>) {
    let mut content = outbox.lock();
    content.snapshots.insert(snapshot.partition, snapshot);
    content.add(Unexported { letters, ..Unexported::default() });
}

fn offsets(letters: &[DeadLetter]) -> Vec<i64> {
    letters.iter().map(|letter| letter.offset).collect()
}

#[test]
fn letters_are_taken_once_and_states_stay() {
    let outbox = Outbox::default();
    publish(&outbox, snapshot(1, 10), vec![letter(1, 0), letter(9, 0)]);
    publish(&outbox, snapshot(0, 5), vec![letter(4, 0)]);
    publish(&outbox, snapshot(1, 20), vec![letter(12, 0)]);
    let Taken { snapshots: states, letters, .. } = outbox.take();
    let places: Vec<_> = states.iter().map(|s| (s.partition, s.state.next_offset)).collect();
    assert_eq!(places, [(0, 5), (1, 20)]);
    assert_eq!(offsets(&letters), [1, 9, 4, 12]);
    let again = outbox.take();
    assert_eq!((again.snapshots, again.letters), (states, Vec::new()));
}

#[test]
fn letters_that_were_put_back_come_before_later_ones() {
    let outbox = Outbox::default();
    publish(&outbox, snapshot(0, 3), vec![letter(1, 0), letter(2, 0)]);
    let letters = outbox.take().letters;
    publish(&outbox, snapshot(0, 5), vec![letter(4, 0)]);
    outbox.put_back(letters, Vec::new());
    assert_eq!(offsets(&outbox.take().letters), [1, 2, 4]);
}

#[test]
fn a_crowd_of_letters_is_noticed_until_it_is_taken() {
    let outbox = Outbox::default();
    let half = WAITING_BYTES_MAX / 2;
    publish(&outbox, snapshot(0, 1), vec![letter(0, half / 2)]);
    assert!(!outbox.is_crowded());
    publish(&outbox, snapshot(0, 2), vec![letter(1, half / 2)]);
    assert!(outbox.is_crowded());
    let letters = outbox.take().letters;
    assert!(!outbox.is_crowded());
    outbox.put_back(letters, Vec::new());
    assert!(outbox.is_crowded());
}

#[test]
fn late_records_crowd_and_come_back_as_letters_do() {
    let late = |offset, bytes| LateRecord {
        partition: 0,
        offset,
        timestamp: 0,
        event_time: EventTime(0),
        watermark: None,
        delay: 1,
        value: vec![b'x'; bytes],
    };
    let outbox = Outbox::default();
    let add = |record| {
        outbox.lock().add(Unexported { late: vec![record], ..Unexported::default() });
    };
    add(late(1, WAITING_BYTES_MAX));
    assert!(outbox.is_crowded() && !outbox.wait_for_room(Duration::from_millis(1)));
    let taken = outbox.take();
    assert!(!outbox.is_crowded());
    add(late(2, 0));
    outbox.put_back(taken.letters, taken.late);
    assert!(outbox.is_crowded());
    let offsets: Vec<i64> = outbox.take().late.iter().map(|record| record.offset).collect();
    assert_eq!(offsets, [1, 2]);
}

#[test]
fn final_panes_stay_until_they_are_stored() {
    let outbox = Outbox::default();
    let pane = |start: i64| {
        Arc::new(FinalPane {
            metric: "behavior".to_owned(),
            spec: WindowSpec::Tumbling { size: 60_000 },
            partition: 0,
            state_version: 1,
            window: TimeWindow { start: EventTime(start), end: EventTime(start + 60_000) },
            corrections: 0,
            on_time: None,
            late: None,
        })
    };
    let add = |pane| {
        outbox.lock().add(Unexported { final_panes: vec![pane], ..Unexported::default() });
    };
    add(pane(0));
    let taken = outbox.take().final_panes;
    add(pane(60_000));
    assert_eq!(outbox.lock().final_panes().len(), 2);
    outbox.stored(taken.len());
    assert_eq!(outbox.take().final_panes, [pane(60_000)]);
}

#[test]
fn a_worker_waits_while_there_is_no_room() {
    let outbox = Outbox::default();
    publish(&outbox, snapshot(0, 1), vec![letter(0, WAITING_BYTES_MAX / 2 + 1)]);
    assert!(outbox.wait_for_room(Duration::ZERO), "half full is not full");
    publish(&outbox, snapshot(0, 2), vec![letter(1, WAITING_BYTES_MAX / 2)]);
    assert!(!outbox.wait_for_room(Duration::from_millis(1)));
    thread::scope(|scope| {
        let waiting = scope.spawn(|| outbox.wait_for_room(Duration::from_mins(1)));
        outbox.take();
        assert!(waiting.join().expect("it does not panic"), "there is room again");
    });
}

#[test]
fn the_last_letters_are_remembered_with_the_beginning_of_their_records() {
    let outbox = Outbox::default();
    let many = (0..50).map(|offset| letter(offset, 1000)).collect();
    publish(&outbox, snapshot(0, 50), many);
    let content = outbox.lock();
    let remembered: Vec<i64> =
        content.recent_letters.iter().map(|recent| recent.letter.offset).collect();
    assert_eq!(remembered, (30..50).collect::<Vec<_>>());
    let last = &content.recent_letters[19];
    assert_eq!(last.letter.value.as_ref().map(Vec::len), Some(256));
    assert_eq!(last.record_bytes, 1000);
}

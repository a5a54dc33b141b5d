//! The embedded store: two generations, history, going back, exports; and checkpoints that are cut
//! off at every single step of input and output.

mod crashes;
mod damaged;
mod disk;
mod exporting;
mod faults;
mod golden;
mod growing;
mod reading;
mod removed;
mod stopped;

use std::path::Path;
use std::sync::Arc;

use streamgauge_core::{
    EventTime, FinalPane, MetricAccounting, MetricPhase, MetricPlace, MetricSnapshot, MetricStop,
    PartitionSnapshot, PartitionState, Position, TimeWindow, WindowSpec,
};

use super::*;

const HOUR: i64 = 3_600_000;

/// One partition at `offset`, with event time that far.
fn snapshot(partition: u32, offset: i64) -> Arc<PartitionSnapshot> {
    let state = PartitionState {
        next_offset: offset,
        max_event_time: Some(EventTime(offset * HOUR)),
        ..PartitionState::starting_at(0)
    };
    let position = Position::default();
    let (late_samples, metrics) = (Vec::new(), Vec::new());
    Arc::new(PartitionSnapshot { partition, position, late_samples, state, metrics })
}

fn pane(hour: i64) -> Arc<FinalPane> {
    Arc::new(FinalPane {
        metric: "behavior".to_owned(),
        build: 0,
        spec: WindowSpec::tumbling(HOUR).expect("a window"),
        partition: 0,
        state_version: 1,
        window: TimeWindow { start: EventTime(hour * HOUR), end: EventTime((hour + 1) * HOUR) },
        corrections: 0,
        on_time: Some(Arc::from(hour.to_le_bytes().as_slice())),
        late: None,
    })
}

fn checkpoint(offset: i64, panes: &[i64]) -> Checkpoint {
    Checkpoint {
        settings: [("event_time.bound".to_owned(), "300s".to_owned())].into(),
        partitions: vec![snapshot(0, offset), snapshot(1, offset * 2)],
        kept: Vec::new(),
        final_panes: panes.iter().map(|hour| pane(*hour)).collect(),
        dead_letter_bytes: 7 * offset.unsigned_abs(),
        dead_letter_segment: 3 * offset.unsigned_abs(),
        dead_letters: offset.unsigned_abs(),
        late_output_bytes: 11 * offset.unsigned_abs(),
        late_output_segment: 5 * offset.unsigned_abs(),
        late_output_records: 2 * offset.unsigned_abs(),
        dead_letters_to: Some("file ../letters.jsonl".to_owned()),
        late_output_to: Some("topic late".to_owned()),
        identity: "5a".repeat(16),
        stored_at: None,
    }
}

/// The checkpoint of `offset` as it is loaded.
fn loaded(offset: i64) -> Checkpoint {
    checkpoint(offset, &[])
}

#[track_caller]
fn assert_same(found: &Checkpoint, expected: &Checkpoint) {
    assert_eq!(found.settings, expected.settings);
    assert_eq!(found.partitions, expected.partitions);
    assert_eq!(found.dead_letter_bytes, expected.dead_letter_bytes);
    assert_eq!(found.dead_letter_segment, expected.dead_letter_segment);
    assert_eq!(found.late_output_segment, expected.late_output_segment);
    assert_eq!(found.dead_letters, expected.dead_letters);
    assert_eq!(found.late_output_bytes, expected.late_output_bytes);
    assert_eq!(found.late_output_records, expected.late_output_records);
    assert_eq!(found.dead_letters_to, expected.dead_letters_to);
    assert_eq!(found.late_output_to, expected.late_output_to);
    assert_eq!(found.identity, expected.identity);
}

/// Stores what an export holds.
fn import(store: &mut EmbeddedStore, bytes: &[u8]) -> Result<(), StateError> {
    let from = Path::new("export");
    store.import(&mut ExportReader::begin(bytes).map_err(|error| error.of(from))?, from)
}

fn hours(panes: &[Arc<FinalPane>]) -> Vec<i64> {
    panes.iter().map(|pane| pane.window.start.0 / HOUR).collect()
}

#[test]
fn the_last_two_checkpoints_survive_reopening() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let mut store = EmbeddedStore::open(dir.path()).expect("a new store");
    assert!(store.load().expect("an empty store").is_none());
    for offset in [5, 9, 12] {
        store.save(&checkpoint(offset, &[])).expect("saved");
    }
    drop(store);
    let mut store = EmbeddedStore::open(dir.path()).expect("an existing store");
    assert_same(&store.load().expect("readable").expect("a checkpoint"), &loaded(12));
    let generations = store.generations().expect("readable");
    assert_eq!(generations.iter().map(|g| g.number).collect::<Vec<_>>(), [3, 2]);
    assert!(generations.iter().all(|g| g.damage.is_none() && g.bytes > 100));
    assert_eq!(store.rollback().expect("there is one before").number, 2);
    assert_same(&store.load().expect("readable").expect("a checkpoint"), &loaded(9));
    let refused = store.rollback().expect_err("there is none before").to_string();
    assert!(refused.contains("no intact checkpoint before"), "{refused}");
}

#[test]
fn going_back_takes_the_panes_of_the_newest_checkpoint_with_it() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let mut store = EmbeddedStore::open(dir.path()).expect("a new store");
    store.save(&checkpoint(5, &[0, 1])).expect("saved");
    store.save(&checkpoint(9, &[2, 3])).expect("saved");
    let spec = WindowSpec::tumbling(HOUR).expect("a window");
    let history = store.history();
    let between = |from: i64, to: i64| {
        let (from, to) = (EventTime(from), EventTime(to));
        hours(&history.panes("behavior", spec, from, to).expect("readable"))
    };
    assert_eq!(between(i64::MIN, i64::MAX), [0, 1, 2, 3]);
    assert_eq!(between(HOUR, 2 * HOUR), [1]);
    assert_eq!(between(HOUR + 1, 2 * HOUR + 1), [1, 2]);
    store.rollback().expect("there is one before");
    assert_eq!(between(i64::MIN, i64::MAX), [0, 1]);
    assert_eq!(hours(&store.final_panes().expect("readable")), [0, 1]);
}

#[test]
fn panes_are_dropped_by_the_watermark_of_the_checkpoint_before() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let keep = Keep { bound: HOUR, of_metric: [("behavior".to_owned(), 3 * HOUR)].into() };
    let mut store = EmbeddedStore::open(dir.path()).expect("a new store").keeping(keep);
    store.save(&checkpoint(8, &[0, 1, 2, 3, 4])).expect("saved");
    assert_eq!(hours(&store.final_panes().expect("readable")), [0, 1, 2, 3, 4]);
    // The watermark of the one before is at 7: panes that end by 4 are over.
    store.save(&checkpoint(20, &[5])).expect("saved");
    assert_eq!(hours(&store.final_panes().expect("readable")), [4, 5]);
    store.save(&checkpoint(20, &[])).expect("saved");
    assert_eq!(hours(&store.final_panes().expect("readable")), Vec::<i64>::new());
}

/// Its last good windows stay to be shown, though its partition is far ahead.
#[test]
fn a_metric_that_stopped_keeps_its_panes_by_its_own_place() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let keep = Keep { bound: HOUR, of_metric: [("behavior".to_owned(), 3 * HOUR)].into() };
    let mut store = EmbeddedStore::open(dir.path()).expect("a new store").keeping(keep);
    let stop = MetricStop {
        place: Some(MetricPlace {
            max_event_time: Some(EventTime(8 * HOUR)),
            ..MetricPlace::default()
        }),
        ..MetricStop::unknown()
    };
    let stopped = MetricSnapshot {
        id: "behavior".to_owned(),
        state_version: 1,
        origin: 0,
        next_offset: 8,
        accounting: MetricAccounting::default(),
        windows: Vec::new(),
        phase: MetricPhase::Stopped(stop.into()),
        build: 0,
        poison: None,
        missed: Vec::new(),
    };
    let ahead = |offset, panes: &[i64]| {
        let mut checkpoint = checkpoint(offset, panes);
        Arc::make_mut(&mut checkpoint.partitions[0]).metrics = vec![stopped.clone()];
        checkpoint
    };
    store.save(&ahead(20, &[0, 1, 2, 3, 4, 5])).expect("saved");
    store.save(&ahead(30, &[])).expect("saved");
    assert_eq!(hours(&store.final_panes().expect("readable")), [4, 5]);
}

#[test]
fn a_partition_that_lags_keeps_its_own_panes_and_no_others() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let keep = Keep { bound: HOUR, of_metric: [("behavior".to_owned(), 3 * HOUR)].into() };
    let mut store = EmbeddedStore::open(dir.path()).expect("a new store").keeping(keep);
    let of = |partition, hour| Arc::new(FinalPane { partition, ..FinalPane::clone(&pane(hour)) });
    let panes = (0..5).flat_map(|hour| [of(0, hour), of(1, hour)]).collect();
    let partitions = vec![snapshot(0, 30), snapshot(1, 6)];
    let made = Checkpoint { partitions, final_panes: panes, ..checkpoint(1, &[]) };
    store.save(&made).expect("saved");
    store.save(&Checkpoint { final_panes: Vec::new(), ..made }).expect("saved");
    let kept = store.final_panes().expect("readable");
    let kept: Vec<_> = kept.iter().map(|p| (p.partition, p.window.start.0 / HOUR)).collect();
    assert_eq!(kept, [(1, 2), (1, 3), (1, 4)]);
}

#[test]
fn a_store_in_use_is_named_and_not_removed() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let store = EmbeddedStore::open(dir.path()).expect("a new store");
    assert!(matches!(EmbeddedStore::open(dir.path()), Err(StateError::InUse(_))));
    assert!(matches!(EmbeddedStore::reset(dir.path()), Err(StateError::InUse(_))));
    drop(store);
    assert!(EmbeddedStore::reset(dir.path()).expect("removed").is_some());
    assert!(EmbeddedStore::reset(dir.path()).expect("nothing there").is_none());
}

#[test]
fn an_export_comes_back_whole_and_a_damaged_one_not_at_all() {
    let export = Export {
        created: 1_447_171_200_000,
        checkpoint: loaded(5),
        final_panes: vec![pane(0), pane(2)],
    };
    let bytes = export.encode();
    let read = Export::decode(&bytes).expect("an export");
    assert_same(&read.checkpoint, &export.checkpoint);
    assert_eq!((read.created, &read.final_panes), (export.created, &export.final_panes));
    assert_eq!(read.encode(), bytes);
    let longer = [&bytes[..], &[0]].concat();
    assert!(Export::decode(&longer).is_err());
    for end in 0..bytes.len() {
        assert!(Export::decode(&bytes[..end]).is_err(), "cut at {end}");
    }
    for i in (0..bytes.len()).step_by(3) {
        let mut changed = bytes.clone();
        changed[i] ^= 0x10;
        assert!(Export::decode(&changed).is_err(), "byte {i} changed");
    }
    let dir = tempfile::tempdir().expect("a temporary folder");
    let mut store = EmbeddedStore::open(dir.path()).expect("a new store");
    store.save(&checkpoint(77, &[9])).expect("saved");
    // The last byte is of the digest: everything before it was stored by then.
    let last = bytes.len() - 1;
    let cut = import(&mut store, &bytes[..last]).expect_err("it is cut short");
    assert!(matches!(cut, StateError::Export { .. }), "{cut}");
    assert_same(&store.load().expect("readable").expect("a checkpoint"), &loaded(77));
    assert_eq!(hours(&store.final_panes().expect("readable")), [9]);
    import(&mut store, &export.encode()).expect("imported");
    assert_same(&store.load().expect("readable").expect("a checkpoint"), &loaded(5));
    assert_eq!(hours(&store.final_panes().expect("readable")), [0, 2]);
    assert_eq!(store.generations().expect("readable").len(), 1);
}

#[test]
fn memory_keeps_what_a_file_keeps() {
    let mut store = MemoryStore::default();
    assert!(store.load().expect("an empty store").is_none());
    store.save(&checkpoint(5, &[0, 1])).expect("saved");
    store.save(&checkpoint(9, &[2])).expect("saved");
    assert_same(&store.load().expect("readable").expect("a checkpoint"), &loaded(9));
    let spec = WindowSpec::tumbling(HOUR).expect("a window");
    let found = store.history().panes("behavior", spec, EventTime(HOUR), EventTime(3 * HOUR));
    assert_eq!(hours(&found.expect("readable")), [1, 2]);
}

//! A large state that grows by differences, of which each part is stored once.

use redb::{ReadableDatabase as _, ReadableTable as _, TableDefinition};
use streamgauge_core::{AccumulatorBytes, PaneSnapshot, WindowSetSnapshot};

use super::*;
use crate::store::STATE_FILE as FILE;

const WHOLE_BYTES: usize = 1 << 20;
const DIFFERENCE_BYTES: usize = 1000;

const PARTS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("parts");

fn with(offset: i64, accumulator: &AccumulatorBytes) -> Checkpoint {
    let small = Some(AccumulatorBytes::whole(*b"late"));
    let on_time = Some(accumulator.clone());
    let pane = PaneSnapshot { window: None, corrections: 0, on_time, late: small };
    let windows =
        WindowSetSnapshot { panes: vec![pane], ..WindowSetSnapshot::empty(WindowSpec::Cumulative) };
    let metric = MetricSnapshot {
        id: "users".to_owned(),
        state_version: 1,
        origin: 0,
        next_offset: offset,
        accounting: MetricAccounting::default(),
        windows: vec![windows],
        phase: MetricPhase::Running,
        build: 0,
        poison: None,
        missed: Vec::new(),
    };
    let mut checkpoint = checkpoint(offset, &[]);
    Arc::make_mut(&mut checkpoint.partitions[1]).metrics = vec![metric];
    checkpoint
}

/// How many parts the file in `dir` holds.
fn parts(dir: &Path) -> usize {
    let database = redb::Database::open(dir.join(FILE)).expect("nobody has it open");
    let reading = database.begin_read().expect("it can be read");
    let table = reading.open_table(PARTS).expect("there were parts");
    table.iter().expect("entries").count()
}

fn loaded(store: &EmbeddedStore) -> Checkpoint {
    store.load().expect("readable").expect("a checkpoint")
}

#[test]
fn a_checkpoint_of_a_large_state_writes_what_came_since_the_one_before() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let mut store = EmbeddedStore::open(dir.path()).expect("a new store");
    let mut state = AccumulatorBytes::whole(vec![7; WHOLE_BYTES]);
    assert!(store.save(&with(5, &state)).expect("saved") as usize > WHOLE_BYTES);
    for offset in 6..12 {
        state = state.with(vec![offset as u8; DIFFERENCE_BYTES]);
        let bytes = store.save(&with(offset, &state)).expect("saved") as usize;
        assert!((DIFFERENCE_BYTES..10 * DIFFERENCE_BYTES).contains(&bytes), "{bytes}");
        assert_same(&loaded(&store), &with(offset, &state));
    }
    // What was made whole takes the place of its parts, which go with the checkpoint before.
    let of = state.clone();
    state = state.with(*b"next").compacted(&of, vec![8; WHOLE_BYTES]).expect("its first parts");
    store.save(&with(12, &state)).expect("saved");
    assert_eq!(store.rollback().expect("one before").number, 7, "its parts are there");
    assert_same(&loaded(&store), &with(11, &of));
    drop(store);

    // Another process knows of no part, and writes all of them once more.
    let mut store = EmbeddedStore::open(dir.path()).expect("an existing store");
    for offset in [12, 13, 14] {
        store.save(&with(offset, &state)).expect("saved");
        assert_same(&loaded(&store), &with(offset, &state));
    }
    drop(store);
    assert_eq!(parts(dir.path()), 2, "of those before nothing is left");
}

#[test]
fn a_part_that_is_damaged_or_gone_damages_its_checkpoint() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let mut store = EmbeddedStore::open(dir.path()).expect("a new store");
    let state = AccumulatorBytes::whole(vec![7; WHOLE_BYTES]).with(*b"more");
    store.save(&with(5, &state)).expect("saved");
    drop(store);
    for other in [Some(b"less".as_slice()), None] {
        let database = redb::Database::open(dir.path().join(FILE)).expect("nobody has it open");
        let writing = database.begin_write().expect("it can be written");
        let mut table = writing.open_table(PARTS).expect("there are parts");
        match other {
            Some(bytes) => drop(table.insert(2, bytes).expect("it can be written")),
            None => drop(table.remove(2).expect("it can be written")),
        }
        drop(table);
        writing.commit().expect("it can be written");
        drop(database);
        let store = EmbeddedStore::open(dir.path()).expect("an existing store");
        let error = store.load().expect_err("a part is another one").to_string();
        assert!(error.contains("partition 1"), "{error}");
    }
}

#[test]
fn an_export_has_every_part_in_its_place() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let mut store = EmbeddedStore::open(dir.path()).expect("a new store");
    let state = AccumulatorBytes::whole(vec![7; WHOLE_BYTES]).with(*b"more");
    store.save(&with(5, &state)).expect("saved");
    let mut export = Vec::new();
    store.reader().export(&mut export).expect("it can be written").expect("a checkpoint");
    let read = ExportReader::begin(export.as_slice()).expect("it was just written");
    assert_same(read.checkpoint(), &with(5, &state));
}

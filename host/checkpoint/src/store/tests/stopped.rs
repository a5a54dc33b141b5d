//! The state of a metric that stopped, which is stored once.

use streamgauge_core::{PaneSnapshot, WindowSetSnapshot};

use super::*;

const STATE_BYTES: u64 = 1 << 20;

/// A metric that stopped with a large state of this byte.
fn large(byte: u8) -> MetricSnapshot {
    let on_time = Some(vec![byte; STATE_BYTES as usize].into());
    let pane = PaneSnapshot { window: None, corrections: 0, on_time, late: None };
    let windows =
        WindowSetSnapshot { panes: vec![pane], ..WindowSetSnapshot::empty(WindowSpec::Cumulative) };
    MetricSnapshot {
        id: "age".to_owned(),
        state_version: 1,
        origin: 0,
        next_offset: 8,
        accounting: MetricAccounting::default(),
        windows: vec![windows],
        phase: MetricPhase::Stopped(MetricStop::unknown().into()),
        build: 0,
        poison: None,
        missed: Vec::new(),
    }
}

fn with(offset: i64, metric: &MetricSnapshot) -> Checkpoint {
    let mut checkpoint = checkpoint(offset, &[]);
    Arc::make_mut(&mut checkpoint.partitions[1]).metrics = vec![metric.clone()];
    checkpoint
}

#[test]
fn the_state_of_a_stopped_metric_is_stored_once() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let mut store = EmbeddedStore::open(dir.path()).expect("a new store");
    let stopped = large(7);
    let first = store.save(&with(5, &stopped)).expect("saved");
    assert!(first > STATE_BYTES, "{first}");
    for offset in [9, 12] {
        let bytes = store.save(&with(offset, &stopped)).expect("saved");
        assert!(bytes < STATE_BYTES / 100, "{bytes} bytes of nothing new");
    }
    let found = store.load().expect("readable").expect("a checkpoint");
    assert_same(&found, &with(12, &stopped));

    // Another process knows of nothing and finds that it is there.
    drop(store);
    let mut store = EmbeddedStore::open(dir.path()).expect("an existing store");
    assert_same(&store.load().expect("readable").expect("a checkpoint"), &with(12, &stopped));
    let bytes = store.save(&with(15, &found.partitions[1].metrics[0])).expect("saved");
    assert!(bytes < STATE_BYTES / 100, "{bytes}");
    assert_eq!(store.rollback().expect("there is one before").number, 3);
    assert_same(&store.load().expect("readable").expect("a checkpoint"), &with(12, &stopped));
}

/// It goes with the last checkpoint that names it; another state takes its own place.
#[test]
fn a_state_that_no_checkpoint_names_is_dropped() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let mut store = EmbeddedStore::open(dir.path()).expect("a new store");
    let (one, other) = (large(1), large(2));
    store.save(&with(5, &one)).expect("saved");
    assert!(store.save(&with(9, &other)).expect("saved") > STATE_BYTES, "another state");
    assert_same(&store.load().expect("readable").expect("a checkpoint"), &with(9, &other));
    for offset in [12, 15] {
        store.save(&checkpoint(offset, &[])).expect("saved");
    }
    assert!(store.save(&with(20, &other)).expect("saved") > STATE_BYTES, "it was dropped");
    assert_same(&store.load().expect("readable").expect("a checkpoint"), &with(20, &other));
}

//! A state file that is removed or replaced while it is in use. Checkpoints went on "succeeding"
//! into the removed file and were gone with the process.

use std::fs;

use super::*;

fn panes(store: &EmbeddedStore) -> Vec<i64> {
    hours(&store.final_panes().expect("readable"))
}

#[test]
fn a_removed_state_is_made_anew_with_its_history() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let dir = place.path().join("deep/state");
    let mut store = EmbeddedStore::open(&dir).expect("a new store");
    let history = store.history();
    store.save(&checkpoint(5, &[0, 1])).expect("saved");
    for (removed, offset) in [(dir.join("streamgauge.redb"), 6), (place.path().join("deep"), 7)] {
        if removed.is_dir() {
            fs::remove_dir_all(&removed).expect("the folder can be removed");
        } else {
            fs::remove_file(&removed).expect("the file can be removed");
        }
        store.save(&checkpoint(offset, &[offset])).expect("made anew");
        assert!(EmbeddedStore::exists(&dir));
    }
    let spec = WindowSpec::tumbling(HOUR).expect("a window");
    let found = history.panes("behavior", spec, EventTime(0), EventTime(99 * HOUR));
    assert_eq!(hours(&found.expect("readable")), [0, 1, 6, 7]);
    drop((store, history));
    let store = EmbeddedStore::open(&dir).expect("an existing store");
    assert_same(&store.load().expect("readable").expect("a checkpoint"), &loaded(7));
    assert_eq!(panes(&store), [0, 1, 6, 7]);
}

#[test]
fn another_file_in_its_place_is_left_alone_and_named() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let (dir, other) = (place.path().join("state"), place.path().join("other"));
    let mut store = EmbeddedStore::open(&dir).expect("a new store");
    store.save(&checkpoint(5, &[])).expect("saved");
    let mut foreign = EmbeddedStore::open(&other).expect("a new store");
    foreign.save(&checkpoint(77, &[])).expect("saved");
    drop(foreign);
    let file = dir.join("streamgauge.redb");
    fs::rename(other.join("streamgauge.redb"), &file).expect("the file can be replaced");
    let foreign = fs::read(&file).expect("the other file");
    for _ in 0..2 {
        let error = store.save(&checkpoint(6, &[])).expect_err("not into a removed file");
        assert!(matches!(error, StateError::Replaced(_)), "{error}");
    }
    assert!(fs::read(&file).expect("the other file") == foreign, "it was written to");
    fs::remove_file(&file).expect("the other file can be taken away");
    store.save(&checkpoint(8, &[])).expect("made anew");
    drop(store);
    let store = EmbeddedStore::open(&dir).expect("an existing store");
    assert_same(&store.load().expect("readable").expect("a checkpoint"), &loaded(8));
}

//! A state that is read beside the store that has it open.

use std::fs;
use std::io;

use super::*;
use crate::store::StateReader;

fn read(dir: &Path) -> StateReader {
    StateReader::open(dir).expect("readable").expect("there is a state")
}

fn offset(reader: &StateReader) -> i64 {
    let found = reader.load().expect("readable").expect("a checkpoint");
    found.partitions[0].state.next_offset
}

#[test]
fn a_state_is_read_beside_its_store_and_followed() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    assert!(StateReader::open(dir.path()).expect("readable").is_none());
    let mut store = EmbeddedStore::open(dir.path()).expect("a new store");
    let reader = read(dir.path());
    assert!(reader.load().expect("an empty store").is_none());
    for number in [5, 9, 12] {
        store.save(&checkpoint(number, &[number])).expect("saved");
        assert_eq!((offset(&reader), offset(&read(dir.path()))), (number, number));
    }
    let mut panes = Vec::new();
    let found = reader.load_with_panes(|pane| panes.push(Arc::new(pane)));
    assert_same(&found.expect("readable").expect("a checkpoint"), &loaded(12));
    assert_eq!(hours(&panes), [5, 9, 12]);
    assert_eq!(reader.generations().expect("readable"), store.generations().expect("readable"));
    // A reader keeps nobody from writing, and a second writer is still kept out.
    assert!(matches!(EmbeddedStore::open(dir.path()), Err(StateError::InUse(_))));
    drop(store);
    let mut store = EmbeddedStore::open(dir.path()).expect("a reader is no writer");
    store.save(&checkpoint(20, &[])).expect("saved");
    assert_eq!(offset(&reader), 20);
}

/// Takes an export, and stores checkpoints in the middle of it.
struct Meanwhile<'a> {
    store: &'a mut EmbeddedStore,
    bytes: Vec<u8>,
    saved: i64,
}

impl io::Write for Meanwhile<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend(bytes);
        if self.saved < 200 {
            self.saved += 1;
            let partitions = (0..8).map(|partition| snapshot(partition, self.saved)).collect();
            let made = Checkpoint { partitions, ..checkpoint(self.saved, &[500 + self.saved]) };
            self.store.save(&made).expect("saved");
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The pages that a reader in another process needs are not written over.
#[test]
fn what_is_read_does_not_change_while_checkpoints_are_stored() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let mut store = EmbeddedStore::open(dir.path()).expect("a new store");
    let partitions = (0..60).map(|partition| snapshot(partition, 3)).collect();
    let panes: Vec<i64> = (0..60).collect();
    store.save(&Checkpoint { partitions, ..checkpoint(3, &panes) }).expect("saved");
    let mut before = Vec::new();
    store.reader().export(&mut before).expect("exported");
    for reader in [read(dir.path()), store.reader()] {
        let mut undisturbed = Vec::new();
        reader.export(&mut undisturbed).expect("exported");
        let mut out = Meanwhile { store: &mut store, bytes: Vec::new(), saved: 0 };
        reader.export(&mut out).expect("exported");
        assert!(out.saved > 100, "{}", out.saved);
        assert!(out.bytes == undisturbed);
        assert_eq!(offset(&reader), 200);
    }
    assert!(!before.is_empty());
}

/// A crash leaves a file that says of itself that it has to be repaired.
#[test]
fn a_file_that_a_crash_left_is_read() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let mut store = EmbeddedStore::open(dir.path()).expect("a new store");
    store.save(&checkpoint(5, &[1, 2])).expect("saved");
    let crashed = tempfile::tempdir().expect("a temporary folder");
    let file = |dir: &Path| dir.join("streamgauge.redb");
    fs::copy(file(dir.path()), file(crashed.path())).expect("a copy of the open file");
    let unrepaired = redb::Database::builder()
        .set_concurrency_mode(redb::ConcurrencyMode::SingleWriter)
        .open_read_only(file(crashed.path()));
    assert!(matches!(unrepaired, Err(redb::DatabaseError::RepairAborted)));
    let reader = read(crashed.path());
    assert_eq!(offset(&reader), 5);
    // It is open to others all the same.
    let mut again = EmbeddedStore::open(crashed.path()).expect("nobody writes");
    again.save(&checkpoint(6, &[])).expect("saved");
    assert_eq!(offset(&reader), 6);
}

#[test]
fn a_run_of_an_earlier_version_lets_nobody_in() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    drop(EmbeddedStore::open(dir.path()).expect("a new store"));
    let earlier = redb::Database::open(dir.path().join("streamgauge.redb")).expect("it opens");
    assert!(matches!(StateReader::open(dir.path()).map(drop), Err(StateError::InUse(_))));
    drop(earlier);
    read(dir.path());
}

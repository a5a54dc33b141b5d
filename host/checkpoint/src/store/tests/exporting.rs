//! Exports that are written piece by piece: the same bytes as by [`PartitionSnapshot::encode`], from a
//! store as from memory.

use std::io;

use streamgauge_core::digest_of;

use super::*;
use crate::store::export::Pieces;
use crate::store::{Export, ExportError, Exported, StateStore as _};

#[track_caller]
fn assert_pieces(snapshot: &PartitionSnapshot) {
    let (whole, pieces) = (snapshot.encode(), Pieces::of(snapshot));
    let written: Vec<_> = pieces.iter().collect();
    assert_eq!(written.concat(), whole);
    assert_eq!((pieces.length(), pieces.digest()), (whole.len(), digest_of(&whole)));
}

#[test]
fn the_pieces_of_a_snapshot_are_its_bytes() {
    assert_pieces(&snapshot(3, 17));
    let mut full = golden::full();
    assert_pieces(&full);
    let panes = &mut full.metrics[0].windows[2].panes;
    for length in [0, 1, 24, 25, 300, 1 << 20] {
        let mut pane = panes[0].clone();
        // A state that looks as a state does, with its length before it.
        let bytes = [24_u32.to_le_bytes().as_slice(), &vec![7; length]].concat();
        (pane.on_time, pane.late) = (Some(vec![0; length].into()), Some(bytes.into()));
        panes.push(pane);
    }
    assert_pieces(&full);
}

/// A store with everything, a metric that stopped and whose state is stored apart included.
fn stored(dir: &std::path::Path) -> (EmbeddedStore, Export) {
    let mut export = golden::with_unplaced();
    // By metric, kind, start and partition, as in the store.
    export.final_panes = (0..40).map(pane).collect();
    let mut store = EmbeddedStore::open(dir).expect("a new store");
    let mut checkpoint = export.checkpoint.clone();
    checkpoint.final_panes.clone_from(&export.final_panes);
    store.save(&checkpoint).expect("saved");
    export.created = store.generations().expect("readable")[0].created;
    (store, export)
}

#[test]
fn a_store_exports_what_it_holds() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let (store, export) = stored(dir.path());
    let mut bytes = Vec::new();
    let exported = store.reader().export(&mut bytes).expect("exported");
    let length = bytes.len() as u64;
    let identity = export.checkpoint.identity.clone();
    let expected = Exported { identity, partitions: 1, final_panes: 40, bytes: length };
    assert_eq!(exported, Some(expected));
    assert_eq!(bytes, export.encode());

    let other = tempfile::tempdir().expect("a temporary folder");
    let mut other = EmbeddedStore::open(other.path()).expect("a new store");
    assert!(other.reader().export(&mut Vec::new()).expect("readable").is_none());
    import(&mut other, &bytes).expect("imported");
    assert_same(&other.load().expect("readable").expect("a checkpoint"), &export.checkpoint);
    assert_eq!(other.final_panes().expect("readable"), export.final_panes);
}

/// A disk that is full after so many bytes.
struct Full(usize);

impl io::Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.checked_sub(bytes.len()) {
            Some(rest) => self.0 = rest,
            None => return Err(io::ErrorKind::StorageFull.into()),
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn an_export_that_does_not_fit_says_so_wherever_it_ends() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let (store, export) = stored(dir.path());
    let length = export.encode().len();
    for end in (0..length).step_by(7) {
        let failed = store.reader().export(&mut Full(end)).expect_err("it does not fit");
        assert!(matches!(failed, ExportError::Write(_)), "{failed}");
    }
    assert!(store.reader().export(&mut Full(length)).is_ok());
}

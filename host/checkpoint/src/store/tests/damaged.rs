//! A file whose pages were damaged: whatever is wrong, the answer is the stored state or an error
//! in words. redb panics on some of it, and such a panic ended `run` and `state inspect`.

use std::fs;
use std::path::Path;

use super::*;

const PAGE: usize = 4096;

/// What becomes of a page.
const FILLS: [fn(usize) -> u8; 3] = [|_| 0, |_| 0xff, |at| (at * 31 % 251) as u8];

/// A store with several pages of everything.
fn filled(dir: &Path) -> Vec<u8> {
    let mut store = EmbeddedStore::open(dir).expect("a new store");
    for offset in 1..4 {
        let partitions = (0..60).map(|partition| snapshot(partition, offset)).collect();
        let panes: Vec<i64> = (100 * offset..100 * offset + 40).collect();
        store.save(&Checkpoint { partitions, ..checkpoint(offset, &panes) }).expect("saved");
    }
    drop(store);
    fs::read(dir.join("streamgauge.redb")).expect("the file of the store")
}

/// Everything that a program does with a store. Returns how many of its steps failed.
fn use_it(dir: &Path) -> Result<usize, StateError> {
    let mut store = EmbeddedStore::open(dir)?;
    let loaded = store.load();
    if let Ok(Some(checkpoint)) = &loaded {
        let offsets = checkpoint.partitions.iter().map(|p| p.state.next_offset);
        assert!(offsets.collect::<Vec<_>>().iter().all(|offset| *offset == 3), "another state");
    }
    let steps = [
        loaded.map(drop),
        store.generations().map(drop),
        store.final_panes().map(drop),
        store.save(&checkpoint(9, &[900])).map(drop),
        store.rollback().map(drop),
        import(&mut store, &Export::default().encode()),
    ];
    Ok(steps.iter().filter(|step| step.is_err()).count())
}

#[test]
fn a_damaged_page_is_told_in_words_and_is_no_panic() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let whole = filled(dir.path());
    let file = dir.path().join("streamgauge.redb");
    let (mut refused, mut failed, mut unharmed) = (0, 0, 0);
    for page in 0..whole.len() / PAGE {
        for fill in FILLS {
            let mut damaged = whole.clone();
            for (at, byte) in damaged[page * PAGE..][..PAGE].iter_mut().enumerate() {
                *byte = fill(at);
            }
            if damaged[page * PAGE..][..PAGE] == whole[page * PAGE..][..PAGE] {
                continue;
            }
            fs::write(&file, damaged).expect("the file can be written");
            match use_it(dir.path()) {
                Err(_) => refused += 1,
                Ok(0) => unharmed += 1,
                Ok(_) => failed += 1,
            }
        }
    }
    eprintln!("{refused} not opened, {failed} failed later, {unharmed} unharmed");
    assert!(refused > 0 && failed > 0, "{refused} {failed} {unharmed}");
}

#[test]
fn a_file_cut_short_or_of_another_kind_is_told_in_words() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let whole = filled(dir.path());
    let file = dir.path().join("streamgauge.redb");
    for length in [0, 10, PAGE, whole.len() / 2, whole.len() - PAGE] {
        fs::write(&file, &whole[..length]).expect("the file can be written");
        let _ = use_it(dir.path());
    }
    fs::write(&file, "no state at all".repeat(1000)).expect("the file can be written");
    let error = use_it(dir.path()).expect_err("not a store");
    assert!(matches!(error, StateError::Broken { .. }), "{error}");
    assert!(error.hint().contains("--rebuild"), "{}", error.hint());
}

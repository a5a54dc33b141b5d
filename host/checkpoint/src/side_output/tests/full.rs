//! A file that is full is rotated or stops. After a crash at any step of a rotation each letter is
//! there once.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;

use streamgauge_pipeline::{FileLimit, WhenFull};

use super::*;
use crate::side_output::segments::numbered;

/// Room for about ten letters.
const BYTES_MAX: u64 = 1500;

fn limited(place: &Place, when_full: WhenFull) -> OutletFile {
    let limit = Some(FileLimit { bytes_max: BYTES_MAX, when_full });
    OutletFile { path: place.path(), limit }
}

fn open(place: &Place, keep: u32, covered: Option<Extent>) -> SideOutput {
    let file = limited(place, WhenFull::Rotate { keep });
    SideOutput::file("dead letters", &file, origin(), covered).expect("it can be opened")
}

/// The offsets in all files, the oldest first.
fn all(place: &Place) -> Vec<i64> {
    let full = full_files(&place.path()).expect("it can be listed").into_values();
    let texts = full.chain([place.path()]).map(|path| fs::read_to_string(path).unwrap_or_default());
    let lines = texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>());
    lines
        .map(|line| {
            let letter: serde_json::Value = serde_json::from_str(&line).expect("a line is JSON");
            letter["offset"].as_i64().expect("an offset")
        })
        .collect()
}

/// Writes letters one checkpoint each, as the host does.
fn checkpoints(sink: &mut SideOutput, offsets: std::ops::Range<i64>) {
    for offset in offsets {
        write(sink, &[offset]);
        sink.stored();
    }
}

#[test]
fn a_new_file_is_for_its_owner_alone() {
    let place = Place::new();
    let mut sink = open(&place, 2, None);
    checkpoints(&mut sink, 0..40);
    let files = full_files(&place.path()).expect("it can be listed").into_values();
    for file in files.chain([place.path()]) {
        let mode = fs::metadata(&file).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", file.display());
    }
}

#[test]
fn a_full_file_gets_a_number_and_only_so_many_stay() {
    let place = Place::new();
    let mut sink = open(&place, 2, None);
    checkpoints(&mut sink, 0..100);
    let full = full_files(&place.path()).expect("it can be listed");
    let segment = sink.extent().segment;
    assert_eq!(full.keys().copied().collect::<Vec<_>>(), [segment - 2, segment - 1]);
    let name = format!("letters.{:06}.jsonl", segment - 1);
    assert_eq!(full[&(segment - 1)].file_name().and_then(|name| name.to_str()), Some(&*name));
    let found = all(&place);
    assert_eq!(found, (100 - found.len() as i64..100).collect::<Vec<_>>(), "the newest, in order");
    for path in full.values().chain([&place.path()]) {
        assert!(fs::metadata(path).expect("it is there").len() <= BYTES_MAX);
    }
}

/// A copy of all files of `place`.
fn copied(place: &Place) -> Place {
    let copy = Place::new();
    let folder = copy.path().parent().expect("a folder").to_owned();
    fs::create_dir_all(&folder).expect("it can be made");
    for entry in fs::read_dir(place.path().parent().expect("a folder")).expect("it is there") {
        let entry = entry.expect("it can be read");
        fs::copy(entry.path(), folder.join(entry.file_name())).expect("it can be copied");
    }
    copy
}

/// Killed between the letters and the state, after any number of rotations, and in the middle of
/// one.
#[test]
fn after_a_crash_around_a_rotation_each_letter_is_there_once() {
    for stored in [0, 1, 9, 10, 11, 25] {
        for lost in [0, 1, 8, 12, 30] {
            let place = Place::new();
            let mut sink = open(&place, 100, None);
            checkpoints(&mut sink, 0..stored);
            let covered = Some(sink.extent());
            (stored..stored + lost).for_each(|offset| write(&mut sink, &[offset]));
            let moved = copied(&place);
            let last = numbered(&moved.path(), sink.extent().segment);
            fs::rename(moved.path(), last).expect("it was given its number, and no more");
            for place in [place, moved] {
                let mut again = open(&place, 100, covered);
                assert_eq!(all(&place), (0..stored).collect::<Vec<_>>(), "{stored} and {lost}");
                checkpoints(&mut again, stored..60);
                assert_eq!(all(&place), (0..60).collect::<Vec<_>>(), "{stored} and {lost}");
            }
        }
    }
}

/// The state could not be stored for so long that full files of uncovered letters were removed.
#[test]
fn what_the_last_checkpoint_names_stays_whatever_is_written_after_it() {
    let place = Place::new();
    let mut sink = open(&place, 2, None);
    checkpoints(&mut sink, 0..15);
    let covered = sink.extent();
    (15..200).for_each(|offset| write(&mut sink, &[offset]));
    let full = full_files(&place.path()).expect("it can be listed");
    assert!(full.len() <= 4, "{full:?}");
    assert!(full.contains_key(&covered.segment), "{full:?} without {}", covered.segment);
    let mut again = open(&place, 2, Some(covered));
    assert_eq!(all(&place).last(), Some(&14));
    checkpoints(&mut again, 15..30);
    let found = all(&place);
    assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), found.len(), "none is there twice");
    assert_eq!(found.last(), Some(&29));
}

#[test]
fn letters_of_a_run_without_a_checkpoint_go_behind_the_files_from_before() {
    let place = Place::new();
    checkpoints(&mut open(&place, 100, None), 0..30);
    let mut sink = open(&place, 100, None);
    checkpoints(&mut sink, 30..60);
    assert_eq!(all(&place), (0..60).collect::<Vec<_>>());
}

#[test]
fn a_state_from_before_rotation_names_the_file_by_its_length() {
    let place = Place::new();
    let mut sink = place.open(None);
    write(&mut sink, &[1, 2]);
    let covered = Extent { segment: 0, ..sink.extent() };
    write(&mut sink, &[3]);
    let mut sink = open(&place, 3, Some(covered));
    checkpoints(&mut sink, 3..20);
    assert_eq!(all(&place), (1..20).collect::<Vec<_>>());
}

#[test]
fn a_full_file_that_stops_is_named_and_goes_on_where_it_is_moved_away() {
    let place = Place::new();
    let file = limited(&place, WhenFull::Stop);
    let mut sink = SideOutput::file("dead letters", &file, origin(), None).expect("it opens");
    checkpoints(&mut sink, 0..12);
    let before = sink.extent();
    let error = sink.write([letter(15)].into_iter()).expect_err("it is full");
    let words = error.to_string();
    assert!(words.contains("letters.jsonl is full: it has "), "{words}");
    assert!(words.contains("`size_max` is 1500; hint: move the file away"), "{words}");
    sink.write(std::iter::empty::<DeadLetter<'_>>()).expect("nothing is no letter");
    assert_eq!(sink.extent(), before);
    fs::rename(place.path(), place.path().with_extension("old")).expect("it can be moved");
    write(&mut sink, &[15, 16]);
    assert_eq!(place.offsets(), [15, 16]);
}

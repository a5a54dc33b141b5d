//! A file of dead letters after crashes: letters that a checkpoint covers are there, the others are
//! written again, and nothing is there twice.

use std::fs;
use std::path::PathBuf;

use streamgauge_core::RecordTime;

use super::*;
use streamgauge_outbox::DeadLetter;
use streamgauge_pipeline::OutletFile;

mod full;

fn letter(offset: i64) -> DeadLetter<'static> {
    DeadLetter {
        partition: 0,
        offset,
        time: RecordTime(0),
        metric: None,
        reason: "not_json".into(),
        detail: None,
        value: None,
    }
}

fn origin() -> Origin {
    Origin { source: "events".to_owned(), zone: chrono_tz::UTC, edition: 1 }
}

fn extent(bytes: u64, entries: u64) -> Extent {
    Extent { segment: 0, bytes, entries }
}

/// A file below a temporary folder.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder can be made") }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("state/deep/letters.jsonl")
    }

    fn open(&self, covered: Option<Extent>) -> SideOutput {
        let file = OutletFile::unlimited(self.path());
        SideOutput::file("dead letters", &file, origin(), covered).expect("it can be opened")
    }

    /// The offsets in the file, in order.
    fn offsets(&self) -> Vec<i64> {
        let text = fs::read_to_string(self.path()).expect("it can be read");
        let offset = |line: &str| {
            let letter: serde_json::Value = serde_json::from_str(line).expect("a line is JSON");
            letter["offset"].as_i64().expect("an offset")
        };
        text.lines().map(offset).collect()
    }

    fn length(&self) -> u64 {
        fs::metadata(self.path()).expect("it is there").len()
    }
}

fn write(sink: &mut SideOutput, offsets: &[i64]) {
    sink.write(offsets.iter().copied().map(letter)).expect("they can be written");
}

#[test]
fn letters_follow_each_other_in_a_folder_that_is_made() {
    let place = Place::new();
    let mut sink = place.open(None);
    write(&mut sink, &[3, 5]);
    write(&mut sink, &[]);
    write(&mut sink, &[8]);
    assert_eq!(place.offsets(), [3, 5, 8]);
    assert_eq!(sink.extent(), extent(place.length(), 3));
}

/// Letters went on into the removed file, and the count said that they were there.
#[test]
fn a_file_that_was_removed_or_put_aside_is_made_anew() {
    let place = Place::new();
    let mut sink = place.open(None);
    write(&mut sink, &[3, 5]);
    fs::remove_dir_all(place.folder.path().join("state")).expect("the folder can be removed");
    write(&mut sink, &[8]);
    assert_eq!(place.offsets(), [8]);
    fs::rename(place.path(), place.path().with_extension("1")).expect("it can be put aside");
    write(&mut sink, &[9]);
    write(&mut sink, &[11]);
    assert_eq!(place.offsets(), [9, 11]);
    assert_eq!(sink.extent(), extent(place.length(), 5));
}

/// A file that keeps the bytes it is given and fails to sync them, once.
struct FailsOnce {
    file: fs::File,
    failed: std::cell::Cell<bool>,
}

impl EntryFile for FailsOnce {
    fn length(&self) -> std::io::Result<u64> {
        self.file.length()
    }

    fn cut(&self, bytes: u64) -> std::io::Result<()> {
        self.file.cut(bytes)
    }

    fn append(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.file.append(bytes)
    }

    fn sync(&self) -> std::io::Result<()> {
        if self.failed.replace(true) { Ok(()) } else { Err(std::io::Error::other("no power")) }
    }
}

#[test]
fn entries_that_failed_are_overwritten_when_they_are_given_again() {
    let place = Place::new();
    write(&mut place.open(None), &[1]);
    let open = fs::OpenOptions::new().write(true).open(place.path()).expect("it is there");
    let file = Box::new(FailsOnce { file: open, failed: std::cell::Cell::new(false) });
    let mut sink = SideOutput::on_file("dead letters", (&place.path(), file), origin(), None)
        .expect("it can be read");
    let letters = [letter(2), letter(3)];
    assert!(sink.write(letters.into_iter()).is_err());
    write(&mut sink, &[2]);
    assert_eq!(place.offsets(), [1, 2]);
    assert_eq!(sink.extent(), extent(place.length(), 1));
}

#[test]
fn after_a_crash_the_file_is_cut_back_to_the_checkpoint() {
    let place = Place::new();
    let covered = {
        let mut sink = place.open(None);
        write(&mut sink, &[1, 2]);
        let covered = sink.extent();
        write(&mut sink, &[3]);
        covered
    };
    assert_eq!(place.offsets(), [1, 2, 3]);
    let mut sink = place.open(Some(covered));
    assert_eq!(place.offsets(), [1, 2]);
    assert_eq!(sink.extent(), covered);
    write(&mut sink, &[3, 4]);
    assert_eq!(place.offsets(), [1, 2, 3, 4]);
    assert_eq!(sink.extent().entries, 4);
}

#[test]
fn a_checkpoint_from_before_the_first_letter_empties_the_file() {
    let place = Place::new();
    write(&mut place.open(None), &[1]);
    let sink = place.open(Some(extent(0, 0)));
    assert_eq!(place.offsets(), [0_i64; 0]);
    assert_eq!(sink.extent(), extent(0, 0));
}

#[test]
fn a_file_from_before_is_kept_where_there_is_no_checkpoint() {
    let place = Place::new();
    write(&mut place.open(None), &[1]);
    let mut sink = place.open(None);
    assert_eq!(sink.extent().entries, 0, "those from before are not this run's");
    write(&mut sink, &[7]);
    write(&mut sink, &[8]);
    assert_eq!(place.offsets(), [1, 7, 8]);
}

#[test]
fn a_file_that_someone_shortened_is_not_filled_up() {
    let place = Place::new();
    let mut sink = place.open(Some(extent(1_000_000, 9)));
    assert_eq!(sink.extent(), extent(0, 9));
    write(&mut sink, &[10]);
    assert_eq!(place.offsets(), [10]);
}

#[test]
fn without_a_place_letters_are_counted() {
    let mut sink = SideOutput::none(origin());
    write(&mut sink, &[1, 2]);
    write(&mut sink, &[3]);
    assert_eq!(sink.extent(), extent(0, 3));
}

#[test]
fn a_place_that_cannot_be_written_to_is_named() {
    let place = Place::new();
    fs::create_dir_all(place.path()).expect("the folder can be written to");
    let file = OutletFile::unlimited(place.path());
    let error =
        SideOutput::file("dead letters", &file, origin(), None).err().expect("it is a folder");
    let words = error.to_string();
    assert!(words.contains("letters.jsonl could not be written: "), "{words}");
}

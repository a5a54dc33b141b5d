//! Backups in a real folder: whole or not there, never more than the limits, and the newest stays.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use streamgauge_core::{PartitionSnapshot, PartitionState, Position};
use streamgauge_pipeline::BackupSettings;
use tempfile::TempDir;

use super::folder::{name, unfinished};
use super::*;
use crate::store::{Checkpoint, EmbeddedStore, Export, StateStore};

const IDENTITY: &str = "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a";
const OTHER: &str = "77777777777777777777777777777777";

/// A state and its backups.
struct Place {
    folder: TempDir,
    store: EmbeddedStore,
    settings: BackupSettings,
    board: Arc<BackupBoard>,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = EmbeddedStore::open(&folder.path().join("state")).expect("a new store");
        let dir = folder.path().join("backups");
        let every = Duration::from_hours(1);
        let settings = BackupSettings { dir, every, keep: 3, bytes_max: 1 << 20 };
        Self { folder, store, settings, board: Arc::default() }
    }

    fn save(&mut self, offset: i64) {
        let state = PartitionState { next_offset: offset, ..PartitionState::starting_at(0) };
        let snapshot = PartitionSnapshot {
            partition: 0,
            position: Position::default(),
            late_samples: Vec::new(),
            state,
            metrics: Vec::new(),
        };
        let checkpoint = Checkpoint {
            partitions: vec![Arc::new(snapshot)],
            identity: IDENTITY.to_owned(),
            ..Checkpoint::default()
        };
        self.store.save(&checkpoint).expect("saved");
    }

    fn backups(&self) -> Backups {
        self.board.read_from(Some(self.store.reader()));
        Backups {
            settings: self.settings.clone(),
            identity: IDENTITY.to_owned(),
            board: Arc::clone(&self.board),
        }
    }

    fn make(&self) -> Result<Option<BackupFile>, BackupError> {
        self.backups().make(&AtomicBool::new(false))
    }

    /// A backup of `identity` as of so many seconds, with so many bytes.
    fn older(&self, identity: &str, seconds: i64, bytes: usize) -> PathBuf {
        fs::create_dir_all(&self.settings.dir).expect("the folder can be made");
        let path = self.settings.dir.join(name(identity, seconds * 1000));
        fs::write(&path, vec![0; bytes]).expect("it can be written");
        path
    }

    fn files(&self) -> Vec<PathBuf> {
        names(&self.settings.dir)
    }
}

fn names(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten();
    let mut found: Vec<_> = entries.map(|entry| entry.expect("readable").path()).collect();
    found.sort();
    found
}

#[test]
fn a_backup_is_an_export_that_its_owner_alone_reads() {
    let mut place = Place::new();
    assert!(place.make().expect("nothing to do").is_none());
    place.save(7);
    let made = place.make().expect("made").expect("there is a checkpoint");
    let export = Export::decode(&fs::read(&made.path).expect("readable")).expect("intact");
    assert_eq!(export.checkpoint.partitions[0].state.next_offset, 7);
    let metadata = fs::metadata(&made.path).expect("it is there");
    assert_eq!((metadata.permissions().mode() & 0o777, metadata.len()), (0o600, made.bytes));
    assert!(made.is_of(IDENTITY) && !made.is_of(OTHER));
    assert_eq!(place.files(), [made.path]);
    let beside = names(&place.folder.path().join("state"));
    assert_eq!(beside, [place.folder.path().join("state/streamgauge.redb")]);
}

#[test]
fn the_oldest_go_beyond_the_limits_and_those_of_other_states_stay() {
    let mut place = Place::new();
    place.save(7);
    let [_, second, third, fourth] = [1, 2, 3, 4].map(|at| place.older(IDENTITY, at, 100));
    let (others, foreign) = (place.older(OTHER, 1, 100), place.settings.dir.join("notes.txt"));
    fs::write(&foreign, "mine").expect("it can be written");
    let made = place.make().expect("made").expect("there is a checkpoint").path;
    let mut expected = vec![third.clone(), fourth.clone(), made.clone(), others.clone()];
    expected.push(foreign.clone());
    expected.sort();
    assert_eq!(place.files(), expected, "{}", second.display());

    // By bytes: both older ones go before the next one is written.
    place.settings.bytes_max = 2 * fs::metadata(&made).expect("it is there").len() + 50;
    let last = place.make().expect("made").expect("there is a checkpoint").path;
    let mut expected = vec![made, last, others, foreign];
    expected.sort();
    expected.dedup();
    assert_eq!(place.files(), expected);
}

#[test]
fn a_backup_without_room_leaves_the_newest_one() {
    let mut place = Place::new();
    place.save(7);
    let older = place.older(IDENTITY, 1, 1000);
    place.settings.bytes_max = 1000;
    let refused = place.make().expect_err("it is too much");
    assert!(matches!(refused, BackupError::NoRoom { newest: 1000, .. }), "{refused}");
    assert!(refused.hint().contains("size_max"));
    assert_eq!(place.files(), [older]);
}

#[test]
fn what_was_not_finished_goes_with_the_next_one() {
    let mut place = Place::new();
    place.save(7);
    let stopped = place.backups().make(&AtomicBool::new(true)).expect_err("it was stopped");
    assert!(matches!(stopped, BackupError::Stopped), "{stopped}");
    assert_eq!(place.files(), Vec::<PathBuf>::new());
    let [own, other] = [IDENTITY, OTHER].map(|identity| {
        let part = unfinished(&place.older(identity, 1, 10));
        fs::rename(place.older(identity, 1, 10), &part).expect("it can be renamed");
        part
    });
    let made = place.make().expect("made").expect("there is a checkpoint").path;
    let mut expected = vec![made, other];
    expected.sort();
    assert_eq!(place.files(), expected, "{}", own.display());
}

/// A disk that is not mounted is not replaced by a folder of that name.
#[test]
fn the_folder_is_made_and_no_folder_above_it() {
    let mut place = Place::new();
    place.save(7);
    place.settings.dir = place.folder.path().join("disk/backups");
    let refused = place.make().expect_err("there is no disk");
    assert!(matches!(refused, BackupError::Write { .. }), "{refused}");
    fs::create_dir(place.folder.path().join("disk")).expect("it can be made");
    assert!(place.make().expect("made").is_some());
}

#[test]
fn a_start_waits_as_long_as_the_newest_backup_is_new_enough() {
    let place = Place::new();
    assert_eq!(place.backups().first_wait(), Duration::ZERO);
    place.older(IDENTITY, 1, 10);
    assert_eq!(place.backups().first_wait(), Duration::ZERO);
    place.older(OTHER, Utc::now().timestamp() - 60, 10);
    assert_eq!(place.backups().first_wait(), Duration::ZERO);
    place.older(IDENTITY, Utc::now().timestamp() - 600, 10);
    let wait = place.backups().first_wait();
    assert!(wait > Duration::from_mins(45) && wait <= Duration::from_mins(50), "{wait:?}");
    // A clock that was wrong costs one wait at most.
    place.older(IDENTITY, Utc::now().timestamp() + 900_000, 10);
    assert_eq!(place.backups().first_wait(), Duration::from_hours(1));
}

#[test]
fn a_failure_is_told_once_for_each_reason_and_ends() {
    let mut place = Place::new();
    place.save(7);
    fs::write(&place.settings.dir, "no folder").expect("it can be written");
    let (backups, stop) = (place.backups(), AtomicBool::new(false));
    assert_eq!(backups.back_up(&stop), RETRY_AFTER);
    backups.back_up(&stop);
    let report = place.board.read();
    let failing = report.failing.expect("it fails");
    assert_eq!((failing.failures, report.failed, report.made), (2, 2, 0));
    assert!(failing.reason.contains("backups could not be written"), "{}", failing.reason);
    assert!(!place.board.failed(0, failing.reason), "the same reason");
    fs::remove_file(&place.settings.dir).expect("it can be removed");
    assert_eq!(backups.back_up(&stop), Duration::from_hours(1));
    let report = place.board.read();
    assert_eq!((report.failing, report.made), (None, 1));
    assert!(report.at.is_some() && report.bytes > 0);
}

#[test]
fn over_are_the_oldest_beyond_number_or_bytes_but_never_the_newest() {
    let place = Place::new();
    for (at, bytes) in [(1, 10), (2, 20), (3, 30), (4, 40)] {
        place.older(IDENTITY, at, bytes);
    }
    let files = backups_in(&place.settings.dir).expect("readable");
    for (keep, bytes_max, expected) in [
        (4, 100, 0),
        (3, 100, 1),
        (9, 99, 1),
        (9, 89, 2),
        (9, 69, 3),
        (9, 0, 3),
        (1, 1000, 3),
        (0, 1000, 3),
    ] {
        assert_eq!(over(&files, keep, bytes_max).len(), expected, "{keep} {bytes_max}");
    }
    assert!(over(&[], 0, 0).is_empty());
}

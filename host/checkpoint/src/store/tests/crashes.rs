//! A checkpoint that is cut off at any step of its input and output leaves the checkpoint before or
//! the new one, whole, with the dead letters and final windows that belong to that checkpoint; and
//! a run that resumes there comes to the same as if nothing had happened.

use std::path::Path;
use std::sync::Arc;

use streamgauge_core::RecordTime;

use super::disk::{Disk, Name, Unsynced};
use super::{checkpoint, hours};
use crate::Backoff;
use crate::Checkpointer;
use crate::side_output::{EntryFile, Extent, SideOutput};
use crate::store::{EmbeddedStore, StateStore};
use streamgauge_outbox::{Attachments, DeadLetter, Outbox, Publication, WorkerReport};
use streamgauge_outbox::{Entry, Origin};

/// Checkpoints of one run.
pub(super) const CHECKPOINTS: i64 = 4;

/// A store on the disk. Nothing stays in a cache, so that every step reaches the disk.
pub(super) fn store(disk: &Disk) -> Result<EmbeddedStore, crate::store::StateError> {
    let file = disk.file(Name::State);
    let opener = move || {
        let mut builder = redb::Database::builder();
        builder.set_concurrency_mode(redb::ConcurrencyMode::SingleWriter);
        builder.create_with_backend(file.clone())
    };
    EmbeddedStore::open_with("disk".into(), Box::new(opener))
}

/// The letters of one checkpoint and one of the two workers.
fn letters(number: i64, worker: i64) -> Vec<DeadLetter<'static>> {
    let letter = |offset| DeadLetter {
        partition: 0,
        offset,
        time: RecordTime(0),
        metric: None,
        reason: "not_json".into(),
        detail: None,
        value: Some(vec![b'x'; 40].into()),
    };
    (0..2).map(|i| letter(100 + 10 * number + 5 * worker + i)).collect()
}

/// The offsets of all letters up to a checkpoint.
pub(super) fn every_letter(last: i64) -> Vec<i64> {
    let of = |number| (0..2).flat_map(move |worker| letters(number, worker));
    (1..=last).flat_map(of).map(|letter| letter.offset).collect()
}

fn origin() -> Origin {
    Origin { source: "disk".to_owned(), zone: chrono_tz::UTC, edition: 1 }
}

/// The length of the letters of one checkpoint.
fn letters_bytes() -> u64 {
    let letters = (0..2).flat_map(|worker| letters(1, worker));
    letters.map(|letter| letter.to_line(&origin()).len() as u64).sum()
}

/// Publishes the content of checkpoint `number`, at offset `number`, from two workers.
pub(super) fn publish(outboxes: &[Arc<Outbox>; 2], number: i64) {
    let made = checkpoint(number, &[number]);
    let mut final_panes = made.final_panes;
    for (worker, (outbox, snapshot)) in outboxes.iter().zip(made.partitions).enumerate() {
        let letters = letters(number, worker as i64).into_iter().collect();
        let final_panes = std::mem::take(&mut final_panes);
        let attachments = Attachments { letters, final_panes, ..Attachments::default() };
        let snapshots = vec![snapshot];
        outbox.publish(Publication { snapshots, attachments }, WorkerReport::default());
    }
}

/// The host's checkpointer on the disk.
pub(super) fn checkpointer(disk: &Disk, outboxes: &[Arc<Outbox>; 2]) -> Option<Checkpointer> {
    let store = store(disk).ok()?;
    let covered = store.load().expect("what is there is whole");
    let covered = covered.map(|c| Extent {
        segment: c.dead_letter_segment,
        bytes: c.dead_letter_bytes,
        entries: c.dead_letters,
    });
    // Without a checkpoint nothing is covered; the file is this test's own from its beginning.
    let covered = covered.or(Some(Extent::default()));
    let file = Box::new(disk.file(Name::Letters));
    let place = (Path::new("letters"), file as Box<dyn EntryFile>);
    let letters = SideOutput::on_file("dead letters", place, origin(), covered).ok()?;
    Some(Checkpointer {
        store: Some(Box::new(store)),
        letters,
        late: SideOutput::none(origin()),
        outboxes: outboxes.to_vec(),
        sides: Arc::default(),
        kept: Vec::new(),
        settings: checkpoint(1, &[]).settings,
        identity: checkpoint(1, &[]).identity,
        committer: None,
        guard: None,
        status: Arc::default(),
        backoff: Backoff::default(),
    })
}

/// Stores the checkpoints from `first` on; where the disk dies, every later checkpoint fails too.
/// Returns how many were stored, by the word of the checkpointer.
fn run(disk: &Disk, first: i64) -> i64 {
    let outboxes = <[Arc<Outbox>; 2]>::default();
    let Some(mut checkpointer) = checkpointer(disk, &outboxes) else { return first - 1 };
    store_from(&mut checkpointer, &outboxes, first)
}

/// Stores the checkpoints from `first` on with a checkpointer that is open.
pub(super) fn store_from(
    checkpointer: &mut Checkpointer,
    outboxes: &[Arc<Outbox>; 2],
    first: i64,
) -> i64 {
    let mut stored = first - 1;
    for number in first..=CHECKPOINTS {
        publish(outboxes, number);
        if checkpointer.checkpoint() {
            stored = number;
        }
    }
    stored
}

/// The content of a disk: the number of the newest checkpoint, the hours of the final windows, the
/// covered bytes of letters.
pub(super) fn look(disk: &Disk) -> (i64, Vec<i64>, u64) {
    let store = store(disk).expect("a store that was cut off opens");
    let Some(found) = store.load().expect("a checkpoint is whole or not there") else {
        return (0, Vec::new(), 0);
    };
    let number = found.partitions[0].state.next_offset;
    super::assert_same(
        &found,
        &crate::store::Checkpoint {
            dead_letter_bytes: found.dead_letter_bytes,
            dead_letter_segment: 0,
            late_output_segment: 0,
            dead_letters: found.dead_letters,
            // Late records are not written here.
            late_output_bytes: 0,
            late_output_records: 0,
            dead_letters_to: None,
            late_output_to: None,
            ..super::loaded(number)
        },
    );
    (number, hours(&store.final_panes().expect("readable")), found.dead_letter_bytes)
}

/// The offsets of the letters in the first `bytes` of the file, sorted: a worker's stand in order,
/// and workers take turns.
pub(super) fn written(disk: &Disk, bytes: u64) -> Vec<i64> {
    let content = disk.content(Name::Letters);
    let covered =
        if bytes == u64::MAX { Some(&content[..]) } else { content.get(..bytes as usize) };
    let covered = covered.expect("a file holds what is covered");
    let text = std::str::from_utf8(covered).expect("JSON lines");
    let offset = |line: &str| {
        let letter: serde_json::Value = serde_json::from_str(line).expect("a whole letter");
        letter["offset"].as_i64().expect("an offset")
    };
    let mut offsets: Vec<i64> = text.lines().map(offset).collect();
    offsets.sort_unstable();
    offsets
}

/// A disk with an empty store: that is made aside, and is whole or not there.
pub(super) fn new_disk() -> Disk {
    let disk = Disk::default();
    drop(store(&disk).expect("a new store"));
    disk.survivor(Unsynced::Kept)
}

#[test]
fn a_checkpoint_may_be_cut_off_at_any_step() {
    let whole = new_disk();
    assert_eq!(run(&whole, 1), CHECKPOINTS);
    let steps = whole.steps();
    let every_hour: Vec<i64> = (1..=CHECKPOINTS).collect();
    let (mut points, mut numbers_found) = (0, std::collections::BTreeSet::new());
    for step in 0..steps {
        for unsynced in Unsynced::ALL {
            let disk = new_disk();
            disk.die_at(step);
            let promised = run(&disk, 1);
            let survivor = disk.survivor(unsynced);
            let place =
                format!("cut off at step {step} of {steps}, what was not synced {unsynced:?}");
            let (number, hours, covered) = look(&survivor);
            assert!(
                number == promised || number == promised + 1,
                "{place}: checkpoint {number}, but {promised} was said to be stored"
            );
            assert_eq!(hours, (1..=number).collect::<Vec<_>>(), "{place}");
            assert_eq!(covered, number.unsigned_abs() * letters_bytes(), "{place}");
            // A run that resumes comes to the same.
            assert_eq!(run(&survivor, number + 1), CHECKPOINTS, "{place}");
            let (last, hours, _) = look(&survivor);
            assert_eq!((last, &hours), (CHECKPOINTS, &every_hour), "{place}");
            let letters = written(&survivor, u64::MAX);
            assert_eq!(letters, every_letter(CHECKPOINTS), "{place}");
            points += 1;
            numbers_found.insert(number);
        }
    }
    eprintln!("{points} crashes: {steps} steps of {CHECKPOINTS} checkpoints, 4 ways each");
    assert!(steps > 30 && numbers_found.len() as i64 == CHECKPOINTS + 1, "{numbers_found:?}");
}

#[test]
fn a_disk_that_was_full_costs_only_the_checkpoints_meanwhile() {
    let disk = Disk::default();
    let outboxes = <[Arc<Outbox>; 2]>::default();
    let mut checkpointer = checkpointer(&disk, &outboxes).expect("it opens");
    publish(&outboxes, 1);
    assert!(checkpointer.checkpoint());
    disk.set_full(true);
    for number in 2..4 {
        publish(&outboxes, number);
        assert!(!checkpointer.checkpoint());
        let status = checkpointer.status.read();
        assert!(status.failing.is_some_and(|failing| !failing.reason.is_empty()));
    }
    disk.set_full(false);
    publish(&outboxes, 4);
    assert!(checkpointer.checkpoint(), "{:?}", checkpointer.status.read().failing);
    assert_eq!(checkpointer.status.read().failing, None);
    drop(checkpointer);
    let (number, hours, _) = look(&disk);
    assert_eq!((number, hours), (4, vec![1, 2, 3, 4]));
    assert_eq!(written(&disk, u64::MAX), every_letter(4));
}

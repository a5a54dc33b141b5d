//! A disk that fails once, at any step, and may lose its power later: the failed checkpoint may be
//! there nevertheless, and then that one has to be whole too.

use std::sync::Arc;

use super::crashes::{
    CHECKPOINTS, checkpointer, every_letter, look, new_disk, store, store_from, written,
};
use super::disk::{Disk, Unsynced};
use super::hours;
use crate::store::StateStore;
use streamgauge_outbox::Outbox;

/// The number of steps after the fault at which the power may be cut: more than one checkpoint
/// takes.
const STEPS_AFTER: u64 = 24;

/// Resumes after a checkpoint that failed, as a run does. Returns how many were stored.
fn run(disk: &Disk, first: i64) -> i64 {
    let outboxes = <[Arc<Outbox>; 2]>::default();
    let Some(mut checkpointer) = checkpointer(disk, &outboxes) else { return first - 1 };
    let mut stored = store_from(&mut checkpointer, &outboxes, first);
    if stored < CHECKPOINTS && checkpointer.checkpoint() {
        stored = CHECKPOINTS;
    }
    stored
}

#[test]
fn a_checkpoint_that_failed_may_be_there_and_then_it_is_whole() {
    let whole = new_disk();
    assert_eq!(run(&whole, 1), CHECKPOINTS);
    let mut points = 0;
    for fault in 0..whole.steps() {
        for after in 1..=STEPS_AFTER {
            for unsynced in Unsynced::ALL {
                let disk = new_disk();
                disk.fail_at(fault);
                disk.die_at(fault + after);
                let promised = run(&disk, 1);
                let survivor = disk.survivor(unsynced);
                let place = format!("fault {fault}, cut off {after} later, {unsynced:?}");
                let (number, hours, covered) = look(&survivor);
                assert!((promised..=CHECKPOINTS).contains(&number), "{place}: {number}");
                assert_eq!(hours, (1..=number).collect::<Vec<_>>(), "{place}");
                assert!(written(&survivor, covered) == every_letter(number), "{place}");
                assert_eq!(run(&survivor, number + 1), CHECKPOINTS, "{place}");
                let (last, _, covered) = look(&survivor);
                assert_eq!(last, CHECKPOINTS, "{place}");
                assert_eq!(written(&survivor, covered), every_letter(CHECKPOINTS), "{place}");
                points += 1;
            }
        }
    }
    eprintln!("{points} faults with a power cut after them");
}

#[test]
fn going_back_after_a_checkpoint_that_failed_keeps_the_windows_of_the_one_before() {
    let whole = new_disk();
    run(&whole, 1);
    for fault in 0..whole.steps() {
        let disk = new_disk();
        disk.fail_at(fault);
        if run(&disk, 1) != CHECKPOINTS {
            continue;
        }
        let mut store = store(&disk).expect("a store that failed once opens");
        while store.generations().expect("readable").len() > 1 {
            store.rollback().expect("there is one before");
        }
        let found = store.load().expect("readable").expect("there is one");
        let number = found.partitions[0].state.next_offset;
        let panes = hours(&store.final_panes().expect("readable"));
        assert_eq!(panes, (1..=number).collect::<Vec<_>>(), "fault {fault}");
    }
}

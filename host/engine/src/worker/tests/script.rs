//! A worker's thread with a source and a clock that are scripts.

use std::collections::VecDeque;
use std::sync::mpsc;
use std::sync::{Mutex, PoisonError};

use super::*;

/// What the source does at one call.
enum Call {
    /// Hands over a partition's records in `from..to`.
    Records(u32, i64, i64),
    Nothing,
    Ended,
    Fails,
}

/// What a test and the source share: what was asked of the source, in words.
type Diary = Arc<Mutex<Vec<String>>>;

struct Scripted {
    calls: VecDeque<(Call, Vec<Command>)>,
    /// Where the commands of a call go, before the call is done.
    told: Option<Sender<Command>>,
    buffer: BlockBuffer,
    diary: Diary,
}

impl Scripted {
    fn note(&self, text: String) {
        self.diary.lock().unwrap_or_else(PoisonError::into_inner).push(text);
    }
}

impl Source for Scripted {
    fn next_block(
        &mut self,
        _: BlockLimits,
        timeout: Duration,
    ) -> Result<Fetched<'_>, SourceError> {
        assert!(timeout <= PUBLISH_EVERY);
        let (call, commands) = self.calls.pop_front().expect("the script names the end");
        for command in commands {
            let told = self.told.as_ref().expect("somebody is there");
            told.send(command).expect("the worker listens");
        }
        match call {
            Call::Records(partition, from, to) => {
                self.buffer.clear();
                fill(&mut self.buffer, partition, from, to);
                let supply = Supply::Drained;
                Ok(Fetched::Records { block: self.buffer.block(), supply })
            }
            Call::Nothing => Ok(Fetched::Nothing),
            Call::Ended => Ok(Fetched::Ended),
            Call::Fails => Err(SourceError::Moved { message: "it moved".to_owned() }),
        }
    }

    fn assign(&mut self, partition: u32, from: ReadFrom) -> Result<(), SourceError> {
        self.note(format!("{partition} from {} ({})", from.offset, from.cursor));
        Ok(())
    }

    fn revoke(&mut self, partition: u32) -> Result<Option<i64>, SourceError> {
        self.note(format!("{partition} no more"));
        Ok(None)
    }

    fn log_ends(&mut self) -> Vec<LogEnd> {
        vec![LogEnd { partition: 0, end: Some(77) }]
    }

    fn queue_depth(&self) -> usize {
        5
    }
}

/// A clock on which a millisecond passes at each look.
struct Ticking(Instant, Mutex<u64>);

impl Clock for Ticking {
    fn now(&self) -> Moment {
        let mut looks = self.1.lock().unwrap_or_else(PoisonError::into_inner);
        *looks += 1;
        let wall = WallClock(1_000_000 + *looks as i64);
        Moment { at: self.0 + Duration::from_millis(*looks), wall }
    }
}

/// What a run came to.
struct Ran {
    result: Result<Finished, String>,
    outbox: Arc<Outbox>,
    diary: Vec<String>,
}

/// Runs a worker of partition 0 to the end of its script; each call comes with what the worker is
/// told meanwhile.
fn run_script(calls: impl IntoIterator<Item = (Call, Vec<Command>)>) -> Ran {
    let (told, commands) = mpsc::channel();
    let (outbox, diary) = (Arc::<Outbox>::default(), Diary::default());
    let source = Scripted {
        calls: calls.into_iter().collect(),
        told: Some(told),
        buffer: BlockBuffer::default(),
        diary: Arc::clone(&diary),
    };
    let clock = Ticking(Instant::now(), Mutex::default());
    let result = run(Setup {
        source: Box::new(source),
        engine: setup(&[0]),
        outbox: Arc::clone(&outbox),
        commands,
        clock: Box::new(clock),
        lasts: Arc::default(),
    });
    let diary = std::mem::take(&mut *diary.lock().unwrap_or_else(PoisonError::into_inner));
    Ran { result: result.map_err(|error| error.to_string()), outbox, diary }
}

fn offsets(outbox: &Outbox) -> Vec<(u32, i64)> {
    let (snapshots, ..) = outbox.read();
    snapshots.iter().map(|s| (s.partition, s.state.next_offset)).collect()
}

#[test]
fn a_source_is_read_to_its_end_and_all_is_published() {
    let ran = run_script([
        (Call::Records(0, 0, 2), vec![]),
        (Call::Nothing, vec![]),
        (Call::Records(0, 2, 5), vec![]),
        (Call::Ended, vec![]),
    ]);
    assert_eq!(ran.result, Ok(Finished::Ended));
    assert_eq!(offsets(&ran.outbox), [(0, 5)]);
    let report = ran.outbox.report();
    assert_eq!(report.counts.taken, 5);
    assert_eq!(report.levels.log_ends, [(0, Some(77))].into());
    assert_eq!(report.levels.queue_records, 5);
    let stages = report.counts.stages;
    assert!(stages.waiting >= Duration::from_millis(4) && stages.blocked > Duration::ZERO);
}

#[test]
fn a_worker_that_is_told_to_stop_publishes_what_it_has() {
    let ran = run_script([(Call::Records(0, 0, 2), vec![Command::Stop])]);
    assert_eq!(ran.result, Ok(Finished::Stopped));
    assert_eq!(offsets(&ran.outbox), [(0, 2)]);
}

#[test]
fn a_source_that_fails_costs_nothing_that_was_taken() {
    let ran = run_script([(Call::Records(0, 0, 2), vec![]), (Call::Fails, vec![])]);
    assert_eq!(ran.result, Err("it moved".to_owned()));
    assert_eq!(offsets(&ran.outbox), [(0, 2)]);
}

#[test]
fn partitions_come_and_go_while_others_are_read() {
    let (gone, last) = mpsc::channel();
    let mut comes = fresh(4);
    (comes.state.next_offset, comes.position.cursor) = (6, 60);
    let comes = Command::Assign { partition: Arc::new(comes), stop: None };
    let ran = run_script([
        (Call::Records(0, 0, 2), vec![comes]),
        (Call::Records(4, 6, 9), vec![Command::Revoke { partition: 0, gone }]),
        (Call::Records(4, 9, 12), vec![]),
        (Call::Ended, vec![]),
    ]);
    assert_eq!(ran.result, Ok(Finished::Ended));
    assert_eq!(ran.diary, ["4 from 6 (60)", "0 no more"]);
    assert_eq!(last.try_recv().map(|last| last.state.next_offset), Ok(2));
    assert_eq!(offsets(&ran.outbox), [(0, 2), (4, 12)]);
}

#[test]
fn a_held_partition_is_read_on_from_its_place() {
    let (told, place) = mpsc::channel();
    let hold = Command::HoldAt { partition: 0, offset: 5, held: told };
    let ran = run_script([
        (Call::Records(0, 0, 2), vec![hold]),
        (Call::Records(0, 2, 9), vec![]),
        // All else has ended, but not what is held.
        (Call::Ended, vec![]),
        (Call::Nothing, vec![Command::Release { partition: 0 }]),
        (Call::Records(0, 5, 9), vec![]),
        (Call::Ended, vec![]),
    ]);
    assert_eq!(ran.result, Ok(Finished::Ended));
    assert_eq!(ran.diary, ["0 no more", "0 from 5 (4)"]);
    let expected = Held { partition: 0, next_offset: 5, cursor: 4 };
    assert_eq!(place.try_recv(), Ok(expected));
    let whole = run_script([(Call::Records(0, 0, 9), vec![]), (Call::Ended, vec![])]);
    assert_eq!(ran.outbox.read().0, whole.outbox.read().0);
}

#[test]
fn a_held_partition_can_go() {
    let ((told, place), (gone, last)) = (mpsc::channel(), mpsc::channel());
    let hold = Command::HoldAt { partition: 0, offset: 5, held: told };
    let ran = run_script([
        (Call::Records(0, 0, 9), vec![hold]),
        (Call::Nothing, vec![Command::Revoke { partition: 0, gone }]),
        (Call::Nothing, vec![Command::Stop]),
    ]);
    assert_eq!(ran.result, Ok(Finished::Stopped));
    assert_eq!(place.try_recv().map(|held| held.next_offset), Ok(9), "it was past the place");
    assert_eq!(last.try_recv().map(|last| last.state.next_offset), Ok(9));
    assert_eq!(ran.diary, ["0 no more"], "it was not read any more");
}

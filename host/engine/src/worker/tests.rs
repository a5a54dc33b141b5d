//! Events at moments that a test chooses, and a worker whose source and clock are scripts. No
//! metric is there: what plugins make of rows is tested with plugins.

mod bounds;
mod laws;
mod reading;
mod script;

use std::num::NonZeroUsize;
use std::time::Instant;

use proptest::prelude::*;
use streamgauge_core::{
    BlockBuffer, BoundedOutOfOrderness, Field, FieldType, LatenessClock, PartitionState, Plan,
    Position, Projection, RecordMeta, RecordTime, Schema, TimestampAssigner, TimestampUnit,
    WallClock,
};

use super::*;
use streamgauge_decode::Decoder;
use streamgauge_outbox::{FlushCause, newest};
use streamgauge_pipeline::BatchSettings;
use streamgauge_source::LatencyFrom;

const MIN: usize = 3;
const MAX: usize = 10;
const MAX_DELAY: Duration = Duration::from_millis(40);
const PUBLISH_EVERY: Duration = Duration::from_millis(100);

/// A plan whose event time is the field `at`, with 100 ms of disorder.
fn plan() -> Arc<Plan> {
    let field = |name: &str| Field {
        name: name.to_owned(),
        field_type: FieldType::Integer,
        max: None,
        required: true,
    };
    let schema = Schema::new(vec![field("at")]).expect("a schema");
    Arc::new(Plan {
        projection: Projection::new(&schema, &["at"]),
        timestamps: TimestampAssigner::Field { slot: 0, unit: TimestampUnit::Millis },
        watermark: BoundedOutOfOrderness { bound: 100 },
        future_skew: None,
        earliest: None,
        lateness: LatenessClock::Watermark,
    })
}

fn configuration(late_output: LateOutput) -> Configuration {
    let plan = plan();
    let number = |n| NonZeroUsize::new(n).expect("not 0");
    Configuration {
        decoder: Decoder::json(&plan.projection),
        plan,
        batch: BatchSettings { min: number(MIN), max: number(MAX), max_delay: MAX_DELAY },
        publish_every: PUBLISH_EVERY,
        late_output,
    }
}

fn fresh(partition: u32) -> PartitionSnapshot {
    PartitionSnapshot {
        partition,
        position: Position::default(),
        late_samples: Vec::new(),
        state: PartitionState::starting_at(0),
        metrics: Vec::new(),
    }
}

fn setup(partitions: &[u32]) -> EngineSetup {
    EngineSetup {
        configuration: configuration(LateOutput::Collected),
        metrics: Vec::new(),
        partitions: partitions.iter().map(|partition| fresh(*partition)).collect(),
        latency_from: LatencyFrom::Stamp,
        now: None,
        role: Role::Worker,
    }
}

/// The record at `offset`: of these some are late, and some are no records.
fn value(offset: i64) -> Vec<u8> {
    let behind = if offset % 4 == 3 { 250 } else { 0 };
    match offset % 7 {
        5 => b"not JSON".to_vec(),
        _ => format!(r#"{{"at":{}}}"#, offset * 10 + 1000 - behind).into_bytes(),
    }
}

/// Adds the records of a partition in `from..to`; odd partitions have only even offsets.
fn fill(buffer: &mut BlockBuffer, partition: u32, from: i64, to: i64) {
    for offset in (from..to).filter(|offset| partition.is_multiple_of(2) || offset % 2 == 0) {
        let meta = RecordMeta { offset, time: RecordTime(offset), cursor: offset as u64 };
        buffer.push(partition, meta, Some(&value(offset)));
    }
}

/// An engine, the time, and what it published.
struct Driven {
    engine: Engine,
    now: Moment,
    outbox: Arc<Outbox>,
    publications: u64,
}

impl Driven {
    fn new(partitions: &[u32]) -> Self {
        Self::of(setup(partitions))
    }

    fn of(setup: EngineSetup) -> Self {
        Self {
            engine: Engine::new(setup),
            now: Moment { at: Instant::now(), wall: WallClock(1_000_000) },
            outbox: Arc::default(),
            publications: 0,
        }
    }

    fn wait(&mut self, millis: u64) {
        self.now.at += Duration::from_millis(millis);
        self.now.wall.0 += millis as i64;
    }

    fn tell(&mut self, event: Event<'_>) -> Reply {
        let mut reply = self.engine.handle(event, self.now);
        if let Some((publication, report)) = reply.publish.take() {
            self.publications += 1;
            assert_eq!(report.publications, self.publications);
            self.outbox.publish(publication, report);
        }
        reply
    }

    fn take(&mut self, partition: u32, from: i64, to: i64) -> Vec<Held> {
        let mut buffer = BlockBuffer::default();
        fill(&mut buffer, partition, from, to);
        self.tell(Event::Records(buffer.block())).held
    }

    /// Ticks at this moment. Whether the engine published.
    fn tick(&mut self) -> bool {
        let before = self.publications;
        self.tell(Event::Tick);
        self.publications > before
    }

    /// The next offsets of what is published.
    fn published(&self) -> Vec<(u32, i64)> {
        let (snapshots, ..) = self.outbox.read();
        snapshots.iter().map(|s| (s.partition, s.state.next_offset)).collect()
    }

    fn flushes(&self) -> [u64; 4] {
        let report = self.outbox.report();
        FlushCause::ALL.map(|cause| report.counts.batches.by_cause(cause))
    }
}

#[test]
fn the_first_publication_comes_at_once_and_the_next_ones_after_a_tenth_of_a_second() {
    let mut driven = Driven::new(&[0]);
    assert_eq!(driven.engine.due(), None);
    assert!(driven.tick());
    assert_eq!(driven.published(), [(0, 0)]);
    assert!(!driven.tick());
    driven.wait(99);
    assert!(!driven.tick());
    driven.wait(1);
    assert_eq!(driven.engine.due(), Some(driven.now.at));
    assert!(driven.tick());
}

#[test]
fn no_row_waits_longer_than_the_largest_delay() {
    let mut driven = Driven::new(&[0]);
    driven.tick();
    driven.wait(60);
    driven.take(0, 0, 2);
    let taken_at = driven.now.at;
    assert_eq!(driven.engine.due(), Some(taken_at + MAX_DELAY));
    driven.tell(Event::Drained);
    driven.wait(39);
    driven.take(0, 2, 3);
    driven.tick();
    driven.wait(1);
    assert_eq!(driven.engine.due(), Some(driven.now.at), "from the oldest row, not the newest");
    assert!(driven.tick());
    assert_eq!((driven.published(), driven.flushes()), (vec![(0, 3)], [0, 0, 1, 0]));
}

#[test]
fn a_drained_source_hands_on_what_is_enough() {
    let mut driven = Driven::new(&[0, 2]);
    driven.take(0, 0, 2);
    driven.take(2, 0, 3);
    driven.tell(Event::Drained);
    driven.tick();
    assert_eq!(driven.published(), [(0, 0), (2, 3)]);
    assert_eq!(driven.flushes(), [0, 1, 0, 0]);
}

#[test]
fn a_full_batch_goes_on_by_itself() {
    let mut driven = Driven::new(&[0]);
    driven.take(0, 0, 37);
    driven.tick();
    // Of the first 35 records five are no rows.
    assert_eq!((driven.published(), driven.flushes()), (vec![(0, 35)], [3, 0, 0, 0]));
    assert_eq!(driven.outbox.report().counts.batches.rows().sum(), 30);
}

#[test]
fn the_report_tells_what_was_taken_when_and_how_long_it_took() {
    let mut driven = Driven::new(&[0]);
    let began = driven.now.at;
    driven.now.wall = WallClock(5);
    driven.take(0, 0, 8);
    driven.wait(20);
    driven.tell(Event::Drained);
    driven.tick();
    let report = driven.outbox.report();
    assert_eq!(report.counts.taken, 8);
    assert_eq!(report.counts.span, Some((began, began + Duration::from_millis(20))));
    // Stamps are offsets, and the wall clock says 25.
    assert_eq!((report.counts.latency.count(), report.counts.latency.sum_ms()), (8, 8 * 25 - 28));
    let letters: Vec<i64> = report.letters.iter().map(|letter| letter.letter.offset).collect();
    assert_eq!(letters, [5]);
    assert_eq!(report.records.iter().map(|record| record.offset).collect::<Vec<_>>(), [7]);
    assert_eq!(report.delays.since(0), report.delays.since(report.publications - 1));
    assert!(report.delays.since(0) > 0);
}

#[test]
fn a_partition_that_goes_is_answered_with_its_last_state_and_goes_on_elsewhere() {
    let (mut first, mut second) = (Driven::new(&[0, 1]), Driven::new(&[2]));
    first.take(0, 0, 25);
    let last = first.tell(Event::Revoke(0)).revoked.expect("it is this worker's");
    assert_eq!(last.state.next_offset, 25);
    assert_eq!(first.published(), [(0, 25)], "with what belongs to it");
    assert!(first.tell(Event::Revoke(0)).revoked.is_none(), "it has gone");
    first.take(1, 0, 10);
    first.tell(Event::Stop);
    assert_eq!(first.published(), [(0, 25), (1, 9)]);

    second.tell(Event::Assign(last));
    second.take(0, 25, 60);
    second.tell(Event::Stop);
    let mut whole = Driven::new(&[0]);
    whole.take(0, 0, 60);
    whole.tell(Event::Stop);
    assert_eq!(second.outbox.read().0[0], whole.outbox.read().0[0]);
}

#[test]
fn a_held_partition_is_cut_at_its_place_and_others_are_not() {
    let mut driven = Driven::new(&[0, 1]);
    driven.take(0, 0, 4);
    assert!(driven.tell(Event::HoldAt { partition: 0, offset: 6 }).held.is_empty());
    assert!(driven.take(1, 0, 20).is_empty());
    let held = Held { partition: 0, next_offset: 6, cursor: 5 };
    assert_eq!(driven.take(0, 4, 20), [held]);
    assert_eq!(driven.take(0, 20, 30), [], "it was told, and nothing more is taken");
    driven.tick();
    assert_eq!(driven.published()[0], (0, 6), "all rows before the place are folded");
    driven.tell(Event::Release(0));
    assert!(driven.take(0, 6, 20).is_empty());
    driven.tell(Event::Stop);
    assert_eq!(driven.published(), [(0, 20), (1, 19)]);
}

#[test]
fn a_place_in_a_hole_of_the_log_is_reached_by_the_record_after_it() {
    let mut driven = Driven::new(&[1]);
    driven.take(1, 0, 3);
    // Partition 1 has no odd offsets.
    assert!(driven.tell(Event::HoldAt { partition: 1, offset: 5 }).held.is_empty());
    let held = Held { partition: 1, next_offset: 5, cursor: 4 };
    assert_eq!(driven.take(1, 4, 5), [held], "the next offset is the place");
    driven.tell(Event::HoldAt { partition: 1, offset: 8 });
    let held = Held { partition: 1, next_offset: 7, cursor: 6 };
    assert_eq!(driven.take(1, 6, 7), []);
    assert_eq!(driven.take(1, 8, 9), [held], "the record at the place tells, and is not taken");
    assert_eq!(driven.tell(Event::HoldAt { partition: 1, offset: 7 }).held, [held], "at once");
}

#[test]
fn another_configuration_begins_between_two_batches() {
    let mut driven = Driven::new(&[0]);
    driven.take(0, 0, 8);
    driven.tell(Event::Reconfigure(Box::new(configuration(LateOutput::None))));
    driven.take(0, 8, 50);
    driven.tell(Event::Stop);
    let late = driven.outbox.take().attachments.late;
    assert_eq!(late.iter().map(|record| record.offset).collect::<Vec<_>>(), [3, 7]);
    let mut whole = Driven::new(&[0]);
    whole.take(0, 0, 50);
    whole.tell(Event::Stop);
    assert_eq!(driven.outbox.read().0[0], whole.outbox.read().0[0]);
}

/// Something that happens to one of three engines.
#[derive(Clone, Debug)]
enum Step {
    Take { partition: u32, records: i64 },
    Tick { engine: usize, pause: u64 },
    Drain { engine: usize },
    Move { partition: u32, to: usize },
    Hold { partition: u32, ahead: i64 },
    Release { partition: u32 },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => (0..4_u32, 1..20_i64).prop_map(|(partition, records)| Step::Take { partition, records }),
        3 => (0..3_usize, 0..120_u64).prop_map(|(engine, pause)| Step::Tick { engine, pause }),
        1 => (0..3_usize).prop_map(|engine| Step::Drain { engine }),
        2 => (0..4_u32, 0..3_usize).prop_map(|(partition, to)| Step::Move { partition, to }),
        1 => (0..4_u32, 0..25_i64).prop_map(|(partition, ahead)| Step::Hold { partition, ahead }),
        1 => (0..4_u32).prop_map(|partition| Step::Release { partition }),
    ];
    prop::collection::vec(step, 0..60)
}

const END: i64 = 120;

/// The last state of every partition, and the offsets of all dead letters.
fn play(steps: &[Step]) -> (Vec<Vec<u8>>, Vec<(u32, i64)>) {
    let mut engines = [Driven::new(&[0, 1]), Driven::new(&[2, 3]), Driven::new(&[])];
    let mut owner = [0, 0, 1, 1];
    let (mut next, mut held) = ([0_i64; 4], [false; 4]);
    let take = |engine: &mut Driven, next: &mut i64, held: &mut bool, partition, to: i64| {
        if *held {
            return;
        }
        let reached = engine.take(partition, *next, to);
        *next = reached.first().map_or(to, |held| held.next_offset);
        *held = !reached.is_empty();
    };
    for step in steps {
        match *step {
            Step::Take { partition, records } => {
                let i = partition as usize;
                let to = (next[i] + records).min(END);
                take(&mut engines[owner[i]], &mut next[i], &mut held[i], partition, to);
            }
            Step::Tick { engine, pause } => {
                engines[engine].wait(pause);
                engines[engine].tick();
            }
            Step::Drain { engine } => drop(engines[engine].tell(Event::Drained)),
            Step::Move { partition, to } => {
                let i = partition as usize;
                let last = engines[owner[i]].tell(Event::Revoke(partition)).revoked;
                (owner[i], held[i]) = (to, false);
                engines[to].tell(Event::Assign(last.expect("it was there")));
            }
            Step::Hold { partition, ahead } => {
                let i = partition as usize;
                let offset = next[i] + ahead;
                let reached = engines[owner[i]].tell(Event::HoldAt { partition, offset }).held;
                held[i] |= !reached.is_empty();
            }
            Step::Release { partition } => {
                let i = partition as usize;
                engines[owner[i]].tell(Event::Release(partition));
                held[i] = false;
            }
        }
    }
    for partition in 0..4 {
        let i = partition as usize;
        engines[owner[i]].tell(Event::Release(partition));
        take(&mut engines[owner[i]], &mut next[i], &mut false, partition, END);
    }
    let (mut states, mut letters) = (Vec::new(), Vec::new());
    for engine in &mut engines {
        engine.tell(Event::Stop);
        let taken = engine.outbox.take();
        states.extend(taken.snapshots);
        letters.extend(taken.attachments.letters.iter().map(|l| (l.partition, l.offset)));
    }
    newest(&mut states);
    letters.sort_unstable();
    (states.iter().map(|state| state.encode()).collect(), letters)
}

proptest! {
    #[test]
    fn whatever_happens_in_whatever_order_the_states_are_the_same(steps in steps()) {
        prop_assert_eq!(play(&steps), play(&[]));
    }
}

//! The engine, driven by a script: workers with some of the partitions each, their outboxes, a
//! checkpointer and a store that keeps bytes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use streamgauge::run::prepare;
use streamgauge_checkpoint::side_output::SideOutput;
use streamgauge_checkpoint::store::{Checkpoint, StateStore as _};
use streamgauge_checkpoint::{Backoff, Checkpointer};
use streamgauge_core::{CsvColumns, PartitionSnapshot, WallClock};
use streamgauge_decode::Decoder;
use streamgauge_engine::{
    Configuration, Engine, EngineSetup, Event, Joiners, LateOutput, Metric, MetricsIn, Moment,
    Reply, Role,
};
use streamgauge_outbox::{Origin, Outbox};
use streamgauge_plugin::Plugin;
use streamgauge_source::LatencyFrom;

use crate::case::{Case, Step};
use crate::compact::compacted;
use crate::log::{Raw, buffer_of};
use crate::ran::{Counts, Ran, finish};
use crate::settings::{Loaded, Settings};
use crate::side::{Side, place_of, sides};
use crate::store::Store;
use crate::takeover::{fresh, take_over};

/// The host between two crashes.
struct Life<'a> {
    loaded: &'a Loaded,
    records: &'a [Vec<Raw>],
    /// By partition: the next record to hand over.
    next: Vec<usize>,
    workers: Vec<(Engine, Arc<Outbox>)>,
    /// By partition: its worker.
    worker_of: Vec<usize>,
    /// By partition: whether it is held.
    held: Vec<bool>,
    /// Since the last crash or restart.
    counts: Counts,
    /// The readers of metrics that lag.
    sides: Vec<Side>,
    checkpointer: Checkpointer,
    now: Moment,
}

impl<'a> Life<'a> {
    /// Takes up what is stored, with so many workers. `again`: how many records before the stored
    /// offsets the sources hand over once more. `new`: a metric that has no state.
    fn begin(
        (case, loaded, records): (&'a Case, &'a Loaded, &'a [Vec<Raw>]),
        store: &Store,
        (workers, shift, again): (usize, usize, usize),
        new: Option<usize>,
    ) -> Self {
        let stored = store.load().expect("the store can be read");
        let (stored, changes) =
            stored.map_or_else(Default::default, |stored| take_over(loaded, stored, store, new));
        let Checkpoint { partitions: stored, kept, dead_letters: letters, .. } = stored;
        let count = case.logs.len();
        let worker_of: Vec<usize> =
            (0..count).map(|p| (p * (shift + 1) + shift) % workers).collect();
        let state = |number: usize| {
            let found = stored.iter().find(|s| s.partition as usize == number);
            found.map_or_else(
                || fresh(loaded, number as u32, &stored),
                |s| PartitionSnapshot::clone(s),
            )
        };
        let states: Vec<PartitionSnapshot> = (0..count).map(state).collect();
        let next = states.iter().zip(records).map(|(state, records)| {
            let at = records.partition_point(|r| r.offset < state.state.next_offset);
            at.saturating_sub(again)
        });
        let next = next.collect();
        let of_worker = |worker: usize| {
            let own = states.iter().filter(|s| worker_of[s.partition as usize] == worker);
            let own: Vec<PartitionSnapshot> = own.cloned().collect();
            let outbox = Outbox::beginning_with(own.iter().cloned().map(Arc::new));
            (start(case, loaded, own, (Role::Worker, None)), Arc::new(outbox))
        };
        let workers: Vec<_> = (0..workers).map(of_worker).collect();
        let origin = Origin { source: "laws".to_owned(), zone: chrono_tz::UTC, edition: 1 };
        let mut sink = SideOutput::none(origin.clone());
        sink.resume(letters);
        let checkpointer = Checkpointer {
            store: Some(Box::new(store.clone())),
            letters: sink,
            late: SideOutput::none(origin),
            outboxes: workers.iter().map(|(_, outbox)| Arc::clone(outbox)).collect(),
            sides: Arc::default(),
            kept,
            settings: prepare::state_settings(&loaded.pipeline, &loaded.plugins),
            identity: String::new(),
            committer: None,
            guard: None,
            status: Arc::default(),
            backoff: Backoff::default(),
        };
        let sides = sides((case, loaded, records), &states);
        for side in &sides {
            checkpointer.sides.add(Arc::clone(&side.outbox));
        }
        let held = vec![false; count];
        let now = Moment { at: Instant::now(), wall: WallClock(case.now()) };
        Self {
            loaded,
            records,
            next,
            workers,
            worker_of,
            held,
            counts: Counts { changes, ..Counts::default() },
            sides,
            checkpointer,
            now,
        }
    }

    /// Lets an event happen to a worker. The last state of a partition that went.
    fn tell(&mut self, worker: usize, event: Event<'_>) -> Option<Arc<PartitionSnapshot>> {
        self.ask(worker, event).revoked
    }

    /// Lets an event happen to a worker.
    fn ask(&mut self, worker: usize, event: Event<'_>) -> Reply {
        let (engine, outbox) = &mut self.workers[worker];
        let mut reply = engine.handle(event, self.now);
        if let Some((publication, report)) = reply.publish.take() {
            outbox.publish(publication, report);
        }
        for held in std::mem::take(&mut reply.held) {
            let partition = held.partition as usize;
            // What was handed over past the place was not taken.
            self.next[partition] =
                self.records[partition].partition_point(|raw| raw.offset < held.next_offset);
            self.held[partition] = true;
        }
        reply
    }

    /// Lets an event happen to a side reader. The last state of a partition that went.
    fn tell_side(&mut self, side: usize, event: Event<'_>) -> Option<Arc<PartitionSnapshot>> {
        let Side { engine, outbox, .. } = &mut self.sides[side];
        let reply = engine.handle(event, self.now);
        if let Some((publication, report)) = reply.publish {
            outbox.publish(publication, report);
        }
        reply.revoked
    }

    /// Lets a side reader read records up to the one before `until`.
    fn read_side(&mut self, side: usize, partition: usize, until: usize) {
        let from = self.sides[side].next[partition];
        let until = until.max(from);
        self.sides[side].next[partition] = until;
        let buffer = buffer_of(partition, &self.records[partition][from..until]);
        self.tell_side(side, Event::Records(buffer.block()));
        self.tell_side(side, Event::Tick);
    }

    /// A metric joins a partition, which hands over some records in the meantime.
    fn join(&mut self, side: usize, partition: usize, records: usize) {
        // A checkpoint may hold a reader ahead of its worker, whose state was taken before.
        self.release(partition);
        let ahead = self.sides[side].next[partition].saturating_sub(self.next[partition]);
        self.read(partition, ahead);
        let (worker, number) = (self.worker_of[partition], partition as u32);
        let at = MetricsIn { metrics: vec![self.sides[side].metric.clone()], partition: number };
        let expected = self.ask(worker, Event::Expect(at)).expected.expect("it lags there");
        let until = &self.records[partition];
        let until = until.partition_point(|raw| raw.offset < expected.next_offset);
        self.read(partition, records);
        self.read_side(side, partition, until);
        let last = self.tell_side(side, Event::Revoke(number)).expect("it is that reader's");
        let (states, place) = (last.metrics.clone(), place_of(&last));
        let joiners = Joiners { states, place, partition: number };
        assert_eq!(self.ask(worker, Event::Join(joiners)).joined, Some(Ok(())));
        // Whoever hears of it and looks begins no other reader.
        let (published, ..) = self.workers[worker].1.read();
        let here = published.iter().find(|one| one.partition == number).expect("it is here");
        let joined = here.metric(&self.sides[side].metric).expect("it has the metric");
        assert!(!joined.phase.is_lagging(), "what joined is published at once");
        self.sides[side].partitions.remove(&partition);
        self.counts.joins += 1;
    }

    /// The reader of a metric that lags in a partition, if there is one.
    fn side_of(&self, metric: usize, partition: usize) -> Option<usize> {
        let side = metric.checked_rem(self.sides.len())?;
        self.sides[side].partitions.contains(&partition).then_some(side)
    }

    fn step(&mut self, step: Step, store: &Store) {
        let count = self.workers.len();
        match step {
            Step::Read { pause, partition, records } => {
                self.wait(pause);
                self.read(partition % self.records.len(), records);
            }
            Step::Stream { partition, rounds, records } => {
                for _ in 0..rounds {
                    self.wait(100);
                    let partition = partition % self.records.len();
                    self.read(partition, records);
                    self.tell(self.worker_of[partition], Event::Tick);
                }
            }
            Step::Drain { worker } => drop(self.tell(worker % count, Event::Drained)),
            Step::Tick { pause, worker } => {
                self.wait(pause);
                self.tell(worker % count, Event::Tick);
            }
            Step::Move { partition, worker } => {
                self.assign(partition % self.records.len(), worker % count);
            }
            Step::Hold { partition, offsets } => {
                let partition = partition % self.records.len();
                let next = self.records[partition].get(self.next[partition]);
                if let Some(offset) = next.map(|raw| raw.offset + offsets) {
                    let event = Event::HoldAt { partition: partition as u32, offset };
                    self.tell(self.worker_of[partition], event);
                }
            }
            Step::Release { partition } => self.release(partition % self.records.len()),
            Step::Side { pause, metric, partition, records } => {
                self.wait(pause);
                let partition = partition % self.records.len();
                if let Some(side) = self.side_of(metric, partition) {
                    // A reader does not read past its worker.
                    let until = self.sides[side].next[partition] + records;
                    self.read_side(side, partition, until.min(self.next[partition]));
                }
            }
            Step::Join { metric, partition, records } => {
                let partition = partition % self.records.len();
                if let Some(side) = self.side_of(metric, partition) {
                    self.join(side, partition, records);
                }
            }
            Step::Compact { worker } => {
                let published = self.workers[worker % count].1.read().0;
                for compacted in compacted(&self.loaded.plugins, &published) {
                    self.counts.compacted += 1;
                    self.tell(worker % count, Event::Compacted(compacted));
                }
            }
            Step::Checkpoint => assert!(self.checkpointer.checkpoint()),
            Step::FailingCheckpoint => {
                store.lock().fails = true;
                assert!(!self.checkpointer.checkpoint());
                store.lock().fails = false;
            }
            Step::Crash { .. } | Step::Restart { .. } => {}
        }
    }

    fn wait(&mut self, millis: u64) {
        self.now.at += Duration::from_millis(millis);
    }

    fn read(&mut self, partition: usize, records: usize) {
        if self.held[partition] {
            return;
        }
        let from = self.next[partition];
        let until = (from + records).min(self.records[partition].len());
        self.next[partition] = until;
        let buffer = buffer_of(partition, &self.records[partition][from..until]);
        self.tell(self.worker_of[partition], Event::Records(buffer.block()));
    }

    /// Gives a partition to a worker.
    fn assign(&mut self, partition: usize, worker: usize) {
        let event = Event::Revoke(partition as u32);
        let last = self.tell(self.worker_of[partition], event).expect("it is that worker's");
        self.counts.moves += u32::from(self.worker_of[partition] != worker);
        self.held[partition] = false;
        let before = std::mem::replace(&mut self.worker_of[partition], worker);
        self.workers[worker].1.add(Arc::clone(&last));
        if before != worker {
            self.workers[before].1.forget(partition as u32);
        }
        self.tell(worker, Event::Assign(last));
    }

    fn release(&mut self, partition: usize) {
        self.held[partition] = false;
        self.tell(self.worker_of[partition], Event::Release(partition as u32));
    }

    /// Every metric that lags joins, and the sources end.
    fn join_all(&mut self) {
        for side in 0..self.sides.len() {
            for partition in self.sides[side].partitions.clone() {
                self.join(side, partition, 0);
            }
        }
        for worker in 0..self.workers.len() {
            self.tell(worker, Event::Ended);
        }
    }

    /// Everything is folded, published and stored.
    fn end(&mut self) {
        for side in 0..self.sides.len() {
            self.tell_side(side, Event::Stop);
        }
        for worker in 0..self.workers.len() {
            self.tell(worker, Event::Stop);
        }
        assert!(self.checkpointer.finish());
    }
}

/// An engine for all metrics, or for one.
pub(crate) fn start(
    case: &Case,
    loaded: &Loaded,
    partitions: Vec<PartitionSnapshot>,
    (role, only): (Role, Option<&str>),
) -> Engine {
    let Loaded { pipeline, plugins, plan } = loaded;
    let zone = pipeline.event_time.zone;
    let metric = |plugin| {
        let metric = Metric::start(plugin, &plan.projection, zone, &partitions, WallClock(0));
        if case.by_differences { metric.by_differences_from(0) } else { metric }
    };
    let is_meant = |plugin: &&Plugin| only.is_none_or(|id| plugin.settings().id == id);
    let metrics = plugins.iter().filter(is_meant).map(metric).collect();
    let decoder = if case.settings.csv {
        Decoder::csv(&plan.projection, &CsvColumns::in_schema_order(&pipeline.schema))
    } else {
        Decoder::json(&plan.projection)
    };
    Engine::new(EngineSetup {
        configuration: Configuration {
            plan: Arc::clone(plan),
            decoder,
            batch: pipeline.batch,
            publish_every: pipeline.publish_every,
            late_output: LateOutput::None,
        },
        metrics,
        partitions,
        latency_from: LatencyFrom::Taken,
        now: Some(WallClock(case.now())),
        role,
    })
}

/// Plays the script of `case`, then reads the logs to their ends.
pub(crate) fn run(case: &Case) -> Ran {
    let loaded: Vec<Loaded> = case.all_settings().iter().map(Settings::load).collect();
    let mut loaded = loaded.iter();
    let records = case.records();
    let store = Store::default();
    let mut counts = Counts::default();
    let mut all = (case, loaded.next().expect("the first"), records.as_slice());
    let mut life = Life::begin(all, &store, (3, 0, 0), None);
    for step in &case.script {
        let (dealt, other) = match *step {
            Step::Crash { workers, shift, again, other } => {
                counts.crashes += 1;
                ((workers, shift, again), other)
            }
            Step::Restart { workers, shift, other } => {
                life.end();
                ((workers, shift, 0), other)
            }
            step => {
                life.step(step, &store);
                continue;
            }
        };
        counts.add(life.counts);
        if other.change.is_some() {
            all.1 = loaded.next().expect("those after each change");
        }
        life = Life::begin(all, &store, dealt, other.new);
    }
    for partition in 0..records.len() {
        // A place behind the end of what is left may still be ahead.
        life.release(partition);
        life.read(partition, usize::MAX / 2);
    }
    life.join_all();
    life.end();
    counts.add(life.counts);
    finish(all.1, &store, counts)
}

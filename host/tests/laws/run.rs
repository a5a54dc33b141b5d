//! The engine, driven by a script: workers with some of the partitions each, their outboxes, a
//! checkpointer and a store that keeps bytes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use streamgauge_checkpoint::side_output::SideOutput;
use streamgauge_checkpoint::store::{Checkpoint, MemoryStore, StateError, StateStore};
use streamgauge_checkpoint::{Backoff, Checkpointer};
use streamgauge_core::CsvColumns;
use streamgauge_core::{
    BlockBuffer, FinalPane, PartitionSnapshot, PartitionState, Position, RecordMeta, RecordTime,
    WallClock,
};
use streamgauge_decode::Decoder;
use streamgauge_engine::{
    Configuration, Engine, EngineSetup, Event, LateOutput, Metric, Moment, Role,
};
use streamgauge_outbox::HistoryStore;
use streamgauge_outbox::Origin;
use streamgauge_outbox::Outbox;
use streamgauge_source::LatencyFrom;
use streamgauge_view::{MetricResults, Published, Results, WindowResult};

use crate::case::{Case, Step};
use crate::log::Raw;
use crate::settings::Loaded;

/// What a case came to.
pub(crate) struct Ran {
    pub(crate) partitions: Vec<Arc<PartitionSnapshot>>,
    /// Every final pane that was ever stored.
    pub(crate) final_panes: Vec<Arc<FinalPane>>,
    pub(crate) results: Vec<(String, Vec<WindowResult>)>,
    pub(crate) letters: u64,
    pub(crate) crashes: u32,
    pub(crate) moves: u32,
}

/// The store: bytes of partitions and final panes, and whether it works.
#[derive(Default)]
struct Bytes {
    partitions: BTreeMap<u32, Vec<u8>>,
    final_panes: Vec<Vec<u8>>,
    letters: u64,
    fails: bool,
}

#[derive(Clone, Default)]
struct Store(Arc<Mutex<Bytes>>);

impl Store {
    fn lock(&self) -> std::sync::MutexGuard<'_, Bytes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StateStore for Store {
    fn load(&self) -> Result<Option<Checkpoint>, StateError> {
        let bytes = self.lock();
        let decode = |bytes: &Vec<u8>| {
            Arc::new(PartitionSnapshot::decode(bytes).expect("what was stored can be read"))
        };
        let checkpoint = Checkpoint {
            partitions: bytes.partitions.values().map(decode).collect(),
            dead_letters: bytes.letters,
            ..Checkpoint::default()
        };
        Ok((!bytes.partitions.is_empty()).then_some(checkpoint))
    }

    fn save(&mut self, checkpoint: &Checkpoint) -> Result<u64, StateError> {
        let mut bytes = self.lock();
        if bytes.fails {
            let reason = "no space left on device".to_owned();
            return Err(StateError::Store { path: "laws".into(), reason });
        }
        for snapshot in &checkpoint.partitions {
            bytes.partitions.insert(snapshot.partition, snapshot.encode());
        }
        bytes.final_panes.extend(checkpoint.final_panes.iter().map(|pane| pane.encode()));
        bytes.letters = checkpoint.dead_letters;
        Ok(0)
    }

    fn history(&self) -> Arc<dyn HistoryStore> {
        Arc::new(MemoryStore::default())
    }
}

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
    /// How often a partition came to another worker.
    moves: u32,
    checkpointer: Checkpointer,
    now: Moment,
}

impl<'a> Life<'a> {
    /// Takes up what is stored, with so many workers. `again`: how many records before the stored
    /// offsets the sources hand over once more.
    fn begin(
        (case, loaded, records): (&'a Case, &'a Loaded, &'a [Vec<Raw>]),
        store: &Store,
        (workers, shift, again): (usize, usize, usize),
    ) -> Self {
        let stored = store.load().expect("the store can be read");
        let letters = stored.as_ref().map_or(0, |checkpoint| checkpoint.dead_letters);
        let stored = stored.map_or_else(Vec::new, |checkpoint| checkpoint.partitions);
        let count = case.logs.len();
        let worker_of: Vec<usize> =
            (0..count).map(|p| (p * (shift + 1) + shift) % workers).collect();
        let state = |number: usize| {
            let found = stored.iter().find(|s| s.partition as usize == number);
            found.map_or_else(|| fresh(loaded, number as u32), |s| PartitionSnapshot::clone(s))
        };
        let states: Vec<PartitionSnapshot> = (0..count).map(state).collect();
        let next = states.iter().zip(records).map(|(state, records)| {
            let at = records.partition_point(|r| r.offset < state.state.next_offset);
            at.saturating_sub(again)
        });
        let next = next.collect();
        let of_worker = |worker: usize| {
            let own = states.iter().filter(|s| worker_of[s.partition as usize] == worker);
            start(case, loaded, own.cloned().collect())
        };
        let workers: Vec<_> =
            (0..workers).map(|worker| (of_worker(worker), Arc::new(Outbox::default()))).collect();
        let origin = Origin { source: "laws".to_owned(), zone: chrono_tz::UTC };
        let mut sink = SideOutput::none(origin.clone());
        sink.resume(letters);
        let checkpointer = Checkpointer {
            store: Some(Box::new(store.clone())),
            letters: sink,
            late: SideOutput::none(origin),
            outboxes: workers.iter().map(|(_, outbox)| Arc::clone(outbox)).collect(),
            sides: Arc::default(),
            kept: Vec::new(),
            settings: BTreeMap::new(),
            identity: String::new(),
            committer: None,
            guard: None,
            status: Arc::default(),
            backoff: Backoff::default(),
        };
        let held = vec![false; count];
        let now = Moment { at: Instant::now(), wall: WallClock(case.now()) };
        Self { loaded, records, next, workers, worker_of, held, moves: 0, checkpointer, now }
    }

    /// Lets an event happen to a worker. The last state of a partition that went.
    fn tell(&mut self, worker: usize, event: Event<'_>) -> Option<Arc<PartitionSnapshot>> {
        let (engine, outbox) = &mut self.workers[worker];
        let reply = engine.handle(event, self.now);
        if let Some((publication, report)) = reply.publish {
            outbox.publish(publication, report);
        }
        for held in reply.held {
            let partition = held.partition as usize;
            // What was handed over past the place was not taken.
            self.next[partition] =
                self.records[partition].partition_point(|raw| raw.offset < held.next_offset);
            self.held[partition] = true;
        }
        reply.revoked
    }

    fn step(&mut self, step: Step, store: &Store) {
        let count = self.workers.len();
        match step {
            Step::Read { pause, partition, records } => {
                self.wait(pause);
                self.read(partition % self.records.len(), records);
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
        let mut buffer = BlockBuffer::default();
        for raw in &self.records[partition][from..until] {
            let meta = RecordMeta { offset: raw.offset, time: RecordTime(raw.stamp), cursor: 0 };
            buffer.push(partition as u32, meta, raw.value.as_deref());
        }
        self.tell(self.worker_of[partition], Event::Records(buffer.block()));
    }

    /// Gives a partition to a worker.
    fn assign(&mut self, partition: usize, worker: usize) {
        let event = Event::Revoke(partition as u32);
        let last = self.tell(self.worker_of[partition], event).expect("it is that worker's");
        self.moves += u32::from(self.worker_of[partition] != worker);
        self.held[partition] = false;
        self.worker_of[partition] = worker;
        self.tell(worker, Event::Assign(last));
    }

    fn release(&mut self, partition: usize) {
        self.held[partition] = false;
        self.tell(self.worker_of[partition], Event::Release(partition as u32));
    }

    /// Everything is folded, published and stored.
    fn end(&mut self) {
        for worker in 0..self.workers.len() {
            self.tell(worker, Event::Stop);
        }
        assert!(self.checkpointer.finish());
    }
}

fn fresh(loaded: &Loaded, partition: u32) -> PartitionSnapshot {
    PartitionSnapshot {
        partition,
        position: Position::default(),
        late_samples: Vec::new(),
        state: PartitionState::starting_at(0),
        metrics: loaded.plugins.iter().map(|plugin| Metric::empty(plugin, 0)).collect(),
    }
}

fn start(case: &Case, loaded: &Loaded, partitions: Vec<PartitionSnapshot>) -> Engine {
    let Loaded { pipeline, plugins, plan } = loaded;
    let zone = pipeline.event_time.zone;
    let metric = |plugin| Metric::start(plugin, &plan.projection, zone, &partitions, WallClock(0));
    let metrics = plugins.iter().map(metric).collect();
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
            late_output: LateOutput::None,
        },
        metrics,
        partitions,
        latency_from: LatencyFrom::Taken,
        now: Some(WallClock(case.now())),
        role: Role::Worker,
    })
}

/// Plays the script of `case`, then reads the logs to their ends.
pub(crate) fn run(case: &Case) -> Ran {
    let loaded = case.settings.load();
    let records = case.records();
    let store = Store::default();
    let (mut crashes, mut moves) = (0, 0);
    let all = (case, &loaded, records.as_slice());
    let mut life = Life::begin(all, &store, (3, 0, 0));
    for step in &case.script {
        match *step {
            Step::Crash { workers, shift, again } => {
                (crashes, moves) = (crashes + 1, moves + life.moves);
                life = Life::begin(all, &store, (workers, shift, again));
            }
            Step::Restart { workers, shift } => {
                life.end();
                moves += life.moves;
                life = Life::begin(all, &store, (workers, shift, 0));
            }
            step => life.step(step, &store),
        }
    }
    for partition in 0..records.len() {
        // A place behind the end of what is left may still be ahead.
        life.release(partition);
        life.read(partition, usize::MAX / 2);
    }
    life.end();
    finish(life.loaded, &store, (crashes, moves + life.moves))
}

fn finish(loaded: &Loaded, store: &Store, (crashes, moves): (u32, u32)) -> Ran {
    let stored = store.load().expect("the store can be read").expect("a checkpoint");
    let decode =
        |bytes: &Vec<u8>| Arc::new(FinalPane::decode(bytes).expect("what was stored can be read"));
    let final_panes: Vec<_> = store.lock().final_panes.iter().map(decode).collect();
    let silent = stored.partitions.iter().filter(|p| p.state.max_event_time.is_none());
    let published = Published {
        partitions: stored.partitions.clone(),
        final_panes: final_panes.clone(),
        idle: silent.map(|p| p.partition).collect(),
        now: 0,
        history_keep: loaded.pipeline.history_keep,
        ..Published::default()
    };
    let zone = loaded.pipeline.event_time.zone;
    let results = Results::new(&loaded.plugins, &loaded.plan, zone);
    let of = |metric: &MetricResults<'_>| {
        assert_eq!(metric.trouble, None);
        (metric.plugin.settings().id.clone(), metric.results.clone())
    };
    let results = results.all(&published).iter().map(of).collect();
    let letters = stored.dead_letters;
    Ran { partitions: stored.partitions, final_panes, results, letters, crashes, moves }
}

//! The engine, driven by a script: workers with some of the partitions each, their outboxes, a
//! checkpointer and a store that keeps bytes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use streamgauge_checkpoint::Checkpointer;
use streamgauge_checkpoint::side_output::SideOutput;
use streamgauge_checkpoint::store::{Checkpoint, MemoryStore, StateError, StateStore};
use streamgauge_core::CsvColumns;
use streamgauge_core::{
    BlockBuffer, FinalPane, PartitionSnapshot, PartitionState, Position, RecordMeta, RecordTime,
    WallClock,
};
use streamgauge_decode::Decoder;
use streamgauge_engine::Metric;
use streamgauge_engine::{Engine, EngineSetup, LateOutput};
use streamgauge_outbox::HistoryStore;
use streamgauge_outbox::Origin;
use streamgauge_outbox::Outbox;
use streamgauge_source::LatencyFrom;
use streamgauge_telemetry::Telemetry;
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
    checkpointer: Checkpointer,
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
            settings: BTreeMap::new(),
            committer: None,
            guard: None,
            status: Arc::default(),
        };
        Self { loaded, records, next, workers, worker_of, checkpointer }
    }

    fn step(&mut self, step: Step, store: &Store) {
        let count = self.workers.len();
        match step {
            Step::Read { partition, records } => {
                self.read(partition % self.records.len(), records);
            }
            Step::Flush { worker } => self.workers[worker % count].0.flush_all(),
            Step::Publish { worker } => {
                let (engine, outbox) = &mut self.workers[worker % count];
                engine.publish(outbox, None);
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

    fn read(&mut self, partition: usize, records: usize) {
        let engine = &mut self.workers[self.worker_of[partition]].0;
        let from = self.next[partition];
        let until = (from + records).min(self.records[partition].len());
        let mut buffer = BlockBuffer::default();
        for raw in &self.records[partition][from..until] {
            let meta = RecordMeta { offset: raw.offset, time: RecordTime(raw.stamp), cursor: 0 };
            buffer.push(partition as u32, meta, raw.value.as_deref());
        }
        engine.take(buffer.block());
        self.next[partition] = until;
    }

    /// Flush, publish, store.
    fn end(&mut self) {
        for (engine, outbox) in &mut self.workers {
            engine.flush_all();
            engine.publish(outbox, None);
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
    let metric = |plugin| Metric::take_up(plugin, plan, zone, &partitions).expect("it goes on");
    let metrics = plugins.iter().map(metric).collect();
    let decoder = if case.settings.csv {
        Decoder::csv(&plan.projection, &CsvColumns::in_schema_order(&pipeline.schema))
    } else {
        Decoder::json(&plan.projection)
    };
    Engine::new(EngineSetup {
        plan: Arc::clone(plan),
        decoder,
        metrics,
        partitions,
        batch: pipeline.batch,
        latency_from: LatencyFrom::Taken,
        now: Some(WallClock(case.now())),
        late_output: LateOutput::None,
        telemetry: Arc::new(Telemetry::new()),
    })
}

/// Plays the script of `case`, then reads the logs to their ends.
pub(crate) fn run(case: &Case) -> Ran {
    let loaded = case.settings.load();
    let records = case.records();
    let store = Store::default();
    let mut crashes = 0;
    let all = (case, &loaded, records.as_slice());
    let mut life = Life::begin(all, &store, (1, 0, 0));
    for step in &case.script {
        match *step {
            Step::Crash { workers, shift, again } => {
                crashes += 1;
                life = Life::begin(all, &store, (workers, shift, again));
            }
            Step::Restart { workers, shift } => {
                life.end();
                life = Life::begin(all, &store, (workers, shift, 0));
            }
            step => life.step(step, &store),
        }
    }
    for partition in 0..records.len() {
        life.read(partition, usize::MAX / 2);
    }
    life.end();
    finish(life.loaded, &store, crashes)
}

fn finish(loaded: &Loaded, store: &Store, crashes: u32) -> Ran {
    let stored = store.load().expect("the store can be read").expect("a checkpoint");
    let decode =
        |bytes: &Vec<u8>| Arc::new(FinalPane::decode(bytes).expect("what was stored can be read"));
    let final_panes: Vec<_> = store.lock().final_panes.iter().map(decode).collect();
    let silent = stored.partitions.iter().filter(|p| p.state.max_event_time.is_none());
    let published = Published {
        partitions: stored.partitions.clone(),
        final_panes: final_panes.clone(),
        idle: silent.map(|p| p.partition).collect(),
        quarantined: BTreeMap::new(),
        history_keep: loaded.pipeline.history_keep,
    };
    let zone = loaded.pipeline.event_time.zone;
    let results = Results::new(&loaded.plugins, &loaded.plan, zone);
    let of = |metric: &MetricResults<'_>| {
        assert_eq!(metric.trouble, None);
        (metric.plugin.settings().id.clone(), metric.results.clone())
    };
    let results = results.all(&published).iter().map(of).collect();
    let letters = stored.dead_letters;
    Ran { partitions: stored.partitions, final_panes, results, letters, crashes }
}

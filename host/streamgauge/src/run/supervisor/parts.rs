//! What a run is put together from: a worker for each share, and the readers beside them.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{self, Sender};
use std::thread::{self, Scope, ScopedJoinHandle};
use std::time::Instant;

use streamgauge_checkpoint::Checkpointer;
use streamgauge_core::LatenessClock;
use streamgauge_engine::{Clock as _, Command, Configuration, EngineSetup, Metric, Role, Setup};
use streamgauge_outbox::Outbox;
use streamgauge_source::LatencyFrom;

use super::{Supervisor, SystemClock, Told};
use crate::run::opening::{Feed, Share};
use crate::run::side::SideReaders;

impl Supervisor {
    pub(super) fn setup(
        &self,
        share: Share,
        latency_from: LatencyFrom,
        outbox: &Arc<Outbox>,
        lasts: &Arc<AtomicBool>,
    ) -> (Sender<Command>, Setup) {
        let Share { source, decoder, partitions } = share;
        let zone = self.pipeline.event_time.zone;
        let clock = Box::new(SystemClock::new(&self.pulses));
        let (projection, wall) = (&self.plan.projection, clock.now().wall);
        // Only a log that can be read again has its records searched.
        let searches = matches!(self.feed, Feed::Pipeline { .. })
            && self.pipeline.lateness.clock != LatenessClock::Processing;
        let start = |plugin| {
            let metric = Metric::start(plugin, projection, zone, &partitions, wall);
            if searches { metric.searching() } else { metric }
        };
        let metrics = self.plugins.iter().map(start).collect();
        let configuration = Configuration {
            plan: Arc::clone(&self.plan),
            decoder,
            batch: self.pipeline.batch,
            publish_every: self.pipeline.publish_every,
            late_output: self.late_output(),
        };
        let now = self.now;
        let engine = EngineSetup {
            configuration,
            metrics,
            partitions,
            latency_from,
            now,
            role: Role::Worker,
        };
        let (told, commands) = mpsc::channel();
        let outbox = Arc::clone(outbox);
        let lasts = Arc::clone(lasts);
        (told, Setup { source, engine, outbox, commands, clock, lasts })
    }

    pub(super) fn side_readers(&self, lasts: Arc<AtomicBool>) -> SideReaders {
        SideReaders {
            pipeline: Arc::clone(&self.pipeline),
            plugins: self.plugins.clone(),
            run_status: Arc::clone(&self.run_status),
            sides: Arc::clone(&self.run_status.sides),
            pulses: self.pulses.clone(),
            lasts,
        }
    }

    /// Looks after the side readers in a thread, until `ended` is raised.
    pub(super) fn look_after<'scope>(
        &self,
        scope: &'scope Scope<'scope, '_>,
        readers: &'scope SideReaders,
        told: &[Told],
        ended: &'scope AtomicBool,
    ) -> ScopedJoinHandle<'scope, ()> {
        let (pulse, told) = (self.pulses.watch("side-readers"), told.to_vec());
        let looked_after = move || {
            // Dropped at the end: who has ended gives no sign of life.
            let pulse = pulse;
            readers.run(scope, &told, ended, &pulse);
        };
        let named = thread::Builder::new().name("side-readers".into());
        named.spawn_scoped(scope, looked_after).expect("a thread can be started")
    }

    /// Stores checkpoints in a thread, until `done` is raised.
    pub(super) fn store_meanwhile<'scope>(
        &self,
        scope: &'scope Scope<'scope, '_>,
        checkpointer: &'scope mut Checkpointer,
        done: &'scope AtomicBool,
    ) -> ScopedJoinHandle<'scope, ()> {
        let (pulse, every) = (self.pulses.watch("checkpointer"), self.pipeline.checkpoint_every);
        let stored = move || {
            // Dropped at the end: who has ended gives no sign of life.
            let pulse = pulse;
            checkpointer.run(every, done, || pulse.beat(Instant::now()));
        };
        let named = thread::Builder::new().name("checkpointer".into());
        named.spawn_scoped(scope, stored).expect("a thread can be started")
    }
}

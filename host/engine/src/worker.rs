//! A worker: one thread with a source, a decoder and an instance of every metric, for some of the
//! partitions. It is one closed loop: what the source has, what it is told, and the time become
//! events, and the [`Engine`] finishes one before the next.
//!
//! The thread waits in two places, both bounded: for its source, and for a checkpoint where too
//! much is unwritten.

mod assigned_partition;
mod engine;
mod event;
mod late_output;
mod latency;
mod pace;
mod role;
mod spare;
mod stages;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, TryRecvError};
use std::thread;
use std::time::Duration;

use streamgauge_core::{BlockLimits, PartitionSnapshot};

use streamgauge_core::LogEnd;
use streamgauge_core::{Fetched, ReadFrom, Supply};
use streamgauge_outbox::{Outbox, Publication, WorkerReport};
use streamgauge_source::{Source, SourceError};

use crate::metric::{Expected, NotJoined};

pub use engine::{Engine, EngineSetup};
pub use event::{
    Clock, CompactedIn, Configuration, Event, Held, Joiners, MetricsIn, Moment, Reply,
};
pub use late_output::LateOutput;
pub use role::Role;
use stages::StageClock;

/// How much is taken from the source before the loop looks around: little enough to stay in the
/// cache between the source and the columns.
const BLOCK: BlockLimits = BlockLimits { records: 2048, bytes: 256 << 10 };

/// How long a worker waits for room before it looks around.
const ROOM_WAIT: Duration = Duration::from_millis(100);

/// How often a worker whose source has ended looks for what it is told.
const ENDED_LOOK: Duration = Duration::from_millis(5);

/// Everything a worker needs.
pub struct Setup {
    /// Where records come from.
    pub source: Box<dyn Source>,
    /// What they are handed to.
    pub engine: EngineSetup,
    /// The place that states are published to.
    pub outbox: Arc<Outbox>,
    /// What the worker is told; it stops when nobody can tell it anything any more.
    pub commands: Receiver<Command>,
    /// Tells the time; the engine has no clock of its own.
    pub clock: Box<dyn Clock>,
    /// Raised as long as the worker is not to end with its source while a metric is still to join.
    pub lasts: Arc<AtomicBool>,
}

/// What a worker is told while it runs.
pub enum Command {
    /// To take a partition in the state in which it was left. Of a bounded read, `stop` is the
    /// offset after the last record.
    Assign {
        /// The state in which the partition was left.
        partition: Arc<PartitionSnapshot>,
        /// The first offset that is not read; `None` means no bound.
        stop: Option<i64>,
    },
    /// To give a partition away; its last state is published and sent.
    Revoke {
        /// The number of the partition to give away.
        partition: u32,
        /// Told the last state.
        gone: Sender<Arc<PartitionSnapshot>>,
    },
    /// To read in another way.
    Reconfigure(Box<Configuration>),
    /// To take no record of a partition at or past an offset. A hold from before is forgotten.
    HoldAt {
        /// The number of the partition to hold.
        partition: u32,
        /// The first offset that is not taken.
        offset: i64,
        /// Told when all records before it are folded.
        held: Sender<Held>,
    },
    /// To read a held partition on.
    Release {
        /// The number of the held partition.
        partition: u32,
    },
    /// To keep rows for metrics that are about to join a partition.
    Expect {
        /// The metrics and the partition.
        at: MetricsIn,
        /// Told the place whose states are needed; `None` means that one of the metrics does not
        /// lag there.
        expected: Sender<Option<Expected>>,
    },
    /// To run metrics in a partition from the expected place on.
    Join {
        /// The states that a side reader has at the place.
        joiners: Joiners,
        /// Told whether they did.
        joined: Sender<Result<(), NotJoined>>,
    },
    /// To keep nothing more for metrics in a partition.
    Forget(MetricsIn),
    /// To let a metric that stopped be brought to its partitions' places.
    Lag {
        /// The id that the pipeline gives the metric.
        metric: String,
    },
    /// To export an accumulator as the whole that was made of it.
    Compacted(CompactedIn),
    /// To stop, with all that was taken folded and published.
    Stop,
}

/// Why a worker came to its end in good order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finished {
    /// It was told to stop.
    Stopped,
    /// Its source was read to the end.
    Ended,
}

/// Runs a worker until it is told to stop or its source ends. Whatever it took in before is
/// folded and published when it returns, also with an error.
///
/// # Errors
/// The source cannot continue.
pub fn run(setup: Setup) -> Result<Finished, SourceError> {
    let Setup { source, engine, outbox, commands, clock, lasts } = setup;
    let stages = StageClock::start(clock.now().at);
    let engine = Engine::new(engine);
    let (holds, supply) = (Vec::new(), Supply::Drained);
    let mut worker =
        Worker { source, engine, outbox, commands, clock, stages, holds, supply, lasts };
    let result = worker.work();
    worker.tell_marks();
    worker.tell(Event::Stop);
    result
}

struct Worker {
    source: Box<dyn Source>,
    engine: Engine,
    outbox: Arc<Outbox>,
    commands: Receiver<Command>,
    clock: Box<dyn Clock>,
    stages: StageClock,
    holds: Vec<Hold>,
    /// What the source said last.
    supply: Supply,
    lasts: Arc<AtomicBool>,
}

/// A partition that is to be held, or is.
struct Hold {
    partition: u32,
    told: Sender<Held>,
    /// Where reading continues; `None` means that the partition is not held yet.
    resume: Option<ReadFrom>,
}

impl Worker {
    fn work(&mut self) -> Result<Finished, SourceError> {
        loop {
            while let Some(command) = self.next_command() {
                if matches!(command, Command::Stop) {
                    return Ok(Finished::Stopped);
                }
                self.obey(command)?;
            }
            self.tell(Event::Tick);
            let asked = self.clock.now().at;
            let unpublished = self.engine.attached_bytes();
            let has_room = self.outbox.wait_for_room(unpublished, ROOM_WAIT);
            self.stages.blocked += self.clock.now().at - asked;
            if has_room && self.fetch()? == Progress::Ended {
                return Ok(Finished::Ended);
            }
        }
    }

    /// What the worker was told and has not done; nobody who can tell it anything is a stop.
    fn next_command(&self) -> Option<Command> {
        match self.commands.try_recv() {
            Ok(command) => Some(command),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Command::Stop),
        }
    }

    /// Takes what the source has.
    fn fetch(&mut self) -> Result<Progress, SourceError> {
        let asked = self.clock.now().at;
        let due = self.engine.due().map(|due| due.saturating_duration_since(asked));
        let timeout = match self.supply {
            Supply::More => Duration::ZERO,
            Supply::Drained => due.unwrap_or_default(),
        };
        let fetched = self.source.next_block(BLOCK, timeout)?;
        let now = self.clock.now();
        self.stages.waiting += now.at - asked;
        self.supply = Supply::Drained;
        let mut held = Vec::new();
        match fetched {
            Fetched::Records { block, supply } => {
                self.supply = supply;
                held = self.engine.handle(Event::Records(block), now).held;
            }
            Fetched::Nothing => {}
            // What is held is still to be read.
            Fetched::Ended if self.holds.iter().any(|hold| hold.resume.is_some()) => {}
            Fetched::Ended => {
                // Rows that wait may put a metric back.
                self.tell(Event::Ended);
                if !(self.engine.is_expecting() && self.lasts.load(Ordering::Relaxed)) {
                    return Ok(Progress::Ended);
                }
                thread::sleep(ENDED_LOOK);
            }
        }
        for (partition, offset) in self.source.take_read_to() {
            held.extend(self.tell(Event::ReadTo { partition, offset }).held);
        }
        self.tell_marks();
        if self.supply == Supply::Drained {
            self.tell(Event::Drained);
        }
        held.into_iter().try_for_each(|held| self.hold(held))?;
        Ok(Progress::Continues)
    }

    fn tell_marks(&mut self) {
        for (partition, mark) in self.source.take_marks() {
            self.tell(Event::Marked { partition, mark });
        }
    }

    fn obey(&mut self, command: Command) -> Result<(), SourceError> {
        match command {
            Command::Assign { partition, stop } => {
                let (number, offset) = (partition.partition, partition.state.next_offset);
                let from = ReadFrom { offset, cursor: partition.position.cursor, stop };
                self.tell(Event::Assign(partition));
                self.source.assign(number, from)?;
            }
            Command::Revoke { partition, gone } => {
                // A held partition is not read as it is.
                if self.forget_hold(partition).is_none() {
                    self.source.revoke(partition)?;
                }
                if let Some(last) = self.tell(Event::Revoke(partition)).revoked {
                    // Nobody who waits for it is no reason to keep the partition.
                    let _ = gone.send(last);
                }
            }
            Command::Reconfigure(configuration) => {
                self.tell(Event::Reconfigure(configuration));
            }
            Command::HoldAt { partition, offset, held } => {
                // A held partition may be read on up to another place.
                let resume = self.forget_hold(partition);
                self.holds.push(Hold { partition, told: held, resume });
                let reply = self.tell(Event::HoldAt { partition, offset });
                match (resume, reply.held.first()) {
                    (None, _) => reply.held.into_iter().try_for_each(|held| self.hold(held))?,
                    (Some(_), Some(reached)) => {
                        let last = self.holds.last().expect("it was just added");
                        let _ = last.told.send(*reached);
                    }
                    (Some(resume), None) => {
                        self.holds.last_mut().expect("it was just added").resume = None;
                        self.source.assign(partition, resume)?;
                    }
                }
            }
            Command::Release { partition } => {
                self.tell(Event::Release(partition));
                if let Some(resume) = self.forget_hold(partition) {
                    self.source.assign(partition, resume)?;
                }
            }
            Command::Expect { at, expected } => {
                // Who asked may be gone, as with the others.
                let _ = expected.send(self.tell(Event::Expect(at)).expected);
            }
            Command::Join { joiners, joined } => {
                let reply = self.tell(Event::Join(joiners));
                let _ = joined.send(reply.joined.unwrap_or(Err(NotJoined::NotExpected)));
            }
            Command::Forget(at) => {
                self.tell(Event::Forget(at));
            }
            Command::Lag { metric } => {
                self.tell(Event::Lag { metric });
            }
            Command::Compacted(compacted) => {
                self.tell(Event::Compacted(compacted));
            }
            Command::Stop => {}
        }
        Ok(())
    }

    /// Stops reading a partition that has reached its place, and tells so.
    fn hold(&mut self, held: Held) -> Result<(), SourceError> {
        let Held { partition, next_offset: offset, cursor } = held;
        let stop = self.source.revoke(partition)?;
        if let Some(hold) = self.holds.iter_mut().find(|hold| hold.partition == partition) {
            hold.resume = Some(ReadFrom { offset, cursor, stop });
            // Who asked may be gone; the partition is held until it is released.
            let _ = hold.told.send(held);
        }
        Ok(())
    }

    /// Where a partition that was held is read on, if it was.
    fn forget_hold(&mut self, partition: u32) -> Option<ReadFrom> {
        let i = self.holds.iter().position(|hold| hold.partition == partition)?;
        self.holds.swap_remove(i).resume
    }

    /// Tells the engine, and publishes what comes of it.
    fn tell(&mut self, event: Event<'_>) -> Reply {
        let (now, plugins) = (self.clock.now(), self.engine.plugin_time());
        let mut reply = self.engine.handle(event, now);
        if let Some((publication, report)) = reply.publish.take() {
            self.publish(publication, report);
            let took = self.clock.now().at - now.at;
            let plugins = self.engine.plugin_time().saturating_sub(plugins);
            self.stages.publish += took.saturating_sub(plugins);
        }
        reply
    }

    /// Publishes with what the source and the thread add to the engine's report.
    fn publish(&mut self, publication: Publication, mut report: WorkerReport) {
        let ends = self.source.log_ends();
        report.levels.log_ends =
            ends.into_iter().map(|LogEnd { partition, end }| (partition, end)).collect();
        report.levels.queue_records = self.source.queue_depth() as u64;
        report.counts.stages = self.stages.times(self.clock.now().at, self.engine.plugin_time());
        self.outbox.publish(publication, report);
    }
}

/// What a look at the source came to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    Continues,
    Ended,
}

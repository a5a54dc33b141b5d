//! Metrics are handed over from a reader to the worker of a partition, at one place:
//!
//! 1. The worker cuts its batch, and keeps what it hands over from there on for the metrics too.
//! 2. The reader reads up to that place, and gives the partition away.
//! 3. The worker takes the metrics' states, folds what it kept, and runs them from then on.
//!
//! The stream never waits. Where more comes in the meantime than is kept, the next try may succeed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use streamgauge_core::{MetricPlace, MetricSnapshot, PartitionSnapshot};
use streamgauge_engine::{Command, Expected, Joiners, MetricsIn};

/// How long an answer may take while nothing has moved. Once the reader was told to give the partition
/// away, nobody else has the metrics' states, so the answers are waited for.
const ANSWER: Duration = Duration::from_secs(3);

/// How often a wait looks whether the run ends.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What a try came to.
pub(super) enum Joined {
    /// The metrics run in the partition, or stopped on their way.
    Yes,
    /// They do not, and why.
    No(String),
}

/// Tries to hand over the metrics of a reader in the partition of `here`.
pub(super) fn join(
    worker: &Sender<Command>,
    reader: &Sender<Command>,
    here: &PartitionSnapshot,
    done: &AtomicBool,
) -> Joined {
    let partition = here.partition;
    let metrics = here.metrics.iter().map(|metric| metric.id.clone()).collect();
    let at = MetricsIn { metrics, partition };
    match try_to(worker, reader, &at, done) {
        Ok(()) => Joined::Yes,
        Err(reason) => {
            let _ = worker.send(Command::Forget(at));
            Joined::No(reason)
        }
    }
}

fn try_to(
    worker: &Sender<Command>,
    reader: &Sender<Command>,
    at: &MetricsIn,
    done: &AtomicBool,
) -> Result<(), String> {
    let partition = at.partition;
    let (expected, answer) = mpsc::channel();
    tell(worker, Command::Expect { at: at.clone(), expected })?;
    let Expected { next_offset, place } =
        wait_within(Some(ANSWER), &answer, done)?.ok_or("the worker does not know that it lags")?;
    let (held, answer) = mpsc::channel();
    tell(reader, Command::HoldAt { partition, offset: next_offset, held })?;
    wait_within(Some(ANSWER), &answer, done)?;
    let (gone, answer) = mpsc::channel();
    tell(reader, Command::Revoke { partition, gone })?;
    let last = wait_within(None, &answer, done)?;
    if last.metrics.iter().any(|metric| metric.phase.is_lagging()) {
        return Err("its plugin crashed on the way".to_owned());
    }
    let joiners = joiners(&last, next_offset, &place);
    let (joined, answer) = mpsc::channel();
    tell(worker, Command::Join { joiners, joined })?;
    let Err(refused) = wait_within(None, &answer, done)? else { return Ok(()) };
    let offset = last.state.next_offset;
    tell(reader, Command::Assign { partition: last, stop: None })?;
    tell(reader, Command::HoldAt { partition, offset, held: mpsc::channel().0 })?;
    Err(refused.to_string())
}

/// The metrics as they are given away. All records before `next_offset` are read; the last of them
/// may be gone from the log since the worker read it.
fn joiners(last: &Arc<PartitionSnapshot>, next_offset: i64, there: &MetricPlace) -> Joiners {
    let place = last.place();
    let is_before = last.state.next_offset <= next_offset && place.gaps == there.gaps;
    let at = |metric: &MetricSnapshot| match metric.phase.stop() {
        None if is_before => MetricSnapshot { next_offset, ..metric.clone() },
        _ => metric.clone(),
    };
    Joiners { states: last.metrics.iter().map(at).collect(), place, partition: last.partition }
}

fn tell(who: &Sender<Command>, command: Command) -> Result<(), String> {
    who.send(command).map_err(|_| "it has ended".to_owned())
}

/// Waits for an answer, no longer than `limit` and unless the run ends.
fn wait_within<T>(
    limit: Option<Duration>,
    answer: &Receiver<T>,
    done: &AtomicBool,
) -> Result<T, String> {
    let until = limit.map(|limit| Instant::now() + limit);
    loop {
        match answer.recv_timeout(LOOK_EVERY) {
            Ok(answer) => return Ok(answer),
            Err(RecvTimeoutError::Disconnected) => return Err("it has ended".to_owned()),
            Err(RecvTimeoutError::Timeout) if done.load(Ordering::Relaxed) => {
                return Err("the run ends".to_owned());
            }
            Err(RecvTimeoutError::Timeout)
                if until.is_some_and(|until| Instant::now() >= until) =>
            {
                return Err("no answer in time".to_owned());
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

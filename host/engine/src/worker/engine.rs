//! The part of a worker that events happen to. It reads nothing, waits for nothing and knows no
//! clock: the same events at the same moments come to the same states.
//!
//! Batches adapt by themselves: while the source has more, a batch grows up to `batch.max`; when
//! the source is drained, what is there is handed on as soon as it is `batch.min` rows; and no row
//! waits longer than `batch.max_delay`, whether or not another record comes.

mod joining;
mod room;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use streamgauge_core::{Block, PartitionSnapshot, Rejection, Run, WallClock};

use super::assigned_partition::{AssignedPartition, Export, Outputs};
use super::event::{Configuration, Event, Held, Moment, Reply};
use streamgauge_source::LatencyFrom;

use super::latency::Runs;
use super::pace::publish_pause;
use super::role::Role;
use super::spare::Spare;
use crate::Metric;
use streamgauge_outbox::{
    Ages, Attachments, FlushCause, Publication, RecentLetter, RecentLetters, WorkerReport,
};

/// Dead letters, late records and final panes, in bytes, that do not wait for the next regular
/// publication.
const ATTACHED_BYTES_MAX: usize = 2 << 20;

/// Everything an [`Engine`] needs.
pub struct EngineSetup {
    /// How records are read.
    pub configuration: Configuration,
    /// The metrics, started for every partition.
    pub metrics: Vec<Metric>,
    /// The partitions in the states in which they were left.
    pub partitions: Vec<PartitionSnapshot>,
    /// What latency is measured from.
    pub latency_from: LatencyFrom,
    /// A wall clock that stands still, for `lateness.clock = "processing"`; `None` means the time
    /// of day.
    pub now: Option<WallClock>,
    /// What the engine's states are for.
    pub role: Role,
}

/// See the head of this file.
pub struct Engine {
    configuration: Configuration,
    partitions: Vec<AssignedPartition>,
    metrics: Vec<Metric>,
    latency_from: LatencyFrom,
    now: Option<WallClock>,
    role: Role,
    /// Records that the metrics have, but that are not published.
    unpublished: Runs,
    spare: Spare,
    /// Of partitions that went.
    ages: Ages,
    /// `None` before the first publication.
    next_publish: Option<Instant>,
    /// Whether records were taken at the last event, whose end is not known yet.
    has_taken: bool,
    /// Whether the source has ended, as far as is known.
    has_ended: bool,
    report: WorkerReport,
}

impl Engine {
    /// An engine that has taken nothing yet.
    pub fn new(setup: EngineSetup) -> Self {
        let EngineSetup { configuration, metrics, partitions, latency_from, now, role } = setup;
        let outputs = Outputs { late: configuration.late_output, role };
        let assigned = |partition: &PartitionSnapshot| {
            AssignedPartition::new(&configuration.plan, partition, outputs)
        };
        Self {
            partitions: partitions.iter().map(assigned).collect(),
            configuration,
            metrics,
            latency_from,
            now,
            role,
            unpublished: Runs::default(),
            spare: Spare::default(),
            ages: Ages::default(),
            next_publish: None,
            has_taken: false,
            has_ended: false,
            report: WorkerReport::default(),
        }
    }

    /// Finishes `event`, which happens at `now`.
    pub fn handle(&mut self, event: Event<'_>, now: Moment) -> Reply {
        self.note_end_of_taking(now.at);
        self.metrics.iter_mut().for_each(|metric| metric.at(now.wall));
        let mut reply = Reply::default();
        match event {
            Event::Records(block) => reply.held = self.take(block, now),
            Event::Drained => self.flush_available(),
            Event::Ended => {
                self.has_ended = true;
                self.flush_all();
            }
            Event::ReadTo { partition, offset } => reply.held = self.read_to(partition, offset),
            Event::Marked { partition, mark } => {
                if let Some(i) = self.index_of(partition) {
                    self.partitions[i].set_mark(mark);
                }
            }
            Event::Tick => {
                self.flush_overdue(now.at);
                if self.next_publish.is_none_or(|next| now.at >= next)
                    || self.attached_bytes() > ATTACHED_BYTES_MAX
                {
                    let before = self.exporting();
                    reply.publish = Some(self.publish(Metric::export, now));
                    let spent = self.exporting().saturating_sub(before);
                    let pause = publish_pause(spent, self.configuration.publish_every);
                    self.report.levels.publish_every = pause;
                    self.next_publish = Some(now.at + pause);
                }
            }
            Event::Assign(partition) => self.assign(&partition),
            Event::Revoke(partition) => self.revoke(partition, now, &mut reply),
            Event::Reconfigure(configuration) => self.reconfigure(*configuration),
            Event::HoldAt { partition, offset } => reply.held = self.hold_at(partition, offset),
            Event::Release(partition) => {
                if let Some(i) = self.index_of(partition) {
                    self.partitions[i].release();
                }
            }
            Event::Expect(at) => reply.expected = self.expect(&at),
            Event::Join(joiners) => {
                let joined = self.join(joiners);
                // Whoever looks after the answer sees metrics that run.
                if joined.is_ok() {
                    reply.publish = Some(self.publish(Metric::export, now));
                }
                reply.joined = Some(joined);
            }
            Event::Forget(at) => self.forget(&at),
            Event::Lag { metric } => self.lag(&metric),
            Event::Compacted(compacted) => self.compact(&compacted),
            Event::Stop => {
                self.flush_all();
                let export = if self.has_ended { self.whole() } else { Metric::export };
                reply.publish = Some(self.publish(export, now));
            }
        }
        reply
    }

    /// When the next [`Event::Tick`] is due; `None` means at once.
    pub fn due(&self) -> Option<Instant> {
        let max_delay = self.configuration.batch.max_delay;
        let rows = self.partitions.iter().filter_map(|partition| partition.due(max_delay)).min();
        let publish = self.next_publish?;
        Some(rows.map_or(publish, |rows| rows.min(publish)))
    }

    /// Whether there is something to wait for when the source has ended: metrics that are still to
    /// join, or, for a side reader, to be handed over.
    pub(super) fn is_expecting(&self) -> bool {
        self.role == Role::SideReader || self.metrics.iter().any(Metric::lags)
    }

    /// What the plugins have spent on the states that were published so far.
    fn exporting(&self) -> Duration {
        self.metrics.iter().map(|metric| metric.cost().exporting).sum()
    }

    /// What the plugins have spent on folding so far.
    pub fn plugin_time(&self) -> Duration {
        self.metrics.iter().map(Metric::spent).sum()
    }

    /// Records are taken from their event to the next one.
    fn note_end_of_taking(&mut self, at: Instant) {
        if std::mem::take(&mut self.has_taken)
            && let Some((_, last)) = &mut self.report.counts.span
        {
            *last = at;
        }
    }

    fn index_of(&self, partition: u32) -> Option<usize> {
        self.partitions.iter().position(|assigned| assigned.number() == partition)
    }

    fn take(&mut self, block: Block<'_>, now: Moment) -> Vec<Held> {
        let counts = &mut self.report.counts;
        counts.taken += block.records() as u64;
        counts.span.get_or_insert((now.at, now.at));
        self.has_taken = true;
        let held = block.runs().filter_map(|run| self.take_run(run, now)).collect();
        self.bound_pending();
        held
    }

    /// Takes records of one partition and hands batches on when they are full.
    fn take_run(&mut self, run: Run<'_>, now: Moment) -> Option<Held> {
        let i = self.index_of(run.partition);
        let i = i.expect("a source hands over only the partitions that it was given");
        let assigned = &mut self.partitions[i];
        let end = assigned.held_at().unwrap_or(i64::MAX);
        let Configuration { plan, decoder, batch, .. } = &mut self.configuration;
        let wall = self.now.unwrap_or(now.wall);
        let mut is_past = false;
        assigned.take_buffers(&mut self.spare);
        for record in run.records() {
            if record.meta.offset >= end {
                is_past = true;
                break;
            }
            let decoded = match record.value {
                Some(bytes) => decoder.decode_into(bytes, assigned.incoming()),
                None => Err(Rejection::Empty),
            };
            let measured_from = match self.latency_from {
                LatencyFrom::Stamp => record.meta.time.millis(),
                LatencyFrom::Taken => Some(now.wall.0),
            };
            assigned.accept(plan, record, decoded, (now.at, wall), measured_from);
            if assigned.is_full(batch.max.get()) {
                count_batch(&mut self.report, assigned.rows(), FlushCause::Full);
                assigned.flush(plan, &mut self.metrics, &mut self.unpublished);
            }
        }
        assigned.give_buffers(&mut self.spare);
        let held = assigned.reach_hold(is_past);
        if held.is_some() {
            self.flush(i, FlushCause::End);
        }
        held
    }

    fn read_to(&mut self, partition: u32, offset: i64) -> Vec<Held> {
        let Some(i) = self.index_of(partition) else { return Vec::new() };
        self.partitions[i].read_to(offset);
        self.reach_hold(i)
    }

    fn flush_available(&mut self) {
        for i in 0..self.partitions.len() {
            if self.partitions[i].rows() >= self.configuration.batch.min.get() {
                self.flush(i, FlushCause::Available);
            }
        }
    }

    fn flush_overdue(&mut self, at: Instant) {
        for i in 0..self.partitions.len() {
            let due = self.partitions[i].due(self.configuration.batch.max_delay);
            if due.is_some_and(|due| due <= at) {
                self.flush(i, FlushCause::Delay);
            }
        }
    }

    fn flush_all(&mut self) {
        (0..self.partitions.len()).for_each(|i| self.flush(i, FlushCause::End));
    }

    fn flush(&mut self, i: usize, cause: FlushCause) {
        let assigned = &mut self.partitions[i];
        count_batch(&mut self.report, assigned.rows(), cause);
        assigned.flush(&self.configuration.plan, &mut self.metrics, &mut self.unpublished);
        assigned.give_buffers(&mut self.spare);
    }

    fn assign(&mut self, partition: &PartitionSnapshot) {
        let number = partition.partition;
        assert!(self.index_of(number).is_none(), "a partition comes once");
        self.metrics.iter_mut().for_each(|metric| metric.assign(partition));
        let Configuration { plan, late_output, .. } = &self.configuration;
        let outputs = Outputs { late: *late_output, role: self.role };
        self.partitions.push(AssignedPartition::new(plan, partition, outputs));
    }

    fn revoke(&mut self, partition: u32, now: Moment, reply: &mut Reply) {
        let Some(i) = self.index_of(partition) else { return };
        self.flush(i, FlushCause::End);
        let (snapshot, attachments) = self.partitions[i].export(Metric::export, &mut self.metrics);
        self.metrics.iter_mut().for_each(|metric| metric.revoke(partition));
        self.report_of_partitions();
        self.ages.merge(self.partitions.remove(i).ages());
        reply.revoked = Some(snapshot.clone());
        reply.publish = Some(self.hand_over(vec![snapshot], attachments, now));
    }

    fn reconfigure(&mut self, configuration: Configuration) {
        self.flush_all();
        let Configuration { plan, late_output, .. } = &configuration;
        self.metrics.iter_mut().for_each(|metric| metric.bind(&plan.projection));
        self.partitions.iter_mut().for_each(|assigned| assigned.reconfigure(plan, *late_output));
        self.spare.clear();
        self.configuration = configuration;
    }

    fn hold_at(&mut self, partition: u32, offset: i64) -> Vec<Held> {
        let Some(i) = self.index_of(partition) else { return Vec::new() };
        self.partitions[i].hold_at(offset);
        self.reach_hold(i)
    }

    fn reach_hold(&mut self, i: usize) -> Vec<Held> {
        let held = self.partitions[i].reach_hold(false);
        if held.is_some() {
            self.flush(i, FlushCause::End);
        }
        held.into_iter().collect()
    }

    /// How much belongs to the next publication besides the states, in bytes.
    pub fn attached_bytes(&self) -> usize {
        let of_partitions = self.partitions.iter().map(AssignedPartition::attached_bytes);
        self.metrics.iter().map(Metric::attached_bytes).chain(of_partitions).sum()
    }

    /// The states as of the last hand-over, where they changed, and what belongs to them.
    fn publish(&mut self, export: Export, now: Moment) -> (Publication, WorkerReport) {
        let (mut snapshots, mut attachments) = (BTreeMap::new(), Attachments::default());
        self.note_stops();
        loop {
            for assigned in self.partitions.iter_mut().filter(|assigned| assigned.is_changed()) {
                let (snapshot, attached) = assigned.export(export, &mut self.metrics);
                snapshots.insert(snapshot.partition, snapshot);
                attachments.append(attached);
            }
            // A metric may stop at its export; it stops once, so this ends.
            if !self.note_stops() {
                break;
            }
        }
        self.report_of_partitions();
        self.hand_over(snapshots.into_values().collect(), attachments, now)
    }

    /// A metric that stops does so in all partitions, and each of them tells it. Returns true if
    /// one has stopped.
    fn note_stops(&mut self) -> bool {
        let news = self.metrics.iter_mut().filter_map(|metric| metric.take_news().then_some(()));
        let has_news = news.count() > 0;
        if has_news {
            self.partitions.iter_mut().for_each(AssignedPartition::set_changed);
        }
        has_news
    }

    /// Brings what the partitions tell into the report of the publication that comes.
    fn report_of_partitions(&mut self) {
        let report = &mut self.report;
        report.counts.ages = self.ages;
        self.partitions.iter().for_each(|assigned| report.counts.ages.merge(assigned.ages()));
        report
            .records
            .extend(self.partitions.iter_mut().filter_map(AssignedPartition::take_recent));
        let delays = self.partitions.iter_mut().map(AssignedPartition::take_largest_delay);
        report.delays.add(report.publications + 1, delays.max().unwrap_or_default());
    }

    fn hand_over(
        &mut self,
        snapshots: Vec<Arc<PartitionSnapshot>>,
        attachments: Attachments,
        now: Moment,
    ) -> (Publication, WorkerReport) {
        let report = &mut self.report;
        report.publications += 1;
        let letters = &attachments.letters;
        let last = letters.len().saturating_sub(RecentLetters::KEPT);
        report.letters.extend(letters.iter().skip(last).map(|letter| RecentLetter::of(&letter)));
        self.unpublished.published(now.wall, &mut report.counts.latency);
        for metric in &self.metrics {
            report.counts.costs.insert(metric.id().to_owned(), metric.cost());
        }
        (Publication { snapshots, attachments }, report.clone())
    }
}

/// Rejected records alone are nothing for the plugins.
fn count_batch(report: &mut WorkerReport, rows: usize, cause: FlushCause) {
    if rows > 0 {
        report.counts.batches.flushed(rows as u64, cause);
    }
}

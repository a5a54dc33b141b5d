//! One partition on its worker: the pending rows, and the state as of the last hand-over to the
//! metrics, which is what may be published.

use std::sync::Arc;
use std::time::{Duration, Instant};

use streamgauge_core::{
    FileMark, LateSample, Lateness, MetricPlace, MetricSnapshot, Millis, Outcome, Partition,
    PartitionSnapshot, PartitionState, Plan, Position, Record, RecordBatch, RecordTime, Rejection,
    WallClock, digest_of,
};

use crate::{Expected, Metric, Offered, Placed};
use streamgauge_outbox::{Ages, Attachments, DeadLetter, LateRecord, Letters, RecentRecord};

use super::event::Held;
use super::late_output::LateOutput;
use super::latency::Runs;
use super::role::Role;
use super::spare::Spare;

/// Original records that a batch keeps, and rejected ones beside it, in bytes; more makes it full.
const PENDING_BYTES_MAX: usize = 2 << 20;

/// Rejected records without a row in between that make a batch full.
const PENDING_LETTERS_MAX: usize = 1024;

/// A partition that belongs to this worker.
pub(super) struct AssignedPartition {
    number: u32,
    partition: Partition,
    /// Whether it has memory for rows.
    has_buffers: bool,
    oldest: Option<Instant>,
    latency: Runs,
    /// Rejected since the last flush.
    pending_letters: Letters,
    flushed: PartitionState,
    position: Position,
    /// The offset up to which the log is read, as the source told last.
    read_to: i64,
    /// The mark of the file that is read, as the source told last.
    mark: Option<FileMark>,
    late_samples: Vec<LateSample>,
    outputs: Outputs,
    /// What came about since the last publication.
    attachments: Attachments,
    ages: Ages,
    /// The last record since the last publication.
    recent: Option<RecentRecord>,
    /// The largest delay since the last publication.
    largest_delay: Millis,
    /// Records at or past this offset are not taken.
    hold: Option<Hold>,
    changed: bool,
}

/// What comes out of a partition beside its state.
#[derive(Clone, Copy)]
pub(super) struct Outputs {
    pub(super) late: LateOutput,
    pub(super) role: Role,
}

/// How the state of a metric in a partition becomes bytes.
pub(super) type Export = fn(&mut Metric, u32, &mut Attachments) -> MetricSnapshot;

/// A place at which a partition is held.
#[derive(Clone, Copy)]
struct Hold {
    offset: i64,
    /// Whether everything before it has been taken.
    is_reached: bool,
}

impl AssignedPartition {
    pub(super) fn new(plan: &Plan, snapshot: &PartitionSnapshot, outputs: Outputs) -> Self {
        let (state, samples) = (snapshot.state.clone(), snapshot.late_samples.clone());
        Self {
            number: snapshot.partition,
            partition: Partition::new(plan, state, snapshot.position.cursor, samples),
            has_buffers: false,
            oldest: None,
            latency: Runs::default(),
            pending_letters: Letters::default(),
            flushed: snapshot.state.clone(),
            position: snapshot.position,
            read_to: snapshot.read_to(),
            mark: snapshot.position.mark,
            late_samples: snapshot.late_samples.clone(),
            outputs,
            attachments: Attachments::default(),
            ages: Ages::default(),
            recent: None,
            largest_delay: 0,
            hold: None,
            changed: true,
        }
    }

    pub(super) fn number(&self) -> u32 {
        self.number
    }

    /// Rows that the metrics do not have yet.
    pub(super) fn rows(&self) -> usize {
        self.partition.pending_rows() as usize
    }

    /// Whether something is to be published.
    pub(super) fn is_changed(&self) -> bool {
        self.changed
    }

    /// Publishes the partition again though nothing was read: a metric has stopped.
    pub(super) fn set_changed(&mut self) {
        self.changed = true;
    }

    pub(super) fn is_full(&self, rows_max: usize) -> bool {
        self.rows() >= rows_max
            || self.pending_bytes() >= PENDING_BYTES_MAX
            || self.pending_letters.len() >= PENDING_LETTERS_MAX
    }

    /// The bytes of records that the metrics do not have yet, and of letters beside them.
    pub(super) fn pending_bytes(&self) -> usize {
        self.partition.pending_bytes() + self.pending_letters.heap_bytes()
    }

    /// How much memory the batches take, in bytes.
    pub(super) fn buffer_bytes(&self) -> usize {
        if self.has_buffers { self.partition.buffer_bytes() } else { 0 }
    }

    /// Takes memory for its rows, where it has none.
    pub(super) fn take_buffers(&mut self, spare: &mut Spare) {
        if !std::mem::replace(&mut self.has_buffers, true)
            && let Some(buffers) = spare.take()
        {
            self.partition.use_buffers(buffers);
        }
    }

    /// Gives the memory back, where no row is pending.
    pub(super) fn give_buffers(&mut self, spare: &mut Spare) {
        if self.rows() == 0 && std::mem::take(&mut self.has_buffers) {
            spare.put(self.partition.take_buffers());
        }
    }

    /// When the oldest pending record has waited long enough.
    pub(super) fn due(&self, max_delay: Duration) -> Option<Instant> {
        self.oldest.map(|oldest| oldest + max_delay)
    }

    /// Where the row of the next record is opened.
    #[inline]
    pub(super) fn incoming(&mut self) -> &mut RecordBatch {
        self.partition.incoming()
    }

    /// Takes in a record, whose row is open where its decoding went well, at `at` and `wall`, whose latency is measured from `measured_from`; `None`
    /// means that the record has no stamp and so no latency.
    #[inline]
    pub(super) fn accept(
        &mut self,
        plan: &Plan,
        record: Record<'_>,
        decoded: Result<(), Rejection>,
        (at, wall): (Instant, WallClock),
        measured_from: Option<i64>,
    ) {
        let Record { meta, value } = record;
        let outcome = self.partition.accept_open(plan, meta, decoded, wall);
        if outcome == Outcome::Repeated {
            return;
        }
        self.oldest.get_or_insert(at);
        if let Some(measured_from) = measured_from {
            self.latency.push(measured_from);
        }
        if let Outcome::Rejected(rejection) = &outcome {
            let projection = &plan.projection;
            let letter = DeadLetter::rejected(self.number, meta, rejection, projection, value);
            self.pending_letters.push(&letter);
        }
    }

    /// Hands the pending rows to the metrics.
    pub(super) fn flush(&mut self, plan: &Plan, metrics: &mut [Metric], unpublished: &mut Runs) {
        if self.oldest.take().is_none() {
            return;
        }
        let state = self.partition.state().clone();
        let position = Position {
            cursor: self.partition.cursor(),
            last: self.last_record(),
            read_to: self.past(state.next_offset),
            mark: self.mark,
        };
        let placed = Placed::default();
        let offered = Offered {
            partition: self.number,
            on_time: self.partition.pending(Lateness::OnTime),
            late: self.partition.pending(Lateness::Late),
            watermark: self.partition.watermark(plan),
            next_offset: state.next_offset,
            place: MetricPlace::at(&state, position),
            placed: (metrics.len() > 1).then_some(&placed),
        };
        for metric in metrics {
            metric.fold(offered);
        }
        self.position = position;
        self.flushed = state;
        let letters = std::mem::take(&mut self.pending_letters);
        if self.outputs.role == Role::Worker {
            self.attachments.letters.append(letters);
        }
        self.look_at_rows();
        unpublished.append(&mut self.latency);
        self.partition.clear_pending();
        self.late_samples = self.partition.late_samples();
        self.changed = true;
    }

    /// No record stands before `offset` that the source did not hand over. Where the partition is held,
    /// records from that place on were not accepted.
    pub(super) fn read_to(&mut self, offset: i64) {
        let offset = self.held_at().map_or(offset, |held| offset.min(held));
        self.read_to = self.read_to.max(offset);
        // Before rows that wait are handed on, the state that is published ends before them.
        if self.oldest.is_none() {
            let read_to = self.past(self.flushed.next_offset);
            self.changed |= self.position.read_to != read_to;
            self.position.read_to = read_to;
        }
    }

    /// The mark stands in records that were accepted.
    pub(super) fn set_mark(&mut self, mark: FileMark) {
        self.mark = Some(mark);
        // Rows that wait are before the mark, and the state that is published ends before them.
        if self.oldest.is_none() {
            self.changed |= self.position.mark != self.mark;
            self.position.mark = self.mark;
        }
    }

    /// The offset up to which the log is read, where it is past `next_offset`.
    fn past(&self, next_offset: i64) -> Option<i64> {
        Some(self.read_to).filter(|read_to| *read_to > next_offset)
    }

    /// What is to be known of the pending rows besides the state.
    fn look_at_rows(&mut self) {
        for lateness in Lateness::ALL {
            self.ages.count(self.partition.pending(lateness));
        }
        let last = |lateness| {
            RecentRecord::last_of(self.number, lateness, self.partition.pending(lateness))
        };
        let last = Lateness::ALL.into_iter().filter_map(last).max_by_key(|record| record.offset);
        self.recent = last.or(self.recent.take());
        let late = self.partition.pending(Lateness::Late);
        let largest = late.delays().iter().copied().max().unwrap_or_default();
        self.largest_delay = self.largest_delay.max(largest);
        if self.outputs.late == LateOutput::Collected {
            self.attachments.late.extend(LateRecord::of_batch(self.number, late));
        }
    }

    /// Stamp and digest of the pending record with the largest offset.
    fn last_record(&self) -> Option<(RecordTime, streamgauge_core::Digest)> {
        let rows = Lateness::ALL.into_iter().filter_map(|lateness| {
            let batch = self.partition.pending(lateness);
            let last = batch.rows().checked_sub(1)?;
            Some((batch.metas()[last as usize], batch.raw(last)))
        });
        let row = rows.max_by_key(|(meta, _)| meta.offset);
        let letter = self.pending_letters.last();
        match (&letter, row) {
            (Some(letter), row) if row.is_none_or(|(meta, _)| meta.offset < letter.offset) => {
                let value = letter.value.as_deref().unwrap_or_default();
                Some((letter.time, digest_of(value)))
            }
            (_, row) => row.map(|(meta, bytes)| (meta.time, digest_of(bytes))),
        }
    }

    /// The state as of the last flush, and what belongs to it.
    pub(super) fn export(
        &mut self,
        export: Export,
        metrics: &mut [Metric],
    ) -> (Arc<PartitionSnapshot>, Attachments) {
        self.changed = false;
        let mut attachments = std::mem::take(&mut self.attachments);
        let mut exported: Vec<_> =
            metrics.iter_mut().map(|m| export(m, self.number, &mut attachments)).collect();
        exported.sort_by(|a, b| a.id.cmp(&b.id));
        let snapshot = PartitionSnapshot {
            partition: self.number,
            position: self.position,
            late_samples: self.late_samples.clone(),
            state: self.flushed.clone(),
            metrics: exported,
        };
        (Arc::new(snapshot), attachments)
    }

    /// How much memory letters and late records take that were not exported yet, in bytes.
    pub(super) fn attached_bytes(&self) -> usize {
        self.attachments.size_bytes() + self.pending_letters.heap_bytes()
    }

    /// The last record since the last call.
    pub(super) fn take_recent(&mut self) -> Option<RecentRecord> {
        self.recent.take()
    }

    /// How old the first rows were.
    pub(super) fn ages(&self) -> Ages {
        self.ages
    }

    /// The largest delay since the last call.
    pub(super) fn take_largest_delay(&mut self) -> Millis {
        std::mem::take(&mut self.largest_delay)
    }

    /// The place of the last hand-over, at which a metric may join.
    pub(super) fn expected(&self) -> Expected {
        let place = MetricPlace::at(&self.flushed, self.position);
        Expected { next_offset: self.flushed.next_offset, place }
    }

    /// Takes no record at or past `offset` from here on.
    pub(super) fn hold_at(&mut self, offset: i64) {
        self.hold = Some(Hold { offset, is_reached: false });
    }

    /// Takes every record again.
    pub(super) fn release(&mut self) {
        self.hold = None;
    }

    /// The first offset that is not taken; `None` means that every record is.
    pub(super) fn held_at(&self) -> Option<i64> {
        self.hold.map(|hold| hold.offset)
    }

    /// Whether everything before the place at which the partition is held has been taken, where
    /// that was not said before. `is_past` tells that the source has come to a record past it.
    pub(super) fn reach_hold(&mut self, is_past: bool) -> Option<Held> {
        let next_offset = self.partition.state().next_offset;
        let read_to = self.read_to.max(next_offset);
        let hold = self.hold.as_mut().filter(|hold| !hold.is_reached)?;
        hold.is_reached = is_past || read_to >= hold.offset;
        hold.is_reached.then(|| Held {
            partition: self.number,
            next_offset,
            cursor: self.partition.cursor(),
        })
    }

    /// Reads on under another plan. No row may be pending: rows are as the plan before made them.
    pub(super) fn reconfigure(&mut self, plan: &Plan, late_output: LateOutput) {
        debug_assert!(self.oldest.is_none(), "all rows were handed on");
        let state = self.partition.state().clone();
        let samples = self.partition.late_samples();
        self.partition = Partition::new(plan, state, self.partition.cursor(), samples);
        self.has_buffers = false;
        self.outputs.late = late_output;
    }
}

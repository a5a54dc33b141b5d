//! One partition as it is read: the event-time state H and the rows that wait to be handed to
//! metrics. Every record is judged alone, against the watermark as it stood before that record, so
//! the place where a batch is cut changes nothing.

use std::collections::VecDeque;

use crate::accounting::Accounting;
use crate::batch::{RecordBatch, Verdict};
use crate::column::Cell;
use crate::gap::OffsetGap;
use crate::histogram::LatenessHistogram;
use crate::late_sample::{LateSample, remember};
use crate::lateness::{ByLateness, Lateness};
use crate::leap::WatermarkLeap;
use crate::marks::{Mark, Marks};
use crate::placing::Placing;
use crate::plan::{LatenessClock, Plan};
use crate::record::{Flaw, RecordMeta, Rejection};
use crate::row::Row;
use crate::time::{EventTime, Millis, WallClock};

/// The revision of docs/semantics.md that this program counts by. Under revision 1 every record
/// opened its pane.
pub const SEMANTICS: u32 = 2;

/// H: what the records in `[origin, next_offset)` did to event time and to the books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionState {
    /// The first offset that this state covers.
    pub origin: i64,
    /// The next offset to read.
    pub next_offset: i64,
    /// The largest event time among those that may move the watermark; `None` means that there
    /// was none yet.
    pub max_event_time: Option<EventTime>,
    /// The books over every record read.
    pub accounting: Accounting,
    /// How far behind the largest event time the records were.
    pub histogram: LatenessHistogram,
    /// The places where the log did not continue as expected, oldest first; at most
    /// [`GAPS_MAX`](crate::GAPS_MAX), which the host sees to.
    pub gaps: Vec<OffsetGap>,
    /// The revision of the semantics under which the state began; no digest covers it.
    pub semantics: u32,
    /// The last record that moved the watermark far at once; no digest covers it.
    pub leap: Option<WatermarkLeap>,
    /// The largest event time at places of the log; no digest covers them.
    pub marks: Marks,
}

/// The decision on a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The record is a row of the pending batch on time.
    OnTime,
    /// The record is a row of the pending late batch; it was behind by so many milliseconds.
    Late(Millis),
    /// The bytes are not a record. The books count them; the caller writes the dead letter.
    Rejected(Rejection),
    /// The offset was read before, so nothing is counted.
    Repeated,
}

/// A partition's state and the rows that metrics have not seen yet.
#[derive(Clone, Debug)]
pub struct Partition {
    state: PartitionState,
    cursor: u64,
    late_samples: VecDeque<LateSample>,
    /// The row of the next record is opened in the batch on time.
    pending: ByLateness<RecordBatch>,
    required: Vec<Required>,
    /// Whether a required number has a maximum.
    has_limits: bool,
}

/// The memory in which pending rows lie, without a row: a partition whose rows were handed on gives it
/// to the next one of the same plan.
#[derive(Debug)]
pub struct RowBuffers(ByLateness<RecordBatch>);

impl RowBuffers {
    /// How much memory it is, in bytes.
    pub fn bytes(&self) -> usize {
        buffer_bytes(&self.0)
    }
}

/// A slot without which a record is rejected.
#[derive(Clone, Copy, Debug)]
struct Required {
    slot: usize,
    max: Option<u32>,
}

impl PartitionState {
    /// The state before the first record, at `origin`.
    pub fn starting_at(origin: i64) -> Self {
        Self {
            origin,
            next_offset: origin,
            max_event_time: None,
            accounting: Accounting::default(),
            histogram: LatenessHistogram::default(),
            gaps: Vec::new(),
            semantics: SEMANTICS,
            leap: None,
            marks: Marks::default(),
        }
    }

    /// Marks the present place for good. Done where a state without marks is taken over.
    pub fn mark(&mut self) {
        self.push_mark(true);
    }

    fn push_mark(&mut self, is_kept: bool) {
        let (gaps, offset) = (self.gaps.len() as u32, self.next_offset);
        let max_event_time = self.max_event_time;
        self.marks.push(Mark { gaps, offset, max_event_time, is_kept });
    }

    /// Adds `gap`; the next offset to read is the one at which reading resumes.
    pub fn skip(&mut self, gap: OffsetGap) {
        self.next_offset = gap.resume_at();
        self.gaps.push(gap);
        self.push_mark(true);
    }
}

impl Partition {
    /// A partition that resumes at `state`, with no rows pending. `cursor` is the place where the
    /// source resumes.
    pub fn new(
        plan: &Plan,
        state: PartitionState,
        cursor: u64,
        late_samples: Vec<LateSample>,
    ) -> Self {
        let fields = plan.projection.fields().iter().enumerate();
        let required: Vec<_> = fields
            .filter(|(_, field)| field.required)
            .map(|(slot, field)| Required { slot, max: field.max })
            .collect();
        Self {
            has_limits: required.iter().any(|required| required.max.is_some()),
            required,
            state,
            cursor,
            late_samples: late_samples.into(),
            pending: ByLateness::from_fn(|_| RecordBatch::new(&plan.projection)),
        }
    }

    /// The state after every record accepted so far. The state fits the metrics' accumulators only
    /// while no row is pending.
    #[inline]
    pub fn state(&self) -> &PartitionState {
        &self.state
    }

    /// The place where the source resumes after every record accepted so far.
    pub fn cursor(&self) -> u64 {
        self.cursor
    }

    /// The watermark after every record accepted so far; `None` means that no record moved it.
    pub fn watermark(&self, plan: &Plan) -> Option<EventTime> {
        plan.watermark.watermark(self.state.max_event_time)
    }

    /// The number of rows that metrics have not seen yet.
    #[inline]
    pub fn pending_rows(&self) -> u32 {
        self.pending.iter().map(|(_, batch)| batch.rows()).sum()
    }

    /// The bytes of original records that the pending rows keep.
    #[inline]
    pub fn pending_bytes(&self) -> usize {
        self.pending.iter().map(|(_, batch)| batch.raw_bytes()).sum()
    }

    /// The pending rows with this verdict.
    #[inline]
    pub fn pending(&self, lateness: Lateness) -> &RecordBatch {
        &self.pending[lateness]
    }

    /// The last late records, oldest first, without the pending ones.
    pub fn late_samples(&self) -> Vec<LateSample> {
        self.late_samples.iter().cloned().collect()
    }

    /// Drops the pending rows, which the caller has handed to every metric.
    pub fn clear_pending(&mut self) {
        remember(&mut self.late_samples, &self.pending[Lateness::Late]);
        self.pending.iter_mut().for_each(|(_, batch)| batch.clear());
    }

    /// How much memory the pending rows take, and what they leave behind, in bytes.
    pub fn buffer_bytes(&self) -> usize {
        buffer_bytes(&self.pending)
    }

    /// The memory of the pending rows, of which there must be none.
    pub fn take_buffers(&mut self) -> RowBuffers {
        debug_assert!(self.pending_rows() == 0, "all rows were handed on");
        RowBuffers(ByLateness::from_fn(|lateness| self.pending[lateness].take()))
    }

    /// Uses the memory of another partition of the same plan. There must be no pending row.
    pub fn use_buffers(&mut self, buffers: RowBuffers) {
        debug_assert!(self.pending_rows() == 0, "rows would be lost");
        self.pending = buffers.0;
    }

    /// The batch in which a decoder opens the row of the next record, for
    /// [`Partition::accept_open`].
    #[inline]
    pub fn incoming(&mut self) -> &mut RecordBatch {
        &mut self.pending[Lateness::OnTime]
    }

    /// As [`Partition::accept_open`], for a record whose bytes are `raw` and whose decoding gave
    /// `decoded`.
    pub fn accept(
        &mut self,
        plan: &Plan,
        meta: RecordMeta,
        raw: &[u8],
        decoded: Result<&Row, Rejection>,
        now: WallClock,
    ) -> Outcome {
        let decoded = decoded.map(|row| self.incoming().open_with(row, raw));
        self.accept_open(plan, meta, decoded, now)
    }

    /// Judges the record at `meta`, whose decoding gave `decoded`. Its row, which is the open one of
    /// [`Partition::incoming`], becomes a pending row unless the record is rejected or was read
    /// before. `now` is the wall clock and counts for [`LatenessClock::Processing`] only.
    pub fn accept_open(
        &mut self,
        plan: &Plan,
        meta: RecordMeta,
        decoded: Result<(), Rejection>,
        now: WallClock,
    ) -> Outcome {
        if meta.offset < self.state.next_offset {
            self.incoming().take_back();
            return Outcome::Repeated;
        }
        self.state.next_offset = meta.offset + 1;
        self.cursor = meta.cursor;
        self.state.accounting.read += 1;
        let outcome = match decoded.and_then(|()| self.complete()) {
            Ok(()) => self.place(plan, meta, now),
            Err(rejection) => {
                self.incoming().take_back();
                self.state.accounting.rejections[rejection.kind()] += 1;
                Outcome::Rejected(rejection)
            }
        };
        if self.state.marks.is_due(self.state.accounting.read) {
            self.state.push_mark(false);
        }
        outcome
    }

    /// Ends the values of the open row, unless a required one is missing or wrong.
    #[inline]
    fn complete(&mut self) -> Result<(), Rejection> {
        let batch = &mut self.pending[Lateness::OnTime];
        batch.complete();
        if batch.has_gaps() || self.has_limits {
            return check_required(batch, &self.required);
        }
        Ok(())
    }

    #[inline]
    fn place(&mut self, plan: &Plan, meta: RecordMeta, now: WallClock) -> Outcome {
        let reference = match plan.lateness {
            LatenessClock::Watermark => self.state.max_event_time,
            LatenessClock::Record => meta.time.stamp(),
            LatenessClock::Processing => Some(EventTime(now.0)),
        };
        let watermark = self.watermark(plan);
        let (event_time, placing) = self.event_time(plan, meta);
        // A record without any time is on time.
        let reference = reference.filter(|_| placing != Placing::Nowhere);
        let Some(limit) = self.late_behind(plan, reference, event_time) else {
            self.state.accounting.on_time += 1;
            let verdict = Verdict { event_time, placing, watermark, delay: 0 };
            self.pending[Lateness::OnTime].close(meta, verdict);
            return Outcome::OnTime;
        };
        let verdict = Verdict { event_time, placing, watermark, delay: limit.since(event_time) };
        self.place_late(meta, verdict)
    }

    /// Counts how far an event time is behind `reference`; returns the limit that it is behind, if it
    /// is late.
    #[inline]
    fn late_behind(
        &mut self,
        plan: &Plan,
        reference: Option<EventTime>,
        event_time: EventTime,
    ) -> Option<EventTime> {
        let Some(reference) = reference.filter(|reference| event_time < *reference) else {
            self.state.histogram.record(0);
            return None;
        };
        self.state.histogram.record(reference.since(event_time));
        Some(reference.minus(plan.watermark.bound)).filter(|limit| event_time < *limit)
    }

    #[cold]
    fn place_late(&mut self, meta: RecordMeta, verdict: Verdict) -> Outcome {
        let books = &mut self.state.accounting;
        let delay = verdict.delay;
        books.late += 1;
        books.late_delay_sum = books.late_delay_sum.saturating_add(delay.unsigned_abs());
        books.late_delay_max = books.late_delay_max.max(delay.unsigned_abs());
        let [on_time, late] = self.pending.as_mut().into_array();
        on_time.move_open(late);
        late.close(meta, verdict);
        Outcome::Late(delay)
    }

    /// The record's event time. The largest event time moves where the record may move it.
    #[inline]
    fn event_time(&mut self, plan: &Plan, meta: RecordMeta) -> (EventTime, Placing) {
        let batch = &self.pending[Lateness::OnTime];
        let Ok(event_time) = plan.timestamps.assign(batch, meta.time) else {
            self.state.accounting.fallback += 1;
            return match meta.time.stamp() {
                Some(stamp) => (stamp, Placing::Joins),
                None => (EventTime(meta.time.0), Placing::Nowhere),
            };
        };
        let ahead = |skew| meta.time.stamp().is_some_and(|stamp| event_time > stamp.plus(skew));
        if plan.future_skew.is_some_and(ahead) {
            self.state.accounting.future += 1;
            return (event_time, Placing::Joins);
        }
        if plan.earliest.is_some_and(|earliest| event_time < earliest) {
            self.state.accounting.past += 1;
            return (event_time, Placing::Joins);
        }
        self.move_watermark(plan, meta, event_time);
        (event_time, Placing::Opens)
    }

    fn move_watermark(&mut self, plan: &Plan, meta: RecordMeta, event_time: EventTime) {
        let before = self.state.max_event_time;
        if before.is_some_and(|max| event_time <= max) {
            return;
        }
        self.state.max_event_time = Some(event_time);
        let leap_min = plan.watermark.leap_min();
        if let Some(max) = before.filter(|max| event_time.since(*max) > leap_min) {
            self.state.leap = Some(WatermarkLeap::of(meta, max, event_time));
        }
    }
}

fn buffer_bytes(batches: &ByLateness<RecordBatch>) -> usize {
    batches.iter().map(|(_, batch)| batch.buffer_bytes()).sum()
}

fn check_required(batch: &RecordBatch, required: &[Required]) -> Result<(), Rejection> {
    for &Required { slot, max } in required {
        match batch.cell(slot) {
            Cell::Missing => return Err(Rejection::RequiredMissing(slot)),
            Cell::Invalid(flaw) => return Err(Rejection::RequiredInvalid(slot, flaw)),
            Cell::Unsigned(n) if max.is_some_and(|max| n > max) => {
                return Err(Rejection::RequiredInvalid(slot, Flaw::OutOfRange));
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;

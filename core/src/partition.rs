//! One partition as it is read: its event-time state H and the rows that wait to be handed to
//! metrics. Every record is decided by itself, against the watermark as it stood before it, so
//! where a batch is cut changes nothing.

use std::collections::VecDeque;

use crate::accounting::Accounting;
use crate::batch::{RecordBatch, Verdict};
use crate::gap::OffsetGap;
use crate::histogram::LatenessHistogram;
use crate::late_sample::{LateSample, remember};
use crate::lateness::{ByLateness, Lateness};
use crate::plan::{LatenessClock, Plan};
use crate::record::{Flaw, RecordMeta, Rejection};
use crate::row::{Row, Value};
use crate::time::{EventTime, Millis, WallClock};

/// H: what the records in `[origin, next_offset)` did to event time and to the books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionState {
    /// The first offset that belongs to this state.
    pub origin: i64,
    /// The next offset to read.
    pub next_offset: i64,
    /// The largest event time that may move the watermark.
    pub max_event_time: Option<EventTime>,
    /// The books.
    pub accounting: Accounting,
    /// How far behind the records were.
    pub histogram: LatenessHistogram,
    /// Where the log did not go on as expected.
    pub gaps: Vec<OffsetGap>,
}

/// What became of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is a row of the pending batch on time.
    OnTime,
    /// It is a row of the pending late batch; how far it was behind, in milliseconds.
    Late(Millis),
    /// It is not a record; counted, and for the dead letters.
    Rejected(Rejection),
    /// Its offset was read before; nothing was counted.
    Repeated,
}

/// A partition's state and its pending rows.
#[derive(Clone, Debug)]
pub struct Partition {
    state: PartitionState,
    cursor: u64,
    late_samples: VecDeque<LateSample>,
    pending: ByLateness<RecordBatch>,
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
        }
    }

    /// Goes on after a gap.
    pub fn skip(&mut self, gap: OffsetGap) {
        self.next_offset = gap.resume_at();
        self.gaps.push(gap);
    }
}

impl Partition {
    /// Goes on from `state`; `cursor` is where the source goes on.
    pub fn new(
        plan: &Plan,
        state: PartitionState,
        cursor: u64,
        late_samples: Vec<LateSample>,
    ) -> Self {
        Self {
            state,
            cursor,
            late_samples: late_samples.into(),
            pending: ByLateness::from_fn(|_| RecordBatch::new(&plan.projection)),
        }
    }

    /// The state after every record accepted so far. It fits the metrics' accumulators only while
    /// no row is pending.
    pub fn state(&self) -> &PartitionState {
        &self.state
    }

    /// Where the source goes on after every record accepted so far.
    pub fn cursor(&self) -> u64 {
        self.cursor
    }

    /// The watermark after every record accepted so far.
    pub fn watermark(&self, plan: &Plan) -> Option<EventTime> {
        plan.watermark.watermark(self.state.max_event_time)
    }

    /// How many rows wait to be handed on.
    pub fn pending_rows(&self) -> u32 {
        self.pending.iter().map(|(_, batch)| batch.rows()).sum()
    }

    /// How many bytes of original records wait with them.
    pub fn pending_bytes(&self) -> usize {
        self.pending.iter().map(|(_, batch)| batch.raw_bytes()).sum()
    }

    /// The pending rows with this verdict.
    pub fn pending(&self, lateness: Lateness) -> &RecordBatch {
        &self.pending[lateness]
    }

    /// The last late records, without those that wait.
    pub fn late_samples(&self) -> Vec<LateSample> {
        self.late_samples.iter().cloned().collect()
    }

    /// Drops the pending rows: the metrics have them.
    pub fn clear_pending(&mut self) {
        remember(&mut self.late_samples, &self.pending[Lateness::Late]);
        self.pending.iter_mut().for_each(|(_, batch)| batch.clear());
    }

    /// Takes in the record at `meta`, whose bytes are `raw` and whose decoding gave `decoded`.
    /// `now` is the wall clock; it counts for [`LatenessClock::Processing`] only.
    pub fn accept(
        &mut self,
        plan: &Plan,
        meta: RecordMeta,
        raw: &[u8],
        decoded: Result<&Row, Rejection>,
        now: WallClock,
    ) -> Outcome {
        if meta.offset < self.state.next_offset {
            return Outcome::Repeated;
        }
        self.state.next_offset = meta.offset + 1;
        self.cursor = meta.cursor;
        self.state.accounting.read += 1;
        let checked = decoded.and_then(|row| check_required(plan, row).map(|()| row));
        match checked {
            Ok(row) => self.place(plan, meta, raw, row, now),
            Err(rejection) => {
                self.state.accounting.rejections[rejection.kind()] += 1;
                Outcome::Rejected(rejection)
            }
        }
    }

    fn place(
        &mut self,
        plan: &Plan,
        meta: RecordMeta,
        raw: &[u8],
        row: &Row,
        now: WallClock,
    ) -> Outcome {
        let reference = match plan.lateness {
            LatenessClock::Watermark => self.state.max_event_time,
            LatenessClock::Record => Some(meta.time.into()),
            LatenessClock::Processing => Some(EventTime(now.0)),
        };
        let watermark = self.watermark(plan);
        let event_time = self.event_time(plan, meta, row);
        let behind = reference.map_or(0, |reference| reference.since(event_time));
        self.state.histogram.record(behind);
        let books = &mut self.state.accounting;
        let limit = reference.map(|reference| reference.minus(plan.watermark.bound));
        let Some(limit) = limit.filter(|limit| event_time < *limit) else {
            books.on_time += 1;
            let verdict = Verdict { event_time, watermark, delay: 0 };
            self.pending[Lateness::OnTime].push(meta, verdict, row, raw);
            return Outcome::OnTime;
        };
        let delay = limit.since(event_time);
        books.late += 1;
        books.late_delay_sum = books.late_delay_sum.saturating_add(delay.unsigned_abs());
        books.late_delay_max = books.late_delay_max.max(delay.unsigned_abs());
        let verdict = Verdict { event_time, watermark, delay };
        self.pending[Lateness::Late].push(meta, verdict, row, raw);
        Outcome::Late(delay)
    }

    /// The record's event time; moves the largest event time where the record may.
    fn event_time(&mut self, plan: &Plan, meta: RecordMeta, row: &Row) -> EventTime {
        let Ok(event_time) = plan.timestamps.assign(row, meta.time) else {
            self.state.accounting.fallback += 1;
            return meta.time.into();
        };
        let ahead = |skew| event_time > EventTime::from(meta.time).plus(skew);
        if plan.future_skew.is_some_and(ahead) {
            self.state.accounting.future += 1;
        } else if plan.earliest.is_some_and(|earliest| event_time < earliest) {
            self.state.accounting.past += 1;
        } else if self.state.max_event_time.is_none_or(|max| event_time > max) {
            self.state.max_event_time = Some(event_time);
        }
        event_time
    }
}

fn check_required(plan: &Plan, row: &Row) -> Result<(), Rejection> {
    for (slot, field) in plan.projection.fields().iter().enumerate() {
        if field.required {
            match row.values()[slot] {
                Value::Missing => return Err(Rejection::RequiredMissing(slot)),
                Value::Invalid(flaw) => return Err(Rejection::RequiredInvalid(slot, flaw)),
                Value::Unsigned(n) if field.max.is_some_and(|max| n > max) => {
                    return Err(Rejection::RequiredInvalid(slot, Flaw::OutOfRange));
                }
                _ => {}
            }
        }
    }
    Ok(())
}

//! A partition, record after record, in the order of docs/semantics.md from "A record" on.

use std::collections::VecDeque;
use std::sync::Arc;

use streamgauge_core::LatenessClock;

use super::civil::Calendar;
use super::decode::{Rejection, check_required, decode};
use super::error::OracleError;
use super::event_time::event_time;
use super::metric::Metric;
use super::moment::Moment;
use super::part::Part;
use super::rules::Rules;
use super::state::{EventTimeState, Gap, GapKind, LateSample, PartitionState};
use super::value::Value;
use super::verdict::{Effect, Outcome, Placed, Verdict};

/// How many late records are remembered.
const LATE_SAMPLES_MAX: usize = 20;

/// How much of each, in bytes.
const SAMPLE_BYTES_MAX: usize = 256;

/// A partition with the counts and panes of all its records so far.
pub struct Partition {
    number: u32,
    rules: Arc<Rules>,
    calendar: Calendar,
    state: EventTimeState,
    late_samples: VecDeque<LateSample>,
    metrics: Vec<Metric>,
}

/// A record of a log.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// The record's offset in its partition.
    pub offset: i64,
    /// The record's stamp, in milliseconds since the Unix epoch; `None` means that it has none.
    pub stamp: Option<i64>,
    /// The moment when the record was taken, where known; for `lateness.clock = "processing"` only.
    pub taken: Option<i64>,
    /// The record's bytes; `None` means a record without a value.
    pub value: Option<&'a [u8]>,
}

impl Partition {
    pub(super) fn new(number: u32, origin: i64, rules: Arc<Rules>, metrics: Vec<Metric>) -> Self {
        let state = EventTimeState { origin, next_offset: origin, ..EventTimeState::default() };
        Self::at(number, state, rules, metrics)
    }

    /// The partition whose records so far gave `state`.
    pub(super) fn at(
        number: u32,
        state: EventTimeState,
        rules: Arc<Rules>,
        metrics: Vec<Metric>,
    ) -> Self {
        let calendar = Calendar::new(rules.zone);
        Self { number, rules, calendar, state, late_samples: VecDeque::new(), metrics }
    }

    /// Lets `metric` count no more than `part` of the partition; only before the first record.
    pub fn count_part(&mut self, metric: &str, part: &Part) {
        let own = self.metrics.iter_mut().filter(|own| own.id() == metric);
        own.for_each(|own| own.part = Some(part.clone()));
    }

    /// Takes in a gap: the log did not continue at the offset that was next.
    pub fn skip(&mut self, gap: Gap) {
        self.state.next_offset = match gap.kind {
            GapKind::LogStartMoved
            | GapKind::TopicRecreated
            | GapKind::FileReplaced
            | GapKind::FileRewritten => gap.to,
            GapKind::LogEndMoved => gap.from,
        };
        self.state.gaps.push(gap);
    }

    /// Takes in the next record of the log.
    ///
    /// # Errors
    /// A plugin crashed or broke its contract; no rule says how the metric counts then, so
    /// the oracle ends there.
    pub fn accept(&mut self, record: Record<'_>) -> Result<Verdict, OracleError> {
        let watermark_before = self.watermark();
        let mut verdict = Verdict {
            offset: record.offset,
            stamp: record.stamp,
            columns: Vec::new(),
            watermark_before,
            watermark_after: watermark_before,
            outcome: Outcome::Repeated,
        };
        if record.offset < self.state.next_offset {
            return Ok(verdict);
        }
        self.state.next_offset = record.offset + 1;
        self.state.read += 1;
        match decode(&self.rules, record.value.unwrap_or_default()) {
            Err(rejection) => verdict.outcome = self.reject(rejection),
            Ok(values) => {
                verdict.outcome = match check_required(&self.rules.fields, &values) {
                    Err(rejection) => self.reject(rejection),
                    Ok(()) => Outcome::Placed(self.place(record, &values)?),
                };
                let names = self.rules.fields.iter().map(|field| field.name.clone());
                verdict.columns = names.zip(values).collect();
            }
        }
        verdict.watermark_after = self.watermark();
        Ok(verdict)
    }

    fn watermark(&self) -> Option<i64> {
        self.state.max_event_time.map(|max| max.saturating_sub(self.rules.bound))
    }

    fn reject(&mut self, rejection: Rejection) -> Outcome {
        self.state.rejected[rejection.number()] += 1;
        Outcome::Rejected(rejection)
    }

    fn place(&mut self, record: Record<'_>, values: &[Value]) -> Result<Placed, OracleError> {
        let before = self.watermark();
        let reference = match self.rules.clock {
            LatenessClock::Watermark => self.state.max_event_time,
            LatenessClock::Record => record.stamp,
            LatenessClock::Processing => record.taken,
        };
        let (event_time, effect) = self.event_time(record.stamp, values);
        // Without R, or without any time of the record, nothing is compared.
        let compared = event_time.zip(reference);
        let behind = compared.map_or(0, |(time, reference)| reference.saturating_sub(time).max(0));
        let bucket = self.state.histogram.count(behind.unsigned_abs());
        let limit =
            compared.map(|(time, reference)| (time, reference.saturating_sub(self.rules.bound)));
        let late_by = limit.filter(|(time, limit)| time < limit).map(|(t, l)| l.saturating_sub(t));
        match late_by.zip(event_time) {
            None => self.state.on_time += 1,
            Some((delay, event_time)) => self.count_late(record, event_time, delay),
        }
        let (is_late, after) = (late_by.is_some(), self.watermark());
        let may_open = matches!(effect, Effect::Moves | Effect::None);
        let moment = Moment { event_time, may_open, is_late, before, after };
        let (calendar, metrics) = (&mut self.calendar, self.metrics.iter_mut());
        let (gaps, offset) = (self.state.gaps.len(), record.offset);
        let metrics = metrics.filter_map(|metric| metric.counts(gaps, offset).then_some(metric));
        let metrics: Result<_, _> =
            metrics.map(|metric| metric.accept(calendar, values, (offset, moment))).collect();
        Ok(Placed { event_time, effect, reference, late_by, bucket, metrics: metrics? })
    }

    /// The event time of a record; moves M where the record may.
    fn event_time(&mut self, stamp: Option<i64>, values: &[Value]) -> (Option<i64>, Effect) {
        let found = event_time(&self.rules, &mut self.calendar, values, stamp);
        let event_time = match found {
            Ok(event_time) => event_time,
            Err(why) => {
                self.state.fallback += 1;
                return (stamp, Effect::Fallback(why));
            }
        };
        let skewed = stamp.zip(self.rules.future_skew);
        let effect = if skewed.is_some_and(|(s, skew)| event_time > s.saturating_add(skew)) {
            self.state.future += 1;
            Effect::Future
        } else if self.rules.earliest.is_some_and(|earliest| event_time < earliest) {
            self.state.past += 1;
            Effect::Past
        } else if self.state.max_event_time.is_none_or(|max| event_time > max) {
            self.state.max_event_time = Some(event_time);
            Effect::Moves
        } else {
            Effect::None
        };
        (Some(event_time), effect)
    }

    fn count_late(&mut self, record: Record<'_>, event_time: i64, delay: i64) {
        self.state.late += 1;
        let behind = delay.unsigned_abs();
        self.state.delay_sum = self.state.delay_sum.saturating_add(behind);
        self.state.delay_max = self.state.delay_max.max(behind);
        let value = record.value.unwrap_or_default();
        self.late_samples.push_back(LateSample {
            offset: record.offset,
            stamp: record.stamp,
            event_time,
            delay,
            length: value.len() as u32,
            start: value[..value.len().min(SAMPLE_BYTES_MAX)].to_vec(),
        });
        if self.late_samples.len() > LATE_SAMPLES_MAX {
            self.late_samples.pop_front();
        }
    }

    /// The state of the partition after the records so far.
    ///
    /// # Errors
    /// A plugin could not give its state.
    pub fn state(&mut self) -> Result<PartitionState, OracleError> {
        let (origin, next_offset) = (self.state.origin, self.state.next_offset);
        let states = self.metrics.iter_mut().map(|metric| metric.state(origin, next_offset));
        let mut metrics = states.collect::<Result<Vec<_>, _>>()?;
        metrics.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(PartitionState {
            number: self.number,
            event_time: self.state.clone(),
            watermark: self.watermark(),
            late_samples: self.late_samples.clone(),
            metrics,
        })
    }
}

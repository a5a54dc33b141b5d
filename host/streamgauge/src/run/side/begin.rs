//! Where a reader begins, and from what.

use std::fmt;
use std::sync::Arc;

use streamgauge_core::{
    EventTime, MISSED_MAX, Mark, MetricPhase, MetricPlace, MetricSnapshot, MissedRecords,
    PartitionSnapshot, PartitionState, Position, RecordRange,
};
/// Records that a metric needs and the log no longer holds, in one partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::run) struct RecordsGone {
    partition: u32,
    records: Vec<MissedRecords>,
}

impl RecordsGone {
    /// The first range of them.
    pub(super) fn first(&self) -> RecordRange {
        let first = self.records[0];
        RecordRange { partition: self.partition, first: first.from, last: first.to - 1 }
    }
}

impl fmt::Display for RecordsGone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let partition = self.partition;
        for (i, MissedRecords { from, to, .. }) in self.records.iter().enumerate() {
            let and = if i > 0 { ", " } else { "" };
            write!(f, "{and}{partition}@{from} to {partition}@{}", to - 1)?;
        }
        Ok(())
    }
}

/// What a partition's log holds for a metric, and what the metric may do without.
#[derive(Clone, Copy, Debug)]
pub(in crate::run) struct Reach {
    /// The first offset that the log holds.
    pub(in crate::run) low: i64,
    /// The offset from which a metric without a state is to count; `None` means all that there is.
    pub(in crate::run) asked: Option<i64>,
    /// Whether records that are gone may be missed, by a metric that has counted others.
    pub(in crate::run) without_lost: bool,
}

/// Where a reader begins with a metric.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Beginning {
    /// The metric's state, with the first offset that it counts as the next one.
    pub(super) metric: MetricSnapshot,
    /// The place from which the log is read, with the largest event time there.
    pub(super) place: MetricPlace,
    /// The offset of that place. Records from there to the metric's next offset are read for their
    /// event time alone.
    pub(super) read_from: i64,
}

impl Beginning {
    fn at(metric: MetricSnapshot, place: MetricPlace) -> Self {
        let read_from = metric.next_offset;
        Self { metric, place, read_from }
    }
}

/// The state from which a metric is read in a partition: its own, or, for one that has counted
/// nothing, the earliest that it may and the log has: `empty` at its first offset. The place is where
/// the largest event time of the partition is known.
///
/// # Errors
/// Records are gone that the metric needs, or would miss.
pub(super) fn begin(
    empty: impl Fn(i64) -> MetricSnapshot,
    partition: &PartitionSnapshot,
    metric: &MetricSnapshot,
    reach: Reach,
) -> Result<Beginning, RecordsGone> {
    let state = &partition.state;
    let place = metric.phase.place().copied().unwrap_or_default();
    let (number, gaps) = (partition.partition, state.gaps.len() as u32);
    let is_here = place.gaps == gaps && reach.low <= next_of(metric, &place);
    let is_empty = metric.accounting.on_time + metric.accounting.late == 0;
    let asked = reach.asked.filter(|_| is_empty && metric.next_offset == metric.origin);
    if is_here && asked.is_none_or(|asked| asked <= metric.origin) {
        return Ok(Beginning::at(metric.clone(), place));
    }
    let held = held(state, reach.low);
    let at = |max_event_time| MetricPlace { gaps, position: Position::default(), max_event_time };
    if !is_empty {
        let lost = lost(partition, metric, &place, reach.low);
        let records = lost.iter().flat_map(|lost| &lost.records);
        let all: Vec<_> = metric.missed.iter().chain(records).copied().collect();
        if let Some(lost) = lost.filter(|_| !reach.without_lost || all.len() > MISSED_MAX) {
            return Err(lost);
        }
        let (offset, max_event_time) = known(state, held);
        let metric = MetricSnapshot { next_offset: offset, missed: all, ..metric.clone() };
        return Ok(Beginning::at(metric, at(max_event_time)));
    }
    let empty = |origin| MetricSnapshot { build: metric.build, ..empty(origin) };
    // Where all is read from the origin on, there is no event time before.
    let from_origin = Mark { gaps: 0, offset: state.origin, max_event_time: None, is_kept: true };
    let asked = asked.map(|asked| asked.clamp(held, state.next_offset));
    let before = asked.and_then(|asked| {
        let origin = (gaps == 0).then_some(from_origin);
        let before = state.marks.last_before(gaps, asked).or(origin)?;
        (before.offset >= held).then_some((asked, before))
    });
    if let Some((asked, before)) = before {
        let (metric, place) = (empty(asked), at(before.max_event_time));
        return Ok(Beginning { metric, place, read_from: before.offset });
    }
    let (offset, max_event_time) = known(state, asked.unwrap_or(held));
    if asked.is_none() {
        tracing::warn!(
            "metric `{}` begins at {number}@{offset}: the log no longer holds what was before",
            metric.id
        );
    }
    Ok(Beginning::at(empty(offset), at(max_event_time)))
}

/// The records that a metric at `place` would miss if it went on in a log that begins at `low`.
pub(in crate::run) fn lost(
    partition: &PartitionSnapshot,
    metric: &MetricSnapshot,
    place: &MetricPlace,
    low: i64,
) -> Option<RecordsGone> {
    let state = &partition.state;
    let (from, gaps) = (next_of(metric, place), state.gaps.len() as u32);
    if place.gaps == gaps && low <= from {
        return None;
    }
    let (to, _) = known(state, held(state, low));
    let records = missed(state, place, from, to);
    (!records.is_empty()).then_some(RecordsGone { partition: partition.partition, records })
}

/// The first offset that there is of the log as it is now, which begins at `low`.
fn held(state: &PartitionState, low: i64) -> i64 {
    let of_gap = state.gaps.last().map_or(state.origin, |gap| gap.resume_at());
    low.max(of_gap)
}

/// The first place from `from` on at which the largest event time is known, with that time.
fn known(state: &PartitionState, from: i64) -> (i64, Option<EventTime>) {
    let mark = state.marks.known_from(state.gaps.len() as u32, from);
    mark.map_or((state.next_offset, state.max_event_time), |m| (m.offset, m.max_event_time))
}

/// The records from `from` on, of a metric at `place`, up to `to` in the log as it is now, which the
/// partition counts.
fn missed(state: &PartitionState, place: &MetricPlace, from: i64, to: i64) -> Vec<MissedRecords> {
    let (mut found, mut from) = (Vec::new(), from);
    let mut miss = |gaps: usize, from: i64, to: i64| {
        if from < to {
            found.push(MissedRecords { gaps: gaps as u32, from, to });
        }
    };
    for (number, gap) in state.gaps.iter().enumerate().skip(place.gaps as usize) {
        miss(number, from, gap.counted_to());
        from = gap.resume_at();
    }
    miss(state.gaps.len(), from, to);
    found
}

/// The first offset that the metric needs: none stands before where its log was read to.
fn next_of(metric: &MetricSnapshot, place: &MetricPlace) -> i64 {
    place.position.read_to.map_or(metric.next_offset, |read_to| read_to.max(metric.next_offset))
}

/// A partition as a reader takes it: event time as it was at the place of the metrics, and no books.
pub(super) fn partition_at(
    partition: &PartitionSnapshot,
    (place, next_offset): (&MetricPlace, i64),
    metrics: Vec<MetricSnapshot>,
) -> PartitionSnapshot {
    let first = metrics.first();
    let origin = first.map_or(partition.state.origin, |metric| metric.origin);
    let gaps = partition.state.gaps[..place.gaps as usize].to_vec();
    let max_event_time = place.max_event_time;
    let running = |metric| MetricSnapshot { phase: MetricPhase::Running, ..metric };
    PartitionSnapshot {
        partition: partition.partition,
        position: place.position,
        late_samples: Vec::new(),
        state: PartitionState {
            next_offset,
            max_event_time,
            gaps,
            ..PartitionState::starting_at(origin)
        },
        metrics: metrics.into_iter().map(running).collect(),
    }
}

/// The state of each partition as the overview has it.
pub(super) fn find(
    partitions: &[Arc<PartitionSnapshot>],
    number: u32,
) -> Option<&Arc<PartitionSnapshot>> {
    partitions.iter().find(|partition| partition.partition == number)
}

#[cfg(test)]
mod tests;

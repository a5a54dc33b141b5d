//! Bytes to state, strictly: bytes that are read as a state are the bytes that the state gives.

use std::sync::Arc;

use super::accumulator_bytes::AccumulatorBytes;
use super::digest::{DIGEST_BYTES, Digest};
use super::metric::{MetricSnapshot, MissedRecords, PaneSnapshot, WindowSetSnapshot};
use super::partition::PartitionSnapshot;
use super::phase::{
    Crash, LeftOut, MetricLag, MetricPhase, MetricPlace, MetricStop, PluginCall, Poison,
    PoisonRecord, RecordRange, StopKind,
};
use super::position::{FileMark, Position};
use crate::accounting::{Accounting, MetricAccounting};
use crate::bytes::Reader;
use crate::gap::{GapKind, OffsetGap};
use crate::histogram::LatenessHistogram;
use crate::late_sample::LateSample;
use crate::leap::WatermarkLeap;
use crate::marks::{Mark, Marks};
use crate::partition::PartitionState;
use crate::time::{EventTime, RecordTime, WallClock};
use crate::window::{TimeWindow, WindowSpec};
use crate::window_set::WindowBooks;

/// The version from which on a snapshot tells how far its log was read, and which metrics stopped.
const PHASES_SINCE: u32 = 3;

/// The version from which on a snapshot tells which rows have no place and by which revision of
/// the semantics it began.
const UNPLACED_SINCE: u32 = 4;

/// The version of a snapshot that has the mark of a file.
const MARK_ALWAYS: u32 = 5;

/// The version from which on a snapshot has marks of event time, lagging metrics and builds.
const BUILDS_SINCE: u32 = 6;

/// The version from which on a snapshot tells which records a metric misses, and whose crash is
/// searched for.
const MISSED_SINCE: u32 = 7;

/// The version from which on an accumulator may be stored with differences.
const DIFFERENCES_SINCE: u32 = 8;

/// The revision of the semantics of the versions before those.
const FIRST_SEMANTICS: u32 = 1;

/// Reads what follows `version`.
pub(super) fn partition(body: &[u8], version: u32) -> Option<PartitionSnapshot> {
    let mut r = Reader::new(body);
    let partition = r.u32()?;
    let mut position = position(&mut r, version)?;
    let late_samples = list(&mut r, sample)?;
    let mut state = state(&mut r)?;
    let mut metrics = list(&mut r, |r| metric(r, version))?;
    if version < PHASES_SINCE {
        phases_of_offsets(&mut metrics, state.next_offset);
    } else {
        stops(&mut r, &mut metrics)?;
    }
    if version < UNPLACED_SINCE {
        state.semantics = FIRST_SEMANTICS;
    } else {
        state.semantics = r.u32()?;
        state.leap = optional(&mut r, leap)?;
    }
    if version == MARK_ALWAYS {
        position.mark = Some(file_mark(&mut r)?);
    }
    if version >= BUILDS_SINCE {
        position.mark = optional(&mut r, file_mark)?;
        state.marks = marks(&mut r)?;
        lagging(&mut r, &mut metrics, version)?;
        for metric in &mut metrics {
            metric.build = r.u32()?;
            stopped_under(&mut metric.phase, optional(&mut r, digest)?)?;
            metric.poison = optional(&mut r, poison)?.map(Arc::new);
            if version >= MISSED_SINCE {
                metric.missed = list(&mut r, missed)?;
            }
        }
    }
    r.is_empty().then_some(PartitionSnapshot { partition, position, late_samples, state, metrics })
}

/// Version 2 kept no phases: a metric that was not at its partition's place had stopped.
fn phases_of_offsets(metrics: &mut [MetricSnapshot], next_offset: i64) {
    for metric in metrics.iter_mut().filter(|metric| metric.next_offset != next_offset) {
        metric.phase = MetricPhase::Stopped(MetricStop::unknown().into());
    }
}

/// The metrics that stopped, by their places in `metrics`, each once and in order.
fn stops(r: &mut Reader<'_>, metrics: &mut [MetricSnapshot]) -> Option<()> {
    let mut free = 0;
    for _ in 0..r.u32()? {
        let metric = r.u32()? as usize;
        let of = metrics.get_mut(metric).filter(|_| metric >= free)?;
        of.phase = MetricPhase::Stopped(stop(r)?.into());
        free = metric + 1;
    }
    Some(())
}

/// Adds to a stop the digest of what the metric had.
fn stopped_under(phase: &mut MetricPhase, under: Option<Digest>) -> Option<()> {
    match phase {
        MetricPhase::Stopped(stop) => Arc::make_mut(stop).under = under,
        MetricPhase::Running | MetricPhase::Lagging(_) if under.is_none() => {}
        MetricPhase::Running | MetricPhase::Lagging(_) => return None,
    }
    Some(())
}

/// The metrics that lag, by their places in `metrics`, each once and in order.
fn lagging(r: &mut Reader<'_>, metrics: &mut [MetricSnapshot], version: u32) -> Option<()> {
    let mut free = 0;
    for _ in 0..r.u32()? {
        let metric = r.u32()? as usize;
        let of = metrics.get_mut(metric).filter(|_| metric >= free)?;
        if of.phase != MetricPhase::Running {
            return None;
        }
        let (place, crash, left_out) = (place(r)?, optional(r, crash)?, list(r, left_out)?);
        let under = if version < MISSED_SINCE { None } else { optional(r, digest)? };
        of.phase = MetricPhase::Lagging(Box::new(MetricLag { place, crash, left_out, under }));
        free = metric + 1;
    }
    Some(())
}

fn crash(r: &mut Reader<'_>) -> Option<Crash> {
    let reason = String::from_utf8(r.bytes()?.to_vec()).ok()?;
    Some(Crash { reason, records: range(r)? })
}

fn left_out(r: &mut Reader<'_>) -> Option<LeftOut> {
    Some(LeftOut { offset: r.i64()?, reason: String::from_utf8(r.bytes()?.to_vec()).ok()? })
}

fn poison(r: &mut Reader<'_>) -> Option<Poison> {
    let under = digest(r)?;
    let records = list(r, |r| Some(PoisonRecord { offset: r.i64()?, offered: r.u64()? }))?;
    Some(Poison { under, records })
}

fn missed(r: &mut Reader<'_>) -> Option<MissedRecords> {
    Some(MissedRecords { gaps: r.u32()?, from: r.i64()?, to: r.i64()? })
}

fn range(r: &mut Reader<'_>) -> Option<RecordRange> {
    Some(RecordRange { partition: r.u32()?, first: r.i64()?, last: r.i64()? })
}

fn marks(r: &mut Reader<'_>) -> Option<Marks> {
    let step = r.u32()?;
    Marks::from_parts(step, list(r, mark)?)
}

fn mark(r: &mut Reader<'_>) -> Option<Mark> {
    let (gaps, offset) = (r.u32()?, r.i64()?);
    let max_event_time = r.option()?.map(EventTime);
    let is_kept = match r.u8()? {
        0 => false,
        1 => true,
        _ => return None,
    };
    Some(Mark { gaps, offset, max_event_time, is_kept })
}

#[expect(clippy::option_option, reason = "the outer one says that the bytes ran out")]
fn optional<T>(
    r: &mut Reader<'_>,
    item: impl Fn(&mut Reader<'_>) -> Option<T>,
) -> Option<Option<T>> {
    match r.u8()? {
        0 => Some(None),
        1 => Some(Some(item(r)?)),
        _ => None,
    }
}

fn leap(r: &mut Reader<'_>) -> Option<WatermarkLeap> {
    Some(WatermarkLeap {
        offset: r.i64()?,
        time: RecordTime(r.i64()?),
        from: EventTime(r.i64()?),
        to: EventTime(r.i64()?),
    })
}

fn stop(r: &mut Reader<'_>) -> Option<MetricStop> {
    let kind = *StopKind::ALL.get(usize::from(r.u8()?))?;
    let reason = String::from_utf8(r.bytes()?.to_vec()).ok()?;
    let call = match usize::from(r.u8()?).checked_sub(1) {
        None => None,
        Some(call) => Some(*PluginCall::ALL.get(call)?),
    };
    let records = optional(r, range)?;
    let since = r.option()?.map(WallClock);
    let place = optional(r, place)?;
    Some(MetricStop { kind, reason, call, records, since, place, under: None })
}

fn place(r: &mut Reader<'_>) -> Option<MetricPlace> {
    let (gaps, position) = (r.u32()?, position(r, PHASES_SINCE)?);
    Some(MetricPlace { gaps, position, max_event_time: r.option()?.map(EventTime) })
}

fn position(r: &mut Reader<'_>, version: u32) -> Option<Position> {
    let cursor = r.u64()?;
    let last = match r.option()? {
        Some(time) => Some((RecordTime(time), digest(r)?)),
        None => None,
    };
    let read_to = if version < PHASES_SINCE { None } else { r.option()? };
    Some(Position { cursor, last, read_to, mark: None })
}

fn file_mark(r: &mut Reader<'_>) -> Option<FileMark> {
    Some(FileMark {
        at: r.u64()?,
        digest: digest(r)?,
        device: r.u64()?,
        inode: r.u64()?,
        first_offset: r.i64()?,
        left: r.option()?,
    })
}

fn list<T>(r: &mut Reader<'_>, item: impl Fn(&mut Reader<'_>) -> Option<T>) -> Option<Vec<T>> {
    (0..r.u32()?).map(|_| item(r)).collect()
}

pub(super) fn digest(r: &mut Reader<'_>) -> Option<Digest> {
    Some(Digest(r.raw(DIGEST_BYTES)?.try_into().ok()?))
}

fn sample(r: &mut Reader<'_>) -> Option<LateSample> {
    let (offset, time) = (r.i64()?, RecordTime(r.i64()?));
    let (event_time, delay) = (EventTime(r.i64()?), r.i64()?);
    let (record_bytes, record) = (r.u32()?, r.bytes()?.into());
    Some(LateSample { offset, time, event_time, delay, record_bytes, record })
}

fn state(r: &mut Reader<'_>) -> Option<PartitionState> {
    let (origin, next_offset) = (r.i64()?, r.i64()?);
    let max_event_time = r.option()?.map(EventTime);
    let accounting = accounting(r)?;
    let buckets = list(r, |r| Some((r.u32()?, r.u64()?)))?;
    let histogram = LatenessHistogram::from_buckets(buckets.into_iter())?;
    let gaps = list(r, gap)?;
    let state = PartitionState::starting_at(origin);
    Some(PartitionState { next_offset, max_event_time, accounting, histogram, gaps, ..state })
}

fn accounting(r: &mut Reader<'_>) -> Option<Accounting> {
    let mut books =
        Accounting { read: r.u64()?, on_time: r.u64()?, late: r.u64()?, ..Accounting::default() };
    if r.u32()? as usize != books.rejections.len() {
        return None;
    }
    for count in &mut books.rejections {
        *count = r.u64()?;
    }
    books.fallback = r.u64()?;
    books.future = r.u64()?;
    books.past = r.u64()?;
    books.late_delay_sum = r.u64()?;
    books.late_delay_max = r.u64()?;
    Some(books)
}

fn gap(r: &mut Reader<'_>) -> Option<OffsetGap> {
    let kind = usize::from(r.u8()?).checked_sub(1)?;
    Some(OffsetGap { kind: *GapKind::ALL.get(kind)?, from: r.i64()?, to: r.i64()? })
}

fn metric(r: &mut Reader<'_>, version: u32) -> Option<MetricSnapshot> {
    let id = String::from_utf8(r.bytes()?.to_vec()).ok()?;
    let state_version = r.u32()?;
    let (origin, next_offset) = (r.i64()?, r.i64()?);
    let accounting = MetricAccounting { on_time: r.u64()?, late: r.u64()?, excluded: r.u64()? };
    let windows = list(r, |r| window_set(r, version))?;
    Some(MetricSnapshot {
        id,
        state_version,
        origin,
        next_offset,
        accounting,
        windows,
        phase: MetricPhase::Running,
        build: 0,
        poison: None,
        missed: Vec::new(),
    })
}

pub(super) fn spec(r: &mut Reader<'_>) -> Option<WindowSpec> {
    let (size, slide) = (r.i64()?, r.i64()?);
    WindowSpec::from_millis(size, slide).ok()
}

fn window_set(r: &mut Reader<'_>, version: u32) -> Option<WindowSetSnapshot> {
    let spec = spec(r)?;
    let floor = r.option()?.map(EventTime);
    let expired = r.u64()?;
    let unplaced = if version < UNPLACED_SINCE { 0 } else { r.u64()? };
    let books = WindowBooks { floor, expired, unplaced, evicted: r.u64()? };
    let (final_panes, chain) = (r.u64()?, digest(r)?);
    let panes = list(r, |r| pane(r, version))?;
    Some(WindowSetSnapshot { spec, books, final_panes, chain, panes })
}

fn pane(r: &mut Reader<'_>, version: u32) -> Option<PaneSnapshot> {
    let window = match r.option()? {
        Some(start) => Some(TimeWindow { start: EventTime(start), end: EventTime(r.i64()?) }),
        None => None,
    };
    let corrections = r.u64()?;
    let (on_time, late) = (accumulator_bytes(r, version)?, accumulator_bytes(r, version)?);
    Some(PaneSnapshot { window, corrections, on_time, late })
}

#[expect(clippy::option_option, reason = "the outer one says that the bytes ran out")]
fn accumulator_bytes(r: &mut Reader<'_>, version: u32) -> Option<Option<AccumulatorBytes>> {
    match r.u8()? {
        0 => Some(None),
        1 => Some(Some(AccumulatorBytes::whole(r.bytes()?))),
        2 if version >= DIFFERENCES_SINCE => {
            let parts = list(r, |r| Some(Arc::from(r.bytes()?)))?;
            (parts.len() > 1).then(|| AccumulatorBytes::of_parts(parts))
        }
        _ => None,
    }
}

#[expect(clippy::option_option, reason = "the outer one says that the bytes ran out")]
pub(super) fn accumulator(r: &mut Reader<'_>) -> Option<Option<Arc<[u8]>>> {
    Some(r.option_bytes()?.map(Arc::from))
}

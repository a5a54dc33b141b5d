//! State to bytes, field by field as docs/state-format.md lists them.

use super::accumulator_bytes::AccumulatorBytes;
use super::digest::Digest;
use super::envelope::{MAGIC, VERSION};
use super::metric::{MetricSnapshot, PaneSnapshot, WindowSetSnapshot};
use super::partition::PartitionSnapshot;
use super::phase::{
    Crash, LeftOut, MetricPhase, MetricPlace, MetricStop, PluginCall, RecordRange, StopKind,
};
use super::position::{FileMark, Position};
use crate::bytes::Writer;
use crate::gap::GapKind;
use crate::late_sample::LateSample;
use crate::marks::Marks;
use crate::partition::PartitionState;

pub(super) fn partition(w: &mut Writer, snapshot: &PartitionSnapshot) {
    w.raw(MAGIC);
    w.u32(VERSION);
    w.u32(snapshot.partition);
    position(w, &snapshot.position);
    w.u32(snapshot.late_samples.len() as u32);
    snapshot.late_samples.iter().for_each(|late| sample(w, late));
    state(w, &snapshot.state);
    w.u32(snapshot.metrics.len() as u32);
    snapshot.metrics.iter().for_each(|each| metric(w, each));
    let stops =
        || snapshot.metrics.iter().enumerate().filter_map(|(i, m)| Some((i, m.phase.stop()?)));
    w.u32(stops().count() as u32);
    for (metric, of) in stops() {
        w.u32(metric as u32);
        stop(w, of);
    }
    w.u32(snapshot.state.semantics);
    w.u8(u8::from(snapshot.state.leap.is_some()));
    if let Some(leap) = snapshot.state.leap {
        for number in [leap.offset, leap.time.0, leap.from.0, leap.to.0] {
            w.i64(number);
        }
    }
    w.u8(u8::from(snapshot.position.mark.is_some()));
    if let Some(mark) = &snapshot.position.mark {
        file_mark(w, mark);
    }
    marks(w, &snapshot.state.marks);
    let lagging = || {
        let metrics = snapshot.metrics.iter().enumerate();
        metrics.filter_map(|(i, metric)| match &metric.phase {
            MetricPhase::Lagging(lag) => Some((i, lag)),
            MetricPhase::Running | MetricPhase::Stopped(_) => None,
        })
    };
    w.u32(lagging().count() as u32);
    for (metric, of) in lagging() {
        w.u32(metric as u32);
        place(w, &of.place);
        w.u8(u8::from(of.crash.is_some()));
        if let Some(Crash { reason, records }) = &of.crash {
            w.bytes(reason.as_bytes());
            range(w, records);
        }
        w.u32(of.left_out.len() as u32);
        for LeftOut { offset, reason } in &of.left_out {
            w.i64(*offset);
            w.bytes(reason.as_bytes());
        }
        under(w, of.under);
    }
    snapshot.metrics.iter().for_each(|each| of_metric(w, each));
}

/// What is kept of a metric besides its state.
fn of_metric(w: &mut Writer, metric: &MetricSnapshot) {
    w.u32(metric.build);
    under(w, metric.phase.stop().and_then(|stop| stop.under));
    w.u8(u8::from(metric.poison.is_some()));
    if let Some(poison) = &metric.poison {
        w.raw(&poison.under.0);
        w.u32(poison.records.len() as u32);
        for record in &poison.records {
            w.i64(record.offset);
            w.u64(record.offered);
        }
    }
    w.u32(metric.missed.len() as u32);
    for missed in &metric.missed {
        w.u32(missed.gaps);
        w.i64(missed.from);
        w.i64(missed.to);
    }
}

fn under(w: &mut Writer, under: Option<Digest>) {
    w.u8(u8::from(under.is_some()));
    if let Some(digest) = under {
        w.raw(&digest.0);
    }
}

fn marks(w: &mut Writer, marks: &Marks) {
    w.u32(marks.step());
    w.u32(marks.all().len() as u32);
    for mark in marks.all() {
        w.u32(mark.gaps);
        w.i64(mark.offset);
        w.option(mark.max_event_time.map(|time| time.0));
        w.u8(u8::from(mark.is_kept));
    }
}

fn file_mark(w: &mut Writer, mark: &FileMark) {
    w.u64(mark.at);
    w.raw(&mark.digest.0);
    w.u64(mark.device);
    w.u64(mark.inode);
    w.i64(mark.first_offset);
    w.option(mark.left);
}

fn position(w: &mut Writer, position: &Position) {
    w.u64(position.cursor);
    w.option(position.last.map(|(time, _)| time.0));
    if let Some((_, digest)) = position.last {
        w.raw(&digest.0);
    }
    w.option(position.read_to);
}

fn stop(w: &mut Writer, stop: &MetricStop) {
    let kind = StopKind::ALL.iter().position(|kind| *kind == stop.kind);
    w.u8(kind.expect("ALL holds every kind") as u8);
    w.bytes(stop.reason.as_bytes());
    let call = |call| PluginCall::ALL.iter().position(|each| *each == call);
    w.u8(stop.call.map_or(0, |of| call(of).expect("ALL holds every call") as u8 + 1));
    w.u8(u8::from(stop.records.is_some()));
    if let Some(records) = &stop.records {
        range(w, records);
    }
    w.option(stop.since.map(|since| since.0));
    w.u8(u8::from(stop.place.is_some()));
    if let Some(of) = &stop.place {
        place(w, of);
    }
}

fn range(w: &mut Writer, records: &RecordRange) {
    w.u32(records.partition);
    w.i64(records.first);
    w.i64(records.last);
}

fn place(w: &mut Writer, place: &MetricPlace) {
    w.u32(place.gaps);
    position(w, &place.position);
    w.option(place.max_event_time.map(|time| time.0));
}

fn sample(w: &mut Writer, sample: &LateSample) {
    for number in [sample.offset, sample.time.0, sample.event_time.0, sample.delay] {
        w.i64(number);
    }
    w.u32(sample.record_bytes);
    w.bytes(&sample.record);
}

pub(super) fn state(w: &mut Writer, state: &PartitionState) {
    w.i64(state.origin);
    w.i64(state.next_offset);
    w.option(state.max_event_time.map(|t| t.0));
    let books = &state.accounting;
    for count in [books.read, books.on_time, books.late] {
        w.u64(count);
    }
    w.u32(books.rejections.len() as u32);
    books.rejections.iter().for_each(|count| w.u64(*count));
    let delays = [books.late_delay_sum, books.late_delay_max];
    for count in [books.fallback, books.future, books.past].into_iter().chain(delays) {
        w.u64(count);
    }
    w.u32(state.histogram.buckets().count() as u32);
    for (bucket, records) in state.histogram.buckets() {
        w.u32(bucket);
        w.u64(records);
    }
    w.u32(state.gaps.len() as u32);
    for gap in &state.gaps {
        let kind = GapKind::ALL.iter().position(|kind| *kind == gap.kind);
        w.u8(kind.expect("ALL holds every kind") as u8 + 1);
        w.i64(gap.from);
        w.i64(gap.to);
    }
}

pub(super) fn metric(w: &mut Writer, metric: &MetricSnapshot) {
    w.bytes(metric.id.as_bytes());
    w.u32(metric.state_version);
    w.i64(metric.origin);
    w.i64(metric.next_offset);
    let books = &metric.accounting;
    for count in [books.on_time, books.late, books.excluded] {
        w.u64(count);
    }
    w.u32(metric.windows.len() as u32);
    metric.windows.iter().for_each(|set| window_set(w, set));
}

fn window_set(w: &mut Writer, set: &WindowSetSnapshot) {
    let (size, slide) = set.spec.to_millis();
    w.i64(size);
    w.i64(slide);
    w.option(set.books.floor.map(|floor| floor.0));
    let books = &set.books;
    for count in [books.expired, books.unplaced, books.evicted, set.final_panes] {
        w.u64(count);
    }
    w.raw(&set.chain.0);
    w.u32(set.panes.len() as u32);
    set.panes.iter().for_each(|each| pane(w, each));
}

fn pane(w: &mut Writer, pane: &PaneSnapshot) {
    w.option(pane.window.map(|window| window.start.0));
    if let Some(window) = pane.window {
        w.i64(window.end.0);
    }
    w.u64(pane.corrections);
    accumulator(w, pane.on_time.as_ref());
    accumulator(w, pane.late.as_ref());
}

/// The byte 0 for `None`; the byte 1 and the whole; or the byte 2, the number of parts and each.
fn accumulator(w: &mut Writer, bytes: Option<&AccumulatorBytes>) {
    match bytes.map(|bytes| (bytes, bytes.as_whole())) {
        None => w.u8(0),
        Some((_, Some(whole))) => {
            w.u8(1);
            w.shared(whole);
        }
        Some((bytes, None)) => {
            w.u8(2);
            w.u32(bytes.parts().len() as u32);
            bytes.parts().iter().for_each(|part| w.shared(part));
        }
    }
}

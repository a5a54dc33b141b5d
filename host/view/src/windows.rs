//! The windows of a metric over all partitions, from the open and the final panes of the
//! partitions: each window with its pieces and its phase. Sliding windows come about only here.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono_tz::Tz;
use streamgauge_core::{
    AccumulatorBytes, EventTime, FinalPane, MetricPlace, MetricSnapshot, Panes, PartitionSnapshot,
    Plan, TimeWindow, WindowSpec,
};
use streamgauge_outbox::StoredPane;

use super::WindowId;
use super::piece::{Piece, States};
use super::published::Published;
use streamgauge_pipeline::MetricSettings;

/// How far a window is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowState {
    /// Some partition may still bring records that are on time.
    Open,
    /// Every partition that is not idle has passed the window's end.
    Closed,
    /// Closed, and late records came after that.
    Corrected,
    /// No record changes the window any more.
    Final,
}

/// A window with the places of the states that it is merged from.
pub struct Window {
    /// The kind and start of the window.
    pub id: WindowId,
    /// The window's phase; `None` means the cumulative window.
    pub state: Option<WindowState>,
    pub(super) pieces: Vec<Piece>,
    /// Asked for as the window of now, so probably again soon.
    pub(super) is_present: bool,
}

/// The share of one partition in one pane.
pub(super) struct Part {
    is_corrected: bool,
    piece: Piece,
}

/// The panes of a kind, and the windows that they make.
pub(super) struct Looked {
    spec: WindowSpec,
    parts: Parts,
    /// In the order of time; `None` is the cumulative window.
    firsts: Vec<Option<TimeWindow>>,
}

impl Looked {
    /// The first panes of the windows, in the order of time; `None` is the cumulative window.
    pub(super) fn starts(&self) -> impl DoubleEndedIterator<Item = Option<TimeWindow>> {
        self.firsts.iter().copied()
    }
}

/// Panes by interval (`None` means the cumulative pane), each with its parts in the order of the
/// partitions.
pub(super) type Parts = BTreeMap<Option<TimeWindow>, Vec<Part>>;

impl WindowState {
    /// The name in results and on the page.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Corrected => "corrected",
            Self::Final => "final",
        }
    }
}

/// The states and settings that windows are computed from.
pub(super) struct Survey<'a> {
    pub(super) plan: &'a Plan,
    pub(super) zone: Tz,
    pub(super) settings: &'a MetricSettings,
    pub(super) published: &'a Published,
    /// The stored final panes that are looked at.
    pub(super) stored: &'a [StoredPane],
}

impl Survey<'_> {
    /// The windows of `spec` that hold a row, by start.
    pub(super) fn windows(&self, spec: WindowSpec) -> Vec<Window> {
        let looked = self.look(spec, TimeWindow::ALWAYS.start);
        looked.starts().map(|first| self.window_at(first, &looked)).collect()
    }

    /// The starts of the windows of `spec` that hold a row and start at `from` or later.
    pub(super) fn look(&self, spec: WindowSpec, from: EventTime) -> Looked {
        let parts = self.parts(spec);
        let Some(mut panes) = Panes::new(spec, self.zone) else {
            return Looked { spec, parts, firsts: vec![None] };
        };
        // No window is told twice: it starts after those of the panes before.
        let mut after = from.minus(1);
        let mut firsts = Vec::new();
        for pane in parts.keys().flatten() {
            for first in panes.firsts_of(*pane, after) {
                after = first.start;
                firsts.push(first);
            }
        }
        firsts.retain(|first| self.is_whole(*first));
        Looked { spec, parts, firsts: firsts.into_iter().map(Some).collect() }
    }

    /// A window by its first pane.
    pub(super) fn window_at(&self, first: Option<TimeWindow>, looked: &Looked) -> Window {
        let panes = Panes::new(looked.spec, self.zone);
        match (first, panes) {
            (Some(first), Some(mut panes)) => {
                self.window(looked.spec, &panes.in_a_row(first), &looked.parts)
            }
            _ => cumulative(&looked.parts),
        }
    }

    /// The window of `spec` at the largest event time: the earliest window that holds the pane of
    /// that time.
    pub(super) fn current(&self, spec: WindowSpec) -> Window {
        let present = |window| Window { is_present: true, ..window };
        let parts = self.parts(spec);
        let Some(mut panes) = Panes::new(spec, self.zone) else {
            return present(cumulative(&parts));
        };
        let now = self.now();
        let newest = parts.keys().flatten().last().map(|pane| pane.start);
        let pane = panes.pane_of(now.or(newest).unwrap_or(EventTime(0)));
        let first = panes.firsts_of(pane, TimeWindow::ALWAYS.start).first().copied();
        let in_a_row = first.map_or_else(|| vec![pane], |first| panes.in_a_row(first));
        present(self.window(spec, &in_a_row, &parts))
    }

    /// The `count` windows of a tumbling `spec` up to the one at the largest event time, as one
    /// window from the start of the first to the end of the last.
    pub(super) fn last(&self, spec: WindowSpec, count: usize) -> Option<Window> {
        let WindowSpec::Tumbling { .. } = spec else { return None };
        let mut panes = Panes::new(spec, self.zone)?;
        let present = self.current(spec);
        let end = present.id.window?.end;
        let mut in_a_row = vec![present.id.window?];
        while in_a_row.len() < count {
            let before = panes.pane_of(in_a_row[in_a_row.len() - 1].start.minus(1));
            in_a_row.push(before);
        }
        in_a_row.reverse();
        let window = self.window(spec, &in_a_row, &self.parts(spec));
        let whole = TimeWindow { start: in_a_row[0].start, end };
        let id = WindowId { spec, window: Some(whole) };
        Some(Window { id, is_present: false, ..window })
    }

    /// The largest event time. Of a metric that is not at its partitions' places, the one at its
    /// own: the present window is the last one that the metric knows, not an empty one that came
    /// since.
    fn now(&self) -> Option<EventTime> {
        let partitions = || self.published.partitions.iter();
        let own = partitions().filter_map(|p| self.own_place(p)?.max_event_time).max();
        own.or_else(|| partitions().filter_map(|p| p.state.max_event_time).max())
    }

    /// The place of a metric that stopped or lags in a partition; `None` also where it is not known.
    fn own_place<'a>(&self, partition: &'a PartitionSnapshot) -> Option<&'a MetricPlace> {
        self.metric(partition)?.phase.place()
    }

    /// The watermark of a partition at the place of the metric.
    fn watermark(&self, partition: &PartitionSnapshot) -> Option<EventTime> {
        let own = self.own_place(partition).map(|place| place.max_event_time);
        self.plan.watermark.watermark(own.unwrap_or(partition.state.max_event_time))
    }

    /// True if the partition holds no window of the metric open.
    fn is_idle(&self, partition: &PartitionSnapshot) -> bool {
        self.published.idle.contains(&partition.partition) && self.own_place(partition).is_none()
    }

    /// The time up to which no more records on time are awaited, at the places of the metric: the
    /// smallest watermark over the partitions that are not idle, or the largest where all are.
    pub(super) fn watermark_of_all(&self) -> Option<EventTime> {
        let all = &self.published.partitions;
        let busy = all.iter().filter(|p| !self.is_idle(p)).map(|p| self.watermark(p)).min();
        busy.unwrap_or_else(|| all.iter().filter_map(|p| self.watermark(p)).max())
    }

    /// The instant up to which panes may have been given up in some partition: what ends later is
    /// kept in all of them.
    pub(super) fn kept_from(&self) -> EventTime {
        let watermarks = self.published.partitions.iter().filter_map(|p| self.watermark(p));
        watermarks.max().map_or(TimeWindow::ALWAYS.start, |last| last.minus(self.kept_millis()))
    }

    /// How long after its end a pane is kept.
    fn kept_millis(&self) -> i64 {
        let kept = self.settings.retention.saturating_add(self.published.history_keep);
        kept.as_millis() as i64
    }

    /// True if every partition still keeps a window that begins with `first`.
    pub(super) fn is_whole(&self, first: TimeWindow) -> bool {
        self.published.partitions.iter().all(|p| self.keeps(p, first))
    }

    /// True if a partition keeps a pane: the pane is open, or final and within `history.keep`.
    fn keeps(&self, partition: &PartitionSnapshot, pane: TimeWindow) -> bool {
        self.watermark(partition) < Some(pane.end.plus(self.kept_millis()))
    }

    /// The window made of `panes`, which lie in a row.
    pub(super) fn window(&self, spec: WindowSpec, panes: &[TimeWindow], parts: &Parts) -> Window {
        let window = TimeWindow { start: panes[0].start, end: panes[panes.len() - 1].end };
        // Panes lie side by side, so those between the first and the last one are of the window.
        let of_window = parts.range(Some(panes[0])..=Some(panes[panes.len() - 1]));
        let of_window = of_window.flat_map(|(_, of_pane)| of_pane);
        let of_window: Vec<_> = of_window.collect();
        let corrected = of_window.iter().any(|part| part.is_corrected);
        let last = panes[panes.len() - 1];
        Window {
            id: WindowId { spec, window: Some(window) },
            state: Some(self.state(spec, last, corrected)),
            pieces: pieces(&of_window),
            is_present: false,
        }
    }

    /// Windows of `spec` that lie between the first and the last pane of a time, as one.
    pub(super) fn together(
        &self,
        spec: WindowSpec,
        [first, last]: [TimeWindow; 2],
        windows: Vec<Window>,
    ) -> Window {
        let window = TimeWindow { start: first.start, end: last.end };
        let corrected = windows.iter().any(|own| own.state == Some(WindowState::Corrected));
        Window {
            id: WindowId { spec, window: Some(window) },
            state: Some(self.state(spec, last, corrected)),
            pieces: windows.into_iter().flat_map(|own| own.pieces).collect(),
            is_present: false,
        }
    }

    /// The state of a window of which `last` is the last pane.
    pub(super) fn state(&self, spec: WindowSpec, last: TimeWindow, corrected: bool) -> WindowState {
        let partitions = &self.published.partitions;
        let watermark = |p: &PartitionSnapshot| self.watermark(p);
        let retention = self.settings.retention.as_millis() as i64;
        let is_final = |p: &Arc<PartitionSnapshot>| {
            let floor = self.metric(p).and_then(|m| m.windows.iter().find(|w| w.spec == spec));
            let floor = floor.and_then(|set| set.books.floor);
            watermark(p) >= Some(last.end.plus(retention)) || floor > Some(last.start)
        };
        let has_passed =
            |p: &Arc<PartitionSnapshot>| self.is_idle(p) || watermark(p) >= Some(last.end);
        if partitions.iter().all(is_final) {
            WindowState::Final
        } else if !partitions.iter().all(has_passed) {
            WindowState::Open
        } else if corrected {
            WindowState::Corrected
        } else {
            WindowState::Closed
        }
    }

    fn metric<'a>(&self, partition: &'a PartitionSnapshot) -> Option<&'a MetricSnapshot> {
        partition.metric(&self.settings.id)
    }

    /// The build of the metric that is shown.
    fn build(&self) -> u32 {
        let metrics = self.published.partitions.iter().filter_map(|p| self.metric(p));
        metrics.map(|metric| metric.build).max().unwrap_or_default()
    }

    /// The name of the history of the build that is shown.
    pub(super) fn series(&self) -> String {
        self.published.series(&self.settings.id)
    }

    /// The panes of `spec` that hold a row.
    pub(super) fn parts(&self, spec: WindowSpec) -> Parts {
        let mut parts: Parts = BTreeMap::new();
        let build = self.build();
        let series = self.series();
        for pane in self.stored.iter().filter(|pane| pane.spec == spec) {
            let is_this = *pane.series == *series;
            if is_this && self.is_kept(pane.partition, pane.window) {
                let states = States::Stored(pane.clone());
                let piece = Piece { pane: Some(pane.window), partition: pane.partition, states };
                let part = Part { is_corrected: pane.is_corrected, piece };
                parts.entry(Some(pane.window)).or_default().push(part);
            }
        }
        for pane in self.published.final_panes.iter().filter(|pane| pane.spec == spec) {
            let is_this = pane.metric == self.settings.id && pane.build == build;
            if is_this && self.is_kept(pane.partition, pane.window) {
                let whole = |state: &Option<Arc<[u8]>>| state.clone().map(AccumulatorBytes::from);
                let states = [whole(&pane.on_time), whole(&pane.late)];
                let states = States::Held { state_version: pane.state_version, states };
                let piece = Piece { pane: Some(pane.window), partition: pane.partition, states };
                let part = Part { is_corrected: pane.corrections > 0, piece };
                parts.entry(Some(pane.window)).or_default().push(part);
            }
        }
        for partition in &self.published.partitions {
            let Some(metric) = self.metric(partition) else { continue };
            let sets = metric.windows.iter().filter(|set| set.spec == spec);
            for pane in sets.flat_map(|set| &set.panes) {
                let states = [pane.on_time.clone(), pane.late.clone()];
                if states.iter().any(Option::is_some) {
                    let states = States::Held { state_version: metric.state_version, states };
                    let piece = Piece { pane: pane.window, partition: partition.partition, states };
                    let part = Part { is_corrected: pane.corrections > 0, piece };
                    parts.entry(pane.window).or_default().push(part);
                }
            }
        }
        for of_pane in parts.values_mut() {
            // A pane that is being stored may be found twice: among the stored ones and the others.
            of_pane.sort_by_key(|part| part.piece.partition);
            of_pane.dedup_by_key(|part| part.piece.partition);
        }
        parts
    }

    /// True if a final pane of a partition is within `history.keep`.
    fn is_kept(&self, partition: u32, pane: TimeWindow) -> bool {
        let of = self.published.partitions.iter().find(|p| p.partition == partition);
        of.is_none_or(|partition| self.keeps(partition, pane))
    }

    /// The starts of the panes that are in memory.
    pub(super) fn held(&self, spec: WindowSpec) -> impl Iterator<Item = EventTime> {
        let finals = self.published.final_panes.iter();
        let build = self.build();
        let is_this = move |p: &&Arc<FinalPane>| p.metric == self.settings.id && p.build == build;
        let finals = finals.filter(move |pane| pane.spec == spec).filter(is_this);
        let open = self.published.partitions.iter().filter_map(|p| self.metric(p));
        let open = open.flat_map(|metric| &metric.windows).filter(move |set| set.spec == spec);
        let open = open.flat_map(|set| &set.panes).filter_map(|pane| pane.window);
        finals.map(|pane| pane.window).chain(open).map(|window| window.start)
    }
}

fn cumulative(parts: &Parts) -> Window {
    let pieces = pieces(&parts.get(&None).into_iter().flatten().collect::<Vec<_>>());
    let id = WindowId { spec: WindowSpec::Cumulative, window: None };
    Window { id, state: None, pieces, is_present: false }
}

/// States in the order (pane, partition).
fn pieces(parts: &[&Part]) -> Vec<Piece> {
    parts.iter().map(|part| part.piece.clone()).collect()
}

#[cfg(test)]
mod tests;

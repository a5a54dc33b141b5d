//! The windows of a metric over all partitions, from the open and the final panes of the
//! partitions: each window with its pieces and its phase. Sliding windows come about only here.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono_tz::Tz;
use streamgauge_core::{
    EventTime, FinalPane, Lateness, MetricPlace, MetricSnapshot, Panes, PartitionSnapshot, Plan,
    TimeWindow, WindowSpec,
};

use super::WindowId;
use super::merge::Piece;
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

/// A window with the pieces that it is merged from.
pub(super) struct Window {
    pub(super) id: WindowId,
    /// `None` means the cumulative window.
    pub(super) state: Option<WindowState>,
    pub(super) pieces: Vec<Piece>,
}

/// The share of one partition in one pane.
struct Part<'a> {
    pane: Option<TimeWindow>,
    state_version: u32,
    corrections: u64,
    states: [Option<&'a Arc<[u8]>>; 2],
}

/// Panes by interval (`None` means the cumulative pane), each with its parts in the order of the
/// partitions.
type Parts<'a> = BTreeMap<Option<TimeWindow>, Vec<(u32, Part<'a>)>>;

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
}

impl Survey<'_> {
    /// The windows of `spec` that hold a row, by start.
    pub(super) fn windows(&self, spec: WindowSpec) -> Vec<Window> {
        let parts = self.parts(spec);
        let Some(panes) = Panes::new(spec, self.zone) else {
            return vec![cumulative(&parts)];
        };
        if let WindowSpec::Tumbling { .. } = spec {
            let panes = parts.keys().flatten().filter(|pane| self.is_whole(**pane));
            return panes.map(|pane| self.window(spec, &[*pane], &parts)).collect();
        }
        let mut windows = BTreeMap::new();
        let mut finder = panes;
        for pane in parts.keys().flatten() {
            for in_a_row in finder.windows_of(*pane) {
                windows.entry(in_a_row[0].start).or_insert(in_a_row);
            }
        }
        let whole = windows.values().filter(|panes| self.is_whole(panes[0]));
        whole.map(|panes| self.window(spec, panes, &parts)).collect()
    }

    /// The window of `spec` at the largest event time: the earliest window that holds the pane of
    /// that time.
    pub(super) fn current(&self, spec: WindowSpec) -> Window {
        let parts = self.parts(spec);
        let Some(mut panes) = Panes::new(spec, self.zone) else { return cumulative(&parts) };
        let now = self.now();
        let newest = parts.keys().flatten().last().map(|pane| pane.start);
        let pane = panes.pane_of(now.or(newest).unwrap_or(EventTime(0)));
        let windows = panes.windows_of(pane);
        self.window(spec, windows.first().unwrap_or(&vec![pane]), &parts)
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
        Some(Window { id: WindowId { spec, window: Some(whole) }, ..window })
    }

    /// The largest event time. Of a metric that stopped, the one at the stop: the present window
    /// is the last one that the metric knows, not an empty one that came since.
    fn now(&self) -> Option<EventTime> {
        let partitions = || self.published.partitions.iter();
        let stopped = partitions().filter_map(|p| self.stopped_at(p)?.max_event_time).max();
        stopped.or_else(|| partitions().filter_map(|p| p.state.max_event_time).max())
    }

    /// The place at which the metric stopped in a partition; `None` also where it is not known.
    fn stopped_at<'a>(&self, partition: &'a PartitionSnapshot) -> Option<&'a MetricPlace> {
        self.metric(partition)?.phase.stop()?.place.as_ref()
    }

    /// The watermark of a partition at the place of the metric.
    fn watermark(&self, partition: &PartitionSnapshot) -> Option<EventTime> {
        let stopped = self.stopped_at(partition).map(|place| place.max_event_time);
        self.plan.watermark.watermark(stopped.unwrap_or(partition.state.max_event_time))
    }

    /// True if every partition still keeps a window that begins with `first`.
    fn is_whole(&self, first: TimeWindow) -> bool {
        self.published.partitions.iter().all(|p| self.keeps(p, first))
    }

    /// True if a partition keeps a pane: the pane is open, or final and within `history.keep`.
    fn keeps(&self, partition: &PartitionSnapshot, pane: TimeWindow) -> bool {
        let watermark = self.watermark(partition);
        let kept = self.settings.retention.saturating_add(self.published.history_keep);
        watermark < Some(pane.end.plus(kept.as_millis() as i64))
    }

    fn window(&self, spec: WindowSpec, panes: &[TimeWindow], parts: &Parts<'_>) -> Window {
        let window = TimeWindow { start: panes[0].start, end: panes[panes.len() - 1].end };
        let of_window = panes.iter().filter_map(|pane| parts.get(&Some(*pane))).flatten();
        let of_window: Vec<_> = of_window.collect();
        let corrected = of_window.iter().any(|(_, part)| part.corrections > 0);
        let last = panes[panes.len() - 1];
        Window {
            id: WindowId { spec, window: Some(window) },
            state: Some(self.state(spec, last, corrected)),
            pieces: pieces(&of_window),
        }
    }

    /// The state of a window of which `last` is the last pane.
    fn state(&self, spec: WindowSpec, last: TimeWindow, corrected: bool) -> WindowState {
        let partitions = &self.published.partitions;
        let watermark = |p: &PartitionSnapshot| self.watermark(p);
        let retention = self.settings.retention.as_millis() as i64;
        let is_final = |p: &Arc<PartitionSnapshot>| {
            let floor = self.metric(p).and_then(|m| m.windows.iter().find(|w| w.spec == spec));
            let floor = floor.and_then(|set| set.books.floor);
            watermark(p) >= Some(last.end.plus(retention)) || floor > Some(last.start)
        };
        let has_passed = |p: &Arc<PartitionSnapshot>| {
            let is_idle =
                self.published.idle.contains(&p.partition) && self.stopped_at(p).is_none();
            is_idle || watermark(p) >= Some(last.end)
        };
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
        partition.metrics.iter().find(|metric| metric.id == self.settings.id)
    }

    /// The panes of `spec` that hold a row.
    fn parts(&self, spec: WindowSpec) -> Parts<'_> {
        let mut parts: Parts<'_> = BTreeMap::new();
        let finals = self.published.final_panes.iter().filter(|p| self.is_kept(p, spec));
        for pane in finals {
            let part = Part {
                pane: Some(pane.window),
                state_version: pane.state_version,
                corrections: pane.corrections,
                states: [pane.on_time.as_ref(), pane.late.as_ref()],
            };
            parts.entry(Some(pane.window)).or_default().push((pane.partition, part));
        }
        for partition in &self.published.partitions {
            let Some(metric) = self.metric(partition) else { continue };
            let sets = metric.windows.iter().filter(|set| set.spec == spec);
            for pane in sets.flat_map(|set| &set.panes) {
                let states = [pane.on_time.as_ref(), pane.late.as_ref()];
                if states.iter().any(Option::is_some) {
                    let (state_version, corrections) = (metric.state_version, pane.corrections);
                    let pane_window = pane.window;
                    let part = Part { pane: pane_window, state_version, corrections, states };
                    parts.entry(pane.window).or_default().push((partition.partition, part));
                }
            }
        }
        for of_pane in parts.values_mut() {
            // A pane that is being stored may be found twice: among the stored ones and the others.
            of_pane.sort_by_key(|(partition, _)| *partition);
            of_pane.dedup_by_key(|(partition, _)| *partition);
        }
        parts
    }

    /// True if a final pane is this metric's and within `history.keep`.
    fn is_kept(&self, pane: &FinalPane, spec: WindowSpec) -> bool {
        let of = self.published.partitions.iter().find(|p| p.partition == pane.partition);
        pane.spec == spec
            && pane.metric == self.settings.id
            && of.is_none_or(|partition| self.keeps(partition, pane.window))
    }
}

fn cumulative(parts: &Parts<'_>) -> Window {
    let pieces = pieces(&parts.get(&None).into_iter().flatten().collect::<Vec<_>>());
    let id = WindowId { spec: WindowSpec::Cumulative, window: None };
    Window { id, state: None, pieces }
}

/// States in the order (on time before late, pane, partition).
fn pieces(parts: &[&(u32, Part<'_>)]) -> Vec<Piece> {
    let of = |lateness: Lateness| {
        parts.iter().filter_map(move |(_, part)| {
            let state = part.states[lateness as usize]?;
            let (pane, state_version) = (part.pane, part.state_version);
            Some(Piece { pane, lateness, state_version, state: Arc::clone(state) })
        })
    };
    Lateness::ALL.into_iter().flat_map(of).collect()
}

#[cfg(test)]
mod tests;

//! The result over all partitions: every window with its tables, and its name.

use std::collections::{BTreeMap, BTreeSet};

use super::civil::{Calendar, Span};
use super::error::OracleError;
use super::instances::Unworn;
use super::pane_set::window;
use super::rules::{MetricRules, Rules};
use super::state::{PartitionState, WindowState};
use streamgauge_plugin::{Accumulator, CallError, Instance, Plugin, ResultTable};

/// The result of one metric.
#[derive(Clone, Debug, PartialEq)]
pub struct MergedMetric {
    /// The metric's id in the pipeline.
    pub id: String,
    /// The metric's windows: cumulative first, then by size, slide and start.
    pub windows: Vec<MergedWindow>,
}

/// The result in one window.
#[derive(Clone, Debug, PartialEq)]
pub struct MergedWindow {
    /// The size in milliseconds; 0 means cumulative.
    pub size: i64,
    /// Milliseconds; equal to the size: fixed.
    pub slide: i64,
    /// The window's interval; `None` means the cumulative window.
    pub span: Option<Span>,
    /// The window's phase; `None` means the cumulative window, which never ends.
    pub state: Option<WindowPhase>,
    /// The result of the records on time.
    pub on_time: ResultTable,
    /// The result of the late records.
    pub late: ResultTable,
    /// The result of all records, on time and late.
    pub total: ResultTable,
}

/// The changes that a window may still see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowPhase {
    /// Records on time may come.
    Open,
    /// The watermark of each partition that is not idle is past the window's end.
    Closed,
    /// The window is closed, and records came after that.
    Corrected,
    /// No record changes the window any more.
    Final,
}

/// One pane of one partition.
struct Piece<'a> {
    corrections: u64,
    sides: [Option<&'a Vec<u8>>; 2],
}

/// Pieces by pane and number of the partition.
type Pieces<'a> = BTreeMap<(Option<Span>, u32), Piece<'a>>;

/// Merges what `partitions` hold of the metric of `plugin`; partitions in `idle` keep no window
/// open.
pub(super) fn merge(
    rules: &Rules,
    plugin: &Plugin,
    partitions: &[PartitionState],
    idle: &BTreeSet<u32>,
) -> Result<MergedMetric, OracleError> {
    let id = plugin.settings().id.clone();
    let merged = Merge { rules, settings: MetricRules::new(plugin.settings()), partitions, idle };
    let windows = merged.windows(plugin, &id);
    let windows = windows.map_err(|error| OracleError::Call { metric: id.clone(), error })?;
    Ok(MergedMetric { id, windows })
}

struct Merge<'a> {
    rules: &'a Rules,
    settings: MetricRules,
    partitions: &'a [PartitionState],
    idle: &'a BTreeSet<u32>,
}

impl Merge<'_> {
    fn windows(&self, plugin: &Plugin, id: &str) -> Result<Vec<MergedWindow>, CallError> {
        let mut unworn = Unworn::new(plugin)?;
        let mut calendar = Calendar::new(self.rules.zone);
        let mut merged = Vec::new();
        for &(size, slide) in &self.settings.windows {
            let states = self.states(id, size, slide);
            let pieces = pieces(&states);
            for panes in self.shown(&mut calendar, size, slide, &pieces) {
                let tables = tables(plugin, unworn.get()?, &panes, &pieces)?;
                let [on_time, late, total] = tables;
                let (span, state) = (span_of(&panes), self.phase(&panes, &pieces, &states));
                merged.push(MergedWindow { size, slide, span, state, on_time, late, total });
            }
        }
        Ok(merged)
    }

    fn states(&self, id: &str, size: i64, slide: i64) -> Vec<(u32, &WindowState)> {
        let mut states = Vec::new();
        for partition in self.partitions {
            let metric = partition.metrics.iter().find(|metric| metric.id == id);
            let windows = metric.into_iter().flat_map(|metric| &metric.windows);
            let windows = windows.filter(|state| (state.size, state.slide) == (size, slide));
            states.extend(windows.map(|state| (partition.number, state)));
        }
        states
    }

    /// The windows with a row in one of their panes, as panes in a row. A window with a pane that
    /// some partition no longer keeps is left out.
    fn shown(
        &self,
        calendar: &mut Calendar,
        size: i64,
        slide: i64,
        pieces: &Pieces<'_>,
    ) -> Vec<Vec<Option<Span>>> {
        if size == 0 {
            return vec![vec![None]];
        }
        let with_row = pieces.iter().filter(|(_, piece)| piece.sides.iter().any(Option::is_some));
        let spans: BTreeSet<Span> = with_row.filter_map(|((span, _), _)| *span).collect();
        let windows: BTreeSet<Vec<Span>> =
            spans.iter().flat_map(|span| calendar.windows(size, slide, *span)).collect();
        let kept = windows.into_iter().filter(|panes| self.is_kept(panes[0].end));
        kept.map(|panes| panes.into_iter().map(Some).collect()).collect()
    }

    fn is_kept(&self, end: i64) -> bool {
        let until =
            end.saturating_add(self.settings.retention).saturating_add(self.rules.history_keep);
        self.partitions.iter().all(|partition| partition.watermark.is_none_or(|wm| until > wm))
    }

    fn phase(
        &self,
        panes: &[Option<Span>],
        pieces: &Pieces<'_>,
        states: &[(u32, &WindowState)],
    ) -> Option<WindowPhase> {
        let (last, span) = (panes.last().copied()??, span_of(panes)?);
        let past = |end: i64| move |watermark: i64| end <= watermark;
        let retained = span.end.saturating_add(self.settings.retention);
        let is_final = |partition: &PartitionState| {
            let state = states.iter().find(|(number, _)| *number == partition.number);
            let floor = state.and_then(|(_, state)| state.floor);
            partition.watermark.is_some_and(past(retained)) || floor.is_some_and(|f| last.start < f)
        };
        if self.partitions.iter().all(is_final) {
            return Some(WindowPhase::Final);
        }
        let mut waited_for = self.partitions.iter().filter(|p| !self.idle.contains(&p.number));
        if waited_for.any(|partition| !partition.watermark.is_some_and(past(span.end))) {
            return Some(WindowPhase::Open);
        }
        let is_inside = |(pane, _): &(Option<Span>, u32)| panes.contains(pane);
        let mut inside = pieces.iter().filter(|(place, _)| is_inside(place));
        let corrected = inside.any(|(_, piece)| piece.corrections > 0);
        Some(if corrected { WindowPhase::Corrected } else { WindowPhase::Closed })
    }
}

/// The first instant of the first pane to the end of the last one.
fn span_of(panes: &[Option<Span>]) -> Option<Span> {
    let (first, last) = (panes.first().copied()??, panes.last().copied()??);
    Some(Span { start: first.start, end: last.end })
}

fn pieces<'a>(states: &[(u32, &'a WindowState)]) -> Pieces<'a> {
    let mut pieces = Pieces::new();
    for (number, state) in states {
        for pane in &state.panes {
            let sides = [pane.on_time.as_ref(), pane.late.as_ref()];
            let piece = Piece { corrections: pane.corrections, sides };
            pieces.insert((pane.span, *number), piece);
        }
        for pane in &state.finals {
            let sides = [pane.on_time.as_ref(), pane.late.as_ref()];
            let piece = Piece { corrections: pane.corrections, sides };
            pieces.insert((Some(pane.span), *number), piece);
        }
    }
    pieces
}

/// On time, late and both.
fn tables(
    plugin: &Plugin,
    instance: &mut Instance,
    panes: &[Option<Span>],
    pieces: &Pieces<'_>,
) -> Result<[ResultTable; 3], CallError> {
    let whole = span_of(panes).map(window);
    let on_time = instance.create(whole)?;
    let late = instance.create(whole)?;
    let total = instance.create(whole)?;
    for pane in panes {
        for (side, sum) in [on_time, late].into_iter().enumerate() {
            for ((span, _), piece) in pieces.iter().filter(|((span, _), _)| span == pane) {
                let Some(state) = piece.sides[side] else { continue };
                add(plugin, instance, sum, *span, state)?;
            }
        }
    }
    instance.merge(total, on_time)?;
    instance.merge(total, late)?;
    let mut table = |accumulator| -> Result<ResultTable, CallError> {
        let table = instance.result(plugin, accumulator)?;
        instance.release(accumulator)?;
        Ok(table)
    };
    Ok([table(on_time)?, table(late)?, table(total)?])
}

fn add(
    plugin: &Plugin,
    instance: &mut Instance,
    sum: Accumulator,
    span: Option<Span>,
    state: &[u8],
) -> Result<(), CallError> {
    let version = plugin.descriptor().state_version;
    let part = instance.restore(span.map(window), version, state)?;
    instance.merge(sum, part)?;
    instance.release(part)
}

//! The read side of a metric: the metric's windows over all partitions, merged when somebody asks.
//! Pages and questions share one reader, so a window that did not change is merged once for all.
//!
//! Invariant: the lock is held while one window is merged and not longer, so a question about
//! thousands of windows holds no page back.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono_tz::Tz;
use streamgauge_core::{MetricAccounting, Plan, WindowBooks, WindowSpec};
use streamgauge_plugin::{CallError, Plugin};
use streamgauge_wire::{Frame, Panel};
use thiserror::Error;

use super::merge::{Merger, Piece, are_same};
use super::published::Published;
use super::windows::{Survey, Window, WindowState};
use super::{MetricResult, WindowId, frame, panels};

/// The most windows of one metric whose results are remembered.
const REMEMBERED_MAX: usize = 2000;

/// The plugin cannot read a state that it once wrote.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("its result could not be read: {0}")]
pub struct Unreadable(CallError);

/// The read side of one metric.
pub struct MetricReader {
    plugin: Plugin,
    plan: Arc<Plan>,
    zone: Tz,
    panels: Vec<Panel>,
    merging: Mutex<Merging>,
}

/// A plugin instance, with the results that it has merged.
struct Merging {
    merger: Merger,
    /// The result of each merge, by window and merged states; a failure is not tried again with the
    /// same states.
    known: BTreeMap<WindowId, (Vec<Piece>, Merged)>,
}

type Merged = Result<Arc<MetricResult>, Unreadable>;

/// The result over one window.
#[derive(Clone)]
pub struct WindowResult {
    /// The kind and start of the window.
    pub id: WindowId,
    /// The window's phase; `None` means the cumulative window.
    pub state: Option<WindowState>,
    /// The rows; the same `Arc` until the window changes.
    pub result: Arc<MetricResult>,
}

/// The results of one metric over all partitions.
pub struct MetricResults<'a> {
    /// The plugin that computes the metric.
    pub plugin: &'a Plugin,
    /// The counts of the metric's rows.
    pub accounting: MetricAccounting,
    /// The counts of the metric's windows, the cumulative one aside.
    pub windows: Vec<(WindowSpec, WindowBooks)>,
    /// The windows with their results, by kind and start.
    pub results: Vec<WindowResult>,
    /// The reason why the metric stopped, or why a part of the metric could not be read.
    pub trouble: Option<String>,
}

impl MetricReader {
    /// A reader of the metric of `plugin` that has merged nothing.
    pub fn new(plugin: &Plugin, plan: &Arc<Plan>, zone: Tz) -> Self {
        let merging = Merging { merger: Merger::new(plugin), known: BTreeMap::new() };
        Self {
            plugin: plugin.clone(),
            plan: Arc::clone(plan),
            zone,
            panels: panels(plugin),
            merging: Mutex::new(merging),
        }
    }

    /// The metric's id in the pipeline.
    pub fn id(&self) -> &str {
        &self.plugin.settings().id
    }

    /// The plugin that computes the metric.
    pub fn plugin(&self) -> &Plugin {
        &self.plugin
    }

    /// The metric's panels, in the order of the plugin's views.
    pub fn panels(&self) -> &[Panel] {
        &self.panels
    }

    /// The present window of a kind, as the pages show it.
    ///
    /// # Errors
    /// The plugin cannot read a state that it once wrote.
    pub fn current(
        &self,
        published: &Published,
        spec: WindowSpec,
    ) -> Result<WindowResult, Unreadable> {
        self.result(self.survey(published).current(spec))
    }

    /// The last `count` windows of a kind up to the present one, as one. `None` means that the kind
    /// has no windows that follow each other.
    ///
    /// # Errors
    /// The plugin cannot read a state that it once wrote.
    pub fn last(
        &self,
        published: &Published,
        spec: WindowSpec,
        count: usize,
    ) -> Option<Result<WindowResult, Unreadable>> {
        Some(self.result(self.survey(published).last(spec, count)?))
    }

    /// The windows for which `wanted` returns true, by kind and start; with `newest` only so many
    /// of the windows that begin last.
    ///
    /// # Errors
    /// The plugin cannot read a state that it once wrote.
    pub fn windows(
        &self,
        published: &Published,
        newest: Option<usize>,
        wanted: impl Fn(WindowId, Option<WindowState>) -> bool,
    ) -> Result<Vec<WindowResult>, Unreadable> {
        let windows = self.all_windows(published);
        let mut wanted: Vec<Window> =
            windows.into_iter().filter(|window| wanted(window.id, window.state)).collect();
        if let Some(newest) = newest.filter(|newest| *newest < wanted.len()) {
            let start = |window: &Window| window.id.window.map(|window| window.start);
            let mut starts: Vec<_> = wanted.iter().map(start).collect();
            starts.sort_unstable();
            let oldest = starts[starts.len() - newest.max(1)];
            wanted.retain(|window| newest > 0 && start(window) >= oldest);
        }
        wanted.into_iter().map(|window| self.result(window)).collect()
    }

    /// Every window; one that cannot be read is told in words and left out.
    pub fn all(&self, published: &Published) -> MetricResults<'_> {
        let mut trouble = published.quarantined.get(self.id()).cloned();
        let mut results = Vec::new();
        for window in self.all_windows(published) {
            match self.result(window) {
                Ok(result) => results.push(result),
                Err(error) => trouble = trouble.or_else(|| Some(error.to_string())),
            }
        }
        MetricResults {
            plugin: &self.plugin,
            accounting: published.accounting(self.id()),
            windows: published.window_books(self.id()),
            results,
            trouble,
        }
    }

    /// A result as one panel shows it, with the reason if the metric stands still.
    pub fn frame(&self, panel: &Panel, window: &WindowResult, trouble: Option<&str>) -> Frame {
        let outputs = &self.plugin.descriptor().outputs;
        let mut frame = frame::draw(outputs, panel, &window.result, trouble);
        frame.window = frame::window(window.id, window.state, self.zone);
        frame
    }

    fn survey<'a>(&'a self, published: &'a Published) -> Survey<'a> {
        Survey { plan: &self.plan, zone: self.zone, settings: self.plugin.settings(), published }
    }

    fn all_windows(&self, published: &Published) -> Vec<Window> {
        let survey = self.survey(published);
        self.plugin.settings().windows.iter().flat_map(|spec| survey.windows(*spec)).collect()
    }

    fn result(&self, window: Window) -> Result<WindowResult, Unreadable> {
        // A cache is valid after any panic: at worst something is merged again.
        let mut merging = self.merging.lock().unwrap_or_else(PoisonError::into_inner);
        merging.result(window)
    }
}

impl Merging {
    fn result(&mut self, window: Window) -> Result<WindowResult, Unreadable> {
        let Window { id, state, pieces } = window;
        let known = self.known.get(&id).filter(|(known, _)| are_same(known, &pieces));
        let merged = if let Some((_, merged)) = known {
            merged.clone()
        } else {
            let merged = self.merger.merge(id.window, &pieces);
            let merged = merged.map(Arc::new).map_err(Unreadable);
            if self.known.len() >= REMEMBERED_MAX {
                self.known.clear();
            }
            self.known.insert(id, (pieces, merged.clone()));
            merged
        };
        Ok(WindowResult { id, state, result: merged? })
    }
}

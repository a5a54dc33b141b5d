//! The read side of a metric: the metric's windows over all partitions, merged when somebody asks.
//! Pages and questions share one reader, so a window that did not change is merged once for all.
//!
//! Invariant: the lock is held while one window is merged and not longer, so a question about
//! thousands of windows holds no page back.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono_tz::Tz;
use streamgauge_core::{MetricAccounting, Plan, WindowBooks, WindowSpec};
use streamgauge_pipeline::with_option;
use streamgauge_plugin::Plugin;
use streamgauge_wire::{Frame, Panel};
use thiserror::Error;

use super::merge::{Failed, Merger, Piece, are_same};
use super::published::Published;
use super::trouble::{LastGood, ReadAt, Trouble};
use super::windows::{Survey, Window, WindowState};
use super::{MetricResult, WindowId, frame, panels};

/// The most windows of one metric whose results are remembered.
const REMEMBERED_MAX: usize = 2000;

/// The plugin gives no result of states that it once wrote.
#[derive(Clone, Debug, Error, PartialEq)]
#[error("its result could not be read: {failed}")]
pub struct Unreadable {
    failed: Failed,
    last: Option<LastGood>,
}

impl Unreadable {
    /// What to show instead, and why.
    pub fn instead(&self, id: WindowId, state: Option<WindowState>) -> (WindowResult, Trouble) {
        let last = self.last.as_ref();
        let result = last.map(|last| Arc::clone(&last.result)).unwrap_or_default();
        let last = last.map(|last| last.read.clone());
        let trouble = Trouble::Unreadable { reason: self.failed.to_string(), last };
        (WindowResult { id, state, result }, trouble)
    }
}

/// The read side of one metric.
pub struct MetricReader {
    plugin: Plugin,
    plan: Arc<Plan>,
    zone: Tz,
    panels: Vec<Panel>,
    /// The option by which commands in hints name the pipeline.
    command_option: String,
    merging: Mutex<Merging>,
}

/// A plugin instance, with the results that it has merged.
struct Merging {
    merger: Merger,
    /// The result of each merge, by window and merged states; a failure is not tried again with the
    /// same states.
    known: BTreeMap<WindowId, (Vec<Piece>, Merged)>,
}

type Merged = Result<LastGood, Unreadable>;

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
    pub trouble: Option<Trouble>,
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
            command_option: String::new(),
            merging: Mutex::new(merging),
        }
    }

    /// The same reader, whose hints name the pipeline by `option` in their commands.
    #[must_use]
    pub fn naming(mut self, option: &str) -> Self {
        option.clone_into(&mut self.command_option);
        self
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

    /// The present window of a kind, as the pages show it, with what is wrong with it.
    pub fn current(
        &self,
        published: &Published,
        spec: WindowSpec,
    ) -> (WindowResult, Option<Trouble>) {
        self.shown(published, self.survey(published).current(spec))
    }

    /// The last `count` windows of a kind up to the present one, as one. `None` means that the kind
    /// has no windows that follow each other.
    pub fn last(
        &self,
        published: &Published,
        spec: WindowSpec,
        count: usize,
    ) -> Option<(WindowResult, Option<Trouble>)> {
        Some(self.shown(published, self.survey(published).last(spec, count)?))
    }

    /// The window for which `wanted` returns true; `None` means that no such window holds a row.
    pub fn window(
        &self,
        published: &Published,
        wanted: impl Fn(WindowId) -> bool,
    ) -> Option<(WindowResult, Option<Trouble>)> {
        let window = self.all_windows(published).into_iter().find(|window| wanted(window.id))?;
        Some(self.shown(published, window))
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
        wanted.into_iter().map(|window| self.result(published, window)).collect()
    }

    /// Every window; one that cannot be read is told in words and left out.
    pub fn all(&self, published: &Published) -> MetricResults<'_> {
        let mut trouble = published.stopped(self.id()).map(Trouble::Stopped);
        let mut results = Vec::new();
        for window in self.all_windows(published) {
            let (id, state) = (window.id, window.state);
            match self.result(published, window) {
                Ok(result) => results.push(result),
                Err(error) => trouble = trouble.or_else(|| Some(error.instead(id, state).1)),
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

    /// A result as one panel shows it, with what is wrong with it.
    pub fn frame(&self, panel: &Panel, window: &WindowResult, trouble: Option<&Trouble>) -> Frame {
        let outputs = &self.plugin.descriptor().outputs;
        let mut frame = frame::draw(outputs, panel, &window.result, trouble);
        frame.window = frame::window(window.id, window.state, self.zone);
        if let Some(stale) = &mut frame.stale {
            stale.hint = with_option(&stale.hint, &self.command_option);
        }
        frame
    }

    fn survey<'a>(&'a self, published: &'a Published) -> Survey<'a> {
        Survey { plan: &self.plan, zone: self.zone, settings: self.plugin.settings(), published }
    }

    fn all_windows(&self, published: &Published) -> Vec<Window> {
        let survey = self.survey(published);
        self.plugin.settings().windows.iter().flat_map(|spec| survey.windows(*spec)).collect()
    }

    fn result(&self, published: &Published, window: Window) -> Result<WindowResult, Unreadable> {
        let at = ReadAt { time: published.now, at: published.places(self.id()) };
        // A cache is valid after any panic: at worst something is merged again.
        let mut merging = self.merging.lock().unwrap_or_else(PoisonError::into_inner);
        merging.result(window, at)
    }

    /// A window with what is wrong with it. Where it cannot be read, the last good result stands.
    fn shown(&self, published: &Published, window: Window) -> (WindowResult, Option<Trouble>) {
        let (id, state) = (window.id, window.state);
        let stopped = published.stopped(self.id()).map(Trouble::Stopped);
        match self.result(published, window) {
            Ok(result) => (result, stopped),
            Err(error) => {
                let (result, trouble) = error.instead(id, state);
                (result, stopped.or(Some(trouble)))
            }
        }
    }
}

impl Merging {
    fn result(&mut self, window: Window, read: ReadAt) -> Result<WindowResult, Unreadable> {
        let Window { id, state, pieces } = window;
        let known = self.known.get_mut(&id);
        if let Some((_, merged)) = known.filter(|(known, _)| are_same(known, &pieces)) {
            if let Ok(good) = merged {
                good.read = read;
            }
            let good = merged.as_ref().map_err(Clone::clone)?;
            return Ok(WindowResult { id, state, result: Arc::clone(&good.result) });
        }
        let merged = match self.merger.merge(id.window, &pieces) {
            Ok(result) => Ok(LastGood { result: Arc::new(result), read }),
            Err(failed) => Err(Unreadable { failed, last: self.last_good(id) }),
        };
        if self.known.len() >= REMEMBERED_MAX {
            self.known.clear();
        }
        self.known.insert(id, (pieces, merged.clone()));
        Ok(WindowResult { id, state, result: merged?.result })
    }

    fn last_good(&self, id: WindowId) -> Option<LastGood> {
        match &self.known.get(&id)?.1 {
            Ok(good) => Some(good.clone()),
            Err(unreadable) => unreadable.last.clone(),
        }
    }
}

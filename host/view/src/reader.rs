//! The read side of a metric: the metric's windows over all partitions, merged when somebody asks.
//! Pages and questions share one reader, so a window that did not change is merged once for all.
//!
//! Invariant: the lock is held while one window is merged and not longer, so a question about
//! thousands of windows holds no page back.

use std::sync::{Arc, Mutex, PoisonError};

use chrono_tz::Tz;
use streamgauge_core::{EventTime, Plan, TimeWindow, WindowSpec};
use streamgauge_outbox::HistoryError;
use streamgauge_pipeline::with_option;
use streamgauge_plugin::Plugin;
use streamgauge_wire::{Frame, Panel};

use super::merge::Merger;
use super::published::Published;
use super::remembered::Remembered;
use super::rows_max::Rows;
use super::trouble::{ReadAt, Trouble};
use super::walk::{Walk, newest};
use super::window_result::{Unreadable, WindowResult};
use super::windows::{Survey, Window, WindowState};
use super::{WindowId, frame, panels};

/// The read side of one metric.
pub struct MetricReader {
    plugin: Plugin,
    plan: Arc<Plan>,
    zone: Tz,
    panels: Vec<Panel>,
    /// What the panels together show.
    rows: Rows,
    /// The option by which commands in hints name the pipeline.
    command_option: String,
    merging: Mutex<Remembered>,
}

/// The results of one metric over all partitions.
pub struct MetricResults<'a> {
    /// The plugin that computes the metric.
    pub plugin: &'a Plugin,
    /// The windows with their results, by kind and start.
    pub results: Vec<WindowResult>,
    /// The reason why the metric stopped, or why a part of the metric could not be read.
    pub trouble: Option<Trouble>,
}

impl MetricReader {
    /// A reader of the metric of `plugin` that has merged nothing.
    pub fn new(plugin: &Plugin, plan: &Arc<Plan>, zone: Tz) -> Self {
        let merging = Remembered::new(Merger::new(plugin));
        let panels = panels(plugin);
        let outputs = &plugin.descriptor().outputs;
        let shown = panels.iter().map(|panel| Rows::of(outputs, panel));
        let rows = shown.reduce(Rows::or).unwrap_or(Rows::All);
        Self {
            plugin: plugin.clone(),
            plan: Arc::clone(plan),
            zone,
            panels,
            rows,
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

    /// The present window of a kind as far as the pages show it, with what is wrong with it.
    pub fn current(
        &self,
        published: &Published,
        spec: WindowSpec,
    ) -> (WindowResult, Option<Trouble>) {
        self.shown(published, &self.survey(published).current(spec))
    }

    /// Takes in what is new in the present window, without a result.
    pub fn follow(&self, published: &Published, spec: WindowSpec) {
        let window = self.survey(published).current(spec);
        self.merging.lock().unwrap_or_else(PoisonError::into_inner).follow(&window);
    }

    /// The last `count` windows of a kind up to the present one, as one. `None` means that the kind
    /// has no windows that follow each other.
    pub fn last(
        &self,
        published: &Published,
        spec: WindowSpec,
        count: usize,
    ) -> Option<(WindowResult, Option<Trouble>)> {
        Some(self.shown(published, &self.survey(published).last(spec, count)?))
    }

    /// The window for which `wanted` returns true; `None` means that no such window holds a row.
    pub fn window(
        &self,
        published: &Published,
        wanted: impl Fn(WindowId) -> bool,
    ) -> Option<(WindowResult, Option<Trouble>)> {
        let window = self.all_windows(published).into_iter().find(|window| wanted(window.id))?;
        Some(self.shown(published, &window))
    }

    /// The windows of a kind that start at `from` or later, in the order of time, not merged yet.
    pub fn walk<'a>(
        &'a self,
        published: &'a Published,
        spec: WindowSpec,
        from: EventTime,
    ) -> Walk<'a> {
        Walk::new(self.survey(published), spec, from)
    }

    /// The starts of the `count` newest windows of a kind for which `wanted` returns true, the newest
    /// first.
    ///
    /// # Errors
    /// The stored windows cannot be read.
    pub fn newest(
        &self,
        published: &Published,
        spec: WindowSpec,
        count: usize,
        wanted: impl Fn(&Window) -> bool,
    ) -> Result<Vec<EventTime>, HistoryError> {
        newest(&self.survey(published), spec, count, wanted)
    }

    /// Gives every window to `each`, one after the other, without the final ones that start before
    /// what `oldest` says of their kind. What is wrong with the metric is returned; a window that
    /// cannot be read is left out.
    ///
    /// # Errors
    /// Those of `each`, and where the stored windows cannot be found.
    pub fn visit<E: From<HistoryError>>(
        &self,
        published: &Published,
        oldest: &dyn Fn(WindowSpec) -> EventTime,
        mut each: impl FnMut(WindowResult) -> Result<(), E>,
    ) -> Result<Option<Trouble>, E> {
        let mut trouble = published.trouble(self.id());
        for spec in &self.plugin.settings().windows {
            let (oldest, size) = (oldest(*spec), spec.to_millis().0);
            let held = self.survey(published).held(*spec).min();
            let from = held.map_or(oldest, |held| oldest.min(held.minus(size)));
            for window in self.walk(published, *spec, from) {
                let window = window?;
                let is_old = window.id.window.is_some_and(|window| window.start < oldest);
                if is_old && window.state == Some(WindowState::Final) {
                    continue;
                }
                match self.result(published, &window) {
                    Ok(result) => each(result)?,
                    Err(error) => {
                        let instead = || error.instead(window.id, window.state).1;
                        trouble = trouble.or_else(|| Some(instead()));
                    }
                }
            }
        }
        Ok(trouble)
    }

    /// Every window at once; for results that are known to be small.
    ///
    /// # Errors
    /// The stored windows cannot be found.
    pub fn all(&self, published: &Published) -> Result<MetricResults<'_>, HistoryError> {
        let mut results = Vec::new();
        let always = |_| TimeWindow::ALWAYS.start;
        let trouble = self.visit(published, &always, |result| {
            results.push(result);
            Ok::<_, HistoryError>(())
        })?;
        Ok(MetricResults { plugin: &self.plugin, results, trouble })
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
        let (settings, stored) = (self.plugin.settings(), published.stored.as_slice());
        Survey { plan: &self.plan, zone: self.zone, settings, published, stored }
    }

    fn all_windows(&self, published: &Published) -> Vec<Window> {
        let survey = self.survey(published);
        self.plugin.settings().windows.iter().flat_map(|spec| survey.windows(*spec)).collect()
    }

    /// The result over a window.
    ///
    /// # Errors
    /// The plugin cannot read a state that it once wrote.
    pub fn result(
        &self,
        published: &Published,
        window: &Window,
    ) -> Result<WindowResult, Unreadable> {
        self.merged(published, window, Rows::All)
    }

    fn merged(
        &self,
        published: &Published,
        window: &Window,
        rows: Rows,
    ) -> Result<WindowResult, Unreadable> {
        let at = ReadAt { time: published.now, at: published.places(self.id()) };
        // A cache is valid after any panic: at worst something is merged again.
        let mut merging = self.merging.lock().unwrap_or_else(PoisonError::into_inner);
        merging.result(window, at, published.history.as_deref(), rows)
    }

    /// A window as far as the pages show it, with what is wrong with it. Where it cannot be read, the last good result stands.
    fn shown(&self, published: &Published, window: &Window) -> (WindowResult, Option<Trouble>) {
        let (id, state) = (window.id, window.state);
        let stopped = published.trouble(self.id());
        match self.merged(published, window, self.rows) {
            Ok(result) => (result, stopped),
            Err(error) => {
                let (result, trouble) = error.instead(id, state);
                (result, stopped.or(Some(trouble)))
            }
        }
    }
}

//! The read side of a metric: the metric's windows over all partitions, merged when somebody asks.
//! Pages and questions share one reader, so a window that did not change is merged once for all.
//!
//! Invariant: the lock is held while one window is merged and not longer, so a question about
//! thousands of windows holds no page back.

use std::sync::{Arc, Mutex, PoisonError};

use chrono_tz::Tz;
use streamgauge_core::{EventTime, Plan, TimeWindow, WindowAsk, WindowSpec};
use streamgauge_outbox::HistoryError;
use streamgauge_pipeline::with_option;
use streamgauge_plugin::{Output, Plugin, Role};
use streamgauge_wire::{Frame, Panel};

use super::frame::Key;
use super::merge::Merger;
use super::published::Published;
use super::remembered::Remembered;
use super::rows_max::Rows;
use super::span::NoWindow;
use super::steps::Steps;
use super::trouble::{ReadAt, Trouble};
use super::walk::{Walk, newest};
use super::window_result::{Unreadable, WindowResult};
use super::windows::{Survey, Window, WindowState};
use super::{frame, panels};

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
        self.shown(published, &self.survey(published).current(spec), self.rows)
    }

    /// Takes in what is new in the present window, without a result.
    pub fn follow(&self, published: &Published, spec: WindowSpec) {
        let window = self.survey(published).current(spec);
        self.merging.lock().unwrap_or_else(PoisonError::into_inner).follow(&window);
    }

    /// The window that is asked for, not merged yet.
    ///
    /// # Errors
    /// There is no such window, or no such span of windows.
    pub fn find(&self, published: &Published, ask: WindowAsk) -> Result<Window, NoWindow> {
        let survey = self.survey(published);
        let no_row = || NoWindow::NoRow(ask);
        match ask {
            WindowAsk::Present(spec) => Ok(survey.current(spec)),
            WindowAsk::Last(spec, count) => survey.last(spec, count).ok_or_else(no_row),
            WindowAsk::At(spec, start) => {
                let is_it = |window: &Window| window.id.window.is_some_and(|w| w.start == start);
                survey.windows(spec).into_iter().find(is_it).ok_or_else(no_row)
            }
            WindowAsk::Span(spec, span) => survey.span(spec, span).map_err(NoWindow::NoSpan),
        }
    }

    /// A window as `panel` shows it, with `top` in the place of the panel's if it is given.
    pub fn draw(
        &self,
        published: &Published,
        window: &Window,
        panel: &Panel,
        top: Option<u32>,
    ) -> Frame {
        let panel = Panel { top: top.unwrap_or(panel.top), ..panel.clone() };
        let rows = self.rows.or(Rows::of(&self.plugin.descriptor().outputs, &panel));
        let (found, trouble) = self.shown(published, window, rows);
        self.frame_of(published, &panel, &found, trouble.as_ref())
    }

    /// A window as `panel` shows it, with the rows of these places in this order and all others
    /// summed up.
    pub(super) fn draw_named(
        &self,
        published: &Published,
        window: &Window,
        panel: &Panel,
        rows: &[Key],
    ) -> Frame {
        let (found, trouble) = self.shown(published, window, Rows::All);
        let outputs = &self.plugin.descriptor().outputs;
        let trouble = trouble.as_ref();
        let drawn = frame::draw_rows(outputs, panel, &found.result, trouble, Some(rows));
        self.finished(drawn, &found, self.counted_to(published, trouble))
    }

    /// The row of `key` in the first dimension of `panel`, however small it is; without a row where
    /// there is no such key. `None` means that the panel has no dimension.
    pub fn draw_key(
        &self,
        published: &Published,
        window: &Window,
        panel: &Panel,
        key: &str,
    ) -> Option<Frame> {
        let panel = Panel { top: 0, ..panel.clone() };
        let dimension = panel.dimension.as_ref()?;
        let outputs = &self.plugin.descriptor().outputs;
        let column = outputs.iter().position(|output| output.name == dimension.name)?;
        let (found, trouble) = self.with_key(published, window, (column, key));
        Some(self.frame_of(published, &panel, &found, trouble.as_ref()))
    }

    /// As [`Self::frame`], with how far the published states count.
    fn frame_of(
        &self,
        published: &Published,
        panel: &Panel,
        window: &WindowResult,
        trouble: Option<&Trouble>,
    ) -> Frame {
        Frame { of: self.counted_to(published, trouble), ..self.frame(panel, window, trouble) }
    }

    /// How far the published states count. An older result is of other states, whose places stand in
    /// `stale`.
    fn counted_to(&self, published: &Published, trouble: Option<&Trouble>) -> Option<i64> {
        let is_theirs = !matches!(trouble, Some(Trouble::Unreadable { .. }));
        published.counted_to(self.id()).filter(|_| is_theirs)
    }

    /// The rows of a window whose text in a column is the key, with what is wrong with them. They
    /// are taken from what the pages show where they are in there as a whole; else the whole result
    /// is made, which is dear where it is large.
    pub(super) fn with_key(
        &self,
        published: &Published,
        window: &Window,
        (column, key): (usize, &str),
    ) -> (WindowResult, Option<Trouble>) {
        let (mut found, trouble) = self.shown(published, window, self.rows);
        let own = found.result.with_key((column, key));
        let is_dimension = |output: &&Output| matches!(output.role, Role::Dimension);
        let outputs = &self.plugin.descriptor().outputs;
        // With other dimensions, some cells of a key may be among the rows that were cut.
        let is_one = outputs.iter().filter(is_dimension).count() == 1;
        let is_whole = found.result.other.is_none() || (is_one && !own.total.is_empty());
        if is_whole || matches!(trouble, Some(Trouble::Unreadable { .. })) {
            found.result = Arc::new(own);
            return (found, trouble);
        }
        let mut merging = self.merging.lock().unwrap_or_else(PoisonError::into_inner);
        match merging.with_key(window, published.history.as_deref(), (column, key)) {
            Ok(own) => {
                found.result = Arc::new(own);
                (found, trouble)
            }
            Err(failed) => {
                let (found, unreadable) =
                    Unreadable { failed, last: None }.instead(window.id, window.state);
                (found, trouble.or(Some(unreadable)))
            }
        }
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

    /// The windows of a tumbling `spec` merged into steps of the size of `by`, from `from` on, not
    /// merged yet; `None` means that one of the two does not follow each other. With `last` only the
    /// newest steps: so many, of time, with those that are not final or without.
    ///
    /// # Errors
    /// The stored windows cannot be read.
    pub fn steps<'a>(
        &'a self,
        published: &'a Published,
        (spec, by): (WindowSpec, WindowSpec),
        from: EventTime,
        last: Option<(usize, bool)>,
    ) -> Result<Option<Steps<'a>>, HistoryError> {
        let surveys = || (self.survey(published), self.survey(published));
        let Some((count, with_open)) = last else {
            return Ok(Steps::new(surveys(), (spec, by), from));
        };
        let is_meant = |window: &Window| with_open || window.state == Some(WindowState::Final);
        let newest = self.newest(published, spec, 1, is_meant)?;
        let Some(mut all) = Steps::new(surveys(), (spec, by), from) else { return Ok(None) };
        let newest = newest.first();
        let start = newest.and_then(|newest| all.start_of_last(*newest, count, !with_open));
        let start = start.unwrap_or(TimeWindow::ALWAYS.end).max(from);
        Ok(Steps::new(surveys(), (spec, by), start))
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
        self.finished(frame::draw(outputs, panel, &window.result, trouble), window, None)
    }

    /// A drawn frame with its window, and how far it counts.
    fn finished(&self, mut frame: Frame, window: &WindowResult, of: Option<i64>) -> Frame {
        frame.window = frame::window(window.id, window.state, self.zone);
        frame.of = of;
        if let Some(stale) = &mut frame.stale {
            stale.hint = with_option(&stale.hint, &self.command_option);
        }
        frame
    }

    pub(super) fn survey<'a>(&'a self, published: &'a Published) -> Survey<'a> {
        let (settings, stored) = (self.plugin.settings(), published.stored.as_slice());
        Survey { plan: &self.plan, zone: self.zone, settings, published, stored }
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

    /// A window as far as `rows` of it are looked at, with what is wrong with it. Where it cannot be
    /// read, the last good result stands.
    pub(super) fn shown(
        &self,
        published: &Published,
        window: &Window,
        rows: Rows,
    ) -> (WindowResult, Option<Trouble>) {
        let (id, state) = (window.id, window.state);
        let stopped = published.trouble(self.id());
        match self.merged(published, window, rows) {
            Ok(result) => (result, stopped),
            Err(error) => {
                let (result, trouble) = error.instead(id, state);
                (result, stopped.or(Some(trouble)))
            }
        }
    }

    /// What the panels together show of a result.
    pub(super) fn rows(&self) -> Rows {
        self.rows
    }
}

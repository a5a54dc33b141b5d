//! Results as data: every window of every metric, merged when somebody asks. What did not change
//! since the last time is not merged again.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono_tz::Tz;
use streamgauge_core::{MetricAccounting, Plan, WindowBooks, WindowSpec};

use super::merge::{Merger, Piece, are_same};
use super::windows::{Survey, Window, WindowState};
use super::{MetricResult, Published, WindowId, accounting, frame, panels, unreadable};
use crate::plugin::Plugin;
use crate::server::wire::{Frame, Panel};

/// The most windows of one kind whose results are remembered.
const REMEMBERED_MAX: usize = 2000;

/// The results of all metrics.
pub struct Results {
    plan: Arc<Plan>,
    zone: Tz,
    metrics: Vec<Metric>,
}

struct Metric {
    merger: Merger,
    panels: Vec<Panel>,
    known: BTreeMap<WindowId, (Vec<Piece>, Arc<MetricResult>)>,
}

/// The result over one window.
#[derive(Clone)]
pub struct WindowResult {
    /// Which window.
    pub id: WindowId,
    /// How far it is; none for the cumulative one.
    pub state: Option<WindowState>,
    /// Its rows.
    pub result: Arc<MetricResult>,
}

/// One metric's results.
pub struct MetricResults<'a> {
    /// The plugin.
    pub plugin: &'a Plugin,
    /// The books of its rows.
    pub accounting: MetricAccounting,
    /// Those of its windows, the cumulative one aside.
    pub windows: Vec<(WindowSpec, WindowBooks)>,
    /// By kind and start.
    pub results: Vec<WindowResult>,
    /// Why it stopped, or why some of it could not be read.
    pub trouble: Option<String>,
}

impl Results {
    /// Nothing merged yet.
    pub fn new(plugins: &[Plugin], plan: &Arc<Plan>, zone: Tz) -> Self {
        let metric = |plugin: &Plugin| Metric {
            merger: Merger::new(plugin),
            panels: panels(plugin),
            known: BTreeMap::new(),
        };
        Self { plan: Arc::clone(plan), zone, metrics: plugins.iter().map(metric).collect() }
    }

    /// Every window of every metric.
    pub fn all(&mut self, published: &Published) -> Vec<MetricResults<'_>> {
        let (plan, zone) = (&*self.plan, self.zone);
        self.metrics.iter_mut().map(|metric| metric.all(plan, zone, published)).collect()
    }

    /// The windows of one metric, of one kind or of all, for which `wanted` says so; with `newest`
    /// only so many of those that begin last. None: there is no such metric.
    ///
    /// # Errors
    /// The plugin cannot read what it once wrote.
    pub fn windows(
        &mut self,
        id: &str,
        published: &Published,
        newest: Option<usize>,
        wanted: impl Fn(WindowId, Option<WindowState>) -> bool,
    ) -> Option<Result<Vec<WindowResult>, String>> {
        let (plan, zone) = (&*self.plan, self.zone);
        let metric = self.metrics.iter_mut().find(|m| m.merger.plugin().settings().id == id)?;
        let windows = metric.survey(plan, zone, published);
        let wanted = windows.into_iter().filter(|window| wanted(window.id, window.state));
        let mut wanted: Vec<Window> = wanted.collect();
        if let Some(newest) = newest.filter(|newest| *newest < wanted.len()) {
            let start = |window: &Window| window.id.window.map(|window| window.start);
            let mut starts: Vec<_> = wanted.iter().map(start).collect();
            starts.sort_unstable();
            let oldest = starts[starts.len() - newest.max(1)];
            wanted.retain(|window| newest > 0 && start(window) >= oldest);
        }
        Some(wanted.into_iter().map(|window| metric.result(window)).collect())
    }

    /// The last `count` windows of a tumbling kind up to the present one, as one. None: there is
    /// no such metric, or the kind has no windows that follow each other.
    ///
    /// # Errors
    /// The plugin cannot read what it once wrote.
    pub fn last(
        &mut self,
        id: &str,
        published: &Published,
        spec: WindowSpec,
        count: usize,
    ) -> Option<Result<WindowResult, String>> {
        let metric = self.metrics.iter_mut().find(|m| m.merger.plugin().settings().id == id)?;
        let settings = metric.merger.plugin().settings().clone();
        let survey = Survey { plan: &self.plan, zone: self.zone, settings: &settings, published };
        let window = survey.last(spec, count)?;
        Some(metric.result(window))
    }

    /// The present window of a kind, as the pages show it.
    ///
    /// # Errors
    /// The plugin cannot read what it once wrote.
    pub fn current(
        &mut self,
        id: &str,
        published: &Published,
        spec: WindowSpec,
    ) -> Option<Result<WindowResult, String>> {
        let metric = self.metrics.iter_mut().find(|m| m.merger.plugin().settings().id == id)?;
        let settings = metric.merger.plugin().settings().clone();
        let survey = Survey { plan: &self.plan, zone: self.zone, settings: &settings, published };
        let window = survey.current(spec);
        Some(metric.result(window))
    }

    /// The panel with this id, and its plugin.
    pub fn panel(&self, id: &str) -> Option<(&Panel, &Plugin)> {
        let panels = |m: &'_ Metric| m.panels.iter().position(|panel| panel.id == id);
        let metric = self.metrics.iter().find(|metric| panels(metric).is_some())?;
        Some((metric.panels.iter().find(|p| p.id == id)?, metric.merger.plugin()))
    }

    /// The plugin of a metric.
    pub fn plugin(&self, id: &str) -> Option<&Plugin> {
        let plugins = self.metrics.iter().map(|metric| metric.merger.plugin());
        plugins.into_iter().find(|plugin| plugin.settings().id == id)
    }

    /// A result as one panel shows it.
    pub fn frame(&self, panel: &Panel, plugin: &Plugin, window: &WindowResult) -> Frame {
        let mut frame = frame::draw(plugin, panel, &window.result, None);
        frame.window = frame::window(window.id, window.state, self.zone);
        frame
    }
}

impl Metric {
    fn survey(&self, plan: &Plan, zone: Tz, published: &Published) -> Vec<Window> {
        let settings = self.merger.plugin().settings();
        let survey = Survey { plan, zone, settings, published };
        settings.windows.iter().flat_map(|spec| survey.windows(*spec)).collect()
    }

    fn all(&mut self, plan: &Plan, zone: Tz, published: &Published) -> MetricResults<'_> {
        let windows = self.survey(plan, zone, published);
        let id = self.merger.plugin().settings().id.clone();
        let mut trouble = published.quarantined.get(&id).cloned();
        let mut results = Vec::new();
        for window in windows {
            match self.result(window) {
                Ok(result) => results.push(result),
                Err(error) => trouble = trouble.or(Some(error)),
            }
        }
        MetricResults {
            accounting: accounting(&id, published),
            windows: window_books(&id, published),
            plugin: self.merger.plugin(),
            results,
            trouble,
        }
    }

    fn result(&mut self, window: Window) -> Result<WindowResult, String> {
        let Window { id, state, pieces } = window;
        if let Some((known, result)) = self.known.get(&id)
            && are_same(known, &pieces)
        {
            return Ok(WindowResult { id, state, result: Arc::clone(result) });
        }
        let merged = self.merger.merge(id.window, &pieces);
        let result = Arc::new(merged.map_err(|error| unreadable(&error))?);
        if self.known.len() >= REMEMBERED_MAX {
            self.known.clear();
        }
        self.known.insert(id, (pieces, Arc::clone(&result)));
        Ok(WindowResult { id, state, result })
    }
}

/// What was left out of the windows of a metric, over all partitions.
fn window_books(id: &str, published: &Published) -> Vec<(WindowSpec, WindowBooks)> {
    let mut sums: BTreeMap<WindowSpec, WindowBooks> = BTreeMap::new();
    let metrics = published.partitions.iter().flat_map(|partition| &partition.metrics);
    for set in metrics.filter(|metric| metric.id == id).flat_map(|metric| &metric.windows) {
        if set.spec != WindowSpec::Cumulative {
            let sum = sums.entry(set.spec).or_default();
            sum.expired += set.books.expired;
            sum.evicted += set.books.evicted;
        }
    }
    sums.into_iter().collect()
}

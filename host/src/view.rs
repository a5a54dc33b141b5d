//! The merged view: per metric and window, the published states of all partitions merged at read,
//! in the order (on time before late, pane, partition). Nothing merged is ever stored.

mod frame;
mod merge;
mod panel;
mod results;
mod windows;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use chrono_tz::Tz;
use streamgauge_core::{
    FinalPane, MetricAccounting, PartitionSnapshot, Plan, TimeWindow, WindowSpec,
};

use crate::outbox::Overview;
use crate::plugin::{CallError, Plugin, ResultTable};
use crate::server::wire::{Frame, Panel};

pub(crate) use frame::to_json;
use merge::{Merger, Piece, are_same};
pub use panel::panels;
pub use results::{MetricResults, Results, WindowResult};
pub use windows::WindowState;
use windows::{Survey, Window};

/// One metric's merged result over one window.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MetricResult {
    /// Of the records on time.
    pub on_time: ResultTable,
    /// Of the late ones.
    pub late: ResultTable,
    /// Of both.
    pub total: ResultTable,
}

/// One window of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WindowId {
    /// Which kind.
    pub spec: WindowSpec,
    /// From when to when; none for the cumulative one.
    pub window: Option<TimeWindow>,
}

/// What the workers have published, and what else windows depend on.
#[derive(Clone, Default)]
pub struct Published {
    /// The states, in the order of the partitions.
    pub partitions: Vec<Arc<PartitionSnapshot>>,
    /// Final panes: those asked for.
    pub final_panes: Vec<Arc<FinalPane>>,
    /// Partitions that hold no window open.
    pub idle: BTreeSet<u32>,
    /// Metrics that stopped, with the reason.
    pub quarantined: BTreeMap<String, String>,
    /// How long final panes are kept, in event time.
    pub history_keep: Duration,
}

/// A metric in the view: what its panels show.
pub struct MetricView {
    merger: Merger,
    plan: Arc<Plan>,
    zone: Tz,
    panels: Vec<Panel>,
    shown: Option<(WindowId, Option<WindowState>)>,
    seen: Vec<Piece>,
    result: MetricResult,
    accounting: MetricAccounting,
    /// Why the workers stopped it.
    quarantine: Option<String>,
    /// Why what was seen could not be merged.
    failure: Option<String>,
    frames: BTreeMap<String, Arc<Frame>>,
}

impl Published {
    /// Of `overview`. `idle`: those that are silent; in a bounded run (none), those without a
    /// watermark.
    pub fn new(overview: &Overview, idle: Option<BTreeSet<u32>>, history_keep: Duration) -> Self {
        let no_time = || {
            let silent = overview.partitions.iter().filter(|p| p.state.max_event_time.is_none());
            silent.map(|p| p.partition).collect()
        };
        Self {
            partitions: overview.partitions.clone(),
            final_panes: overview.final_panes.clone(),
            idle: idle.unwrap_or_else(no_time),
            quarantined: overview.levels.phases.stopped(),
            history_keep,
        }
    }
}

impl MetricView {
    /// The view of `plugin`, with nothing in it yet.
    pub fn new(plugin: &Plugin, plan: &Arc<Plan>, zone: Tz) -> Self {
        let mut view = Self {
            merger: Merger::new(plugin),
            plan: Arc::clone(plan),
            zone,
            panels: panels(plugin),
            shown: None,
            seen: Vec::new(),
            result: MetricResult::default(),
            accounting: MetricAccounting::default(),
            quarantine: None,
            failure: None,
            frames: BTreeMap::new(),
        };
        view.draw();
        view
    }

    /// The metric's id.
    pub fn id(&self) -> &str {
        &self.plugin().settings().id
    }

    /// The plugin.
    pub fn plugin(&self) -> &Plugin {
        self.merger.plugin()
    }

    /// Its panels.
    pub fn panels(&self) -> &[Panel] {
        &self.panels
    }

    /// The merged result as of the last update.
    pub fn result(&self) -> &MetricResult {
        &self.result
    }

    /// The merged books as of the last update.
    pub fn accounting(&self) -> MetricAccounting {
        self.accounting
    }

    /// Why the metric stands still, if it does.
    pub fn trouble(&self) -> Option<&str> {
        self.quarantine.as_deref().or(self.failure.as_deref())
    }

    /// A frame per panel; the same `Arc` until it changes.
    pub fn frames(&self) -> &BTreeMap<String, Arc<Frame>> {
        &self.frames
    }

    /// Merges what was published of this metric, if that changed: the cumulative window, or the
    /// present one of its first kind.
    pub fn update(&mut self, published: &Published) {
        self.accounting = accounting(self.id(), published);
        let settings = self.plugin().settings().clone();
        let survey = Survey { plan: &self.plan, zone: self.zone, settings: &settings, published };
        let Window { id, state, pieces } = survey.current(settings.windows[0]);
        let quarantine = published.quarantined.get(self.id()).cloned();
        let same_window = self.shown == Some((id, state));
        if same_window && are_same(&pieces, &self.seen) && self.quarantine == quarantine {
            return;
        }
        self.quarantine = quarantine;
        self.merge(id, &pieces);
        (self.shown, self.seen) = (Some((id, state)), pieces);
        self.draw();
    }

    fn merge(&mut self, id: WindowId, pieces: &[Piece]) {
        self.failure = None;
        match self.merger.merge(id.window, pieces) {
            Ok(result) => self.result = result,
            Err(error) => self.failure = Some(unreadable(&error)),
        }
    }

    fn draw(&mut self) {
        let trouble = self.trouble().map(str::to_owned);
        let window = self.shown.and_then(|(id, state)| frame::window(id, state, self.zone));
        for panel in &self.panels {
            let former = self.frames.get(&panel.id);
            let mut frame = frame::draw(self.plugin(), panel, &self.result, trouble.as_deref());
            frame.window.clone_from(&window);
            frame.rev = former.map_or(1, |former| former.rev);
            if former.is_some_and(|former| **former == frame) {
                continue;
            }
            frame.rev += u64::from(former.is_some());
            self.frames.insert(panel.id.clone(), Arc::new(frame));
        }
    }
}

/// A window as results name it; null for the cumulative one.
pub(crate) fn window_json(window: &WindowResult, zone: Tz) -> serde_json::Value {
    frame::window(window.id, window.state, zone).into()
}

/// The books of a metric over all partitions.
fn accounting(id: &str, published: &Published) -> MetricAccounting {
    let mut sum = MetricAccounting::default();
    let metrics = published.partitions.iter().flat_map(|partition| &partition.metrics);
    metrics.filter(|metric| metric.id == id).for_each(|metric| sum.add(&metric.accounting));
    sum
}

fn unreadable(error: &CallError) -> String {
    format!("its result could not be read: {error}")
}

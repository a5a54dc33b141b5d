//! A metric as the pages show it all the time: a frame for each of the metric's panels.

use std::collections::BTreeMap;
use std::sync::Arc;

use streamgauge_core::{MetricAccounting, WindowBooks, WindowSpec};
use streamgauge_plugin::Plugin;
use streamgauge_wire::{Frame, MissingStatus, Panel};

use super::WindowId;
use super::published::Published;
use super::reader::MetricReader;
use super::trouble::Trouble;
use super::window_result::WindowResult;

/// A metric in the view, with the frames of its panels.
pub struct LiveMetric {
    reader: Arc<MetricReader>,
    /// The last result that could be read.
    shown: WindowResult,
    accounting: MetricAccounting,
    windows: Vec<(WindowSpec, WindowBooks)>,
    missing: Vec<MissingStatus>,
    /// The reason why the workers stopped the metric, or why the metric's result could not be read.
    trouble: Option<Trouble>,
    frames: BTreeMap<String, Arc<Frame>>,
}

impl LiveMetric {
    /// A metric of which nothing is known yet.
    pub fn new(reader: &Arc<MetricReader>) -> Self {
        let spec = reader.plugin().settings().windows[0];
        let id = WindowId { spec, window: None };
        let mut metric = Self {
            reader: Arc::clone(reader),
            shown: WindowResult { id, state: None, result: Arc::default() },
            accounting: MetricAccounting::default(),
            windows: Vec::new(),
            missing: Vec::new(),
            trouble: None,
            frames: BTreeMap::new(),
        };
        metric.draw();
        metric
    }

    /// The metric's id in the pipeline.
    pub fn id(&self) -> &str {
        self.reader.id()
    }

    /// The plugin that computes the metric.
    pub fn plugin(&self) -> &Plugin {
        self.reader.plugin()
    }

    /// The metric's panels, in the order of the plugin's views.
    pub fn panels(&self) -> &[Panel] {
        self.reader.panels()
    }

    /// The merged counts, as of the last update.
    pub fn accounting(&self) -> MetricAccounting {
        self.accounting
    }

    /// The rows left out of windows, by kind of windows, as of the last update.
    pub fn window_books(&self) -> &[(WindowSpec, WindowBooks)] {
        &self.windows
    }

    /// The offsets that its partitions count and the metric does not, as of the last update.
    pub fn missing(&self) -> &[MissingStatus] {
        &self.missing
    }

    /// The reason why the result is not that of all records, if it is not.
    pub fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_ref()
    }

    /// A frame per panel; the same `Arc` until the frame changes.
    pub fn frames(&self) -> &BTreeMap<String, Arc<Frame>> {
        &self.frames
    }

    /// Merges the published state of this metric, if the state changed: the cumulative window, or
    /// the present window of the metric's first kind.
    pub fn update(&mut self, published: &Published) {
        self.accounting = published.accounting(self.id());
        self.windows = published.window_books(self.id());
        let missing = published.missing(self.id());
        let spec = self.plugin().settings().windows[0];
        let (shown, trouble) = self.reader.current(published, spec);
        let is_same = (shown.id, shown.state) == (self.shown.id, self.shown.state)
            && Arc::ptr_eq(&shown.result, &self.shown.result);
        if is_same && self.trouble == trouble && self.missing == missing {
            return;
        }
        (self.shown, self.trouble, self.missing) = (shown, trouble, missing);
        self.draw();
    }

    fn draw(&mut self) {
        for panel in self.reader.panels() {
            let former = self.frames.get(&panel.id);
            let mut frame = self.reader.frame(panel, &self.shown, self.trouble.as_ref());
            frame.missing = offsets(&self.missing);
            frame.rev = former.map_or(1, |former| former.rev);
            if former.is_some_and(|former| **former == frame) {
                continue;
            }
            frame.rev += u64::from(former.is_some());
            self.frames.insert(panel.id.clone(), Arc::new(frame));
        }
    }
}

/// How many offsets there are in all of `missing`.
pub fn offsets(missing: &[MissingStatus]) -> u64 {
    missing.iter().map(|m| u64::try_from(m.to - m.from).unwrap_or(0)).sum()
}

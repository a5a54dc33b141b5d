//! The readers of all metrics.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono_tz::Tz;
use streamgauge_core::Plan;
use streamgauge_plugin::Plugin;
use streamgauge_wire::Panel;

use super::published::Published;
use super::reader::{MetricReader, MetricResults};

/// The results of all metrics, in the order of the pipeline file.
pub struct Results {
    metrics: Vec<Arc<MetricReader>>,
}

impl Results {
    /// Readers of the metrics of `plugins` that have merged nothing.
    pub fn new(plugins: &[Plugin], plan: &Arc<Plan>, zone: Tz) -> Self {
        Self::naming(plugins, plan, zone, "")
    }

    /// The same, whose hints name the pipeline by `option` in their commands.
    pub fn naming(plugins: &[Plugin], plan: &Arc<Plan>, zone: Tz, option: &str) -> Self {
        let reader = |plugin| Arc::new(MetricReader::new(plugin, plan, zone).naming(option));
        Self { metrics: plugins.iter().map(reader).collect() }
    }

    /// The same readers, with those of `formers` in the place of the metrics that are built anew.
    #[must_use]
    pub fn showing(&self, formers: &BTreeMap<String, Arc<MetricReader>>) -> Self {
        let shown = |own: &Arc<MetricReader>| Arc::clone(formers.get(own.id()).unwrap_or(own));
        Self { metrics: self.metrics.iter().map(shown).collect() }
    }

    /// The readers, in the order of the pipeline file.
    pub fn metrics(&self) -> &[Arc<MetricReader>] {
        &self.metrics
    }

    /// The reader of the metric with this id.
    pub fn metric(&self, id: &str) -> Option<&MetricReader> {
        self.metrics.iter().map(|metric| &**metric).find(|metric| metric.id() == id)
    }

    /// The panel with this id, and the reader of its metric.
    pub fn panel(&self, id: &str) -> Option<(&MetricReader, &Panel)> {
        self.metrics.iter().find_map(|metric| {
            let panel = metric.panels().iter().find(|panel| panel.id == id)?;
            Some((&**metric, panel))
        })
    }

    /// Every window of every metric at once, without those that are stored; for results that are known to be
    /// small.
    pub fn all(&self, published: &Published) -> Vec<MetricResults<'_>> {
        let held = published.clone().with_history(None);
        let all = self.metrics.iter().map(|metric| metric.all(&held));
        all.map(|results| results.expect("what is in memory is found")).collect()
    }
}

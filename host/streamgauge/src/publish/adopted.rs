//! The publisher after a reload: what it draws from is that of the pipeline in force, and what it has
//! measured stays.

use std::collections::BTreeMap;
use std::sync::Arc;

use streamgauge_core::PartitionSnapshot;
use streamgauge_pipeline::SourceSettings;
use streamgauge_view::LiveMetric;
use streamgauge_wire::{Frame, Hello, Panel};

use super::Drawing;
use super::headlines::Headlines;
use super::summary::LateSummary;
use crate::run::current::Active;

impl Drawing {
    /// Draws from the pipeline that is in force now, with its metrics as they are in `partitions`.
    pub(super) fn follow(&mut self, partitions: &[Arc<PartitionSnapshot>]) {
        self.current.show_joined(partitions);
        let active = self.current.get();
        if !Arc::ptr_eq(&active, &self.active) {
            self.adopt(active);
        }
    }

    /// The frames of all panels of this pipeline.
    pub(super) fn frames(&self) -> BTreeMap<String, Arc<Frame>> {
        let frames = self.metrics.iter().flat_map(LiveMetric::frames);
        frames.map(|(id, frame)| (id.clone(), Arc::clone(frame))).collect()
    }

    /// Draws from this pipeline.
    pub(super) fn adopt(&mut self, active: Arc<Active>) {
        let pipeline = Arc::clone(&active.prepared.pipeline);
        let metrics: Vec<LiveMetric> =
            active.results.metrics().iter().map(LiveMetric::new).collect();
        let panels: Vec<Panel> = metrics.iter().flat_map(LiveMetric::panels).cloned().collect();
        let ends = matches!(&pipeline.source, SourceSettings::File(file) if !file.follow);
        self.hello = Arc::new(Hello {
            tz: pipeline.event_time.zone.name().to_owned(),
            name: pipeline.name.clone(),
            max_hz: pipeline.server.max_hz,
            ..(*self.hello).clone()
        });
        // Another `Arc` of the panels tells every page to take panels and title anew.
        self.panels = Arc::new(panels);
        self.metrics = metrics;
        self.headlines = Headlines::of(&active);
        self.bounded = self.ends_by_itself || ends;
        if pipeline.lateness.summary_every != self.pipeline.lateness.summary_every {
            self.summary = LateSummary::new(pipeline.lateness.summary_every);
        }
        self.plan = Arc::clone(&active.prepared.plan);
        self.pipeline = pipeline;
        self.active = active;
    }
}

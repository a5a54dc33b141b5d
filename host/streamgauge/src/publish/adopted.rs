//! The publisher after a reload: what it draws from is that of the pipeline in force, and what it has
//! measured stays.

use std::collections::BTreeMap;
use std::sync::Arc;

use streamgauge_core::{Accounting, PartitionSnapshot};
use streamgauge_pipeline::{LayoutSettings, SourceSettings};
use streamgauge_view::LiveMetric;
use streamgauge_wire::{DeadLetterStatus, Frame, Hello, Layout, LayoutUnit, Look, Panel};

use super::headlines::Headlines;
use super::summary::LateSummary;
use super::{Drawing, to_wire};
use crate::run::current::Active;
use crate::run::prepare::Prepared;

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

    /// Dead letters with their reasons: rejected records, and rows that metrics leave out.
    pub(super) fn dead_letters(&self, books: &Accounting, written: u64) -> DeadLetterStatus {
        let excluded = self.metrics.iter().map(|metric| metric.accounting().excluded).sum();
        to_wire::dead_letters(books, excluded, written)
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
            names: pipeline.names.clone(),
            look: look(&active.prepared),
            max_hz: pipeline.server.max_hz,
            ..(*self.hello).clone()
        });
        // Another `Arc` of the panels tells every page to take panels and title anew.
        self.panels = Arc::new(panels);
        self.metrics = metrics;
        self.headlines = Headlines::of(&active);
        self.layouts = Arc::new(pipeline.layouts.iter().map(layout).collect());
        self.ticker.follow(&pipeline, &active.prepared.labels);
        self.bounded = self.ends_by_itself || ends;
        if pipeline.lateness.summary_every != self.pipeline.lateness.summary_every {
            self.summary = LateSummary::new(pipeline.lateness.summary_every);
        }
        self.plan = Arc::clone(&active.prepared.plan);
        self.pipeline = pipeline;
        self.active = active;
    }
}

/// What a page is told of its looks.
fn look(prepared: &Prepared) -> Look {
    let logo = prepared.logo.as_ref().map(|logo| format!("logo?{}", logo.tag));
    Look { logo, accent: prepared.pipeline.page.accent.clone() }
}

fn layout(settings: &LayoutSettings) -> Layout {
    let unit = |unit: &streamgauge_pipeline::LayoutUnit| LayoutUnit {
        key: unit.key.clone(),
        text: unit.text.clone(),
        row: unit.row,
        column: unit.column,
        aliases: unit.aliases.clone(),
    };
    Layout { name: settings.name.clone(), units: settings.units.iter().map(unit).collect() }
}

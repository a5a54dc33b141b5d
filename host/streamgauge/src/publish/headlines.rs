//! The headlines of the pipeline in force, in the order of its file, with what they are worth.

use std::sync::Arc;

use streamgauge_pipeline::HeadlineSettings;
use streamgauge_plugin::Plugin;
use streamgauge_view::{Figure, LiveHeadlines};
use streamgauge_wire::{Headline, HeadlineValue};

use crate::run::current::Active;

/// The figures of all metrics.
#[derive(Default)]
pub(super) struct Headlines {
    /// As pages are told of them.
    pub(super) all: Arc<Vec<Headline>>,
    /// The figures of each metric that has any, with what they are worth.
    pub(super) live: Vec<LiveHeadlines>,
    values: Arc<Vec<HeadlineValue>>,
}

impl Headlines {
    /// Those of this pipeline, of which nothing is known yet. A metric of which a build before is
    /// shown has the figures of that build.
    pub(super) fn of(active: &Active) -> Self {
        let prepared = &active.prepared;
        let headlines = &prepared.pipeline.headlines;
        let figure = |settings: &HeadlineSettings| {
            let is_own = |plugin: &&Plugin| plugin.settings().id == settings.metric;
            // That it is one was checked when the pipeline was prepared.
            Figure::new(settings, prepared.plugins.iter().find(is_own)?).ok()
        };
        let figures: Vec<Figure> = headlines.iter().filter_map(figure).collect();
        let all = figures.iter().map(|figure| figure.headline().clone()).collect();
        let with_any = active.results.metrics().iter();
        let with_any = with_any.filter(|own| headlines.iter().any(|each| each.metric == own.id()));
        let live = with_any.map(|reader| LiveHeadlines::new(reader, headlines)).collect();
        let mut own = Self { all: Arc::new(all), live, values: Arc::default() };
        own.values();
        own
    }

    /// What the figures are worth; the same `Arc` until one of them changes.
    pub(super) fn values(&mut self) -> Arc<Vec<HeadlineValue>> {
        let value = |headline: &Headline| self.live.iter().find_map(|own| own.value(&headline.id));
        let values: Vec<HeadlineValue> = self.all.iter().filter_map(value).cloned().collect();
        if *self.values != values {
            self.values = Arc::new(values);
        }
        Arc::clone(&self.values)
    }
}

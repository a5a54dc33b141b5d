//! Headlines: figures that the page shows large, each from one view of one metric.
//!
//! A figure is computed over the merged result and not from a frame, which is cut at the panel's
//! `top`: its key may be among the rows that are left out there.

mod fault;
mod live;
mod worth;

use streamgauge_core::WindowSpec;
use streamgauge_pipeline::{Comparison, HeadlineOf, HeadlineSettings, MetricSettings};
use streamgauge_plugin::{Descriptor, Output, Plugin, Role, View};
use streamgauge_wire::Headline;

pub use fault::HeadlineFault;
pub use live::{LiveHeadlines, ReadHeadlines, ReadingHeadlines};

/// A headline of the pipeline, held against the plugin that it is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// As the page is told of it.
    headline: Headline,
    window: WindowSpec,
    compare: Vec<Comparison>,
    of: HeadlineOf,
    per: Option<HeadlineOf>,
    /// The place of the measure among the outputs.
    measure: usize,
    is_additive: bool,
    /// The place of the view's dimension among the outputs; `None` means that the view has one row.
    dimension: Option<usize>,
}

impl Figure {
    /// The headline of `settings` as a figure of the metric of `plugin`.
    ///
    /// # Errors
    /// The plugin has no such view or measure, its view has no keys, or its measure does not add up
    /// as the figure needs.
    pub fn new(settings: &HeadlineSettings, plugin: &Plugin) -> Result<Self, HeadlineFault> {
        Self::of(settings, plugin.settings(), plugin.descriptor())
    }

    fn of(
        settings: &HeadlineSettings,
        metric: &MetricSettings,
        descriptor: &Descriptor,
    ) -> Result<Self, HeadlineFault> {
        let id = &metric.id;
        if !metric.windows.contains(&settings.window) {
            return Err(HeadlineFault::window(id, settings.window));
        }
        let view = view(settings, id, descriptor)?;
        let outputs = &descriptor.outputs;
        let (measure, output) = measure(settings, view, outputs)?;
        let place = |name: &String| outputs.iter().position(|output| output.name == *name);
        let dimension = view.dimension.as_ref().and_then(place);
        let parts = [("key", Some(&settings.of)), ("per", settings.per.as_ref())];
        for (setting, of) in parts.into_iter().filter_map(|(setting, of)| Some((setting, of?))) {
            check(setting, of, (view, dimension.is_some()), outputs, output)?;
        }
        let key = |of: &HeadlineOf| of.key().map(str::to_owned);
        let sum_or_key = |of: &HeadlineOf| key(of).unwrap_or_else(|| HeadlineOf::SUM.to_owned());
        let headline = Headline {
            id: settings.id.clone(),
            title: settings.title.clone(),
            unit: match settings.per {
                Some(_) => None,
                None => settings.unit.clone().or_else(|| output.unit.clone()),
            },
            metric: id.clone(),
            view: view.id.clone(),
            measure: output.name.clone(),
            key: key(&settings.of),
            per: settings.per.as_ref().map(sum_or_key),
            window: settings.window.to_string(),
            target: settings.target,
            giant: settings.is_giant,
            compare: settings.compare.iter().map(|each| each.name().to_owned()).collect(),
        };
        Ok(Self {
            headline,
            window: settings.window,
            compare: settings.compare.clone(),
            of: settings.of.clone(),
            per: settings.per.clone(),
            measure,
            is_additive: output.additive,
            dimension,
        })
    }

    /// As the page is told of it.
    pub fn headline(&self) -> &Headline {
        &self.headline
    }
}

/// The view that is named, or the only one.
fn view<'a>(
    settings: &HeadlineSettings,
    metric: &str,
    descriptor: &'a Descriptor,
) -> Result<&'a View, HeadlineFault> {
    let ids: Vec<&str> = descriptor.views.iter().map(|view| view.id.as_str()).collect();
    match (&settings.view, descriptor.views.as_slice()) {
        (None, [only]) => Ok(only),
        (None, _) => Err(HeadlineFault::which_view(metric, &ids)),
        (Some(id), views) => {
            let found = views.iter().find(|view| view.id == *id);
            found.ok_or_else(|| HeadlineFault::no_view(metric, id, &ids))
        }
    }
}

/// The place and the output of the measure that is named, or of the only one that stands for itself.
fn measure<'a>(
    settings: &HeadlineSettings,
    view: &View,
    outputs: &'a [Output],
) -> Result<(usize, &'a Output), HeadlineFault> {
    let of_view = |(_, output): &(usize, &Output)| view.measures.contains(&output.name);
    let measures: Vec<_> = outputs.iter().enumerate().filter(of_view).collect();
    let names = || measures.iter().map(|(_, output)| output.name.as_str()).collect::<Vec<_>>();
    if let Some(name) = &settings.measure {
        let found = measures.iter().find(|(_, output)| output.name == *name);
        return found.copied().ok_or_else(|| HeadlineFault::no_measure(&view.id, name, &names()));
    }
    let own: Vec<_> = measures.iter().filter(|(_, output)| output.error_of.is_none()).collect();
    match own.as_slice() {
        [only] => Ok(**only),
        _ => Err(HeadlineFault::which_measure(&view.id, &names())),
    }
}

/// Checks that there is one value of these rows.
fn check(
    setting: &'static str,
    of: &HeadlineOf,
    (view, has_dimension): (&View, bool),
    outputs: &[Output],
    measure: &Output,
) -> Result<(), HeadlineFault> {
    let dimensions = outputs.iter().filter(|output| matches!(output.role, Role::Dimension)).count();
    match of {
        HeadlineOf::Key(_) if !has_dimension => Err(HeadlineFault::no_keys(setting, &view.id)),
        HeadlineOf::Key(_) if dimensions > 1 && !measure.additive => {
            Err(HeadlineFault::no_cells(setting, &measure.name))
        }
        HeadlineOf::Sum if dimensions > 0 && !measure.additive => {
            Err(HeadlineFault::no_sum(setting, &measure.name))
        }
        HeadlineOf::Key(_) | HeadlineOf::Sum => Ok(()),
    }
}

#[cfg(test)]
mod tests;

//! Panels from descriptors: everything that the page needs to draw a metric never seen before.

use std::collections::BTreeSet;

use streamgauge_pipeline::{MetricSettings, ThresholdSettings};
use streamgauge_plugin::{Descriptor, Output, Plugin, View};
use streamgauge_wire::{Dimension, Label, Localized, Measure, Panel, Threshold};

/// The panels of a plugin, in the order of its views, and those that show one of them once more.
pub fn panels(plugin: &Plugin) -> Vec<Panel> {
    of_metric(plugin.settings(), plugin.descriptor())
}

fn of_metric(settings: &MetricSettings, descriptor: &Descriptor) -> Vec<Panel> {
    let views = &descriptor.views;
    let metric = &settings.id;
    let id = |view: &View| match views.len() {
        1 => metric.clone(),
        _ => format!("{metric}.{}", view.id),
    };
    let own = |view: &View| panel(settings, descriptor, view, id(view));
    let own: Vec<Panel> = views.iter().map(own).collect();
    let further = settings.panels.iter().filter_map(|wanted| {
        let shown = own.iter().find(|panel| Some(&panel.id) == wanted.of.as_ref())?;
        Some(Panel { id: wanted.id.clone(), ..shown.clone() })
    });
    let all = own.iter().cloned().chain(further);
    all.map(|panel| whole(overridden(settings, panel))).collect()
}

/// The panel with the pipeline's settings in place of the plugin's.
fn overridden(settings: &MetricSettings, mut panel: Panel) -> Panel {
    let Some(wanted) = settings.panels.iter().find(|wanted| wanted.id == panel.id) else {
        return panel;
    };
    panel.title.extend(wanted.title.clone());
    if let Some(chart) = wanted.chart {
        chart.clone_into(&mut panel.chart);
    }
    panel.order = wanted.order;
    panel.size = wanted.size.map(str::to_owned).or(panel.size);
    panel.over = wanted.over;
    panel.layout.clone_from(&wanted.layout);
    panel.thresholds = wanted.thresholds.iter().map(threshold).collect();
    panel
}

fn threshold(wanted: &ThresholdSettings) -> Threshold {
    let (level, side) = wanted.limit.level_and_side();
    let ThresholdSettings { measure, key, window, value, .. } = wanted.clone();
    Threshold { measure, key, window, level, side, value }
}

/// On a map each key has its place, so none of them is summed up in the rest.
fn whole(mut panel: Panel) -> Panel {
    if panel.chart == "tiles" {
        panel.top = 0;
    }
    panel
}

fn panel(settings: &MetricSettings, descriptor: &Descriptor, view: &View, id: String) -> Panel {
    let output = |name: &String| descriptor.outputs.iter().find(|o| o.name == *name);
    let dimension = |output| labelled(settings, descriptor, dimension(output));
    Panel {
        id,
        metric: settings.id.clone(),
        view: view.id.clone(),
        windows: settings.shown_windows.iter().map(ToString::to_string).collect(),
        title: localized(&view.title, &view.id),
        chart: view.chart.clone(),
        dimension: view.dimension.as_ref().and_then(output).map(dimension),
        across: view.across.as_ref().and_then(output).map(dimension),
        measures: view.measures.iter().filter_map(output).map(measure).collect(),
        top: view.top,
        sorted: view.sorted,
        size: view.size.clone(),
        order: None,
        over: None,
        layout: None,
        thresholds: Vec::new(),
    }
}

fn dimension(output: &Output) -> Dimension {
    let label = |label: &streamgauge_plugin::Label| Label {
        key: label.key.clone(),
        text: localized(&label.text, &label.key),
    };
    Dimension {
        name: output.name.clone(),
        title: localized(&output.title, &output.name),
        labels: output.labels.iter().map(label).collect(),
    }
}

/// The dimension with the labels of `[labels]` for keys of which the plugin has none: those of the
/// field that the plugin reads by the input that has the dimension's name.
fn labelled(
    settings: &MetricSettings,
    descriptor: &Descriptor,
    mut dimension: Dimension,
) -> Dimension {
    let input = descriptor.input_names.iter().position(|name| *name == dimension.name);
    let field = input.and_then(|place| descriptor.inputs.get(place));
    let Some(labels) = field.and_then(|field| settings.labels.get(&field.name)) else {
        return dimension;
    };
    let own: BTreeSet<String> = dimension.labels.iter().map(|label| label.key.clone()).collect();
    let others = labels.iter().filter(|(key, _)| !own.contains(key));
    let others = others.map(|(key, text)| Label { key: key.clone(), text: text.clone() });
    dimension.labels.extend(others);
    dimension
}

fn measure(output: &Output) -> Measure {
    Measure {
        name: output.name.clone(),
        title: localized(&output.title, &output.name),
        unit: output.unit.clone(),
        additive: output.additive,
        error_of: output.error_of.clone(),
    }
}

/// Texts by language; where `zh` or `en` is missing, the other or `fallback` stands in.
pub fn localized(texts: &[(String, String)], fallback: &str) -> Localized {
    let mut localized: Localized = texts.iter().cloned().collect();
    let any = localized.get("en").or(localized.get("zh")).or(localized.values().next());
    let any = any.map_or_else(|| fallback.to_owned(), Clone::clone);
    for language in ["zh", "en"] {
        localized.entry(language.to_owned()).or_insert_with(|| any.clone());
    }
    localized
}

#[cfg(test)]
mod tests;

//! The `[[panel]]` tables held against the panels that the plugins really have.

use streamgauge_pipeline::{Diagnostic, Document, PanelSettings};
use streamgauge_plugin::Plugin;
use streamgauge_view::panels;
use streamgauge_wire::Panel;

/// What is wrong with the panels of the metric of `plugin`.
pub(super) fn faults(document: &Document, plugin: &Plugin) -> Vec<Diagnostic> {
    let known = panels(plugin);
    let settings = &plugin.settings().panels;
    let further: Vec<&str> =
        settings.iter().filter(|each| each.of.is_some()).map(|each| each.id.as_str()).collect();
    let mut own: Vec<&str> = known.iter().map(|panel| panel.id.as_str()).collect();
    own.retain(|id| !further.contains(id));
    let mut found = Vec::new();
    for wanted in settings {
        match known.iter().find(|panel| panel.id == wanted.id) {
            None => found.push(unknown(document, wanted, &own)),
            Some(panel) => found.extend(of_panel(document, wanted, panel)),
        }
    }
    found
}

/// `own` are the panels that the metric has by itself.
fn unknown(document: &Document, wanted: &PanelSettings, own: &[&str]) -> Diagnostic {
    let (key, id) = wanted.of.as_ref().map_or(("id", &wanted.id), |of| ("of", of));
    let place = document.place(&format!("panel[{}].{key}", wanted.index));
    let known = format!("those of this metric are `{}`", own.join("`, `"));
    Diagnostic::error(format!("there is no panel `{id}`")).at(place).help(known)
}

fn of_panel(document: &Document, wanted: &PanelSettings, panel: &Panel) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let (id, index) = (&panel.id, wanted.index);
    if wanted.layout.is_some() && panel.chart != "tiles" {
        let place = document.place(&format!("panel[{index}].layout"));
        let message = format!("panel `{id}` has the chart `{}`, which has no tiles", panel.chart);
        found.push(Diagnostic::error(message).at(place).help("add `chart = \"tiles\"`"));
    }
    for (i, threshold) in wanted.thresholds.iter().enumerate() {
        let place = |key: &str| document.place(&format!("panel[{index}].threshold[{i}].{key}"));
        if !panel.measures.iter().any(|measure| measure.name == threshold.measure) {
            let message = format!("panel `{id}` has no measure `{}`", threshold.measure);
            let names: Vec<&str> = panel.measures.iter().map(|m| m.name.as_str()).collect();
            let known = format!("its measures are `{}`", names.join("`, `"));
            found.push(Diagnostic::error(message).at(place("measure")).help(known));
        }
        if threshold.key.is_some() && panel.dimension.is_none() {
            let message = format!("panel `{id}` has one row and no keys");
            found.push(Diagnostic::error(message).at(place("key")).help("take `key` out"));
        }
    }
    found
}

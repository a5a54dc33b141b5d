//! The texts of what the page shows and how, on which no count depends.

use streamgauge_core::digest_of;

use super::texts::Texts;
use crate::document::join;
use crate::metric_settings::PanelSettings;
use crate::shown_settings::{Labels, LayoutSettings, LayoutUnit, PageSettings, TickerSettings};
use crate::texts::Texts as Localized;

/// The digits of a digest that tells two layouts apart.
const DIGEST_SHOWN: usize = 12;

/// The title in each language; one text for all languages is the name alone.
pub(super) fn of_names(texts: &mut Texts<'_>, name: &str, names: &Localized) {
    for (language, text) in names.iter().filter(|(_, text)| *text != name) {
        texts.set(format!("name.{language}"), text);
    }
}

/// What stands in tables of its own.
pub(super) fn of_all(
    texts: &mut Texts<'_>,
    (layouts, labels, page, ticker): (
        &[LayoutSettings],
        &Labels,
        &PageSettings,
        Option<&TickerSettings>,
    ),
) {
    of_layouts(texts, layouts);
    of_labels(texts, labels);
    of_page(texts, page);
    of_ticker(texts, ticker);
}

pub(super) fn of_panel(texts: &mut Texts<'_>, panel: &PanelSettings) {
    let PanelSettings { id, of, index: _, title, chart, order, size, over, layout, thresholds } =
        panel;
    texts.set_if(format!("panel.{id}.of"), of.as_ref());
    for (language, text) in title {
        texts.set(format!("panel.{id}.title.{language}"), text);
    }
    texts.set_if(format!("panel.{id}.chart"), *chart);
    texts.set_if(format!("panel.{id}.order"), *order);
    texts.set_if(format!("panel.{id}.size"), *size);
    texts.set_if(format!("panel.{id}.over"), *over);
    texts.set_if(format!("panel.{id}.layout"), layout.as_ref());
    if !thresholds.is_empty() {
        let each: Vec<_> = thresholds.iter().map(ToString::to_string).collect();
        texts.set(format!("panel.{id}.threshold"), each.join("; "));
    }
}

/// A layout is told by the number of its tiles and a digest: it may have hundreds.
fn of_layouts(texts: &mut Texts<'_>, layouts: &[LayoutSettings]) {
    for (i, LayoutSettings { name, units }) in layouts.iter().enumerate() {
        let path = join("layout", name);
        texts.set(format!("{path}.place"), i + 1);
        let all: Vec<String> = units.iter().map(text_of_unit).collect();
        let digest = digest_of(all.join("\n").as_bytes()).to_string();
        let (count, short) = (units.len(), &digest[..DIGEST_SHOWN]);
        texts.set(format!("{path}.units"), format!("{count} ({short})"));
    }
}

fn text_of_unit(unit: &LayoutUnit) -> String {
    let LayoutUnit { key, text, row, column, aliases } = unit;
    format!("{key:?} {text:?} {row} {column} {aliases:?}")
}

fn of_labels(texts: &mut Texts<'_>, labels: &Labels) {
    for (field, of_field) in labels {
        let path = join("labels", field);
        for (i, (value, text)) in of_field.iter().enumerate() {
            let path = join(&path, value);
            texts.set(format!("{path}.place"), i + 1);
            for (language, text) in text {
                texts.set(format!("{path}.{language}"), text);
            }
        }
    }
}

fn of_page(texts: &mut Texts<'_>, page: &PageSettings) {
    let PageSettings { logo, accent } = page;
    if let Some(logo) = logo {
        texts.set_path("page.logo", logo);
    }
    texts.set_if("page.accent", accent.as_ref());
}

fn of_ticker(texts: &mut Texts<'_>, ticker: Option<&TickerSettings>) {
    let Some(TickerSettings { text, fields: _ }) = ticker else { return };
    for (language, sentence) in text {
        texts.set(format!("ticker.text.{language}"), sentence);
    }
}

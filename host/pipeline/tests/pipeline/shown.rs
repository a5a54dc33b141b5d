//! What the file says of the page beyond its panels: looks, thresholds, places of tiles, labels and
//! sentences of records.

use std::collections::BTreeMap;

use streamgauge_pipeline::{LayoutUnit, Limit, Part, ThresholdSettings};

use super::*;

fn both(zh: &str, en: &str) -> BTreeMap<String, String> {
    [("zh", zh), ("en", en)].map(|(language, text)| (language.to_owned(), text.to_owned())).into()
}

/// `MINIMAL` with `more` after it.
fn with(more: &str) -> Pipeline {
    valid(&format!("{MINIMAL}{more}")).0
}

#[test]
fn a_name_in_several_languages_is_known_by_the_one_that_is_written_first() {
    let name = |text: &str| {
        let pipeline = valid(&minimal_with("name = \"测试\"", &format!("name = {text}"))).0;
        (pipeline.name, pipeline.names)
    };
    assert_eq!(name("\"测试\""), ("测试".to_owned(), both("测试", "测试")));
    let shop = both("商店", "Shop");
    assert_eq!(name("{ en = \"Shop\", zh = \"商店\" }"), ("Shop".to_owned(), shop.clone()));
    assert_eq!(name("{ zh = \"商店\", en = \"Shop\" }"), ("商店".to_owned(), shop));
    assert_eq!(name("{ en = \"Shop\" }"), ("Shop".to_owned(), both("Shop", "Shop")));
}

#[test]
fn the_first_window_in_the_file_is_shown_and_the_order_counts_for_nothing_else() {
    let of = |windows: &str| {
        let text = minimal_with("[[metric]]", &format!("[[metric]]\nwindows = {windows}"));
        let (pipeline, _) =
            valid(&format!("{text}[[headline]]\nmetric = \"behavior\"\ntitle = \"t\"\n"));
        let shown = pipeline.metrics[0].shown_windows.iter().map(ToString::to_string);
        let sorted = pipeline.metrics[0].windows.iter().map(ToString::to_string);
        let headline = pipeline.headlines[0].window.to_string();
        (shown.collect::<Vec<_>>(), sorted.collect::<Vec<_>>(), headline)
    };
    let days_first = of("[\"1d\", \"cumulative\", \"1h\"]");
    let total_first = of("[\"cumulative\", \"1d\", \"1h\"]");
    assert_eq!(days_first.0, ["1d", "cumulative", "1h"]);
    assert_eq!(total_first.0, ["cumulative", "1d", "1h"]);
    assert_eq!(days_first.1, total_first.1);
    assert_eq!((days_first.2.as_str(), total_first.2.as_str()), ("1d", "cumulative"));
}

#[test]
fn looks_are_a_file_and_a_colour() {
    let page = with("[page]\nlogo = \"logo.svg\"\naccent = \"#0072B2\"\n").page;
    assert_eq!(page.logo.as_deref(), Some(Path::new("conf/logo.svg")));
    assert_eq!(page.accent.as_deref(), Some("#0072b2"));
    assert_eq!(with("").page, streamgauge_pipeline::PageSettings::default());
}

#[test]
fn a_panel_has_thresholds_each_with_one_limit() {
    let panels = "[[panel]]\nid = \"behavior\"\n\
        [[panel.threshold]]\nmeasure = \"events\"\nwarn_below = 1000\n\
        [[panel.threshold]]\nmeasure = \"events\"\nkey = \"2\"\nwindow = \"24h\"\nbad_above = 0.5\n";
    let text = minimal_with("[[metric]]", "[[metric]]\nwindows = [\"cumulative\", \"1d\"]");
    let (pipeline, _) = valid(&format!("{text}{panels}"));
    let plain = ThresholdSettings {
        measure: "events".to_owned(),
        key: None,
        window: None,
        limit: Limit::WarnBelow,
        value: 1000.0,
    };
    let of_key = ThresholdSettings {
        key: Some("2".to_owned()),
        window: Some("1d".to_owned()),
        limit: Limit::BadAbove,
        value: 0.5,
        ..plain.clone()
    };
    assert_eq!(of_key.to_string(), "bad where `events` of key `2` over `1d` is above 0.5");
    assert_eq!(pipeline.metrics[0].panels[0].thresholds, [plain, of_key]);
}

#[test]
fn a_layout_has_a_place_for_each_key() {
    let text = "[[panel]]\nid = \"behavior\"\nchart = \"tiles\"\nlayout = \"stores\"\n\
        [[layout]]\nname = \"stores\"\nunits = [\n\
        { key = \"a\", text = { zh = \"甲\", en = \"A\" }, row = 0, column = 3, aliases = [\"A1\"] },\n\
        { key = \"b\", row = 99, column = 0 },\n]\n";
    let pipeline = with(text);
    let [layout] = pipeline.layouts.as_slice() else { panic!("{:?}", pipeline.layouts) };
    let unit = |key: &str, text, (row, column), aliases: &[&str]| LayoutUnit {
        key: key.to_owned(),
        text,
        row,
        column,
        aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
    };
    assert_eq!(
        layout.units,
        [unit("a", both("甲", "A"), (0, 3), &["A1"]), unit("b", both("b", "b"), (99, 0), &[]),]
    );
    assert_eq!(pipeline.metrics[0].panels[0].layout.as_deref(), Some("stores"));
}

#[test]
fn no_layout_has_more_than_500_tiles() {
    let layout = |count: usize| {
        let unit = |i| format!("{{ key = \"k{i}\", row = {}, column = {} }},", i / 50, i % 50);
        format!(
            "{MINIMAL}[[layout]]\nname = \"l\"\nunits = [{}]\n",
            (0..count).map(unit).collect::<String>()
        )
    };
    assert_eq!(valid(&layout(500)).0.layouts[0].units.len(), 500);
    assert!(refused(&layout(501)).to_string().contains("has 501 tiles, more than 500"));
}

#[test]
fn values_of_a_field_have_labels_in_written_order() {
    let labels =
        with("[labels.day]\n\"2\" = \"two\"\n\"1\" = { zh = \"一\", en = \"one\" }\n").labels;
    let expected = [("2".to_owned(), both("two", "two")), ("1".to_owned(), both("一", "one"))];
    assert_eq!(labels["day"], expected);
}

#[test]
fn a_sentence_has_gaps_for_fields_and_braces_are_written_twice() {
    let ticker = |text: &str| with(&format!("[ticker]\ntext = {text}\n")).ticker.expect("a ticker");
    let found = ticker("{ en = \"{{{day}}} of {month}\", zh = \"{month}月{ts}\" }");
    assert_eq!(found.fields, ["day", "month", "ts"]);
    let text = |text: &str| Part::Text(text.to_owned());
    let field = |field: &str| Part::Field(field.to_owned());
    let expected = [text("{"), field("day"), text("} of "), field("month")];
    assert_eq!(found.text["en"].0, expected);
    assert_eq!(found.text["en"].to_string(), "{{{day}}} of {month}");
    assert_eq!(found.text["zh"].0, [field("month"), text("月"), field("ts")]);
    assert!(with("").ticker.is_none());
    for (wrong, what) in [
        ("a } b {day}", "has a `}` that stands alone"),
        ("{day", "has a `{` that stands alone"),
        ("{dya}", "names `dya`, which is not a field of `[schema]`"),
        ("nothing", "names no field"),
    ] {
        let diagnostics = refused(&format!("{MINIMAL}[ticker]\ntext = \"{wrong}\"\n"));
        assert!(diagnostics.to_string().contains(what), "{wrong}: {diagnostics}");
    }
}

#[test]
fn sentences_that_are_never_shown_are_warned_of() {
    let ticker = "[ticker]\ntext = \"{day}\"\n[server]\nshow_records = ";
    let warnings = |shown: &str| valid(&format!("{MINIMAL}{ticker}{shown}\n")).1.warnings();
    assert!(warnings("true").is_empty());
    let said = warnings("false").to_string();
    assert!(said.contains("`ticker.text` shows nothing: `server.show_records` is false"), "{said}");
}

#[test]
fn what_is_shown_is_told_as_settings_of_its_own() {
    let text = "[page]\naccent = \"#0072b2\"\n[ticker]\ntext = \"{day}\"\n\
        [labels.day]\n\"1\" = { zh = \"一\", en = \"one\" }\n\
        [[layout]]\nname = \"l\"\nunits = [{ key = \"a\", row = 0, column = 0 }]\n\
        [[panel]]\nid = \"behavior\"\n[[panel.threshold]]\nmeasure = \"events\"\nbad_below = 1\n";
    let settings = with(text).other_settings();
    for (key, value) in [
        ("name", "测试"),
        ("page.accent", "#0072b2"),
        ("ticker.text.en", "{day}"),
        ("labels.day.1.en", "one"),
        ("panel.behavior.threshold", "bad where `events` is below 1"),
    ] {
        assert_eq!(settings.get(key).map(String::as_str), Some(value), "{key}");
    }
    assert!(settings["layout.l.units"].starts_with("1 ("), "{}", settings["layout.l.units"]);
    assert!(!settings.contains_key("name.en"), "one text for all languages is the name alone");
    let named = minimal_with("\"测试\"", "{ zh = \"测试\", en = \"Test\" }");
    assert_eq!(valid(&named).0.other_settings()["name.en"], "Test");
}

//! Panels: the plugin's description, in two languages, with what the pipeline wants otherwise.

use std::sync::Arc;

use streamgauge_core::WindowSpec;
use streamgauge_pipeline::{Limit, PanelSettings};
use streamgauge_plugin::{ContractType, Role};

use super::*;
use crate::testing::settings;

fn texts(texts: &[(&str, &str)]) -> Vec<(String, String)> {
    texts.iter().map(|(language, text)| ((*language).to_owned(), (*text).to_owned())).collect()
}

fn output(name: &str, role: Role, labels: &[&str]) -> Output {
    let label = |key: &&str| streamgauge_plugin::Label {
        key: (*key).to_owned(),
        text: texts(&[("zh", "标签")]),
    };
    Output {
        name: name.to_owned(),
        type_: ContractType::Integer,
        role,
        title: texts(&[("zh", "列"), ("en", name)]),
        unit: Some("ms".to_owned()),
        additive: true,
        error_of: Some("other".to_owned()),
        labels: labels.iter().map(label).collect(),
    }
}

fn view(id: &str) -> View {
    View {
        id: id.to_owned(),
        title: texts(&[("zh", "年龄"), ("en", "Age")]),
        chart: "pie".to_owned(),
        dimension: Some("group".to_owned()),
        across: None,
        measures: vec!["late".to_owned(), "events".to_owned()],
        top: 5,
        sorted: true,
        size: Some("wide".to_owned()),
    }
}

fn descriptor(views: &[View]) -> Descriptor {
    let outputs = vec![
        output("group", Role::Dimension, &["7"]),
        output("events", Role::Measure, &[]),
        output("late", Role::Measure, &[]),
    ];
    Descriptor { outputs, views: views.to_vec(), ..Descriptor::default() }
}

fn of(views: &[View], wanted: &[PanelSettings]) -> Vec<Panel> {
    let windows = [WindowSpec::Cumulative, WindowSpec::Tumbling { size: 86_400_000 }];
    let settings = MetricSettings { panels: wanted.to_vec(), ..settings(&windows, 0) };
    of_metric(&settings, &descriptor(views))
}

/// What the pipeline wants otherwise: nothing yet.
fn wanted(id: &str) -> PanelSettings {
    PanelSettings { id: id.to_owned(), ..PanelSettings::default() }
}

#[test]
fn a_panel_is_named_after_its_metric_and_after_its_view_only_among_several() {
    let ids = |views: &[View]| of(views, &[]).into_iter().map(|p| p.id).collect::<Vec<_>>();
    assert_eq!(ids(&[view("share")]), ["age"]);
    assert_eq!(ids(&[view("share"), view("trend")]), ["age.share", "age.trend"]);
    assert!(ids(&[]).is_empty());
}

#[test]
fn a_panel_tells_all_that_the_plugin_says_of_it() {
    let across = View { across: Some("group".to_owned()), dimension: None, ..view("share") };
    let panels = of(&[view("share"), across], &[]);
    let Panel { metric, view, windows, chart, top, sorted, size, order, .. } = &panels[0];
    assert_eq!((metric.as_str(), view.as_str(), chart.as_str()), ("age", "share", "pie"));
    assert_eq!((windows.join(" ").as_str(), *top, *sorted), ("cumulative 1d", 5, true));
    assert_eq!((size.as_deref(), *order), (Some("wide"), None));
    let dimension = panels[0].dimension.as_ref().expect("a dimension");
    assert_eq!((dimension.name.as_str(), dimension.title["en"].as_str()), ("group", "group"));
    let label = &dimension.labels[0];
    assert_eq!((label.key.as_str(), label.text["zh"].as_str()), ("7", "标签"));
    let names: Vec<_> = panels[0].measures.iter().map(|m| m.name.as_str()).collect();
    assert_eq!(names, ["late", "events"], "in the order of the view");
    let Measure { unit, additive, error_of, .. } = &panels[0].measures[0];
    assert_eq!(
        (unit.as_deref(), *additive, error_of.as_deref()),
        (Some("ms"), true, Some("other"))
    );
    assert_eq!(panels[1].dimension, None);
    assert_eq!(panels[1].across.as_ref(), Some(dimension));
}

#[test]
fn a_missing_language_is_spoken_for_by_the_other_then_by_any_then_by_the_name() {
    for (given, zh, en) in [
        (&[("zh", "年龄"), ("en", "Age")][..], "年龄", "Age"),
        (&[("en", "Age")], "Age", "Age"),
        (&[("zh", "年龄")], "年龄", "年龄"),
        (&[("fr", "Âge"), ("en", "Age")], "Age", "Age"),
        (&[("fr", "Âge"), ("de", "Alter")], "Alter", "Alter"),
        (&[], "name", "name"),
        (&[("en", "Age"), ("en", "Ages")], "Ages", "Ages"),
    ] {
        let found = localized(&texts(given), "name");
        assert_eq!((found["zh"].as_str(), found["en"].as_str()), (zh, en), "{given:?}");
        let others = given.iter().filter(|(language, _)| !["zh", "en"].contains(language));
        assert!(others.clone().all(|(language, text)| found[*language] == *text));
        assert_eq!(found.len(), 2 + others.count());
    }
}

#[test]
fn a_view_is_shown_once_more_under_an_id_of_its_own_and_in_another_way() {
    let more = |of: &str| PanelSettings {
        of: Some(of.to_owned()),
        over: Some("windows"),
        title: [("zh".to_owned(), "每天".to_owned())].into(),
        ..wanted("course")
    };
    let views = [view("share")];
    let plain = of(&views, &[]).remove(0);
    let mut further = Panel { id: "course".to_owned(), over: Some("windows"), ..plain.clone() };
    further.title.insert("zh".to_owned(), "每天".to_owned());
    let table = PanelSettings { chart: Some("table"), ..wanted("age") };
    let own = Panel { chart: "table".to_owned(), ..plain };
    assert_eq!(of(&views, &[more("age"), table]), [own, further], "neither changes the other");
    let views = [view("share"), view("trend")];
    let ids = |panels: Vec<Panel>| panels.into_iter().map(|p| (p.id, p.view)).collect::<Vec<_>>();
    let of_trend = ids(of(&views, &[more("age.trend")]));
    assert_eq!(of_trend[2], ("course".to_owned(), "trend".to_owned()));
    assert_eq!(of(&views, &[more("age")]).len(), 2, "there is no such panel");
}

#[test]
fn the_pipeline_overrides_what_it_names_and_nothing_else() {
    let plain = &of(&[view("share")], &[])[0];
    let only_order = PanelSettings { order: Some(-3), ..wanted("age") };
    let expected = Panel { order: Some(-3), ..plain.clone() };
    assert_eq!(of(&[view("share")], &[only_order]), [expected]);

    let all = PanelSettings {
        title: [("zh".to_owned(), "年龄段".to_owned())].into(),
        chart: Some("bar"),
        size: Some("small"),
        ..wanted("age")
    };
    let mut expected = Panel { size: Some("small".to_owned()), ..plain.clone() };
    "bar".clone_into(&mut expected.chart);
    expected.title.insert("zh".to_owned(), "年龄段".to_owned());
    assert_eq!(of(&[view("share")], &[all]), [expected], "the English title stays");
}

#[test]
fn a_map_shows_every_key_whoever_asks_for_it() {
    let tops = |chart: &str, wanted: &[PanelSettings]| {
        let view = View { chart: chart.to_owned(), ..view("share") };
        of(&[view], wanted).into_iter().map(|panel| panel.top).collect::<Vec<_>>()
    };
    let as_chart = |chart| PanelSettings { chart: Some(chart), ..wanted("age") };
    assert_eq!(tops("tiles", &[]), [0]);
    assert_eq!(tops("hbar", &[as_chart("tiles")]), [0]);
    assert_eq!(tops("tiles", &[as_chart("hbar")]), [5]);
}

#[test]
fn of_several_views_each_is_overridden_by_its_full_name() {
    let chart = |id: &str, chart| PanelSettings { chart: Some(chart), ..wanted(id) };
    let wanted = [chart("age.trend", "line"), chart("age", "bar"), chart("age.none", "table")];
    let charts = of(&[view("share"), view("trend")], &wanted).into_iter().map(|p| p.chart);
    assert_eq!(charts.collect::<Vec<_>>(), ["pie", "line"]);
}

#[test]
fn what_the_pipeline_says_of_a_panel_beyond_the_plugin_is_told() {
    let threshold = ThresholdSettings {
        measure: "events".to_owned(),
        key: None,
        window: Some("1d".to_owned()),
        limit: Limit::WarnBelow,
        value: 1000.0,
    };
    let all = PanelSettings {
        over: Some("windows"),
        layout: Some("stores".to_owned()),
        thresholds: vec![threshold],
        ..wanted("age")
    };
    let panel = &of(&[view("share")], &[all])[0];
    assert_eq!((panel.over, panel.layout.as_deref()), (Some("windows"), Some("stores")));
    let Threshold { measure, key, window, level, side, value } = &panel.thresholds[0];
    assert_eq!((measure.as_str(), key, window.as_deref()), ("events", &None, Some("1d")));
    assert_eq!((*level, *side, *value), ("warn", "below", 1000.0));
}

#[test]
fn windows_are_listed_as_they_are_written() {
    let days = WindowSpec::Tumbling { size: 86_400_000 };
    let shown_windows = vec![days, WindowSpec::Cumulative];
    let sorted = settings(&[WindowSpec::Cumulative, days], 0);
    let settings = MetricSettings { shown_windows, ..sorted };
    assert_eq!(
        of_metric(&settings, &descriptor(&[view("share")]))[0].windows,
        ["1d", "cumulative"]
    );
}

#[test]
fn a_key_without_a_label_of_the_plugin_has_the_one_of_the_field_that_is_read() {
    let label = |key: &str, zh: &str| (key.to_owned(), [("zh".to_owned(), zh.to_owned())].into());
    let labels = [("age_range".to_owned(), vec![label("7", "七"), label("8", "八")])];
    let settings = MetricSettings {
        labels: Arc::new(labels.into()),
        ..settings(&[WindowSpec::Cumulative], 0)
    };
    let input = |field: &str| streamgauge_plugin::Input {
        name: field.to_owned(),
        type_: ContractType::Integer,
        nullable: false,
    };
    let labels_of = |input_name: &str, field: &str| {
        let descriptor = Descriptor {
            inputs: vec![input("other"), input(field)],
            input_names: vec!["other".to_owned(), input_name.to_owned()],
            ..descriptor(&[view("share")])
        };
        let panels = of_metric(&settings, &descriptor);
        let dimension = panels[0].dimension.clone().expect("a dimension");
        let labels = dimension.labels.into_iter();
        labels.map(|label| format!("{} {}", label.key, label.text["zh"])).collect::<Vec<_>>()
    };
    assert_eq!(labels_of("group", "age_range"), ["7 标签", "8 八"], "the plugin's own stays");
    assert_eq!(labels_of("group", "gender"), ["7 标签"], "another field");
    assert_eq!(labels_of("value", "age_range"), ["7 标签"], "not the input of this dimension");
}

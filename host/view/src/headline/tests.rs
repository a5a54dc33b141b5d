//! Headlines against the descriptions of plugins: what stands for what is not written, and what is
//! said where there is no such figure.

use streamgauge_plugin::Label;

use super::*;
use crate::testing::{output, settings as metric};

const CUMULATIVE: WindowSpec = WindowSpec::Cumulative;

/// A metric with a view by action, one by action and group, and one of all rows together.
fn descriptor(views: &[&str]) -> Descriptor {
    let view = |id: &str| View {
        id: id.to_owned(),
        title: Vec::new(),
        chart: "bar".to_owned(),
        dimension: (id != "all").then(|| "action".to_owned()),
        across: (id == "cross").then(|| "group".to_owned()),
        measures: match id {
            "share" => vec!["events".to_owned()],
            _ => vec!["events".to_owned(), "users".to_owned(), "error".to_owned()],
        },
        top: 3,
        sorted: true,
        size: None,
    };
    let mut outputs = vec![
        output("action", Role::Dimension, false),
        output("events", Role::Measure, true),
        output("users", Role::Measure, false),
        output("error", Role::Measure, false),
    ];
    outputs[0].labels = vec![Label { key: "2".to_owned(), text: Vec::new() }];
    outputs[1].unit = Some("x".to_owned());
    outputs[3].error_of = Some("users".to_owned());
    if views.contains(&"cross") {
        outputs.push(output("group", Role::Dimension, false));
    }
    let views = views.iter().map(|id| view(id)).collect();
    Descriptor { outputs, views, ..Descriptor::default() }
}

fn headline(change: impl FnOnce(&mut HeadlineSettings)) -> HeadlineSettings {
    let mut headline = HeadlineSettings {
        id: "h".to_owned(),
        index: 0,
        metric: "age".to_owned(),
        view: None,
        measure: None,
        of: HeadlineOf::Sum,
        per: None,
        window: CUMULATIVE,
        title: [("en".to_owned(), "Purchases".to_owned())].into(),
        unit: None,
        target: Some(5.0),
        is_giant: true,
        compare: vec![Comparison::Week],
    };
    change(&mut headline);
    headline
}

fn figure(views: &[&str], change: impl FnOnce(&mut HeadlineSettings)) -> Result<Figure, String> {
    let found = Figure::of(&headline(change), &metric(&[CUMULATIVE], 0), &descriptor(views));
    found.map_err(|fault| format!("{}: {}; {}", fault.setting, fault.message, fault.hint))
}

fn key(key: &str) -> HeadlineOf {
    HeadlineOf::Key(key.to_owned())
}

#[test]
fn the_only_view_and_its_only_measure_are_meant() {
    let found = figure(&["share"], |headline| headline.of = key("2")).expect("a figure");
    assert_eq!((found.measure, found.dimension, found.is_additive), (1, Some(0), true));
    let told = found.headline();
    assert_eq!((told.view.as_str(), told.measure.as_str()), ("share", "events"));
    assert_eq!((told.key.as_deref(), told.per.as_deref()), (Some("2"), None));
    assert_eq!(told.unit.as_deref(), Some("x"), "the unit of the measure");
    assert_eq!((told.window.as_str(), told.compare.join(" ").as_str()), ("cumulative", "7d"));
    assert_eq!((told.target, told.giant), (Some(5.0), true));
    let own = figure(&["share"], |headline| headline.unit = Some("orders".to_owned()));
    assert_eq!(own.expect("a figure").headline().unit.as_deref(), Some("orders"));
}

#[test]
fn a_share_has_no_unit_and_names_what_it_is_of() {
    let per = |per| figure(&["share"], |headline| (headline.of, headline.per) = (key("2"), per));
    let conversion = per(Some(key("0"))).expect("a figure");
    assert_eq!((conversion.headline.per.as_deref(), &conversion.headline.unit), (Some("0"), &None));
    let share = per(Some(HeadlineOf::Sum)).expect("a figure");
    assert_eq!(share.headline.per.as_deref(), Some("sum"));
}

#[test]
fn a_measure_that_does_not_add_up_has_a_value_by_key_or_over_one_row() {
    let users = |views: &[&str], view: &str, of| {
        figure(views, |headline| {
            headline.view = Some(view.to_owned());
            headline.measure = Some("users".to_owned());
            headline.of = of;
        })
    };
    assert!(users(&["rows"], "rows", key("2")).is_ok());
    assert_eq!(
        users(&["rows"], "rows", HeadlineOf::Sum).expect_err("no sum"),
        "key: measure `users` does not add up over rows, so they have no sum; add `key = \"…\"` of \
         the row that is meant"
    );
    assert_eq!(
        users(&["cross", "rows"], "cross", key("2")).expect_err("no cell"),
        "key: measure `users` does not add up over the other dimension of its metric, so a key has \
         no value of its own; name a measure that adds up, or another metric"
    );
    assert!(users(&["all"], "all", key("2")).is_err_and(|error| error.contains("no keys")));
}

#[test]
fn what_a_plugin_does_not_have_is_told_with_what_it_has() {
    let view =
        |view: &str| figure(&["share", "rows"], |headline| headline.view = Some(view.to_owned()));
    for (found, expected) in [
        (
            figure(&["share", "rows"], |_| {}),
            "view: metric `age` has several views; add `view = \"share\"`; the views are `share`, \
             `rows`",
        ),
        (view("pie"), "view: metric `age` has no view `pie`; its views are `share`, `rows`"),
        (
            view("rows"),
            "measure: view `rows` does not have one measure; add `measure = \"events\"`; the \
             measures are `events`, `users`, `error`",
        ),
        (
            figure(&["share"], |headline| headline.measure = Some("users".to_owned())),
            "measure: view `share` has no measure `users`; its measures are `events`",
        ),
        (
            figure(&[], |_| {}),
            "metric: metric `age` has no view that a headline could show; take the headline out",
        ),
        (
            figure(&["share"], |headline| headline.window = WindowSpec::Tumbling { size: 1000 }),
            "window: metric `age` has no windows `1s`; add them to `windows` of the metric",
        ),
    ] {
        assert_eq!(found.expect_err(expected), expected);
    }
}

//! What a plugin may say of itself, and which field of the schema each of its inputs finds.

use streamgauge_core::Field;

use super::*;
use crate::testing::{cities, dimension, input, measure, view};

/// Why `cities` is refused after this change.
fn refused(change: impl FnOnce(&mut describe::Descriptor)) -> String {
    let mut described = cities();
    change(&mut described);
    check(described).err().unwrap_or_else(|| "it is taken".to_owned())
}

fn taken(change: impl FnOnce(&mut describe::Descriptor)) -> Descriptor {
    let mut described = cities();
    change(&mut described);
    check(described).unwrap_or_else(|reason| panic!("{reason}"))
}

#[test]
fn a_view_names_outputs_that_exist_in_the_role_that_it_needs() {
    let with_view = |change: fn(&mut View)| refused(|d| change(&mut d.views[0]));
    assert_eq!(
        with_view(|view| view.dimension = Some("town".into())),
        "view `share` names `town`, which is no dimension output"
    );
    assert_eq!(
        with_view(|view| view.dimension = Some("events".into())),
        "view `share` names `events`, which is no dimension output"
    );
    assert_eq!(
        with_view(|view| view.measures.push("city".into())),
        "view `share` names `city`, which is no measure output"
    );
    assert_eq!(with_view(|view| view.measures.clear()), "view `share` has no measure");
    assert_eq!(with_view(|view| view.dimension = None), "it is taken", "a view of one row");
}

#[test]
fn a_second_dimension_lies_across_another_first_one() {
    let across = |first: Option<&str>, second: &str| {
        refused(|described| {
            described.outputs.push(dimension("hour"));
            described.views[0].dimension = first.map(str::to_owned);
            described.views[0].across = Some(second.to_owned());
        })
    };
    assert_eq!(across(Some("city"), "hour"), "it is taken");
    let alone = "view `share` has no dimension for `across` to lie across";
    assert_eq!(across(None, "hour"), alone);
    assert_eq!(across(Some("city"), "city"), alone);
    let no_dimension = "view `share` names `events`, which is no dimension output";
    assert_eq!(across(Some("city"), "events"), no_dimension);
}

/// A title can be a line of the log, turn the writing of a terminal, or be as long as a book.
#[test]
fn texts_are_cut_and_cleaned_and_names_are_taken_whole_or_not_at_all() {
    let trick = "a\u{1b}[2J\u{202e}b\nc".to_owned();
    let cleaned = taken(|d| {
        d.version.clone_from(&trick);
        d.doc = vec![("en".to_owned(), "x".repeat(5000)); 100];
        d.outputs[0].unit = Some(trick.clone());
        d.outputs[0].title = vec![("zh".to_owned(), trick.clone())];
        d.outputs[0].labels = vec![describe::Label {
            key: trick.clone(),
            text: vec![("en".to_owned(), trick.clone())],
        }];
        let blank = ("en".to_owned(), "\u{200f} \n".to_owned());
        d.views[0].title = vec![("zh".to_owned(), trick.clone()), blank];
    });
    let shown = "a [2J b c";
    assert_eq!(cleaned.version, shown);
    assert_eq!((cleaned.doc.len(), cleaned.doc[0].1.len()), (16, 1024));
    let output = &cleaned.outputs[0];
    assert_eq!((output.unit.as_deref(), output.title[0].1.as_str()), (Some(shown), shown));
    assert_eq!(output.labels[0].text[0].1, shown);
    assert_eq!(output.labels[0].key, trick, "keys are data");
    let titles = &cleaned.views[0].title;
    assert_eq!((titles.len(), titles[0].1.as_str()), (1, shown), "nothing to see is no text");

    let hidden = "or has characters that cannot be seen";
    let words = refused(|d| d.outputs[0].name = "ci\u{202e}ty".to_owned());
    assert!(words.starts_with("the name of output `ci ty`") && words.ends_with(hidden), "{words}");
    let words = refused(|d| d.inputs[0].name = "x".repeat(201));
    assert!(words.starts_with("the name of input") && words.len() < 400, "{words}");
    assert!(refused(|d| d.views[0].id = "\u{7}".to_owned()).ends_with(hidden));
    assert!(refused(|d| d.views[0].chart = "\n".to_owned()).ends_with(hidden));
}

#[test]
fn names_are_there_and_unique_among_their_kind() {
    let input_city = || input("city", types::FieldType::Text, true);
    assert_eq!(refused(|d| d.inputs.push(input_city())), "input `city` appears twice");
    assert_eq!(refused(|d| d.outputs.push(measure("city"))), "output `city` appears twice");
    let again = || view("share", None, "events");
    assert_eq!(refused(|d| d.views.push(again())), "view `share` appears twice");
    assert_eq!(refused(|d| d.inputs[0].name.clear()), "one input has no name");
    assert_eq!(refused(|d| d.outputs.push(measure(""))), "one output has no name");
    assert_eq!(refused(|d| d.views[0].id.clear()), "one view has no name");
    assert_eq!(refused(|d| d.outputs.push(measure("share"))), "it is taken", "of another kind");
}

#[test]
fn sixty_four_parts_of_each_kind_are_the_most() {
    let named = |index: usize| format!("n{index}");
    let inputs = |count| {
        refused(|d| {
            d.inputs =
                (0..count).map(|at| input(&named(at), types::FieldType::Float, false)).collect();
        })
    };
    assert_eq!(inputs(64), "it is taken");
    assert_eq!(inputs(65), "65 inputs are more than the limit of 64");
    let outputs =
        |more: usize| refused(|d| d.outputs.extend((0..more).map(|at| measure(&named(at)))));
    assert_eq!(outputs(62), "it is taken");
    assert_eq!(outputs(63), "65 outputs are more than the limit of 64");
    let views = |count| {
        refused(|d| d.views = (0..count).map(|at| view(&named(at), None, "events")).collect())
    };
    assert_eq!(views(64), "it is taken");
    assert_eq!(views(65), "65 views are more than the limit of 64");
}

#[test]
fn ten_thousand_labels_of_an_output_are_the_most() {
    let labelled = |count: usize| {
        refused(|d| {
            let label = |key: usize| Label { key: key.to_string(), text: Vec::new() };
            d.outputs[0].labels = (0..count).map(label).collect();
        })
    };
    assert_eq!(labelled(10_000), "it is taken");
    assert_eq!(labelled(10_001), "output `city` has more than 10000 labels");
}

#[test]
fn an_error_is_a_measure_and_belongs_to_another_measure() {
    let error_of = |output: &str, of: &str| {
        refused(|d| {
            d.outputs.push(measure("error"));
            let output = d.outputs.iter_mut().find(|o| o.name == output).expect("it is there");
            output.error_of = Some(of.to_owned());
        })
    };
    assert_eq!(error_of("error", "events"), "it is taken");
    let none = |output: &str, of: &str| {
        format!("output `{output}` is the error of `{of}`, which is no other measure")
    };
    for (output, of) in
        [("error", "error"), ("error", "city"), ("error", "nothing"), ("city", "events")]
    {
        assert_eq!(error_of(output, of), none(output, of));
    }
}

#[test]
fn without_a_view_of_its_own_a_plugin_is_a_table_of_all_measures() {
    let descriptor = taken(|described| {
        described.views.clear();
        described.outputs = vec![measure("events"), dimension("city"), measure("users")];
        described.outputs.push(dimension("hour"));
    });
    let [table] = descriptor.views.as_slice() else { panic!("{:?}", descriptor.views) };
    assert_eq!((table.id.as_str(), table.chart.as_str(), table.top), ("table", "table", 0));
    assert_eq!(table.dimension.as_deref(), Some("city"), "the first of them");
    assert_eq!(table.measures, ["events", "users"]);
    let title = [("zh", "cities"), ("en", "cities")].map(|(l, t)| (l.to_owned(), t.to_owned()));
    assert_eq!(table.title, title);
    let nothing_to_show = refused(|described| {
        described.views.clear();
        described.outputs.truncate(1);
    });
    assert_eq!(nothing_to_show, "view `table` has no measure");
}

#[test]
fn only_a_bounded_plugin_may_differ_by_the_order_of_merges() {
    assert!(!taken(|_| ()).is_bounded);
    assert!(taken(|d| d.merge_law = describe::MergeLaw::Bounded).is_bounded);
}

/// Inputs of every type, a nullable one, and the event time.
fn reading() -> Descriptor {
    use types::FieldType::{Boolean, Float, Integer, Text, Timestamp, Unsigned};
    let kinds = [Boolean, Unsigned, Integer, Float, Text, Timestamp];
    taken(|described| {
        let named = kinds.iter().map(|kind| input(field_type(*kind).name(), *kind, false));
        described.inputs = named.collect();
        described.inputs.push(input("@event-time", Timestamp, false));
        described.inputs.push(input("extra", Text, true));
    })
}

fn schema(fields: &[(&str, FieldType)]) -> Schema {
    let field = |(name, field_type): &(&str, FieldType)| Field {
        name: (*name).to_owned(),
        field_type: *field_type,
        max: None,
        required: false,
    };
    Schema::new(fields.iter().map(field).collect()).expect("a schema")
}

#[test]
fn every_input_that_the_schema_cannot_serve_is_named() {
    let mut fields: Vec<(&str, FieldType)> =
        FieldType::ALL.iter().map(|kind| (kind.name(), *kind)).collect();
    fields.push(("extra", FieldType::Text));
    let descriptor = reading();
    assert_eq!(descriptor.check_schema(&schema(&fields)), [], "the event time is no field");
    fields.retain(|(name, _)| *name != "float");
    fields.iter_mut().find(|(name, _)| *name == "integer").expect("a field").1 =
        FieldType::Unsigned;
    let said: Vec<String> =
        descriptor.check_schema(&schema(&fields)).iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "the plugin reads column `integer` as integer, but the schema says unsigned",
            "the plugin reads column `float`, which the schema does not have",
        ]
    );
}

#[test]
fn the_event_time_is_asked_for_as_a_timestamp_only() {
    let descriptor =
        taken(|d| d.inputs = vec![input(EVENT_TIME, types::FieldType::Integer, false)]);
    let name = EVENT_TIME.to_owned();
    let wrong = BindError::OtherType { name, wanted: "integer", found: "timestamp" };
    assert_eq!(descriptor.check_schema(&schema(&[("a", FieldType::Integer)])), [wrong]);
}

#[test]
fn inputs_find_the_slots_of_the_projection_and_not_of_the_schema() {
    let schema = schema(&[
        ("unread", FieldType::Float),
        ("city", FieldType::Text),
        ("between", FieldType::Text),
        ("age", FieldType::Unsigned),
    ]);
    let descriptor = taken(|d| {
        d.inputs.insert(0, input("age", types::FieldType::Unsigned, true));
        d.inputs.insert(1, input(EVENT_TIME, types::FieldType::Timestamp, false));
    });
    let columns: Vec<&str> = descriptor.columns().collect();
    assert_eq!(columns, ["age", "city"], "the event time is no column");
    let projection = Projection::new(&schema, &columns);
    let slot = |name: &str, nullable| InputBinding {
        column: InputColumn::Slot { slot: projection.slot_of(name).expect("it is read"), nullable },
        name: name.to_owned(),
    };
    let event_time = InputBinding { column: InputColumn::EventTime, name: EVENT_TIME.to_owned() };
    assert_eq!(
        bind_inputs(&descriptor, &projection),
        [slot("age", true), event_time, slot("city", false)]
    );
    assert!(projection.fields().len() == 2 && projection.slot_of("unread").is_none());
}

#[test]
fn an_input_may_read_a_field_of_another_name() {
    let columns = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(input, field)| ((*input).to_owned(), (*field).to_owned())).collect()
    };
    let mut descriptor = taken(|d| d.inputs.push(input("age", types::FieldType::Unsigned, false)));
    assert_eq!(descriptor.read_from(&columns(&[("city", "town")])), Ok(()));
    assert_eq!(descriptor.columns().collect::<Vec<_>>(), ["town", "age"]);
    let both = columns(&[("age", "years"), ("city", "place")]);
    assert_eq!(descriptor.read_from(&both), Err("city".to_owned()), "the name is another now");
    assert_eq!(descriptor.columns().collect::<Vec<_>>(), ["town", "age"], "nothing was changed");
}

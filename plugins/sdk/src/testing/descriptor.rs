//! Mistakes in a descriptor that the compiler cannot see.

use std::collections::BTreeSet;

use super::open;
use crate::bindings::exports::streamgauge::metric::describe as wit;
use crate::bindings::streamgauge::metric::types::Values;
use crate::{FieldType, Metric};

/// Checks a metric's descriptor: names are present and unique, every text is there in Chinese and
/// English, views name outputs that exist, and the result of the empty state has as many columns
/// of the right types as there are outputs.
///
/// # Panics
/// The descriptor has a mistake; the message names it.
pub fn check_descriptor<M: Metric>(config: &str) {
    let metric = open::<M>(config);
    let descriptor = metric.describe().raw;
    assert_eq!(descriptor, metric.describe().raw, "describe gives the same answer every time");
    assert!(!descriptor.name.is_empty(), "the metric has no name");
    check_texts("doc", &descriptor.doc);
    let names = |names: Vec<&String>, what: &str| {
        let unique: BTreeSet<&String> = names.iter().copied().collect();
        assert_eq!(unique.len(), names.len(), "two {what} have one name");
    };
    names(descriptor.inputs.iter().map(|input| &input.name).collect(), "inputs");
    names(descriptor.outputs.iter().map(|output| &output.name).collect(), "outputs");
    names(descriptor.views.iter().map(|view| &view.id).collect(), "views");
    assert!(!descriptor.outputs.is_empty(), "the metric has no output");
    descriptor.outputs.iter().for_each(check_output);
    descriptor.views.iter().for_each(|view| check_view(view, &descriptor.outputs));
    check_result(&metric, &descriptor.outputs);
}

fn check_output(output: &wit::Output) {
    check_texts(&output.name, &output.title);
    for label in &output.labels {
        check_texts(&format!("{} label {}", output.name, label.key), &label.text);
    }
    let keys: BTreeSet<&String> = output.labels.iter().map(|label| &label.key).collect();
    assert_eq!(keys.len(), output.labels.len(), "{} labels a key twice", output.name);
}

fn check_view(view: &wit::View, outputs: &[wit::Output]) {
    check_texts(&view.id, &view.title);
    let has = |name: &String, role: wit::Role| {
        let found = outputs.iter().any(|output| output.name == *name && output.role == role);
        assert!(found, "view {} names {name}, which is not a {role:?}", view.id);
    };
    view.dimension.iter().for_each(|name| has(name, wit::Role::Dimension));
    view.across.iter().for_each(|name| has(name, wit::Role::Dimension));
    view.measures.iter().for_each(|name| has(name, wit::Role::Measure));
    assert!(!view.measures.is_empty(), "view {} has no measure", view.id);
}

fn check_result<M: Metric>(metric: &M, outputs: &[wit::Output]) {
    let empty = metric.result(&metric.create(None)).expect("the empty state has a result");
    let table = empty.into_wit().expect("the result is a table");
    let types = outputs.iter().map(|output| output.type_).collect::<Vec<_>>();
    let matches = table.columns.len() == types.len()
        && table.columns.iter().zip(&types).all(|(column, kind)| holds(&column.values, *kind));
    assert!(matches, "the result's columns are not the outputs, which are of types {types:?}");
}

/// True if a result column of this type may hold these values.
fn holds(values: &Values, kind: FieldType) -> bool {
    match kind {
        FieldType::Boolean => matches!(values, Values::Booleans(_)),
        FieldType::Unsigned | FieldType::Integer | FieldType::Timestamp => {
            matches!(values, Values::S64s(_))
        }
        FieldType::Float => matches!(values, Values::F64s(_)),
        FieldType::Text => matches!(values, Values::Strings(_)),
    }
}

fn check_texts(what: &str, texts: &[(String, String)]) {
    for language in ["zh", "en"] {
        let found = texts.iter().any(|(tag, text)| tag == language && !text.is_empty());
        assert!(found, "{what} has no text in {language}");
    }
}

//! Parts of a plugin's description that the tests of several modules share.

use super::bindings::exports::streamgauge::metric::describe::{
    Descriptor, Input, MergeLaw, Output, Role, View,
};
use super::bindings::streamgauge::metric::types::FieldType;

pub(crate) fn input(name: &str, type_: FieldType, nullable: bool) -> Input {
    Input { name: name.to_owned(), type_, nullable }
}

pub(crate) fn output(name: &str, type_: FieldType, role: Role) -> Output {
    Output {
        name: name.to_owned(),
        type_,
        role,
        title: Vec::new(),
        unit: None,
        additive: false,
        error_of: None,
        labels: Vec::new(),
    }
}

pub(crate) fn dimension(name: &str) -> Output {
    output(name, FieldType::Text, Role::Dimension)
}

pub(crate) fn measure(name: &str) -> Output {
    output(name, FieldType::Unsigned, Role::Measure)
}

/// A pie of one measure by one dimension.
pub(crate) fn view(id: &str, dimension: Option<&str>, measure: &str) -> View {
    View {
        id: id.to_owned(),
        title: Vec::new(),
        chart: "pie".to_owned(),
        dimension: dimension.map(str::to_owned),
        across: None,
        measures: vec![measure.to_owned()],
        top: 0,
        sorted: false,
        size: None,
    }
}

/// Events by city, from one input, in one view: nothing is wrong with it.
pub(crate) fn cities() -> Descriptor {
    Descriptor {
        name: "cities".to_owned(),
        version: "1.0.0".to_owned(),
        doc: Vec::new(),
        inputs: vec![input("city", FieldType::Text, false)],
        outputs: vec![dimension("city"), measure("events")],
        views: vec![view("share", Some("city"), "events")],
        state_version: 3,
        merge_law: MergeLaw::Exact,
    }
}

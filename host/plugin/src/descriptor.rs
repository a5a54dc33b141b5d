//! The plugin's description of itself, checked once at load, and how the plugin's inputs meet the
//! schema.

mod texts;

use std::collections::{BTreeMap, BTreeSet};

use streamgauge_core::{FieldType, InputColumn, Projection, Schema};
use thiserror::Error;

use super::bindings::exports::streamgauge::metric::describe;
use super::bindings::streamgauge::metric::types;
use streamgauge_pipeline::EVENT_TIME;

pub use describe::{Input, Label, Output, Role, View};

/// The most inputs, outputs or views that a plugin may have.
const PARTS_MAX: usize = 64;

/// The most labels of one output.
const LABELS_MAX: usize = 10_000;

/// A checked description: the views name outputs that exist.
#[derive(Clone, Debug, Default)]
pub struct Descriptor {
    /// The plugin's name for itself.
    pub name: String,
    /// The plugin's own version, any text.
    pub version: String,
    /// The columns that the plugin reads, by the names of their fields.
    pub inputs: Vec<describe::Input>,
    /// The columns of the plugin's result.
    pub outputs: Vec<describe::Output>,
    /// The ways to show the result.
    pub views: Vec<View>,
    /// The version of the plugin's snapshots.
    pub state_version: u32,
    /// The meaning of the metric, by language.
    pub doc: Vec<(String, String)>,
    /// The JSON Schema of the plugin's configuration; an empty one means that there is none.
    pub config_schema: String,
    /// True if the order of merges may change a result within its stated error.
    pub is_bounded: bool,
    /// The plugin's own names for its inputs, in their order.
    pub input_names: Vec<String>,
}

/// An input that found its column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputBinding {
    /// The source of the column's values.
    pub column: InputColumn,
    /// The field's name; for dead letters.
    pub name: String,
}

/// The reason why an input has no column.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum BindError {
    /// The schema has no such field.
    #[error("the plugin reads column `{0}`, which the schema does not have")]
    Missing(String),
    /// The field has another type.
    #[error("the plugin reads column `{name}` as {wanted}, but the schema says {found}")]
    OtherType {
        /// The name of the plugin's input.
        name: String,
        /// The type that the plugin wants.
        wanted: &'static str,
        /// The type that the schema has.
        found: &'static str,
    },
}

impl BindError {
    /// The name of the column.
    pub fn column(&self) -> &str {
        match self {
            Self::Missing(name) | Self::OtherType { name, .. } => name,
        }
    }
}

/// Checks what a plugin said of itself.
pub(super) fn check(mut described: describe::Descriptor) -> Result<Descriptor, String> {
    texts::clean(&mut described)?;
    let describe::Descriptor {
        name,
        version,
        doc,
        inputs,
        outputs,
        mut views,
        state_version,
        merge_law,
    } = described;
    let is_bounded = matches!(merge_law, describe::MergeLaw::Bounded);
    if views.is_empty() {
        views.push(plain_table(&name, &outputs));
    }
    for (what, count) in
        [("inputs", inputs.len()), ("outputs", outputs.len()), ("views", views.len())]
    {
        if count > PARTS_MAX {
            return Err(format!("{count} {what} are more than the limit of {PARTS_MAX}"));
        }
    }
    unique("input", inputs.iter().map(|i| &i.name))?;
    unique("output", outputs.iter().map(|o| &o.name))?;
    unique("view", views.iter().map(|v| &v.id))?;
    if let Some(output) = outputs.iter().find(|o| o.labels.len() > LABELS_MAX) {
        return Err(format!("output `{}` has more than {LABELS_MAX} labels", output.name));
    }
    for view in &views {
        check_view(view, &outputs)?;
    }
    for output in &outputs {
        check_error(output, &outputs)?;
    }
    Ok(Descriptor {
        name,
        version,
        input_names: inputs.iter().map(|input| input.name.clone()).collect(),
        inputs,
        outputs,
        views,
        state_version,
        doc,
        config_schema: String::new(),
        is_bounded,
    })
}

/// The view of a plugin without views of its own: a table of all measures.
fn plain_table(name: &str, outputs: &[describe::Output]) -> View {
    let is_dimension = |o: &&describe::Output| matches!(o.role, describe::Role::Dimension);
    View {
        id: "table".to_owned(),
        title: vec![("zh".to_owned(), name.to_owned()), ("en".to_owned(), name.to_owned())],
        chart: "table".to_owned(),
        dimension: outputs.iter().find(is_dimension).map(|o| o.name.clone()),
        across: None,
        measures: outputs.iter().filter(|o| !is_dimension(o)).map(|o| o.name.clone()).collect(),
        top: 0,
        sorted: false,
        size: None,
    }
}

fn check_view(view: &View, outputs: &[describe::Output]) -> Result<(), String> {
    let has = |name: &str, dimension: bool| {
        outputs
            .iter()
            .any(|o| o.name == name && matches!(o.role, describe::Role::Dimension) == dimension)
    };
    if view.across.is_some() && (view.dimension.is_none() || view.across == view.dimension) {
        return Err(format!("view `{}` has no dimension for `across` to lie across", view.id));
    }
    let mut dimensions = view.dimension.iter().chain(&view.across);
    if let Some(name) = dimensions.find(|name| !has(name, true)) {
        return Err(format!("view `{}` names `{name}`, which is no dimension output", view.id));
    }
    if view.measures.is_empty() {
        return Err(format!("view `{}` has no measure", view.id));
    }
    match view.measures.iter().find(|name| !has(name, false)) {
        Some(name) => Err(format!("view `{}` names `{name}`, which is no measure output", view.id)),
        None => Ok(()),
    }
}

/// An error is a measure of another measure.
fn check_error(output: &describe::Output, outputs: &[describe::Output]) -> Result<(), String> {
    let Some(of) = &output.error_of else { return Ok(()) };
    let is_measure = |o: &describe::Output| matches!(o.role, describe::Role::Measure);
    let other = |o: &describe::Output| o.name == *of && o.name != output.name && is_measure(o);
    if is_measure(output) && outputs.iter().any(other) {
        return Ok(());
    }
    Err(format!("output `{}` is the error of `{of}`, which is no other measure", output.name))
}

fn unique<'a>(what: &str, names: impl Iterator<Item = &'a String>) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for name in names {
        if name.is_empty() {
            return Err(format!("one {what} has no name"));
        }
        if !seen.insert(name) {
            return Err(format!("{what} `{name}` appears twice"));
        }
    }
    Ok(())
}

impl Descriptor {
    /// Lets inputs read fields that have other names.
    pub(super) fn read_from(&mut self, columns: &BTreeMap<String, String>) -> Result<(), String> {
        let is_input = |name: &&String| self.inputs.iter().any(|input| input.name == **name);
        if let Some(name) = columns.keys().find(|name| !is_input(name)) {
            return Err(name.clone());
        }
        for input in &mut self.inputs {
            if let Some(field) = columns.get(&input.name) {
                input.name.clone_from(field);
            }
        }
        Ok(())
    }

    /// The plugin's inputs by its own names for them, each with the field that it reads.
    pub fn reads(&self) -> impl Iterator<Item = (&str, &str)> {
        let fields = self.inputs.iter().map(|input| input.name.as_str());
        self.input_names.iter().map(String::as_str).zip(fields)
    }

    /// The schema fields that the plugin reads.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.inputs.iter().map(|i| i.name.as_str()).filter(|name| *name != EVENT_TIME)
    }

    /// Every input that the schema cannot serve.
    pub fn check_schema(&self, schema: &Schema) -> Vec<BindError> {
        let mut errors = Vec::new();
        for input in &self.inputs {
            let wanted = field_type(input.type_);
            let found = if input.name == EVENT_TIME {
                Some(FieldType::Timestamp)
            } else {
                schema.index_of(&input.name).map(|i| schema.fields()[i].field_type)
            };
            match found {
                None => errors.push(BindError::Missing(input.name.clone())),
                Some(found) if found != wanted => errors.push(BindError::OtherType {
                    name: input.name.clone(),
                    wanted: wanted.name(),
                    found: found.name(),
                }),
                Some(_) => {}
            }
        }
        errors
    }
}

/// Finds the slot of every input. The schema was checked before, and the projection holds every
/// column that a plugin reads.
pub fn bind_inputs(descriptor: &Descriptor, projection: &Projection) -> Vec<InputBinding> {
    descriptor
        .inputs
        .iter()
        .map(|input| {
            let column = if input.name == EVENT_TIME {
                InputColumn::EventTime
            } else {
                let slot = projection.slot_of(&input.name);
                InputColumn::Slot {
                    slot: slot.expect("the projection holds every input"),
                    nullable: input.nullable,
                }
            };
            InputBinding { column, name: input.name.clone() }
        })
        .collect()
}

/// The type that the schema has for a type of the contract.
pub fn field_type(wit: types::FieldType) -> FieldType {
    match wit {
        types::FieldType::Boolean => FieldType::Boolean,
        types::FieldType::Unsigned => FieldType::Unsigned,
        types::FieldType::Integer => FieldType::Integer,
        types::FieldType::Float => FieldType::Float,
        types::FieldType::Text => FieldType::Text,
        types::FieldType::Timestamp => FieldType::Timestamp,
    }
}

#[cfg(test)]
mod tests;

//! `[labels.FIELD]`: what people call the values of a field.

use super::reader::{Problem, Read, Table, Value};
use super::schema::WrittenFields;
use super::shown_settings::{FieldLabels, Labels};
use super::texts::{short, texts};

/// The most values of one field that have a label.
const LABELS_MAX: usize = 1000;

/// The longest value or label, in characters.
const CHARS_MAX: usize = 200;

const EXAMPLE: &str = "{ zh = \"点击\", en = \"Click\" }";

pub(super) fn read_labels(root: &mut Table<'_>, fields: Option<&WrittenFields>) -> Labels {
    let Some(table) = root.section("labels") else { return Labels::new() };
    let mut labels = Labels::new();
    for (field, value) in table.values() {
        if let Some(of_field) = value.read(|value| of_field(field, value, fields)) {
            labels.insert(field.to_owned(), of_field);
        }
    }
    labels
}

fn of_field(field: &str, value: &Value<'_>, fields: Option<&WrittenFields>) -> Read<FieldLabels> {
    if let Some(fields) = fields {
        fields.check(field)?;
    }
    let hint = format!("write `[labels.{field}]` and lines such as `\"0\" = {EXAMPLE}`");
    let table = value.table().map_err(|problem| problem.hint(hint))?;
    let count = table.values().count();
    if count > LABELS_MAX {
        return Err(Problem::new(format!("has {count} labels, more than {LABELS_MAX}")));
    }
    let mut labels = FieldLabels::new();
    for (key, value) in table.values() {
        let texts = value.read(|value| {
            if key.is_empty() || key.chars().count() > CHARS_MAX {
                let message = format!("is for a value that has not 1 to {CHARS_MAX} characters");
                return Err(Problem::new(message));
            }
            texts(value, short(CHARS_MAX), EXAMPLE)
        });
        labels.extend(texts.flatten().map(|texts| (key.to_owned(), texts)));
    }
    Ok(labels)
}

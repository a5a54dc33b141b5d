//! Instants, spans of time, schemas, rows and batches that the tests of several modules share.

use crate::batch::RecordBatch;
use crate::rfc3339::parse_rfc3339;
use crate::row::{Row, Value};
use crate::schema::{Field, FieldType, Projection, Schema};
use crate::time::{EventTime, Millis};

pub(crate) const MINUTE: Millis = 60_000;
pub(crate) const HOUR: Millis = 60 * MINUTE;

/// The instant that an RFC 3339 text names.
pub(crate) fn at(text: &str) -> EventTime {
    parse_rfc3339(text).unwrap_or_else(|| panic!("`{text}` is no instant"))
}

/// A field that may be absent and has no maximum.
pub(crate) fn field(name: &str, field_type: FieldType) -> Field {
    Field { name: name.to_owned(), field_type, max: None, required: false }
}

/// A schema of `unsigned` fields with these names.
pub(crate) fn schema(names: &[&str]) -> Schema {
    let fields = names.iter().map(|name| field(name, FieldType::Unsigned));
    Schema::new(fields.collect()).expect("a schema")
}

/// A row that holds `values` by slot.
pub(crate) fn row(values: &[Value]) -> Row {
    let mut row = Row::default();
    row.reset(values.len());
    for (slot, value) in values.iter().enumerate() {
        row.set(slot, *value);
    }
    row
}

/// A batch whose open row is `row`, with columns of the types of its values.
pub(crate) fn batch_with_open(row: &Row) -> RecordBatch {
    let field_type = |value: &Value| match value {
        Value::Boolean(_) => FieldType::Boolean,
        Value::Integer(_) => FieldType::Integer,
        Value::Float(_) => FieldType::Float,
        Value::Text(_) => FieldType::Text,
        Value::Missing | Value::Invalid(_) | Value::Unsigned(_) => FieldType::Unsigned,
    };
    let names: Vec<String> = (0..row.values().len()).map(|slot| slot.to_string()).collect();
    let fields = names.iter().zip(row.values()).map(|(name, value)| field(name, field_type(value)));
    let schema = Schema::new(fields.collect()).expect("a schema");
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut batch = RecordBatch::new(&Projection::new(&schema, &names));
    batch.open_with(row, b"");
    batch
}

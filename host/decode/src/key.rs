//! The key of a record: one field's value as text, for partitioning before anything is decoded.

use streamgauge_core::{CsvColumns, Field, FieldType, Projection, Row, Schema, Value};

use super::Decoder;

/// Reads one field of a record as text.
pub struct KeyReader {
    decoder: Decoder,
    row: Row,
    trims: bool,
}

impl KeyReader {
    /// Reads the field `name` of JSON objects: the content of a string, a number as written.
    pub fn json(name: &str) -> Self {
        let projection = only(name, [name]);
        Self { decoder: Decoder::json(&projection), row: Row::default(), trims: false }
    }

    /// Reads the field `name` of CSV rows with these columns of `schema`, without the white space
    /// around it. A field that the schema or the header does not have is missing in every record.
    pub fn csv(schema: &Schema, columns: &CsvColumns, name: &str) -> Self {
        let projection = only(name, schema.fields().iter().map(|f| f.name.as_str()));
        let decoder = Decoder::csv(&projection, columns);
        Self { decoder, row: Row::default(), trims: true }
    }

    /// The key of the record `bytes`; `None` means that the record cannot be read or has no such
    /// value.
    pub fn key(&mut self, bytes: &[u8]) -> Option<&str> {
        self.decoder.decode(bytes, &mut self.row).ok()?;
        let Some(&Value::Text(range)) = self.row.values().first() else {
            return None;
        };
        let text = self.row.text(range);
        let key = if self.trims { text.trim_ascii() } else { text };
        (!key.is_empty()).then_some(key)
    }
}

/// Nothing but the field `name` of the fields `names`, as text.
fn only<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Projection {
    let field = |name: &str| Field {
        name: name.to_owned(),
        field_type: FieldType::Text,
        max: None,
        required: false,
    };
    let schema = Schema::new(names.into_iter().map(field).collect())
        .expect("names of a schema, or a single one, make a schema");
    Projection::new(&schema, &[name])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_texts_as_written() {
        let mut json = KeyReader::json("user_id");
        assert_eq!(json.key(br#"{"user_id": "328862", "month": 8}"#), Some("328862"));
        assert_eq!(json.key(br#"{"user_id": 328862.0}"#), Some("328862.0"));
        assert_eq!(json.key(br#"{"user_id": "\u6d59"}"#), Some("浙"));
        for none in [&br#"{"user_id": null}"#[..], b"{}", b"{", b"", br#"{"user_id": []}"#] {
            assert_eq!(json.key(none), None);
        }
    }

    #[test]
    fn keys_are_cells_without_white_space() {
        let field = |name: &str, required| Field {
            name: name.to_owned(),
            field_type: FieldType::Unsigned,
            max: None,
            required,
        };
        let schema = Schema::new(vec![field("month", true), field("user_id", false)]).unwrap();
        let columns = CsvColumns::in_schema_order(&schema);
        let mut csv = KeyReader::csv(&schema, &columns, "user_id");
        assert_eq!(csv.key(b"8, 328862 \r\n"), Some("328862"));
        assert_eq!(csv.key(b"8,\"a,b\""), Some("a,b"));
        for none in [&b"8,"[..], b"8, ", b"8", b"8,\"x"] {
            assert_eq!(csv.key(none), None);
        }
        assert_eq!(KeyReader::csv(&schema, &columns, "nobody").key(b"8,9"), None);
    }
}

//! CSV rows as JSON objects: what a JSON decoder reads from the object is what a CSV decoder reads
//! from the row. Nothing is interpreted beyond that; `08` stays a text for the pipeline to judge.

use streamgauge_core::{FieldType, Schema};

use streamgauge_decode::Cells;

/// Writes rows with known columns as objects.
pub(super) struct RowWriter {
    cells: Cells,
    columns: Vec<Column>,
    /// The column that holds the key.
    key: Option<usize>,
}

struct Column {
    /// `"name":`; empty for a column without a name, which is left out.
    prefix: Vec<u8>,
    literal: Literal,
}

/// Which cells are written without quotes.
#[derive(Clone, Copy)]
enum Literal {
    None,
    Number,
    Boolean,
}

impl RowWriter {
    /// A writer for rows whose columns have these `names`. Columns that `schema` does not know
    /// stay texts. `key` names the column that holds the key.
    pub(super) fn new(names: &[&str], schema: &Schema, key: Option<&str>) -> Self {
        let column = |name: &&str| {
            let field = schema.index_of(name.trim()).map(|i| &schema.fields()[i]);
            let mut prefix = Vec::new();
            if !name.trim().is_empty() {
                push_text(&mut prefix, name.trim());
                prefix.push(b':');
            }
            Column { prefix, literal: literal(field.map(|f| f.field_type)) }
        };
        Self {
            cells: Cells::default(),
            columns: names.iter().map(column).collect(),
            key: key.and_then(|key| names.iter().position(|name| name.trim() == key)),
        }
    }

    /// Appends `row` as an object to `out` and the key of `row` to `key`. Returns false, and
    /// appends nothing, if `row` does not have these columns.
    pub(super) fn write(&mut self, row: &[u8], key: &mut Vec<u8>, out: &mut Vec<u8>) -> bool {
        let Ok(text) = std::str::from_utf8(row) else { return false };
        if self.cells.split(text) != Ok(self.columns.len()) {
            return false;
        }
        out.push(b'{');
        let mut separator: &[u8] = b"";
        for (number, column) in self.columns.iter().enumerate() {
            if !column.prefix.is_empty() {
                out.extend_from_slice(separator);
                separator = b",";
                out.extend_from_slice(&column.prefix);
                push_value(out, self.cells.get(number), column.literal);
            }
        }
        out.push(b'}');
        if let Some(number) = self.key {
            key.extend_from_slice(self.cells.get(number).trim_ascii().as_bytes());
        }
        true
    }
}

fn literal(field_type: Option<FieldType>) -> Literal {
    match field_type {
        None | Some(FieldType::Text) => Literal::None,
        Some(FieldType::Boolean) => Literal::Boolean,
        Some(
            FieldType::Unsigned | FieldType::Integer | FieldType::Float | FieldType::Timestamp,
        ) => Literal::Number,
    }
}

fn push_value(out: &mut Vec<u8>, cell: &str, literal: Literal) {
    let trimmed = cell.trim_ascii();
    let is_literal = match literal {
        Literal::None => false,
        Literal::Number => is_plain_number(trimmed),
        Literal::Boolean => matches!(trimmed, "true" | "false"),
    };
    if cell.is_empty() {
        out.extend_from_slice(b"null");
    } else if is_literal {
        out.extend_from_slice(trimmed.as_bytes());
    } else {
        push_text(out, cell);
    }
}

/// True if `text` is a number in JSON's own notation; a number with an exponent stays a text.
fn is_plain_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match digits.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    let all_digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let is_canonical = whole == "0" || !whole.starts_with('0');
    all_digits(whole) && is_canonical && fraction.is_none_or(all_digits)
}

fn push_text(out: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(out, text).expect("a text in memory is always written");
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use streamgauge_core::Field;

    use super::*;

    fn schema() -> Schema {
        let fields = [
            ("user_id", FieldType::Text),
            ("month", FieldType::Unsigned),
            ("delta", FieldType::Integer),
            ("price", FieldType::Float),
            ("paid", FieldType::Boolean),
            ("ts", FieldType::Timestamp),
        ];
        let field = |(name, field_type): (&str, _)| Field {
            name: name.to_owned(),
            field_type,
            max: None,
            required: false,
        };
        Schema::new(fields.into_iter().map(field).collect()).expect("a schema")
    }

    fn check(row: &str, expected: &Expect) {
        let names = ["user_id", "month", "delta", "price", "paid", "ts", " extra\"", ""];
        let mut writer = RowWriter::new(&names, &schema(), Some("user_id"));
        let (mut key, mut out) = (Vec::new(), Vec::new());
        let shown = if writer.write(row.as_bytes(), &mut key, &mut out) {
            serde_json::from_slice::<serde_json::Value>(&out).expect("JSON");
            format!("{} {}", key.escape_ascii(), String::from_utf8(out).expect("UTF-8"))
        } else {
            assert!(key.is_empty() && out.is_empty());
            "not a row".to_owned()
        };
        expected.assert_eq(&shown);
    }

    #[test]
    fn rows_become_objects() {
        check(
            "328862,8,-3,2661.0,true,1447171200000,x,y",
            &expect![[
                r#"328862 {"user_id":"328862","month":8,"delta":-3,"price":2661.0,"paid":true,"ts":1447171200000,"extra\"":"x"}"#
            ]],
        );
        // A cell that is no number as JSON writes one stays a text.
        check(
            "u,08,+3,.5,TRUE,2015-11-11T00:00:00+08:00,7,y",
            &expect![[
                r#"u {"user_id":"u","month":"08","delta":"+3","price":".5","paid":"TRUE","ts":"2015-11-11T00:00:00+08:00","extra\"":"7"}"#
            ]],
        );
        check(
            "u, 8 ,-0,1e3,1,NaN,,y",
            &expect![[
                r#"u {"user_id":"u","month":8,"delta":-0,"price":"1e3","paid":"1","ts":"NaN","extra\"":null}"#
            ]],
        );
        // Empty is null; quotes, commas and Chinese come through; keys lose white space.
        check(
            "\" 张\"\"三, \",,,,,,\"a\nb\",",
            &expect![[
                r#"\xe5\xbc\xa0\"\xe4\xb8\x89, {"user_id":" 张\"三, ","month":null,"delta":null,"price":null,"paid":null,"ts":null,"extra\"":"a\nb"}"#
            ]],
        );
    }

    #[test]
    fn other_lines_are_no_rows() {
        for row in ["1,2", "1,2,3,4,5,6,7,8,9", "\"1,2,3,4,5,6,7,8"] {
            check(row, &expect!["not a row"]);
        }
        let mut writer = RowWriter::new(&["user_id"], &schema(), None);
        assert!(!writer.write(b"\xff", &mut Vec::new(), &mut Vec::new()));
    }
}

//! Which field of the schema each column of a CSV row holds. The columns are known before the
//! first row is decoded: from a header, or from the order in which the schema is written.

use thiserror::Error;

use crate::schema::Schema;

/// The columns of CSV rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsvColumns {
    schema_indexes: Vec<Option<usize>>,
}

/// Why a line is no header for a schema.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum HeaderError {
    /// A name, white space around it aside, stands twice.
    #[error("column `{0}` appears twice in the header")]
    Repeated(String),
    /// No name is a field of the schema.
    #[error("the header has none of the schema's fields")]
    Foreign,
}

impl CsvColumns {
    /// Rows without a header: the fields of `schema` in written order.
    pub fn in_schema_order(schema: &Schema) -> Self {
        Self { schema_indexes: (0..schema.fields().len()).map(Some).collect() }
    }

    /// Rows under a header with these `names`. White space around a name does not count; columns
    /// that `schema` does not have are passed over, and fields without a column are missing in
    /// every row.
    ///
    /// # Errors
    /// A repeated name, or no name of the schema at all.
    pub fn from_header(names: &[&str], schema: &Schema) -> Result<Self, HeaderError> {
        let names: Vec<&str> = names.iter().map(|name| name.trim()).collect();
        for (i, name) in names.iter().enumerate() {
            if !name.is_empty() && names[..i].contains(name) {
                return Err(HeaderError::Repeated((*name).to_owned()));
            }
        }
        let schema_indexes: Vec<_> = names.iter().map(|name| schema.index_of(name)).collect();
        if schema_indexes.iter().all(Option::is_none) {
            return Err(HeaderError::Foreign);
        }
        Ok(Self { schema_indexes })
    }

    /// Whether a first line with these `names` is a header: it holds more than half of the
    /// schema's field names.
    pub fn is_header(names: &[&str], schema: &Schema) -> bool {
        let is_named = |field: &str| names.iter().any(|name| name.trim() == field);
        let found = schema.fields().iter().filter(|f| is_named(&f.name)).count();
        found * 2 > schema.fields().len()
    }

    /// The position in the schema of each column; `None` means that the column is not a field of
    /// the schema.
    pub fn schema_indexes(&self) -> &[Option<usize>] {
        &self.schema_indexes
    }

    /// The fields of `schema` that no column holds, in written order.
    pub fn missing<'a>(&self, schema: &'a Schema) -> Vec<&'a str> {
        let is_missing = |i: usize| !self.schema_indexes.contains(&Some(i));
        let fields = schema.fields().iter().enumerate();
        fields.filter(|(i, _)| is_missing(*i)).map(|(_, f)| f.name.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Field, FieldType};

    /// The fields `user`, `month`, `day`, `action`.
    fn schema() -> Schema {
        let field = |name: &str| Field {
            name: name.to_owned(),
            field_type: FieldType::Unsigned,
            max: None,
            required: false,
        };
        Schema::new(["user", "month", "day", "action"].map(field).to_vec()).expect("a schema")
    }

    #[test]
    fn without_a_header_the_columns_are_the_schema_as_it_is_written() {
        let columns = CsvColumns::in_schema_order(&schema());
        assert_eq!(columns.schema_indexes(), [Some(0), Some(1), Some(2), Some(3)]);
        assert!(columns.missing(&schema()).is_empty());
    }

    #[test]
    fn a_header_says_which_column_is_which_field() {
        let columns = CsvColumns::from_header(&[" day", "note", "user\t"], &schema());
        let columns = columns.expect("a header");
        assert_eq!(columns.schema_indexes(), [Some(2), None, Some(0)]);
        assert_eq!(columns.missing(&schema()), ["month", "action"]);
    }

    #[test]
    fn a_header_with_a_name_twice_or_with_no_known_name_is_refused() {
        let refused = |names: &[&str]| CsvColumns::from_header(names, &schema()).expect_err("none");
        assert_eq!(refused(&["user", "day", " user "]), HeaderError::Repeated("user".into()));
        assert_eq!(refused(&["x", "user", "x"]), HeaderError::Repeated("x".into()));
        assert_eq!(refused(&["User", "Day"]), HeaderError::Foreign);
        assert_eq!(refused(&[]), HeaderError::Foreign);
        // Columns without a name are only passed over.
        assert!(CsvColumns::from_header(&["user", "", ""], &schema()).is_ok());
    }

    #[test]
    fn a_first_line_is_a_header_if_more_than_half_of_the_fields_are_named() {
        for (names, is_header) in [
            (&["user", "month", "day"][..], true),
            (&["action", "x", "y", " month ", "z", "user"], true),
            (&["user", "month"], false),
            (&["user", "user", "user"], false),
            (&["1", "11", "11", "0"], false),
            (&[], false),
        ] {
            assert_eq!(CsvColumns::is_header(names, &schema()), is_header, "{names:?}");
        }
    }
}

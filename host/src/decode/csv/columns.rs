//! Which field of the schema each column of a CSV row holds.

use streamgauge_core::Schema;
use thiserror::Error;

/// The columns of CSV rows, known before the first row is decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsvColumns {
    schema_indexes: Vec<Option<usize>>,
}

/// Why a line is no header for a schema.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum HeaderError {
    /// The same name twice.
    #[error("column `{0}` appears twice in the header")]
    Repeated(String),
    /// Not one field of the schema.
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

    /// The position in the schema of each column; none: not a field of the schema.
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

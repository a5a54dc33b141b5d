//! Which field of the schema each column of a CSV row holds. The columns are known before the
//! first row is decoded: from a header, or from the order in which the schema is written.

use std::collections::BTreeSet;

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

    /// Rows under a header with these `names`. White space and quotes around a name do not count, and
    /// neither does its letter case where no other field and no other column differs by just that;
    /// columns that `schema` does not have are passed over, and fields without a column are missing
    /// in every row.
    ///
    /// # Errors
    /// A repeated name, or no name of the schema at all.
    pub fn from_header(names: &[&str], schema: &Schema) -> Result<Self, HeaderError> {
        let names: Vec<&str> = names.iter().map(|name| bare(name)).collect();
        for (i, name) in names.iter().enumerate() {
            if !name.is_empty() && names[..i].contains(name) {
                return Err(HeaderError::Repeated((*name).to_owned()));
            }
        }
        let exact: Vec<_> = names.iter().map(|name| schema.index_of(name)).collect();
        let mut schema_indexes = exact.clone();
        for (i, name) in names.iter().enumerate().filter(|(i, _)| exact[*i].is_none()) {
            let Some(near) = field_of(name, schema).filter(|near| !exact.contains(&Some(*near)))
            else {
                continue;
            };
            if schema_indexes.contains(&Some(near)) {
                return Err(HeaderError::Repeated((*name).to_owned()));
            }
            schema_indexes[i] = Some(near);
        }
        if schema_indexes.iter().all(Option::is_none) {
            return Err(HeaderError::Foreign);
        }
        Ok(Self { schema_indexes })
    }

    /// True if a first line with these `names` is a header: more than half of the schema's field
    /// names stand in it; or half of its own names are fields, two at least unless it has but one,
    /// and none is a number.
    pub fn is_header(names: &[&str], schema: &Schema) -> bool {
        let names: Vec<&str> = names.iter().map(|name| bare(name)).collect();
        let names: Vec<&str> = names.into_iter().filter(|name| !name.is_empty()).collect();
        let found: BTreeSet<usize> = names.iter().filter_map(|n| field_of(n, schema)).collect();
        let has_number = names.iter().any(|name| name.parse::<f64>().is_ok());
        let is_named = found.len() * 2 >= names.len() && found.len() >= names.len().min(2);
        let is_known = found.len() * 2 > schema.fields().len();
        is_known || (is_named && !has_number && !found.is_empty())
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

/// A name without white space and quotes around it.
fn bare(name: &str) -> &str {
    let name = name.trim();
    let inner = name.strip_prefix('"').and_then(|inner| inner.strip_suffix('"'));
    inner.unwrap_or(name).trim()
}

/// The field of a name: by its very letters, or the only one that differs in letter case.
fn field_of(name: &str, schema: &Schema) -> Option<usize> {
    let is_near = |field: &str| field.to_lowercase() == name.to_lowercase();
    let fields = schema.fields().iter().enumerate();
    let mut near = fields.filter(|(_, field)| is_near(&field.name)).map(|(i, _)| i);
    let first = near.next().filter(|_| near.next().is_none());
    schema.index_of(name).or(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn schema() -> Schema {
        testing::schema(&["user", "month", "day", "action"])
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
    fn letter_case_and_quotes_of_a_name_do_not_count() {
        let columns = |names: &[&str]| {
            CsvColumns::from_header(names, &schema()).expect("a header").schema_indexes().to_vec()
        };
        assert_eq!(columns(&["USER", " \"Day\"", "Action"]), [Some(0), Some(2), Some(3)]);
        // The column of the very name is the field; another one is passed over.
        assert_eq!(columns(&["Day", "day"]), [None, Some(2)]);
        let both = testing::schema(&["id", "ID", "day"]);
        let found = CsvColumns::from_header(&["Id", "ID", "day"], &both).expect("a header");
        assert_eq!(found.schema_indexes(), [None, Some(1), Some(2)], "which one is not known");
    }

    #[test]
    fn a_header_with_a_name_twice_or_with_no_known_name_is_refused() {
        let refused = |names: &[&str]| CsvColumns::from_header(names, &schema()).expect_err("none");
        assert_eq!(refused(&["user", "day", " user "]), HeaderError::Repeated("user".into()));
        assert_eq!(refused(&["x", "user", "x"]), HeaderError::Repeated("x".into()));
        assert_eq!(refused(&["User", "DAY", "user ", "Day"]), HeaderError::Repeated("Day".into()));
        assert_eq!(refused(&["Users", "Days"]), HeaderError::Foreign);
        assert_eq!(refused(&[]), HeaderError::Foreign);
        // Columns without a name are only passed over.
        assert!(CsvColumns::from_header(&["user", "", ""], &schema()).is_ok());
    }

    #[test]
    fn a_first_line_is_a_header_if_more_than_half_of_the_fields_are_named() {
        for (names, is_header) in [
            (&["user", "month", "day"][..], true),
            (&["action", "x", "y", " month ", "z", "user"], true),
            (&["user", "month"], true),
            (&["USER", "Month"], true),
            (&["user", " \"Month\"", "x", "y"], true),
            (&["user", "month", "x", "y", "z"], false),
            (&["user", "month", "11"], false),
            (&["user", "x"], false),
            (&["Day"], true),
            (&["user", "user", "user"], false),
            (&["1", "11", "11", "0"], false),
            (&[], false),
        ] {
            assert_eq!(CsvColumns::is_header(names, &schema()), is_header, "{names:?}");
        }
    }
}

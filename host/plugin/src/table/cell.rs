//! A value of a result, for those who read it value by value.

/// One value of a result.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// A cell without a value.
    Null,
    /// A cell of a `boolean` column.
    Boolean(bool),
    /// For `unsigned`, `integer` and `timestamp`.
    Integer(i64),
    /// A cell of a `float` column.
    Float(f64),
    /// A cell of a `text` column.
    Text(String),
}

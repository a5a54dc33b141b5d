//! The formats of records, and their names in the file.

/// The form in which the bytes of a record are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a record.
    Json,
    /// One CSV row a record.
    Csv,
}

/// The formats by name.
pub(super) const FORMATS: [(&str, Format); 2] = [("json", Format::Json), ("csv", Format::Csv)];

//! The formats of records, and their names in the file.

/// How the bytes of a record are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object.
    Json,
    /// One CSV row.
    Csv,
}

/// The formats by name.
pub(super) const FORMATS: [(&str, Format); 2] = [("json", Format::Json), ("csv", Format::Csv)];

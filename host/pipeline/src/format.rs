//! The formats of records, and their names in the file.

/// The form in which the bytes of a record are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a record.
    Json,
    /// One CSV row a record.
    Csv,
}

impl Format {
    /// The formats by name.
    pub(super) fn by_name() -> [(&'static str, Self); 2] {
        [Self::Json, Self::Csv].map(|format| (format.name(), format))
    }

    /// The name in the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
        }
    }
}

//! What a file says before its first record: a byte order mark, a header.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::time::UNIX_EPOCH;

use streamgauge_core::Schema;

use super::error::{failed, open, unreadable};
use super::lines::{Line, Lines, Step};
use crate::{Missing, SourceError};
use streamgauge_core::{BYTE_ORDER_MARK, CsvColumns};
use streamgauge_pipeline::{FileSettings, Format};

/// A file before its first record.
pub(super) struct Preface {
    /// For CSV: its columns; none where it is empty.
    pub(super) columns: Option<CsvColumns>,
    /// Where its first record starts.
    pub(super) end: u64,
    /// Its modification time in milliseconds since the Unix epoch.
    pub(super) modified: i64,
    /// What a person may want to know about its columns.
    pub(super) warning: Option<String>,
}

impl Preface {
    /// Looks at the file that `settings` name.
    pub(super) fn read(settings: &FileSettings, schema: &Schema) -> Result<Self, SourceError> {
        let path = &settings.path;
        let mut file = open(path)?;
        let modified = modified(&file).map_err(|e| unreadable(path, &e))?;
        let end = skip_bom(&mut file).map_err(|e| unreadable(path, &e))?;
        let without_header = |columns| Self { columns, end, modified, warning: None };
        match (settings.format, settings.header) {
            (Format::Json, _) => return Ok(without_header(None)),
            (Format::Csv, Some(false)) => {
                return Ok(without_header(Some(CsvColumns::in_schema_order(schema))));
            }
            (Format::Csv, _) => {}
        }
        let mut lines = Lines::new(file, settings.format, end, settings.follow);
        let (line, header_end) = match lines.step().map_err(|e| unreadable(path, &e))? {
            Step::Record(Line { value, end }) => (&lines.buffer()[value], end),
            Step::End => return Ok(without_header(None)),
            Step::Wait => {
                let message =
                    format!("file `{}` has no first line yet to tell its columns", path.display());
                return Err(SourceError::Unavailable { missing: Missing::FirstLine, message });
            }
        };
        let Some(columns) = header(settings, line, schema)? else {
            return Ok(without_header(Some(CsvColumns::in_schema_order(schema))));
        };
        let warning = missing(&columns, schema)
            .map(|names| format!("file `{}` has no column for {names}", path.display()));
        Ok(Self { columns: Some(columns), end: header_end, modified, warning })
    }
}

/// The columns that the first line names, if it is a header.
fn header(
    settings: &FileSettings,
    line: &[u8],
    schema: &Schema,
) -> Result<Option<CsvColumns>, SourceError> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line);
    let first = reader.records().next().and_then(Result::ok).unwrap_or_default();
    let names: Vec<&str> = first.iter().collect();
    if settings.header.is_none() && !CsvColumns::is_header(&names, schema) {
        return Ok(None);
    }
    CsvColumns::from_header(&names, schema).map(Some).map_err(|error| {
        failed(
            &settings.path,
            &format!("cannot be read by its first line: {error}; hint: name each column once, or say `header = false`"),
        )
    })
}

/// The fields without a column, as a list for people.
fn missing(columns: &CsvColumns, schema: &Schema) -> Option<String> {
    let names: Vec<_> = columns.missing(schema).iter().map(|n| format!("`{n}`")).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

fn modified(file: &File) -> io::Result<i64> {
    let modified = file.metadata()?.modified()?;
    // A file from before 1970 is stamped 1970.
    Ok(modified.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as i64))
}

/// Steps over a byte order mark: how long it is.
fn skip_bom(file: &mut File) -> io::Result<u64> {
    let mut first = Vec::with_capacity(BYTE_ORDER_MARK.len());
    file.by_ref().take(BYTE_ORDER_MARK.len() as u64).read_to_end(&mut first)?;
    let length = if first == BYTE_ORDER_MARK { BYTE_ORDER_MARK.len() as u64 } else { 0 };
    file.seek(SeekFrom::Start(length))
}

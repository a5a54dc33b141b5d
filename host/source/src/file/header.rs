//! What a file says before its first record: a byte order mark, a header.

use std::fs;
use std::io;
use std::path::Path;
use std::time::UNIX_EPOCH;

use streamgauge_core::Schema;

use super::error::{failed, unreadable};
use super::input::{Input, Packing, beginning, check_encoding};
use super::lines::{Line, Lines, Step};
use crate::{Missing, SourceError};
use streamgauge_core::{BYTE_ORDER_MARK, CsvColumns};
use streamgauge_pipeline::{FileSettings, Format};

/// The most lines before a header that are no names: `sep=,` and comments.
const LINES_BEFORE_MAX: usize = 20;

/// Marks that other programs put between the columns.
const OTHER_SEPARATORS: [(char, &str); 3] = [(';', "`;`"), ('\t', "tabs"), ('|', "`|`")];

/// A file before its first record.
pub(super) struct Preface {
    /// For CSV: its columns; none where it is empty.
    pub(super) columns: Option<CsvColumns>,
    /// For CSV with a header: its names.
    pub(super) names: Option<Vec<String>>,
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
        let unreadable = |error: io::Error| unreadable(path, &error);
        let modified = modified(path).map_err(unreadable)?;
        let mut input = Input::open(path, 0)?;
        if settings.follow && input.packing != Packing::Plain {
            return Err(failed(
                path,
                "is compressed and cannot be followed; hint: `follow = false`",
            ));
        }
        let first = beginning(&mut input.bytes).map_err(unreadable)?;
        check_encoding(path, &first)?;
        let marked = first.starts_with(BYTE_ORDER_MARK);
        let end = if marked { BYTE_ORDER_MARK.len() as u64 } else { 0 };
        let without_header = |columns| Self { columns, names: None, end, modified, warning: None };
        match (settings.format, settings.header) {
            (Format::Json, _) => return Ok(without_header(None)),
            (Format::Csv, Some(false)) => {
                return Ok(without_header(Some(CsvColumns::in_schema_order(schema))));
            }
            (Format::Csv, _) => {}
        }
        let rest = Input::open(path, end)?.bytes;
        let mut lines = Lines::new(rest, settings.format, end, settings.follow);
        let mut is_empty = true;
        for _ in 0..=LINES_BEFORE_MAX {
            let (line, header_end) = match lines.step().map_err(unreadable)? {
                Step::Record(Line { value, end }) => (&lines.buffer()[value], end),
                Step::End => break,
                Step::Wait => {
                    let path = path.display();
                    let message =
                        format!("file `{path}` has no first line yet to tell its columns");
                    return Err(SourceError::Unavailable { missing: Missing::FirstLine, message });
                }
            };
            is_empty = false;
            check_separator(path, line)?;
            if let Some((columns, names)) = header(settings, line, schema)? {
                let warning = missing(&columns, schema)
                    .map(|names| format!("file `{}` has no column for {names}", path.display()));
                let (columns, names) = (Some(columns), Some(names));
                return Ok(Self { columns, names, end: header_end, modified, warning });
            }
            if !is_before_header(line) {
                break;
            }
        }
        let columns = (!is_empty).then(|| CsvColumns::in_schema_order(schema));
        Ok(without_header(columns))
    }
}

/// True for a line that some programs write before the header.
fn is_before_header(line: &[u8]) -> bool {
    line.starts_with(b"#") || separator(line).is_some()
}

/// The separator in a line such as `sep=;`, which Excel writes and reads.
fn separator(line: &[u8]) -> Option<&str> {
    let line = std::str::from_utf8(line).ok()?.trim().trim_matches('"');
    let (key, mark) = line.split_once('=')?;
    let is_one = mark.chars().count() == 1;
    (key.eq_ignore_ascii_case("sep") && is_one).then_some(mark)
}

fn check_separator(path: &Path, line: &[u8]) -> Result<(), SourceError> {
    match separator(line) {
        None | Some(",") => Ok(()),
        Some(other) => Err(separated(path, &format!("`{other}`"))),
    }
}

fn separated(path: &Path, by: &str) -> SourceError {
    let problem = format!(
        "has columns that are separated by {by}; hint: save it with commas between its columns, or \
         say `header = false` to read it as it is"
    );
    failed(path, &problem)
}

/// The columns that a line names, and their names, if the line is a header.
fn header(
    settings: &FileSettings,
    line: &[u8],
    schema: &Schema,
) -> Result<Option<(CsvColumns, Vec<String>)>, SourceError> {
    // A header behind the mark of a comment is one too.
    let forms = [line.strip_prefix(b"#"), Some(line)];
    let mut forms = forms.into_iter().flatten().map(cells);
    let is_header = |cells: &Vec<String>| {
        let names: Vec<&str> = cells.iter().map(String::as_str).collect();
        CsvColumns::is_header(&names, schema)
    };
    let is_asked_for = settings.header == Some(true) && !is_before_header(line);
    let found = forms.find(is_header).or_else(|| is_asked_for.then(|| cells(line)));
    let Some(names) = found else {
        let text = String::from_utf8_lossy(line);
        let by = OTHER_SEPARATORS.iter().find(|(mark, _)| {
            let names: Vec<String> = text.split(*mark).map(str::to_owned).collect();
            names.len() > 1 && is_header(&names)
        });
        return by.map_or(Ok(None), |(_, by)| Err(separated(&settings.path, by)));
    };
    let plain: Vec<&str> = names.iter().map(String::as_str).collect();
    let columns = CsvColumns::from_header(&plain, schema).map_err(|error| {
        failed(
            &settings.path,
            &format!("cannot be read by its first line: {error}; hint: name each column once, or say `header = false`"),
        )
    })?;
    let field_names =
        columns.schema_indexes().iter().zip(&names).map(|(field, name)| match field {
            Some(field) => schema.fields()[*field].name.clone(),
            None => name.trim().to_owned(),
        });
    let field_names = field_names.collect();
    Ok(Some((columns, field_names)))
}

fn cells(line: &[u8]) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line);
    let first = reader.records().next().and_then(Result::ok).unwrap_or_default();
    first.iter().map(str::to_owned).collect()
}

/// The fields without a column, as a list for people.
fn missing(columns: &CsvColumns, schema: &Schema) -> Option<String> {
    let names: Vec<_> = columns.missing(schema).iter().map(|n| format!("`{n}`")).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

fn modified(path: &Path) -> io::Result<i64> {
    let modified = fs::metadata(path)?.modified()?;
    // A file from before 1970 is stamped 1970.
    Ok(modified.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as i64))
}

//! The author's cases: rows in, table out, in a file that reads as what the metric means.
//!
//! ```toml
//! [[case]]
//! name = "one row a province"
//! config = { top = 3 }          # may be left out
//! rows = '''
//! province,age
//! 广东省,1
//! \N,2
//! '''
//! result = '''
//! province,events
//! 广东省,1
//! '''
//! ```
//!
//! `rows` and `result` are CSV with the names of inputs and outputs; `\N` is a missing value. A
//! result may name some of the outputs only. `refused = [2]` names the rows, counted from 1, that
//! the plugin refuses.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;
use streamgauge_core::FieldType;
use thiserror::Error;

use super::check::{Check, Failure};
use super::compare::{ROUNDING, text};
use super::difference::Difference;
use super::lab::Lab;
use super::rows::{Datum, NULL, csv};
use streamgauge_pipeline::MetricSettings;
use streamgauge_plugin::{Cell, Input, Plugin, ResultTable, Runtime, field_type};

/// A file of cases.
#[derive(Debug)]
pub struct Cases {
    path: PathBuf,
    cases: Vec<Case>,
}

/// Why a file of cases cannot be read.
#[derive(Debug, Error)]
#[error("cases in {}: {words}", path.display())]
pub struct CasesError {
    path: PathBuf,
    words: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    case: Vec<Case>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    config: Option<Value>,
    rows: String,
    result: String,
    #[serde(default)]
    refused: Vec<usize>,
}

impl Cases {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// The file cannot be read, or is no file of cases.
    pub fn read(path: &Path) -> Result<Self, CasesError> {
        let wrong = |words: String| CasesError { path: path.to_owned(), words };
        let text = fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        let file: File =
            toml::from_str(&text).map_err(|error| wrong(error.to_string().trim().to_owned()))?;
        Ok(Self { path: path.to_owned(), cases: file.case })
    }

    /// The number of cases in the file.
    pub fn len(&self) -> usize {
        self.cases.len()
    }

    /// True if the file holds no cases.
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }

    /// Holds the plugin of `settings` against each case; a case without a configuration has that
    /// of `settings`.
    pub fn check(&self, runtime: &Runtime, settings: &MetricSettings, told: &mut dyn FnMut(Check)) {
        for case in &self.cases {
            let mut settings = settings.clone();
            if let Some(config) = &case.config {
                settings.config = config.clone();
            }
            let failed = match runtime.load(&settings) {
                Ok(plugin) => case.hold(&plugin),
                Err(error) => Err(words(error.to_string())),
            };
            let failure = failed.err().map(|mut difference| {
                difference.words = format!("{}: {}", self.path.display(), difference.words);
                Failure {
                    difference,
                    rows: Some(case.rows.trim().to_owned()),
                    division: String::new(),
                }
            });
            told(Check::new(format!("case \"{}\"", case.name), 1, failure));
        }
    }
}

fn words(words: String) -> Difference {
    Difference { words, sides: None }
}

impl Case {
    fn hold(&self, plugin: &Plugin) -> Result<(), Difference> {
        let rows = read_rows(&self.rows, &plugin.descriptor().inputs).map_err(words)?;
        let rows: Vec<&[Datum]> = rows.iter().map(Vec::as_slice).collect();
        let (refused, result) = Lab::new(plugin).run(false, |bench| {
            let accumulator = bench.create()?;
            let refused = bench.add_all(accumulator, &rows)?;
            Ok((refused, bench.result(accumulator)?))
        })?;
        if let Some((row, why)) = refused.iter().find(|(row, _)| !self.refused.contains(&(row + 1)))
        {
            return Err(words(format!("row {} is refused: {why}", row + 1)));
        }
        let taken = |row: &&usize| !refused.iter().any(|(refused, _)| refused + 1 == **row);
        if let Some(row) = self.refused.iter().find(taken) {
            return Err(words(format!("row {row} is not refused")));
        }
        self.compare(plugin, &result)
    }

    fn compare(&self, plugin: &Plugin, result: &ResultTable) -> Result<(), Difference> {
        let table = records(&self.result).map_err(words)?;
        let outputs = &plugin.descriptor().outputs;
        let known = || outputs.iter().map(|o| o.name.as_str()).collect::<Vec<_>>().join(", ");
        let place = |name: &String| {
            outputs.iter().position(|output| output.name == *name).ok_or_else(|| {
                words(format!("`result` names `{name}`; hint: the outputs are {}", known()))
            })
        };
        let places: Vec<usize> = table.header.iter().map(place).collect::<Result<_, _>>()?;
        let picked = |row: Vec<Cell>| places.iter().map(|at| row[*at].clone()).collect();
        let mut found: Vec<Vec<Cell>> = result.rows().map(picked).collect();
        let mut expected = table.rows;
        // Rows are a set: a reader writes them in the order that is easiest to read.
        found.sort_by_key(|row| row.iter().map(text).collect::<Vec<_>>());
        expected.sort();
        let equal = found.len() == expected.len()
            && found.iter().zip(&expected).all(|(f, e)| f.iter().zip(e).all(|(f, e)| is(f, e)));
        if equal {
            return Ok(());
        }
        let names: Vec<&str> = table.header.iter().map(String::as_str).collect();
        let found = csv(&names, found.iter().map(|row| row.iter().map(text).collect()));
        let expected = csv(&names, expected.into_iter());
        let sides = Some([("expected".to_owned(), expected), ("found".to_owned(), found)]);
        Err(Difference { words: "another result".to_owned(), sides })
    }
}

/// True if a cell has the value of the file, floats within rounding.
fn is(found: &Cell, expected: &str) -> bool {
    match (found, expected.parse::<f64>()) {
        (Cell::Float(found), Ok(expected)) => {
            (found - expected).abs() <= ROUNDING * found.abs().max(expected.abs())
        }
        _ => text(found) == expected,
    }
}

struct Records {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

fn records(text: &str) -> Result<Records, String> {
    let mut reader = csv::ReaderBuilder::new().from_reader(text.trim_start().as_bytes());
    let wrong = |error: csv::Error| format!("not CSV: {error}");
    let texts = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect();
    let header = reader.headers().map(texts).map_err(wrong)?;
    let rows = reader.records().map(|record| record.map(|r| texts(&r)).map_err(wrong));
    Ok(Records { header, rows: rows.collect::<Result<_, _>>()? })
}

fn read_rows(text: &str, inputs: &[Input]) -> Result<Vec<Vec<Datum>>, String> {
    let table = records(text)?;
    let known = || inputs.iter().map(|i| i.name.as_str()).collect::<Vec<_>>().join(", ");
    if let Some(name) = table.header.iter().find(|name| !inputs.iter().any(|i| i.name == **name)) {
        return Err(format!("`rows` names `{name}`; hint: the inputs are {}", known()));
    }
    let place = |input: &Input| {
        let found = table.header.iter().position(|name| *name == input.name);
        found.ok_or_else(|| format!("`rows` lacks the input `{}`", input.name))
    };
    let places: Vec<usize> = inputs.iter().map(place).collect::<Result<_, _>>()?;
    let row = |(number, row): (usize, &Vec<String>)| {
        let values = inputs.iter().zip(&places).map(|(input, at)| datum(input, &row[*at]));
        values.collect::<Result<Vec<_>, _>>().map_err(|why| format!("row {}: {why}", number + 1))
    };
    table.rows.iter().enumerate().map(row).collect()
}

fn datum(input: &Input, text: &str) -> Result<Datum, String> {
    let kind = field_type(input.type_);
    if text == NULL {
        let hint = "hint: a host leaves such a record out";
        let refused = format!("`{}` is missing, but the input is not nullable; {hint}", input.name);
        return if input.nullable { Ok(Datum::Null) } else { Err(refused) };
    }
    let read = match kind {
        FieldType::Boolean => text.parse().ok().map(Datum::Boolean),
        FieldType::Unsigned => text.parse().ok().map(Datum::Unsigned),
        FieldType::Integer | FieldType::Timestamp => text.parse().ok().map(Datum::Integer),
        FieldType::Float => text.parse().ok().map(Datum::Float),
        FieldType::Text => Some(Datum::Text(text.into())),
    };
    read.ok_or_else(|| format!("`{}` is `{text}`, which is no {}", input.name, kind.name()))
}

#[cfg(test)]
mod tests;

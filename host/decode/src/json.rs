//! JSON objects. The common record goes through a scanner that expects the shape of the last one;
//! whatever the scanner does not expect goes through `serde_json`. Both give the same verdict on
//! every input: the scanner only ever says "read" or "not for me".

mod block;
mod reference;
mod scanner;
mod tolerant;

#[cfg(test)]
mod agreement_tests;

use streamgauge_core::{Projection, Rejection, Row};

use self::scanner::Scanner;
use super::checked_text;
use super::value::Column;

/// Decodes one JSON object per record.
pub(super) struct JsonDecoder {
    names: Names,
    scanner: Scanner,
}

/// The wanted columns by name.
struct Names {
    sorted: Vec<(Box<str>, Column)>,
}

impl JsonDecoder {
    pub(super) fn new(projection: &Projection) -> Self {
        Self { names: Names::new(projection), scanner: Scanner::default() }
    }

    /// Fills `row`, which has been reset.
    pub(super) fn decode(&mut self, bytes: &[u8], row: &mut Row) -> Result<(), Rejection> {
        if self.scanner.scan(bytes, &self.names, row).is_some() {
            return Ok(());
        }
        let text = checked_text(bytes)?;
        let slots = row.values().len();
        row.reset(slots);
        reference::read(text, &self.names, row)
    }
}

impl Names {
    fn new(projection: &Projection) -> Self {
        let mut sorted: Vec<_> = projection
            .fields()
            .iter()
            .enumerate()
            .map(|(slot, field)| (field.name.as_str().into(), Column::new(slot, field)))
            .collect();
        sorted.sort_by(|(a, _): &(Box<str>, Column), (b, _)| a.cmp(b));
        Self { sorted }
    }

    /// The column of the field `name`, if it is wanted.
    fn column(&self, name: &str) -> Option<Column> {
        let found = self.sorted.binary_search_by(|(n, _)| (**n).cmp(name)).ok()?;
        Some(self.sorted[found].1)
    }
}

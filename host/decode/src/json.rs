//! JSON objects. The common record goes through a scanner that expects the shape of the last one; a
//! record that the scanner does not expect goes through `serde_json`. Both give the same verdict on
//! every input: the scanner only ever says "read" or "not for me".

mod block;
mod names;
mod reference;
mod scanner;
mod tolerant;

#[cfg(test)]
mod agreement_tests;

use streamgauge_core::{Projection, Rejection, Row};

use self::names::Names;
use self::scanner::Scanner;
use super::text::checked_text;

/// Decodes one JSON object per record.
pub(super) struct JsonDecoder {
    names: Names,
    scanner: Scanner,
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

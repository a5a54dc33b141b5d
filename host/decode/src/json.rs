//! JSON objects. The common record goes through a scanner that expects the shape of the last one; a
//! record that the scanner does not expect goes through `serde_json`. Both give the same verdict on
//! every input: the scanner only ever says "read" or "not for me".

mod names;
mod reference;
mod scanner;
mod start;
mod tolerant;
mod word;

#[cfg(test)]
pub(crate) mod agreement_tests;

use streamgauge_core::{Padded, Projection, Rejection, Values};

use self::names::Names;
use self::scanner::Scanner;
pub(super) use self::start::ShortString;
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

    /// Fills `row`, which has nothing.
    #[inline]
    pub(super) fn decode(
        &mut self,
        record: Padded<'_>,
        row: &mut impl Values,
    ) -> Result<(), Rejection> {
        if self.scanner.scan(record, &self.names, row).is_some() {
            return Ok(());
        }
        self.decode_thoroughly(record.record(), row)
    }

    /// The same for a record that the scanner did not expect; it may have left values behind.
    #[inline(never)]
    fn decode_thoroughly(&self, bytes: &[u8], row: &mut impl Values) -> Result<(), Rejection> {
        row.take_back();
        reference::read(checked_text(bytes)?, &self.names, row)
    }
}

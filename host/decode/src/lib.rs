//! From the bytes of a record to the values of a row, which stand in the columns of a batch at once.
//!
//! The whole record is scanned, so that its verdict never depends on which columns are wanted, but
//! values are built only for the projection. A text that can be read without guessing is read:
//! numbers in strings, `08`, `2661.0` for a whole number, empty values, a bare `NaN`. A text that
//! cannot is a [`Rejection`] of the record or a flaw of one value. Rejections and flaws are data,
//! and `required` is left to the core.
//!
//! May know: `core`.
//! Must not know: where records come from, or what becomes of rows.

mod csv;
mod json;
mod key;
mod text;
mod value;

#[cfg(test)]
mod tests;

use streamgauge_core::{
    CsvColumns, Padded, Projection, RECORD_BYTES_MAX, RecordBatch, Rejection, Row, Values,
};

pub use self::csv::Cells;
pub use self::key::KeyReader;

/// Turns records into rows. Each worker has its own decoder, which remembers the shape of the last
/// record.
pub struct Decoder {
    format: FormatDecoder,
    slots: usize,
    /// A record that is decoded for itself, with its margin.
    alone: Vec<u8>,
}

enum FormatDecoder {
    Json(json::JsonDecoder),
    Csv(Box<csv::CsvDecoder>),
}

impl Decoder {
    /// A decoder of JSON objects.
    pub fn json(projection: &Projection) -> Self {
        let format = FormatDecoder::Json(json::JsonDecoder::new(projection));
        Self { format, slots: projection.fields().len(), alone: Vec::new() }
    }

    /// A decoder of CSV rows with these columns.
    pub fn csv(projection: &Projection, columns: &CsvColumns) -> Self {
        let csv = csv::CsvDecoder::new(projection, columns);
        let format = FormatDecoder::Csv(Box::new(csv));
        Self { format, slots: projection.fields().len(), alone: Vec::new() }
    }

    /// Opens a row of `batch`, which is of this decoder's projection, for the record `bytes`, and
    /// fills it. A byte order mark at the record's start is skipped.
    ///
    /// # Errors
    /// The bytes are no record; whatever the open row then has is of no use.
    #[inline]
    pub fn decode_into(&mut self, bytes: &[u8], batch: &mut RecordBatch) -> Result<(), Rejection> {
        if bytes.len() > RECORD_BYTES_MAX {
            return Err(Rejection::TooLarge);
        }
        let (record, mut row) = batch.open(bytes);
        self.format.decode(record, &mut row)
    }

    /// As [`Decoder::decode_into`], into a row for itself.
    ///
    /// # Errors
    /// The bytes are no record; the content of `row` is then of no use.
    pub fn decode(&mut self, bytes: &[u8], row: &mut Row) -> Result<(), Rejection> {
        row.reset(self.slots);
        if bytes.len() > RECORD_BYTES_MAX {
            return Err(Rejection::TooLarge);
        }
        self.alone.clear();
        let record = Padded::append(bytes, &mut self.alone);
        self.format.decode(record, row)
    }
}

impl FormatDecoder {
    #[inline]
    fn decode(&mut self, record: Padded<'_>, row: &mut impl Values) -> Result<(), Rejection> {
        let record = record.without_byte_order_mark();
        match self {
            Self::Json(json) => json.decode(record, row),
            Self::Csv(csv) => csv.decode(record.record(), row),
        }
    }
}

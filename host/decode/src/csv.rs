//! CSV rows, one per record, with a known number of fields. Quotes, doubled quotes and line ends
//! follow RFC 4180 and are read as leniently as `csv-core` reads them.

mod cells;

use streamgauge_core::{CsvColumns, Projection, Rejection, Values};

pub use self::cells::Cells;
use super::text::checked_text;
use super::value::{Column, Token};

/// Decodes one CSV row per record.
pub(super) struct CsvDecoder {
    cells: Cells,
    /// The column that each cell fills; `None` means that the cell is not wanted.
    columns: Vec<Option<Column>>,
}

impl CsvDecoder {
    pub(super) fn new(projection: &Projection, columns: &CsvColumns) -> Self {
        let column = |field: &Option<usize>| {
            let slot = projection.schema_indexes().iter().position(|i| Some(*i) == *field)?;
            Some(Column::new(slot, &projection.fields()[slot]))
        };
        let columns = columns.schema_indexes().iter().map(column).collect();
        Self { cells: Cells::default(), columns }
    }

    /// Fills `row`, which has nothing.
    pub(super) fn decode(&mut self, bytes: &[u8], row: &mut impl Values) -> Result<(), Rejection> {
        let text = checked_text(bytes)?;
        let found = if Cells::has_quotes(text) {
            self.decode_quoted(text, row)?
        } else {
            self.decode_plain(text, row)?
        };
        let expected = self.columns.len();
        if found == expected {
            return Ok(());
        }
        Err(Rejection::FieldCount { expected: expected as u32, found: found as u32 })
    }

    /// Without a quote every comma separates two cells.
    fn decode_plain(&self, text: &str, row: &mut impl Values) -> Result<usize, Rejection> {
        let line = cells::single_line(text)?;
        let mut found = 0;
        for cell in line.split(',') {
            if let Some(Some(column)) = self.columns.get(found) {
                column.store(Token::Text(cell), row);
            }
            found += 1;
        }
        Ok(found)
    }

    fn decode_quoted(&mut self, text: &str, row: &mut impl Values) -> Result<usize, Rejection> {
        let found = self.cells.split(text)?;
        for (number, column) in self.columns.iter().enumerate().take(found) {
            if let Some(column) = column {
                column.store(Token::Text(self.cells.get(number)), row);
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use streamgauge_core::{Field, FieldType, Row, Schema};

    use super::*;

    proptest! {
        /// A row without quotes takes the short way, which gives the same cells as the long way.
        #[test]
        fn both_ways_agree(text in "[a1, \r\n]{0,12}(\r|\n|\r\n)?") {
            let field = |name: &str| Field {
                name: name.to_owned(),
                field_type: FieldType::Text,
                max: None,
                required: false,
            };
            let schema = Schema::new(["a", "b", "c"].map(field).to_vec()).unwrap();
            let projection = Projection::new(&schema, &["a", "b", "c"]);
            let columns = CsvColumns::in_schema_order(&schema);
            let mut decoder = CsvDecoder::new(&projection, &columns);
            prop_assume!(!text.trim_ascii().is_empty());
            let (mut short, mut long) = (Row::default(), Row::default());
            short.reset(3);
            long.reset(3);
            let verdicts =
                (decoder.decode_plain(&text, &mut short), decoder.decode_quoted(&text, &mut long));
            prop_assert_eq!(&verdicts.0, &verdicts.1);
            if verdicts.0.is_ok() {
                prop_assert_eq!(format!("{short:?}"), format!("{long:?}"));
            }
        }
    }
}

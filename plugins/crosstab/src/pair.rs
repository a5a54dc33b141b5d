//! Pairs of keys, and the count of a batch's pairs.

use std::borrow::Cow;

use streamgauge_sdk::Key;
use streamgauge_sdk::prelude::*;

/// The values of both columns in one event.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pair {
    row: AnyKey,
    column: AnyKey,
}

impl Key for Pair {
    fn prefix(&self, shared: usize) -> u64 {
        self.row.prefix(shared)
    }

    fn show(&self) -> Cow<'_, str> {
        format!("{}, {}", self.row.show(), self.column.show()).into()
    }

    fn write(&self, writer: &mut Writer) {
        self.row.write(writer);
        self.column.write(writer);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        Ok(Self { row: AnyKey::read(reader)?, column: AnyKey::read(reader)? })
    }
}

/// Counts every row in which neither key is null.
pub(crate) fn count(counter: &mut Counter<Pair>, rows: &Keys, columns: &Keys) {
    let pair = |row| Some((rows.code(row)?, columns.code(row)?));
    let mut codes: Vec<(usize, usize)> = (0..rows.rows()).filter_map(pair).collect();
    // Sorted, so that the keys of a pair are copied once per batch and not once per row.
    codes.sort_unstable();
    for same in codes.chunk_by(|one, next| one == next) {
        let (row, column) = same[0];
        let pair =
            Pair { row: rows.values()[row].clone(), column: columns.values()[column].clone() };
        counter.record(&pair, same.len() as u64);
    }
}

/// The result: a row for each pair, in order.
pub(crate) fn table(counter: &Counter<Pair>) -> Table {
    let sorted: Vec<_> = counter.iter().collect();
    let counts = sorted
        .iter()
        .map(|(_, events)| i64::try_from(*events).expect("a count of events fits in 63 bits"));
    Table::default()
        .text(sorted.iter().map(|(pair, _)| pair.row.show()))
        .text(sorted.iter().map(|(pair, _)| pair.column.show()))
        .integers(counts)
}

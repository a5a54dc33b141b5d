//! The table of the parts of large accumulators.

use std::collections::BTreeSet;
use std::sync::Arc;

use redb::{ReadableTable, TableError};
use streamgauge_core::PartitionSnapshot;

use super::parts;
use super::tables::{Failed, PARTS, Reading, SNAPSHOTS, Writing};
use crate::store::header::Header;

impl Reading {
    /// A part; `None` where there is none of this number.
    pub(super) fn part(&self, number: u64) -> Result<Option<Arc<[u8]>>, Failed> {
        let table = match self.transaction.open_table(PARTS) {
            Err(TableError::TableDoesNotExist(_)) => return Ok(None),
            table => table?,
        };
        Ok(table.get(number)?.map(|bytes| bytes.value().into()))
    }
}

impl Writing {
    /// The numbers of all parts.
    pub(super) fn parts(&self) -> Result<BTreeSet<u64>, Failed> {
        let table = self.transaction.open_table(PARTS)?;
        table.iter()?.map(|entry| Ok(entry?.0.value())).collect()
    }

    pub(super) fn insert_part(&self, number: u64, bytes: &[u8]) -> Result<(), Failed> {
        self.transaction.open_table(PARTS)?.insert(number, bytes)?;
        Ok(())
    }

    pub(super) fn remove_part(&self, number: u64) -> Result<(), Failed> {
        self.transaction.open_table(PARTS)?.remove(number)?;
        Ok(())
    }

    /// The numbers of the parts that a generation names.
    pub(super) fn named_parts(
        &self,
        header: &Header,
        generation: u64,
    ) -> Result<BTreeSet<u64>, Failed> {
        let table = self.transaction.open_table(SNAPSHOTS)?;
        let mut numbers = BTreeSet::new();
        for partition in header.parts.keys() {
            let Some(bytes) = table.get((generation, *partition))? else { continue };
            // One that is damaged is not read again, with its parts or without.
            if let Ok(snapshot) = PartitionSnapshot::decode(bytes.value()) {
                numbers.extend(parts::numbers(header, &snapshot));
            }
        }
        Ok(numbers)
    }
}

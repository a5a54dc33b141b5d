//! A result cut short: the largest rows, and what the others add up to.

use crate::bindings::exports::streamgauge::metric::largest as wit;
use crate::{Result, Table};

/// The largest rows of a result, and the same keys of results that go with it. See
/// [`Metric::largest`](crate::Metric::largest).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Largest {
    left_out: u64,
    tables: Vec<Table>,
    sums: Vec<Table>,
}

impl Largest {
    /// Without a table yet; `left_out` rows of the first one are not in it.
    pub fn new(left_out: u64) -> Self {
        Self { left_out, ..Self::default() }
    }

    /// Adds the rows of the next accumulator, and one row of what its others add up to.
    #[must_use]
    pub fn table(mut self, rows: Table, sums: Table) -> Self {
        self.tables.push(rows);
        self.sums.push(sums);
        self
    }

    /// How many rows of the first table are left out.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// The rows of each accumulator, for a unit test to compare.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// What the other rows of each accumulator add up to, for a unit test to compare.
    pub fn sums(&self) -> &[Table] {
        &self.sums
    }

    /// As it crosses to the host.
    ///
    /// # Errors
    /// The columns of a table differ in length.
    #[cfg_attr(not(target_family = "wasm"), expect(dead_code, reason = "it crosses on Wasm alone"))]
    pub(crate) fn into_wit(self) -> Result<wit::LargestRows> {
        let all =
            |tables: Vec<Table>| tables.into_iter().map(Table::into_wit).collect::<Result<_>>();
        let Self { left_out, tables, sums } = self;
        Ok(wit::LargestRows { tables: all(tables)?, left_out, sums: all(sums)? })
    }
}

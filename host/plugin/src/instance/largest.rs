//! The optional call for results that may be large: the largest rows, and the sums of the others.

use streamgauge_core::PluginCall;

use super::{Accumulator, Instance};
use crate::bindings::streamgauge::metric::types::Table;
use crate::call_error::CallError;
use crate::descriptor::Descriptor;
use crate::plugin::Plugin;
use crate::table::{self, Cell, ResultTable};

/// A result cut short.
#[derive(Debug)]
pub struct Largest {
    /// The largest rows of the first accumulator, and those of the others at the same keys.
    pub tables: Vec<ResultTable>,
    /// How many rows of the first accumulator are left out.
    pub left_out: usize,
    /// By accumulator, what its other rows add up to; null where values do not add up.
    pub sums: Vec<Vec<Cell>>,
}

impl Instance {
    /// Of the result of the first of `accumulators` the `rows` rows with the largest first measure,
    /// and the others' rows at the same keys. `None` means that the plugin has no shorter way than
    /// the whole result.
    ///
    /// # Errors
    /// The call failed, or a table is not as described.
    pub fn largest(
        &mut self,
        plugin: &Plugin,
        accumulators: &[Accumulator],
        rows: u32,
    ) -> Result<Option<Largest>, CallError> {
        let Some(guest) = self.optional.largest.clone() else { return Ok(None) };
        self.start(PluginCall::Result);
        let handles: Vec<_> = accumulators.iter().map(|accumulator| accumulator.0).collect();
        let got = guest.call_get_largest(&mut self.store, &handles, rows);
        let Some(got) = self.finish(got)? else { return Ok(None) };
        let read = |tables: Vec<Table>, rows_max: u32| {
            if tables.len() != accumulators.len() {
                let (found, expected) = (tables.len(), accumulators.len());
                let reason = format!("the largest rows have {found} tables instead of {expected}");
                return Err(CallError::Contract(reason));
            }
            let read = |table| read(plugin.descriptor(), table, rows_max);
            tables.into_iter().map(read).collect::<Result<Vec<_>, _>>()
        };
        let (tables, sums) = (read(got.tables, rows)?, read(got.sums, 1)?);
        let first = |table: ResultTable| table.rows().next();
        let sums: Option<Vec<_>> = sums.into_iter().map(first).collect();
        let sums = sums.ok_or_else(|| CallError::Contract("a sum has no row".to_owned()))?;
        let Ok(left_out) = u32::try_from(got.left_out) else {
            let reason = format!("{} rows are said to be left out", got.left_out);
            return Err(CallError::Contract(reason));
        };
        let left_out = left_out as usize;
        Ok(Some(Largest { tables, left_out, sums }))
    }
}

fn read(descriptor: &Descriptor, found: Table, rows_max: u32) -> Result<ResultTable, CallError> {
    if found.rows > rows_max {
        let reason =
            format!("a table of the largest rows has {} instead of {rows_max}", found.rows);
        return Err(CallError::Contract(reason));
    }
    table::read(descriptor, found).map_err(|error| CallError::Contract(error.to_string()))
}

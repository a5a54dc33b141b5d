//! Core columns as the arguments of a plugin's `add`: slices of what is there, no copies.

use streamgauge_core::{Column, ColumnValues, InputColumn, RecordBatch};

use super::bindings::streamgauge::metric::types::{
    ColumnParam, DictionaryParam, StringsParam, ValuesParam,
};
use super::call_error::AddError;
use super::descriptor::InputBinding;
use super::instance::{Accumulator, Instance};

/// The columns of some rows of a batch, in the order of a plugin's inputs.
pub struct Columns<'a> {
    rows: u32,
    parts: Vec<Part<'a>>,
}

enum Part<'a> {
    Borrowed(&'a Column, Vec<u8>),
    Picked(Column, Vec<u8>),
    Times(&'a [i64]),
    PickedTimes(Vec<i64>),
}

impl<'a> Columns<'a> {
    /// All rows of `batch`, borrowed.
    pub fn whole(batch: &'a RecordBatch, inputs: &[InputBinding]) -> Self {
        let part = |input: &InputBinding| match input.column {
            InputColumn::EventTime => Part::Times(batch.event_times()),
            InputColumn::Slot { slot, .. } => {
                let column = &batch.columns()[slot];
                Part::Borrowed(column, column.validity(batch.rows()))
            }
        };
        Self { rows: batch.rows(), parts: inputs.iter().map(part).collect() }
    }

    /// Only `rows` (increasing) of `batch`, copied.
    pub fn picked(batch: &'a RecordBatch, inputs: &[InputBinding], rows: &[u32]) -> Self {
        let part = |input: &InputBinding| match input.column {
            InputColumn::EventTime => {
                Part::PickedTimes(rows.iter().map(|r| batch.event_times()[*r as usize]).collect())
            }
            InputColumn::Slot { slot, .. } => {
                let column = batch.columns()[slot].pick(rows);
                let validity = column.validity(rows.len() as u32);
                Part::Picked(column, validity)
            }
        };
        Self { rows: rows.len() as u32, parts: inputs.iter().map(part).collect() }
    }

    /// Adds these rows to `accumulator`.
    ///
    /// # Errors
    /// As [`Instance::add`].
    pub fn add_to(
        &self,
        instance: &mut Instance,
        accumulator: Accumulator,
    ) -> Result<(), AddError> {
        let params: Vec<ColumnParam<'_>> = self.parts.iter().map(param).collect();
        instance.add(accumulator, self.rows, &params)
    }
}

fn param<'a>(part: &'a Part<'a>) -> ColumnParam<'a> {
    match part {
        Part::Borrowed(column, valid) => ColumnParam { values: values(column), valid },
        Part::Picked(column, valid) => ColumnParam { values: values(column), valid },
        Part::Times(times) => ColumnParam { values: ValuesParam::S64s(times), valid: &[] },
        Part::PickedTimes(times) => ColumnParam { values: ValuesParam::S64s(times), valid: &[] },
    }
}

fn values(column: &Column) -> ValuesParam<'_> {
    match column.values() {
        ColumnValues::Booleans(v) => ValuesParam::Booleans(v),
        ColumnValues::U32s(v) => ValuesParam::U32s(v),
        ColumnValues::S64s(v) => ValuesParam::S64s(v),
        ColumnValues::F64s(v) => ValuesParam::F64s(v),
        ColumnValues::Dictionary(d) => ValuesParam::Dictionary(DictionaryParam {
            codes: d.codes(),
            values: StringsParam { offsets: d.offsets(), utf8: d.utf8() },
        }),
    }
}

#[cfg(test)]
mod tests;

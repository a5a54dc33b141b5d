//! The row of a batch that is being filled: its values stand at the ends of the columns already, and
//! can still be replaced or taken back.

use crate::column::{Column, Gap};
use crate::row::{Row, Value, Values};
use crate::short_text::ShortText;

/// How much of a row has been filled.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Open {
    /// The slots that have something.
    filled: usize,
    /// Those of them that have no value.
    gaps: usize,
}

/// Where the values of the next row of a batch go.
#[derive(Debug)]
pub struct OpenRow<'a> {
    columns: &'a mut [Column],
    open: &'a mut Open,
    row: u32,
}

impl Open {
    /// Whether some slot has something.
    #[inline]
    pub(crate) fn is_begun(self) -> bool {
        self.filled > 0
    }

    /// Whether every one of so many slots has something.
    #[inline]
    pub(crate) fn is_complete(self, slots: usize) -> bool {
        self.filled == slots
    }

    /// Whether some slot has no value.
    #[inline]
    pub(crate) fn has_gaps(self) -> bool {
        self.gaps > 0
    }
}

impl<'a> OpenRow<'a> {
    #[inline]
    pub(crate) fn new(columns: &'a mut [Column], open: &'a mut Open, row: u32) -> Self {
        Self { columns, open, row }
    }

    /// Sets every slot to what `row` has there. A value of another type than the column's becomes a
    /// zero.
    pub(crate) fn copy(&mut self, row: &Row) {
        for (column, &value) in self.columns.iter_mut().zip(row.values()) {
            column.push(self.row, value, row);
            self.open.filled += 1;
            self.open.gaps += usize::from(matches!(value, Value::Missing | Value::Invalid(_)));
        }
    }

    /// Every slot that has nothing misses its value.
    pub(crate) fn complete(&mut self) {
        for column in self.columns.iter_mut().filter(|c| c.rows() == self.row as usize) {
            column.append_gap(self.row, Gap::Missing);
            self.open.filled += 1;
            self.open.gaps += 1;
        }
    }

    /// The column of `slot`, in which this row has nothing any more.
    fn emptied(&mut self, slot: usize) -> &mut Column {
        let column = &mut self.columns[slot];
        if column.rows() > self.row as usize {
            self.open.gaps -= usize::from(column.take_back(self.row));
        } else {
            self.open.filled += 1;
        }
        column
    }
}

impl Values for OpenRow<'_> {
    fn take_back(&mut self) {
        for column in self.columns.iter_mut().filter(|c| c.rows() > self.row as usize) {
            column.take_back(self.row);
        }
        *self.open = Open::default();
    }

    fn set(&mut self, slot: usize, value: Value) {
        let row = self.row;
        let has_value = self.emptied(slot).append(row, value);
        self.open.gaps += usize::from(!has_value);
    }

    fn set_text(&mut self, slot: usize, text: &str) {
        let row = self.row;
        let has_value = self.emptied(slot).append_text(row, text);
        self.open.gaps += usize::from(!has_value);
    }

    #[inline]
    fn set_unsigned(&mut self, slot: usize, number: u32) {
        if self.columns.get_mut(slot).is_some_and(|c| c.append_unsigned(self.row, number)) {
            self.open.filled += 1;
        } else {
            self.set(slot, Value::Unsigned(number));
        }
    }

    #[inline]
    fn set_short(&mut self, slot: usize, text: ShortText) -> bool {
        let column = self.columns.get_mut(slot);
        let is_set = column.is_some_and(|column| column.append_short(self.row, text));
        self.open.filled += usize::from(is_set);
        is_set
    }
}

#[cfg(test)]
mod tests;

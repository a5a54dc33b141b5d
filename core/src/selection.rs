//! The rows of a batch that a metric can use. A missing value keeps a row from a metric whose input
//! is not nullable; an invalid value keeps the row from every metric that reads the column. All
//! other rows are handed on, so loading or unloading a metric never changes another metric's rows.

use crate::batch::RecordBatch;
use crate::column::Gap;

/// The source of one input of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputColumn {
    /// A column of the batch.
    Slot {
        /// The column's slot in the projection.
        slot: usize,
        /// True if rows without a value are handed on as null.
        nullable: bool,
    },
    /// The event time of each row (`@event-time`).
    EventTime,
}

/// A row that a metric cannot use, with the slot and the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exclusion {
    /// The row's number in the batch.
    pub row: u32,
    /// The slot of the first of the metric's columns that has no usable value; `None` means the
    /// event time.
    pub slot: Option<usize>,
    /// The reason why that value is not usable.
    pub gap: Gap,
}

/// The rows of a batch that a metric can use.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    excluded: Vec<Exclusion>,
}

impl Selection {
    /// Finds the rows of `batch` that a metric with these `inputs` cannot use.
    pub fn new(batch: &RecordBatch, inputs: &[InputColumn]) -> Self {
        let mut excluded: Vec<Exclusion> = Vec::new();
        for input in inputs {
            match *input {
                InputColumn::Slot { slot, nullable } => {
                    let gaps = batch.columns()[slot].gaps().iter();
                    let unusable = gaps.filter(|(_, gap)| *gap != Gap::Missing || !nullable);
                    let slot = Some(slot);
                    excluded.extend(unusable.map(|&(row, gap)| Exclusion { row, slot, gap }));
                }
                InputColumn::EventTime => {
                    let (slot, gap) = (None, Gap::Missing);
                    excluded.extend(batch.timeless().map(|row| Exclusion { row, slot, gap }));
                }
            }
        }
        // Stable: of several flaws in one row, that of the first input is kept.
        excluded.sort_by_key(|e| e.row);
        excluded.dedup_by_key(|e| e.row);
        Self { excluded }
    }

    /// The rows that the metric cannot use, in increasing order.
    pub fn excluded(&self) -> &[Exclusion] {
        &self.excluded
    }

    /// The rows that are handed on, in increasing order, without those in `refused` (sorted).
    pub fn rows(&self, batch: &RecordBatch, refused: &[u32]) -> Vec<u32> {
        let (mut rows, mut next) = (Vec::with_capacity(batch.rows() as usize), 0);
        let mut refused = refused.iter().copied().peekable();
        let mut excluded = self.excluded.iter().map(|e| e.row).peekable();
        // From each row that is left out to the next one, all are handed on.
        while next < batch.rows() {
            let out =
                [excluded.peek().copied(), refused.peek().copied()].into_iter().flatten().min();
            let end = out.unwrap_or(batch.rows());
            rows.extend(next..end);
            next = end + 1;
            while excluded.next_if(|row| *row < next).is_some() {}
            while refused.next_if(|row| *row < next).is_some() {}
        }
        rows
    }

    /// True if the metric cannot use the row.
    pub fn excludes(&self, row: u32) -> bool {
        self.excluded.binary_search_by_key(&row, |e| e.row).is_ok()
    }
}

#[cfg(test)]
mod tests;

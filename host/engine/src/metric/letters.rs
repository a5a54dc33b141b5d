//! The rows that a metric leaves out, as dead letters.

use streamgauge_core::{InputColumn, RecordBatch, Selection};

use streamgauge_outbox::{DeadLetter, Letters};
use streamgauge_plugin::InputBinding;

/// A letter for each row of `batch` without a value that the metric needs, and for each row that
/// its plugin refused.
pub(super) fn letters_of(
    (partition, metric): (u32, &str),
    inputs: &[InputBinding],
    batch: &RecordBatch,
    selection: &Selection,
    refused: &[(u32, String)],
) -> Letters {
    let mut letters = Letters::default();
    let meta = |row: u32| batch.metas()[row as usize];
    for exclusion in selection.excluded() {
        let has_slot = |input: &&InputBinding| match input.column {
            InputColumn::Slot { slot, .. } => Some(slot) == exclusion.slot,
            InputColumn::EventTime => exclusion.slot.is_none(),
        };
        let field = inputs.iter().find(has_slot).map_or("", |input| &input.name);
        letters.push(&DeadLetter::excluded(
            partition,
            meta(exclusion.row),
            metric,
            field,
            exclusion.gap,
            batch.raw(exclusion.row),
        ));
    }
    for (row, words) in refused {
        let value = batch.raw(*row);
        letters.push(&DeadLetter::refused(partition, meta(*row), metric, words, value));
    }
    letters
}

#[cfg(test)]
mod tests;

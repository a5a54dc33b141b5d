//! Rows that a metric leaves out because its plugin crashes at them.

use std::sync::Arc;

use streamgauge_core::{LeftOut, PluginCall, Poison, PoisonRecord, RecordBatch};
use streamgauge_outbox::{DeadLetter, Letters};
use streamgauge_plugin::Plugin;

/// The rows of `batch` that are left out, with the words of their letters.
pub(super) fn poisoned(
    plugin: &Plugin,
    batch: &RecordBatch,
    left_out: &[LeftOut],
) -> Vec<(u32, String)> {
    let mut rows: Vec<(u32, String)> = Vec::new();
    for LeftOut { offset, reason } in left_out {
        if let Ok(row) = batch.metas().binary_search_by_key(offset, |meta| meta.offset) {
            let call = PluginCall::Add.name();
            let words = format!("`{call}` failed: {reason}; plugin {}", plugin.digest());
            rows.push((row as u32, words));
        }
    }
    rows.sort_by_key(|(row, _)| *row);
    rows
}

/// Takes note of rows that were left out; returns their letters.
pub(super) fn note_poison(
    known: &mut Option<Arc<Poison>>,
    (partition, offered): (u32, u64),
    plugin: &Plugin,
    batch: &RecordBatch,
    rows: &[(u32, String)],
) -> Letters {
    let mut letters = Letters::default();
    let id = &plugin.settings().id;
    for (row, words) in rows {
        let meta = batch.metas()[*row as usize];
        let under = plugin.conditions();
        let before = known.take().filter(|known| known.under == under);
        let mut poison = before.unwrap_or_else(|| Arc::new(Poison { under, records: Vec::new() }));
        Arc::make_mut(&mut poison).push(PoisonRecord { offset: meta.offset, offered });
        *known = Some(poison);
        letters.push(&DeadLetter::poisoned(partition, meta, id, words, batch.raw(*row)));
    }
    letters
}

/// The rows of `refused` without those that were left out before.
pub(super) fn refused_by_plugin(
    refused: Vec<(u32, String)>,
    left_out: &[(u32, String)],
) -> Vec<(u32, String)> {
    let is_left_out = |row: u32| left_out.iter().any(|(of, _)| *of == row);
    refused.into_iter().filter(|(row, _)| !is_left_out(*row)).collect()
}

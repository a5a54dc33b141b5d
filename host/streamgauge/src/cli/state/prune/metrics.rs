//! The states that the current edition keeps of metrics that were removed or changed, and that no
//! metric of the pipeline would take up.

use std::path::Path;

use crate::cli::failure::Failure;
use crate::run::adopt::unused;
use crate::run::prepare::Prepared;
use streamgauge_checkpoint::editions::Editions;
use streamgauge_checkpoint::store::{
    Checkpoint, EmbeddedStore, KeptMetric, StateError, StateReader, StateStore as _,
};

/// These states, where the pipeline is that of `file`.
pub(super) fn unused_states(file: &Path, editions: &Editions) -> Result<Vec<KeptMetric>, Failure> {
    let stored = match StateReader::open(&editions.folder(editions.current())) {
        Ok(Some(reader)) => reader.load()?,
        // A run of an earlier version lets nobody in.
        Ok(None) | Err(StateError::InUse(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let Some(stored) = stored.filter(|stored| !stored.kept.is_empty()) else {
        return Ok(Vec::new());
    };
    let prepared = Prepared::load_without_source(file, |_| {})?;
    Ok(over(&stored, &prepared, editions).into_iter().cloned().collect())
}

/// Removes states, which no run may hold.
pub(super) fn remove(states: &[KeptMetric], editions: &Editions) -> Result<(), Failure> {
    if states.is_empty() {
        return Ok(());
    }
    let mut store = EmbeddedStore::open(&editions.folder(editions.current()))?;
    if let Some(mut newest) = store.load()? {
        newest.kept.retain(|kept| !states.contains(kept));
        store.save(&newest)?;
    }
    Ok(())
}

/// The states that nobody needs. What is shown until another build has caught up is needed.
fn over<'a>(
    stored: &'a Checkpoint,
    prepared: &Prepared,
    editions: &Editions,
) -> Vec<&'a KeptMetric> {
    let own = editions.all().get(&editions.current());
    let is_shown = |kept: &KeptMetric| {
        let shown = own.and_then(|own| own.shown.get(&kept.id));
        shown.is_some_and(|shown| shown.fingerprint == kept.settings)
    };
    let unused = unused(stored, prepared).into_iter();
    unused.filter(|kept| !is_shown(kept)).collect()
}

/// The state in words for people.
pub(super) fn line(kept: &KeptMetric) -> String {
    let accountings = kept.partitions.values().map(|metric| &metric.accounting);
    let rows: u64 = accountings.map(|own| own.on_time + own.late).sum();
    format!("metric {} as it was before, with {rows} records counted", kept.id)
}

//! The states that the current edition keeps of metrics that were removed or changed, and that no
//! metric of the pipeline would take up.

use super::Prune;
use crate::cli::Config;
use crate::cli::failure::Failure;
use crate::run::adopt::unused;
use crate::run::prepare::Prepared;
use streamgauge_checkpoint::editions::Editions;
use streamgauge_checkpoint::store::{
    Checkpoint, EmbeddedStore, KeptMetric, StateError, StateReader, StateStore as _,
};

/// A line for each such state, which is removed if `what` says so.
pub(super) fn prune(
    config: &Config,
    editions: &Editions,
    what: Prune,
) -> Result<Vec<String>, Failure> {
    let folder = editions.folder(editions.current());
    let stored = match StateReader::open(&folder) {
        Ok(Some(reader)) => reader.load()?,
        // A run of an earlier version lets nobody in.
        Ok(None) | Err(StateError::InUse(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let Some(stored) = stored.filter(|stored| !stored.kept.is_empty()) else {
        return Ok(Vec::new());
    };
    let prepared = Prepared::load_without_source(&config.config, |_| {})?;
    let over = over(&stored, &prepared, editions);
    if what == Prune::Remove && !over.is_empty() {
        let mut store = EmbeddedStore::open(&folder)?;
        let Some(mut newest) = store.load()? else { return Ok(Vec::new()) };
        newest.kept.retain(|kept| !over.contains(&kept));
        store.save(&newest)?;
    }
    Ok(over.into_iter().map(line).collect())
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

fn line(kept: &KeptMetric) -> String {
    let accountings = kept.partitions.values().map(|metric| &metric.accounting);
    let rows: u64 = accountings.map(|own| own.on_time + own.late).sum();
    format!("metric {} as it was before, with {rows} records counted", kept.id)
}

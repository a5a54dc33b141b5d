//! The states of metrics that stopped or were taken out, each stored once: a state that does not
//! change any more may be large, and was written with every checkpoint.
//!
//! A snapshot is stored without them, and the header names them by their digests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use redb::{ReadableTable, TableError};
use streamgauge_core::{
    MetricSnapshot, MetricStop, PartitionSnapshot, PartitionState, Position, SnapshotError,
    digest_of,
};

use super::tables::{Failed, Reading, STOPPED, Writing};
use crate::store::KeptMetric;
use crate::store::header::{Header, KeptStates, StoppedStates};

/// The states that were stored by this process, with their digests.
#[derive(Default)]
pub(super) struct Known {
    /// A stop is one `Arc` as long as it lasts, and nothing changes in the meantime.
    stopped: BTreeMap<(u32, String), (Arc<MetricStop>, String)>,
    kept: Vec<(Arc<MetricSnapshot>, String)>,
}

impl Reading {
    /// The bytes with this digest; empty where there are none.
    pub(super) fn stopped(&self, digest: &str) -> Result<Vec<u8>, Failed> {
        let table = match self.transaction.open_table(STOPPED) {
            Err(TableError::TableDoesNotExist(_)) => return Ok(Vec::new()),
            table => table?,
        };
        Ok(table.get(digest)?.map(|bytes| bytes.value().to_vec()).unwrap_or_default())
    }
}

impl Writing {
    pub(super) fn has_stopped(&self, digest: &str) -> Result<bool, Failed> {
        Ok(self.transaction.open_table(STOPPED)?.get(digest)?.is_some())
    }

    pub(super) fn insert_stopped(&self, digest: &str, bytes: &[u8]) -> Result<(), Failed> {
        self.transaction.open_table(STOPPED)?.insert(digest, bytes)?;
        Ok(())
    }

    /// Drops the states of stopped metrics that no checkpoint names any more.
    pub(super) fn keep_stopped(&self, named: &BTreeSet<String>) -> Result<(), Failed> {
        let mut table = self.transaction.open_table(STOPPED)?;
        Ok(table.retain(|digest, _| named.contains(digest))?)
    }
}

/// Stores the states of the metrics that stopped in a partition, where they are not there yet.
/// Returns the snapshot without them, and the bytes that were written.
pub(super) fn store(
    writing: &Writing,
    snapshot: &PartitionSnapshot,
    known: &mut Known,
    named: &mut StoppedStates,
) -> Result<(PartitionSnapshot, u64), Failed> {
    let mut rest = snapshot.clone();
    let mut written = 0;
    for (i, metric) in snapshot.metrics.iter().enumerate() {
        let Some(stop) = metric.phase.stop() else { continue };
        let key = (snapshot.partition, metric.id.clone());
        let of_this = known.stopped.get(&key).filter(|(of, _)| Arc::ptr_eq(of, stop));
        let digest = match of_this.map(|(_, digest)| digest) {
            Some(digest) if writing.has_stopped(digest)? => digest.clone(),
            _ => {
                let (digest, bytes) = insert(writing, snapshot.partition, metric)?;
                written += bytes;
                known.stopped.insert(key, (Arc::clone(stop), digest.clone()));
                digest
            }
        };
        named.entry(snapshot.partition).or_default().insert(metric.id.clone(), digest);
        rest.metrics[i].windows = Vec::new();
    }
    Ok((rest, written))
}

/// Stores a state where it is not there yet; returns its digest, and the bytes that were written.
fn insert(
    writing: &Writing,
    partition: u32,
    metric: &MetricSnapshot,
) -> Result<(String, u64), Failed> {
    let bytes = encode(partition, metric);
    let digest = digest_of(&bytes).to_string();
    if writing.has_stopped(&digest)? {
        return Ok((digest, 0));
    }
    writing.insert_stopped(&digest, &bytes)?;
    Ok((digest, bytes.len() as u64))
}

/// Stores the states of metrics that were taken out, where they are not there yet; returns what
/// the header tells of them, and the bytes that were written.
pub(super) fn store_kept(
    writing: &Writing,
    kept: &[KeptMetric],
    known: &mut Known,
) -> Result<(Vec<KeptStates>, u64), Failed> {
    let mut written = 0;
    let mut all = Vec::new();
    for metric in kept {
        let mut partitions = BTreeMap::new();
        for (partition, state) in &metric.partitions {
            let of_this = known.kept.iter().find(|(of, _)| Arc::ptr_eq(of, state));
            let digest = match of_this {
                Some((_, digest)) if writing.has_stopped(digest)? => digest.clone(),
                _ => {
                    let (digest, bytes) = insert(writing, *partition, state)?;
                    written += bytes;
                    known.kept.push((Arc::clone(state), digest.clone()));
                    digest
                }
            };
            partitions.insert(*partition, digest);
        }
        let (id, settings) = (metric.id.clone(), metric.settings.clone());
        all.push(KeptStates { id, settings, partitions });
    }
    Ok((all, written))
}

/// The metrics that were taken out, with their states.
pub(super) fn kept(
    reading: &Reading,
    header: &Header,
) -> Result<Result<Vec<KeptMetric>, SnapshotError>, Failed> {
    let mut all = Vec::new();
    for metric in &header.kept {
        let mut partitions = BTreeMap::new();
        for (partition, digest) in &metric.partitions {
            let bytes = reading.stopped(digest)?;
            let state =
                if digest_of(&bytes).to_string() == *digest { decode(&bytes) } else { None };
            let Some(state) = state else { return Ok(Err(SnapshotError::Damaged)) };
            partitions.insert(*partition, Arc::new(state));
        }
        let (id, settings) = (metric.id.clone(), metric.settings.clone());
        all.push(KeptMetric { id, settings, partitions });
    }
    Ok(Ok(all))
}

/// Puts the states that `header` names into a snapshot that was stored without them.
pub(super) fn restore(
    reading: &Reading,
    header: &Header,
    snapshot: &mut PartitionSnapshot,
) -> Result<Result<(), SnapshotError>, Failed> {
    for (id, digest) in header.stopped.get(&snapshot.partition).into_iter().flatten() {
        let bytes = reading.stopped(digest)?;
        let state = if digest_of(&bytes).to_string() == *digest { decode(&bytes) } else { None };
        let metric = snapshot.metrics.iter_mut().find(|metric| metric.id == *id);
        let (Some(state), Some(metric)) = (state, metric) else {
            return Ok(Err(SnapshotError::Damaged));
        };
        metric.windows = state.windows;
    }
    Ok(Ok(()))
}

/// The digests that a header names.
pub(super) fn digests(header: &Header) -> BTreeSet<String> {
    let stopped = header.stopped.values().flat_map(BTreeMap::values);
    let kept = header.kept.iter().flat_map(|metric| metric.partitions.values());
    stopped.chain(kept).cloned().collect()
}

/// A metric alone, as the snapshot of a partition that has nothing else.
fn encode(partition: u32, metric: &MetricSnapshot) -> Vec<u8> {
    PartitionSnapshot {
        partition,
        position: Position::default(),
        late_samples: Vec::new(),
        state: PartitionState::starting_at(0),
        metrics: vec![metric.clone()],
    }
    .encode()
}

fn decode(bytes: &[u8]) -> Option<MetricSnapshot> {
    PartitionSnapshot::decode(bytes).ok()?.metrics.pop()
}

//! The stored state that an audit is about.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use streamgauge_core::{FinalPane, PartitionSnapshot};

/// What is held against the log.
#[derive(Clone, Copy)]
pub struct Stored<'a> {
    /// The states of the partitions.
    pub partitions: &'a [Arc<PartitionSnapshot>],
    /// The final panes that are kept with them.
    pub panes: &'a StoredPanes,
    /// An earlier state of the same run, at which reading begins; `None` means at the origin.
    pub kept: Option<&'a [Arc<PartitionSnapshot>]>,
}

/// The digests of stored final panes: a history of any size takes little of it.
#[derive(Debug, Default)]
pub struct StoredPanes {
    /// By partition and metric.
    digests: BTreeMap<(u32, String), BTreeSet<[u8; 32]>>,
}

impl StoredPanes {
    /// Takes in a stored pane.
    pub fn add(&mut self, pane: &FinalPane) {
        let of = self.digests.entry((pane.partition, pane.metric.clone())).or_default();
        of.insert(pane.digest().0);
    }

    /// The panes of a metric in a partition.
    pub(super) fn of(&self, partition: u32, metric: &str) -> Option<&BTreeSet<[u8; 32]>> {
        self.digests.get(&(partition, metric.to_owned()))
    }
}

impl<'a> Stored<'a> {
    /// The kept state of a partition.
    pub(super) fn kept_of(&self, partition: u32) -> Option<&'a Arc<PartitionSnapshot>> {
        self.kept?.iter().find(|kept| kept.partition == partition)
    }
}

//! What the publisher sees at one look.

use std::collections::BTreeMap;

use streamgauge_checkpoint::CheckpointReport;
use streamgauge_kafka::{PartitionHealth, PartitionTrouble};
use streamgauge_outbox::Overview;

use crate::run::cause::Cause;

/// What is seen at one look, besides what the publisher keeps.
pub(super) struct Seen<'a> {
    pub(super) overview: &'a Overview,
    /// Partitions that stand still because of a gap in their log, with the cause.
    pub(super) parked: &'a BTreeMap<u32, Cause>,
    /// How the partitions of a topic stand.
    pub(super) sources: BTreeMap<u32, PartitionHealth>,
    pub(super) checkpoints: CheckpointReport,
}

impl Seen<'_> {
    /// What keeps the records of a partition from coming.
    pub(super) fn trouble(&self, partition: u32) -> Option<&PartitionTrouble> {
        self.sources.get(&partition)?.trouble.as_ref()
    }

    /// The trouble of the first partition, where every partition that is read has one.
    pub(super) fn trouble_of_all(&self) -> Option<&PartitionTrouble> {
        let mut troubles = self.sources.values().map(|health| health.trouble.as_ref());
        let first = troubles.next()??;
        troubles.all(|trouble| trouble.is_some()).then_some(first)
    }
}

//! The head of a checkpoint: everything except the partitions, as JSON with a digest.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use streamgauge_core::{PartitionSnapshot, SnapshotError, digest_of, seal, unseal};

use super::{Checkpoint, KeptMetric};

/// The header of a checkpoint, with the fields of docs/state-format.md.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    pub(super) generation: u64,
    /// The time of the checkpoint, in milliseconds since the Unix epoch.
    pub(super) created: i64,
    pub(super) settings: BTreeMap<String, String>,
    pub(super) dead_letter_bytes: u64,
    pub(super) dead_letters: u64,
    /// Left out where 0, as is `late_output_segment`: states without rotation are older.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) dead_letter_segment: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) late_output_segment: u64,
    /// Left out where 0, as is `late_output_records`: states without late output are older.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) late_output_bytes: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) late_output_records: u64,
    /// Left out where unknown, as is `late_output_to`: such states are older.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) dead_letters_to: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) late_output_to: Option<String>,
    /// Left out where empty: states without an identity are older.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) identity: String,
    /// The SHA-256 of each partition's snapshot bytes, by number of the partition.
    pub(super) partitions: BTreeMap<u32, String>,
    /// Left out where empty: in an export, and where no metric was taken out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) kept: Vec<KeptStates>,
    /// Left out where empty: in an export, and where no metric stopped.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) stopped: StoppedStates,
    /// Left out where empty: in an export, and where no accumulator is large.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) parts: PartNames,
}

/// By partition and metric, the places among its accumulators where the snapshot has the names of
/// parts that are stored apart.
pub(super) type PartNames = BTreeMap<u32, BTreeMap<String, Vec<u32>>>;

/// A metric that was taken out, or was another one, with the SHA-256 of its state by partition. The
/// states are stored apart, as those of metrics that stopped.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeptStates {
    pub(super) id: String,
    pub(super) settings: String,
    pub(super) partitions: BTreeMap<u32, String>,
}

/// By partition and metric, the SHA-256 of the state of a metric that stopped, which is stored apart.
pub(super) type StoppedStates = BTreeMap<u32, BTreeMap<String, String>>;

impl Header {
    pub(super) fn new(
        generation: u64,
        created: i64,
        checkpoint: &Checkpoint,
        partitions: BTreeMap<u32, String>,
    ) -> Self {
        Self {
            generation,
            created,
            settings: checkpoint.settings.clone(),
            dead_letter_bytes: checkpoint.dead_letter_bytes,
            dead_letters: checkpoint.dead_letters,
            dead_letter_segment: checkpoint.dead_letter_segment,
            late_output_segment: checkpoint.late_output_segment,
            late_output_bytes: checkpoint.late_output_bytes,
            late_output_records: checkpoint.late_output_records,
            dead_letters_to: checkpoint.dead_letters_to.clone(),
            late_output_to: checkpoint.late_output_to.clone(),
            identity: checkpoint.identity.clone(),
            partitions,
            kept: Vec::new(),
            stopped: StoppedStates::new(),
            parts: PartNames::new(),
        }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        seal(serde_json::to_vec(self).expect("texts and numbers are JSON"))
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, SnapshotError> {
        serde_json::from_slice(unseal(bytes)?).map_err(|_| SnapshotError::Damaged)
    }

    /// True for the bytes of `partition`'s snapshot.
    pub(super) fn is_digest(&self, partition: u32, bytes: &[u8]) -> bool {
        self.partitions.get(&partition) == Some(&digest_of(bytes).to_string())
    }

    /// The snapshot of `partition`; the SHA-256 of its bytes has to be the one in this header.
    pub(super) fn snapshot(
        &self,
        partition: u32,
        bytes: &[u8],
    ) -> Result<PartitionSnapshot, SnapshotError> {
        if !self.is_digest(partition, bytes) {
            return Err(SnapshotError::Damaged);
        }
        PartitionSnapshot::decode(bytes)
    }

    /// The whole checkpoint, from this header and the states. Final panes are kept apart.
    pub(super) fn into_checkpoint(
        self,
        partitions: Vec<Arc<PartitionSnapshot>>,
        kept: Vec<KeptMetric>,
    ) -> Checkpoint {
        Checkpoint {
            settings: self.settings,
            partitions,
            kept,
            final_panes: Vec::new(),
            dead_letter_bytes: self.dead_letter_bytes,
            dead_letters: self.dead_letters,
            dead_letter_segment: self.dead_letter_segment,
            late_output_segment: self.late_output_segment,
            late_output_bytes: self.late_output_bytes,
            late_output_records: self.late_output_records,
            dead_letters_to: self.dead_letters_to,
            late_output_to: self.late_output_to,
            identity: self.identity,
            stored_at: Some(self.created),
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

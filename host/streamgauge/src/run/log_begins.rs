//! Where logs no longer reach back to the origins of their partitions, for who builds a metric anew.

use std::sync::Arc;

use streamgauge_core::PartitionSnapshot;
use streamgauge_pipeline::{Pipeline, SourceSettings};
use streamgauge_source::Log;

/// The first offset of each partition's log that no longer holds its first records, as
/// `PARTITION@OFFSET`. Nothing where the log cannot be asked now: a build tells it when it begins.
pub(super) fn log_begins(
    pipeline: &Pipeline,
    partitions: &[Arc<PartitionSnapshot>],
) -> Vec<String> {
    if !matches!(pipeline.source, SourceSettings::Kafka(_)) {
        return Vec::new();
    }
    let Ok(log) = Log::open(&pipeline.source, &pipeline.schema, None) else { return Vec::new() };
    let begins = |partition: &Arc<PartitionSnapshot>| {
        let (low, _) = log.held(partition.partition)?;
        (low > partition.state.origin).then(|| format!("{}@{low}", partition.partition))
    };
    partitions.iter().filter_map(begins).collect()
}

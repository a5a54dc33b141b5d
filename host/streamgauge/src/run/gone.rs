//! Records that a log no longer holds, told before a metric is counted from the log's beginning.
//!
//! Deliberately absent: which metrics lack them. One that is taken up again where it was may need
//! none of them.

use std::sync::Arc;

use streamgauge_core::{LatenessClock, PartitionSnapshot};
use streamgauge_pipeline::Pipeline;
use streamgauge_source::{Log, SourceError};
use streamgauge_wire::Difference;

/// The most partitions that are named.
const NAMED_MAX: usize = 4;

/// The records of `partitions` that metrics would lack which `changes` builds from the log, in words;
/// `None` means that there are none.
///
/// # Errors
/// The log cannot be asked.
pub fn gone(
    pipeline: &Pipeline,
    partitions: &[Arc<PartitionSnapshot>],
    changes: &Difference,
) -> Result<Option<String>, SourceError> {
    let clock = pipeline.lateness.clock;
    if changes.background.is_empty() || clock == LatenessClock::Processing {
        return Ok(None);
    }
    let first = partitions.first().map(|partition| &**partition);
    let log = Log::open(&pipeline.source, &pipeline.schema, first)?;
    let lows = partitions.iter().filter_map(|partition| {
        let (low, _) = log.held(partition.partition)?;
        Some((partition.partition, partition.state.origin, low))
    });
    Ok(words(lows))
}

/// Partition, the offset at which reading it began, and the first one that its log holds.
fn words(lows: impl Iterator<Item = (u32, i64, i64)>) -> Option<String> {
    let is_cut = |(_, origin, low): &(u32, i64, i64)| low > origin;
    let range =
        |(partition, origin, low)| format!("{partition}@{origin} to {partition}@{}", low - 1);
    let mut ranges: Vec<String> = lows.filter(is_cut).map(range).collect();
    let more = ranges.len().saturating_sub(NAMED_MAX);
    ranges.truncate(NAMED_MAX);
    let more = if more == 0 { String::new() } else { format!(" and of {more} more partitions") };
    (!ranges.is_empty()).then(|| {
        format!(
            "the log no longer holds records {}{more}: a metric that is counted from its beginning \
             lacks them",
            ranges.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_named_and_counted() {
        let lows = |lows: &[(u32, i64, i64)]| words(lows.iter().copied());
        assert_eq!(lows(&[]), None);
        assert_eq!(lows(&[(0, 5, 5), (1, 5, 0)]), None);
        let one = "the log no longer holds records 1@5 to 1@6: a metric that is counted from its \
                   beginning lacks them";
        assert_eq!(lows(&[(0, 5, 5), (1, 5, 7)]).as_deref(), Some(one));
        let many: Vec<_> = (0..6).map(|partition| (partition, 0, 1)).collect();
        let told = lows(&many).expect("all were cut");
        assert!(told.contains("3@0 to 3@0 and of 2 more partitions: "), "{told}");
    }
}

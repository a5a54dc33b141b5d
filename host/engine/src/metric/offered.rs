//! The rows that are handed to a metric.

use super::placed::Placed;
use streamgauge_core::{EventTime, MetricPlace, RecordBatch, RecordRange};

/// A hand-over to the metrics: the rows of one partition since the last one.
#[derive(Clone, Copy)]
pub struct Offered<'a> {
    /// The number of the partition that the rows are of.
    pub partition: u32,
    /// The rows on time.
    pub on_time: &'a RecordBatch,
    /// The rows that are late.
    pub late: &'a RecordBatch,
    /// The watermark after the last record.
    pub watermark: Option<EventTime>,
    /// The offset after the last record.
    pub next_offset: i64,
    /// The place at that offset.
    pub place: MetricPlace,
    /// Where the metrics before placed the rows; `None` means that each metric places them itself.
    pub placed: Option<&'a Placed>,
}

impl Offered<'_> {
    /// The records of the rows, from the first one to the last.
    pub(super) fn records(self) -> Option<RecordRange> {
        let offsets = || {
            let batches = [self.on_time, self.late].into_iter();
            batches.flat_map(RecordBatch::metas).map(|meta| meta.offset)
        };
        let (first, last) = (offsets().min()?, offsets().max()?);
        Some(RecordRange { partition: self.partition, first, last })
    }
}

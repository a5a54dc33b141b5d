//! The rows of one hand-over, by verdict.

use streamgauge_core::{ByLateness, RecordBatch};

/// The rows on time and the late ones.
pub(super) type Batches<'a> = ByLateness<&'a RecordBatch>;

//! The semantics of Streamgauge, pure: the same records and settings give the same state,
//! whatever the batch size, the number of workers, the time of day or the crashes in between.
//!
//! Time and bytes come in as arguments, decisions go out as values; the host acts on the
//! decisions. Rules that two crates must share, because their results must agree, stand here too:
//! how a window is written, which column of a CSV holds which field, how large a record may be.
//!
//! May know: nothing outside of itself but the libraries for civil time, hashing and error types.
//! Must not know: clocks, files, sockets, threads, async, JSON, settings files, plugins, Kafka.
//!
//! The way of a record: a decoder opens a row of a pending [`RecordBatch`] and fills it;
//! [`Partition::accept_open`] takes the row back, or gives it an event time and a verdict (on time or
//! late) and closes it; the host hands the batches to metrics and takes a [`PartitionSnapshot`] at a batch boundary.

mod accounting;
mod batch;
mod block;
mod bytes;
mod civil;
mod column;
mod csv_columns;
mod dictionary;
mod earlier;
mod gap;
mod histogram;
mod late_sample;
mod latency;
mod lateness;
mod leap;
mod log_end;
mod log_linear;
mod marks;
mod open_row;
mod padded;
mod panes;
mod partition;
mod placing;
mod plan;
pub mod random;
mod recent_panes;
mod record;
mod rfc3339;
mod row;
mod schema;
mod selection;
mod short_text;
mod snapshot;
#[cfg(test)]
mod testing;
mod time;
mod timestamp;
mod units;
mod watermark;
mod window;
mod window_set;
pub mod words;

pub use accounting::{Accounting, MetricAccounting, RejectionCounts};
pub use batch::{RecordBatch, Verdict};
pub use block::{Block, BlockBuffer, BlockIndex, BlockLimits, Fetched, Record, Run, Supply};
pub use column::{Column, ColumnValues, Gap};
pub use csv_columns::{CsvColumns, HeaderError};
pub use dictionary::Dictionary;
pub use earlier::Earlier;
pub use gap::{GAPS_MAX, GapKind, OffsetGap};
pub use histogram::{LatenessHistogram, bucket_range};
pub use late_sample::{LATE_SAMPLES_MAX, LateSample, SAMPLE_BYTES_MAX, beginning};
pub use latency::LatencyHistogram;
pub use lateness::{ByLateness, Lateness};
pub use leap::WatermarkLeap;
pub use log_end::{LogEnd, ReadFrom};
pub use marks::{MARKS_MAX, Mark, Marks};
pub use open_row::OpenRow;
pub use padded::Padded;
pub use panes::Panes;
pub use partition::{Outcome, Partition, PartitionState, RowBuffers, SEMANTICS};
pub use placing::{Place, Placing};
pub use plan::{LatenessClock, Plan};
pub use record::{
    BYTE_ORDER_MARK, Flaw, RECORD_BYTES_MAX, RecordMeta, Rejection, TEXT_BYTES_MAX,
    without_byte_order_mark,
};
pub use rfc3339::{parse_rfc3339, rfc3339};
pub use row::{Row, TextRange, Value, Values};
pub use schema::{Field, FieldType, Projection, Schema, SchemaError};
pub use selection::{Exclusion, InputColumn, Selection};
pub use short_text::ShortText;
pub use snapshot::{
    AccumulatorBytes, Crash, Digest, FileMark, FinalPane, LeftOut, MISSED_MAX, MetricLag,
    MetricPhase, MetricPlace, MetricSnapshot, MetricStop, MissedRecords, POISON_MAX, POISON_ROWS,
    PaneSnapshot, PartitionSnapshot, PluginCall, Poison, PoisonRecord, Position, RecordRange,
    SnapshotError, StopKind, WindowSetSnapshot, digest_of, digest_of_pieces, seal, unseal,
    unseal_version,
};
pub use time::{EventTime, Millis, RecordTime, WallClock};
pub use timestamp::{Fallback, TimestampAssigner, TimestampUnit, Year};
pub use units::{DURATION_UNITS, UnitError, parse_quantity};
pub use watermark::BoundedOutOfOrderness;
pub use window::{
    ParseWindowError, TimeWindow, WINDOWS_TOGETHER_MAX, WindowAsk, WindowAskError, WindowSpec,
    WindowSpecError,
};
pub use window_set::{Retention, WindowBooks, WindowSet};

//! The wire as types: exactly what docs/wire.md says, as JSON for the page and for the API.
//!
//! The types are written and never read, except for the messages of a page ([`FromPage`]). A test
//! (`tests.rs`) makes the types of the page from these types, so both sides cannot differ.
//!
//! May know: nothing of the project.
//! Must not know: where values come from. The rest of the host has types of its own, and one
//! place (`publish`) turns them into the types of the wire.

mod compared;
mod control;
mod frame;
mod headline;
mod live;
mod message;
mod panel;
mod report;
mod source_status;
mod status;
#[cfg(test)]
mod tests;
mod ticker;

pub use compared::Compared;
pub use control::{Difference, Done};
pub use frame::{Frame, MissingStatus, Other, PlaceStatus, Progress, Series, Stale};
pub use headline::{Headline, HeadlineChange, HeadlineNow, HeadlineValue, Headlines};
pub use live::{LiveState, Logo, SeriesByName, StoredCounts, StoredRows};
pub use message::{FromPage, Hello, Look, Points, ToPage};
pub use panel::{Dimension, Label, Layout, LayoutUnit, Localized, Measure, Panel, Threshold};
pub use report::{CheckpointSample, Checkpoints, LatenessReport, RecordSample, Samples};
pub use source_status::{FetchStatus, SourceStatus};
pub use status::{
    AccountingStatus, Cause, CheckpointStatus, Clock, DeadLetterStatus, GapStatus, Happened,
    Health, LateOutputStatus, LeapStatus, MetricStatus, Mode, PartitionStatus, PluginStatus,
    StageStatus, Status, Trouble, WatermarkHeldBy, WindowStatus,
};
pub use ticker::{TICKER_LINES_MAX, TICKER_NEW_MAX, TickerFields, TickerLine, TickerLines};

/// The version of the wire.
pub const PROTO: u32 = 1;

//! Everything that is shown at one moment.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::{
    AccountingStatus, Clock, Frame, Headline, HeadlineValue, Hello, Layout, Panel, Status,
    TickerFields, TickerLines, WindowStatus,
};

/// Everything the server shows at one moment; replaced as a whole.
#[derive(Clone, Debug)]
pub struct LiveState {
    /// The introduction to pages; its `Arc` stays the same until title, zone or rate change, which
    /// they do together with the panels.
    pub hello: Arc<Hello>,
    /// Raised at each change.
    pub seq: u64,
    /// The panels; their `Arc` stays the same until the panels change.
    pub panels: Arc<Vec<Panel>>,
    /// By panel id; the same `Arc` until the frame changes.
    pub frames: BTreeMap<String, Arc<Frame>>,
    /// The figures above the panels; they change together with the panels.
    pub headlines: Arc<Vec<Headline>>,
    /// What the figures are worth, in their order; the same `Arc` until one of them changes.
    pub headline_values: Arc<Vec<HeadlineValue>>,
    /// The places of tiles that panels name; they change together with the panels.
    pub layouts: Arc<Vec<Layout>>,
    /// What the sentences of records are made of; it changes together with the panels. `None` means
    /// that there are none.
    pub ticker: Option<Arc<TickerFields>>,
    /// The newest sentences of records.
    pub ticker_lines: Arc<TickerLines>,
    /// The logo of the page; it changes together with the panels.
    pub logo: Option<Arc<Logo>>,
    /// The clocks of the state, for every client.
    pub clock: Clock,
    /// The status of the pipeline, replaced as a whole.
    pub status: Arc<Status>,
    /// The last five minutes, a point a second.
    pub series: Arc<SeriesByName>,
    /// The counts of the last stored checkpoint, for counters that outlive the process; `None`
    /// means that none is known yet.
    pub stored: Option<Arc<StoredCounts>>,
}

/// A picture of the pipeline's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logo {
    /// What the picture is, as HTTP names it.
    pub media_type: &'static str,
    /// The file as it is, at most 256 KiB.
    pub bytes: Arc<[u8]>,
    /// Another text for each content.
    pub tag: String,
}

/// Counts that a crash does not take back. Monitoring shows these, as a counter that goes back
/// would be taken for one that began anew.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredCounts {
    /// The books of the records.
    pub accounting: AccountingStatus,
    /// Rejected records by reason.
    pub rejected: Vec<(&'static str, u64)>,
    /// Dead letters written out.
    pub dead_letters: u64,
    /// Late records written out; `None` means that late records are only counted.
    pub late_records: Option<u64>,
    /// The rows of each metric.
    pub metrics: Vec<StoredRows>,
}

/// The rows of one metric.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredRows {
    /// The id of the metric in the pipeline.
    pub metric: String,
    /// Rows that are in the result.
    pub folded: u64,
    /// Rows that are left out of the result.
    pub excluded: u64,
    /// The rows that are in no window, by kind of windows.
    pub windows: Vec<WindowStatus>,
}

/// By name, each with a point a second: (milliseconds since the epoch, value).
pub type SeriesByName = BTreeMap<&'static str, Vec<(i64, f64)>>;

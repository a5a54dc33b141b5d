//! Everything that is shown at one moment.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::{Clock, Frame, Panel, Status};

/// Everything the server shows at one moment; replaced as a whole.
#[derive(Clone, Debug)]
pub struct LiveState {
    /// Raised at each change.
    pub seq: u64,
    /// The panels; their `Arc` stays the same until the panels change.
    pub panels: Arc<Vec<Panel>>,
    /// By panel id; the same `Arc` until the frame changes.
    pub frames: BTreeMap<String, Arc<Frame>>,
    /// The clocks of the state, for every client.
    pub clock: Clock,
    /// The status of the pipeline, replaced as a whole.
    pub status: Arc<Status>,
    /// The last five minutes, a point a second.
    pub series: Arc<SeriesByName>,
}

/// By name, each with a point a second: (milliseconds since the epoch, value).
pub type SeriesByName = BTreeMap<&'static str, Vec<(i64, f64)>>;

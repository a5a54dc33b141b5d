//! A log read again with the oracle, for `streamgauge verify`, which compares the outcome with the
//! stored state, and for `streamgauge explain`, which tells about one record. Nothing of the
//! engine's path is used but its sources, which hand over the original bytes.

mod explain;
mod log;
mod part;
mod reading;
mod stored;
mod verify;

pub use explain::{Explanation, NotExplained, explain};
pub use log::Audited;
pub use reading::{Told, VerifyError};
pub use stored::{Stored, StoredPanes};
pub use verify::{Difference, PartitionAudit, Verification, verify};

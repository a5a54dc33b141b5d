//! Looking at a log again with the oracle: what `streamgauge verify` compares with the stored
//! state, and what `streamgauge explain` says of one record. Nothing of the engine's path is used
//! but its sources, which hand over the original bytes.

mod explain;
mod log;
mod verify;

pub use explain::{Explanation, NotExplained, explain};
pub use log::Audited;
pub use verify::{Difference, PartitionAudit, Verification, VerifyError, verify};

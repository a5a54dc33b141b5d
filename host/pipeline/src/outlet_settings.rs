//! The settings of the outlets for dead letters and late records.

use std::path::PathBuf;

/// `[dead_letters.…]` and `[late_output.…]`: at most one of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutletSettings {
    /// A file of JSON lines, resolved against the pipeline file's folder.
    File(PathBuf),
    /// A topic on the source's brokers (only with `[source.kafka]`).
    Kafka(String),
}

//! Why entries could not be written: one variant for each kind of side output.

use std::path::PathBuf;

use thiserror::Error;

/// Why entries could not be written.
#[derive(Debug, Error)]
pub enum SideOutputError {
    /// The file could not be written or synced.
    #[error("{what} {} could not be written: {error}", path.display())]
    File {
        /// The kind of the entries, for the message.
        what: &'static str,
        /// The path of the entries' file.
        path: PathBuf,
        /// The error of the operating system.
        error: std::io::Error,
    },
    /// The brokers did not take the entries.
    #[error("{what} to topic `{topic}` were not acknowledged: {reason}")]
    Kafka {
        /// The kind of the entries, for the message.
        what: &'static str,
        /// The name of the entries' topic.
        topic: String,
        /// The reason in the words of librdkafka.
        reason: String,
    },
}

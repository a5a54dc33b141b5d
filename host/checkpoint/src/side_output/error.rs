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
    /// The file is full, and its limit says that nothing more is written.
    #[error(
        "{what} {} is full: it has {bytes} bytes, and `size_max` is {bytes_max}; hint: move the file \
         away, which is noticed at once, or start again with a larger `size_max` or with \
         when_full = \"rotate\"",
        path.display()
    )]
    Full {
        /// The kind of the entries, for the message.
        what: &'static str,
        /// The path of the entries' file.
        path: PathBuf,
        /// The length of the file.
        bytes: u64,
        /// The limit of the file.
        bytes_max: u64,
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

//! What clients may take.

use std::time::Duration;

/// The most connections where the process may open that many files.
const CONNECTIONS_MAX: usize = 512;

/// The connections for questions about health, beyond those.
pub(super) const RESERVED: usize = 16;

/// The most memory of one answer.
const ANSWER_BYTES_MAX: usize = 8 << 20;

/// The most memory of all answers together.
const ALL_BYTES_MAX: usize = 64 << 20;

/// The most answers at the same time.
pub(super) const ANSWERS_MAX: usize = ALL_BYTES_MAX / ANSWER_BYTES_MAX;

/// The bounds of connections and streams.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) connections: usize,
    /// The time for the head of a request, from the end of the request before.
    pub(super) head: Duration,
    pub(super) streams: usize,
    /// The most bytes of one message from a page.
    pub(super) message_bytes: usize,
    /// A message or a part of an answer that is not taken within this time ends the connection.
    pub(super) send: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let connections = connections_max();
        Self {
            connections,
            head: Duration::from_secs(10),
            streams: connections.min(256),
            message_bytes: 4096,
            send: Duration::from_secs(10),
        }
    }
}

/// The most connections: a quarter of the files that the process may have open, so that sources,
/// state and streams have theirs.
fn connections_max() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let files = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let files = files.and_then(|files| files.split_whitespace().next()?.parse::<usize>().ok());
    files.map_or(CONNECTIONS_MAX, |files| (files / 4).clamp(RESERVED, CONNECTIONS_MAX))
}

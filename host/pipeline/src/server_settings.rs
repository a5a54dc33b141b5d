//! The settings of the dashboard's server.

use std::net::SocketAddr;

use super::secret::Secret;

/// The settings of `[server]`.
#[derive(Clone, Debug, PartialEq)]
pub struct ServerSettings {
    /// The address and port that the dashboard listens at.
    pub listen: SocketAddr,
    /// The most updates a second that a client may ask for (`max_hz`, default 10, at most 50).
    pub max_hz: f64,
    /// The secret that a client must show; `None` means that everyone who reaches the server may
    /// see everything.
    pub token: Option<Secret>,
    /// True if clients with the token may change the pipeline (`control`, default false).
    pub control: bool,
    /// Further origins whose pages may open the stream, such as `https://gauge.example`.
    pub allow_origins: Vec<String>,
    /// Further origins whose pages may show the dashboard in a frame.
    pub frame_ancestors: Vec<String>,
    /// True if other computers may be let in without a token.
    pub public: bool,
    /// True if contents of single records are shown (`show_records`, default true).
    pub show_records: bool,
}

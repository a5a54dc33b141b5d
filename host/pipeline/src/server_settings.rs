//! The settings of the dashboard's server.

use std::net::SocketAddr;

use super::secret::Secret;

/// `[server]`
#[derive(Clone, Debug)]
pub struct ServerSettings {
    /// Where the dashboard listens.
    pub listen: SocketAddr,
    /// How many updates a second a client may ask for (`max_hz`, default 10, at most 50).
    pub max_hz: f64,
    /// What a client must know; none: everyone who reaches it may see everything.
    pub token: Option<Secret>,
    /// Further origins whose pages may open the stream, such as `https://gauge.example`.
    pub allow_origins: Vec<String>,
    /// Further origins whose pages may show the dashboard in a frame.
    pub frame_ancestors: Vec<String>,
    /// Whether other computers may be let in without a token.
    pub public: bool,
    /// Whether contents of single records are shown (`show_records`, default true).
    pub show_records: bool,
}

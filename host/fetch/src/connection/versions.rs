//! Which requests a broker knows.

use kafka_protocol::messages::api_versions_response::ApiVersion;
use kafka_protocol::protocol::Request;

/// Which requests a broker knows, and in which versions.
#[derive(Default)]
pub(crate) struct Versions(pub(crate) Vec<ApiVersion>);

impl Versions {
    /// The highest version of `R` that both know, from `least` on.
    pub(super) fn of<R: Request>(&self, least: i16) -> Option<i16> {
        let known = self.0.iter().find(|known| known.api_key == R::KEY)?;
        let highest = known.max_version.min(R::VERSIONS.max);
        (highest >= known.min_version.max(least)).then_some(highest)
    }
}

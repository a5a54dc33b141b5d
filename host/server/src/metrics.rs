//! `/metrics`: the books of the live state and the host's own measurements, as `OpenMetrics`.

mod books;
#[cfg(test)]
mod tests;

use prometheus_client::encoding::text::{encode_eof, encode_registry};
use streamgauge_telemetry::Telemetry;
use streamgauge_wire::LiveState;

use crate::render::wall_clock_ms;

/// The content type of [`encode`].
pub(super) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Everything as `OpenMetrics` text, the totals taken from `live`.
pub(super) fn encode(telemetry: &Telemetry, live: &LiveState) -> String {
    let mut text = String::new();
    for registry in
        [&books::registry(live, wall_clock_ms()), telemetry.registry(), &books::process()]
    {
        encode_registry(&mut text, registry).expect("writing to a string does not fail");
    }
    encode_eof(&mut text).expect("writing to a string does not fail");
    text
}

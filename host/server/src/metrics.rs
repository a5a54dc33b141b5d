//! `/metrics`: the books of the live state and the host's own measurements, as `OpenMetrics`.

mod books;
mod created;
mod process;
#[cfg(test)]
mod tests;

use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::registry::Registry;
use streamgauge_telemetry::Telemetry;
use streamgauge_wire::LiveState;

use crate::render::wall_clock_ms;
use created::with_created;

/// The content type of [`encode`].
pub(super) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Everything as `OpenMetrics` text, the totals taken from `live`.
pub(super) fn encode(telemetry: &Telemetry, live: &LiveState) -> String {
    let mut text = String::new();
    let mut add = |registry: &Registry| {
        encode_registry(&mut text, registry).expect("writing to a string does not fail");
    };
    add(&books::registry(live, wall_clock_ms()));
    add(&process::registry());
    let mut of_process = String::new();
    for registry in [telemetry.registry(), &books::of_process(&live.status)] {
        encode_registry(&mut of_process, registry).expect("writing to a string does not fail");
    }
    text.push_str(&with_created(&of_process, live.status.started_at as f64 / 1000.0));
    encode_eof(&mut text).expect("writing to a string does not fail");
    text
}

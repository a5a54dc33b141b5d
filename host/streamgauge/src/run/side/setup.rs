//! What side readers are made from.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use streamgauge_outbox::Sides;
use streamgauge_pipeline::Pipeline;
use streamgauge_plugin::Plugin;

use crate::run::pulse::Pulses;
use crate::run::status::RunStatus;

/// The side readers of a run, with what they are made from.
pub(in crate::run) struct SideReaders {
    pub(in crate::run) pipeline: Arc<Pipeline>,
    pub(in crate::run) plugins: Vec<Plugin>,
    pub(in crate::run) run_status: Arc<RunStatus>,
    pub(in crate::run) sides: Arc<Sides>,
    pub(in crate::run) pulses: Pulses,
    /// Raised as long as a bounded run waits for metrics that lag.
    pub(in crate::run) lasts: Arc<AtomicBool>,
}

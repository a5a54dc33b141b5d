//! Workers: records in, batches to the metrics, states out.
//!
//! May know: core, settings, decoders, plugins, sources, outboxes.
//! Must not know: checkpoints, the view, the wire, counters for monitoring, the time of day.

mod metric;
mod worker;

pub use metric::{Compacted, Expected, Metric, NotJoined, Offered, Placed};
pub use worker::{
    Clock, Command, CompactedIn, Configuration, Engine, EngineSetup, Event, Finished, Held,
    Joiners, LateOutput, MetricsIn, Moment, Reply, Role, Setup, run,
};

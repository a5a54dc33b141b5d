//! docs/semantics.md a second time, to hold the engine against: the recount of a log, the
//! explanation of one record, and the laws of plugins.
//!
//! May know: core (digests, times, formats of state), settings, plugins, sources.
//! Must not know: engine, decode, view. The rules are written twice on purpose, here and there.

pub mod audit;
pub mod laws;
mod semantics;

pub use semantics::{
    Effect, EventTimeState, Exclusion, Fallback, FinalPane, Flaw, Gap, GapKind, Histogram,
    LateSample, MergedMetric, MergedWindow, MetricState, MetricVerdict, NotResumed, Oracle,
    OracleError, Outcome, Outside, PaneState, Part, Partition, PartitionState, Placed, Record,
    Rejection, Span, Value, Verdict, WindowPhase, WindowState, WindowVerdict,
};

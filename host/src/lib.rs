//! The host: reads records, keeps event time honest through `streamgauge-core`, hands column
//! batches to sandboxed metric plugins, stores state, serves the dashboard.

pub mod pipeline;
pub mod plugin;
pub mod source;

//! The host: reads records, keeps event time honest through `streamgauge-core`, hands column
//! batches to sandboxed metric plugins, stores state, serves the dashboard.

pub mod announce;
pub mod audit;
pub mod board;
pub mod checkpoint;
mod cli;
pub mod dead_letter;
pub mod decode;
pub mod generator;
pub mod late_record;
pub mod live;
pub mod metric;
pub mod oracle;
pub mod outbox;
pub mod outlet;
pub mod pipeline;
pub mod plugin;
pub mod prepare;
pub mod produce;
pub mod proof;
pub mod result;
pub mod server;
pub mod source;
pub mod sources;
pub mod state;
pub mod stop;
pub mod supervisor;
pub mod telemetry;
pub mod view;
pub mod worker;

pub use cli::main;

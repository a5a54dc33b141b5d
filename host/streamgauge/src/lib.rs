//! The program: commands, one run from start to end, the publisher, and the way into Kafka.
//!
//! May know: everything below.
//! Must not know: how any of it works inside; the crates are told apart so that this one only puts
//! them together.

mod cli;
mod log;
pub mod produce;
pub mod publish;
pub mod run;

pub use cli::main;

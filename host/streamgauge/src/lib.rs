//! The program: commands, one run from start to end, the publisher, and the way into Kafka.
//!
//! May know: everything below.
//! Must not know: how any of it works inside; the crates are told apart so that this one only puts
//! them together.

// A print macro panics where the reader went away or the disk is full: `cli::output` and `log` do not.
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr))]

mod cli;
mod log;
pub mod produce;
pub mod publish;
pub mod run;

pub use cli::main;

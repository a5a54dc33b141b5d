//! One run from start to end: settings and plugins prepared, sources opened, workers supervised,
//! signals watched.

mod adopt;
pub mod announce;
pub mod cause;
pub mod compiler;
pub mod fatal;
pub mod identity;
pub mod opening;
pub mod patience;
pub mod prepare;
pub mod pulse;
pub mod service;
mod side;
pub mod status;
pub mod stop;
pub mod supervisor;

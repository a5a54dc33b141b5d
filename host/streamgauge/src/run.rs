//! One run from start to end: settings and plugins prepared, sources opened, workers supervised,
//! signals watched.

pub mod acts;
pub mod adopt;
pub mod alone;
pub mod announce;
pub mod cause;
mod compactor;
pub mod compiler;
pub mod control;
pub mod control_token;
pub mod current;
pub mod difference;
pub mod edition;
pub mod fatal;
pub(crate) mod former;
pub mod gone;
pub mod handover;
pub mod hangup;
pub mod identity;
pub mod opening;
pub mod patience;
pub mod prepare;
pub mod pulse;
pub mod reload;
pub mod reloading;
pub mod service;
mod side;
pub mod status;
pub mod stop;
pub mod supervisor;

//! docs/semantics.md, executed. The oracle walks through the worked example, and the page has to
//! show the oracle's numbers; then engine and oracle read the same logs, whatever the cuts into
//! batches, and have to come to the same bytes. `cargo xtask build` makes the components for these
//! tests.

#[path = "semantics/agreement.rs"]
mod agreement;
#[path = "semantics/engine.rs"]
mod engine;
#[path = "semantics/example.rs"]
mod example;
#[path = "semantics/merging.rs"]
mod merging;
#[path = "semantics/setting.rs"]
mod setting;
#[path = "semantics/unmoving.rs"]
mod unmoving;

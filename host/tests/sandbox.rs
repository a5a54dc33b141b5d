//! Plugins that are none, and plugins that fail: what is said about them, and that nothing else
//! is touched. `cargo xtask build` makes the two components that this needs: `behavior`, which is
//! a metric of the product, and `faulty`, which fails as it is told.

#[path = "sandbox/component.rs"]
mod component;
#[path = "sandbox/rows.rs"]
mod rows;

#[path = "sandbox/containment.rs"]
mod containment;
#[path = "sandbox/folding.rs"]
mod folding;
#[path = "sandbox/frames.rs"]
mod frames;
#[path = "sandbox/limits.rs"]
mod limits;
#[path = "sandbox/loading.rs"]
mod loading;

//! Components that are no plugins, and plugins at their limits: the messages about them. `cargo
//! xtask build` makes the components that these tests need: metrics of the product, `faulty`, which
//! fails as its configuration asks, and `broken`, which breaks the laws as its own asks.

#[path = "sandbox/component.rs"]
mod component;
#[path = "sandbox/rows.rs"]
mod rows;

#[path = "sandbox/largest.rs"]
mod largest;
#[path = "sandbox/limits.rs"]
mod limits;
#[path = "sandbox/loading.rs"]
mod loading;

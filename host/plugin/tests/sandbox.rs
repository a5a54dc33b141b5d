//! Components that are no plugins, and plugins at their limits: the messages about them. `cargo
//! xtask build` makes the two components that these tests need: `behavior`, which is a metric of
//! the product, and `faulty`, which fails as its configuration asks.

#[path = "sandbox/component.rs"]
mod component;
#[path = "sandbox/rows.rs"]
mod rows;

#[path = "sandbox/limits.rs"]
mod limits;
#[path = "sandbox/loading.rs"]
mod loading;

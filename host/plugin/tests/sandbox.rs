//! Components that are no plugins, and plugins at their limits: what is said about them. `cargo
//! xtask build` makes the two components that this needs: `behavior`, which is a metric of the
//! product, and `faulty`, which fails as it is told.

#[path = "sandbox/component.rs"]
mod component;
#[path = "sandbox/rows.rs"]
mod rows;

#[path = "sandbox/limits.rs"]
mod limits;
#[path = "sandbox/loading.rs"]
mod loading;

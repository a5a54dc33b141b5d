//! Plugins that fail: what is said about them, and that nothing else is
//! touched. `cargo xtask build` makes the two components that this needs: `behavior`, which is a
//! metric of the product, and `faulty`, which fails as it is told.

#[path = "../plugin/tests/sandbox/component.rs"]
mod component;
#[path = "containment/metric.rs"]
mod metric;
#[path = "containment/offered.rs"]
mod offered;
#[path = "../plugin/tests/sandbox/rows.rs"]
mod rows;

#[path = "containment/containment.rs"]
mod containment;
#[path = "containment/folding.rs"]
mod folding;
#[path = "containment/frames.rs"]
mod frames;
#[path = "containment/growing.rs"]
mod growing;
#[path = "containment/joining.rs"]
mod joining;
#[path = "containment/shown.rs"]
mod shown;
#[path = "containment/snapshots.rs"]
mod snapshots;
#[path = "containment/stopped.rs"]
mod stopped;
#[path = "containment/unusable.rs"]
mod unusable;

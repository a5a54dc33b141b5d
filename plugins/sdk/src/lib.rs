//! Write a Streamgauge metric as a page of Rust.
//!
//! A metric folds rows into an accumulator, merges accumulators and shows a small table. The code
//! of a metric implements [`Metric`] over an [`Accumulator`], often a ready-made [`Counter`], and
//! ends with [`export_metric!`]. The host owns everything else: Kafka, event time, windows,
//! lateness, checkpoints, the page.
//!
//! A complete plugin, the one that `plugins/README.md` shows:
//!
//! ```
#![doc = include_str!("../examples/merchants.rs")]
//!
//! let rows = testing::TestBatch::default().text(["m1", "m2", "m1"]);
//! testing::check_laws::<Merchants>("{}", &rows);
//! assert_eq!(testing::result_of::<Merchants>("{}", &rows), [["m1", "2"], ["m2", "1"]]);
//! ```
//!
//! The crate compiles natively too, so a metric's unit tests are plain `cargo test`; only the
//! component's entry points are for Wasm. Deliberately absent: clocks, randomness, files and
//! sockets. A metric that needs the event time of a row asks for the input `@event-time`.

// The macro that generates the bindings names this crate as its users do.
extern crate self as streamgauge_sdk;

pub mod batch;
#[doc(hidden)]
pub mod bindings;
pub mod codec;
#[cfg(target_family = "wasm")]
#[doc(hidden)]
pub mod component;
mod config;
mod counter;
mod describe;
mod error;
pub mod hash;
mod id_counter;
mod keys;
mod largest;
pub mod log;
mod metric;
mod order;
mod schema;
mod table;
pub mod testing;

#[doc(hidden)]
pub use wit_bindgen::rt;

pub use batch::Batch;
pub use config::{Config, Value};
pub use counter::{Counter, Key};
pub use describe::{Descriptor, FieldType, Localized, Output, View};
pub use error::{BadRow, Error, Result};
pub use id_counter::IdCounter;
pub use keys::{AnyKey, KeyType, Keys};
pub use largest::Largest;
pub use metric::{Accumulator, Metric, Window, read_state};
pub use schema::Schema;
pub use table::Table;

/// The names that most metrics need, in one line.
pub mod prelude {
    pub use crate::codec::{Reader, Writer};
    pub use crate::{
        Accumulator, AnyKey, Batch, Config, Counter, Descriptor, Error, FieldType, IdCounter,
        KeyType, Keys, Largest, Localized, Metric, Output, Result, Schema, Table, View, Window,
        export_metric, testing,
    };
}

/// Makes a crate the component of this metric. Once per crate: a component is one metric.
///
/// Two `[[metric]]` of a pipeline may name the same component with two ids and two configurations,
/// so one metric with a `[metric.config]` serves where metrics are variants of each other. Metrics
/// with little in common are a crate each, and may share a library crate.
///
/// On other targets than Wasm the macro only checks that the type is a [`Metric`], so that unit
/// tests of a plugin compile and link natively.
#[cfg(target_family = "wasm")]
#[macro_export]
macro_rules! export_metric {
    ($metric:ty) => {
        #[doc(hidden)]
        #[allow(dead_code, non_camel_case_types, reason = "the name is the message of an error")]
        enum A_crate_exports_one_metric__choose_by_metric_config_or_make_a_crate_of_each {}
        const _: () = {
            type Component = $crate::component::Component<$metric>;
    $crate::bindings::export!(Component with_types_in $crate::bindings);
        };
    };
}

/// Makes a crate the component of this metric. Once per crate: a component is one metric.
///
/// Two `[[metric]]` of a pipeline may name the same component with two ids and two configurations,
/// so one metric with a `[metric.config]` serves where metrics are variants of each other. Metrics
/// with little in common are a crate each, and may share a library crate.
///
/// On other targets than Wasm the macro only checks that the type is a [`Metric`], so that unit
/// tests of a plugin compile and link natively.
///
/// ```compile_fail,E0428
/// # use streamgauge_sdk::prelude::*;
/// # #[derive(Default)] struct One;
/// # impl Metric for One {
/// #     type Accumulator = Counter<String>;
/// #     fn describe(&self) -> Descriptor { Descriptor::new("one", "0.1.0", ("一", "One")) }
/// #     fn add(&self, _: &mut Counter<String>, _: &Batch) -> Result<()> { Ok(()) }
/// #     fn result(&self, counter: &Counter<String>) -> Result<Table> { Ok(counter.table()) }
/// # }
/// export_metric!(One);
/// export_metric!(One);
/// ```
#[cfg(not(target_family = "wasm"))]
#[macro_export]
macro_rules! export_metric {
    ($metric:ty) => {
        #[doc(hidden)]
        #[allow(dead_code, non_camel_case_types, reason = "the name is the message of an error")]
        enum A_crate_exports_one_metric__choose_by_metric_config_or_make_a_crate_of_each {}
        const _: () = {
            const fn is_a_metric<M: $crate::Metric>() {}
            is_a_metric::<$metric>();
        };
    };
}

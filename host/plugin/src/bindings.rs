//! The plugin contract as Rust types, generated from the WIT text. Arguments are borrowed, so a
//! column crosses into a plugin's memory with a single copy.
#![expect(missing_docs, reason = "generated code")]

wasmtime::component::bindgen!({
    path: "../../plugins/wit",
    world: "metric",
    ownership: Borrowing { duplicate_if_necessary: true },
});

/// The interfaces that a plugin need not have.
pub(crate) mod optional {
    wasmtime::component::bindgen!({
        path: "../../plugins/wit",
        world: "metric-with-difference",
        ownership: Borrowing { duplicate_if_necessary: true },
        with: {
            "streamgauge:metric/types": super::streamgauge::metric::types,
            "streamgauge:metric/log": super::streamgauge::metric::log,
        },
    });
}

/// The version of the contract that this host speaks.
pub const CONTRACT: &str = "0.3.0";

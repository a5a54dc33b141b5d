//! Types generated from `plugins/wit/metric.wit`, the contract with the host.
//!
//! Metrics see the SDK's own types only, so a change of the generator never reaches a metric. The
//! same types serve native tests; only the component's entry points exist on Wasm alone.
#![expect(clippy::pedantic, reason = "generated code")]

wit_bindgen::generate!({
    path: "../wit",
    world: "metric-with-difference",
    pub_export_macro: true,
    default_bindings_module: "streamgauge_sdk::bindings",
    runtime_path: "::streamgauge_sdk::rt",
    additional_derives: [PartialEq],
});

//! Metric plugins: loading a component, checking it against the contract and the schema, and
//! running it inside limits of memory and time.
//!
//! A plugin is sandboxed: it may import nothing but the contract's `log` and, where its metric opts
//! in, a WASI with nothing behind it (`inert`), so its results depend on the rows it was given and
//! on nothing else.
//!
//! May know: `core`, `pipeline`. The only place with wasmtime.
//! Must not know: where rows come from, windows and watermarks, or what becomes of results.

mod bindings;
mod cache;
mod call_error;
mod columns;
mod compile;
mod component;
mod config;
mod configured;
mod descriptor;
mod engine;
mod epoch;
mod host_state;
mod inert;
mod instance;
mod limits;
mod load_error;
mod log_rate;
mod plugin;
mod runtime;
mod table;
#[cfg(test)]
mod testing;
mod whole;

pub use bindings::CONTRACT;
pub use bindings::streamgauge::metric::types::{
    ColumnParam, DictionaryParam, FieldType as ContractType, StringsParam, ValuesParam,
};
pub use call_error::{AddError, CallError};
pub use columns::Columns;
pub use compile::{CompileFault, CompileLimits, Compiler, compile_here};
pub use component::read as read_component;
pub use config::ConfigFault;
pub use descriptor::field_type;
pub use descriptor::{
    BindError, Descriptor, Input, InputBinding, Label, Output, Role, View, bind_inputs,
};
pub use instance::{Accumulator, Instance, Largest};
pub use load_error::LoadError;
pub use plugin::Plugin;
pub use runtime::Runtime;
pub use table::{Cell, ResultTable, TableError};

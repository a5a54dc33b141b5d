//! Fetching from Kafka brokers over connections of its own: the protocol as far as a consumer
//! without a group needs it, record batches walked in place, faults told by name.
//!
//! librdkafka hands over each record as an object of its own, from another thread and through a
//! queue; that costs more than everything else that is done with a record. Here a batch stays what
//! it is until it is walked on the worker's own thread.
//!
//! May know: core.
//! Must not know: rdkafka, pipelines, what records mean.

mod broker;
mod cluster;
mod connect_error;
mod connection;
mod dialer;
mod fault;
mod fetcher;
mod greeting;
mod inbox;
mod leaders;
mod order;
mod partition;
mod records;
mod settings;
#[cfg(test)]
mod testing;
mod trouble;

pub use fault::{BrokerFault, FaultKind};
pub use fetcher::{FetchError, Fetcher, Reading};
pub use records::records_of;
pub use settings::{FetchSettings, NotHonoured};
pub use trouble::PartitionTrouble;

//! What keeps the records of a partition from coming.

use std::time::SystemTime;

use crate::fault::BrokerFault;

/// A trouble of one partition, which may pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionTrouble {
    /// What the brokers do not do.
    pub fault: BrokerFault,
    /// The last moment at which nothing was wrong.
    pub since: SystemTime,
}

//! Why there is no connection.

use crate::fault::BrokerFault;

/// Why a connection is of no use.
#[derive(Debug)]
pub(crate) enum ConnectError {
    /// A fault that a later attempt may find gone.
    Fault(BrokerFault),
    /// Own fetch cannot speak to this broker, and another client may: the reason.
    Unsupported(String),
}

impl From<BrokerFault> for ConnectError {
    fn from(fault: BrokerFault) -> Self {
        Self::Fault(fault)
    }
}

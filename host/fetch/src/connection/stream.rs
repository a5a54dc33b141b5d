//! Bytes to and from a broker, with TLS or without.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use rustls::{ClientConnection, StreamOwned};

use super::tls::{self, Tls};
use crate::connect_error::ConnectError;
use crate::fault::{BrokerFault, FaultKind};
use crate::settings::Families;

/// The bytes of a connection.
pub(crate) enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

/// Connects to the first address of `address` that takes a connection.
pub(crate) fn connect(
    address: &str,
    families: Families,
    within: Duration,
) -> Result<TcpStream, BrokerFault> {
    let unknown = |reason: &str| BrokerFault::new(FaultKind::NameUnknown, address, reason);
    let found = address.to_socket_addrs().map_err(|error| unknown(&error.to_string()))?;
    let is_wanted = |found: &SocketAddr| match families {
        Families::Any => true,
        Families::V4 => found.is_ipv4(),
        Families::V6 => found.is_ipv6(),
    };
    let mut failure = unknown("it has no address of the kind that is asked for");
    for one in found.filter(is_wanted) {
        match TcpStream::connect_timeout(&one, within) {
            Ok(socket) => {
                let set = socket.set_nodelay(true);
                let set = set.and_then(|()| socket.set_read_timeout(Some(within)));
                let set = set.and_then(|()| socket.set_write_timeout(Some(within)));
                set.map_err(|error| lost(address, &error))?;
                return Ok(socket);
            }
            Err(error) => failure = lost(address, &error),
        }
    }
    Err(failure)
}

/// The fault of a connection that broke or could not be made.
pub(super) fn lost(address: &str, error: &io::Error) -> BrokerFault {
    if let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return tls::fault(address, tls);
    }
    let kind = match error.kind() {
        // Reading says the first, connecting the second.
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => FaultKind::Silent,
        _ => FaultKind::Unreachable,
    };
    let reason = match error.kind() {
        io::ErrorKind::WouldBlock => "timed out".to_owned(),
        io::ErrorKind::UnexpectedEof => "it closed the connection".to_owned(),
        _ => error.to_string(),
    };
    BrokerFault::new(kind, address, reason)
}

impl Stream {
    /// Secures `socket` where that is asked for.
    pub(crate) fn over(
        socket: TcpStream,
        tls: Option<&Tls>,
        address: &str,
    ) -> Result<Self, ConnectError> {
        let Some(tls) = tls else { return Ok(Self::Plain(socket)) };
        let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let secured = tls.over(socket, host).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => BrokerFault::new(
                FaultKind::WithoutTls,
                address,
                "it closed the connection at the first word of TLS",
            ),
            _ => lost(address, &error),
        })?;
        Ok(Self::Tls(Box::new(secured)))
    }

    /// Whether nobody can listen.
    pub(super) fn is_secured(&self) -> bool {
        matches!(self, Self::Tls(_))
    }

    /// How long reading and writing may take from now on.
    pub(super) fn wait_for(&self, within: Duration) -> io::Result<()> {
        let socket = match self {
            Self::Plain(socket) => socket,
            Self::Tls(secured) => &secured.sock,
        };
        let within = Some(within.max(Duration::from_millis(1)));
        socket.set_read_timeout(within).and_then(|()| socket.set_write_timeout(within))
    }
}

impl Read for Stream {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.read(to),
            Self::Tls(secured) => secured.read(to),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.write(from),
            Self::Tls(secured) => secured.write(from),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(socket) => socket.flush(),
            Self::Tls(secured) => secured.flush(),
        }
    }
}

//! How connections are made: to an address, secured, with the first words said.

use std::net::TcpStream;
use std::sync::Arc;

use crate::connect_error::ConnectError;
use crate::connection::{Connection, Stream, Tls, connect};
use crate::greeting::greet;
use crate::settings::FetchSettings;

/// How many connections are made in the same way: the settings, and the certificates read once.
#[derive(Clone)]
pub(crate) struct Dialer {
    pub(crate) settings: Arc<FetchSettings>,
    tls: Option<Tls>,
}

impl Dialer {
    /// Certificates are read here once, and no more for each connection.
    pub(crate) fn new(settings: FetchSettings) -> Result<Self, String> {
        let tls = settings.tls.as_ref().map(Tls::read).transpose()?;
        Ok(Self { settings: Arc::new(settings), tls })
    }

    /// Connects to `address`, `host:port`, secures the connection and signs in. `made` is handed the
    /// socket, so that another thread may end it.
    pub(crate) fn connect(
        &self,
        address: &str,
        made: impl FnOnce(&TcpStream),
    ) -> Result<Connection, ConnectError> {
        let within = self.settings.connect_within;
        let socket = connect(address, self.settings.families, within)?;
        made(&socket);
        let stream = Stream::over(socket, self.tls.as_ref(), address)?;
        let mut connection = Connection::over(stream, address, &self.settings.client_id, within);
        greet(&mut connection, self.settings.sasl.as_ref())?;
        connection.greeted(self.settings.sasl.is_some(), self.settings.answer_within);
        Ok(connection)
    }
}

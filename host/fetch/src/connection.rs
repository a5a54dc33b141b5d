//! One connection to one broker: made, secured, signed in, and then a question at a time.

mod greeting;
mod scram;
mod stream;
mod tls;

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use kafka_protocol::messages::RequestHeader;
use kafka_protocol::protocol::{Decodable, Encodable, HeaderVersion, Request, StrBytes};

use crate::fault::{BrokerFault, FaultKind};
use crate::settings::FetchSettings;

use greeting::Versions;
use stream::Stream;
pub(crate) use tls::Tls;

/// An answer may take so many bytes. Brokers send more than was asked for only where one batch is
/// larger than that, and batches of 100 MiB are beyond what brokers take.
const ANSWER_BYTES_MAX: usize = 128 << 20;

/// How many connections are made in the same way: the settings, and the certificates read once.
#[derive(Clone)]
pub(crate) struct Dialer {
    pub(crate) settings: Arc<FetchSettings>,
    pub(crate) tls: Option<Tls>,
}

/// Why a connection is of no use.
#[derive(Debug)]
pub(crate) enum ConnectError {
    /// A fault that a later attempt may find gone.
    Fault(BrokerFault),
    /// Own fetch cannot speak to this broker, and another client may: the reason.
    Unsupported(String),
}

/// A broker that answers.
pub(crate) struct Connection {
    stream: Stream,
    pub(crate) address: String,
    versions: Versions,
    client_id: StrBytes,
    correlation: i32,
    /// Whether a question was answered after the greeting.
    is_open: bool,
    is_greeted: bool,
    is_signed_in: bool,
    /// When the broker wants to be told again who the user is.
    pub(crate) expires: Option<Instant>,
    out: BytesMut,
    answer_within: Duration,
}

impl From<BrokerFault> for ConnectError {
    fn from(fault: BrokerFault) -> Self {
        Self::Fault(fault)
    }
}

impl Dialer {
    /// Reads the certificates.
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
        let socket = stream::connect(address, self.settings.families, within)?;
        made(&socket);
        let stream = Stream::over(socket, self.tls.as_ref(), address)?;
        let mut connection = Connection {
            stream,
            address: address.to_owned(),
            versions: Versions::default(),
            client_id: StrBytes::from_string(self.settings.client_id.clone()),
            correlation: 0,
            is_open: false,
            is_greeted: false,
            is_signed_in: self.settings.sasl.is_some(),
            expires: None,
            out: BytesMut::new(),
            answer_within: within,
        };
        connection.greet(self.settings.sasl.as_ref())?;
        connection.is_greeted = true;
        connection.answer_within = self.settings.answer_within;
        Ok(connection)
    }
}

impl Connection {
    /// The highest version of `R` that both sides know, from `least` on.
    pub(crate) fn version<R: Request>(&self, least: i16) -> Result<i16, ConnectError> {
        self.versions.of::<R>(least).ok_or_else(|| {
            ConnectError::Unsupported(format!(
                "the broker at {} knows no version of request {} that own fetch knows",
                self.address,
                R::KEY
            ))
        })
    }

    /// Asks in `version`, and gives the answer, which may take `extra` longer than others.
    pub(crate) fn ask<R: Request>(
        &mut self,
        request: &R,
        version: i16,
        extra: Duration,
        buffer: Vec<u8>,
    ) -> Result<R::Response, BrokerFault> {
        self.stream.wait_for(self.answer_within + extra).map_err(|error| self.lost(&error))?;
        let answer = self.send(request, version).and_then(|()| self.receive(buffer));
        let answer = answer.map_err(|fault| self.by_moment(fault))?;
        let answer = self.decode::<R>(answer, version)?;
        self.is_open = self.is_greeted;
        Ok(answer)
    }

    /// A broker closes a connection on which it is spoken to in another way than it expects, and
    /// says nothing. The moment tells what the broker expects.
    fn by_moment(&self, fault: BrokerFault) -> BrokerFault {
        let expected = match fault.kind {
            FaultKind::Unreachable if !self.is_greeted && !self.stream.is_secured() => {
                FaultKind::NeedsTls
            }
            FaultKind::Unreachable if self.is_greeted && !self.is_open && !self.is_signed_in => {
                FaultKind::NeedsSasl
            }
            _ => return fault,
        };
        BrokerFault { kind: expected, ..fault }
    }

    fn send<R: Request>(&mut self, request: &R, version: i16) -> Result<(), BrokerFault> {
        self.correlation = self.correlation.wrapping_add(1);
        let header = RequestHeader::default()
            .with_request_api_key(R::KEY)
            .with_request_api_version(version)
            .with_correlation_id(self.correlation)
            .with_client_id(Some(self.client_id.clone()));
        self.out.clear();
        self.out.extend_from_slice(&[0; 4]);
        let written = header
            .encode(&mut self.out, R::header_version(version))
            .and_then(|()| request.encode(&mut self.out, version));
        written.map_err(|error| self.failed(FaultKind::ReadFailing, &error.to_string()))?;
        let length = u32::try_from(self.out.len() - 4).expect("requests are small");
        self.out[..4].copy_from_slice(&length.to_be_bytes());
        self.stream.write_all(&self.out).map_err(|error| self.lost(&error))
    }

    /// One answer, whose bytes go into `buffer`, which is empty.
    fn receive(&mut self, mut buffer: Vec<u8>) -> Result<Bytes, BrokerFault> {
        let mut length = [0; 4];
        self.stream.read_exact(&mut length).map_err(|error| self.lost(&error))?;
        let bytes = usize::try_from(i32::from_be_bytes(length)).ok();
        let bytes =
            bytes.filter(|bytes| *bytes <= ANSWER_BYTES_MAX).ok_or_else(|| match length {
                // A record of TLS: an alert or a handshake, and the version 3.
                [0x15 | 0x16, 3, ..] => self.failed(FaultKind::NeedsTls, "it answers with TLS"),
                _ => self.failed(FaultKind::NotKafka, "its answer has no length"),
            })?;
        buffer.reserve_exact(bytes);
        let read = (&mut self.stream).take(bytes as u64).read_to_end(&mut buffer);
        match read.map_err(|error| self.lost(&error))? {
            read if read == bytes => Ok(Bytes::from(buffer)),
            _ => Err(self.lost(&io::ErrorKind::UnexpectedEof.into())),
        }
    }

    fn decode<R: Request>(
        &self,
        mut answer: Bytes,
        version: i16,
    ) -> Result<R::Response, BrokerFault> {
        let wrong = |reason: &str| self.failed(FaultKind::NotKafka, reason);
        let header = R::Response::header_version(version);
        let header = kafka_protocol::messages::ResponseHeader::decode(&mut answer, header);
        let header = header.map_err(|error| wrong(&error.to_string()))?;
        if header.correlation_id != self.correlation {
            return Err(wrong("it answers another question"));
        }
        R::Response::decode(&mut answer, version).map_err(|error| wrong(&error.to_string()))
    }

    fn failed(&self, kind: FaultKind, reason: &str) -> BrokerFault {
        BrokerFault::new(kind, &self.address, reason)
    }

    fn lost(&self, error: &io::Error) -> BrokerFault {
        stream::lost(&self.address, error)
    }
}

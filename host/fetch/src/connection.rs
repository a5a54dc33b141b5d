//! One connection to one broker, with TLS or without: a question at a time.

mod stream;
mod tls;
mod versions;

use std::io::{self, Read as _, Write as _};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use kafka_protocol::messages::RequestHeader;
use kafka_protocol::protocol::{Decodable, Encodable, HeaderVersion, Request, StrBytes};

use crate::connect_error::ConnectError;
use crate::fault::{BrokerFault, FaultKind};

pub(crate) use stream::{Stream, connect};
pub(crate) use tls::Tls;
pub(crate) use versions::Versions;

/// An answer may take so many bytes. Brokers send more than was asked for only where one batch is
/// larger than that, and batches of 100 MiB are beyond what brokers take.
const ANSWER_BYTES_MAX: usize = 128 << 20;

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

impl Connection {
    /// A connection over `stream`, on which nothing was said. Answers may take `within`.
    pub(crate) fn over(stream: Stream, address: &str, client_id: &str, within: Duration) -> Self {
        Self {
            stream,
            address: address.to_owned(),
            versions: Versions::default(),
            client_id: StrBytes::from_string(client_id.to_owned()),
            correlation: 0,
            is_open: false,
            is_greeted: false,
            is_signed_in: false,
            expires: None,
            out: BytesMut::new(),
            answer_within: within,
        }
    }

    /// Knows from here on which requests the broker knows.
    pub(crate) fn learn(&mut self, versions: Versions) {
        self.versions = versions;
    }

    /// The greeting is over: answers may take `within`. A broker that did not ask who the user is may
    /// still hang up because it wanted to be told.
    pub(crate) fn greeted(&mut self, is_signed_in: bool, within: Duration) {
        (self.is_greeted, self.is_signed_in) = (true, is_signed_in);
        self.answer_within = within;
    }

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

    pub(crate) fn failed(&self, kind: FaultKind, reason: &str) -> BrokerFault {
        BrokerFault::new(kind, &self.address, reason)
    }

    fn lost(&self, error: &io::Error) -> BrokerFault {
        stream::lost(&self.address, error)
    }
}

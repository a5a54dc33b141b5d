//! The first words on a connection: which requests a broker knows, and who the user is.

use std::time::{Duration, Instant};

use bytes::Bytes;
use kafka_protocol::error::ResponseError;
use kafka_protocol::messages::api_versions_response::ApiVersion;
use kafka_protocol::messages::{ApiVersionsRequest, SaslAuthenticateRequest, SaslHandshakeRequest};
use kafka_protocol::protocol::{Request, StrBytes};

use super::scram::Scram;
use super::{ConnectError, Connection};
use crate::fault::{BrokerFault, FaultKind};
use crate::settings::{Mechanism, SaslSettings};

/// The newest version of this request that is spoken here.
const API_VERSIONS: i16 = 3;

/// The version whose answer every broker gives.
const API_VERSIONS_OLDEST: i16 = 0;

/// The share of a session after which the user signs in again.
const SESSION_SHARE: f64 = 0.8;

/// Which requests a broker knows, and in which versions.
#[derive(Default)]
pub(super) struct Versions(Vec<ApiVersion>);

impl Versions {
    /// The highest version of `R` that both know, from `least` on.
    pub(super) fn of<R: Request>(&self, least: i16) -> Option<i16> {
        let known = self.0.iter().find(|known| known.api_key == R::KEY)?;
        let highest = known.max_version.min(R::VERSIONS.max);
        (highest >= known.min_version.max(least)).then_some(highest)
    }
}

impl Connection {
    /// Asks what the broker knows, and says who the user is.
    pub(super) fn greet(&mut self, sasl: Option<&SaslSettings>) -> Result<(), ConnectError> {
        let first = self.api_versions(API_VERSIONS);
        let known = match first {
            // The broker is older than the question.
            Ok((code, _)) if code == ResponseError::UnsupportedVersion.code() => {
                self.api_versions(API_VERSIONS_OLDEST)
            }
            other => other,
        };
        let (code, known) = known?;
        if let Some(error) = ResponseError::try_from_code(code) {
            let reason = format!("it refuses to say what it knows: {error}");
            // A listener with SASL says so before anything else.
            let kind = match error {
                ResponseError::IllegalSaslState => FaultKind::NeedsSasl,
                _ => FaultKind::ReadFailing,
            };
            return Err(self.failed(kind, &reason).into());
        }
        self.versions = Versions(known);
        match sasl {
            Some(sasl) => self.sign_in(sasl),
            None => Ok(()),
        }
    }

    /// The error code, and the requests that are known.
    fn api_versions(&mut self, version: i16) -> Result<(i16, Vec<ApiVersion>), BrokerFault> {
        let mut request = ApiVersionsRequest::default();
        if version >= API_VERSIONS {
            request = request
                .with_client_software_name(StrBytes::from_static_str("streamgauge"))
                .with_client_software_version(StrBytes::from_static_str(env!("CARGO_PKG_VERSION")));
        }
        let answer = self.ask(&request, version, Duration::ZERO, Vec::new());
        answer.map(|answer| (answer.error_code, answer.api_keys))
    }

    fn sign_in(&mut self, sasl: &SaslSettings) -> Result<(), ConnectError> {
        let name = match sasl.mechanism {
            Mechanism::Plain => "PLAIN",
            Mechanism::ScramSha256 => "SCRAM-SHA-256",
            Mechanism::ScramSha512 => "SCRAM-SHA-512",
        };
        let request =
            SaslHandshakeRequest::default().with_mechanism(StrBytes::from_static_str(name));
        let version = self.version::<SaslHandshakeRequest>(1)?;
        let answer = self.ask(&request, version, Duration::ZERO, Vec::new())?;
        if let Some(error) = ResponseError::try_from_code(answer.error_code) {
            let known: Vec<&str> = answer.mechanisms.iter().map(StrBytes::as_str).collect();
            let reason = format!("{error}; it takes {}", known.join(", "));
            let kind = match error {
                ResponseError::UnsupportedSaslMechanism => FaultKind::MechanismRefused,
                _ => FaultKind::ReadFailing,
            };
            return Err(self.failed(kind, &reason).into());
        }
        let SaslSettings { user, password, .. } = sasl;
        match Scram::of(sasl.mechanism) {
            None => self.authenticate(format!("\0{user}\0{password}").into_bytes())?,
            Some(scram) => {
                let (scram, first) = scram.begin(user);
                let challenge = self.authenticate(first)?;
                let proof = scram.prove(&challenge, password);
                let (proof, expected) =
                    proof.map_err(|reason| self.failed(FaultKind::CredentialsRefused, reason))?;
                let signature = self.authenticate(proof)?;
                if signature != expected {
                    let reason = "it does not prove that it knows the password";
                    return Err(self.failed(FaultKind::CredentialsRefused, reason).into());
                }
                Bytes::new()
            }
        };
        Ok(())
    }

    fn authenticate(&mut self, words: Vec<u8>) -> Result<Bytes, ConnectError> {
        let request = SaslAuthenticateRequest::default().with_auth_bytes(words.into());
        let version = self.version::<SaslAuthenticateRequest>(0)?;
        let asked = Instant::now();
        let answer = self.ask(&request, version, Duration::ZERO, Vec::new())?;
        if let Some(error) = ResponseError::try_from_code(answer.error_code) {
            let words = answer.error_message.map_or_else(|| error.to_string(), |m| m.to_string());
            return Err(self.failed(FaultKind::CredentialsRefused, &words).into());
        }
        let lifetime = u64::try_from(answer.session_lifetime_ms).unwrap_or(0);
        if lifetime > 0 {
            let lifetime = Duration::from_millis(lifetime).mul_f64(SESSION_SHARE);
            self.expires = Some(asked + lifetime);
        }
        Ok(answer.auth_bytes)
    }
}

//! The first words on a connection: which requests a broker knows, and who the user is.

mod scram;

use std::time::{Duration, Instant};

use bytes::Bytes;
use kafka_protocol::error::ResponseError;
use kafka_protocol::messages::api_versions_response::ApiVersion;
use kafka_protocol::messages::{ApiVersionsRequest, SaslAuthenticateRequest, SaslHandshakeRequest};
use kafka_protocol::protocol::StrBytes;

use crate::connect_error::ConnectError;
use crate::connection::{Connection, Versions};
use crate::fault::{BrokerFault, FaultKind};
use crate::settings::{Mechanism, SaslSettings};

use scram::Scram;

/// The newest version of this request that is spoken here.
const API_VERSIONS: i16 = 3;

/// The version whose answer every broker gives.
const API_VERSIONS_OLDEST: i16 = 0;

/// The share of a session after which the user signs in again.
const SESSION_SHARE: f64 = 0.8;

/// Asks what the broker knows, and says who the user is.
pub(crate) fn greet(
    connection: &mut Connection,
    sasl: Option<&SaslSettings>,
) -> Result<(), ConnectError> {
    let first = api_versions(connection, API_VERSIONS);
    let known = match first {
        // The broker is older than the question.
        Ok((code, _)) if code == ResponseError::UnsupportedVersion.code() => {
            api_versions(connection, API_VERSIONS_OLDEST)
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
        return Err(connection.failed(kind, &reason).into());
    }
    connection.learn(Versions(known));
    match sasl {
        Some(sasl) => sign_in(connection, sasl),
        None => Ok(()),
    }
}

/// The error code, and the requests that are known.
fn api_versions(
    connection: &mut Connection,
    version: i16,
) -> Result<(i16, Vec<ApiVersion>), BrokerFault> {
    let mut request = ApiVersionsRequest::default();
    if version >= API_VERSIONS {
        request = request
            .with_client_software_name(StrBytes::from_static_str("streamgauge"))
            .with_client_software_version(StrBytes::from_static_str(env!("CARGO_PKG_VERSION")));
    }
    let answer = connection.ask(&request, version, Duration::ZERO, Vec::new());
    answer.map(|answer| (answer.error_code, answer.api_keys))
}

fn sign_in(connection: &mut Connection, sasl: &SaslSettings) -> Result<(), ConnectError> {
    let name = match sasl.mechanism {
        Mechanism::Plain => "PLAIN",
        Mechanism::ScramSha256 => "SCRAM-SHA-256",
        Mechanism::ScramSha512 => "SCRAM-SHA-512",
    };
    let request = SaslHandshakeRequest::default().with_mechanism(StrBytes::from_static_str(name));
    let version = connection.version::<SaslHandshakeRequest>(1)?;
    let answer = connection.ask(&request, version, Duration::ZERO, Vec::new())?;
    if let Some(error) = ResponseError::try_from_code(answer.error_code) {
        let known: Vec<&str> = answer.mechanisms.iter().map(StrBytes::as_str).collect();
        let reason = format!("{error}; it takes {}", known.join(", "));
        let kind = match error {
            ResponseError::UnsupportedSaslMechanism => FaultKind::MechanismRefused,
            _ => FaultKind::ReadFailing,
        };
        return Err(connection.failed(kind, &reason).into());
    }
    let SaslSettings { user, password, .. } = sasl;
    match Scram::of(sasl.mechanism) {
        None => authenticate(connection, format!("\0{user}\0{password}").into_bytes())?,
        Some(scram) => {
            let (scram, first) = scram.begin(user);
            let challenge = authenticate(connection, first)?;
            let proof = scram.prove(&challenge, password);
            let (proof, expected) =
                proof.map_err(|reason| connection.failed(FaultKind::CredentialsRefused, reason))?;
            let signature = authenticate(connection, proof)?;
            if signature != expected {
                let reason = "it does not prove that it knows the password";
                return Err(connection.failed(FaultKind::CredentialsRefused, reason).into());
            }
            Bytes::new()
        }
    };
    Ok(())
}

fn authenticate(connection: &mut Connection, words: Vec<u8>) -> Result<Bytes, ConnectError> {
    let request = SaslAuthenticateRequest::default().with_auth_bytes(words.into());
    let version = connection.version::<SaslAuthenticateRequest>(0)?;
    let asked = Instant::now();
    let answer = connection.ask(&request, version, Duration::ZERO, Vec::new())?;
    if let Some(error) = ResponseError::try_from_code(answer.error_code) {
        let words = answer.error_message.map_or_else(|| error.to_string(), |m| m.to_string());
        return Err(connection.failed(FaultKind::CredentialsRefused, &words).into());
    }
    let lifetime = u64::try_from(answer.session_lifetime_ms).unwrap_or(0);
    if lifetime > 0 {
        let lifetime = Duration::from_millis(lifetime).mul_f64(SESSION_SHARE);
        connection.expires = Some(asked + lifetime);
    }
    Ok(answer.auth_bytes)
}

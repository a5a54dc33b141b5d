//! Which fault librdkafka means.
//!
//! It tells most faults with a code that says no more than "transport" or "TLS", and the reason in a
//! text. So the code decides where it can, the text where it must, and the text is always shown.

use rdkafka::error::RDKafkaErrorCode as Code;
use streamgauge_fetch::FaultKind;

/// The way in which this program speaks to brokers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spoken {
    pub(crate) tls: bool,
    pub(crate) sasl: bool,
}

impl Spoken {
    /// The way that `security.protocol` says.
    pub(crate) fn by(protocol: &str) -> Self {
        let protocol = protocol.to_lowercase();
        Self { tls: protocol.ends_with("ssl"), sasl: protocol.starts_with("sasl") }
    }
}

/// True if a connection ended less than two seconds after its state began.
fn is_young(text: &str) -> bool {
    let age = text.rsplit_once("(after ").and_then(|(_, rest)| rest.split_once("ms "));
    age.is_some_and(|(millis, _)| millis.parse::<u32>().is_ok_and(|millis| millis < 2000))
}

/// The kind by librdkafka's code and, where the code does not tell, by its text. `None` means
/// that the code is about something else.
pub(crate) fn kind_of(code: Code, text: &str) -> Option<FaultKind> {
    Some(match code {
        Code::Resolve => FaultKind::NameUnknown,
        Code::Authentication | Code::SaslAuthenticationFailed => {
            if text.contains("mechanism") && text.contains("supported mechanisms") {
                FaultKind::MechanismRefused
            } else {
                FaultKind::CredentialsRefused
            }
        }
        Code::UnsupportedSASLMechanism => FaultKind::MechanismRefused,
        Code::TopicAuthorizationFailed => FaultKind::TopicForbidden,
        Code::GroupAuthorizationFailed => FaultKind::GroupForbidden,
        Code::BadMessage => by_bytes(text),
        Code::SSL | Code::BrokerTransportFailure => by_text(text),
        Code::OperationTimedOut | Code::RequestTimedOut => FaultKind::Silent,
        _ => return None,
    })
}

/// The words of OpenSSL, of the system and of librdkafka, in the order in which one rules
/// out the next.
fn by_text(text: &str) -> FaultKind {
    const WORDS: [(&str, FaultKind); 14] = [
        ("hostname mismatch", FaultKind::HostNameWrong),
        ("certificate verify failed", FaultKind::CertificateUntrusted),
        ("certificate required", FaultKind::ClientCertificate),
        ("bad certificate", FaultKind::ClientCertificate),
        ("alert unknown ca", FaultKind::ClientCertificate),
        ("alert certificate unknown", FaultKind::ClientCertificate),
        ("client SSL authentication might be required", FaultKind::ClientCertificate),
        ("SSL routines::http request", FaultKind::NotKafka),
        ("wrong version number", FaultKind::WithoutTls),
        ("connecting to a PLAINTEXT broker listener", FaultKind::WithoutTls),
        ("connecting to a SSL listener", FaultKind::NeedsTls),
        ("broker might require SASL authentication", FaultKind::NeedsSasl),
        ("timed out", FaultKind::Silent),
        ("Timed out", FaultKind::Silent),
    ];
    let found = WORDS.iter().find(|(word, _)| text.contains(word));
    found.map_or(FaultKind::Unreachable, |(_, kind)| *kind)
}

/// A broker closes a connection on which it is spoken to in another way than it expects, and
/// says nothing. The moment, with which librdkafka's text ends, tells what the broker expects,
/// unless the broker is about to stop.
pub(crate) fn by_state(text: &str, spoken: Spoken) -> Option<FaultKind> {
    let is_in = |state: &str| {
        let place = text.rsplit_once(" in state ").map(|(_, rest)| rest);
        place.is_some_and(|rest| rest.split([',', ')']).next() == Some(state))
    };
    match spoken {
        _ if !text.contains("Disconnected") => None,
        Spoken { tls: true, .. } if is_in("SSL_HANDSHAKE") => Some(FaultKind::WithoutTls),
        Spoken { tls: false, .. } if is_in("APIVERSION_QUERY") => Some(FaultKind::NeedsTls),
        // After the first question, and not after a time in which questions were answered.
        Spoken { sasl: false, .. } if is_in("UP") && is_young(text) => Some(FaultKind::NeedsSasl),
        _ => None,
    }
}

/// The first bytes of an answer, which librdkafka took for its length and tells as a number.
fn by_bytes(text: &str) -> FaultKind {
    let length = text.split_once("Invalid response size ").and_then(|(_, rest)| {
        let digits = rest.split(|c: char| !c.is_ascii_digit() && c != '-').next()?;
        digits.parse::<i32>().ok()
    });
    match length.map(i32::to_be_bytes) {
        // A record of TLS: an alert or a handshake, and the version 3.
        Some([0x15 | 0x16, 3, ..]) => FaultKind::NeedsTls,
        _ => FaultKind::NotKafka,
    }
}

//! Faults of brokers by what librdkafka says of them: the texts are librdkafka's own, heard from a
//! real broker.

use std::time::Duration;

use rdkafka::client::ClientContext as _;
use rdkafka::config::RDKafkaLogLevel as Level;
use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};

use crate::FaultKind as Kind;
use crate::listener::{CLOSING, Heard, Listener};
use crate::testing::{settings, with};

const SILENCE: KafkaError = KafkaError::MetadataFetch(Code::OperationTimedOut);

/// A listener of a client that speaks `protocol` with the broker `a:1`.
fn listener(protocol: &str) -> Listener {
    Listener::new(&with(settings("a:1"), "security.protocol", protocol, false))
}

/// The protocol that is spoken, what librdkafka says, and the fault that it means.
const ROWS: [(&str, Code, &str, Kind); 19] = [
    (
        "plaintext",
        Code::Resolve,
        "Failed to resolve 'a:1': Name or service not known",
        Kind::NameUnknown,
    ),
    (
        "plaintext",
        Code::BrokerTransportFailure,
        "Connect to ipv4#127.0.0.1:1 failed: Connection refused",
        Kind::Unreachable,
    ),
    (
        "plaintext",
        Code::BrokerTransportFailure,
        "Connection setup timed out in state CONNECT",
        Kind::Silent,
    ),
    (
        "plaintext",
        Code::BrokerTransportFailure,
        "ApiVersionRequest failed: Local: Timed out",
        Kind::Silent,
    ),
    (
        "plaintext",
        Code::BadMessage,
        "Receive failed: Invalid response size 1213486160 (0..100000000)",
        Kind::NotKafka,
    ),
    (
        "plaintext",
        Code::BadMessage,
        "Receive failed: Invalid response size 352518912 (0..100000000)",
        Kind::NeedsTls,
    ),
    (
        "plaintext",
        Code::BrokerTransportFailure,
        "Disconnected: connection closed by peer (after 3ms in state APIVERSION_QUERY, 1 identical error(s) suppressed)",
        Kind::NeedsTls,
    ),
    (
        "plaintext",
        Code::BrokerTransportFailure,
        "Disconnected: connection closed by peer (after 3ms in state UP)",
        Kind::NeedsSasl,
    ),
    (
        "plaintext",
        Code::BrokerTransportFailure,
        "Disconnected: connection closed by peer (after 9000ms in state UP)",
        Kind::Unreachable,
    ),
    (
        "sasl_plaintext",
        Code::BrokerTransportFailure,
        "Disconnected: connection closed by peer (after 3ms in state UP)",
        Kind::Unreachable,
    ),
    (
        "ssl",
        Code::BrokerTransportFailure,
        "SSL handshake failed: Disconnected: connecting to a PLAINTEXT broker listener? (after 3ms in state SSL_HANDSHAKE)",
        Kind::WithoutTls,
    ),
    (
        "ssl",
        Code::BrokerTransportFailure,
        "Disconnected: during SSL connection handshake (after 3ms in state SSL_HANDSHAKE)",
        Kind::WithoutTls,
    ),
    (
        "ssl",
        Code::SSL,
        "SSL handshake failed: error:0A00010B:SSL routines::wrong version number",
        Kind::WithoutTls,
    ),
    (
        "ssl",
        Code::SSL,
        "SSL handshake failed: error:0A000086:SSL routines::certificate verify failed",
        Kind::CertificateUntrusted,
    ),
    (
        "ssl",
        Code::BrokerTransportFailure,
        "Receive failed: error:0A000412:SSL routines::sslv3 alert bad certificate: SSL alert number 42",
        Kind::ClientCertificate,
    ),
    (
        "sasl_ssl",
        Code::Authentication,
        "SASL authentication error: Authentication failed due to invalid credentials with SASL mechanism SCRAM-SHA-256",
        Kind::CredentialsRefused,
    ),
    (
        "sasl_ssl",
        Code::Authentication,
        "SASL PLAIN mechanism handshake failed: Broker: Unsupported SASL mechanism: broker's supported mechanisms: SCRAM-SHA-256",
        Kind::MechanismRefused,
    ),
    (
        "sasl_ssl",
        Code::GroupAuthorizationFailed,
        "FindCoordinator response error: Group authorization failed",
        Kind::GroupForbidden,
    ),
    (
        "sasl_ssl",
        Code::TopicAuthorizationFailed,
        "Fetch failed: Broker: Topic authorization failed",
        Kind::TopicForbidden,
    ),
];

#[test]
fn a_fault_is_told_by_its_code_and_by_its_text_where_the_code_says_too_little() {
    for (protocol, code, words, expected) in ROWS {
        let listener = listener(protocol);
        let text = format!("{protocol}://a:1/bootstrap: {words}");
        listener.error(KafkaError::Global(code), &text);
        let fault = listener.heard().fault(&SILENCE);
        assert_eq!((fault.kind, fault.broker.as_str()), (expected, "a:1"), "{text}");
        let told = words.split(" (after ").next().expect("a reason");
        assert!(fault.reason.starts_with(told), "{fault}");
        assert!(!fault.reason.contains("(after"), "it changes each time: {fault}");
    }
}

#[test]
fn what_only_the_log_says_is_heard_too_and_other_errors_are_not_faults() {
    let listener = listener("plaintext");
    for code in [Code::AllBrokersDown, Code::PartitionEOF, Code::UnknownTopicOrPartition] {
        listener.error(KafkaError::Global(code), "1/1 brokers are down");
    }
    assert_eq!(listener.heard().told(), None);
    assert_eq!(listener.heard().fault(&SILENCE).kind, Kind::Silent, "nothing was said");
    let line =
        "[thrd:a:1/bootstrap]: a:1/bootstrap: Disconnected (after 1ms in state APIVERSION_QUERY)";
    listener.log(Level::Info, "CONNECT", line);
    assert_eq!(listener.heard().told(), None, "it is no failure");
    listener.log(Level::Info, "FAIL", line);
    let told = listener.heard().told().expect("a fault");
    assert_eq!((told.kind, &*told.broker, &*told.reason), (Kind::NeedsTls, "a:1", "Disconnected"));
}

#[test]
fn an_address_that_nobody_named_is_a_stray_unless_the_cluster_was_open_before() {
    let refused = |listener: &Listener, broker: &str| {
        let text = format!("{broker}: Connect to it failed: Connection refused");
        listener.error(KafkaError::Global(Code::BrokerTransportFailure), &text);
    };
    let listener = listener("plaintext");
    refused(&listener, "b:2/1");
    assert_eq!(listener.heard().told().map(|fault| fault.kind), Some(Kind::AdvertisedUnreachable));
    // The named one is gone too: nobody is sent anywhere.
    refused(&listener, "a:1/bootstrap");
    let told = listener.heard().told().expect("a fault");
    assert_eq!((told.kind, &*told.broker), (Kind::Unreachable, "a:1"));
    let open = self::listener("plaintext");
    open.heard().opened();
    refused(&open, "b:2/1");
    assert_eq!(open.heard().told().map(|fault| fault.kind), Some(Kind::Unreachable));
}

#[test]
fn a_cluster_that_names_another_address_while_it_is_read_sends_its_clients_astray() {
    let refused = |listener: &Listener, broker: &str| {
        let text = format!("{broker}: Connect to it failed: Connection refused");
        listener.error(KafkaError::Global(Code::BrokerTransportFailure), &text);
    };
    let told = |listener: &Listener| {
        listener.heard().told().map(|fault| (fault.kind, fault.broker)).expect("a fault")
    };
    let listener = listener("plaintext");
    let heard = listener.heard();
    heard.opened();
    reach(heard, "b:2");
    refused(&listener, "b:2/1");
    assert_eq!(told(&listener), (Kind::Unreachable, "b:2".to_owned()), "it was reached before");
    // The connection broke, came again, and the broker has another address now.
    refused(&listener, "a:1/bootstrap");
    heard.passed(["a:1"].into_iter());
    refused(&listener, "c:3/1");
    reach(heard, "b:2");
    assert_eq!(told(&listener), (Kind::AdvertisedUnreachable, "c:3".to_owned()));
    // What has passed is said only where nothing else is known.
    reach(heard, "c:3");
    refused(&listener, "a:1/bootstrap");
    assert_eq!(told(&listener), (Kind::Unreachable, "a:1".to_owned()));
}

#[test]
fn a_broker_that_closes_while_it_stops_does_not_want_to_be_spoken_to_otherwise() {
    const CLOSED: &str = "a:1/1: Disconnected: connection reset by peer \
                          (after 1ms in state APIVERSION_QUERY)";
    let closed = KafkaError::Global(Code::BrokerTransportFailure);
    let kind = |listener: &Listener| listener.heard().told().map(|fault| fault.kind);
    let never_open = listener("plaintext");
    never_open.error(closed.clone(), CLOSED);
    assert_eq!(kind(&never_open), Some(Kind::NeedsTls));

    let open = listener("plaintext");
    open.heard().opened();
    open.error(closed.clone(), CLOSED);
    assert_eq!(kind(&open), Some(Kind::Unreachable));
    std::thread::sleep(CLOSING + Duration::from_millis(1));
    assert_eq!(kind(&open), Some(Kind::NeedsTls), "it goes on like that");

    let stopped = listener("plaintext");
    stopped.heard().opened();
    stopped.error(closed.clone(), CLOSED);
    stopped.error(closed, "a:1/1: Connect to ipv4#127.0.0.1:1 failed: Connection refused");
    std::thread::sleep(CLOSING + Duration::from_millis(1));
    assert_eq!(kind(&stopped), Some(Kind::Unreachable));
}

#[test]
fn a_connection_that_ends_without_a_word_hides_nothing_that_was_said() {
    const ENDED: &str = "GroupCoordinator: a:1: Disconnected: connection closed by peer";
    let open = listener("plaintext");
    open.heard().opened();
    let told = || open.heard().told().map(|fault| (fault.kind, fault.broker));
    let tell = |code, text| open.error(KafkaError::Global(code), text);
    tell(Code::BrokerTransportFailure, ENDED);
    assert_eq!(told(), Some((Kind::Unreachable, "a:1".to_owned())));
    tell(Code::SaslAuthenticationFailed, "a:1/1: Authentication failed");
    tell(Code::BrokerTransportFailure, ENDED);
    assert_eq!(told(), Some((Kind::CredentialsRefused, "a:1".to_owned())));
    tell(
        Code::BrokerTransportFailure,
        "a:1/1: SaslHandshake failed: Local: Broker transport failure",
    );
    assert_eq!(told().map(|(kind, _)| kind), Some(Kind::CredentialsRefused));
    // What has words is news, and so is an end after the broker was well.
    tell(Code::BrokerTransportFailure, "a:1/1: Connect to a:1 failed: Connection refused");
    assert_eq!(told().map(|(kind, _)| kind), Some(Kind::Unreachable));
    tell(Code::SaslAuthenticationFailed, "a:1/1: Authentication failed");
    reach(open.heard(), "a:1");
    tell(Code::BrokerTransportFailure, ENDED);
    assert_eq!(told().map(|(kind, _)| kind), Some(Kind::Unreachable));
}

#[test]
fn the_moment_at_which_connections_end_is_looked_at_again_and_again() {
    let open = listener("plaintext");
    open.heard().opened();
    let ended = |state: &str| {
        let text =
            format!("a:1/1: Disconnected: connection closed by peer (after 2ms in state {state})");
        open.error(KafkaError::Global(Code::BrokerTransportFailure), &text);
    };
    ended("UP");
    std::thread::sleep(CLOSING / 2);
    for _ in 0..3 {
        ended("APIVERSION_QUERY");
        std::thread::sleep(CLOSING / 2);
    }
    // The same moment again does not begin the wait anew.
    assert_eq!(open.heard().told().map(|fault| fault.kind), Some(Kind::NeedsTls));
    // What is known is told until the next guess holds.
    ended("UP");
    assert_eq!(open.heard().told().map(|fault| fault.kind), Some(Kind::NeedsTls));
    std::thread::sleep(CLOSING);
    assert_eq!(open.heard().told().map(|fault| fault.kind), Some(Kind::NeedsSasl));
    // One that takes a connection and says nothing closes none for what was said.
    open.heard().hangs("a:1");
    assert_eq!(open.heard().told().map(|fault| fault.kind), Some(Kind::Unreachable));
}

#[test]
fn waiting_ends_early_only_where_every_named_broker_said_what_is_wrong() {
    let listener = Listener::new(&settings("a:1, b"));
    let fail = |broker: &str, code| {
        listener.error(KafkaError::Global(code), &format!("{broker}/bootstrap: so it is"));
    };
    fail("a:1", Code::Authentication);
    assert!(!listener.heard().is_settled());
    fail("b:9092", Code::BrokerTransportFailure);
    assert!(!listener.heard().is_settled(), "it may be starting");
    assert_eq!(listener.heard().told().map(|fault| fault.kind), Some(Kind::CredentialsRefused));
    fail("b:9092", Code::Authentication);
    assert!(listener.heard().is_settled());
    std::thread::sleep(Duration::from_millis(1));
    listener.heard().answered();
    assert!(!listener.heard().is_settled(), "they have answered since");
}

#[test]
fn white_space_around_a_secret_is_named_where_credentials_are_refused() {
    let padded = with(settings("a:1"), "sasl.password", "hunter2\n", true);
    let padded = with(padded, "ssl.ca.pem", "-----BEGIN\n-----END\n", true);
    let listener = Listener::new(&padded);
    listener.error(KafkaError::Global(Code::Authentication), "a:1/bootstrap: no");
    assert_eq!(
        listener.heard().fault(&SILENCE).to_string(),
        "kafka at a:1 does not take the user's name and password: no; \
         the value of `sasl.password` begins or ends with white space"
    );
}

/// A broker is connected under the address that the cluster names.
fn reach(heard: &Heard, broker: &str) {
    heard.passed([broker].into_iter());
    heard.reached(vec![broker.to_owned()]);
}

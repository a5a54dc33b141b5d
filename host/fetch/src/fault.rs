//! The fault that keeps brokers from giving what was asked for, told by name.

use std::fmt;

/// The kind of a fault between this program and the brokers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// Nobody listens at the address, or the connection breaks.
    Unreachable,
    /// The name of the broker has no address.
    NameUnknown,
    /// The address takes the connection, or not even that, and nothing comes back.
    Silent,
    /// Something answers that is not Kafka.
    NotKafka,
    /// This program speaks TLS and the broker does not.
    WithoutTls,
    /// The broker speaks TLS and this program does not.
    NeedsTls,
    /// The broker wants SASL and this program does not use it.
    NeedsSasl,
    /// The broker's certificate is not signed by an authority that is trusted here.
    CertificateUntrusted,
    /// The broker's certificate is for another name.
    HostNameWrong,
    /// The broker wants a certificate of its clients, and another one than was shown.
    ClientCertificate,
    /// The broker does not take the user's name and password.
    CredentialsRefused,
    /// The broker does not take the SASL mechanism.
    MechanismRefused,
    /// The user may not read the topic.
    TopicForbidden,
    /// The user may not use the group.
    GroupForbidden,
    /// No broker leads the partition; the reason names it.
    NoLeader,
    /// A partition cannot be read for another reason.
    ReadFailing,
    /// The offsets of the group are somebody else's.
    GroupShared,
    /// A broker sends its clients to an address that cannot be reached from here.
    AdvertisedUnreachable,
    /// The topic for dead letters or late records does not exist; the reason is its name.
    OutputMissing,
    /// The user may not write to the topic for dead letters or late records; the reason is its
    /// name.
    OutputForbidden,
}

/// A fault with the broker and the words of who found it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokerFault {
    /// The kind of the fault.
    pub kind: FaultKind,
    /// The address of the broker, or of all brokers where it is not one of them.
    pub broker: String,
    /// The reason in the words of the client or of the broker.
    pub reason: String,
    /// What else may be to blame, complete by itself; empty where nothing is.
    pub note: String,
}

impl FaultKind {
    /// The name that page and API know the kind by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unreachable => "broker_unreachable",
            Self::NameUnknown => "broker_name_unknown",
            Self::Silent => "broker_silent",
            Self::NotKafka => "broker_not_kafka",
            Self::WithoutTls => "broker_without_tls",
            Self::NeedsTls => "broker_needs_tls",
            Self::NeedsSasl => "broker_needs_sasl",
            Self::CertificateUntrusted => "broker_certificate_untrusted",
            Self::HostNameWrong => "broker_host_name_wrong",
            Self::ClientCertificate => "client_certificate_refused",
            Self::CredentialsRefused => "credentials_refused",
            Self::MechanismRefused => "mechanism_refused",
            Self::TopicForbidden => "topic_forbidden",
            Self::GroupForbidden => "group_forbidden",
            Self::NoLeader => "no_leader",
            Self::ReadFailing => "read_failing",
            Self::GroupShared => "group_shared",
            Self::AdvertisedUnreachable => "advertised_unreachable",
            Self::OutputMissing => "output_topic_missing",
            Self::OutputForbidden => "output_topic_forbidden",
        }
    }

    /// What mends it, in words for people.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Unreachable => "start the broker, or correct `brokers` in [source.kafka]",
            Self::NameUnknown => {
                "correct the name in `brokers` of [source.kafka], or let this computer resolve it"
            }
            Self::Silent => {
                "look whether the broker hangs, whether a firewall is in between, and whether the \
                 port in `brokers` of [source.kafka] is the broker's"
            }
            Self::NotKafka => {
                "correct the port in `brokers` of [source.kafka]: another server listens there"
            }
            Self::WithoutTls => {
                "set \"security.protocol\" = \"plaintext\" (with SASL \"sasl_plaintext\") in \
                 [source.kafka.librdkafka], or name the broker's port with TLS in `brokers`"
            }
            Self::NeedsTls => {
                "set \"security.protocol\" = \"ssl\" (with SASL \"sasl_ssl\") in \
                 [source.kafka.librdkafka], or name the broker's port without TLS in `brokers`"
            }
            Self::NeedsSasl => {
                "set \"security.protocol\" = \"sasl_plaintext\" (with TLS \"sasl_ssl\"), \
                 \"sasl.mechanism\", \"sasl.username\" and \"sasl.password\" in \
                 [source.kafka.librdkafka]"
            }
            Self::CertificateUntrusted => {
                "set \"ssl.ca.location\" in [source.kafka.librdkafka] to the certificate of the \
                 authority that signed the broker's (PEM), and look whether the broker's expired"
            }
            Self::HostNameWrong => {
                "write a name that the broker's certificate is for into `brokers` of \
                 [source.kafka], or give the broker a certificate for this name"
            }
            Self::ClientCertificate => {
                "set \"ssl.certificate.location\" and \"ssl.key.location\" (PEM), or \
                 \"ssl.keystore.location\" (PKCS#12), in [source.kafka.librdkafka] to a \
                 certificate that the broker trusts"
            }
            Self::CredentialsRefused => {
                "correct \"sasl.username\" and \"sasl.password\" in [source.kafka.librdkafka]"
            }
            Self::MechanismRefused => {
                "set \"sasl.mechanism\" in [source.kafka.librdkafka] to one that the broker takes"
            }
            Self::TopicForbidden => {
                "let this user read the topic: an ACL that allows Read and Describe"
            }
            Self::GroupForbidden => {
                "let this user use the group: an ACL that allows Read, or set `group` in \
                 [source.kafka] to one that the user may use"
            }
            Self::NoLeader => "look which of the cluster's brokers are away, and start them",
            Self::ReadFailing => "look at the broker's log and at its disk",
            Self::GroupShared => {
                "give each pipeline a `group` of its own in [source.kafka]; where the other one is \
                 no more, delete its offsets with kafka-consumer-groups.sh --delete-offsets"
            }
            Self::AdvertisedUnreachable => {
                "correct `advertised.listeners` of the broker, or connect to a listener that \
                 tells clients an address which this computer reaches"
            }
            Self::OutputMissing => {
                "create the topic, or correct its name in [dead_letters.kafka] or \
                 [late_output.kafka]"
            }
            Self::OutputForbidden => {
                "let this user write to the topic: an ACL that allows Write and Describe"
            }
        }
    }

    /// True if the fault says where to look, which a broken connection alone does not.
    pub fn is_telling(self) -> bool {
        !matches!(
            self,
            Self::Unreachable | Self::Silent | Self::NameUnknown | Self::AdvertisedUnreachable
        )
    }
}

impl BrokerFault {
    /// A fault of `broker` with no note.
    pub fn new(kind: FaultKind, broker: &str, reason: impl Into<String>) -> Self {
        Self { kind, broker: broker.to_owned(), reason: reason.into(), note: String::new() }
    }
}

impl fmt::Display for BrokerFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, broker, reason, note } = self;
        match kind {
            FaultKind::Unreachable => write!(f, "kafka at {broker} cannot be reached"),
            FaultKind::NameUnknown => write!(f, "the name of kafka at {broker} has no address"),
            FaultKind::Silent => write!(f, "kafka at {broker} does not answer"),
            FaultKind::NotKafka => write!(f, "it is not Kafka that answers at {broker}"),
            FaultKind::WithoutTls => write!(f, "kafka at {broker} does not speak TLS"),
            FaultKind::NeedsTls => write!(f, "kafka at {broker} wants TLS"),
            FaultKind::NeedsSasl => write!(f, "kafka at {broker} wants SASL"),
            FaultKind::CertificateUntrusted => {
                write!(f, "the certificate of kafka at {broker} is not trusted")
            }
            FaultKind::HostNameWrong => {
                write!(f, "the certificate of kafka at {broker} is for another name")
            }
            FaultKind::ClientCertificate => {
                write!(f, "kafka at {broker} wants a certificate of this client that it trusts")
            }
            FaultKind::CredentialsRefused => {
                write!(f, "kafka at {broker} does not take the user's name and password")
            }
            FaultKind::MechanismRefused => {
                write!(f, "kafka at {broker} does not take the SASL mechanism")
            }
            FaultKind::NoLeader => {
                write!(f, "no broker of kafka at {broker} leads what is to be read")
            }
            FaultKind::ReadFailing => write!(f, "kafka at {broker} answers with an error"),
            FaultKind::TopicForbidden => write!(f, "kafka at {broker} forbids the topic"),
            FaultKind::GroupForbidden => write!(f, "kafka at {broker} forbids the group"),
            FaultKind::GroupShared => {
                write!(f, "the group at {broker} is not told the offsets of this pipeline")
            }
            FaultKind::AdvertisedUnreachable => {
                write!(f, "kafka sends its clients to {broker}, which cannot be reached from here")
            }
            FaultKind::OutputMissing => {
                return write!(f, "the output topic `{reason}` does not exist on {broker}");
            }
            FaultKind::OutputForbidden => {
                return write!(f, "kafka at {broker} lets this user not write to topic `{reason}`");
            }
        }?;
        write!(f, ": {reason}")?;
        if note.is_empty() { Ok(()) } else { write!(f, "; {note}") }
    }
}

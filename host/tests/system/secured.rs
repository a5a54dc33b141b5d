//! A real Kafka with TLS, SASL and ACLs. Every user but the administrators has only what a test
//! allows.

use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

use crate::broker::{Broker, Listener, free_port, tool};
use crate::certificates::{Certificates, PASSWORD, text};
use crate::process::finish;

/// The user who may do nothing unless a test allows it.
pub(crate) const USER: &str = "alice";

/// The password of [`USER`].
pub(crate) const USER_PASSWORD: &str = "alice-in-wonderland";

/// The name by which ACLs know [`USER`].
pub(crate) const USER_PRINCIPAL: &str = "User:alice";

/// A way to connect to the broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    /// TLS; whoever comes is an administrator.
    Tls,
    /// TLS, for clients with a certificate.
    MutualTls,
    /// SCRAM-SHA-256 in the clear.
    Sasl,
    /// The same mechanism as in the clear, over TLS.
    SaslTls,
    /// In the clear; the broker tells clients to go on at a port where nobody listens.
    Astray,
}

/// The broker with its certificates.
pub(crate) struct Secured {
    broker: Broker,
    certificates: Certificates,
    ports: [u16; 5],
    /// The port that clients of [`Door::Astray`] are told.
    closed: u16,
}

impl Secured {
    /// The secured broker of all tests.
    pub(crate) fn shared() -> Arc<Self> {
        static SHARED: OnceLock<Arc<Secured>> = OnceLock::new();
        SHARED.get_or_init(|| Arc::new(Self::started())).clone()
    }

    fn started() -> Self {
        let certificates = Certificates::new();
        let (ports, closed) = ([(); 5].map(|()| free_port()), free_port());
        let names = ["TLS", "MTLS", "SASL", "SASLTLS", "ASTRAY"];
        let listener = |(i, name)| Listener {
            name,
            port: ports[i],
            machine: "127.0.0.1",
            told: if name == "ASTRAY" { closed } else { ports[i] },
        };
        let listeners = names.into_iter().enumerate().map(listener).collect::<Vec<_>>();
        let scram = format!("SCRAM-SHA-256=[name={USER},password={USER_PASSWORD}]");
        let properties = properties(&certificates);
        let (users, folder) = (["--add-scram", &scram], certificates.folder());
        let broker = Broker::on_a_leash(&properties, &listeners, &users, Some(folder));
        Self { broker, certificates, ports, closed }
    }

    /// The broker as its administrator sees it, in the clear.
    pub(crate) fn broker(&self) -> &Broker {
        &self.broker
    }

    pub(crate) fn certificates(&self) -> &Certificates {
        &self.certificates
    }

    /// The port that clients of [`Door::Astray`] are told, where nobody listens.
    pub(crate) fn closed_port(&self) -> u16 {
        self.closed
    }

    pub(crate) fn address(&self, door: Door) -> String {
        format!("127.0.0.1:{}", self.ports[door as usize])
    }

    /// The settings of librdkafka with which [`USER`] or the client gets through `door`.
    pub(crate) fn settings(&self, door: Door) -> Vec<(&'static str, String)> {
        let protocol = match door {
            Door::Tls | Door::MutualTls => "ssl",
            Door::Sasl => "sasl_plaintext",
            Door::SaslTls => "sasl_ssl",
            Door::Astray => "plaintext",
        };
        let mut settings = vec![("security.protocol", protocol.to_owned())];
        if matches!(door, Door::Tls | Door::MutualTls | Door::SaslTls) {
            settings.push(("ssl.ca.location", text(&self.certificates.authority())));
        }
        if door == Door::MutualTls {
            settings.push(("ssl.keystore.location", text(&self.certificates.client())));
            settings.push(("ssl.keystore.password", PASSWORD.to_owned()));
        }
        if matches!(door, Door::Sasl | Door::SaslTls) {
            settings.push(("sasl.mechanism", "SCRAM-SHA-256".to_owned()));
            settings.push(("sasl.username", USER.to_owned()));
            settings.push(("sasl.password", USER_PASSWORD.to_owned()));
        }
        settings
    }

    /// Allows `principal` an operation, such as `Read`, on a `topic` or a `group`.
    pub(crate) fn allow(&self, principal: &str, operation: &str, (kind, name): (&str, &str)) {
        self.acl(&["--add", "--allow-principal", principal], operation, (kind, name));
    }

    /// Takes back what was allowed.
    pub(crate) fn take_back(&self, principal: &str, operation: &str, (kind, name): (&str, &str)) {
        let change = ["--remove", "--force", "--allow-principal", principal];
        self.acl(&change, operation, (kind, name));
    }

    fn acl(&self, change: &[&str], operation: &str, (kind, name): (&str, &str)) {
        let mut command = tool("org.apache.kafka.tools.AclCommand");
        command.args(["--bootstrap-server", &self.broker.address()]).args(change);
        command.args(["--operation", operation, &format!("--{kind}"), name]);
        finish(&mut command).ok();
    }
}

/// Settings of librdkafka as lines of `[source.kafka.librdkafka]`.
pub(crate) fn lines(settings: &[(&str, String)]) -> String {
    let mut lines = String::new();
    for (key, value) in settings {
        let _ = writeln!(lines, "{key:?} = {value:?}");
    }
    lines
}

fn properties(certificates: &Certificates) -> String {
    let mut properties = format!(
        "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,TLS:SSL,MTLS:SSL,\
         SASL:SASL_PLAINTEXT,SASLTLS:SASL_SSL,ASTRAY:PLAINTEXT\n\
         authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer\n\
         super.users=User:ANONYMOUS\nallow.everyone.if.no.acl.found=false\n\
         ssl.keystore.type=PKCS12\nssl.keystore.location={}\nssl.keystore.password={PASSWORD}\n\
         ssl.key.password={PASSWORD}\nssl.truststore.type=PEM\nssl.truststore.location={}\n\
         listener.name.mtls.ssl.client.auth=required\n\
         sasl.enabled.mechanisms=SCRAM-SHA-256\n",
        text(&certificates.broker()),
        text(&certificates.authority()),
    );
    for listener in ["sasl", "sasltls"] {
        let _ = writeln!(
            properties,
            "listener.name.{listener}.scram-sha-256.sasl.jaas.config=\
             org.apache.kafka.common.security.scram.ScramLoginModule required;"
        );
    }
    properties
}

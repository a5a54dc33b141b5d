//! A live pipeline goes through every fault that may stand between it and its brokers, and back,
//! without a restart. Each is told by name on the page, by `/readyz` and once in the log, within
//! two seconds where the connection breaks; no lag is claimed meanwhile; after the mend every
//! record is counted, also those that were sent meanwhile.

use std::cell::Cell;
use std::fmt::Write as _;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::broker::{Broker, Listener, free_port};
use crate::certificates::{Certificates, PASSWORD, text};
use crate::events::event;
use crate::host::{Host, read};
use crate::relay::{Behind, Relay};
use crate::secured::lines;
use crate::workplace::{Settings, Workplace, unique};

const USER: &str = "alice";
const USER_PASSWORD: &str = "alice-in-wonderland";

/// How long it may take until the page says that a connection broke.
const BROKEN: Duration = Duration::from_secs(2);

/// How long all may be read after a fault that need not concern a connection, before it breaks again.
const ANEW_AFTER: Duration = Duration::from_secs(5);

/// How long it may take until the page names the cause.
const NAMED: Duration = Duration::from_secs(12);

/// A fault: its name for people, what stands behind the port, and the code of its cause.
type Fault = (&'static str, Behind, &'static str);

/// The listener that a pipeline reads through, settings of librdkafka, lines of `[source.kafka]`,
/// and the faults that it meets.
type Plan<'a> = (&'static str, &'a [(&'a str, String)], &'a str, Vec<Fault>);

/// A broker that listens in every way that a client may meet, each of the first three behind a
/// relay.
struct Doors {
    broker: Broker,
    certificates: Certificates,
    listeners: Vec<Listener>,
}

impl Doors {
    fn new() -> Self {
        let certificates = Certificates::new();
        let names =
            ["OPEN", "TLS", "SASL", "ASTRAY", "MTLS", "STRANGE", "MISNAMED", "REFUSING", "SCRAM"];
        let listeners: Vec<_> = names
            .into_iter()
            .map(|name| {
                let (port, told) = (free_port(), free_port());
                Listener { name, port, machine: "127.0.0.1", told }
            })
            .collect();
        let broker = Broker::with_listeners(&properties(&certificates), &listeners, &[]);
        Self { broker, certificates, listeners }
    }

    fn door(&self, name: &str) -> &Listener {
        self.listeners.iter().find(|door| door.name == name).expect("a door")
    }

    fn behind(&self, name: &str) -> Behind {
        Behind::Port(self.door(name).port)
    }

    /// The relay that clients are sent to by the listener `name`, and its address.
    fn relay(&self, name: &str) -> (Relay, String) {
        let told = self.door(name).told;
        (Relay::new(told, self.behind(name)), format!("127.0.0.1:{told}"))
    }
}

fn properties(certificates: &Certificates) -> String {
    let mut properties = format!(
        "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,OPEN:PLAINTEXT,\
         ASTRAY:PLAINTEXT,TLS:SSL,MTLS:SSL,STRANGE:SSL,MISNAMED:SSL,SASL:SASL_PLAINTEXT,\
         REFUSING:SASL_PLAINTEXT,SCRAM:SASL_PLAINTEXT\nnum.network.threads=1\n\
         ssl.keystore.type=PKCS12\nssl.keystore.location={}\nssl.keystore.password={PASSWORD}\n\
         ssl.key.password={PASSWORD}\nssl.truststore.type=PEM\nssl.truststore.location={}\n\
         listener.name.mtls.ssl.client.auth=required\nsasl.enabled.mechanisms=PLAIN\n\
         listener.name.scram.sasl.enabled.mechanisms=SCRAM-SHA-256\n\
         listener.name.scram.scram-sha-256.sasl.jaas.config=\
         org.apache.kafka.common.security.scram.ScramLoginModule required;\n",
        text(&certificates.broker()),
        text(&certificates.authority()),
    );
    let stores = [("strange", certificates.strange()), ("misnamed", certificates.misnamed())];
    for (name, store) in stores {
        let _ = write!(
            properties,
            "listener.name.{name}.ssl.keystore.type=PKCS12\n\
             listener.name.{name}.ssl.keystore.location={}\n\
             listener.name.{name}.ssl.keystore.password={PASSWORD}\n\
             listener.name.{name}.ssl.key.password={PASSWORD}\n",
            text(&store)
        );
    }
    for (name, password) in [("sasl", USER_PASSWORD), ("refusing", "another one")] {
        let _ = writeln!(
            properties,
            "listener.name.{name}.plain.sasl.jaas.config=\
             org.apache.kafka.common.security.plain.PlainLoginModule required \
             user_{USER}=\"{password}\";"
        );
    }
    properties
}

/// A live pipeline that is not started again while faults come and pass.
struct Walk<'a> {
    doors: &'a Doors,
    home: &'static str,
    relay: Relay,
    topic: String,
    host: Host,
    sent: u64,
    _place: Workplace,
}

impl<'a> Walk<'a> {
    /// A pipeline that reads through the listener `home`, with settings of librdkafka and lines of
    /// `[source.kafka]`.
    fn new(
        doors: &'a Doors,
        home: &'static str,
        librdkafka: &[(&str, String)],
        more: &str,
    ) -> Self {
        let (relay, address) = doors.relay(home);
        let topic = unique("causes");
        doors.broker.create_topic(&topic, 2);
        let mut settings = Settings::kafka(&address, &topic).with_lines(more);
        settings.source += &lines(librdkafka);
        let place = Workplace::new(&settings);
        let host = Host::start(&place);
        let mut walk = Self { doors, home, relay, topic, host, sent: 0, _place: place };
        walk.send();
        walk.is_well();
        walk
    }

    fn send(&mut self) {
        let record = event(&[]);
        for partition in 0..2 {
            let records = (0..25).map(|_| record.as_slice());
            self.doors.broker.send(&self.topic, partition, records);
        }
        self.sent += 50;
    }

    /// Everything is read, and everything says so.
    fn is_well(&self) {
        let sent = self.sent;
        let status = self.host.status_when("a live host", |status| {
            let is_live = status["mode"] == "live" && status["lag"] == 0;
            is_live && status["health"]["ready"] == true && read(status) >= sent
        });
        let ends = self.doors.broker.ends(&self.topic, &[0, 1]);
        assert_eq!(read(&status), sent, "every record is counted once; the logs are {ends:?}");
        assert_eq!(status["cause"], Value::Null, "{status}");
        assert_eq!(self.host.get("/readyz").status, 200);
    }

    /// Through one fault and back; returns its row of the table.
    fn meet(&mut self, (name, behind, code): Fault) -> String {
        let said = self.host.log().len();
        self.relay.turn(behind);
        let (since, turns) = (Cell::new(Instant::now()), Cell::new(0));
        // Where the cluster names another address, a connection may be of use until its client asks
        // for addresses again: then one partition is told, and the other one is read. Where both are
        // read, nothing is wrong yet, so the connections break once more.
        let may_be_read = code == "advertised_unreachable";
        let stands = |status: &Value| {
            status["mode"] == "waiting"
                || may_be_read && partitions(status).any(|one| one["state"] == "unanswered")
        };
        let status = self.host.status_when(name, |status| {
            let is_read = may_be_read && status["lag"] == 0;
            if is_read && since.get().elapsed() > ANEW_AFTER {
                self.relay.turn(behind);
                since.set(Instant::now());
                turns.set(turns.get() + 1);
            }
            stands(status)
        });
        let since = since.get();
        let broken = since.elapsed();
        assert_eq!(status["lag"], Value::Null, "{name}: {status}");
        let status = self.host.status_when(code, |status| cause(status, code).is_some());
        let page = since.elapsed();
        assert_eq!(status["lag"], Value::Null, "{name}: {status}");
        assert!(stands(&status), "{name}: {status}");
        // Each partition tells for itself, so one may have another cause for a moment.
        crate::wait::until(name, || {
            let ready = self.host.get("/readyz");
            assert_eq!(ready.status, 503, "{name}");
            (ready.json()["reason"] == code).then_some(())
        });
        let known = self.host.get("/metrics").body;
        for partition in partitions(&status).filter(|partition| !partition["cause"].is_null()) {
            let series = format!("lag_records{{partition=\"{}\"}}", partition["partition"]);
            assert!(!known.contains(&series), "{name}: no lag is known\n{known}");
        }
        let cause = cause(&status, code).expect("it was found");
        let message = cause["message"].as_str().expect("words").to_owned();
        let begin = message.split(": ").next().expect("a beginning").to_owned();
        crate::wait::until_with(
            || format!("a line with {begin:?} in\n{}", self.host.log()),
            || self.host.log()[said..].contains(&begin).then_some(()),
        );
        let log = since.elapsed();
        self.send();

        self.relay.turn(self.doors.behind(self.home));
        let since = Instant::now();
        self.is_well();
        let back = since.elapsed();
        let told = self.host.log()[said..].to_owned();
        // The line that the connection broke, the one that says why where it came to be known, and
        // one each where the fault before has only just passed and where two addresses are
        // concerned.
        let lines = told.matches("trying again until it passes").count();
        assert!((1..=4 + turns.get()).contains(&lines), "{name}: {lines} lines\n{told}");
        self.send();
        self.is_well();
        let row = format!(
            "{name:32} {code:30} {:5.1} {:5.1} {:5.1} {:5.1} {lines}  {message}",
            broken.as_secs_f32(),
            page.as_secs_f32(),
            log.as_secs_f32(),
            back.as_secs_f32()
        );
        eprintln!("{row}");
        assert!(page < NAMED && log < NAMED && back < NAMED, "{row}");
        assert!(broken < BROKEN, "{row}");
        row
    }
}

fn partitions(status: &Value) -> impl Iterator<Item = &Value> {
    status["partitions"].as_array().into_iter().flatten()
}

/// The cause with this code, of the pipeline or of one of its partitions.
fn cause<'a>(status: &'a Value, code: &str) -> Option<&'a Value> {
    let causes = partitions(status).map(|partition| &partition["cause"]);
    [&status["cause"]].into_iter().chain(causes).find(|cause| cause["code"] == code)
}

#[test]
fn a_live_pipeline_goes_through_every_fault_of_its_brokers_and_back() {
    let doors = Doors::new();
    let limit = "unanswered_after = \"2s\"\n";
    let authority = ("ssl.ca.location", text(&doors.certificates.authority()));
    let tls = [("security.protocol", "ssl".to_owned()), authority];
    let sasl = [
        ("security.protocol", "sasl_plaintext".to_owned()),
        ("sasl.mechanism", "PLAIN".to_owned()),
        ("sasl.username", USER.to_owned()),
        ("sasl.password", USER_PASSWORD.to_owned()),
    ];
    let web = Behind::Words(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    let of = |name| doors.behind(name);
    let walks: [Plan<'_>; 3] = [
        (
            "OPEN",
            &[],
            limit,
            vec![
                ("TLS where plain was spoken", of("TLS"), "broker_needs_tls"),
                ("refused", Behind::Nobody, "broker_unreachable"),
                ("SASL is wanted", of("SASL"), "broker_needs_sasl"),
                ("an HTTP server", web, "broker_not_kafka"),
                ("a silent port", Behind::Silence, "broker_silent"),
                ("advertised address unreachable", of("ASTRAY"), "advertised_unreachable"),
            ],
        ),
        (
            "TLS",
            &tls,
            limit,
            vec![
                ("plain where TLS was spoken", of("OPEN"), "broker_without_tls"),
                ("another authority", of("STRANGE"), "broker_certificate_untrusted"),
                ("a certificate of another name", of("MISNAMED"), "broker_host_name_wrong"),
                ("a client certificate is wanted", of("MTLS"), "client_certificate_refused"),
                ("an HTTP server where TLS was spoken", web, "broker_without_tls"),
                ("a silent port, over TLS", Behind::Silence, "broker_silent"),
            ],
        ),
        (
            "SASL",
            &sasl,
            "",
            vec![
                ("the password changed", of("REFUSING"), "credentials_refused"),
                ("the mechanism is not enabled", of("SCRAM"), "mechanism_refused"),
                ("a silent port, default limit", Behind::Silence, "broker_silent"),
                ("refused, default limit", Behind::Nobody, "broker_unreachable"),
            ],
        ),
    ];
    let rows = thread::scope(|scope| {
        let walks = walks.map(|(home, settings, more, faults)| {
            let doors = &doors;
            scope.spawn(move || {
                let mut walk = Walk::new(doors, home, settings, more);
                let rows: Vec<_> = faults.into_iter().map(|fault| walk.meet(fault)).collect();
                walk.host.terminate().ok();
                rows
            })
        });
        walks.map(|walk| walk.join().expect("a walk ends well"))
    });
    eprintln!("fault, cause, seconds to broken, page, log, back, lines, words");
    for row in rows.iter().flatten() {
        eprintln!("{row}");
    }
}

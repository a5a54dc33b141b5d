//! Everything that can be wrong between this program and its brokers, each with a name of its own,
//! the broker, librdkafka's words and what mends it.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::thread;

use serde_json::Value;

use crate::broker::free_port;
use crate::process::finish;
use crate::secured::{Door, Secured, lines};
use crate::workplace::{Settings, Workplace, unique};

/// A fault, and what is said of it.
struct Row {
    /// The name of the cause.
    code: &'static str,
    brokers: String,
    settings: Vec<(&'static str, String)>,
    /// A broker other than `brokers` that is to be named.
    broker: Option<String>,
    /// Words of librdkafka or of the remedy.
    words: &'static [&'static str],
}

fn row(code: &'static str, brokers: &str, words: &'static [&'static str]) -> Row {
    let brokers = brokers.to_owned();
    Row { code, brokers, settings: Vec::new(), broker: None, words }
}

/// `settings` with another value of one, or without it.
fn but(
    mut settings: Vec<(&'static str, String)>,
    key: &'static str,
    value: Option<&str>,
) -> Vec<(&'static str, String)> {
    settings.retain(|(known, _)| *known != key);
    settings.extend(value.map(|value| (key, value.to_owned())));
    settings
}

/// A pipeline of a topic at `brokers` with `settings` of librdkafka.
fn place(brokers: &str, topic: &str, settings: &[(&str, String)]) -> Workplace {
    let mut pipeline = Settings::kafka(brokers, topic);
    pipeline.source += &lines(settings);
    Workplace::new(&pipeline)
}

/// The cause that `check --json` tells, and the words of `check` for people.
fn told(row: &Row, topic: &str) -> (Value, String) {
    let place = place(&row.brokers, topic, &row.settings);
    let json = finish(place.command("check").arg("--json"));
    assert_eq!(json.code, Some(3), "{}: {}\n{}", row.code, json.stdout, json.stderr);
    let found: Value = serde_json::from_str(&json.stdout).expect("JSON");
    let words = finish(&mut place.command("check"));
    assert_eq!(words.code, Some(3), "{}: {}", row.code, words.stderr);
    (found["cause"].clone(), words.stderr)
}

fn check(row: &Row, topic: &str) {
    let (cause, words) = told(row, topic);
    eprintln!("{}: {cause}\n{words}", row.code);
    assert_eq!(cause["code"], row.code, "{cause}\n{words}");
    let broker = row.broker.as_ref().unwrap_or(&row.brokers);
    assert_eq!(cause["args"]["broker"], broker.as_str(), "{cause}");
    for word in row.words.iter().copied().chain(["hint: ", broker]) {
        assert!(words.contains(word), "no {word:?} in\n{words}");
    }
    assert!(!words.contains("cargo "), "{words}");
}

/// A server that answers whoever connects with `answer`, which may be nothing, for as long as the
/// tests run.
fn server(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let address = listener.local_addr().expect("an address").to_string();
    thread::spawn(move || {
        let mut kept = Vec::new();
        for mut connection in listener.incoming().flatten() {
            if !answer.is_empty() {
                // An answer to a request, as a web server gives it, and then the end.
                let _ = connection.read(&mut [0; 64]);
                let _ = connection.write_all(answer);
                continue;
            }
            kept.push(connection);
        }
    });
    address
}

/// Checks all rows at once: most of the time is spent waiting.
fn check_all(rows: &[Row], topic: &str) {
    thread::scope(|scope| {
        for row in rows {
            scope.spawn(move || check(row, topic));
        }
    });
}

#[test]
fn what_is_wrong_with_an_address_is_named() {
    let refused = format!("127.0.0.1:{}", free_port());
    let web = server(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    let silent = server(b"");
    let mut over_tls = row("broker_not_kafka", &web, &["another server"]);
    over_tls.settings = vec![("security.protocol", "ssl".to_owned())];
    over_tls.code = "broker_without_tls";
    over_tls.words = &["security.protocol"];
    let rows = [
        row("broker_unreachable", &refused, &["Connection refused", "start the broker"]),
        row("broker_name_unknown", "nowhere.invalid:9092", &["Failed to resolve", "the name"]),
        row("broker_not_kafka", &web, &["Invalid response size", "another server"]),
        row("broker_silent", &silent, &["firewall"]),
        over_tls,
    ];
    check_all(&rows, "events");
}

#[test]
fn what_is_wrong_with_tls_and_sasl_is_named() {
    let secured = Secured::shared();
    let topic = unique("faults");
    secured.broker().create_topic(&topic, 1);
    let at = |door| secured.address(door);
    let of = |door| secured.settings(door);
    let other = secured.certificates().another_authority().display().to_string();
    let by_name = at(Door::Tls).replace("127.0.0.1", "localhost");
    let plain = secured.broker().address();
    let mut rows = Vec::new();
    let mut add = |code, brokers: String, settings, words| {
        rows.push(Row { code, brokers, settings, broker: None, words });
    };
    add("broker_without_tls", plain, of(Door::Tls), &["does not speak TLS", "plaintext"]);
    add("broker_needs_tls", at(Door::Tls), Vec::new(), &["\"ssl\""]);
    let untrusting = but(of(Door::Tls), "ssl.ca.location", Some(&other));
    let words: &[&str] = &["certificate verify failed", "ssl.ca.location"];
    add("broker_certificate_untrusted", at(Door::Tls), untrusting, words);
    let v4 = but(of(Door::Tls), "broker.address.family", Some("v4"));
    let words: &[&str] = &["another name", "certificate verify failed"];
    add("broker_host_name_wrong", by_name, v4, words);
    let words: &[&str] = &["certificate", "ssl.certificate.location"];
    add("client_certificate_refused", at(Door::MutualTls), of(Door::Tls), words);
    for door in [Door::Sasl, Door::SaslTls] {
        let wrong = but(of(door), "sasl.password", Some("hunter2"));
        let words: &[&str] = &["sasl.password"];
        add("credentials_refused", at(door), wrong, words);
        let disabled = but(of(door), "sasl.mechanism", Some("PLAIN"));
        let words: &[&str] = &["SCRAM-SHA-256", "sasl.mechanism"];
        add("mechanism_refused", at(door), disabled, words);
    }
    add("broker_needs_sasl", at(Door::Sasl), Vec::new(), &["sasl_plaintext"]);
    rows.push(Row {
        broker: Some(format!("127.0.0.1:{}", secured.closed_port())),
        ..row("advertised_unreachable", &at(Door::Astray), &["advertised.listeners", "refused"])
    });
    check_all(&rows, &topic);
}

#[test]
fn each_step_of_a_handshake_is_in_the_log_where_it_is_asked_for() {
    let secured = Secured::shared();
    let topic = unique("steps");
    secured.broker().create_topic(&topic, 1);
    let settings = secured.settings(Door::Tls);
    let address = secured.address(Door::Tls);
    let said = |settings: &[(&str, String)]| {
        finish(&mut place(&address, &topic, settings).command("check")).ok().stderr
    };
    assert!(!said(&settings).contains("librdkafka: "), "{}", said(&settings));
    let asked = said(&but(settings, "debug", Some("security")));
    for step in ["librdkafka: SSL", "Broker SSL certificate verified"] {
        assert!(asked.contains(step), "no {step:?} in\n{asked}");
    }
}

#[test]
fn white_space_around_a_secret_is_pointed_at() {
    let secured = Secured::shared();
    let topic = unique("padded");
    secured.broker().create_topic(&topic, 1);
    let padded = but(secured.settings(Door::Sasl), "sasl.password", Some("secret\n"));
    let place = place(&secured.address(Door::Sasl), &topic, &padded);
    let ended = finish(&mut place.command("check"));
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    let warned = "\"sasl.password\"` has a value that begins or ends with white space";
    for words in [warned, "the value of `sasl.password` begins or ends with white space"] {
        assert!(ended.stderr.contains(words), "no {words:?} in\n{}", ended.stderr);
    }
    assert!(!ended.stderr.contains("secret\n"), "{}", ended.stderr);
}

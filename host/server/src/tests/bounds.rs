//! Clients that take more than their share: of answers, of connections, of time.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use serde_json::json;

use super::fixture::ENDED;
use super::host::{Host, PATIENCE, Setup};
use crate::limits::{ANSWERS_MAX, Limits};

fn socket(host: &Host) -> TcpStream {
    let socket = TcpStream::connect(host.address).expect("the server listens");
    socket.set_read_timeout(Some(PATIENCE)).expect("a socket");
    socket
}

fn ask(host: &Host, path: &str, extra: &str) -> TcpStream {
    let mut socket = socket(host);
    let head = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n{extra}\r\n", host.address);
    socket.write_all(head.as_bytes()).expect("the request goes out");
    socket
}

/// Everything that comes until the end of the connection.
fn rest(mut socket: TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A connection that was reset has ended too.
    let _ = socket.read_to_end(&mut bytes);
    bytes
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

const HUGE: &str = "/api/v1/history?metric=huge&bytes=50000000";

#[test]
fn an_answer_comes_in_pieces_and_one_that_fails_on_its_way_is_not_taken_for_whole() {
    let host = Host::start(Setup::default());
    let close = "Connection: close\r\n";
    let whole = rest(ask(&host, HUGE, close));
    assert!(whole.len() > 50_000_000 && whole.ends_with(b"0\r\n\r\n"), "{}", whole.len());
    let broken = "/api/v1/history?metric=broken&bytes=5000000";
    let broken = rest(ask(&host, broken, close));
    assert!(contains(&broken[..100], "200 OK") && !broken.ends_with(b"0\r\n\r\n"));
    // One that fails before its first piece is refused.
    assert_eq!(host.get("/api/v1/history?metric=broken&bytes=1").code, 500);
}

#[test]
fn too_many_answers_at_once_are_refused_and_clients_that_take_nothing_are_left() {
    let limits = Limits { send: Duration::from_secs(4), ..Limits::default() };
    let host = Host::start(Setup { limits, ..Setup::default() });
    let stuck: Vec<_> = (0..ANSWERS_MAX).map(|_| ask(&host, HUGE, "")).collect();
    let begun = Instant::now();
    let code = || host.get("/api/v1/lateness").code;
    while code() != 503 {
        assert!(begun.elapsed() < PATIENCE, "clients that take nothing take no place");
    }
    let refused = host.get("/api/v1/lateness");
    if refused.code == 503 {
        assert!(refused.header("retry-after").is_some(), "{refused:?}");
    }
    assert_eq!(host.get("/api/v1/status").code, 200, "what is not computed is not refused");
    while code() != 200 {
        assert!(begun.elapsed() < PATIENCE, "the places are free again");
    }
    drop(stuck);
}

#[test]
fn a_head_that_comes_byte_by_byte_ends_in_time() {
    let limits = Limits { head: Duration::from_secs(1), ..Limits::default() };
    let host = Host::start(Setup { limits, ..Setup::default() });
    let mut slow = socket(&host);
    let begun = Instant::now();
    slow.set_read_timeout(Some(Duration::from_millis(100))).expect("a socket");
    let mut ended = false;
    for byte in "GET / HTTP/1.1\r\nX-Long: ".bytes().chain(std::iter::repeat(b'a')) {
        assert!(begun.elapsed() < PATIENCE, "it is still open");
        let sent = slow.write_all(&[byte]);
        let mut answer = [0; 64];
        ended = sent.is_err() || matches!(slow.read(&mut answer), Ok(0));
        if ended {
            break;
        }
    }
    assert!(ended);
    // One that is silent after its answer ends too.
    let mut idle = ask(&host, "/livez", "");
    let mut answer = Vec::new();
    idle.read_to_end(&mut answer).expect("the server closes it");
    assert!(contains(&answer, "ok\n"));
}

#[test]
fn beyond_the_most_connections_health_is_told_and_nothing_else() {
    let limits = Limits { connections: 4, ..Limits::default() };
    let host = Host::start(Setup { limits, ..Setup::default() });
    let taken: Vec<_> = (0..4).map(|_| socket(&host)).collect();
    let begun = Instant::now();
    while host.get("/api/v1/status").code != 503 {
        assert!(begun.elapsed() < PATIENCE, "there is no limit");
    }
    let refused = host.get("/api/v1/status");
    assert_eq!(refused.header("retry-after"), Some("5"));
    // Far more connections that say nothing than are kept for health.
    let silent: Vec<_> = (0..40).map(|_| socket(&host)).collect();
    assert_eq!((host.get("/livez").code, host.get("/readyz").code), (200, 200));
    drop(silent);
    drop(taken);
    while host.get("/api/v1/status").code != 200 {
        assert!(begun.elapsed() < PATIENCE, "the connections are free again");
    }
}

#[test]
fn answers_are_compressed_for_clients_that_can_read_it() {
    let host = Host::start(Setup::default());
    let path = "/api/v1/history?metric=huge&bytes=5000000";
    for coding in ["gzip", "zstd"] {
        let extra = format!("Connection: close\r\nAccept-Encoding: {coding}\r\n");
        let answer = rest(ask(&host, path, &extra));
        assert!(
            contains(&answer[..answer.len().min(1000)], &format!("content-encoding: {coding}")),
            "{coding}"
        );
        assert!(answer.len() < 500_000, "{coding}: {}", answer.len());
    }
    assert_eq!(host.get(path).header("content-encoding"), None);
}

#[test]
fn without_a_token_explanations_take_a_tenth_of_a_core() {
    let host = Host::start(Setup::default());
    // This one takes more than the second that may be spent at once.
    assert_eq!(host.get("/api/v1/explain?partition=0&offset=-1100").code, 200);
    let refused = host.get("/api/v1/explain?partition=0&offset=1");
    assert_eq!(refused.code, 429, "{refused:?}");
    let wait: u64 = refused.header("retry-after").and_then(|s| s.parse().ok()).expect("seconds");
    assert!((1..=30).contains(&wait), "{wait}");
    let access = crate::Access { token: Some("0123456789abcdef".to_owned()), ..Default::default() };
    let host = Host::start(Setup { access, ..Setup::default() });
    for _ in 0..2 {
        let path = "/api/v1/explain?partition=0&offset=-1100";
        let reply = host.request("GET", path, "Authorization: Bearer 0123456789abcdef\r\n");
        assert_eq!(reply.code, 200, "{reply:?}");
    }
}

#[test]
fn an_explanation_tells_how_far_it_is_and_ends_with_whoever_wants_it() {
    let host = Host::start(Setup::default());
    let whole = host.get("/api/v1/explain/events?partition=0&offset=41");
    let expected = json!({ "partition": 0, "offset": 41, "verdict": "late" });
    // It comes in chunks, the size of each before it.
    assert!(whole.body.contains(&format!("event: explanation\ndata: {expected}\n\n")), "{whole:?}");
    assert_eq!(whole.header("content-type"), Some("text/event-stream"));
    assert_eq!(whole.header("x-accel-buffering"), Some("no"));
    let broken = host.get("/api/v1/explain/events?partition=4&offset=1").body;
    let progress = broken.find("event: progress\ndata: {\"read\":1,\"of\":2}\n\n");
    let refused = broken.find("event: refused\ndata: {\"error\":\"the broker is gone\"}\n\n");
    assert!(progress.is_some() && progress < refused, "{broken}");
    assert_eq!(host.get("/api/v1/explain/events?partition=2&offset=1").code, 422);

    let gzip = "Accept-Encoding: gzip\r\n";
    let mut socket = ask(&host, "/api/v1/explain/events?partition=3&offset=1", gzip);
    let mut heard = String::new();
    while heard.matches("event: progress").count() < 3 {
        let mut some = [0; 1024];
        let length = socket.read(&mut some).expect("progress comes");
        assert!(length > 0, "{heard}");
        heard += &String::from_utf8_lossy(&some[..length]);
    }
    assert!(!ENDED.load(Ordering::Relaxed));
    drop(socket);
    let deadline = Instant::now() + Duration::from_secs(30);
    while !ENDED.load(Ordering::Relaxed) {
        assert!(Instant::now() < deadline, "the work goes on for nobody");
        std::thread::sleep(Duration::from_millis(10));
    }
}

//! What the system gives little of: files that may be open, and addresses of memory.

use std::fs;
use std::io::Write as _;
use std::net::TcpStream;

use serde_json::Value;

use crate::host::{Host, read};
use crate::wait;
use crate::workplace::{Settings, Workplace};

/// Files that the program may open beyond those that it has: fewer than it takes connections.
const FREE: usize = 10;

/// Streams that are asked for: more than that.
const STREAMS: usize = 24;

fn open_files(host: &Host) -> usize {
    let files = fs::read_dir(format!("/proc/{}/fd", host.pid()));
    files.expect("an own process").count()
}

/// Asks for a stream, which stays open for as long as this socket.
fn stream(host: &Host) -> TcpStream {
    let address = host.address();
    let mut socket = TcpStream::connect(address).expect("the system takes it");
    let head = format!(
        "GET /api/v1/stream HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\n\
         Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    socket.write_all(head.as_bytes()).expect("the system takes it");
    socket
}

/// Less than wasmtime reserves for one memory by itself.
#[test]
fn plugins_run_where_addresses_are_limited() {
    let source = "[source.generator]\nrate = 1000\n".to_owned();
    let place = Workplace::new(&Settings { source, ..Settings::kafka("127.0.0.1:1", "unused") });
    let host = Host::start_by(&place, &["sh", "-c", "ulimit -v 3000000 && exec \"$@\"", "sh"]);
    host.has_read(1000);
    assert_eq!(host.status()["mode"], "live", "{}", host.status());
    host.terminate().ok();
}

#[test]
fn an_orchestrator_is_answered_where_no_file_can_be_opened() {
    let source = "[source.generator]\nrate = 100\n".to_owned();
    let place = Workplace::new(&Settings { source, ..Settings::kafka("127.0.0.1:1", "unused") });
    let usual = Host::start(&place);
    usual.has_read(100);
    // Without files that are open for a moment.
    let looks = (0..20).map(|_| {
        std::thread::sleep(std::time::Duration::from_millis(25));
        open_files(&usual)
    });
    let limit = looks.min().expect("twenty looks") + FREE;
    usual.terminate().ok();
    let limited = format!("ulimit -n {limit} && exec \"$@\"");
    let host = Host::start_by(&place, &["sh", "-c", &limited, "sh"]);
    host.has_read(200);
    let mut streams: Vec<TcpStream> = (0..STREAMS).map(|_| stream(&host)).collect();
    // A checkpoint has files of its own for a moment. What is refused then is asked for again.
    wait::until("no file to be left", || {
        let is_full = open_files(&host) + 1 >= limit;
        if !is_full {
            streams.push(stream(&host));
        }
        is_full.then_some(())
    });
    assert_eq!(host.get("/livez").status, 200);
    assert!(open_files(&host) + 2 >= limit, "the streams are there all the time");
    drop(streams);
    let has_room = |status: &Value| !status["accounting"].is_null();
    let before = read(&host.status_when("room for other questions", has_room));
    host.has_read(before + 100);
    host.terminate().ok();
}

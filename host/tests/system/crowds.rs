//! A server that may open no other file.

use std::fs;
use std::net::TcpStream;

use crate::host::Host;
use crate::wait;
use crate::workplace::{Settings, Workplace};

/// Files that the program may open beyond those that it has.
const FREE: usize = 16;

/// More connections than that.
const IDLE: usize = 40;

fn open_files(host: &Host) -> usize {
    let files = fs::read_dir(format!("/proc/{}/fd", host.pid()));
    files.expect("an own process").count()
}

#[test]
fn an_orchestrator_is_answered_where_no_file_can_be_opened() {
    let source = "[source.generator]\nrate = 100\n".to_owned();
    let place = Workplace::new(&Settings { source, ..Settings::kafka("127.0.0.1:1", "unused") });
    let usual = Host::start(&place);
    usual.has_read(100);
    let limit = open_files(&usual) + FREE;
    usual.terminate().ok();
    let limited = format!("ulimit -n {limit} && exec \"$@\"");
    let host = Host::start_by(&place, &["sh", "-c", &limited, "sh"]);
    host.has_read(200);
    let connect = |_| TcpStream::connect(host.address()).expect("the system takes it");
    let idle: Vec<TcpStream> = (0..IDLE).map(connect).collect();
    wait::until("no file to be left", || (open_files(&host) + 1 >= limit).then_some(()));
    assert_eq!(host.get("/livez").status, 200);
    drop(idle);
    let before = host.status()["accounting"]["read"].as_u64().expect("a count");
    host.has_read(before + 100);
    host.terminate().ok();
}

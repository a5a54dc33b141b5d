//! The requests of a browser: GET, and the stream.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use serde_json::Value;
use tokio_tungstenite::tungstenite::{self, Message, WebSocket};

use crate::wait::DEADLINE;

#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
    /// The body as it came.
    pub(crate) bytes: Vec<u8>,
}

impl Response {
    /// A header's value, without regard to case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| {
            panic!("{error}: {} {}", self.head, self.body.chars().take(2000).collect::<String>())
        })
    }
}

pub(crate) fn get(address: SocketAddr, path: &str) -> Response {
    ask(address, "GET", path, "")
}

/// A request without a body; `headers` are whole lines.
pub(crate) fn ask(address: SocketAddr, method: &str, path: &str, headers: &str) -> Response {
    let mut stream = connect(address);
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}\r\n"
    );
    stream.write_all(request.as_bytes()).expect("the host takes a request");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("the host answers");
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("an answer has a head");
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    let (status, bytes) = (status.expect("a status"), bytes.split_off(end + 4));
    let mut response = Response { status, head, body: String::new(), bytes };
    if response.header("transfer-encoding") == Some("chunked") {
        response.bytes = whole(&response.bytes);
    }
    response.body = String::from_utf8_lossy(&response.bytes).into_owned();
    response
}

/// A body that came in chunks, each with its length before it.
fn whole(mut chunks: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let end = chunks.iter().position(|byte| *byte == b'\r').expect("a length ends");
        let length = std::str::from_utf8(&chunks[..end]).expect("a length is text");
        let length = usize::from_str_radix(length, 16).expect("a length");
        if length == 0 {
            return body;
        }
        body.extend_from_slice(&chunks[end + 2..end + 2 + length]);
        chunks = &chunks[end + 2 + length + 2..];
    }
}

/// The stream behind the page.
pub(crate) struct Stream {
    socket: WebSocket<TcpStream>,
}

impl Stream {
    /// Connects as the page of `address` does.
    pub(crate) fn open(address: SocketAddr) -> Self {
        let url = format!("ws://{address}/api/v1/stream");
        let (socket, _) = tungstenite::client(url, connect(address)).expect("a handshake");
        Self { socket }
    }

    pub(crate) fn next(&mut self) -> Value {
        loop {
            match self.socket.read().expect("the stream goes on") {
                Message::Text(text) => return serde_json::from_str(&text).expect("JSON"),
                Message::Close(_) => panic!("the stream was closed"),
                _ => {}
            }
        }
    }

    /// Reads one message without a look at it; false once the stream has ended.
    pub(crate) fn skip(&mut self) -> bool {
        self.socket.read().is_ok_and(|message| !message.is_close())
    }

    /// Messages up to the one of kind `t`.
    pub(crate) fn until(&mut self, t: &str) -> Value {
        loop {
            let message = self.next();
            if message["t"] == t {
                return message;
            }
        }
    }
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("the host listens");
    stream.set_read_timeout(Some(DEADLINE)).expect("a deadline can be set");
    stream
}

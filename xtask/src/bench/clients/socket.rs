//! The part of a WebSocket that reading the host's messages to a page needs.
//!
//! Deliberately absent: everything that the host does not do, such as fragments and pings. The
//! host takes its WebSocket from a library; the chores have none of that dependency.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use rustix::net::{AddressFamily, SocketType, connect, socket, sockopt};

const TIMEOUT: Duration = Duration::from_secs(20);
const OPCODE_TEXT: u8 = 1;

/// One page's connection.
pub(crate) struct Socket {
    reader: BufReader<TcpStream>,
}

/// A message.
pub(crate) struct Message {
    pub(crate) is_update: bool,
    pub(crate) text: Vec<u8>,
}

impl Socket {
    /// Connects and asks for `hz` updates a second. A receive buffer of `buffer_bytes`, where one
    /// is given, makes the host feel a slow reader soon.
    pub(crate) fn open(address: SocketAddr, hz: u32, buffer_bytes: Option<usize>) -> Result<Self> {
        let descriptor = socket(AddressFamily::INET, SocketType::STREAM, None)?;
        if let Some(bytes) = buffer_bytes {
            // Before connecting, as the window is agreed upon then.
            sockopt::set_socket_recv_buffer_size(&descriptor, bytes)?;
        }
        connect(&descriptor, &address).with_context(|| format!("could not reach {address}"))?;
        let stream = TcpStream::from(descriptor);
        stream.set_read_timeout(Some(TIMEOUT))?;
        stream.set_nodelay(true)?;
        let mut socket = Self { reader: BufReader::new(stream) };
        socket.greet(address, hz)?;
        Ok(socket)
    }

    /// A second handle, with which the connection can be ended from elsewhere.
    pub(super) fn handle(&self) -> Result<TcpStream> {
        self.reader.get_ref().try_clone().context("could not copy a handle")
    }

    fn greet(&mut self, address: SocketAddr, hz: u32) -> Result<()> {
        let request = format!(
            "GET /api/v1/stream HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\n\
             Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        self.reader.get_mut().write_all(request.as_bytes())?;
        let mut status = String::new();
        self.reader.read_line(&mut status)?;
        ensure!(status.contains(" 101 "), "the host answered {}", status.trim());
        let mut line = status;
        while line != "\r\n" {
            line.clear();
            ensure!(self.reader.read_line(&mut line)? > 0, "the host ended its answer early");
        }
        self.reader.get_mut().write_all(&masked(&format!(r#"{{"t":"sub","hz":{hz}}}"#)))?;
        Ok(())
    }

    /// The next message; an error once the connection is gone.
    pub(crate) fn next(&mut self) -> Result<Message> {
        let mut head = [0; 2];
        self.reader.read_exact(&mut head)?;
        let bytes = self.length(head[1])?;
        ensure!(head[0] & 0x0f == OPCODE_TEXT, "the host closed the stream");
        let mut text = Vec::new();
        self.reader.by_ref().take(bytes).read_to_end(&mut text)?;
        ensure!(text.len() as u64 == bytes, "the message ended early");
        Ok(Message { is_update: text.starts_with(br#"{"t":"update""#), text })
    }

    fn length(&mut self, first: u8) -> Result<u64> {
        let mut long = [0; 8];
        match first {
            126 => self.reader.read_exact(&mut long[6..])?,
            127 => self.reader.read_exact(&mut long)?,
            short => long[7] = short,
        }
        Ok(u64::from_be_bytes(long))
    }
}

/// A short text as a frame of a client, masked with zeros: that leaves the text as it is.
fn masked(text: &str) -> Vec<u8> {
    let length = u8::try_from(text.len()).expect("it is short");
    let mut frame = vec![0x80 | OPCODE_TEXT, 0x80 | length, 0, 0, 0, 0];
    frame.extend_from_slice(text.as_bytes());
    frame
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn messages_of_every_length_are_read() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a client comes");
            let long = format!(r#"{{"t":"update"{}}}"#, " ".repeat(70_000));
            stream.write_all(b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n")?;
            stream.write_all(b"\x81\x02{}")?;
            stream.write_all(&[b"\x81\x7e\x01\x00".as_slice(), &[b' '; 256]].concat())?;
            stream.write_all(&[0x81, 127])?;
            stream.write_all(&(long.len() as u64).to_be_bytes())?;
            stream.write_all(long.as_bytes())?;
            stream.write_all(b"\x88\x00")?;
            // Closing with something unread would be a reset, which overtakes what was sent.
            std::io::copy(&mut stream, &mut std::io::sink())
        });
        let mut socket = Socket::open(address, 2, Some(4096)).expect("the server answers");
        let read: Vec<(usize, bool)> = std::iter::from_fn(|| socket.next().ok())
            .map(|message| (message.text.len(), message.is_update))
            .collect();
        assert_eq!(read, [(2, false), (256, false), (70_014, true)]);
        drop(socket);
        server.join().expect("the server ran").expect("the client reads");
    }
}

//! The one HTTP request that the chores make: a GET to the host on this machine.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};

const TIMEOUT: Duration = Duration::from_secs(5);
const RESPONSE_BYTES_MAX: u64 = 4 << 20;

/// Gets a body. HTTP/1.0 makes the server close the connection at its end, and so keeps the
/// reading simple.
pub(crate) fn get(address: SocketAddr, path: &str) -> Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)
        .with_context(|| format!("could not reach {address}"))?;
    stream.set_read_timeout(Some(TIMEOUT)).context("could not set a time limit")?;
    let request = format!("GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n");
    stream.write_all(request.as_bytes()).with_context(|| format!("could not ask {address}"))?;
    let mut response = String::new();
    stream
        .take(RESPONSE_BYTES_MAX)
        .read_to_string(&mut response)
        .with_context(|| format!("could not read from {address}"))?;
    let (head, body) = response.split_once("\r\n\r\n").context("the response has no body")?;
    let status = head.lines().next().unwrap_or_default();
    ensure!(status.contains(" 200"), "{path} answered {status}");
    Ok(body.to_owned())
}

#[cfg(test)]
mod tests {
    use std::{
        io::{BufRead as _, BufReader},
        net::TcpListener,
        thread,
    };

    use super::*;

    fn answer(response: &'static str) -> Result<String> {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a client comes");
            let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
            let request = lines.next().expect("it asks");
            let _headers = lines.take_while(|line| !line.is_empty()).count();
            stream.write_all(response.as_bytes()).expect("it listens");
            request
        });
        let body = get(address, "/api");
        assert_eq!(server.join().expect("the server ran"), "GET /api HTTP/1.0");
        body
    }

    #[test]
    fn the_body_of_a_good_answer_is_given() {
        let body = answer("HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\n{}");
        assert_eq!(body.expect("it is good"), "{}");
    }

    #[test]
    fn a_bad_answer_is_an_error() {
        let error = answer("HTTP/1.0 503 Service Unavailable\r\n\r\n").expect_err("it is bad");
        assert_eq!(error.to_string(), "/api answered HTTP/1.0 503 Service Unavailable");
    }
}

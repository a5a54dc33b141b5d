//! The host as a child process that prints its address.

use std::{
    io::{BufRead as _, BufReader, Read},
    net::SocketAddr,
    process::{Command, Stdio},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

use crate::process::{self, Owned};

const SERVING_LIMIT: Duration = Duration::from_secs(30);

/// Starts the host with its arguments and reads the address that the host prints.
pub(crate) fn start(command: &mut Command) -> Result<(Owned, SocketAddr)> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().map_err(|error| process::not_started(command, error))?;
    let mut host = Owned(child);
    let (sender, lines) = channel();
    forward(host.0.stdout.take().context("standard output is piped")?, sender.clone());
    forward(host.0.stderr.take().context("standard error is piped")?, sender);
    Ok((host, first_address(&lines)?))
}

/// Shows the output of the host, and reads to its end so that the host never waits for a reader.
fn forward(stream: impl Read + Send + 'static, lines: Sender<String>) {
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            eprintln!("    | {line}");
            // Nobody listens any more once the address is known.
            let _ = lines.send(line);
        }
    });
}

fn first_address(lines: &Receiver<String>) -> Result<SocketAddr> {
    let end = Instant::now() + SERVING_LIMIT;
    loop {
        let left = end.saturating_duration_since(Instant::now());
        let Ok(line) = lines.recv_timeout(left) else {
            bail!("the host did not print its address\n  hint: what it printed stands above");
        };
        if let Some(address) = address_in(&line) {
            return Ok(address);
        }
    }
}

fn address_in(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once("http://")?;
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ':');
    rest[..end.unwrap_or(rest.len())].trim_end_matches(['.', ':']).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_found_in_what_the_host_prints() {
        let expected = Some(SocketAddr::from(([127, 0, 0, 1], 5001)));
        for line in [
            "http://127.0.0.1:5001",
            "  打开 http://127.0.0.1:5001/ 查看",
            "\u{1b}[1mhttp://127.0.0.1:5001\u{1b}[0m",
            "serving at http://127.0.0.1:5001.",
        ] {
            assert_eq!(address_in(line), expected, "{line}");
        }
        assert_eq!(address_in("loading plugins"), None);
    }
}

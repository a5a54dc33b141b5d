//! The host as a child process that prints its address.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read},
    net::SocketAddr,
    path::Path,
    process::{Command, Stdio},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};

use crate::{
    process::{self, Owned},
    workspace::Workspace,
};

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

/// Writes the default pipeline into `folder`, a folder in `target/`, with other brokers and another
/// topic.
pub(crate) fn write_pipeline(
    workspace: &Workspace,
    folder: &Path,
    brokers: &str,
    topic: &str,
) -> Result<()> {
    let text = fs::read_to_string(workspace.root().join("pipeline.toml"))
        .context("could not read pipeline.toml")?;
    fs::write(folder.join("pipeline.toml"), with_topic(&text, brokers, topic)?)
        .context("could not write a pipeline")
}

fn with_topic(pipeline: &str, brokers: &str, topic: &str) -> Result<String> {
    let (brokers, topic) = (format!("\"{brokers}\""), format!("\"{topic}\""));
    let pipeline = pipeline
        .replace("\"localhost:9092\"", &brokers)
        .replace("\"taobao_user_behavior\"", &topic)
        .replace("\"target/plugins/", "\"../plugins/");
    ensure!(
        pipeline.contains(&topic) && pipeline.contains(&brokers),
        "pipeline.toml does not name the default topic and broker"
    );
    Ok(pipeline)
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

    #[test]
    fn the_default_pipeline_takes_another_broker_and_topic() {
        let text = include_str!("../../pipeline.toml");
        let changed = with_topic(text, "127.0.0.1:7", "t-1").expect("both are named");
        assert!(
            changed.contains("= \"127.0.0.1:7\"") && changed.contains("= \"t-1\""),
            "{changed}"
        );
        assert!(!changed.contains("9092") && !changed.contains("\"target/"), "{changed}");
        assert!(with_topic("name = \"x\"", "127.0.0.1:7", "t-1").is_err());
    }
}

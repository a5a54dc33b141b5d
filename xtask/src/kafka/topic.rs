//! A topic from beginning to end, read by Kafka's own tools.

use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};

use super::{Home, broker};
use crate::process::{self, Owned};

const ENDS: &str = "org.apache.kafka.tools.GetOffsetShell";
const CONSUMER: &str = "org.apache.kafka.tools.consumer.ConsoleConsumer";

/// How long the consumer waits for the next record before it gives up.
const RECORD_LIMIT_MS: &str = "30000";

/// Hands every record of a topic to `take`, without its key. A record is one line of text.
pub(super) fn for_each_record(
    home: &Home,
    address: &str,
    topic: &str,
    mut take: impl FnMut(&[u8]),
) -> Result<()> {
    let tool = |class: &str| {
        let mut command = broker::java(home, "-Xmx256m");
        // What it logs must not stand among the records.
        command.args([
            "-Dlog4j2.level=OFF",
            class,
            "--bootstrap-server",
            address,
            "--topic",
            topic,
        ]);
        command
    };
    let ends = process::output(&mut tool(ENDS))?;
    let expected = total(&ends).with_context(|| format!("no ends of `{topic}`: {ends}"))?;
    let mut consumer = tool(CONSUMER);
    consumer.args(["--from-beginning", "--timeout-ms", RECORD_LIMIT_MS]);
    consumer.args(["--max-messages", &expected.to_string()]);
    let read = if expected == 0 { 0 } else { lines(&mut consumer, &mut take)? };
    ensure!(read == expected, "`{topic}` has {expected} records, but {read} lines were read");
    Ok(())
}

/// Runs a program and hands each line that it prints to `take`; gives their number.
fn lines(command: &mut Command, take: &mut impl FnMut(&[u8])) -> Result<u64> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let child = command.spawn().map_err(|error| process::not_started(command, error))?;
    let mut child = Owned(child);
    let output = child.0.stdout.take().context("standard output is piped")?;
    let mut reader = BufReader::new(output);
    let (mut count, mut line) = (0, Vec::new());
    while reader.read_until(b'\n', &mut line).context("could not read the records")? > 0 {
        take(line.strip_suffix(b"\n").unwrap_or(&line));
        count += 1;
        line.clear();
    }
    Ok(count)
}

/// The records of all partitions, from lines such as `topic:0:123`; all begin at 0, as nothing
/// has been deleted.
fn total(ends: &str) -> Option<u64> {
    let ends = ends.lines().filter(|line| !line.trim().is_empty());
    ends.map(|line| line.trim().rsplit(':').next()?.parse::<u64>().ok()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_all_partitions_are_added_up() {
        assert_eq!(total("chaos:0:10\nchaos:1:0\nchaos:2:5\n"), Some(15));
        assert_eq!(total("no such topic\n"), None);
    }

    #[test]
    fn each_line_is_a_record() {
        let mut records = Vec::new();
        let mut print = Command::new("printf");
        let read = lines(print.arg("a\\n\\nb\\n"), &mut |record| records.push(record.to_vec()));
        assert_eq!(read.expect("printf is on every Unix"), 3);
        assert_eq!(records, [&b"a"[..], b"", b"b"]);
    }
}

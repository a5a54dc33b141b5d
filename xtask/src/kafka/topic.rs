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

/// The longest wait for the next record; a consumer that has waited so long ends.
const RECORD_LIMIT_MS: &str = "60000";

/// Hands the value of every record of a topic to `take`. A value is one line of bytes.
///
/// One consumer after the other reads one partition each, as a consumer of all of them would need
/// a group, and with it the broker's topic of offsets.
pub(super) fn for_each_record(
    home: &Home,
    address: &str,
    topic: &str,
    mut take: impl FnMut(&[u8]),
) -> Result<()> {
    let tool = |class: &str| {
        let mut command = broker::java(home, "-Xmx256m");
        // Lines of a log must not stand among the records.
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
    let listed = process::output(&mut tool(ENDS))?;
    let ends = ends(&listed).with_context(|| format!("no ends of `{topic}`: {listed}"))?;
    for (partition, expected) in ends.into_iter().filter(|(_, end)| *end > 0) {
        let mut consumer = tool(CONSUMER);
        consumer.args(["--partition", partition, "--offset", "earliest"]);
        consumer.args(["--timeout-ms", RECORD_LIMIT_MS, "--max-messages", &expected.to_string()]);
        let read = lines(&mut consumer, &mut take)?;
        ensure!(
            read == expected,
            "partition {partition} of `{topic}` has {expected} records, but {read} were read"
        );
    }
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

/// Partitions and their ends, from lines such as `topic:0:123`. An end is the number of records, as
/// nothing has been deleted.
fn ends(listed: &str) -> Option<Vec<(&str, u64)>> {
    let lines = listed.lines().map(str::trim).filter(|line| !line.is_empty());
    let end = |line| {
        let mut parts = str::rsplit(line, ':');
        let (end, partition) = (parts.next()?, parts.next()?);
        Some((partition, end.parse().ok()?))
    };
    lines.map(end).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_all_partitions_are_read() {
        let listed = "chaos:0:10\nchaos:1:0\n";
        assert_eq!(ends(listed), Some(vec![("0", 10), ("1", 0)]));
        assert_eq!(ends("no such topic\n"), None);
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

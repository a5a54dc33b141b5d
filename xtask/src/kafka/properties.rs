//! The broker's `server.properties`.

use std::path::Path;

/// The settings that differ from broker to broker.
pub(super) struct Properties<'a> {
    pub(super) port: u16,
    pub(super) controller_port: u16,
    pub(super) partitions: u16,
    pub(super) data: &'a Path,
}

/// One node is broker and controller at once, so nothing can be replicated and every internal
/// topic is small. Retention is off because the demo's event times lie years back, and topics are
/// only ever made on purpose.
const SINGLE_NODE: &str = include_str!("../../kafka/single-node.properties");

impl Properties<'_> {
    /// The text of the file.
    pub(super) fn render(&self) -> String {
        let Self { port, controller_port, partitions, data } = self;
        let listeners =
            format!("PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}");
        // A backslash would begin an escape in this format.
        let data = data.to_string_lossy().replace('\\', "\\\\");
        format!(
            "{SINGLE_NODE}\
             controller.quorum.bootstrap.servers=127.0.0.1:{controller_port}\n\
             listeners={listeners}\n\
             advertised.listeners={listeners}\n\
             num.partitions={partitions}\n\
             log.dirs={data}\n"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_property_stands_once_and_the_ports_where_they_belong() {
        let data = Path::new("/clone/target/kafka/data");
        let text = Properties { port: 9192, controller_port: 9193, partitions: 3, data }.render();
        let mut keys: Vec<&str> =
            text.lines().map(|line| line.split_once('=').expect("key=value").0).collect();
        let lines = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), lines);
        for line in [
            "listeners=PLAINTEXT://127.0.0.1:9192,CONTROLLER://127.0.0.1:9193",
            "advertised.listeners=PLAINTEXT://127.0.0.1:9192,CONTROLLER://127.0.0.1:9193",
            "controller.quorum.bootstrap.servers=127.0.0.1:9193",
            "num.partitions=3",
            "log.dirs=/clone/target/kafka/data",
            "log.retention.ms=-1",
        ] {
            assert!(text.lines().any(|found| found == line), "no line {line} in\n{text}");
        }
    }
}

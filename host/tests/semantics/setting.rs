//! Pipelines with built components, and logs to feed them.

use std::fs;
use std::path::PathBuf;

use streamgauge::run::prepare::Prepared;
use streamgauge_core::RecordTime;
use streamgauge_oracle::{Oracle, PartitionState, Record};
use streamgauge_plugin::{Cell, ResultTable};

/// A record of a log; the offset of a record is its index in the log.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) stamp: i64,
    pub(crate) value: String,
}

pub(crate) use streamgauge_tests::root;

/// The place of a built component.
pub(crate) fn built(name: &str) -> PathBuf {
    let path = root().join("target/plugins").join(format!("{name}.wasm"));
    assert!(path.is_file(), "{} is not there; build it with `cargo xtask build`", path.display());
    path
}

/// The pipeline with these tables, in which each `plugin` is the name of a built component.
pub(crate) fn prepare(tables: &str) -> Prepared {
    let mut text = "version = 1\nname = \"x\"\n[source.file]\npath = \"x.jsonl\"\n".to_owned();
    for line in tables.lines() {
        let name = line.strip_prefix("plugin = ").map(|name| name.trim_matches('"'));
        let line = match name {
            Some(name) => format!("plugin = '{}'", built(name).display()),
            None => line.to_owned(),
        };
        text.extend([&line, "\n"]);
    }
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("pipeline.toml");
    fs::write(&path, &text).expect("the folder can be written to");
    Prepared::load(&path, |pipeline| {
        // A busy machine is no reason to fail.
        pipeline.metrics.iter_mut().for_each(|m| m.time_max = std::time::Duration::from_secs(20));
    })
    .unwrap_or_else(|diagnostics| panic!("{text}\n{diagnostics}"))
}

pub(crate) fn oracle(prepared: &Prepared) -> Oracle {
    Oracle::new(&prepared.pipeline, &prepared.plugins)
}

/// The oracle's state after a log.
pub(crate) fn interpret(prepared: &Prepared, number: u32, log: &[Event]) -> PartitionState {
    let mut partition = oracle(prepared).partition(number, 0).expect("plugins that open");
    for (offset, event) in (0..).zip(log) {
        partition.accept(record(offset, event)).expect("plugins that do not fail");
    }
    partition.state().expect("plugins that do not fail")
}

pub(crate) fn record(offset: i64, event: &Event) -> Record<'_> {
    let stamp = Some(event.stamp).filter(|stamp| *stamp != RecordTime::NONE.0);
    Record { offset, stamp, taken: None, value: Some(event.value.as_bytes()) }
}

/// The sum of the last column.
pub(crate) fn events(table: &ResultTable) -> i64 {
    let count = |row: Vec<Cell>| match row.last() {
        Some(Cell::Integer(count)) => *count,
        other => panic!("{other:?}"),
    };
    table.rows().map(count).sum()
}

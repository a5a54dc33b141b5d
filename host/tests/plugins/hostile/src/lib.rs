//! A metric that attacks its host: `call` names the call in which it does, `act` names how. Without
//! them it counts events by action like an honest one.

use std::collections::BTreeMap;
use std::hint::black_box;

use streamgauge_sdk::prelude::*;
use streamgauge_sdk::{BadRow, log, read_state};

/// A part of the schema that a test writes over in the built component, so that a schema of any kind
/// can be had. It is as long as what is written over it at most.
static SCHEMA: [u8; SCHEMA_BYTES] = {
    let mut text = [b' '; SCHEMA_BYTES];
    let words = *b"\"$comment\":\"hostile\"";
    let mut i = 0;
    while i < words.len() {
        text[i] = words[i];
        i += 1;
    }
    text
};

const SCHEMA_BYTES: usize = 8192;

/// Where no act that takes for ever has to end.
const FOR_EVER: u64 = u64::MAX;

/// The metric; without a configuration it does nothing bad.
#[derive(Debug, Default, Clone)]
pub struct Hostile {
    call: String,
    act: String,
    /// The call is the first that is bad, counted by accumulator and from 0.
    at: u64,
}

/// Events by action, and what the act has to know.
#[derive(Debug, Default)]
pub struct State {
    counts: BTreeMap<u32, u64>,
    metric: Hostile,
    calls: u64,
    hoard: Vec<Vec<u8>>,
}

impl Hostile {
    fn does(&self, call: &str, act: &str) -> bool {
        self.call == call && self.act == act
    }

    /// Does what can be done in any call.
    fn strike(&self, call: &str) -> Result<()> {
        if self.call != call {
            return Ok(());
        }
        match self.act.as_str() {
            "panic" => panic!("struck in {call}"),
            "loop" => (0..FOR_EVER).for_each(|n| {
                black_box(n);
            }),
            "allocate" => {
                let mut hoard = Vec::new();
                (0..FOR_EVER).for_each(|_| hoard.push(black_box(vec![1_u8; 1 << 20])));
            }
            "recurse" => {
                deeper(0);
            }
            "log-lines" => (0..10_000).for_each(|n| log::warn(format!("line {n}"))),
            "log-bytes" => log::warn("洪".repeat(1 << 20)),
            "log-control" => log::warn("\u{1b}[2J\u{202e}gpj.exe\n2026-01-01 ERROR made up\u{7}"),
            "error" => return Err(Error::Other("struck".to_owned())),
            "error-bytes" => return Err(Error::Other("长".repeat(1 << 20))),
            "error-control" => {
                return Err(Error::Other("\u{1b}]0;owned\u{7}\u{202e}desrever\nline".to_owned()));
            }
            _ => {}
        }
        Ok(())
    }

    /// What only `add` can do.
    fn refuse(&self, rows: u32) -> Result<()> {
        if self.call != "add" {
            return Ok(());
        }
        let bad = |row: u32, reason: &str| BadRow { row, reason: reason.to_owned() };
        let rows: Vec<BadRow> = match self.act.as_str() {
            "refuse-all" => (0..rows).map(|row| bad(row, "not wanted")).collect(),
            "refuse-first" => (0..rows.min(1)).map(|row| bad(row, "not wanted")).collect(),
            "refuse-none" => return Err(Error::BadRows(Vec::new())),
            "refuse-foreign" => vec![bad(rows + 1_000_000, "not there")],
            "refuse-twice" => (0..rows.min(1) * 2).map(|_| bad(0, "twice")).collect(),
            "refuse-bytes" => (0..rows).map(|row| bad(row, &"长".repeat(10_000))).collect(),
            "refuse-control" => (0..rows).map(|row| bad(row, "\u{1b}[31m\u{202e}red\n")).collect(),
            _ => return Ok(()),
        };
        if rows.is_empty() { Ok(()) } else { Err(Error::BadRows(rows)) }
    }
}

impl Accumulator for State {
    fn merge(&mut self, other: &Self) -> Result<()> {
        self.metric.strike("merge")?;
        for (action, events) in &other.counts {
            *self.counts.entry(*action).or_default() += events;
        }
        Ok(())
    }

    fn write(&self, writer: &mut Writer) {
        self.metric.strike("snapshot").expect("this call has no way to refuse");
        writer.u64(self.counts.len() as u64);
        for (action, events) in &self.counts {
            writer.u64(u64::from(*action));
            writer.u64(*events);
        }
        let bytes = if self.metric.does("snapshot", "bytes") { 24 << 20 } else { 0 };
        writer.bytes(&vec![7; bytes]);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let mut counts = BTreeMap::new();
        for _ in 0..reader.u64()? {
            let action = u32::try_from(reader.u64()?).unwrap_or_default();
            counts.insert(action, reader.u64()?);
        }
        reader.bytes()?;
        Ok(Self { counts, ..Self::default() })
    }
}

impl Metric for Hostile {
    type Accumulator = State;

    fn config_schema() -> Schema {
        let more = String::from_utf8_lossy(black_box(&SCHEMA)).into_owned();
        Schema::default()
            .key("call", "The call that strikes.", r#""type":"string""#)
            .key("act", "What it does there.", r#""type":"string""#)
            .key("at", "The first call that strikes.", r#""type":"integer""#)
            .key("bait", "A key of any schema.", more.trim_end())
    }

    fn open(config: &Config) -> Result<Self> {
        let text = |key| Ok(config.text(key)?.unwrap_or_default().to_owned());
        let at = u64::try_from(config.integer("at")?.unwrap_or_default()).unwrap_or_default();
        let metric = Self { call: text("call")?, act: text("act")?, at };
        metric.strike("open")?;
        Ok(metric)
    }

    fn describe(&self) -> Descriptor {
        self.strike("describe").expect("this call has no way to refuse");
        let title =
            if self.does("describe", "bytes") { "长".repeat(1 << 20) } else { String::new() };
        let control = if self.does("describe", "control") { "\u{1b}[2J\u{202e}" } else { "" };
        let title = format!("行为{title}{control}");
        let mut action = Output::dimension("action", (title.as_str(), title.as_str()));
        if self.does("describe", "labels") {
            for key in 0..200_000 {
                action = action.label(&key.to_string(), ("标签", "Label"));
            }
        }
        let mut descriptor = Descriptor::new("hostile", "0.1.0", ("攻击宿主", "Attacks its host"))
            .input("action", FieldType::Unsigned)
            .output(action)
            .output(Output::measure("events", ("事件数", "Events")))
            .view(View::pie("share", ("占比", "Share"), "action", "events"));
        if self.does("describe", "outputs") {
            for n in 0..20_000 {
                descriptor = descriptor.output(Output::measure(&format!("m{n}"), ("值", "Value")));
            }
        }
        if self.does("describe", "views") {
            for n in 0..20_000 {
                let view = View::new("number", &format!("v{n}"), ("值", "Value"), &["events"]);
                descriptor = descriptor.view(view);
            }
        }
        descriptor
    }

    fn create(&self, _: Option<Window>) -> State {
        self.strike("create").expect("this call has no way to refuse");
        State { metric: self.clone(), ..State::default() }
    }

    fn add(&self, state: &mut State, batch: &Batch) -> Result<()> {
        state.calls += 1;
        if state.calls > self.at {
            self.refuse(batch.rows() as u32)?;
            self.strike("add")?;
        }
        if self.does("add", "leak") {
            state.hoard.push(black_box(vec![1; 1 << 20]));
        }
        if self.does("add", "slow") {
            (0..2_000_000_u64).for_each(|n| {
                black_box(n);
            });
        }
        for action in batch.unsigned(0)?.iter().flatten() {
            *state.counts.entry(action).or_default() += 1;
        }
        Ok(())
    }

    fn result(&self, state: &State) -> Result<Table> {
        self.strike("result")?;
        let keys = state.counts.keys().map(u32::to_string);
        let events = state.counts.values().map(|events| i64::try_from(*events).unwrap_or(i64::MAX));
        let table = Table::default();
        if self.call != "result" {
            return Ok(table.text(keys).integers(events));
        }
        Ok(match self.act.as_str() {
            "columns" => table.integers(events),
            "lengths" => table.text(["0"]).integers(events.chain([1, 2, 3])),
            "types" => table.integers(events.clone()).floats(events.map(|events| events as f64)),
            "duplicates" => table.text(["0", "0"]).integers([1, 1]),
            "rows" => {
                let rows = 0..600_000_i64;
                table.text(rows.clone().map(|row| row.to_string())).integers(rows)
            }
            "key-bytes" => table.text(["长".repeat(4 << 20)]).integers([1]),
            "control" => table.text(["\u{1b}[31m\u{202e}red\n\0"]).integers([1]),
            _ => table.text(keys).integers(events),
        })
    }

    fn restore(&self, _: Option<Window>, version: u32, bytes: &[u8]) -> Result<State> {
        self.strike("restore")?;
        Ok(State { metric: self.clone(), ..read_state(version, bytes)? })
    }
}

/// Needs some stack for each call, and never comes back.
fn deeper(depth: u64) -> u64 {
    let here = black_box([depth; 64]);
    if depth == FOR_EVER { depth } else { deeper(depth + 1) + here[63] }
}

export_metric!(Hostile);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_an_act_it_is_an_honest_metric() {
        let rows = testing::TestBatch::default().unsigned((0..200).map(|row| row % 5));
        testing::check_laws::<Hostile>("{}", &rows);
    }
}

//! A metric that counts events by action like an honest one, and fails in the way that its
//! configuration names. The host's tests see with this plugin that a fault stays inside one metric.
//!
//! `at = N` strikes at row number N (from 0) of an accumulator, for any batches. The views are of
//! every kind that the host draws: in the order of labels, ranked and cut, and without a dimension.

use std::hint::black_box;

use streamgauge_sdk::batch::Column;
use streamgauge_sdk::prelude::*;
use streamgauge_sdk::{BadRow, log, read_state};

/// The metric; without a configuration the metric has no fault.
#[derive(Debug, Default)]
pub struct Faulty {
    fault: Option<Fault>,
    /// The row at which the fault strikes.
    at: u64,
    /// The action of the rows that are refused.
    refused: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Panic,
    /// Crashes at each row with the action `value`.
    PanicAtValue,
    EndlessLoop,
    Allocate,
    Recurse,
    FloodLog,
    RefuseRows,
    /// Names only the first bad row of a batch, which breaks the contract.
    RefuseOneByOne,
    /// Each `add` computes for a while, well below any limit.
    Busy,
    /// Each accumulator has 64 KiB that are never given back.
    Hoard,
    /// Crashes on its own state.
    Restore,
    WrongTable,
    WrongDescription,
}

/// About a hundredth of a second.
const BUSY_ROUNDS: u32 = 10_000_000;

/// The words of `fault`, except `refuse-config`, with which the metric never opens.
const FAULTS: [(&str, Fault); 13] = [
    ("panic", Fault::Panic),
    ("panic-at-value", Fault::PanicAtValue),
    ("endless-loop", Fault::EndlessLoop),
    ("allocate", Fault::Allocate),
    ("recurse", Fault::Recurse),
    ("flood-log", Fault::FloodLog),
    ("refuse-rows", Fault::RefuseRows),
    ("refuse-one-by-one", Fault::RefuseOneByOne),
    ("busy", Fault::Busy),
    ("hoard", Fault::Hoard),
    ("restore", Fault::Restore),
    ("wrong-table", Fault::WrongTable),
    ("wrong-description", Fault::WrongDescription),
];

impl Metric for Faulty {
    type Accumulator = Counter<u32>;

    fn config_schema() -> Schema {
        Schema::default()
            .key("fault", "How it fails.", r#""type":"string""#)
            .key("at", "The row at which the fault strikes.", r#""type":"integer""#)
            .key("value", "The action that is refused, or too much.", r#""type":"integer""#)
    }

    fn open(config: &Config) -> Result<Self> {
        Self::config_schema().check(config)?;
        let fault = match config.text("fault")? {
            None => None,
            Some("refuse-config") => return Err(Error::config("fault", "asks to be refused")),
            Some(name) => Some(fault(name)?),
        };
        let refused = u32::try_from(config.integer("value")?.unwrap_or_default())
            .map_err(|_| Error::config("value", "is not an action"))?;
        let at = u64::try_from(config.integer("at")?.unwrap_or_default())
            .map_err(|_| Error::config("at", "is negative"))?;
        Ok(Self { fault, at, refused })
    }

    fn describe(&self) -> Descriptor {
        let doc = ("按需出错的指标", "A metric that fails on demand");
        let action = Output::dimension("action", ("行为", "Action"))
            .label("3", ("关注", "Favourite"))
            .label("0", ("点击", "Click"));
        let share = Output::measure("share", ("占比", "Share")).of_type(FieldType::Float);
        let wrong = self.fault == Some(Fault::WrongDescription);
        let dimension = if wrong { "nowhere" } else { "action" };
        let both = ["events", "share"];
        Descriptor::new("faulty", env!("CARGO_PKG_VERSION"), doc)
            .input("action", FieldType::Unsigned)
            .output(action)
            .output(Output::measure("events", ("事件数", "Events")))
            .output(share.not_additive())
            .view(View::pie("labelled", ("按标签", "Labelled"), dimension, "events"))
            .view(
                View::new("hbar", "ranked", ("排行", "Ranked"), &both).by("action").top(2).sorted(),
            )
            .view(View::new("number", "sum", ("合计", "Sum"), &both))
    }

    fn create(&self, _: Option<Window>) -> Self::Accumulator {
        if self.fault == Some(Fault::Hoard) {
            std::mem::forget(black_box(vec![1_u8; 64 << 10]));
        }
        Counter::default()
    }

    fn add(&self, counter: &mut Self::Accumulator, batch: &Batch) -> Result<()> {
        let actions = batch.unsigned(0)?;
        self.refuse(actions)?;
        if self.fault == Some(Fault::PanicAtValue) {
            let is_too_much = actions.iter().any(|action| action == Some(self.refused));
            assert!(!is_too_much, "action {} is too much", self.refused);
        }
        if self.fault == Some(Fault::Busy) {
            (0..BUSY_ROUNDS).for_each(|round| {
                black_box(round);
            });
        }
        let seen = rows(counter);
        if (seen..seen + batch.rows() as u64).contains(&self.at) {
            self.strike();
        }
        counter.count(actions);
        Ok(())
    }

    fn result(&self, counter: &Self::Accumulator) -> Result<Table> {
        let all = rows(counter);
        if self.fault == Some(Fault::WrongTable) && all > self.at {
            log::info("asked for a wrong table");
            return Ok(Table::default().text(["one column instead of three"]));
        }
        let shares = counter.iter().map(|(_, events)| events as f64 / all as f64);
        Ok(counter.table().floats(shares))
    }

    fn restore(&self, _: Option<Window>, version: u32, bytes: &[u8]) -> Result<Self::Accumulator> {
        assert!(self.fault != Some(Fault::Restore), "that state is of an older house");
        read_state(version, bytes)
    }
}

impl Faulty {
    fn refuse(&self, actions: Column<'_, u32>) -> Result<()> {
        let one = match self.fault {
            Some(Fault::RefuseRows) => false,
            Some(Fault::RefuseOneByOne) => true,
            _ => return Ok(()),
        };
        let refused = (0_u32..).zip(actions.iter()).filter(|(_, a)| *a == Some(self.refused));
        let bad = |(row, _)| BadRow { row, reason: format!("action {} is refused", self.refused) };
        let bad: Vec<BadRow> = refused.take(if one { 1 } else { usize::MAX }).map(bad).collect();
        if bad.is_empty() { Ok(()) } else { Err(Error::BadRows(bad)) }
    }

    fn strike(&self) {
        match self.fault {
            Some(Fault::Panic) => panic!("row {} was too much", self.at),
            Some(Fault::EndlessLoop) => loop {
                black_box(());
            },
            Some(Fault::Allocate) => {
                let mut hoard = Vec::new();
                loop {
                    hoard.push(black_box(vec![1_u8; 1 << 20]));
                }
            }
            Some(Fault::Recurse) => {
                deeper(0);
            }
            Some(Fault::FloodLog) => (0..100).for_each(|_| log::warn("洪".repeat(2000))),
            _ => {}
        }
    }
}

/// Needs some stack for each call, and never comes back.
fn deeper(depth: u64) -> u64 {
    let here = black_box([depth; 64]);
    if depth == u64::MAX { depth } else { deeper(depth + 1) + here[63] }
}

/// How many rows an accumulator has seen: no row goes uncounted here.
fn rows(counter: &Counter<u32>) -> u64 {
    counter.iter().map(|(_, events)| events).sum()
}

fn fault(name: &str) -> Result<Fault> {
    let found = FAULTS.iter().find(|(word, _)| *word == name);
    found.map(|(_, fault)| *fault).ok_or_else(|| Error::config("fault", "is not a known fault"))
}

export_metric!(Faulty);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_fault_it_is_an_honest_metric() {
        let rows = testing::TestBatch::default().unsigned((0..200).map(|row| row * row % 5));
        testing::check_laws::<Faulty>("{}", &rows);
        let few = testing::TestBatch::default().unsigned([0, 3, 0, 0]);
        let result = testing::result_of::<Faulty>("{}", &few);
        assert_eq!(result, [["0", "3", "0.75"], ["3", "1", "0.25"]]);
    }

    #[test]
    #[should_panic(expected = "row 2 was too much")]
    fn a_fault_strikes_at_its_row() {
        let rows = testing::TestBatch::default().unsigned([1, 1, 1]);
        testing::result_of::<Faulty>(r#"{"fault": "panic", "at": 2}"#, &rows);
    }
}

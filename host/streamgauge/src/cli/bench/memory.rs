//! `streamgauge bench memory`: the cost of an event without source and disk. Events that lie in
//! memory are decoded alone, with one column or another, and go through the engine with the four
//! metrics of the default pipeline, and with one more. Cases take turns, on this thread, whose own
//! processor time is taken.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use rustix::time::{ClockId, clock_gettime};
use serde_json::json;
use streamgauge_core::{
    Accounting, BlockBuffer, Partition, PartitionState, Plan, Projection, RecordMeta, Rejection,
    WallClock,
};
use streamgauge_decode::Decoder;
use streamgauge_engine::{Engine, Event, Moment};
use streamgauge_outbox::Outbox;

use super::figures::{Figures, FiguresArgs, median};
use super::running::PipelineFolder;
use super::shop::{self, ShopArgs};
use crate::cli::failure::Failure;
use crate::run::alone;
use crate::run::prepare::Prepared;

/// The columns of event time.
const EVENT_TIME: [&str; 2] = ["month", "day"];

/// Names of cases, and the column that each wants beside those of event time.
const MORE_COLUMNS: [(&str, &str); 3] = [
    ("decode, and a number", "age_range"),
    ("decode, and a text of few values", "province"),
    ("decode, and ids", "user_id"),
];

/// What an event costs without source and disk.
#[derive(Args, Debug)]
pub(super) struct MemoryArgs {
    /// How many events each turn takes.
    #[arg(long, default_value_t = 500_000, value_parser = clap::value_parser!(u64).range(1..))]
    events: u64,

    /// How many events come at once, and are handed to the metrics at once.
    #[arg(long, default_value_t = 8192, value_parser = clap::value_parser!(u32).range(1..=65_536))]
    batch: u32,

    /// How many turns each case gets; the figures are medians.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,

    #[command(flatten)]
    shop: ShopArgs,

    #[command(flatten)]
    figures: FiguresArgs,
}

/// The work of a case.
enum Work {
    /// Records become rows with event time and verdict, which nobody reads.
    Decode(Box<Plan>),
    /// Records become rows, the metrics fold them, and states are published every 100 ms.
    Whole(Box<Prepared>),
}

struct Case {
    name: &'static str,
    work: Work,
    /// The case over whose turns the cost of this one is told.
    first: usize,
    turns: Vec<Turn>,
}

/// What a turn took.
#[derive(Clone, Copy, Default)]
struct Turn {
    time: Duration,
    cpu: Duration,
    /// Of the processor time. `None` means that there are no metrics.
    in_metrics: Option<InMetrics>,
}

#[derive(Clone, Copy)]
struct InMetrics {
    plugins: Duration,
    publishing: Duration,
}

pub(super) fn memory(args: &MemoryArgs) -> Result<(), Failure> {
    let settings = json!({ "events": args.events, "batch": args.batch });
    let mut figures = Figures::new("memory", settings, &args.figures)?;
    let mut cases = cases(args)?;
    let blocks = blocks(args.events, args.batch);
    // Code and memory are touched for the first time.
    for case in &cases {
        case.work.turn(&blocks[..blocks.len().div_ceil(8)])?;
    }
    for round in 1..=args.rounds {
        tracing::info!("round {round} of {}", args.rounds);
        for case in &mut cases {
            case.turns.push(case.work.turn(&blocks)?);
        }
    }
    for case in &cases {
        figures.row(case.name, values(&case.turns, &cases[case.first].turns, args.events as f64));
    }
    figures.finish()
}

fn cases(args: &MemoryArgs) -> Result<Vec<Case>, Failure> {
    let four = args.shop.four()?;
    let mut five = four.clone();
    five.push(("gender-again".to_owned(), four[2].1.clone()));
    let whole = prepared(&four, args.batch)?;
    let plan = &whole.plan;
    let decode = |wanted: &[&str]| {
        // Event time stays in the first two slots.
        let projection = Projection::new(&whole.pipeline.schema, wanted);
        Work::Decode(Box::new(Plan { projection, ..Plan::clone(plan) }))
    };
    let mut cases: Vec<(&'static str, Work)> = vec![("decode event time", decode(&EVENT_TIME))];
    cases.extend(
        MORE_COLUMNS.map(|(name, column)| (name, decode(&[&EVENT_TIME[..], &[column]].concat()))),
    );
    cases.push(("decode the columns of four metrics", Work::Decode(Box::new(Plan::clone(plan)))));
    let first_whole = cases.len();
    cases.push(("four metrics", Work::Whole(Box::new(whole))));
    cases.push(("four metrics, and a fifth", Work::Whole(Box::new(prepared(&five, args.batch)?))));
    let case = |(place, (name, work))| {
        let first = if place < first_whole { 0 } else { first_whole };
        Case { name, work, first, turns: Vec::new() }
    };
    Ok(cases.into_iter().enumerate().map(case).collect())
}

fn prepared(metrics: &[(String, PathBuf)], batch: u32) -> Result<Prepared, Failure> {
    let min = batch.min(10);
    let source = format!("[source.generator]\n\n[batch]\nmin = {min}\nmax = {batch}\n");
    let folder = PipelineFolder::new(&shop::pipeline(1, &source, metrics))?;
    Ok(Prepared::load(&folder.file(), |_| ())?)
}

/// So many events, `batch` in a block.
fn blocks(events: u64, batch: u32) -> Vec<BlockBuffer> {
    let generator = shop::events();
    let (mut blocks, mut bytes) = (Vec::new(), Vec::new());
    for place in 0..events {
        if place % u64::from(batch) == 0 {
            blocks.push(BlockBuffer::default());
        }
        bytes.clear();
        let time = generator.record(0, place, &mut bytes);
        let meta = RecordMeta { offset: place as i64, time, cursor: 0 };
        blocks.last_mut().expect("one was begun").push(0, meta, Some(&bytes));
    }
    blocks
}

impl Work {
    /// Takes all blocks once.
    fn turn(&self, blocks: &[BlockBuffer]) -> Result<Turn, Failure> {
        match self {
            Self::Decode(plan) => decode(plan, blocks),
            Self::Whole(prepared) => whole(prepared, blocks),
        }
    }
}

fn decode(plan: &Plan, blocks: &[BlockBuffer]) -> Result<Turn, Failure> {
    let mut decoder = Decoder::json(&plan.projection);
    let mut partition = Partition::new(plan, PartitionState::starting_at(0), 0, Vec::new());
    let (begun, cpu) = (Instant::now(), cpu_time());
    for block in blocks {
        for record in block.block().runs().flat_map(streamgauge_core::Run::records) {
            let value = record.value.ok_or(Rejection::Empty);
            let row = value.and_then(|value| decoder.decode_into(value, partition.incoming()));
            partition.accept_open(plan, record.meta, row, WallClock(0));
        }
        partition.clear_pending();
    }
    let (time, cpu) = (begun.elapsed(), cpu_since(cpu));
    let Accounting { on_time, late, fallback, .. } = partition.state().accounting;
    let timed = on_time + late - fallback;
    if timed != events_in(blocks) {
        return Err(Failure::failed(format!(
            "the books do not add up: {timed} of {} events were given an event time",
            events_in(blocks)
        )));
    }
    Ok(Turn { time, cpu, in_metrics: None })
}

fn whole(prepared: &Prepared, blocks: &[BlockBuffer]) -> Result<Turn, Failure> {
    let (mut engine, outbox) = alone::engine(prepared);
    let wall = WallClock(0);
    let every = prepared.pipeline.publish_every;
    let (begun, cpu) = (Instant::now(), cpu_time());
    let (mut now, mut publishing) = (Moment { at: begun, wall }, Duration::ZERO);
    for block in blocks {
        engine.handle(Event::Records(block.block()), now);
        engine.handle(Event::Drained, now);
        let at = Instant::now();
        if at >= now.at + every {
            now.at = at;
            publishing += publish(&mut engine, Event::Tick, now, &outbox);
        }
    }
    publishing += publish(&mut engine, Event::Stop, now, &outbox);
    let (time, cpu) = (begun.elapsed(), cpu_since(cpu));
    let plugins = engine.plugin_time();
    check(&outbox, prepared, blocks)?;
    Ok(Turn { time, cpu, in_metrics: Some(InMetrics { plugins, publishing }) })
}

/// Hands over what there is; gives the processor time of that.
fn publish(engine: &mut Engine, event: Event<'_>, now: Moment, outbox: &Outbox) -> Duration {
    let begun = cpu_time();
    if let Some((publication, report)) = engine.handle(event, now).publish {
        outbox.publish(publication, report);
    }
    cpu_since(begun)
}

/// Every event was read, and every metric folded: one that has stopped costs nothing.
fn check(outbox: &Outbox, prepared: &Prepared, blocks: &[BlockBuffer]) -> Result<(), Failure> {
    let (snapshots, _, report) = outbox.read();
    let read: u64 = snapshots.iter().map(|snapshot| snapshot.state.accounting.read).sum();
    let events = events_in(blocks);
    let folding = report.counts.costs.values().filter(|cost| cost.rows > 0).count();
    let metrics = prepared.plugins.len();
    if (read, folding) == (events, metrics) {
        return Ok(());
    }
    Err(Failure::failed(format!(
        "the books do not add up: {read} of {events} events were read, and {folding} of {metrics} \
         metrics folded them"
    )))
}

fn events_in(blocks: &[BlockBuffer]) -> u64 {
    blocks.iter().map(|block| block.block().records() as u64).sum()
}

/// Processor time of this thread.
fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

fn cpu_since(begun: Duration) -> Duration {
    cpu_time().saturating_sub(begun)
}

/// The medians of a case, each with its name, and of what it costs over the turns of `first`.
fn values(turns: &[Turn], first: &[Turn], events: f64) -> Vec<(&'static str, f64)> {
    let ns = |time: Duration| time.as_nanos() as f64 / events;
    let over = turns.iter().zip(first).map(|(turn, first)| ns(turn.cpu) - ns(first.cpu));
    let mut values = vec![
        ("events/s", median(turns.iter().map(|turn| events / turn.time.as_secs_f64()))),
        ("CPU ns/event", median(turns.iter().map(|turn| ns(turn.cpu)))),
        ("more than the first of its kind, ns", median(over)),
    ];
    let parts: Vec<InMetrics> = turns.iter().filter_map(|turn| turn.in_metrics).collect();
    if !parts.is_empty() {
        let plugins = median(parts.iter().map(|parts| ns(parts.plugins)));
        let publishing = median(parts.iter().map(|parts| ns(parts.publishing)));
        values.extend([("in plugins, ns", plugins), ("publishing, ns", publishing)]);
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cost_over_the_first_case_is_that_of_the_same_round() {
        let turn = |ms| Turn {
            time: Duration::from_secs(1),
            cpu: Duration::from_millis(ms),
            in_metrics: None,
        };
        let values = values(&[turn(30), turn(15), turn(26)], &[turn(10), turn(5), turn(20)], 1e6);
        let names = ["events/s", "CPU ns/event", "more than the first of its kind, ns"];
        let expected: Vec<_> = names.into_iter().zip([1e6, 26.0, 10.0]).collect();
        assert_eq!(values, expected);
    }

    #[test]
    fn blocks_hold_all_events_in_their_order() {
        let blocks = blocks(10, 4);
        let records: Vec<usize> = blocks.iter().map(|block| block.block().records()).collect();
        assert_eq!(records, [4, 4, 2]);
        let offsets = blocks.iter().flat_map(|block| block.block().runs());
        let offsets = offsets.flat_map(streamgauge_core::Run::records);
        assert!(offsets.map(|record| record.meta.offset).eq(0..10));
    }
}

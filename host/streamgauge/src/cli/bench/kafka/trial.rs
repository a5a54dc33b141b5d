//! A topic, the pipelines over it, and turns of the programs that read it.

use std::path::PathBuf;

use chrono::Utc;
use serde_json::Value;

use super::args::KafkaArgs;
use super::contender::{Contender, Entrant};
use super::counted::Counted;
use super::reference::records_in;
use crate::cli::bench::process::{Ended, own_command, run_to_end};
use crate::cli::bench::running::PipelineFolder;
use crate::cli::bench::shop;
use crate::cli::failure::Failure;

/// What a program did in one turn.
#[derive(Default)]
pub(super) struct Turn {
    records: u64,
    /// From the first record to the last, of all passes.
    seconds: f64,
    /// Of the whole processes.
    cpu_seconds: f64,
    pub(super) peak_resident_mb: f64,
}

impl Turn {
    pub(super) fn events_per_second(&self) -> f64 {
        self.records as f64 / self.seconds
    }

    pub(super) fn cpu_ns(&self) -> f64 {
        self.cpu_seconds * 1e9 / self.records as f64
    }
}

/// A topic and the pipelines that read it.
pub(super) struct Trial<'a> {
    args: &'a KafkaArgs,
    /// The pipelines by their workers; the loops read the topic and the brokers of the first.
    pipelines: Vec<Pipelines>,
    /// How many records the topic has.
    records: u64,
    /// What the first program counted; all others have to count the same.
    counted: Option<(Entrant, Counted)>,
}

/// The pipelines of one number of workers, over either client.
struct Pipelines {
    workers: u32,
    own: PipelineFolder,
    librdkafka: PipelineFolder,
}

impl<'a> Trial<'a> {
    /// Writes the pipelines, and fills the topic if it is a new one.
    ///
    /// # Errors
    /// No components, no brokers, or no records.
    pub(super) fn new(args: &'a KafkaArgs) -> Result<Self, Failure> {
        let made = || format!("streamgauge-bench-{}", Utc::now().timestamp_millis());
        let topic = args.topic.clone().unwrap_or_else(made);
        let metrics = args.shop.four()?;
        let folder = |workers, fetch| {
            PipelineFolder::new(&pipeline(args, workers, (&topic, fetch), &metrics))
        };
        let of_workers = |&workers: &u32| {
            let (own, librdkafka) = (folder(workers, "own")?, folder(workers, "librdkafka")?);
            Ok(Pipelines { workers, own, librdkafka })
        };
        let pipelines: Result<Vec<_>, Failure> = args.workers.iter().map(of_workers).collect();
        let pipelines = pipelines?;
        if args.topic.is_none() {
            tracing::info!("topic {topic} gets its records");
            produce(args, &pipelines[0].own)?;
        }
        let records = records_in(&pipelines[0].own.file())?;
        if records == 0 {
            return Err(Failure::failed(format!("topic `{topic}` has no records")));
        }
        Ok(Self { args, pipelines, records, counted: None })
    }

    /// Reads the topic again and again.
    pub(super) fn turn(&mut self, entrant: Entrant) -> Result<Turn, Failure> {
        let mut turn = Turn::default();
        while turn.seconds < self.args.seconds || turn.records == 0 {
            let ended = self.pass(entrant)?;
            let document = ended.json()?;
            let (records, seconds) = if entrant.contender.is_run() {
                (&document["accounting"]["read"], &document["run"]["consume_seconds"])
            } else {
                (&document["records"], &document["seconds"])
            };
            let records = records.as_u64().unwrap_or(0);
            if records != self.records {
                let (name, expected) = (entrant.name(), self.records);
                let told = format!("{name} read {records} records, and the topic has {expected}");
                return Err(Failure::failed(told));
            }
            self.compare(entrant, &document)?;
            turn.records += records;
            turn.seconds += seconds.as_f64().unwrap_or(f64::NAN);
            turn.cpu_seconds += ended.used.cpu_seconds;
            turn.peak_resident_mb = turn.peak_resident_mb.max(ended.used.peak_resident_mb);
        }
        Ok(turn)
    }

    /// Reads the topic once.
    fn pass(&self, entrant: Entrant) -> Result<Ended, Failure> {
        let has_workers = |one: &&Pipelines| one.workers == entrant.workers;
        let pipelines = self.pipelines.iter().find(has_workers).unwrap_or(&self.pipelines[0]);
        match entrant.contender {
            Contender::RunOwn => pipelines.own.run_under_page(self.args.core),
            Contender::RunLibrdkafka => pipelines.librdkafka.run_under_page(self.args.core),
            reference => {
                let mut command = own_command()?;
                command.args(["bench", "reference", &reference.name(), "--config"]);
                command.arg(pipelines.own.file());
                run_to_end(command, self.args.core, None)
            }
        }
    }

    /// Holds what was counted against what the first program counted.
    fn compare(&mut self, entrant: Entrant, document: &Value) -> Result<(), Failure> {
        let found = if entrant.contender.is_run() {
            Counted::by_run(document)
        } else if entrant.contender == Contender::Native {
            Counted::by_native(document)
        } else {
            return Ok(());
        };
        let found = found.map_err(|error| {
            Failure::failed(format!("{} did not tell what it counted: {error}", entrant.name()))
        })?;
        let Some((first, expected)) = &self.counted else {
            self.counted = Some((entrant, found));
            return Ok(());
        };
        if found == *expected {
            return Ok(());
        }
        let (first, name) = (first.name(), entrant.name());
        Err(Failure::failed(format!(
            "{first} and {name} do not count the same:\n{expected:?}\n{found:?}"
        )))
    }
}

fn produce(args: &KafkaArgs, folder: &PipelineFolder) -> Result<(), Failure> {
    let mut command = own_command()?;
    command.arg("produce").arg("--config").arg(folder.file());
    command.args(["--partitions", &args.partitions.to_string()]);
    match &args.input {
        Some(file) => command.arg(file),
        None => command.args(["--dirt", "0", "--generate", &args.events.to_string()]),
    };
    run_to_end(command, None, None).map(drop)
}

/// The pipeline of the four metrics, over this topic.
fn pipeline(
    args: &KafkaArgs,
    workers: u32,
    (topic, fetch): (&str, &str),
    metrics: &[(String, PathBuf)],
) -> String {
    let KafkaArgs { brokers, codec, .. } = args;
    let source = format!(
        "[source.kafka]
brokers = \"{brokers}\"
topic = \"{topic}\"
group = \"{topic}\"
start = \"earliest\"
fetch = \"{fetch}\"

[source.kafka.librdkafka]
\"compression.type\" = \"{codec}\"

[checkpoint]
every = \"1s\"
"
    );
    shop::pipeline(workers, &source, metrics)
}

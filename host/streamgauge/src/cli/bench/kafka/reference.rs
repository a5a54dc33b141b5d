//! `streamgauge bench reference`: a program that a pipeline is measured against, in a process of its
//! own.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use serde_json::json;
use streamgauge_kafka::reference::{ReadBy, read_whole};
use streamgauge_kafka::{PartitionRange, TopicClient};
use streamgauge_pipeline::{KafkaSettings, Pipeline, SourceSettings};

use super::contender::Contender;
use super::native::Native;
use crate::cli::failure::Failure;
use crate::cli::output::print_out;

/// How long the brokers have to tell of the topic.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// Read a topic once, as one of the programs of `bench kafka`.
#[derive(Args, Debug)]
pub(in crate::cli) struct ReferenceArgs {
    /// The program.
    #[arg(value_enum)]
    contender: Contender,

    /// The pipeline whose topic is read.
    #[arg(short, long, value_name = "FILE")]
    config: PathBuf,
}

pub(in crate::cli) fn reference(args: &ReferenceArgs) -> Result<(), Failure> {
    let settings = settings(&args.config)?;
    let ranges = ranges(&settings)?;
    let (mut records, mut native) = (0_u64, Native::default());
    let by = match args.contender {
        Contender::Poll => ReadBy::Poll,
        Contender::Own | Contender::RunOwn => ReadBy::Own,
        Contender::Batch | Contender::Native | Contender::RunLibrdkafka => ReadBy::Batch,
    };
    let counts = args.contender == Contender::Native;
    let time = read_whole(&settings, &ranges, by, |partition, record| {
        records += 1;
        if counts {
            native.count(partition, record);
        }
    });
    let seconds = time.map_err(Failure::outside)?.as_secs_f64();
    print_out(json!({ "records": records, "seconds": seconds, "counted": native }))
}

/// How many records the topic of a pipeline has.
pub(super) fn records_in(config: &std::path::Path) -> Result<u64, Failure> {
    let ranges = ranges(&settings(config)?)?;
    Ok(ranges.iter().map(|range| (range.high - range.low).unsigned_abs()).sum())
}

fn settings(config: &std::path::Path) -> Result<KafkaSettings, Failure> {
    match Pipeline::load(config)?.0.source {
        SourceSettings::Kafka(settings) => Ok(settings),
        _ => Err(Failure::usage(format!("{} reads no topic", config.display()))),
    }
}

fn ranges(settings: &KafkaSettings) -> Result<Vec<PartitionRange>, Failure> {
    let client = TopicClient::new(settings).map_err(Failure::outside)?;
    client.ranges(ANSWER_WITHIN).map_err(Failure::outside)
}

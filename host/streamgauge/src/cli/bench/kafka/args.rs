//! The command line of `bench kafka`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};
use streamgauge_kafka::reference::REFERENCE_SETTINGS;

use super::contender::Contender;
use crate::cli::bench::figures::FiguresArgs;
use crate::cli::bench::shop::ShopArgs;

/// How fast a topic is counted, beside loops that only read it.
#[derive(Args, Debug)]
pub(in crate::cli::bench) struct KafkaArgs {
    /// The brokers, as host:port, separated by commas. A topic is made there, and stays.
    #[arg(long, default_value = "127.0.0.1:9092")]
    pub(in crate::cli::bench) brokers: String,

    /// A topic of an earlier run, in place of a new one.
    #[arg(long)]
    pub(in crate::cli::bench) topic: Option<String>,

    /// How many events the topic gets.
    #[arg(long, default_value_t = 5_000_000)]
    pub(in crate::cli::bench) events: u64,

    /// A file of JSON lines whose records the topic gets, in place of generated events.
    #[arg(long, value_name = "FILE", conflicts_with = "topic")]
    pub(in crate::cli::bench) input: Option<PathBuf>,

    /// How many partitions the topic gets.
    #[arg(long, default_value_t = 4)]
    pub(in crate::cli::bench) partitions: u32,

    /// How the records are packed.
    #[arg(long, default_value = "lz4", value_parser = ["none", "gzip", "snappy", "lz4", "zstd"])]
    pub(in crate::cli::bench) codec: String,

    /// How many workers count. With several numbers, each run of `streamgauge` takes turns with each
    /// of them.
    #[arg(
        long, value_delimiter = ',', default_values_t = [1],
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    pub(in crate::cli::bench) workers: Vec<u32>,

    /// How many turns each program gets; the figures are medians.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub(in crate::cli::bench) rounds: u32,

    /// For how many seconds a turn reads the topic, again and again.
    #[arg(long, default_value_t = 30.0)]
    pub(in crate::cli::bench) seconds: f64,

    /// The core on which all programs run. The brokers should have another one.
    #[arg(long)]
    pub(in crate::cli::bench) core: Option<usize>,

    /// The programs that take turns.
    #[arg(long, value_delimiter = ',', value_enum, default_values_t = Contender::ALL)]
    pub(in crate::cli::bench) only: Vec<Contender>,

    #[command(flatten)]
    pub(in crate::cli::bench) shop: ShopArgs,

    #[command(flatten)]
    pub(in crate::cli::bench) figures: FiguresArgs,
}

impl KafkaArgs {
    /// What the figures depend on, and the settings that the loops on librdkafka have.
    pub(super) fn settings(&self) -> Value {
        let Self { events, input, partitions, codec, workers, seconds, core, .. } = self;
        json!({
            "events": events,
            "input": input,
            "partitions": partitions,
            "codec": codec,
            "workers": workers,
            "seconds": seconds,
            "core": core,
            "librdkafka of the loops": BTreeMap::from(REFERENCE_SETTINGS),
        })
    }
}

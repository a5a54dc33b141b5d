//! `streamgauge produce`: files or generated events into a Kafka topic.
//!
//! The partition of every record is chosen here (`kafka/partitioner.rs`), never by librdkafka,
//! so that a replay can make the same choice. Nothing is lost silently: each record that was sent
//! is acknowledged by all replicas or counted as failed, and a failure ends the run.

mod args;
mod error;
mod input;
mod progress;
mod report;
mod rows;

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use streamgauge_core::Schema;

pub use self::args::ProduceArgs;
pub use self::error::ProduceError;
use self::input::{Input, Outgoing};
use self::progress::Progress;
pub use self::report::ProduceReport;
use crate::run::stop::{OnHangup, Stop};
use streamgauge_kafka::partitioner::partition_of;
use streamgauge_kafka::{DeliveryFailure, Sender, Topic, ready};
use streamgauge_pipeline::{Fetch, Format, KafkaSettings, OnGap, Pipeline, SourceSettings, Start};

/// The longest wait for the next record's time before the signals are looked at.
const WAIT_MAX: Duration = Duration::from_millis(50);

/// Sends what `args` name and waits for all acknowledgements. Blocks; not to be called from
/// asynchronous code.
///
/// # Errors
/// Wrong arguments, unreadable files, a broker or topic that is not there, or records that were
/// not acknowledged.
pub fn produce(args: &ProduceArgs, pipeline: &Pipeline) -> Result<ProduceReport, ProduceError> {
    let settings = destination(args, &pipeline.source)?;
    check_key(args.key.as_deref(), &pipeline.schema)?;
    let stop = Stop::on_signals(OnHangup::End)?;
    let input = Input::open(args, &pipeline.schema)?;
    let sender = Sender::new(&settings)?;
    let topic = ready(&sender, &settings, args.partitions)?;
    let mut run = Run {
        sender,
        stop,
        progress: Progress::new(input.length(), args.rate.is_some()),
        rate: args.rate,
        started: Instant::now(),
        by_partition: vec![0; topic.partitions as usize],
    };
    let mut input = input.spread_over(topic.partitions);
    let complete = run.send_all(&mut input);
    let seed = args.generate.map(|_| args.seed);
    let report = run.finish(topic, settings.topic, input.malformed(), seed);
    // The records sent before a file became unreadable were flushed all the same.
    complete.and(report)
}

/// A run in progress.
struct Run {
    sender: Sender,
    stop: Stop,
    progress: Progress,
    rate: Option<f64>,
    started: Instant,
    by_partition: Vec<u64>,
}

impl Run {
    fn send_all(&mut self, input: &mut Input) -> Result<(), ProduceError> {
        while !self.has_ended() && input.next(&mut |record| self.send(record))? {}
        Ok(())
    }

    /// True if there is no point in sending more.
    fn has_ended(&self) -> bool {
        self.stop.is_requested() || self.sender.deliveries().failed() > 0
    }

    fn send(&mut self, record: Outgoing<'_>) {
        self.wait_for_turn();
        if self.has_ended() {
            return;
        }
        let row = self.sender.sent();
        let partition = partition_of(record.key, row, self.by_partition.len() as u32);
        let stop = &self.stop;
        if self.sender.send(partition, record.key, record.value, || stop.is_requested()) {
            self.by_partition[partition as usize] += 1;
            self.progress.show(self.sender.sent(), self.sender.deliveries().acknowledged());
        }
    }

    /// With a rate: waits until the next record is due.
    fn wait_for_turn(&self) {
        let Some(rate) = self.rate else { return };
        let due = Duration::try_from_secs_f64(self.sender.sent() as f64 / rate);
        let due = due.unwrap_or(Duration::MAX);
        while !self.has_ended() {
            let left = due.saturating_sub(self.started.elapsed());
            if left.is_zero() {
                return;
            }
            self.sender.poll(Duration::ZERO);
            thread::sleep(left.min(WAIT_MAX));
        }
    }

    fn finish(
        self,
        topic: Topic,
        name: String,
        malformed: u64,
        seed: Option<u64>,
    ) -> Result<ProduceReport, ProduceError> {
        let deliveries = self.sender.deliveries();
        let sent = self.sender.sent();
        self.sender.flush(|| self.progress.show(sent, deliveries.acknowledged()));
        let report = ProduceReport {
            topic: name,
            created: topic.is_new,
            sent,
            acknowledged: deliveries.acknowledged(),
            failed: deliveries.failed(),
            malformed,
            partitions: self.by_partition,
            seconds: self.started.elapsed().as_secs_f64(),
            seed,
            interrupted: self.stop.is_requested(),
        };
        let failure = deliveries.failure();
        match failure {
            None => Ok(report),
            Some(DeliveryFailure { is_outside, cause }) => {
                let report = Box::new(report);
                Err(ProduceError::Undelivered { report, cause, is_outside })
            }
        }
    }
}

/// Where to send: the pipeline's brokers and topic, with what the command line says instead.
fn destination(args: &ProduceArgs, source: &SourceSettings) -> Result<KafkaSettings, ProduceError> {
    let mut settings = match source {
        SourceSettings::Kafka(settings) => settings.clone(),
        SourceSettings::File(_) | SourceSettings::Generator(_) => KafkaSettings {
            brokers: args.brokers.clone().ok_or(ProduceError::NoDestination("--brokers"))?,
            topic: args.topic.clone().ok_or(ProduceError::NoDestination("--topic"))?,
            group: String::new(),
            start: Start::Earliest,
            on_gap: OnGap::Stop,
            format: Format::Json,
            unanswered_after: Duration::from_secs(10),
            give_up_after: Duration::from_mins(1),
            transaction_open_after: Duration::from_secs(90),
            fetch: Fetch::Librdkafka,
            librdkafka: BTreeMap::new(),
        },
    };
    if settings.format == Format::Csv && args.topic.is_none() {
        return Err(ProduceError::CsvTopic(settings.topic));
    }
    settings.brokers = args.brokers.clone().unwrap_or(settings.brokers);
    settings.topic = args.topic.clone().unwrap_or(settings.topic);
    Ok(settings)
}

fn check_key(key: Option<&str>, schema: &Schema) -> Result<(), ProduceError> {
    match key {
        Some(key) if schema.index_of(key).is_none() => {
            let names: Vec<&str> = schema.fields().iter().map(|f| f.name.as_str()).collect();
            Err(ProduceError::UnknownKey { key: key.to_owned(), known: names.join(", ") })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;

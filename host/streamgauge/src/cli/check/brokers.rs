//! What the brokers are asked by `check`: the topic and a fetch from each leader, the group, and the
//! topics for output. Nothing is written for an answer.

mod sample;

use std::time::Duration;

use serde_json::{Value, json};
use streamgauge_kafka::{BrokerError, PartitionRange, TopicClient, check_group, peek};
use streamgauge_pipeline::{KafkaSettings, OutletSettings};
use streamgauge_source::SourceError;

use crate::cli::failure::Failure;
use crate::publish::wire_cause;
use crate::run::cause::Cause;
use crate::run::prepare::Prepared;
use sample::{Sample, newest};

/// How long the brokers have to answer a question.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// The answers.
#[derive(Default)]
pub(super) struct Answers {
    /// Why records could not be read, or letters not be written.
    pub(super) faults: Vec<SourceError>,
    /// What should be looked at though the pipeline would run.
    pub(super) warnings: Vec<String>,
    sample: Option<Sample>,
}

impl Answers {
    /// Asks the brokers of `settings`.
    pub(super) fn ask(prepared: &Prepared, settings: &KafkaSettings) -> Result<Self, Failure> {
        let mut answers = Self::default();
        let read = match answers.ask_all(prepared, settings) {
            Ok(()) => Sample::take(prepared, newest(prepared)?),
            Err(fault) => Err(fault),
        };
        match read {
            Ok(sample) => answers.sample = Some(sample),
            Err(fault) => answers.faults.insert(0, fault),
        }
        Ok(answers)
    }

    /// Asks all that is to be answered before records are tried.
    fn ask_all(
        &mut self,
        prepared: &Prepared,
        settings: &KafkaSettings,
    ) -> Result<(), SourceError> {
        let client = TopicClient::new(settings)?;
        let ranges = client.ranges(ANSWER_TIMEOUT)?;
        if client.is_compacted(ANSWER_TIMEOUT) {
            self.warnings.push(format!(
                "topic `{}` is compacted (cleanup.policy): records that the brokers remove before \
                 they are read are never counted",
                settings.topic
            ));
        }
        let pipeline = &prepared.pipeline;
        for outlet in [&pipeline.dead_letters, &pipeline.late_output].into_iter().flatten() {
            if let OutletSettings::Kafka(topic) = outlet
                && let Err(error) = client.check_output(topic, ANSWER_TIMEOUT)
            {
                self.faults.push(error.into());
            }
        }
        match check_group(settings, ANSWER_TIMEOUT) {
            Ok(()) => {}
            // Records are counted all the same.
            Err(BrokerError::Fault(fault)) => {
                self.warnings.push(format!("{fault}; {}", fault.kind.advice()));
            }
            Err(error) => self.faults.push(error.into()),
        }
        // A fetch from each leader, also where there is no record.
        let last = |range: &PartitionRange| (range.partition, range.low.max(range.high - 1));
        let places: Vec<_> = ranges.iter().map(last).collect();
        peek(settings, &places, ANSWER_TIMEOUT)?;
        Ok(())
    }

    /// The sample in words, if there is one.
    pub(super) fn text(&self, settings: &KafkaSettings) -> Option<String> {
        self.sample.as_ref().map(|sample| sample.text(&settings.topic))
    }

    /// The answers as fields of the JSON of `check`.
    pub(super) fn json(&self, prepared: &Prepared) -> Value {
        let cause = |error: &SourceError| wire_cause(Cause::of(error, &prepared.pipeline));
        json!({
            "causes": self.faults.iter().map(cause).collect::<Vec<_>>(),
            "warnings": self.warnings,
            "sample": self.sample.as_ref().map(Sample::json),
        })
    }
}

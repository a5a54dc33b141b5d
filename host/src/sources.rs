//! From settings to what each worker reads: its source, its decoder, and the states in which its
//! partitions go on.

use std::cell::OnceCell;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use streamgauge_core::{PartitionSnapshot, PartitionState, Plan, Position};

use crate::checkpoint::OffsetCommitter;
use crate::decode::{CsvColumns, Decoder, KeyReader};
use crate::metric::Metric;
use crate::pipeline::{
    FileSettings, Format, GeneratorSettings, KafkaSettings, Pipeline, SourceSettings, Workers,
};
use crate::plugin::Plugin;
use crate::produce::partitioner::partition_for_key;
use crate::source::file::{FileSource, Opened as OpenedFile};
use crate::source::generator::GeneratorSource;
use crate::source::kafka::{KafkaSource, OffsetCommits, PartitionRange, TopicClient, refused};
use crate::source::{Source, SourceError};
use crate::worker::LatencyFrom;

/// What a run reads.
#[derive(Clone, Debug)]
pub enum Feed {
    /// What `[source]` says; bounded: only up to the ends of the logs as they are now.
    Pipeline {
        /// Whether to stop there.
        bounded: bool,
    },
    /// Files, spread over partitions by a field, or row by row.
    Files {
        /// In this order.
        files: Vec<FileSettings>,
        /// How many partitions.
        partitions: u32,
        /// The field whose value decides the partition.
        key: Option<String>,
    },
}

/// What one worker reads.
pub struct Share {
    /// Where its records come from.
    pub source: Box<dyn Source>,
    /// How they are read.
    pub decoder: Decoder,
    /// Its partitions, where they go on.
    pub partitions: Vec<PartitionSnapshot>,
}

/// What all workers read.
pub struct Shares {
    /// One per worker.
    pub shares: Vec<Share>,
    /// What latency is measured from.
    pub latency_from: LatencyFrom,
    /// Told after each checkpoint.
    pub committer: Option<Box<dyn OffsetCommitter>>,
}

/// Everything that opening needs.
pub struct Opening<'a> {
    /// The settings.
    pub pipeline: &'a Pipeline,
    /// How records become rows.
    pub plan: &'a Plan,
    /// The metrics.
    pub plugins: &'a [Plugin],
    /// The states of the last checkpoint, by partition.
    pub resume: &'a [Arc<PartitionSnapshot>],
    /// The client that asks about the topic, kept from one attempt to the next.
    pub topic_client: &'a OnceCell<TopicClient>,
    /// How long something outside has to answer.
    pub answer_timeout: Duration,
}

impl Opening<'_> {
    /// Opens what `feed` says.
    ///
    /// # Errors
    /// Something outside is not there, or the stored place cannot be gone on from.
    pub fn open(&self, feed: &Feed) -> Result<Shares, SourceError> {
        match feed {
            Feed::Files { files, partitions, key } => {
                self.files(files, *partitions, key.as_deref())
            }
            Feed::Pipeline { bounded } => match &self.pipeline.source {
                SourceSettings::Kafka(settings) => self.kafka(settings, *bounded),
                SourceSettings::Generator(settings) => Ok(self.generator(settings)),
                SourceSettings::File(settings) => {
                    let mut settings = settings.clone();
                    settings.follow &= !bounded;
                    self.files(&[settings], 1, None)
                }
            },
        }
    }

    fn kafka(&self, settings: &KafkaSettings, bounded: bool) -> Result<Shares, SourceError> {
        if self.topic_client.get().is_none() {
            let made = TopicClient::new(settings)?;
            self.topic_client.get_or_init(|| made);
        }
        let client = self.topic_client.get().expect("it was just made");
        let ranges = client.ranges(self.answer_timeout)?;
        let starts = client.resolve_start(&ranges)?;
        let mut states = Vec::new();
        for (range, start) in ranges.iter().zip(starts) {
            // A partition that came after the pipeline's start is read whole.
            let start = if self.resume.is_empty() { start } else { range.low };
            let state = self.state(range.partition, start);
            check_range(&state, range)?;
            states.push(state);
        }
        if let Some(gone) = self.resume.iter().find(|s| !has_partition(&ranges, s.partition)) {
            return Err(SourceError::Failed {
                code: "source_failed",
                message: format!(
                    "topic `{}` has no partition {} any more, but the state does",
                    settings.topic, gone.partition
                ),
            });
        }
        let stop = |partition: u32| {
            ranges.iter().find(|r| r.partition == partition).map(|r| r.high).filter(|_| bounded)
        };
        let format = settings.format;
        let shares = self.deal(states, |partitions| {
            let assigned: Vec<_> = partitions
                .iter()
                .map(|p| (p.partition, p.state.next_offset, stop(p.partition)))
                .collect();
            let source: Box<dyn Source> = Box::new(KafkaSource::new(settings, &assigned)?);
            Ok((source, self.decoder(format, None)))
        })?;
        let committer = OffsetCommits::new(settings).map_err(|error| refused(&error))?;
        let committer: Option<Box<dyn OffsetCommitter>> = Some(Box::new(committer));
        Ok(Shares { shares, latency_from: LatencyFrom::Stamp, committer })
    }

    fn generator(&self, settings: &GeneratorSettings) -> Shares {
        let states = (0..settings.partitions).map(|partition| self.state(partition, 0)).collect();
        let shares = self.deal(states, |partitions| {
            let assigned: Vec<_> =
                partitions.iter().map(|p| (p.partition, p.state.next_offset)).collect();
            let source: Box<dyn Source> = Box::new(GeneratorSource::new(settings, &assigned));
            Ok((source, self.decoder(Format::Json, None)))
        });
        let shares = shares.expect("a generator always opens");
        Shares { shares, latency_from: LatencyFrom::Taken, committer: None }
    }

    fn files(
        &self,
        files: &[FileSettings],
        partitions: u32,
        key: Option<&str>,
    ) -> Result<Shares, SourceError> {
        let OpenedFile { source, columns, warnings } =
            FileSource::open(files, &self.pipeline.schema)?;
        for warning in warnings {
            tracing::warn!("{warning}");
        }
        let states: Vec<_> = (0..partitions).map(|partition| self.state(partition, 0)).collect();
        let format = files[0].format;
        let source = if partitions == 1 {
            match (states[0].position.cursor, states[0].state.next_offset) {
                (_, 0) => source,
                (cursor, next_offset) => source.resume(cursor, next_offset)?,
            }
        } else {
            let mut reader = key.map(|key| self.key_reader(format, columns.as_ref(), key));
            let partitioner = Box::new(move |record: &[u8], row: u64| {
                match reader.as_mut().and_then(|reader| reader.key(record)) {
                    Some(key) => partition_for_key(key.as_bytes(), partitions),
                    None => (row % u64::from(partitions)) as u32,
                }
            });
            source.partitioned(vec![0; partitions as usize], partitioner)
        };
        let decoder = self.decoder(format, columns.as_ref());
        let share = Share { source: Box::new(source), decoder, partitions: states };
        Ok(Shares { shares: vec![share], latency_from: LatencyFrom::Taken, committer: None })
    }

    fn key_reader(&self, format: Format, columns: Option<&CsvColumns>, key: &str) -> KeyReader {
        match (format, columns) {
            (Format::Csv, Some(columns)) => KeyReader::csv(&self.pipeline.schema, columns, key),
            _ => KeyReader::json(key),
        }
    }

    fn decoder(&self, format: Format, columns: Option<&CsvColumns>) -> Decoder {
        let projection = &self.plan.projection;
        match (format, columns) {
            (Format::Json, _) => Decoder::json(projection),
            (Format::Csv, Some(columns)) => Decoder::csv(projection, columns),
            (Format::Csv, None) => {
                Decoder::csv(projection, &CsvColumns::in_schema_order(&self.pipeline.schema))
            }
        }
    }

    /// The stored state of `partition`, or a new one that begins at `start`.
    fn state(&self, partition: u32, start: i64) -> PartitionSnapshot {
        let stored = self.resume.iter().find(|snapshot| snapshot.partition == partition);
        stored.map_or_else(
            || PartitionSnapshot {
                partition,
                position: Position::default(),
                late_samples: Vec::new(),
                state: PartitionState::starting_at(start),
                metrics: self.plugins.iter().map(|plugin| Metric::empty(plugin, start)).collect(),
            },
            |snapshot| PartitionSnapshot::clone(snapshot),
        )
    }

    /// Deals partitions out to workers, one after the other.
    fn deal(
        &self,
        states: Vec<PartitionSnapshot>,
        open: impl Fn(&[PartitionSnapshot]) -> Result<(Box<dyn Source>, Decoder), SourceError>,
    ) -> Result<Vec<Share>, SourceError> {
        let workers = match self.pipeline.workers {
            Workers::Auto => thread::available_parallelism().map_or(1, NonZeroUsize::get),
            Workers::Fixed(workers) => workers.get(),
        };
        let mut hands = vec![Vec::new(); workers.min(states.len()).max(1)];
        let count = hands.len();
        for (i, state) in states.into_iter().enumerate() {
            hands[i % count].push(state);
        }
        let share = |partitions: Vec<PartitionSnapshot>| {
            let (source, decoder) = open(&partitions)?;
            Ok(Share { source, decoder, partitions })
        };
        hands.into_iter().map(share).collect()
    }
}

fn has_partition(ranges: &[PartitionRange], partition: u32) -> bool {
    ranges.iter().any(|range| range.partition == partition)
}

/// A stored place that the log does not have is a named failure, never a silent reset.
fn check_range(state: &PartitionSnapshot, range: &PartitionRange) -> Result<(), SourceError> {
    let next = state.state.next_offset;
    if (range.low..=range.high).contains(&next) {
        return Ok(());
    }
    let PartitionRange { partition, low, high } = *range;
    Err(SourceError::OutOfRange { partition, offset: next, low, high })
}

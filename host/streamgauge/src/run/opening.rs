//! From settings to the share of each worker: a source, a decoder, and the states from which the
//! worker's partitions resume.

mod file;
mod kafka;

use std::cell::{OnceCell, RefCell};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::Duration;

use streamgauge_core::{
    CsvColumns, MetricPhase, MetricSnapshot, PartitionSnapshot, PartitionState, Plan, Position,
};

use streamgauge_decode::{Decoder, KeyReader};
use streamgauge_engine::Metric;
use streamgauge_kafka::partitioner::partition_of;
use streamgauge_kafka::{CommitBoard, TopicClient, TopicIdentity};
use streamgauge_pipeline::{
    FileSettings, Format, GeneratorSettings, OnGap, Pipeline, SourceSettings, Workers,
};
use streamgauge_plugin::Plugin;
use streamgauge_source::file::{FileSource, Opened as OpenedFile};
use streamgauge_source::generator::GeneratorSource;
use streamgauge_source::kafka::TopicGuard;
use streamgauge_source::{
    LatencyFrom, LogGap, OffsetCommitter, Source, SourceError, SourceHealth, Sparing,
};

/// The input of a run.
#[derive(Clone, Debug)]
pub enum Feed {
    /// The source in `[source]` of the pipeline.
    Pipeline {
        /// True to stop at the ends that the logs have at the opening.
        bounded: bool,
    },
    /// The newest records of each partition, in states that begin with them.
    Newest {
        /// How many records there are to be of all partitions together, at most.
        records: u32,
    },
    /// Files, spread over partitions by a field, or row by row.
    Files {
        /// The files, in the order of reading.
        files: Vec<FileSettings>,
        /// The number of partitions that the records are spread over.
        partitions: u32,
        /// The field whose value decides the partition.
        key: Option<String>,
    },
}

/// For whom a source is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reads {
    /// For the pipeline that is shown.
    #[default]
    Shown,
    /// For an edition that is being built beside it: with a share of a core, and the group is told
    /// nothing.
    Aside,
}

/// The partitions of one worker, with source and decoder.
pub struct Share {
    /// The source of the worker's records.
    pub source: Box<dyn Source>,
    /// The decoder of the worker's records.
    pub decoder: Decoder,
    /// The states from which the worker's partitions resume.
    pub partitions: Vec<PartitionSnapshot>,
}

/// The shares of all workers, and the things that they have in common.
pub struct Shares {
    /// One share for each worker.
    pub shares: Vec<Share>,
    /// The moment from which latency is measured.
    pub latency_from: LatencyFrom,
    /// The committer of offsets, called after each checkpoint.
    pub committer: Option<Box<dyn OffsetCommitter>>,
    /// The partitions that stand still at a gap.
    pub parked: Vec<Parked>,
    /// Tells whether the group gets the offsets.
    pub commits: Option<CommitBoard>,
    /// The watch over the topic, with the flag that is raised when the log is no longer the same.
    pub guard: Option<(TopicGuard, Arc<AtomicBool>)>,
}

impl Shares {
    /// Shares of a source that is told nothing and watched by nobody.
    fn alone(shares: Vec<Share>, latency_from: LatencyFrom) -> Self {
        let (committer, commits, guard) = (None, None, None);
        Self { shares, latency_from, committer, parked: Vec::new(), commits, guard }
    }
}

/// A partition that is not read because its log does not continue where its state ends. The state
/// is kept and shown unchanged.
pub struct Parked {
    /// The partition's state, as of the last checkpoint.
    pub state: PartitionSnapshot,
    /// The gap in the partition's log.
    pub gap: LogGap,
}

/// The settings and states that opening needs.
pub struct Opening<'a> {
    /// The settings of the pipeline.
    pub pipeline: &'a Pipeline,
    /// The plan by which records become rows.
    pub plan: &'a Plan,
    /// The metrics' plugins, in written order.
    pub plugins: &'a [Plugin],
    /// The states of the last checkpoint, by partition.
    pub resume: &'a [Arc<PartitionSnapshot>],
    /// The client that asks about the topic, kept from one attempt to the next.
    pub topic_client: &'a OnceCell<Arc<TopicClient>>,
    /// The topic as it was when the log was last compared with the state.
    pub topic_identity: &'a RefCell<Option<TopicIdentity>>,
    /// Told how the partitions of a topic stand.
    pub sources: &'a Arc<SourceHealth>,
    /// The identity of the state, for the offsets that are told to the group.
    pub identity: &'a str,
    /// How long something outside has to answer.
    pub answer_timeout: Duration,
    /// Whether just this log was read to `resume` a moment ago.
    pub goes_on: bool,
    /// For whom the source is read.
    pub reads: Reads,
}

impl Opening<'_> {
    /// Opens the sources that `feed` names.
    ///
    /// # Errors
    /// Something outside is not there, or the log cannot be read from the stored place on.
    pub fn open(&self, feed: &Feed) -> Result<Shares, SourceError> {
        let mut opened = self.opened(feed)?;
        if self.reads == Reads::Aside {
            let part = self.pipeline.catch_up_share;
            let spare = |share: Share| Share {
                source: Box::new(Sparing::new(share.source, part)),
                ..share
            };
            opened.shares = opened.shares.into_iter().map(spare).collect();
        }
        Ok(opened)
    }

    fn opened(&self, feed: &Feed) -> Result<Shares, SourceError> {
        match feed {
            Feed::Files { files, partitions, key } => {
                self.files(files, *partitions, key.as_deref())
            }
            Feed::Newest { records } => match &self.pipeline.source {
                SourceSettings::Kafka(settings) => self.newest(settings, *records),
                _ => self.open(&Feed::Pipeline { bounded: true }),
            },
            Feed::Pipeline { bounded } => match &self.pipeline.source {
                SourceSettings::Kafka(settings) => self.kafka(settings, *bounded),
                SourceSettings::Generator(settings) => Ok(self.generator(settings)),
                SourceSettings::File(settings) => {
                    let mut settings = settings.clone();
                    settings.follow &= !bounded;
                    self.file(&settings)
                }
            },
        }
    }

    fn generator(&self, settings: &GeneratorSettings) -> Shares {
        let states = (0..settings.partitions).map(|partition| self.state(partition, 0)).collect();
        let shares = self.deal(states, |partitions| {
            let assigned: Vec<_> =
                partitions.iter().map(|p| (p.partition, p.state.next_offset)).collect();
            let source = GeneratorSource::new(settings, &assigned);
            let source: Box<dyn Source> = match self.reads {
                Reads::Shown => Box::new(source),
                Reads::Aside => Box::new(source.unpaced()),
            };
            Ok((source, self.decoder(Format::Json, None)))
        });
        let shares = shares.expect("a generator always opens");
        Shares::alone(shares, LatencyFrom::Taken)
    }

    fn files(
        &self,
        files: &[FileSettings],
        partitions: u32,
        key: Option<&str>,
    ) -> Result<Shares, SourceError> {
        let (source, columns) = self.open_files(files)?;
        let states: Vec<_> = (0..partitions).map(|partition| self.state(partition, 0)).collect();
        let format = files[0].format;
        let source = if partitions == 1 {
            source
        } else {
            let mut reader = key.map(|key| self.key_reader(format, columns.as_ref(), key));
            let partitioner = Box::new(move |record: &[u8], row: u64| {
                let key = reader.as_mut().and_then(|reader| reader.key(record));
                partition_of(key.map(str::as_bytes), row, partitions)
            });
            source.partitioned(vec![0; partitions as usize], partitioner)
        };
        Ok(self.share_of_files(source, format, columns.as_ref(), states))
    }

    fn open_files(
        &self,
        files: &[FileSettings],
    ) -> Result<(FileSource, Option<CsvColumns>), SourceError> {
        let OpenedFile { source, columns, warnings, .. } =
            FileSource::open(files, &self.pipeline.schema)?;
        for warning in warnings {
            tracing::warn!("{warning}");
        }
        Ok((source, columns))
    }

    fn share_of_files(
        &self,
        source: FileSource,
        format: Format,
        columns: Option<&CsvColumns>,
        partitions: Vec<PartitionSnapshot>,
    ) -> Shares {
        let decoder = self.decoder(format, columns);
        let share = Share { source: Box::new(source), decoder, partitions };
        Shares::alone(vec![share], LatencyFrom::Taken)
    }

    fn key_reader(&self, format: Format, columns: Option<&CsvColumns>, key: &str) -> KeyReader {
        match (format, columns) {
            (Format::Csv, Some(columns)) => KeyReader::csv(&self.pipeline.schema, columns, key),
            _ => KeyReader::json(key),
        }
    }

    fn decoder(&self, format: Format, columns: Option<&CsvColumns>) -> Decoder {
        decoder(self.pipeline, self.plan, format, columns)
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
                metrics: self.plugins.iter().map(|plugin| self.begin(plugin, start)).collect(),
            },
            |snapshot| PartitionSnapshot::clone(snapshot),
        )
    }

    /// A metric of a partition that is new: in the build that the others have.
    fn begin(&self, plugin: &Plugin, start: i64) -> MetricSnapshot {
        let metrics = self.resume.iter().flat_map(|partition| &partition.metrics);
        let builds = metrics.filter(|own| own.id == plugin.settings().id).map(|own| own.build);
        let build = builds.max().unwrap_or_default();
        MetricSnapshot { build, ..Metric::empty(plugin, start) }
    }

    /// How many workers read so many partitions.
    pub fn workers(&self, partitions: usize) -> usize {
        let workers = match self.pipeline.workers {
            Workers::Auto => thread::available_parallelism().map_or(1, NonZeroUsize::get),
            Workers::Fixed(workers) => workers.get(),
        };
        workers.min(partitions).max(1)
    }

    /// Deals partitions out to workers, one after the other.
    fn deal(
        &self,
        states: Vec<PartitionSnapshot>,
        open: impl Fn(&[PartitionSnapshot]) -> Result<(Box<dyn Source>, Decoder), SourceError>,
    ) -> Result<Vec<Share>, SourceError> {
        let mut hands = vec![Vec::new(); self.workers(states.len())];
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

/// The decoder of a log under `plan`; `columns` are those of a CSV file.
pub fn decoder(
    pipeline: &Pipeline,
    plan: &Plan,
    format: Format,
    columns: Option<&CsvColumns>,
) -> Decoder {
    let projection = &plan.projection;
    match (format, columns) {
        (Format::Json, _) => Decoder::json(projection),
        (Format::Csv, Some(columns)) => Decoder::csv(projection, columns),
        (Format::Csv, None) => {
            Decoder::csv(projection, &CsvColumns::in_schema_order(&pipeline.schema))
        }
    }
}

/// Resumes after a gap, if the settings say so: the gap becomes part of the state. Metrics that run
/// move with the partition; a metric that stopped before stays at its own place, even if the log's
/// end moved back to just that offset.
fn go_on(
    on_gap: OnGap,
    mut state: PartitionSnapshot,
    found: LogGap,
) -> Result<PartitionSnapshot, Box<Parked>> {
    if on_gap == OnGap::Stop || !found.can_be_named() {
        return Err(Box::new(Parked { state, gap: found }));
    }
    let gap = found.gap;
    state.state.skip(gap);
    // The record before the next offset is not the last one that was read.
    (state.position.last, state.position.read_to) = (None, None);
    let runs = |metric: &&mut MetricSnapshot| metric.phase == MetricPhase::Running;
    for metric in state.metrics.iter_mut().filter(runs) {
        metric.next_offset = gap.resume_at();
    }
    let (partition, kind) = (found.partition, gap.kind.name());
    tracing::warn!(
        partition,
        kind,
        from = gap.from,
        to = gap.to,
        "a gap in the log is named and passed"
    );
    Ok(state)
}

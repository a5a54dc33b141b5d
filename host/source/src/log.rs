//! The log of a pipeline as a whole: what it holds, and pieces of it, read again.

use std::collections::BTreeMap;

use streamgauge_core::{CsvColumns, GapKind, PartitionSnapshot, Schema};
use streamgauge_kafka::{PartitionRange, TopicClient};
use streamgauge_pipeline::{FileSettings, SourceSettings};

use crate::file::{FileSource, Place};
use crate::generator::GeneratorSource;
use crate::kafka::KafkaSource;
use crate::{Source, SourceError};

/// How long the brokers have to answer.
const ANSWER_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(5);

/// A piece of one partition's log: `[from, to)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The number of the partition.
    pub partition: u32,
    /// The first offset of the piece.
    pub from: i64,
    /// The offset after the last one.
    pub to: i64,
}

impl Span {
    /// How many offsets it has.
    pub fn offsets(&self) -> u64 {
        self.to.saturating_sub(self.from).max(0).unsigned_abs()
    }
}

/// The log of a pipeline.
pub struct Log<'a> {
    settings: &'a SourceSettings,
    schema: &'a Schema,
    /// The ranges of a Kafka topic. `None` means that the log is there as a whole.
    ranges: Option<Vec<PartitionRange>>,
    /// The file in which a state stands, and the offset of its first record.
    file: Option<(FileSettings, i64)>,
}

impl<'a> Log<'a> {
    /// Finds out what there is. `state` tells which of the files that had the name of a file is meant;
    /// `None` means the one that has it now.
    ///
    /// # Errors
    /// The brokers or the topic cannot be reached, or the file of the state is not there.
    pub fn open(
        settings: &'a SourceSettings,
        schema: &'a Schema,
        state: Option<&PartitionSnapshot>,
    ) -> Result<Self, SourceError> {
        let (mut ranges, mut file) = (None, None);
        match settings {
            SourceSettings::Kafka(kafka) => {
                ranges = Some(TopicClient::new(kafka)?.ranges(ANSWER_TIMEOUT)?);
            }
            SourceSettings::File(settings) => file = Some(file_of(settings, state)?),
            SourceSettings::Generator(_) => {}
        }
        Ok(Self { settings, schema, ranges, file })
    }

    /// The offsets that partition `partition` holds, as far as that can be known. `None` means
    /// that there is no such partition.
    pub fn held(&self, partition: u32) -> Option<(i64, i64)> {
        match (&self.ranges, self.settings) {
            (Some(ranges), _) => {
                let range = ranges.iter().find(|range| range.partition == partition)?;
                Some((range.low, range.high))
            }
            (None, SourceSettings::Generator(generator)) => {
                (partition < generator.partitions).then_some((0, i64::MAX))
            }
            (None, _) => {
                let first = self.file.as_ref().map_or(0, |(_, first)| *first);
                (partition == 0).then_some((first, i64::MAX))
            }
        }
    }

    /// By partition, the offset of the first record with a stamp of `time` or later, in milliseconds
    /// since the Unix epoch; the log's end where there is none. Only a topic knows.
    ///
    /// # Errors
    /// The brokers cannot be reached.
    pub fn offsets_at(&self, time: i64) -> Result<BTreeMap<u32, i64>, SourceError> {
        let (Some(ranges), SourceSettings::Kafka(kafka)) = (&self.ranges, self.settings) else {
            return Ok(BTreeMap::new());
        };
        let offsets = TopicClient::new(kafka)?.offsets_at(ranges, time)?;
        Ok(ranges.iter().map(|range| range.partition).zip(offsets).collect())
    }

    /// True if the log is a topic that the brokers compact; false also where they do not tell.
    pub fn is_compacted(&self) -> bool {
        match self.settings {
            SourceSettings::Kafka(kafka) => {
                TopicClient::new(kafka).is_ok_and(|client| client.is_compacted(ANSWER_TIMEOUT))
            }
            SourceSettings::File(_) | SourceSettings::Generator(_) => false,
        }
    }

    /// The columns of a CSV file. `None` means that the log is no CSV file.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn file_columns(&self) -> Result<Option<CsvColumns>, SourceError> {
        let Some((file, _)) = &self.file else { return Ok(None) };
        Ok(FileSource::open(std::slice::from_ref(file), self.schema)?.columns)
    }

    /// A source of `spans`, one a partition. A file is read from its start to its present end.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn source(&self, spans: &[Span]) -> Result<Box<dyn Source>, SourceError> {
        match self.settings {
            SourceSettings::Kafka(kafka) => {
                let assigned: Vec<_> =
                    spans.iter().map(|s| (s.partition, s.from, Some(s.to))).collect();
                Ok(Box::new(KafkaSource::new(kafka, &assigned)?))
            }
            SourceSettings::Generator(generator) => {
                let assigned: Vec<_> = spans.iter().map(|s| (s.partition, s.from)).collect();
                Ok(Box::new(GeneratorSource::new(generator, &assigned).unpaced()))
            }
            SourceSettings::File(settings) => {
                let (file, first) = self.file.as_ref().map_or((settings, 0), |(f, o)| (f, *o));
                let file = FileSettings { follow: false, ..file.clone() };
                let opened = FileSource::open(std::slice::from_ref(&file), self.schema)?;
                Ok(Box::new(opened.source.numbered_from(first)))
            }
        }
    }
}

impl Log<'_> {
    /// A source that goes on from each of `states`, and past the present end.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn follow(&self, states: &[PartitionSnapshot]) -> Result<Box<dyn Source>, SourceError> {
        let next = |state: &PartitionSnapshot| (state.partition, state.state.next_offset);
        match self.settings {
            SourceSettings::Kafka(kafka) => {
                let low = |partition| self.held(partition).map_or(i64::MIN, |(low, _)| low);
                let assigned = states.iter().map(next).map(|(partition, offset)| {
                    // Offsets that held no record may be gone by now.
                    (partition, offset.max(low(partition)), None)
                });
                Ok(Box::new(KafkaSource::new(kafka, &assigned.collect::<Vec<_>>())?))
            }
            SourceSettings::Generator(generator) => {
                let assigned: Vec<_> = states.iter().map(next).collect();
                Ok(Box::new(GeneratorSource::new(generator, &assigned).unpaced()))
            }
            SourceSettings::File(settings) => {
                let (file, first) = self.file.as_ref().map_or((settings, 0), |(f, o)| (f, *o));
                let file = FileSettings { follow: true, ..file.clone() };
                let source = FileSource::open(std::slice::from_ref(&file), self.schema)?.source;
                let known = states.first().filter(|state| state.position.cursor > 0);
                Ok(Box::new(match known {
                    Some(state) => source.resume(&state.position, state.state.next_offset)?,
                    None => source.numbered_from(first),
                }))
            }
        }
    }
}

/// The file in which `state` stands, and the offset of its first record.
fn file_of(
    settings: &FileSettings,
    state: Option<&PartitionSnapshot>,
) -> Result<(FileSettings, i64), SourceError> {
    let settings = settings.clone();
    let Some((state, mark)) = state.and_then(|state| Some((state, state.position.mark?))) else {
        return Ok((settings, 0));
    };
    match Place::find(&settings.path, state)? {
        Place::Here => Ok((settings, mark.first_offset)),
        Place::Rest(path) => Ok((FileSettings { path, ..settings }, mark.first_offset)),
        Place::Next => Ok((settings, state.state.next_offset)),
        // What was changed is found out by reading it.
        Place::Gap(gap) if gap.gap.kind == GapKind::FileRewritten => {
            tracing::warn!("{gap}");
            Ok((settings, mark.first_offset))
        }
        Place::Gap(gap) => Err(SourceError::Gap(gap)),
    }
}

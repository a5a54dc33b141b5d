//! Pieces of the log, read again.

use std::collections::BTreeMap;
use std::time::Duration;

use streamgauge_core::{BlockLimits, RecordMeta, Run};

use crate::decode::CsvColumns;
use crate::oracle::Oracle;
use crate::pipeline::SourceSettings;
use crate::prepare::Prepared;
use crate::source::file::FileSource;
use crate::source::generator::GeneratorSource;
use crate::source::kafka::{KafkaSource, PartitionRange, TopicClient};
use crate::source::{Fetched, Source, SourceError};

/// How long the brokers have to answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// How long one poll waits.
const POLL: Duration = Duration::from_millis(200);

/// How much is read at once.
const BLOCK: BlockLimits = BlockLimits { records: 2048, bytes: 256 << 10 };

/// Is handed partition, place and bytes of a record; says whether to go on.
pub(super) type Each<'a> = &'a mut dyn FnMut(u32, RecordMeta, Option<&[u8]>) -> bool;

/// A piece of one partition's log: `[from, to)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The partition's number.
    pub partition: u32,
    /// The first offset.
    pub from: i64,
    /// The offset after the last one.
    pub to: i64,
}

/// The log of a pipeline.
pub struct Audited<'a> {
    prepared: &'a Prepared,
    /// Of a Kafka topic: what is there. None: all of it.
    ranges: Option<Vec<PartitionRange>>,
}

impl<'a> Audited<'a> {
    /// Finds out what there is.
    ///
    /// # Errors
    /// The brokers or the topic cannot be reached.
    pub fn open(prepared: &'a Prepared) -> Result<Self, SourceError> {
        let ranges = match &prepared.pipeline.source {
            SourceSettings::Kafka(kafka) => Some(TopicClient::new(kafka)?.ranges(ANSWER_TIMEOUT)?),
            SourceSettings::File(_) | SourceSettings::Generator(_) => None,
        };
        Ok(Self { prepared, ranges })
    }

    /// The offsets that partition `partition` holds, as far as that can be known; none: there is
    /// no such partition.
    pub fn held(&self, partition: u32) -> Option<(i64, i64)> {
        match (&self.ranges, &self.prepared.pipeline.source) {
            (Some(ranges), _) => {
                let range = ranges.iter().find(|range| range.partition == partition)?;
                Some((range.low, range.high))
            }
            (None, SourceSettings::Generator(generator)) => {
                (partition < generator.partitions).then_some((0, i64::MAX))
            }
            (None, _) => (partition == 0).then_some((0, i64::MAX)),
        }
    }

    /// The oracle of this pipeline, as its log is written.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn oracle(&self) -> Result<Oracle, SourceError> {
        let Prepared { pipeline, plugins, .. } = self.prepared;
        let oracle = Oracle::new(pipeline, plugins);
        let SourceSettings::File(file) = &pipeline.source else { return Ok(oracle) };
        let opened = FileSource::open(std::slice::from_ref(file), &pipeline.schema)?;
        let Some(columns) = opened.columns else { return Ok(oracle) };
        Ok(oracle.under_header(&self.names(&columns)))
    }

    /// The names of CSV columns; empty where a column is no field.
    fn names(&self, columns: &CsvColumns) -> Vec<&str> {
        let fields = self.prepared.pipeline.schema.fields();
        let name = |index: &Option<usize>| index.map_or("", |index| fields[index].name.as_str());
        columns.schema_indexes().iter().map(name).collect()
    }

    /// Hands every record of `spans` (one a partition) to `each`, those of one partition in the
    /// order of their offsets, until it says no.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn read(&self, spans: &[Span], each: Each<'_>) -> Result<(), SourceError> {
        let spans: Vec<Span> = spans.iter().copied().filter(|span| span.from < span.to).collect();
        if spans.is_empty() {
            return Ok(());
        }
        let mut left: BTreeMap<u32, Span> = spans.iter().map(|s| (s.partition, *s)).collect();
        let mut source = self.source(&spans)?;
        let mut goes_on = true;
        while goes_on && !left.is_empty() {
            let block = match source.next_block(BLOCK, POLL)? {
                Fetched::Records { block, .. } => block,
                Fetched::Nothing => continue,
                Fetched::Ended => break,
            };
            for run in block.runs() {
                goes_on = goes_on && read_run(run, &mut left, each);
            }
        }
        Ok(())
    }

    fn source(&self, spans: &[Span]) -> Result<Box<dyn Source>, SourceError> {
        let pipeline = &self.prepared.pipeline;
        match &pipeline.source {
            SourceSettings::Kafka(kafka) => {
                let assigned: Vec<_> =
                    spans.iter().map(|s| (s.partition, s.from, Some(s.to))).collect();
                Ok(Box::new(KafkaSource::new(kafka, &assigned)?))
            }
            SourceSettings::Generator(generator) => {
                let mut generator = generator.clone();
                generator.rate = f64::INFINITY;
                let assigned: Vec<_> = spans.iter().map(|s| (s.partition, s.from)).collect();
                Ok(Box::new(GeneratorSource::new(&generator, &assigned)))
            }
            SourceSettings::File(file) => {
                let mut file = file.clone();
                file.follow = false;
                let opened = FileSource::open(std::slice::from_ref(&file), &pipeline.schema)?;
                Ok(Box::new(opened.source))
            }
        }
    }
}

/// Hands the records of `run` that are in its span to `each`; takes the span out of `left` at its
/// end. Whether to go on.
fn read_run(run: Run<'_>, left: &mut BTreeMap<u32, Span>, each: Each<'_>) -> bool {
    let Some(span) = left.get(&run.partition).copied() else { return true };
    for record in run.records() {
        let offset = record.meta.offset;
        let goes_on = !(span.from..span.to).contains(&offset)
            || each(run.partition, record.meta, record.value);
        if offset + 1 >= span.to {
            left.remove(&run.partition);
            return goes_on;
        }
        if !goes_on {
            return false;
        }
    }
    true
}

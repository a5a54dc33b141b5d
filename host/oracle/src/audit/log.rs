//! Pieces of the log, read again.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use streamgauge_core::{BlockLimits, CsvColumns, Fetched, PartitionSnapshot, RecordMeta, Run};
use streamgauge_pipeline::Pipeline;
use streamgauge_plugin::Plugin;
use streamgauge_source::{Log, SourceError, Span};

use crate::semantics::Oracle;

/// How long one poll waits.
const POLL: Duration = Duration::from_millis(200);

/// After how many records, or offsets, whoever waits is told of them.
pub(super) const TOLD_EVERY: u64 = 256;

/// How much is read at once.
const BLOCK: BlockLimits = BlockLimits { records: 2048, bytes: 256 << 10 };

/// A function that is handed partition, place and bytes of a record, and returns whether reading
/// continues.
pub(super) type Each<'a> = &'a mut dyn FnMut(u32, RecordMeta, Option<&[u8]>) -> bool;

/// The log of a pipeline.
pub struct Audited<'a> {
    pub(super) pipeline: &'a Pipeline,
    plugins: &'a [Plugin],
    log: Log<'a>,
    is_compacted: OnceLock<bool>,
}

impl<'a> Audited<'a> {
    /// Finds out what there is; `states` tell which file is meant.
    ///
    /// # Errors
    /// The brokers or the topic cannot be reached, or the file of the states is not there.
    pub fn open(
        pipeline: &'a Pipeline,
        plugins: &'a [Plugin],
        states: &[Arc<PartitionSnapshot>],
    ) -> Result<Self, SourceError> {
        let state = states.first().map(|state| &**state);
        let log = Log::open(&pipeline.source, &pipeline.schema, state)?;
        Ok(Self { pipeline, plugins, log, is_compacted: OnceLock::new() })
    }

    /// The offsets that partition `partition` holds, as far as that can be known. `None` means
    /// that there is no such partition.
    pub fn held(&self, partition: u32) -> Option<(i64, i64)> {
        self.log.held(partition)
    }

    /// True if the brokers remove records of the log that later ones replace; false also where they
    /// do not tell.
    pub fn is_compacted(&self) -> bool {
        *self.is_compacted.get_or_init(|| self.log.is_compacted())
    }

    /// The oracle of this pipeline, as its log is written.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn oracle(&self) -> Result<Oracle, SourceError> {
        let oracle = Oracle::new(self.pipeline, self.plugins);
        let Some(columns) = self.log.file_columns()? else { return Ok(oracle) };
        Ok(oracle.under_header(&self.names(&columns)))
    }

    /// The names of CSV columns; empty where a column is no field.
    fn names(&self, columns: &CsvColumns) -> Vec<&str> {
        let fields = self.pipeline.schema.fields();
        let name = |index: &Option<usize>| index.map_or("", |index| fields[index].name.as_str());
        columns.schema_indexes().iter().map(name).collect()
    }

    /// Hands every record of `spans` (one a partition) to `each`, the records of one partition in
    /// the order of their offsets, until `each` returns `false`.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn read(&self, spans: &[Span], each: Each<'_>) -> Result<(), SourceError> {
        let spans: Vec<Span> = spans.iter().copied().filter(|span| span.from < span.to).collect();
        if spans.is_empty() {
            return Ok(());
        }
        let mut left: BTreeMap<u32, Span> = spans.iter().map(|s| (s.partition, *s)).collect();
        let mut source = self.log.source(&spans)?;
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
}

/// Hands the records of `run` that are in its span to `each`, and takes the span out of `left` at
/// the span's end. Returns whether reading continues.
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

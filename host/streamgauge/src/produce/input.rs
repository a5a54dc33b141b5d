//! The records to send: from files or the generator, each with a key if one is asked for.
//!
//! Files are read by the same code as `[source.file]`, so the records of `produce`, of `replay` and
//! of a file source are the same ones. A CSV line that is no row is sent unchanged: the pipeline
//! rejects the line with its position, instead of a loss here.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::Duration;

use streamgauge_core::{BlockLimits, Fetched, Run, Schema};

use super::args::ProduceArgs;
use super::error::ProduceError;
use super::rows::RowWriter;
use streamgauge_decode::KeyReader;
use streamgauge_pipeline::{FileSettings, Format, GeneratorSettings};
use streamgauge_source::Source;
use streamgauge_source::file::FileSource;
use streamgauge_source::models::Generator;

/// How many records are taken at once.
const BATCH: usize = 512;

/// A record to be sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outgoing<'a> {
    pub(super) key: Option<&'a [u8]>,
    pub(super) value: &'a [u8],
}

/// A function that takes one record after another.
pub(super) type Sink<'a> = &'a mut dyn FnMut(Outgoing<'_>);

/// Where the records come from.
pub(super) enum Input {
    Files(Files),
    Generated(Box<Generated>),
}

impl Input {
    /// Opens the files of `args`, so that a missing one is found before anything is sent; or
    /// prepares the generator.
    pub(super) fn open(args: &ProduceArgs, schema: &Schema) -> Result<Self, ProduceError> {
        let Some(count) = args.generate else {
            let open = |path: &PathBuf| OpenFile::open(path, args, schema);
            let files = args.files.iter().map(open).collect::<Result<_, _>>()?;
            return Ok(Self::Files(Files { files, malformed: 0 }));
        };
        let settings = args.generator(count);
        let generated = Generated {
            generator: Generator::new(&settings),
            settings,
            next: 0,
            count,
            keys: args.key.as_deref().map(KeyReader::json),
            value: Vec::new(),
        };
        Ok(Self::Generated(Box::new(generated)))
    }

    /// This input for a topic with `partitions` partitions: the generator's partitions are the
    /// topic's, unless keys decide.
    #[must_use]
    pub(super) fn spread_over(mut self, partitions: u32) -> Self {
        if let Self::Generated(generated) = &mut self
            && generated.keys.is_none()
        {
            generated.settings.partitions = partitions;
            generated.generator = Generator::new(&generated.settings);
        }
        self
    }

    /// Hands over the next records; returns false when no records are left.
    pub(super) fn next(&mut self, sink: Sink<'_>) -> Result<bool, ProduceError> {
        match self {
            Self::Files(files) => files.next(sink),
            Self::Generated(generated) => Ok(generated.next(sink)),
        }
    }

    /// How many records there will be, if that is known.
    pub(super) fn length(&self) -> Option<u64> {
        match self {
            Self::Files(_) => None,
            Self::Generated(generated) => Some(generated.count),
        }
    }

    /// How many CSV lines so far were no rows.
    pub(super) fn malformed(&self) -> u64 {
        match self {
            Self::Files(files) => files.malformed,
            Self::Generated(_) => 0,
        }
    }
}

/// Files, one after the other.
pub(super) struct Files {
    files: VecDeque<OpenFile>,
    malformed: u64,
}

impl Files {
    fn next(&mut self, sink: Sink<'_>) -> Result<bool, ProduceError> {
        let Some(file) = self.files.front_mut() else { return Ok(false) };
        let (reader, malformed) = (&mut file.reader, &mut self.malformed);
        let limits = BlockLimits { records: BATCH, bytes: usize::MAX };
        match file.source.next_block(limits, Duration::ZERO)? {
            Fetched::Records { block, .. } => {
                for record in block.runs().flat_map(Run::records) {
                    let value = record.value.unwrap_or_default();
                    *malformed += u64::from(!reader.read(value, sink));
                }
            }
            Fetched::Nothing => {}
            Fetched::Ended => {
                self.files.pop_front();
            }
        }
        Ok(true)
    }
}

struct OpenFile {
    source: FileSource,
    reader: Reader,
}

/// Makes outgoing records of a file's records.
enum Reader {
    Json(Option<KeyReader>),
    Csv(Box<CsvReader>),
}

struct CsvReader {
    rows: RowWriter,
    key: Vec<u8>,
    value: Vec<u8>,
}

impl OpenFile {
    fn open(path: &Path, args: &ProduceArgs, schema: &Schema) -> Result<Self, ProduceError> {
        let key = args.key.as_deref();
        let settings = FileSettings::bounded(path, None, args.header_setting())
            .ok_or_else(|| ProduceError::UnknownFormat(path.to_owned()))?;
        let opened = FileSource::open(std::slice::from_ref(&settings), schema)?;
        for warning in opened.warnings {
            tracing::warn!("{warning}");
        }
        let reader = match settings.format {
            Format::Json => Reader::Json(key.map(KeyReader::json)),
            Format::Csv => {
                let in_order = schema.fields().iter().map(|f| f.name.clone());
                let names = opened.names.unwrap_or_else(|| in_order.collect());
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                let rows = RowWriter::new(&names, schema, key);
                Reader::Csv(Box::new(CsvReader { rows, key: Vec::new(), value: Vec::new() }))
            }
        };
        Ok(Self { source: opened.source, reader })
    }
}

impl Reader {
    /// Hands over one record; returns false if the record is no row and is sent unchanged.
    fn read(&mut self, record: &[u8], sink: Sink<'_>) -> bool {
        match self {
            Self::Json(keys) => {
                let key = keys.as_mut().and_then(|keys| keys.key(record)).map(str::as_bytes);
                sink(Outgoing { key, value: record });
                true
            }
            Self::Csv(csv) => {
                let CsvReader { rows, key, value } = &mut **csv;
                key.clear();
                value.clear();
                let is_row = rows.write(record, key, value);
                let key = (!key.is_empty()).then_some(key.as_slice());
                sink(Outgoing { key, value: if is_row { value } else { record } });
                is_row
            }
        }
    }
}

pub(super) struct Generated {
    generator: Generator,
    settings: GeneratorSettings,
    next: u64,
    count: u64,
    keys: Option<KeyReader>,
    value: Vec<u8>,
}

impl Generated {
    fn next(&mut self, sink: Sink<'_>) -> bool {
        let end = self.count.min(self.next + BATCH as u64);
        // The generator's partitions take turns.
        let lanes = u64::from(self.settings.partitions);
        for row in self.next..end {
            self.value.clear();
            self.generator.record((row % lanes) as u32, row / lanes, &mut self.value);
            let key = self.keys.as_mut().and_then(|keys| keys.key(&self.value));
            sink(Outgoing { key: key.map(str::as_bytes), value: &self.value });
        }
        self.next = end;
        end < self.count
    }
}

#[cfg(test)]
mod tests;

//! `streamgauge replay`: bounded files through the very same path, without keeping state.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use streamgauge_core::{WallClock, parse_rfc3339};

use super::config::Config;
use super::failure::Failure;
use super::read_progress::ReadProgress;
use super::report::Report;
use super::run::print;
use super::serve::Job;
use super::spool::{Spool, is_input};
use crate::publish::log_warnings;
use crate::run::opening::Feed;
use crate::run::patience::Patience;
use crate::run::prepare::Prepared;
use crate::run::stop::OnHangup;
use streamgauge_checkpoint::store::MemoryStore;
use streamgauge_pipeline::{FileSettings, Format, OutletFile, OutletSettings, SourceSettings};

/// The form of records, as an option.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Form {
    /// One JSON object a line.
    Json,
    /// One CSV row a record.
    Csv,
}

impl From<Form> for Format {
    fn from(form: Form) -> Self {
        match form {
            Form::Json => Self::Json,
            Form::Csv => Self::Csv,
        }
    }
}

/// Read files to their end through the pipeline and print the result. No state is kept.
#[derive(Args, Debug)]
pub(super) struct ReplayArgs {
    /// CSV files or JSON lines (.jsonl, .ndjson, .json), compressed (.gz, .zst) or not, read in this
    /// order; `-` is standard input.
    #[arg(required = true)]
    files: Vec<PathBuf>,

    /// The form of the records; by extension unless set.
    #[arg(long, value_name = "FORM", value_enum)]
    format: Option<Form>,

    #[command(flatten)]
    config: Config,

    /// Spread the records over this many partitions.
    #[arg(long, default_value = "1")]
    partitions: NonZeroU32,

    /// The field whose value decides the partition, as Kafka's partitioner does; by default records
    /// are dealt out in turn.
    #[arg(long, value_name = "FIELD")]
    key: Option<String>,

    /// The first line of CSV is a header (true) or not (false); recognised unless set.
    #[arg(long)]
    header: Option<bool>,

    /// The wall clock that `lateness.clock = "processing"` is measured by, as RFC 3339, instead of
    /// the real one.
    #[arg(long, value_name = "TIME", value_parser = parse_now)]
    now: Option<WallClock>,

    /// Write unusable records to this file.
    #[arg(long, value_name = "FILE")]
    dead_letters: Option<PathBuf>,

    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

impl ReplayArgs {
    pub(super) fn config(&self) -> &Path {
        &self.config.config
    }
}

pub(super) fn replay(args: &ReplayArgs) -> Result<(), Failure> {
    let mut spool = Spool::default();
    let mut files = Vec::new();
    for path in &args.files {
        let mut file = file(path, args)?;
        file.path = spool.seekable(&file.path)?;
        files.push(file);
    }
    let prepared = Prepared::load_without_source(&args.config.config, |pipeline| {
        pipeline.source = SourceSettings::File(files[0].clone());
        pipeline.dead_letters =
            args.dead_letters.clone().map(OutletFile::unlimited).map(OutletSettings::File);
        pipeline.late_output = None;
    })?;
    if let Some(key) =
        args.key.as_ref().filter(|key| prepared.pipeline.schema.index_of(key).is_none())
    {
        return Err(Failure::usage(format!(
            "`--key {key}`: the schema has no field `{key}`\nhint: its fields are {}",
            names(&prepared)
        )));
    }
    let feed = Feed::Files { files, partitions: args.partitions.get(), key: args.key.clone() };
    let store = Box::new(MemoryStore::default());
    let mut job = Job::new(&prepared, feed, Some(store), true, OnHangup::End)?;
    job.supervisor.now = args.now;
    let progress = ReadProgress::of_run(&job.run_status);
    let ended = job.supervisor.run(Patience::GiveUp);
    drop(progress);
    ended.map_err(|error| Failure::source(&error))?;
    if job.stop.is_requested() {
        return Err(Failure::failed("stopped before the end"));
    }
    if args.json {
        log_warnings(&prepared.pipeline, &job.run_status.overview());
    }
    print(&prepared, &Report::new(&prepared, &job.run_status), args.json)
}

fn parse_now(text: &str) -> Result<WallClock, String> {
    parse_rfc3339(text).map(|instant| WallClock(instant.0)).ok_or_else(|| {
        "a time with its offset from UTC, such as 2015-06-28T12:00:00+08:00".to_owned()
    })
}

fn names(prepared: &Prepared) -> String {
    let names: Vec<&str> =
        prepared.pipeline.schema.fields().iter().map(|f| f.name.as_str()).collect();
    names.join(", ")
}

fn file(path: &Path, args: &ReplayArgs) -> Result<FileSettings, Failure> {
    FileSettings::bounded(path, args.format.map(Format::from), args.header).ok_or_else(|| {
        let what = if is_input(path) {
            "standard input has no name that tells its format".to_owned()
        } else {
            format!("{} has no known extension", path.display())
        };
        Failure::usage(format!(
            "{what}\nhint: .csv for CSV; .jsonl, .ndjson or .json for JSON lines; or `--format`"
        ))
    })
}

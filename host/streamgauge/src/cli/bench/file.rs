//! `streamgauge bench file`: the program over a file, from its first record to its result. Each turn
//! is `run --until-end` in a process of its own and without state before; cases take turns. The cost
//! of the program's start is measured over the first two lines of the file, and is not in that of
//! an event.

use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};
use toml::Table;

use super::figures::{Figures, FiguresArgs, median};
use super::running::{PipelineFolder, number};
use super::shop::{self, ShopArgs, quoted};
use crate::cli::failure::Failure;

/// What counting a file costs, from its first record to the result.
#[derive(Args, Debug)]
pub(super) struct FileArgs {
    /// How many generated events the file has.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1..))]
    events: u64,

    /// Count this file in place of generated events.
    #[arg(long, value_name = "FILE", requires = "config")]
    input: Option<PathBuf>,

    /// The pipeline that counts the file of `--input`. Its source, its state and its outputs are
    /// replaced; nothing of them is touched.
    #[arg(short, long, value_name = "FILE", requires = "input")]
    config: Option<PathBuf>,

    /// How many turns each case gets; the figures are medians.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,

    #[command(flatten)]
    shop: ShopArgs,

    #[command(flatten)]
    figures: FiguresArgs,
}

/// A file and the pipeline that counts it.
struct Case {
    name: &'static str,
    folder: PipelineFolder,
    /// Records of the file; `None` before the first turn over a file that somebody else wrote.
    events: Option<u64>,
    /// Processor time of a run over the first two lines, in seconds; NaN where the file has no
    /// lines, because it is packed.
    start_seconds: f64,
    turns: Vec<Turn>,
}

/// What a turn took.
struct Turn {
    /// From the first record to the last one.
    seconds: f64,
    /// Of the whole process.
    cpu_seconds: f64,
    peak_resident_mb: f64,
}

pub(super) fn file(args: &FileArgs) -> Result<(), Failure> {
    let settings = match (&args.input, &args.config) {
        (Some(input), Some(config)) => json!({ "input": input, "config": config }),
        _ => json!({ "events": args.events }),
    };
    let mut figures = Figures::new("file", settings, &args.figures)?;
    let data = tempfile::tempdir().map_err(|error| unwritten(&error))?;
    let mut cases = match (&args.input, &args.config) {
        (Some(input), Some(config)) => vec![of_somebody(input, config, data.path())?],
        _ => generated(args, data.path())?,
    };
    for round in 1..=args.rounds {
        tracing::info!("round {round} of {}", args.rounds);
        for case in &mut cases {
            case.turn()?;
        }
    }
    for case in &cases {
        figures.row(case.name, case.values());
    }
    figures.finish()
}

fn unwritten(error: &io::Error) -> Failure {
    Failure::failed(format!("the events cannot be written into a temporary folder: {error}"))
}

/// The same generated events as JSON and as CSV.
fn generated(args: &FileArgs, data: &Path) -> Result<Vec<Case>, Failure> {
    let four = args.shop.four()?;
    let [json, csv] = ["events.jsonl", "events.csv"].map(|name| data.join(name));
    let written = shop::write_json(&json, args.events).and_then(|()| shop::write_csv(&json, &csv));
    written.map_err(|error| unwritten(&error))?;
    let pipeline = |file: &Path| {
        shop::pipeline(1, &format!("[source.file]\npath = {}\n", quoted(file)), &four)
    };
    let case =
        |(name, file): (_, &PathBuf)| Case::new(name, file, data, Some(args.events), &pipeline);
    [("JSON", &json), ("CSV", &csv)].into_iter().map(case).collect()
}

/// A file that somebody else wrote, counted by the metrics of `config`.
fn of_somebody(input: &Path, config: &Path, data: &Path) -> Result<Case, Failure> {
    let input = found(input, "--input names a file with events")?;
    let config = found(config, "--config names a pipeline file")?;
    let unreadable = |error: &dyn std::fmt::Display| {
        let hint = "`streamgauge check` tells what is wrong with a pipeline file";
        Failure::usage(format!("{} cannot be read: {error}; hint: {hint}", config.display()))
    };
    let text = fs::read_to_string(&config).map_err(|error| unreadable(&error))?;
    let table: Table =
        text.parse().map_err(|error: toml::de::Error| unreadable(&error.message()))?;
    let folder = config.parent().unwrap_or(Path::new("/"));
    let pipeline = |file: &Path| over(table.clone(), folder, file).to_string();
    Case::new("the file", &input, data, None, &pipeline)
}

fn found(file: &Path, hint: &str) -> Result<PathBuf, Failure> {
    file.canonicalize().map_err(|error| {
        Failure::usage(format!("{} cannot be read: {error}; hint: {hint}", file.display()))
    })
}

/// The pipeline of `folder` with `file` as its source, its state and letters where it runs, no late
/// output and no page.
fn over(mut pipeline: Table, folder: &Path, file: &Path) -> Table {
    let table = |key: &str, value: &str| {
        Table::from_iter([(key.to_owned(), toml::Value::from(value.to_owned()))])
    };
    let own = pipeline.get("source").and_then(|source| source.get("file")?.as_table().cloned());
    let mut source = own.unwrap_or_default();
    source.insert("path".to_owned(), file.display().to_string().into());
    pipeline
        .insert("source".to_owned(), Table::from_iter([("file".to_owned(), source.into())]).into());
    let letters = Table::from_iter([("file".to_owned(), table("path", "letters.jsonl").into())]);
    pipeline.insert("dead_letters".to_owned(), letters.into());
    for elsewhere in ["state", "late_output", "server"] {
        pipeline.remove(elsewhere);
    }
    let metrics = pipeline.get_mut("metric").and_then(toml::Value::as_array_mut);
    for metric in metrics.into_iter().flatten() {
        if let Some(toml::Value::String(plugin)) = metric.get_mut("plugin") {
            *plugin = folder.join(&*plugin).display().to_string();
        }
    }
    pipeline
}

/// The first two lines of a file; `None` means that they are no text.
fn head(file: &Path) -> io::Result<Option<Vec<u8>>> {
    let (mut reader, mut lines) = (BufReader::new(File::open(file)?), Vec::new());
    for _ in 0..2 {
        reader.read_until(b'\n', &mut lines)?;
    }
    Ok(std::str::from_utf8(&lines).is_ok().then_some(lines))
}

impl Case {
    fn new(
        name: &'static str,
        file: &Path,
        data: &Path,
        events: Option<u64>,
        pipeline: &dyn Fn(&Path) -> String,
    ) -> Result<Self, Failure> {
        let mut start_seconds = f64::NAN;
        if let Some(lines) = head(file).map_err(|error| unwritten(&error))? {
            let short = data.join("short").with_extension(file.extension().unwrap_or_default());
            fs::write(&short, lines).map_err(|error| unwritten(&error))?;
            let folder = PipelineFolder::new(&pipeline(&short))?;
            // The first run compiles what no run before has compiled.
            folder.run_to_end()?;
            start_seconds = folder.run_to_end()?.used.cpu_seconds;
        }
        let folder = PipelineFolder::new(&pipeline(file))?;
        Ok(Self { name, folder, events, start_seconds, turns: Vec::new() })
    }

    fn turn(&mut self) -> Result<(), Failure> {
        let ended = self.folder.run_to_end()?;
        let (result, used) = (ended.json()?, ended.used);
        let read = checked(&result, self.events)?;
        self.events = Some(read);
        self.turns.push(Turn {
            seconds: number(&result["run"]["consume_seconds"]),
            cpu_seconds: used.cpu_seconds,
            peak_resident_mb: used.peak_resident_mb,
        });
        Ok(())
    }

    fn values(&self) -> [(&'static str, f64); 4] {
        let events = self.events.unwrap_or_default() as f64;
        let turns = || self.turns.iter();
        let start = if self.start_seconds.is_nan() { 0.0 } else { self.start_seconds };
        let cpu = turns().map(|turn| (turn.cpu_seconds - start) * 1e9 / events);
        [
            ("events/s", median(turns().map(|turn| events / turn.seconds))),
            ("CPU ns/event", median(cpu)),
            ("start, CPU ms", self.start_seconds * 1e3),
            ("peak resident MB", median(turns().map(|turn| turn.peak_resident_mb))),
        ]
    }
}

/// How many records were read, if that is as many as there are and the books add up.
fn checked(result: &Value, events: Option<u64>) -> Result<u64, Failure> {
    let books = &result["accounting"];
    let count = |name: &str| books[name].as_u64().unwrap_or_default();
    let [read, on_time, late] = ["read", "on_time", "late"].map(count);
    let rejected = books["rejected"].as_object();
    let rejected: u64 = rejected.into_iter().flatten().filter_map(|(_, n)| n.as_u64()).sum();
    let wrong = |words: String| Err(Failure::failed(format!("the books do not add up: {words}")));
    if read != on_time + late + rejected {
        return wrong(format!("read {read}, on time {on_time}, late {late}, rejected {rejected}"));
    }
    match events {
        Some(events) if events != read => {
            wrong(format!("{read} records were read of a file that has {events}"))
        }
        _ if read == 0 => Err(Failure::failed("the file has no records")),
        _ => Ok(read),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipeline_of_somebody_is_run_without_touching_what_it_has() {
        let text = "version = 1\n[source.kafka]\nbrokers = \"b\"\n[state.embedded]\ndir = \"s\"\n\
            [late_output.file]\npath = \"l\"\n[server]\ntoken = { env = \"T\" }\n\
            [dead_letters.kafka]\ntopic = \"d\"\n[[metric]]\nid = \"m\"\nplugin = \"p/m.wasm\"\n";
        let table = text.parse().expect("it is TOML");
        let made = over(table, Path::new("/home"), Path::new("/data/e.csv"));
        let expected = "version = 1\n[source.file]\npath = \"/data/e.csv\"\n[dead_letters.file]\n\
            path = \"letters.jsonl\"\n[[metric]]\nid = \"m\"\nplugin = \"/home/p/m.wasm\"\n";
        assert_eq!(made, expected.parse::<Table>().expect("it is TOML"));
    }

    #[test]
    fn what_is_set_of_a_file_stays() {
        let table = "[source.file]\npath = \"a\"\nheader = false\n".parse().expect("it is TOML");
        let made = over(table, Path::new("/"), Path::new("/b"));
        let source = &made["source"]["file"];
        assert_eq!(source["path"].as_str(), Some("/b"));
        assert_eq!(source["header"].as_bool(), Some(false));
    }

    #[test]
    fn books_that_do_not_add_up_are_refused() {
        let result = |read: u64| {
            json!({ "accounting": {
                "read": read, "on_time": 7, "late": 2, "rejected": { "not_json": 1 },
            } })
        };
        assert_eq!(checked(&result(10), Some(10)).expect("they add up"), 10);
        assert_eq!(checked(&result(10), None).expect("they add up"), 10);
        let words = |read, events| checked(&result(read), events).expect_err("it is wrong").message;
        assert!(words(11, None).contains("read 11, on time 7, late 2, rejected 1"));
        assert!(words(10, Some(9)).contains("10 records were read of a file that has 9"));
    }
}

//! The pipeline that most benches run: the four metrics of the default one, over the events of a
//! shop that the generator makes up.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use streamgauge_pipeline::GeneratorSettings;
use streamgauge_source::models::Generator;

use crate::cli::failure::Failure;

/// The metrics of the default pipeline.
const FOUR: [&str; 4] = ["behavior", "age", "gender", "province"];

/// Event time by month and day.
pub(super) const EVENT_TIME: &str = "[event_time]
month = \"month\"
day = \"day\"
year = 2015
zone = \"Asia/Shanghai\"
bound = \"300s\"
";

/// The fields of an event. Those of event time come first, so whatever else a projection has, they
/// are its first slots.
const FIELDS: &str = "[schema]
month = \"unsigned\"
day = \"unsigned\"
user_id = \"text\"
item_id = \"text\"
cat_id = \"text\"
merchant_id = \"text\"
brand_id = \"text\"
action = { type = \"unsigned\", max = 3 }
age_range = { type = \"unsigned\", max = 8 }
gender = { type = \"unsigned\", max = 2 }
province = \"text\"
";

/// The components of the four metrics.
#[derive(Args, Debug)]
pub(super) struct ShopArgs {
    /// The folder with the components of the four metrics of the default pipeline.
    #[arg(long, value_name = "FOLDER", default_value = "target/plugins")]
    plugins: PathBuf,
}

impl ShopArgs {
    /// Each metric's id and component.
    ///
    /// # Errors
    /// A component is not there.
    pub(super) fn four(&self) -> Result<Vec<(String, PathBuf)>, Failure> {
        let component = |name: &str| {
            let file = self.plugins.join(name).with_extension("wasm");
            let hint = format!("--plugins names the folder with `{name}.wasm`");
            Ok((name.to_owned(), component(&file, &hint)?))
        };
        FOUR.into_iter().map(component).collect()
    }
}

/// A component by its whole path.
///
/// # Errors
/// The component is not there; `hint` is the remedy.
pub(super) fn component(file: &Path, hint: &str) -> Result<PathBuf, Failure> {
    file.canonicalize().map_err(|error| {
        Failure::usage(format!("plugin {} cannot be read: {error}; hint: {hint}", file.display()))
    })
}

/// A pipeline that counts the events of `source`, a table of `pipeline.toml`, by `metrics`.
pub(super) fn pipeline(workers: u32, source: &str, metrics: &[(String, PathBuf)]) -> String {
    let head = format!("version = 1\nname = \"bench\"\nworkers = {workers}\n");
    let mut text = format!("{head}\n{source}\n{FIELDS}\n{EVENT_TIME}\n");
    text += "[dead_letters.file]\npath = \"letters.jsonl\"\n";
    for (id, plugin) in metrics {
        let _ = writeln!(text, "\n[[metric]]\nid = \"{id}\"\nplugin = {}", quoted(plugin));
    }
    text
}

/// A checkpoint every second, and a metric that counts by user in as much memory as it wants, whose
/// table more lines may follow.
pub(super) fn users(plugin: &Path) -> String {
    format!(
        "[checkpoint]
every = \"1s\"

[[metric]]
id = \"users\"
plugin = {}
memory_max = \"1GiB\"
time_max = \"10s\"
columns = {{ value = \"user_id\" }}
",
        quoted(plugin)
    )
}

/// A path as a value of TOML.
pub(super) fn quoted(path: &Path) -> String {
    toml::Value::from(path.display().to_string()).to_string()
}

/// The events of a bench: no dirt, so that each is counted in whatever form it is written.
pub(super) fn events() -> Generator {
    Generator::new(&GeneratorSettings { dirt: 0.0, ..GeneratorSettings::default() })
}

/// Writes so many events into `file`, each a JSON object in a line of its own.
///
/// # Errors
/// The file cannot be written.
pub(super) fn write_json(file: &Path, events: u64) -> io::Result<()> {
    let (generator, mut line) = (self::events(), Vec::new());
    let mut out = BufWriter::with_capacity(1 << 20, File::create(file)?);
    for place in 0..events {
        line.clear();
        generator.record(0, place, &mut line);
        line.push(b'\n');
        out.write_all(&line)?;
    }
    out.flush()
}

/// Writes the events of `json`, which [`write_json`] wrote, into `file` as CSV with a header.
///
/// # Errors
/// The file cannot be written.
pub(super) fn write_csv(json: &Path, file: &Path) -> io::Result<()> {
    let lines = BufReader::new(File::open(json)?).lines();
    let mut out = csv::Writer::from_path(file)?;
    for (place, line) in lines.enumerate() {
        let event: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&line?)?;
        if place == 0 {
            out.write_record(event.keys())?;
        }
        out.write_record(event.values().map(|value| match value {
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Null => String::new(),
            other => other.to_string(),
        }))?;
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn both_forms_of_a_file_hold_the_same_events() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let [json, csv] = ["e.jsonl", "e.csv"].map(|name| folder.path().join(name));
        write_json(&json, 20).expect("the folder can be written to");
        write_csv(&json, &csv).expect("the folder can be written to");
        let [json, csv] = [json, csv].map(|file| fs::read_to_string(file).expect("it is there"));
        let (head, rows) = csv.split_once('\n').expect("there is a header");
        assert_eq!(
            head,
            "user_id,item_id,cat_id,merchant_id,brand_id,month,day,action,age_range,gender,province"
        );
        assert_eq!((json.lines().count(), rows.lines().count()), (20, 20));
        let first: serde_json::Value =
            serde_json::from_str(json.lines().next().unwrap_or_default()).expect("it is JSON");
        let user = first["user_id"].as_str().expect("an id is a text");
        assert!(rows.starts_with(&format!("{user},")), "{rows}");
    }

    #[test]
    fn a_path_with_quotes_is_a_value_of_toml() {
        let text = format!("path = {}", quoted(Path::new("a \"b\"\\c")));
        let table: toml::Table = text.parse().expect("it is TOML");
        assert_eq!(table["path"].as_str(), Some("a \"b\"\\c"));
    }

    #[test]
    fn a_component_that_is_missing_is_named_with_a_remedy() {
        let args = ShopArgs { plugins: PathBuf::from("/nowhere") };
        let failure = args.four().expect_err("it is not there");
        let words = "plugin /nowhere/behavior.wasm cannot be read: ";
        assert!(failure.message.contains(words), "{}", failure.message);
        assert!(
            failure.message.contains("hint: --plugins names the folder"),
            "{}",
            failure.message
        );
    }
}

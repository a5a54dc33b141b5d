//! The shipped example of another stream: four panels by a file alone, each held against an exact
//! recount of the generated records, straight from the generator and through a real broker.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;
use streamgauge_pipeline::{GeneratorSettings, Pipeline, SourceSettings};
use streamgauge_source::models::Generator;

use crate::broker::Broker;
use crate::events::lines;
use crate::process::finish;
use crate::result::{assert_same, book};
use crate::workplace::{Settings, Workplace, root, unique};

const RECORDS: u64 = 60_000;

/// The shipped file, with absolute paths of components and enough dirt of every kind.
fn example() -> String {
    let file = root().join("docs/examples/access-log.toml");
    let text = fs::read_to_string(file).expect("the example is shipped");
    let plugins = format!("\"{}/", root().join("target/plugins").display());
    let bounded = format!("rate = \"max\"\nlimit = {RECORDS}\ndirt = 0.02\nseed = 99\n");
    replaced(&replaced(&text, "\"../../target/plugins/", &plugins), "rate = 2000", &bounded)
}

fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "no {from:?} in the example");
    text.replace(from, to)
}

/// The access-log pipeline over a topic.
fn over_kafka(text: &str, brokers: &str, topic: &str) -> String {
    let (head, rest) = text.split_once("[source.generator]").expect("the generator");
    let (_, tail) = rest.split_once("[schema]").expect("the schema follows the source");
    let source = format!(
        "[source.kafka]\nbrokers = \"{brokers}\"\ntopic = \"{topic}\"\n\
         [source.kafka.librdkafka]\n\"fetch.queue.backoff.ms\" = \"2\"\n"
    );
    format!("{head}{source}[schema]{tail}")
}

fn workplace(text: &str) -> Workplace {
    let place = Workplace::new(&Settings::kafka("127.0.0.1:1", "unused"));
    place.set_text(text);
    place
}

fn run_until_end(place: &Workplace) -> Value {
    finish(place.command("run").args(["--until-end", "--json"])).json()
}

/// All records, partition by partition.
fn records(pipeline: &Path) -> Vec<Vec<u8>> {
    let (pipeline, _) = Pipeline::load(pipeline).expect("the example is valid");
    let SourceSettings::Generator(settings) = pipeline.source else { panic!("no generator") };
    let GeneratorSettings { partitions, limit, .. } = settings;
    let generator = Generator::new(&settings);
    let of = |partition| {
        let generator = generator.clone();
        (0..limit.expect("a limit") / u64::from(partitions)).map(move |index| {
            let mut record = Vec::new();
            generator.record(partition, index, &mut record);
            record
        })
    };
    (0..partitions).flat_map(of).collect()
}

/// The expected content of the four panels, counted by hand.
#[derive(Default)]
struct Recount {
    rejected: u64,
    statuses: BTreeMap<String, u64>,
    paths: BTreeMap<String, u64>,
    sizes: Vec<u64>,
    cells: BTreeMap<(String, String), u64>,
}

impl Recount {
    fn of(records: &[Vec<u8>]) -> Self {
        let mut recount = Self::default();
        for record in records {
            match serde_json::from_slice::<Value>(record) {
                Ok(Value::Object(event)) => recount.add(&Value::Object(event)),
                _ => recount.rejected += 1,
            }
        }
        recount.sizes.sort_unstable();
        recount
    }

    fn add(&mut self, event: &Value) {
        let status = number(&event["status"]).filter(|status| *status <= 599);
        let status = status.map(|status| status.to_string());
        let path = event["path"].as_str().expect("no dirt takes the path away");
        *self.paths.entry(path.to_owned()).or_default() += 1;
        self.sizes.extend(number(&event["bytes"]));
        let Some(status) = status else { return };
        *self.statuses.entry(status.clone()).or_default() += 1;
        if let Some(country) = event["country"].as_str() {
            *self.cells.entry((country.to_owned(), status)).or_default() += 1;
        }
    }

    fn check(&self, result: &Value) {
        assert_eq!(book(result, "read"), RECORDS);
        assert_eq!(book(result, "rejected"), self.rejected);
        assert!(self.rejected > 50 && book(result, "event_time_fallback") > 50, "{result}");
        assert!(book(result, "late") > 500, "{}", result["accounting"]);
        let statuses = rows(result, "statuses");
        let statuses = statuses.iter().map(|row| (text(&row["value"]), events(row)));
        assert_eq!(statuses.collect::<BTreeMap<_, _>>(), self.statuses);
        let cell = |row: &Value| ((text(&row["row"]), text(&row["column"])), events(row));
        let cells: BTreeMap<_, _> = rows(result, "countries").iter().map(cell).collect();
        assert_eq!(cells, self.cells);
        self.check_paths(&rows(result, "paths"));
        self.check_sizes(&rows(result, "sizes"));
    }

    fn check_paths(&self, rows: &[Value]) {
        let all: u64 = self.paths.values().sum();
        let error = rows[0]["error"].as_u64().expect("a whole number");
        assert!(error <= all / 2001, "{error} of {all}");
        for row in rows {
            let exact = self.paths[&text(&row["value"])];
            assert!((events(row)..=events(row) + error).contains(&exact), "{row}: {exact}");
        }
        let shown: Vec<String> = rows.iter().map(|row| text(&row["value"])).collect();
        let unseen = self.paths.iter().filter(|(path, _)| !shown.contains(path));
        let unseen = unseen.map(|(_, events)| *events).max().unwrap_or(0);
        let least = rows.iter().map(events).min().expect("rows") + error;
        assert!(unseen <= least, "{unseen} events of a path that is not shown, {least} shown");
    }

    fn check_sizes(&self, rows: &[Value]) {
        assert_eq!(rows.len(), 5, "{rows:?}");
        for row in rows {
            let name = text(&row["quantile"]);
            let share = match name.as_str() {
                "min" => 0.0,
                "max" => 1.0,
                quantile => quantile[1..].parse::<f64>().expect("p and a number") / 100.0,
            };
            let rank = (share * self.sizes.len() as f64).ceil().max(1.0) as usize;
            let exact = self.sizes[rank - 1] as f64;
            let cell = |name: &str| row[name].as_f64().expect("a number");
            let off = (cell("value") - exact).abs();
            assert!(off <= cell("error") * 1.000_001, "{row}: {exact}");
        }
    }
}

/// A whole number from 0, in quotes or not.
fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

fn rows(result: &Value, metric: &str) -> Vec<Value> {
    result["metrics"][metric][0]["total"].as_array().expect("rows").clone()
}

fn events(row: &Value) -> u64 {
    row["events"].as_u64().expect("a count")
}

/// A key as text, for a key of any type.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[test]
fn four_panels_of_another_stream_agree_with_an_exact_recount() {
    let place = workplace(&example());
    finish(place.command("check").arg("--offline")).ok();
    let records = records(&place.path("pipeline.toml"));
    assert_eq!(records.len() as u64, RECORDS);
    let recount = Recount::of(&records);
    let generated = run_until_end(&place);
    recount.check(&generated);

    let broker = Broker::shared();
    let topic = unique("access-log");
    let place = workplace(&over_kafka(&example(), &broker.address(), &topic));
    place.write("requests.jsonl", &lines(&records));
    let mut produce = place.command("produce requests.jsonl");
    let report = finish(produce.args(["--json", "--partitions", "3"])).json();
    assert_eq!(report["acknowledged"], RECORDS, "{report}");
    let consumed = run_until_end(&place);
    recount.check(&consumed);
    for exact in ["statuses", "countries", "sizes"] {
        let total = |result: &Value| result["metrics"][exact][0]["total"].clone();
        assert_same(exact, &total(&generated), &total(&consumed));
    }
}

#[test]
fn the_demo_refuses_a_pipeline_whose_fields_it_cannot_make_up() {
    let place = workplace(&over_kafka(&example(), "127.0.0.1:1", "requests"));
    let ended = finish(place.command("demo").args(["--listen", "127.0.0.1:0"]));
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    for words in ["no field `time`", "[source.generator] shape", "streamgauge run"] {
        assert!(ended.stderr.contains(words), "no {words:?} in\n{}", ended.stderr);
    }
}

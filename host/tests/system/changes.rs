//! A pipeline that is changed at random under load, and killed in between: at the end every metric
//! is, byte for byte, what a fresh pipeline of the last file counts.
//!
//! `cargo xtask torture --changes N --seed S` makes more changes over more records.

use std::collections::BTreeMap;
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::broker::Broker;
use crate::host::{Host, read};
use crate::process::{Running, finish};
use crate::result::{assert_balanced, assert_same, book, outside_run};
use crate::torture::chance::Chance;
use crate::workplace::{Settings, Workplace, plugin, unique};

const CHANGES: u64 = 14;
const SEED: u64 = 20_261_128;
const PARTITIONS: i32 = 4;

/// Records for each change.
const RECORDS: u64 = 12_000;

const METRICS: [&str; 4] = ["behavior", "age", "gender", "province"];
const WINDOWS: [&str; 4] =
    ["\"cumulative\"", "\"cumulative\", \"1d\"", "\"1d\", \"7d\"", "\"cumulative\", \"7d\""];

/// What the file says.
struct Written {
    /// Base settings without metrics.
    base: String,
    title: u64,
    batch: u64,
    workers: u64,
    share: u64,
    /// By metric: the number of its windows, and its limit of time in seconds.
    metrics: BTreeMap<&'static str, (usize, u64)>,
}

impl Written {
    fn text(&self, place: &Workplace) -> String {
        let Self { base, title, batch, workers, share, metrics } = self;
        let mut text = base
            .replace("name = \"系统测试\"", &format!("name = \"系统测试 {title}\""))
            .replace("max = 8192", &format!("max = {batch}"))
            .replace("workers = \"auto\"", &format!("workers = {workers}"));
        write!(text, "[catch_up]\nshare = 0.{share}\n").expect("a text takes everything");
        for (id, (windows, seconds)) in metrics {
            let (component, windows) = (component(place, id), WINDOWS[*windows]);
            write!(
                text,
                "[[metric]]\nid = \"{id}\"\nplugin = \"{}\"\nwindows = [{windows}]\n\
                 time_max = \"{seconds}s\"\n[[panel]]\nid = \"{id}\"\ntitle = \"{id} {title}\"\n",
                component.display()
            )
            .expect("a text takes everything");
        }
        text
    }

    /// Changes something, and says what.
    fn change(&mut self, chance: &mut Chance, place: &Workplace) -> String {
        let id = chance.pick(&METRICS);
        match (chance.below(9), self.metrics.contains_key(id), self.metrics.len()) {
            (0, ..) => {
                self.title += 1;
                format!("title {}", self.title)
            }
            (1, ..) => {
                self.batch = 64 << chance.below(8);
                format!("batches of {}", self.batch)
            }
            (2, ..) => {
                self.workers = 1 + chance.below(3);
                format!("{} workers", self.workers)
            }
            (3, true, _) => {
                swap(&component(place, id), chance.below(u64::MAX));
                format!("another component of {id}")
            }
            (4, true, 2..) => {
                self.metrics.remove(id);
                format!("no {id}")
            }
            (5, true, _) => {
                let limit = &mut self.metrics.get_mut(id).expect("it is there").1;
                *limit = 2 + chance.below(5);
                format!("a limit of {limit} s for {id}")
            }
            (6, ..) => {
                self.share = 3 + chance.below(7);
                format!("a share of 0.{}", self.share)
            }
            (_, true, _) => {
                let windows = chance.below(WINDOWS.len() as u64) as usize;
                self.metrics.get_mut(id).expect("it is there").0 = windows;
                format!("windows [{}] of {id}", WINDOWS[windows])
            }
            (_, false, _) => {
                let windows = chance.below(WINDOWS.len() as u64) as usize;
                self.metrics.insert(id, (windows, 2));
                format!("{id} with [{}]", WINDOWS[windows])
            }
        }
    }
}

/// The component of a metric in this place.
fn component(place: &Workplace, id: &str) -> PathBuf {
    place.path(&format!("{id}.wasm"))
}

/// Puts other bytes with the same behaviour in its place: a section that nobody reads.
fn swap(component: &PathBuf, number: u64) {
    let id = component.file_stem().expect("a name").to_string_lossy().into_owned();
    let mut bytes = fs::read(plugin(&id)).expect("a component");
    bytes.extend_from_slice(b"\0\x0d\x04test");
    bytes.extend_from_slice(&number.to_le_bytes());
    let next = component.with_extension("next");
    fs::write(&next, bytes).expect("the folder can be written to");
    fs::rename(next, component).expect("it is ours");
}

/// How often the pipeline was reloaded or not, as far as the host remembers.
fn answers(status: &Value) -> usize {
    let all = status["happened"].as_array().expect("what happened").iter();
    all.filter(|moment| moment["what"].as_str().is_some_and(|what| what.starts_with("reload")))
        .count()
}

fn is_refused(status: &Value) -> bool {
    let mut warnings = status["warnings"].as_array().expect("warnings").iter();
    warnings.any(|warning| warning["code"] == "reload_refused")
}

fn setting(name: &str, default: u64) -> u64 {
    env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// The longest time for which the workers stood still at a reload, in milliseconds.
fn pauses(log: &str) -> Vec<u64> {
    let of = |line: &str| {
        let (_, rest) = line.split_once("the workers stood still for ")?;
        rest.split(' ').next()?.parse().ok()
    };
    log.lines().filter_map(of).collect()
}

/// Changes the file under the running host, or breaks it for a moment.
fn change(host: &Host, written: &mut Written, chance: &mut Chance, place: &Workplace) {
    let before = answers(&host.status());
    let text = written.text(place);
    if chance.below(5) == 0 {
        eprintln!("a broken file");
        place.set_text(&text.replace("[[metric]]", "[[metrik]]"));
        host.status_when("a refusal", |status| answers(status) > before);
        place.set_text(&text);
        // A fault that still stands is not told again.
        host.status_when("the mended file", |status| !is_refused(status));
        return;
    }
    let what = written.change(chance, place);
    eprintln!("{what}");
    let is_same = written.text(place) == text && !what.contains("component");
    place.set_text(&written.text(place));
    if !is_same {
        host.status_when("a reload", |status| answers(status) > before);
    }
}

#[test]
fn random_changes_and_kills_under_load_end_like_a_fresh_pipeline_of_the_last_file() {
    let changes = setting("STREAMGAUGE_CHANGES", CHANGES);
    let seed = setting("STREAMGAUGE_TORTURE_SEED", SEED);
    let events = setting("STREAMGAUGE_CHANGES_EVENTS", changes * RECORDS);
    let broker = Broker::shared();
    let topic = unique("random-changes");
    broker.create_topic(&topic, PARTITIONS);
    let mut settings =
        Settings { checkpoint_every: "300ms", ..Settings::kafka(&broker.address(), &topic) };
    settings.metrics.clear();
    let place = Workplace::new(&settings);
    for id in METRICS {
        fs::copy(plugin(id), component(&place, id)).expect("a component can be copied");
    }
    let mut written = Written {
        base: settings.text(),
        title: 0,
        batch: 8192,
        workers: 2,
        share: 5,
        metrics: [("behavior", (0, 2)), ("age", (1, 2))].into(),
    };
    place.set_text(&written.text(&place));
    let (count, of_seed) = (events.to_string(), seed.to_string());
    let rate = (events / changes.max(1)).to_string();
    let mut command = place.command("produce");
    command.args(["--generate", &count, "--seed", &of_seed, "--dirt", "0.01", "--rate", &rate]);
    let producer = Running::start(&mut command);
    let mut chance = Chance::of(seed, 0);
    let mut host = Host::start(&place);
    host.has_read(1000);
    let (mut stood, mut kills) = (Vec::new(), 0);
    for number in 1..=changes {
        eprint!("seed {seed}, change {number}: ");
        if chance.below(6) == 0 {
            let what = written.change(&mut chance, &place);
            eprintln!("{what}, and a kill at once");
            place.set_text(&written.text(&place));
            stood.extend(pauses(&host.log()));
            host.kill();
            kills += 1;
            host = Host::start(&place);
            host.restored(PARTITIONS as usize);
        } else {
            change(&host, &mut written, &mut chance, &place);
        }
    }
    producer.wait().ok();
    let last = host.status_when("all metrics at the end", |status| {
        let all = status["metrics"].as_array().expect("metrics");
        let are_there = written.metrics.len() == all.len();
        read(status) == events && are_there && all.iter().all(|metric| metric["state"] == "ok")
    });
    stood.extend(pauses(&host.log()));
    eprintln!("{kills} kills; the workers stood still for {stood:?} ms; {}", last["accounting"]);
    // For who has to find out what went wrong.
    eprintln!("{}", host.log());
    host.terminate().ok();
    let until_end = |place: &Workplace| {
        outside_run(finish(place.command("run").args(["--until-end", "--json"])).json())
    };
    let result = until_end(&place);
    assert_eq!(book(&result, "read"), events);
    assert_balanced(&result);
    let fresh = Workplace::new(&settings);
    fresh.set_text(&written.text(&place));
    assert_same("changed and fresh", &until_end(&fresh), &result);
    let verified = finish(place.command("verify").arg("--json")).json();
    assert_eq!(verified["equal"], true, "{verified}");
}

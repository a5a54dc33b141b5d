//! What one more metric costs that does nothing, and one more column that a metric wants: generated
//! shop events through the whole engine, with and without it, in turns. Called by
//! `cargo xtask bench columns`; prints a Markdown table.
//!
//! Usage: `column_costs FOLDER`, with the folder of the components. `idle` of them takes a column
//! and leaves it.

mod driven;

use std::{fmt::Write as _, path::Path};

use rustix::time::{ClockId, clock_gettime};

use self::driven::{BLOCK, Driven, generated};

/// Blocks of a turn.
const BLOCKS: u64 = 4;
/// Turns that do not count, in which columns learn what they hold.
const SILENT_TURNS: u64 = 4;
const TURNS: u64 = 600;

const HEAD: &str = "version = 1\nname = \"columns\"\n[source.generator]\n[schema]\n\
    user_id = \"text\"\nitem_id = \"text\"\nmonth = \"unsigned\"\nday = \"unsigned\"\n\
    action = \"unsigned\"\nage_range = \"unsigned\"\ngender = \"unsigned\"\nprovince = \"text\"\n\
    [event_time]\nmonth = \"month\"\nday = \"day\"\nyear = 2015\n";

/// What a pipeline is made of.
#[derive(Clone, Copy)]
struct Parts {
    metrics: &'static [&'static str],
    /// The column that `idle` takes, with its type.
    idle: Option<(&'static str, &'static str)>,
}

/// The default pipeline's.
const ALONE: Parts = Parts { metrics: &["behavior", "age", "gender", "province"], idle: None };
/// `idle` takes a column that another metric wants anyway.
const FOUR: Parts = ALONE.taking("action", "unsigned");
const WITHOUT_AGE: Parts = Parts { metrics: &["behavior", "gender", "province"], ..FOUR };
const WITHOUT_PROVINCE: Parts = Parts { metrics: &["behavior", "age", "gender"], ..FOUR };

/// What is measured, as a pipeline without it and one with it.
const SUBJECTS: [(&str, Parts, Parts); 5] = [
    ("a metric", ALONE, FOUR),
    ("a number", WITHOUT_AGE, WITHOUT_AGE.taking("age_range", "unsigned")),
    ("a text of few values", WITHOUT_PROVINCE, WITHOUT_PROVINCE.taking("province", "text")),
    ("ids of users", FOUR, FOUR.taking("user_id", "text")),
    ("ids of items", FOUR, FOUR.taking("item_id", "text")),
];

fn main() {
    let Some(folder) = std::env::args().nth(1) else {
        eprintln!("usage: column_costs FOLDER");
        std::process::exit(2);
    };
    let mut text = "| one more | ns an event | of ns before |\n|---|--:|--:|\n".to_owned();
    for (name, without, with) in SUBJECTS {
        let (before, more) = cost(Path::new(&folder), [without, with]);
        writeln!(text, "| {name} | {more:.1} | {before:.0} |")
            .expect("writing to a string never fails");
    }
    print!("{text}");
}

/// Nanoseconds of an event in the first of two pipelines, and how many more in the second: medians of
/// all turns, each of which has both.
fn cost(folder: &Path, parts: [Parts; 2]) -> (f64, f64) {
    let mut driven = parts.map(|parts| parts.driven(folder));
    let [fewer, more] = driven.each_ref().map(|each| each.prepared.plan.projection.fields().len());
    let is_wanted_anyway = parts[1].idle == FOUR.idle;
    assert_eq!(more - fewer, usize::from(!is_wanted_anyway), "the other column is one more");
    let (mut before, mut differences) = (Vec::new(), Vec::new());
    for turn in 0..SILENT_TURNS + TURNS {
        let blocks = generated(turn * BLOCKS..(turn + 1) * BLOCKS);
        let mut nanos = [0.0; 2];
        // Who is first has the records from farther away.
        for which in [turn % 2, 1 - turn % 2].map(|which| which as usize) {
            let driven = &mut driven[which];
            let begun = thread_nanos();
            driven.fold_all(&blocks);
            nanos[which] = (thread_nanos() - begun) as f64 / (BLOCKS * BLOCK) as f64;
            driven.wait();
            driven.publish();
        }
        if turn >= SILENT_TURNS {
            before.push(nanos[0]);
            differences.push(nanos[1] - nanos[0]);
        }
    }
    for (driven, parts) in driven.iter().zip(parts) {
        assert_eq!(driven.folding, parts.count(), "a metric that has stopped costs nothing");
    }
    (median(before), median(differences))
}

fn median(mut turns: Vec<f64>) -> f64 {
    turns.sort_by(f64::total_cmp);
    turns[turns.len() / 2]
}

impl Parts {
    const fn taking(self, column: &'static str, kind: &'static str) -> Self {
        Self { idle: Some((column, kind)), ..self }
    }

    fn count(self) -> usize {
        self.metrics.len() + usize::from(self.idle.is_some())
    }

    fn driven(self, folder: &Path) -> Driven {
        let mut text = HEAD.to_owned();
        let mut metric = |name: &str, settings: &str| {
            let file = folder.join(name).with_extension("wasm");
            let file = file.display();
            writeln!(text, "[[metric]]\nid = \"{name}\"\nplugin = \"{file}\"\n{settings}")
                .expect("writing to a string never fails");
        };
        for name in self.metrics {
            metric(name, "");
        }
        if let Some((column, kind)) = self.idle {
            let columns = format!("columns = {{ value = \"{column}\" }}");
            metric("idle", &format!("{columns}\nconfig = {{ type = \"{kind}\" }}\n"));
        }
        Driven::new(&text)
    }
}

/// Processor time of this thread.
fn thread_nanos() -> i64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec * 1_000_000_000 + time.tv_nsec
}

//! Event time, watermarks and lateness as stories: each `scenarios/*.txt` holds settings and
//! records, and for each record its event time, the watermark after the record and the verdict.
//!
//! After a change of the rules, run with `UPDATE=1` and read the difference.

use std::fs;
use std::path::{Path, PathBuf};

use streamgauge_core::{
    Lateness, Outcome, Partition, PartitionState, RecordMeta, Rejection, WallClock,
};

#[path = "scenarios/scenario.rs"]
mod scenario;
#[path = "scenarios/time.rs"]
mod time;

use scenario::{Line, Record, Scenario};

#[test]
fn every_record_gets_its_verdict() {
    let mut paths: Vec<PathBuf> = fs::read_dir("tests/scenarios")
        .expect("the folder of the scenarios")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "txt"))
        .collect();
    paths.sort();
    assert!(paths.len() >= 10, "only {} scenarios", paths.len());
    let different: Vec<String> = paths.iter().filter_map(|path| compare(path)).collect();
    assert!(different.is_empty(), "{}", different.join("\n"));
}

/// A message if the scenario at `path` comes out different from its text.
#[expect(clippy::disallowed_methods, reason = "`UPDATE=1` writes what was found")]
fn compare(path: &Path) -> Option<String> {
    let text = fs::read_to_string(path).expect("the scenario can be read");
    let found = play(&Scenario::parse(&text));
    if std::env::var_os("UPDATE").is_some() {
        fs::write(path, &found).expect("the scenario can be written");
        return None;
    }
    (found != text).then(|| format!("{} is:\n{found}", path.display()))
}

/// The scenario's text, with the last three columns and the books worked out anew.
fn play(scenario: &Scenario) -> String {
    let mut partition =
        Partition::new(&scenario.plan, PartitionState::starting_at(0), 0, Vec::new());
    let mut lines = Vec::new();
    for line in &scenario.lines {
        lines.push(match line {
            Line::Comment(text) => Err(text.clone()),
            Line::Record(record) => Ok(accept(scenario, &mut partition, record)),
        });
    }
    let books = partition.state().accounting;
    assert!(books.balanced(), "{books:?}");
    let books = format!(
        "read {}, on time {}, late {}, rejected {}, fallback {}, future {}",
        books.read,
        books.on_time,
        books.late,
        books.rejected(),
        books.fallback,
        books.future
    );
    scenario.render(&lines, &books)
}

/// The cells of a record's line: three as given, three worked out.
fn accept(scenario: &Scenario, partition: &mut Partition, record: &Record) -> [String; 6] {
    let (plan, zone) = (&scenario.plan, scenario.zone);
    let meta = RecordMeta { offset: record.offset, time: record.stamp, cursor: 0 };
    let decoded = record.decoded.as_ref().map_err(Rejection::clone);
    let outcome = partition.accept(plan, meta, b"", decoded, WallClock(record.stamp.0));
    let last = |lateness| partition.pending(lateness).event_times().last().copied();
    let event_time = match outcome {
        Outcome::OnTime => last(Lateness::OnTime),
        Outcome::Late(_) => last(Lateness::Late),
        Outcome::Rejected(_) | Outcome::Repeated => None,
    };
    let verdict = match outcome {
        Outcome::OnTime => "on time".to_owned(),
        Outcome::Late(delay) => format!("late by {}", time::duration(delay)),
        Outcome::Rejected(rejection) => format!("rejected: {}", rejection.name()),
        Outcome::Repeated => "repeated".to_owned(),
    };
    let show = |t: Option<i64>| t.map_or("-".to_owned(), |t| time::civil(zone, t));
    let watermark = partition.watermark(plan).map(|t| t.0);
    let [offset, stamp, fields] = record.given.clone();
    [offset, stamp, fields, show(event_time), show(watermark), verdict]
}

//! When there is a warning, and what it names.

use std::path::Path;

use super::*;
use streamgauge_outbox::{Ages, WorkerCounts};

fn pipeline(year: &str) -> Pipeline {
    let text = format!(
        "version = 1\nname = \"x\"\n[source.kafka]\nbrokers = \"b\"\ntopic = \"t\"\n\
         [schema]\nmonth = \"unsigned\"\nday = \"unsigned\"\n\
         [event_time]\nmonth = \"month\"\nday = \"day\"\nyear = {year}\n\
         [[metric]]\nid = \"m\"\nplugin = \"m.wasm\"\n"
    );
    Pipeline::parse(&text, Path::new("pipeline.toml")).expect("a valid pipeline").0
}

fn books(on_time: u64, late: u64, future: u64) -> Accounting {
    Accounting { read: on_time + late, on_time, late, future, ..Accounting::default() }
}

#[test]
fn records_that_are_mostly_late_name_the_bound_that_would_do() {
    let late = |on_time, late| {
        let histogram = || {
            let mut histogram = LatenessHistogram::default();
            (0..on_time).for_each(|_| histogram.record(0));
            (0..late).for_each(|_| histogram.record(7_200_000));
            histogram
        };
        mostly_late(&pipeline("2015"), &books(on_time, late, 0), histogram)
    };
    assert_eq!(late(499, 500), None, "too few to tell");
    assert_eq!(late(500, 500), None, "half is not most");
    let warning = late(499, 501).expect("most are late");
    let enough: i64 = warning.args["bound_for_999_ms"].parse().expect("a number");
    assert!((7_200_000..7_200_000 * 9 / 8).contains(&enough), "{enough}");
    let suggested = format!("\"{}s\" would keep 99.9 %", (enough + 999) / 1000);
    for words in ["50.1 % of 1000 records", "\"300s\"", &suggested] {
        assert!(warning.message.contains(words), "no {words} in {}", warning.message);
    }
}

#[test]
fn records_from_the_future_are_named() {
    let pipeline = pipeline("2015");
    assert_eq!(mostly_future(&pipeline, &books(1000, 0, 500)), None);
    let warning = mostly_future(&pipeline, &books(1000, 0, 501)).expect("most are ahead");
    assert!(warning.message.starts_with("501 of 1000 records"), "{}", warning.message);
}

#[test]
fn an_old_season_is_noticed_only_where_the_year_is_not_written() {
    let look = |rows, old| {
        let ages = Ages { rows, old };
        let counts = WorkerCounts { ages, ..WorkerCounts::default() };
        Overview { counts, ..Overview::default() }
    };
    let code = |year, overview: &Overview| {
        let sums = Sums::of(overview);
        of_data(&pipeline(year), overview, &sums).pop().map(|warning| warning.code)
    };
    let expected = Some(CauseCode::YearCurrentOnOldData);
    assert_eq!(code("\"current\"", &look(1000, 501)), expected);
    assert_eq!(code("\"current\"", &look(1000, 500)), None);
    assert_eq!(code("\"current\"", &look(999, 999)), None);
    assert_eq!(code("2015", &look(1000, 1000)), None);
}

//! The outcome of a record, rule after rule.

use std::fmt::Write as _;

use expect_test::{Expect, expect};

use super::{at, partition, pipeline, placed};
use crate::semantics::{
    Effect, Gap, GapKind, Oracle, Outcome, Partition, Record, Rejection, Value,
};

const KAFKA: &str = "[source.kafka]\nbrokers = \"x:1\"\ntopic = \"x\"\n";
const FILE: &str = "[source.file]\npath = \"x.jsonl\"\n";
const GENERATOR: &str = "[source.generator]\n";

const BY_FIELD: &str = r#"
[schema]
ts = "integer"
n = { type = "unsigned", max = 3, required = true }
[event_time]
field = "ts"
unit = "ms"
zone = "UTC"
bound = "1s"
future_skew = "10s"
earliest = "1970-01-01T00:00:05Z"
"#;

fn by_field(source: &str, more: &str) -> Partition {
    partition(&format!("{source}{BY_FIELD}{more}"))
}

/// No stamp.
const NONE: i64 = i64::MIN;

/// The verdicts on records `(stamp, event time, wall clock)`; "-" means no event time.
fn check(partition: &mut Partition, records: &[(i64, &str, Option<i64>)], expected: &Expect) {
    let mut table = String::new();
    for (offset, (stamp, ts, taken)) in (0..).zip(records) {
        let value =
            if *ts == "-" { "{\"n\":1}".into() } else { format!("{{\"ts\":{ts},\"n\":1}}") };
        let stamp = Some(*stamp).filter(|stamp| *stamp != NONE);
        let record = Record { offset, stamp, taken: *taken, value: Some(value.as_bytes()) };
        let verdict = partition.accept(record).expect("there is no plugin to fail");
        let Outcome::Placed(placed) = verdict.outcome else { panic!("{:?}", verdict.outcome) };
        let late = placed.late_by.map_or("on time".to_owned(), |delay| format!("late by {delay}"));
        let watermark = verdict.watermark_after.map_or("-".to_owned(), |wm| wm.to_string());
        let time = placed.event_time.map_or("-".to_owned(), |time| time.to_string());
        let (effect, bucket) = (placed.effect, placed.bucket);
        writeln!(table, "{time} {effect:?} | {watermark} | {late} | {bucket}")
            .expect("a string takes any text");
    }
    expected.assert_eq(&table);
}

#[test]
fn lateness_by_the_watermark() {
    let records = [
        (20_000, "6000", None),
        (20_000, "5000", None),
        (20_000, "4999", None),
        (20_000, "9000", None),
        (20_000, "7999", None),
        (20_000, "30000", None),
        (20_000, "30001", None),
        (20_000, "-", None),
        (20_000, "5000", None),
    ];
    check(
        &mut by_field(KAFKA, ""),
        &records,
        &expect![[r#"
            6000 Moves | 5000 | on time | 0
            5000 None | 5000 | on time | 63
            4999 Past | 5000 | late by 1 | 63
            9000 Moves | 8000 | on time | 0
            7999 None | 8000 | late by 1 | 63
            30000 Moves | 29000 | on time | 0
            30001 Future | 29000 | on time | 0
            20000 Fallback("missing") | 29000 | late by 9000 | 89
            5000 None | 29000 | late by 24000 | 100
        "#]],
    );
}

#[test]
fn lateness_by_the_stamp_and_by_the_wall_clock() {
    let records = [
        (20_000, "19000", Some(25_000)),
        (20_000, "18999", Some(25_000)),
        (20_000, "24000", Some(25_000)),
        (20_000, "23999", Some(25_000)),
        (20_000, "1", None),
    ];
    check(
        &mut by_field(FILE, "[lateness]\nclock = \"record\""),
        &records,
        &expect![[r"
            19000 Moves | 18000 | on time | 63
            18999 None | 18000 | late by 1 | 63
            24000 Moves | 23000 | on time | 0
            23999 None | 23000 | on time | 0
            1 Past | 23000 | late by 18999 | 97
        "]],
    );
    check(
        &mut by_field(FILE, "[lateness]\nclock = \"processing\""),
        &records,
        &expect![[r"
            19000 Moves | 18000 | late by 5000 | 83
            18999 None | 18000 | late by 5001 | 83
            24000 Moves | 23000 | on time | 63
            23999 None | 23000 | late by 1 | 63
            1 Past | 23000 | on time | 0
        "]],
    );
}

/// Such a record is not compared with anything, and stands nowhere without a time of its own.
#[test]
fn records_without_a_stamp() {
    let records = [
        (20_000, "20000", Some(99_000)),
        (NONE, "90000", Some(99_000)),
        (NONE, "-", Some(99_000)),
        (NONE, "4999", Some(99_000)),
        (NONE, "80000", Some(99_000)),
    ];
    check(
        &mut by_field(KAFKA, ""),
        &records,
        &expect![[r#"
            20000 Moves | 19000 | on time | 0
            90000 Moves | 89000 | on time | 0
            - Fallback("missing") | 89000 | on time | 0
            4999 Past | 89000 | late by 84001 | 114
            80000 None | 89000 | late by 9000 | 89
        "#]],
    );
    check(
        &mut by_field(KAFKA, "[lateness]\nclock = \"record\""),
        &records,
        &expect![[r#"
            20000 Moves | 19000 | on time | 0
            90000 Moves | 89000 | on time | 0
            - Fallback("missing") | 89000 | on time | 0
            4999 Past | 89000 | on time | 0
            80000 None | 89000 | on time | 0
        "#]],
    );
    check(
        &mut by_field(KAFKA, "[lateness]\nclock = \"processing\""),
        &records[..3],
        &expect![[r#"
            20000 Moves | 19000 | late by 78000 | 113
            90000 Moves | 89000 | late by 8000 | 88
            - Fallback("missing") | 89000 | on time | 0
        "#]],
    );
}

#[test]
fn what_is_both_future_and_past_counts_as_future() {
    let mut partition = by_field(KAFKA, "");
    assert_eq!(placed(&mut partition, 0, -90_000, "{\"ts\":0,\"n\":0}").effect, Effect::Future);
    let state = partition.state().expect("no plugin").event_time;
    assert_eq!((state.future, state.past), (1, 0));
}

#[test]
fn a_generators_stamps_hold_nothing_back() {
    let far = "{\"ts\":99999999,\"n\":0}";
    assert_eq!(placed(&mut by_field(GENERATOR, ""), 0, 0, far).effect, Effect::Moves);
    assert_eq!(placed(&mut by_field(FILE, ""), 0, 0, far).effect, Effect::Future);
}

#[test]
fn rejected_and_repeated_records_touch_nothing_but_their_count() {
    let mut partition = by_field(KAFKA, "");
    let mut outcome = |offset, value: Option<&str>| {
        let value = value.map(str::as_bytes);
        let record = Record { offset, stamp: Some(0), taken: None, value };
        partition.accept(record).expect("no plugin").outcome
    };
    assert_eq!(outcome(3, None), Outcome::Rejected(Rejection::Empty));
    assert_eq!(outcome(3, Some("{}")), Outcome::Repeated);
    let missing = Rejection::RequiredMissing("n".to_owned());
    assert_eq!(outcome(4, Some("{\"ts\":9000}")), Outcome::Rejected(missing));
    let invalid = Rejection::RequiredInvalid("n".to_owned(), "out_of_range");
    assert_eq!(outcome(9, Some("{\"n\":4}")), Outcome::Rejected(invalid));
    let state = partition.state().expect("no plugin").event_time;
    assert_eq!((state.read, state.next_offset, state.max_event_time), (3, 10, None));
    assert_eq!(state.rejected, [1, 0, 0, 0, 0, 0, 0, 1, 1]);
}

#[test]
fn the_last_twenty_late_records_are_remembered() {
    let mut partition = by_field(KAFKA, "");
    placed(&mut partition, 0, 20_000, "{\"ts\":20000,\"n\":0}");
    let long = format!("{{\"ts\":1,\"n\":1,\"x\":\"{}\"}}", "x".repeat(400));
    for offset in 1..=25 {
        placed(&mut partition, offset, 20_000, &long);
    }
    let samples = partition.state().expect("no plugin").late_samples;
    assert_eq!((samples.len(), samples[0].offset, samples[19].offset), (20, 6, 25));
    assert_eq!((samples[0].length as usize, samples[0].start.len()), (long.len(), 256));
    assert_eq!((samples[0].event_time, samples[0].delay), (1, 18_999));
}

#[test]
fn after_a_gap_reading_goes_on_elsewhere() {
    let mut partition = by_field(KAFKA, "");
    let mut skip = |kind, from, to| {
        partition.skip(Gap { kind, from, to });
        partition.state().expect("no plugin").event_time.next_offset
    };
    assert_eq!(skip(GapKind::LogStartMoved, 0, 70), 70);
    assert_eq!(skip(GapKind::LogEndMoved, 50, 70), 50);
    assert_eq!(skip(GapKind::TopicRecreated, 50, 0), 0);
    let record = placed(&mut partition, 0, 0, "{\"n\":1}");
    assert_eq!(record.effect, Effect::Fallback("missing"));
    assert_eq!(partition.state().expect("no plugin").event_time.gaps.len(), 3);
}

#[test]
fn month_and_day_with_a_fixed_year_or_the_current_one() {
    let tables = |year: &str, zone: &str| {
        format!(
            "{FILE}[schema]\nm = \"unsigned\"\nd = \"unsigned\"\n[event_time]\nmonth = \"m\"\n\
             day = \"d\"\nyear = {year}\nzone = \"{zone}\"\n"
        )
    };
    let time = |year: &str, zone: &str, stamp: &str, month: u32, day: u32| {
        let value = format!("{{\"m\":{month},\"d\":\"{day:02}\"}}");
        let placed = placed(&mut partition(&tables(year, zone)), 0, at(stamp), &value);
        let own = !matches!(placed.effect, Effect::Fallback(_));
        placed.event_time.filter(|_| own)
    };
    let stamp = "2026-01-01T00:30:00+08:00";
    let shanghai = "Asia/Shanghai";
    let fixed = |month, day| time("2015", shanghai, stamp, month, day);
    assert_eq!(fixed(11, 11), Some(at("2015-11-11T00:00:00+08:00")));
    assert_eq!(fixed(2, 29), None);
    assert_eq!(fixed(13, 1), None);
    assert_eq!(fixed(0, 1), None);
    let current = |month, day| time("\"current\"", shanghai, stamp, month, day);
    assert_eq!(current(12, 31), Some(at("2025-12-31T00:00:00+08:00")));
    assert_eq!(current(1, 2), Some(at("2026-01-02T00:00:00+08:00")));
    assert_eq!(current(1, 3), Some(at("2025-01-03T00:00:00+08:00")));
    assert_eq!(current(2, 29), Some(at("2024-02-29T00:00:00+08:00")));
    assert_eq!(current(2, 30), None);
    // A day whose midnight is skipped begins at one.
    let skipped = time("2018", "America/Sao_Paulo", stamp, 11, 4);
    assert_eq!(skipped, Some(at("2018-11-04T01:00:00-02:00")));
}

#[test]
fn one_field_in_three_units() {
    let time = |kind: &str, unit: &str, value: &str| {
        let tables = format!(
            "{FILE}[schema]\nts = \"{kind}\"\n[event_time]\nfield = \"ts\"\nunit = \"{unit}\"\n"
        );
        let placed = placed(&mut partition(&tables), 0, 0, &format!("{{\"ts\":{value}}}"));
        let own = !matches!(placed.effect, Effect::Fallback(_));
        placed.event_time.filter(|_| own)
    };
    assert_eq!(time("integer", "ms", "15"), Some(15));
    assert_eq!(time("integer", "s", "\"15\""), Some(15_000));
    assert_eq!(time("integer", "s", "9223372036854775807"), None);
    assert_eq!(time("unsigned", "s", "15.5"), None);
    assert_eq!(time("text", "rfc3339", "\" 1970-01-01T08:00:01+08:00 \""), Some(1000));
    assert_eq!(time("text", "rfc3339", "\"soon\""), None);
    assert_eq!(time("timestamp", "rfc3339", "\"1970-01-01T00:00:01Z\""), Some(1000));
    assert_eq!(time("timestamp", "ms", "15"), Some(15));
}

#[test]
fn columns_are_there_by_name_also_of_a_rejected_record() {
    let mut partition = by_field(KAFKA, "");
    let value = Some(&b"{\"ts\":\"x\",\"n\":9}"[..]);
    let record = Record { offset: 0, stamp: Some(0), taken: None, value };
    let columns = partition.accept(record).expect("no plugin").columns;
    let expected = [("ts", Value::Invalid("wrong_type")), ("n", Value::Invalid("out_of_range"))];
    assert_eq!(columns, expected.map(|(name, value)| (name.to_owned(), value)));
}

#[test]
fn a_header_says_which_column_is_which_field() {
    let tables = format!("{}{BY_FIELD}", FILE.replace("jsonl", "csv"));
    let oracle = Oracle::new(&pipeline(&tables), &[]).under_header(&["n ", "other", "ts"]);
    let mut partition = oracle.partition(0, 0).expect("no plugin");
    assert_eq!(placed(&mut partition, 0, 9000, "2,\"a,b\",7000").event_time, Some(7000));
}

//! A recount by hand: the rules of docs/semantics.md for the records of a torture, written down
//! without any code of the product, as plainly as possible.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::pipeline::{BOUND_MS, EARLIEST_MS, FUTURE_SKEW_MS, RETENTION_MS};
use super::shadow::Kept;

/// The metrics: id, field, the largest number; `None` means that the field is a text.
const METRICS: [(&str, &str, Option<u32>); 5] = [
    ("age", "age_range", Some(AGE_MAX)),
    ("behavior", "action", Some(3)),
    ("gender", "gender", Some(2)),
    ("province", "province", None),
    ("users", "user_id", None),
];

/// The larger of the two codes for 50 and above.
const AGE_MAX: u32 = 8;

const DAY_MS: i64 = 86_400_000;

/// The offset of Asia/Shanghai from UTC, in milliseconds, on the days of a torture and in January
/// 1970.
const ZONE_MS: i64 = 8 * 3_600_000;

/// Events by key: on time and late.
type Counts = [BTreeMap<String, u64>; 2];

/// All that the records came to.
#[derive(Default)]
pub(super) struct Count {
    books: BTreeMap<&'static str, u64>,
    reasons: BTreeMap<&'static str, u64>,
    metrics: BTreeMap<&'static str, Tally>,
    /// The counts of `behavior`, by the day's number since 1970.
    days: BTreeMap<i64, Counts>,
    /// The days that a record of a partition opened.
    opened: BTreeSet<(u32, i64)>,
    expired: u64,
    unplaced: u64,
    letters: BTreeSet<String>,
    /// By partition: the largest event time that may move the watermark.
    largest: BTreeMap<u32, i64>,
}

/// The place of a record among the days.
#[derive(Clone, Copy)]
enum Day {
    Open(i64),
    Expired,
    Unplaced,
}

/// The counts of one metric.
#[derive(Default)]
struct Tally {
    counts: Counts,
    excluded: u64,
}

impl Count {
    /// Takes in the next record of a partition.
    pub(super) fn take(&mut self, kept: &Kept) {
        *self.books.entry("read").or_default() += 1;
        let object = match parse(kept.value.as_deref()) {
            Ok(object) => object,
            Err(reason) => {
                *self.books.entry("rejected").or_default() += 1;
                *self.reasons.entry(reason).or_default() += 1;
                self.letters.insert(letter(kept.partition, kept.offset, None, reason));
                return;
            }
        };
        let before = self.largest.get(&kept.partition).copied();
        let (time, may_open) = self.event_time(kept, &object);
        let day = self.day(kept.partition, before, time, may_open);
        let is_late = before.is_some_and(|largest| time < largest - BOUND_MS);
        *self.books.entry(if is_late { "late" } else { "on_time" }).or_default() += 1;
        for (id, field, max) in METRICS {
            match usable(object.get(field), max) {
                Ok(key) => {
                    if id == "behavior" {
                        self.count_day(day, is_late, &key);
                    }
                    let tally = self.metrics.entry(id).or_default();
                    *tally.counts[usize::from(is_late)].entry(key).or_default() += 1;
                }
                Err(reason) => {
                    self.metrics.entry(id).or_default().excluded += 1;
                    self.letters.insert(letter(kept.partition, kept.offset, Some(id), reason));
                }
            }
        }
    }

    /// The event time of a record, which also moves the largest event time of the partition where
    /// the rules say so, and whether they do.
    fn event_time(&mut self, kept: &Kept, object: &Map<String, Value>) -> (i64, bool) {
        let mut note = |name| *self.books.entry(name).or_default() += 1;
        let Some(time) = object.get("ts").and_then(Value::as_i64) else {
            note("event_time_fallback");
            return (kept.stamp, false);
        };
        if time > kept.stamp + FUTURE_SKEW_MS {
            note("event_time_future");
            return (time, false);
        }
        if time < EARLIEST_MS {
            note("event_time_past");
            return (time, false);
        }
        let largest = self.largest.entry(kept.partition).or_insert(time);
        *largest = time.max(*largest);
        (time, true)
    }

    /// The day of a record, which is opened where the record may move the watermark.
    fn day(&mut self, partition: u32, largest: Option<i64>, time: i64, may_open: bool) -> Day {
        let day = (time + ZONE_MS).div_euclid(DAY_MS);
        let end = (day + 1) * DAY_MS - ZONE_MS;
        if largest.is_some_and(|largest| end + RETENTION_MS <= largest - BOUND_MS) {
            return Day::Expired;
        }
        if may_open {
            self.opened.insert((partition, day));
        }
        if self.opened.contains(&(partition, day)) { Day::Open(day) } else { Day::Unplaced }
    }

    fn count_day(&mut self, day: Day, is_late: bool, key: &str) {
        match day {
            Day::Expired => self.expired += 1,
            Day::Unplaced => self.unplaced += 1,
            Day::Open(day) => {
                let counts = &mut self.days.entry(day).or_default()[usize::from(is_late)];
                *counts.entry(key.to_owned()).or_default() += 1;
            }
        }
    }

    /// The letters that must be there, each once.
    pub(super) fn letters(&self) -> &BTreeSet<String> {
        &self.letters
    }

    /// The counts in the shape of [`of_result`].
    pub(super) fn to_json(&self) -> Value {
        let book = |name: &&'static str| self.books.get(name).copied().unwrap_or(0);
        let books: Map<String, Value> =
            BOOKS.iter().map(|name| ((*name).to_owned(), book(name).into())).collect();
        let metrics = METRICS.iter().map(|(id, _, _)| {
            let Tally { counts, excluded } = &self.metrics[id];
            let folded: u64 = counts.iter().flat_map(BTreeMap::values).sum();
            let tally = json!({
                "folded": folded, "excluded": excluded, "on_time": counts[0], "late": counts[1],
            });
            ((*id).to_owned(), tally)
        });
        let days = self.days.iter().map(|(day, counts)| {
            (start_of(*day), json!({ "on_time": counts[0], "late": counts[1] }))
        });
        json!({
            "accounting": books,
            "rejected_by_reason": self.reasons,
            "metrics": metrics.collect::<Map<_, _>>(),
            "days": days.collect::<Map<_, _>>(),
            "expired": self.expired,
            "unplaced": self.unplaced,
        })
    }
}

/// The numbers of `accounting` that are compared.
const BOOKS: [&str; 7] = [
    "read",
    "on_time",
    "late",
    "rejected",
    "event_time_fallback",
    "event_time_future",
    "event_time_past",
];

/// The parts of a final result that are counted by hand.
pub(super) fn of_result(result: &Value) -> Value {
    let books = BOOKS.iter().map(|name| ((*name).to_owned(), result["accounting"][name].clone()));
    let metrics = METRICS.iter().map(|(id, _, _)| {
        let books = &result["metric_accounting"][id];
        let cumulative = &result["metrics"][id][0];
        let tally = json!({
            "folded": books["folded"],
            "excluded": books["excluded"],
            "on_time": events(&cumulative["on_time"]),
            "late": events(&cumulative["late"]),
        });
        ((*id).to_owned(), tally)
    });
    let windows = result["metrics"]["behavior"].as_array().into_iter().flatten();
    let days = windows.filter(|window| window["window"]["spec"] == "1d").map(|window| {
        let counts = json!({
            "on_time": events(&window["on_time"]), "late": events(&window["late"]),
        });
        (window["window"]["start"].as_str().unwrap_or_default().to_owned(), counts)
    });
    let outside = &result["metric_accounting"]["behavior"]["windows"]["1d"];
    json!({
        "accounting": books.collect::<Map<_, _>>(),
        "rejected_by_reason": result["accounting"]["rejected_by_reason"],
        "metrics": metrics.collect::<Map<_, _>>(),
        "days": days.collect::<Map<_, _>>(),
        "expired": outside["expired"],
        "unplaced": outside["unplaced"],
    })
}

/// A table of keys and events.
fn events(rows: &Value) -> Value {
    let row = |row: &Value| {
        let mut cells = row.as_object()?.values();
        Some((cells.next()?.as_str()?.to_owned(), cells.next()?.clone()))
    };
    rows.as_array().into_iter().flatten().filter_map(row).collect::<Map<_, _>>().into()
}

/// A letter as text, with everything that tells one letter from another.
pub(super) fn letter(partition: u32, offset: i64, metric: Option<&str>, reason: &str) -> String {
    format!("{partition}@{offset} {} {reason}", metric.unwrap_or("-"))
}

/// The record as an object, or the reason for its rejection.
fn parse(value: Option<&[u8]>) -> Result<Map<String, Value>, &'static str> {
    let bytes = value.filter(|bytes| !bytes.is_empty()).ok_or("empty")?;
    let text = std::str::from_utf8(bytes).map_err(|_| "not_utf8")?;
    // Python writes `NaN` for an empty cell, and the host reads `NaN` as one.
    let text = text.replace(":NaN", ":null");
    match serde_json::from_str(&text) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err("not_an_object"),
        Err(_) => Err("not_json"),
    }
}

/// The key that a value is counted under, or the reason why the value is left out.
fn usable(value: Option<&Value>, max: Option<u32>) -> Result<String, &'static str> {
    let value = value.filter(|value| !value.is_null() && *value != "").ok_or("missing")?;
    let Some(max) = max else {
        return match value {
            Value::String(text) => Ok(text.clone()),
            Value::Number(_) | Value::Bool(_) => Ok(value.to_string()),
            _ => Err("wrong_type"),
        };
    };
    let number = match value {
        Value::String(text) => text.parse().ok(),
        other => other.as_f64(),
    };
    let number: f64 = number.ok_or("wrong_type")?;
    if number.fract() != 0.0 {
        return Err("fraction");
    }
    if number > f64::from(max) {
        return Err("out_of_range");
    }
    // The two codes for 50 and above are one age.
    Ok(if max == AGE_MAX { number.min(7.0) } else { number }.to_string())
}

/// The first instant of a day, in the form of results.
fn start_of(day: i64) -> String {
    let instant = chrono::DateTime::from_timestamp_millis(day * DAY_MS).expect("a day");
    format!("{}+08:00", instant.format("%Y-%m-%dT00:00:00"))
}

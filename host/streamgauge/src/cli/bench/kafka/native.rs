//! The program that somebody would write by hand for the four metrics of the default pipeline, and
//! for nothing else: the batch call of librdkafka, `serde_json`, and arrays. It knows its fields, has
//! no plugins, stores nothing, and cannot be asked anything while it runs.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// How far out of order records may be, in milliseconds: `bound` of the pipeline.
const BOUND: i64 = 300_000;

/// The year of all events.
const YEAR: i32 = 2015;

/// An event of the default pipeline. What is not counted is checked all the same, as it is there.
#[derive(Deserialize)]
struct Event<'a> {
    month: u32,
    day: u32,
    action: usize,
    age_range: usize,
    gender: usize,
    #[serde(borrow)]
    province: Cow<'a, str>,
    #[serde(borrow, rename = "user_id")]
    _user: Cow<'a, str>,
    #[serde(borrow, rename = "item_id")]
    _item: Cow<'a, str>,
    #[serde(borrow, rename = "cat_id")]
    _category: Cow<'a, str>,
    #[serde(borrow, rename = "merchant_id")]
    _merchant: Cow<'a, str>,
    #[serde(borrow, rename = "brand_id")]
    _brand: Option<Cow<'a, str>>,
}

/// What records on time, or late ones, come to.
#[derive(Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub(super) struct Counts {
    pub(super) records: u64,
    pub(super) actions: [u64; 4],
    /// The last two ranges are one: 50 years and more.
    pub(super) ages: [u64; 8],
    pub(super) genders: [u64; 3],
    pub(super) provinces: BTreeMap<String, u64>,
}

/// All that the program keeps.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(super) struct Native {
    pub(super) on_time: Counts,
    pub(super) late: Counts,
    pub(super) rejected: u64,
    /// By partition, the largest event time in milliseconds.
    #[serde(skip)]
    latest: BTreeMap<u32, i64>,
    /// The event time of the last day that was seen.
    #[serde(skip)]
    day: Option<((u32, u32), i64)>,
}

impl Native {
    pub(super) fn count(&mut self, partition: u32, record: &[u8]) {
        let event = serde_json::from_slice::<Event<'_>>(record).ok().filter(is_valid);
        let time = event.as_ref().and_then(|event| self.event_time(event.month, event.day));
        let (Some(event), Some(time)) = (event, time) else {
            self.rejected += 1;
            return;
        };
        let latest = self.latest.entry(partition).or_insert(time);
        let counts = if time < *latest - BOUND { &mut self.late } else { &mut self.on_time };
        *latest = time.max(*latest);
        counts.records += 1;
        counts.actions[event.action] += 1;
        counts.ages[event.age_range.min(counts.ages.len() - 1)] += 1;
        counts.genders[event.gender] += 1;
        match counts.provinces.get_mut(event.province.as_ref()) {
            Some(count) => *count += 1,
            None => drop(counts.provinces.insert(event.province.into_owned(), 1)),
        }
    }

    /// The start of a day in milliseconds of its zone, whose clocks do not change in that year.
    fn event_time(&mut self, month: u32, day: u32) -> Option<i64> {
        if let Some((date, time)) = self.day
            && date == (month, day)
        {
            return Some(time);
        }
        let start = NaiveDate::from_ymd_opt(YEAR, month, day)?.and_hms_opt(0, 0, 0)?;
        let time = start.and_utc().timestamp_millis();
        self.day = Some(((month, day), time));
        Some(time)
    }
}

fn is_valid(event: &Event<'_>) -> bool {
    event.action < 4 && event.age_range < 9 && event.gender < 3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(month: u32, day: u32, action: u32) -> String {
        format!(
            "{{\"user_id\":\"1\",\"item_id\":\"2\",\"cat_id\":\"3\",\"merchant_id\":\"4\",\
             \"brand_id\":null,\"month\":{month},\"day\":{day},\"action\":{action},\
             \"age_range\":8,\"gender\":1,\"province\":\"\\u5e7f东\"}}"
        )
    }

    #[test]
    fn days_before_the_latest_of_a_partition_are_late() {
        let mut native = Native::default();
        for (partition, day) in [(0, 9), (0, 8), (1, 8), (0, 9)] {
            native.count(partition, event(11, day, 2).as_bytes());
        }
        for bad in [event(11, 31, 1), event(11, 8, 4), "[]".to_owned()] {
            native.count(0, bad.as_bytes());
        }
        assert_eq!((native.on_time.records, native.late.records, native.rejected), (3, 1, 3));
        assert_eq!(native.on_time.actions, [0, 0, 3, 0]);
        assert_eq!(native.late.provinces, [("广东".to_owned(), 1)].into());
    }
}

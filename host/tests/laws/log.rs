//! Random logs: disorder, duplicates, times ahead and cut short, missing and impossible ones,
//! holes between offsets, dirt of every kind.

use chrono::{DateTime, Datelike, SecondsFormat};
use proptest::prelude::*;
use proptest::sample::select;
use streamgauge_core::{BlockBuffer, RecordMeta, RecordTime};

use crate::settings::{Settings, Time};

/// One record.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Offsets left out before it.
    hole: i64,
    /// Its stamp, in minutes after the one before.
    step: i64,
    when: When,
    action: &'static str,
    province: &'static str,
    dirt: Option<&'static str>,
}

/// Its event time.
#[derive(Clone, Debug)]
enum When {
    /// So many minutes before its stamp.
    Ago(i64),
    Far(i64),
    Missing,
    Impossible,
}

/// A record as a source has it.
#[derive(Clone, Debug)]
pub(crate) struct Raw {
    pub(crate) offset: i64,
    pub(crate) stamp: i64,
    pub(crate) value: Option<Vec<u8>>,
}

const MINUTE: i64 = 60_000;

/// Times that must not move a watermark: 1970 by a number cut short, and 2099.
const FAR: [i64; 3] = [15, -3_600_000, 4_070_908_800_000];

pub(crate) fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let when = prop_oneof![
        10 => (0..30_i64).prop_map(When::Ago),
        6 => (0..6000_i64).prop_map(When::Ago),
        2 => (-900..0_i64).prop_map(When::Ago),
        1 => select(FAR.to_vec()).prop_map(When::Far),
        1 => Just(When::Missing),
        1 => Just(When::Impossible),
    ];
    let action = select(vec!["0", "1", "2", "3", "3", "9", "\"2\"", "1.0", "2.5", "\"x\"", ""]);
    let province = select(vec!["浙江", "北京市", "", "a\\u00e9", "x,y"]);
    let dirt = select(vec!["{", "[1]", "none", "\"text\"", "\u{1}", "{\"action\":1,}", " "]);
    let dirt = prop::option::weighted(0.06, dirt);
    let entry = (0..2_i64, 0..90_i64, when, action, province, dirt).prop_map(
        |(hole, step, when, action, province, dirt)| Entry {
            hole,
            step,
            when,
            action,
            province,
            dirt,
        },
    );
    prop::collection::vec(entry, 0..50)
}

/// The records of a partition.
pub(crate) fn records(entries: &[Entry], settings: &Settings) -> Vec<Raw> {
    let (mut offset, mut stamp) = (0, settings.base - 12 * 60 * MINUTE);
    let mut records = Vec::new();
    for entry in entries {
        offset += entry.hole;
        stamp += entry.step * MINUTE;
        let value = match entry.dirt {
            Some("none") => None,
            Some(dirt) => Some(dirt.as_bytes().to_vec()),
            None => Some(entry.text(settings, stamp).into_bytes()),
        };
        records.push(Raw { offset, stamp, value });
        offset += 1;
    }
    records
}

impl Entry {
    /// Whether something is wrong with it.
    pub(crate) fn is_dirty(&self) -> bool {
        let is_known = matches!(self.action, "0" | "1" | "2" | "3");
        self.dirt.is_some() || !is_known || !matches!(self.when, When::Ago(_))
    }

    fn text(&self, settings: &Settings, stamp: i64) -> String {
        let at = match self.when {
            When::Ago(minutes) => Some(stamp - minutes * MINUTE),
            When::Far(at) => Some(at),
            When::Missing | When::Impossible => None,
        };
        let civil = at.map(|at| DateTime::from_timestamp_millis(at).expect("a time"));
        let is_impossible = matches!(self.when, When::Impossible);
        let mut cells = [const { String::new() }; 4];
        match (settings.time, civil) {
            (Time::Millis, Some(civil)) => cells[0] = civil.timestamp_millis().to_string(),
            (Time::Rfc3339, Some(civil)) => {
                cells[1] = civil.to_rfc3339_opts(SecondsFormat::Millis, true);
            }
            (Time::FixedYear | Time::CurrentYear, Some(civil)) => {
                cells[2] = civil.month().to_string();
                cells[3] = format!("{:02}", civil.day());
            }
            (Time::Millis, None) if is_impossible => {
                "99999999999999999999".clone_into(&mut cells[0]);
            }
            (Time::Rfc3339, None) if is_impossible => {
                "soon".clone_into(&mut cells[1]);
            }
            (_, None) if is_impossible => {
                "2".clone_into(&mut cells[2]);
                "30".clone_into(&mut cells[3]);
            }
            (_, None) => {}
        }
        if settings.csv { self.csv(&cells) } else { self.json(&cells) }
    }

    fn json(&self, cells: &[String; 4]) -> String {
        let mut fields = Vec::new();
        for (name, cell) in ["ts", "at", "month", "day"].iter().zip(cells) {
            if !cell.is_empty() {
                let is_text = cell.starts_with('0') || cell.contains(['-', 's']) && *name == "at";
                let quote = if is_text { "\"" } else { "" };
                fields.push(format!("\"{name}\":{quote}{cell}{quote}"));
            }
        }
        if !self.action.is_empty() {
            fields.push(format!("\"action\":{}", self.action));
        }
        fields.push(format!("\"province\":\"{}\"", self.province));
        format!("{{{}}}", fields.join(","))
    }

    fn csv(&self, cells: &[String; 4]) -> String {
        let province = if self.province.contains(',') {
            format!("\"{}\"", self.province)
        } else {
            self.province.to_owned()
        };
        let action = self.action.trim_matches('"');
        format!("{},{action},{province}", cells.join(","))
    }
}

/// The records as a source hands them over.
pub(crate) fn buffer_of(partition: usize, records: &[Raw]) -> BlockBuffer {
    let mut buffer = BlockBuffer::default();
    for raw in records {
        let meta = RecordMeta { offset: raw.offset, time: RecordTime(raw.stamp), cursor: 0 };
        buffer.push(partition as u32, meta, raw.value.as_deref());
    }
    buffer
}

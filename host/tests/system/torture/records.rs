//! The records of a torture: the product's generated events, each with its own time, so that days
//! and hours pass from round to round. A few come late, a few have a wrong time or none.
//!
//! Invariant: a record is a pure function of seed and index, and so is its stamp.

use streamgauge_pipeline::GeneratorSettings;
use streamgauge_source::models::Generator;

use super::chance::Chance;

/// Records in a round.
pub(super) const RECORDS_PER_ROUND: u64 = 20_000;

/// The stamp of the first record: 2015-05-11T00:00:00+08:00.
const ORIGIN_MS: i64 = 1_431_273_600_000;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// A day and a half of event time in each round.
const STEP_MS: i64 = DAY_MS * 3 / 2 / RECORDS_PER_ROUND as i64;

/// How far records on time are out of order; less than the pipeline's bound.
const DISORDER_MS: i64 = 240_000;

/// How far late records may lie back.
const BACK_MS: [i64; 4] = [HOUR_MS, 6 * HOUR_MS, DAY_MS, 6 * DAY_MS];

/// Keys of the messages, which decide their partitions.
const KEYS: u64 = 400;

/// One record to be sent.
pub(super) struct Record {
    pub(super) key: String,
    pub(super) stamp: i64,
    /// `None` means a record without a value.
    pub(super) value: Option<Vec<u8>>,
}

/// All records of a seed.
#[derive(Clone)]
pub(super) struct Records {
    seed: u64,
    generator: Generator,
}

impl Records {
    /// The records of `seed`, of so many users.
    pub(super) fn of(seed: u64, users: u32) -> Self {
        let settings = GeneratorSettings {
            rate: f64::INFINITY,
            seed,
            partitions: 1,
            season: 10 * RECORDS_PER_ROUND,
            late: 0.0,
            dirt: 0.03,
            users,
            ..GeneratorSettings::default()
        };
        Self { seed, generator: Generator::new(&settings) }
    }

    /// The record at `index`.
    pub(super) fn record(&self, index: u64) -> Record {
        let mut chance = Chance::of(self.seed, index);
        let stamp = ORIGIN_MS + index as i64 * STEP_MS;
        let key = format!("u{}", chance.below(KEYS));
        let mut value = Vec::new();
        self.generator.record(0, index, &mut value);
        insert_time(&mut value, &time_field(stamp, &mut chance));
        let value = (!value.is_empty() || chance.coin()).then_some(value);
        Record { key, stamp, value }
    }
}

/// The field with the event time, as JSON.
fn time_field(stamp: i64, chance: &mut Chance) -> String {
    let time = match chance.below(1000) {
        0..40 => {
            let back = chance.pick(&BACK_MS);
            stamp - chance.between(0, back)
        }
        40..43 => return String::new(),
        43..46 => return r#""ts":"soon","#.to_owned(),
        // A time too far ahead of the stamp to move the watermark.
        46..48 => stamp + chance.between(2, 20) * DAY_MS,
        // Long before anything was recorded.
        48..50 => 15,
        _ => stamp - chance.between(0, DISORDER_MS),
    };
    format!("\"ts\":{time},")
}

/// Puts `field` at the beginning of the object; a value that is no object stays unchanged.
fn insert_time(value: &mut Vec<u8>, field: &str) {
    let begins = value.trim_ascii_start().first() == Some(&b'{');
    if let (true, Some(brace)) = (begins, value.iter().position(|byte| *byte == b'{')) {
        value.splice(brace + 1..=brace, field.bytes());
    }
}

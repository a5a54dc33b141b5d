//! Events from a seed, shaped like the Taobao log that the default pipeline is about: few users
//! and items with most of the events, clicks above all, skewed provinces, days from May 11 to
//! November 11 with a fifth of everything on the last one.
//!
//! **Invariant**: the bytes and the stamp of a record are a pure function of the settings, its
//! partition and its index. Nothing is remembered between records, so a source can go on at any
//! offset, and threads can share one generator. Deliberately absent: the wall clock; pacing is
//! up to `source/generator.rs`.

mod calendar;
mod catalog;
mod dirt;
mod event;
mod random;
mod zipf;

use streamgauge_core::RecordTime;

use crate::pipeline::GeneratorSettings;

use self::calendar::{Calendar, DATES};
use self::catalog::Catalog;
pub use self::dirt::{Dirt, DirtEffect};
use self::event::Event;
pub(crate) use self::random::Random;
use self::random::{Lottery, mix, scale, threshold};
use self::zipf::Zipf;

/// The stamp of the first record: 2015-05-11T00:00:00+08:00.
const ORIGIN_MS: i64 = 1_431_273_600_000;

/// Events per second of the stamps where the rate is unlimited.
const STAMP_RATE: f64 = 1000.0;

/// Mandelbrot's `q`: the busiest of 100,000 users has about 1 % of the events, the most popular
/// of a million items about 0.2 %.
const USERS_Q: f64 = 10.0;
const ITEMS_Q: f64 = 50.0;

/// Weights of the actions (click, cart, purchase, favourite) on an ordinary day and on
/// November 11. Over a season they come to 88, 0.1, 6.6 and 5.3 %.
const ACTIONS: [u32; 4] = [8943, 10, 517, 530];
const ACTIONS_ON_LAST_DAY: [u32; 4] = [8200, 10, 1260, 530];

/// One event in this many has no brand.
const BRANDLESS: u32 = 1000;

/// How many days back a late event lies at the most.
const LATE_DAYS_MAX: usize = 30;

/// Writes the records of a seed.
#[derive(Clone, Debug)]
pub struct Generator {
    seed: u64,
    partitions: u32,
    late_below: u64,
    dirt_below: u64,
    stamp_ms: f64,
    calendar: Calendar,
    users: Zipf,
    items: Zipf,
    catalog: Catalog,
    actions: Lottery,
    actions_on_last_day: Lottery,
}

impl Generator {
    /// A generator for `settings`; `limit` and `swing` are the source's business.
    pub fn new(settings: &GeneratorSettings) -> Self {
        let seed = settings.seed;
        let paced = settings.rate.is_finite() && settings.rate > 0.0;
        Self {
            seed,
            partitions: settings.partitions.max(1),
            late_below: threshold(settings.late),
            dirt_below: threshold(settings.dirt),
            stamp_ms: 1000.0 / if paced { settings.rate } else { STAMP_RATE },
            calendar: Calendar::new(settings.season),
            users: Zipf::new(settings.users, USERS_Q, mix(seed)),
            items: Zipf::new(settings.items, ITEMS_Q, mix(!seed)),
            catalog: Catalog::new(seed),
            actions: Lottery::new(&ACTIONS),
            actions_on_last_day: Lottery::new(&ACTIONS_ON_LAST_DAY),
        }
    }

    /// Appends the record at `index` of `partition` to `out` and returns its stamp.
    pub fn record(&self, partition: u32, index: u64, out: &mut Vec<u8>) -> RecordTime {
        let (mut random, chance) = self.draws(partition, index);
        let position = self.position(partition, index);
        let event = self.event(position, &mut random);
        if chance < self.dirt_below {
            let kind = Dirt::ALL[scale(mix(chance), Dirt::ALL.len() as u32) as usize];
            kind.write(&event, &mut random, out);
        } else {
            event.write(out);
        }
        self.stamp(position)
    }

    /// Like [`Generator::record`], but with dirt of this kind whatever the settings say.
    pub fn record_with(
        &self,
        dirt: Dirt,
        partition: u32,
        index: u64,
        out: &mut Vec<u8>,
    ) -> RecordTime {
        let (mut random, _) = self.draws(partition, index);
        let position = self.position(partition, index);
        dirt.write(&self.event(position, &mut random), &mut random, out);
        self.stamp(position)
    }

    /// The draws of a record; the first one decides whether and how it is dirty.
    fn draws(&self, partition: u32, index: u64) -> (Random, u64) {
        let mut random = Random::of(self.seed, partition, index);
        let chance = random.next();
        (random, chance)
    }

    /// How many records stand before this one when all partitions take turns.
    fn position(&self, partition: u32, index: u64) -> u64 {
        index.saturating_mul(u64::from(self.partitions)).saturating_add(u64::from(partition))
    }

    fn stamp(&self, position: u64) -> RecordTime {
        RecordTime(ORIGIN_MS.saturating_add((position as f64 * self.stamp_ms) as i64))
    }

    fn event(&self, position: u64, random: &mut Random) -> Event {
        let user_id = self.users.id(random.next());
        let item_id = self.items.id(random.next());
        let today = self.calendar.day(position);
        let is_last_day = today == calendar::LAST_DAY;
        let actions = if is_last_day { &self.actions_on_last_day } else { &self.actions };
        let action = actions.pick(random.next());
        let has_brand = random.below(BRANDLESS) != 0;
        let is_late = random.next() < self.late_below;
        let back = if is_late { days_back(today, random) } else { 0 };
        let (month, day) = DATES[today - back];
        Event {
            user_id,
            user: self.catalog.user(user_id),
            item_id,
            item: self.catalog.item(item_id),
            has_brand,
            month,
            day,
            action,
        }
    }
}

/// How many days before `today` a late event lies; none in the season's first day.
fn days_back(today: usize, random: &mut Random) -> usize {
    match today.min(LATE_DAYS_MAX) {
        0 => 0,
        most => 1 + random.below(most as u32) as usize,
    }
}

#[cfg(test)]
mod tests;

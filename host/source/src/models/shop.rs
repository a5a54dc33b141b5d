//! The shape of the default pipeline: a shop's log like Taobao's. Few users and items with most
//! of the events, clicks above all, skewed provinces, days from May 11 to November 11 with a fifth
//! of everything on the last one.

mod calendar;
mod catalog;
mod dirt;
mod event;

use super::model::{Model, Place};
use super::zipf::Zipf;
use streamgauge_core::random::{Lottery, Random, mix, threshold};
use streamgauge_pipeline::{GeneratorSettings, Skew};

use self::calendar::{Calendar, DATES};
use self::catalog::Catalog;
use self::dirt::Dirt;
use self::event::Event;

/// Mandelbrot's `q`: the busiest of 100,000 users has about 1 % of the events, the most popular
/// of a million items about 0.2 %.
const USERS_Q: f64 = 10.0;
const ITEMS_Q: f64 = 50.0;

/// So large that the weights of all ranks are the same.
const EVEN_Q: f64 = 1e18;

/// Weights of the actions (click, cart, purchase, favourite) on an ordinary day and on
/// November 11. Over a season they come to 88, 0.1, 6.6 and 5.3 %.
const ACTIONS: [u32; 4] = [8943, 10, 517, 530];
const ACTIONS_ON_LAST_DAY: [u32; 4] = [8200, 10, 1260, 530];

/// One event in this many has no brand.
const BRANDLESS: u32 = 1000;

/// How many days back a late event lies at the most.
const LATE_DAYS_MAX: usize = 30;

/// The shop's log.
#[derive(Clone, Debug)]
pub(super) struct Shop {
    late_below: u64,
    calendar: Calendar,
    users: Zipf,
    items: Zipf,
    catalog: Catalog,
    actions: Lottery,
    actions_on_last_day: Lottery,
}

impl Shop {
    pub(super) fn new(settings: &GeneratorSettings) -> Self {
        let seed = settings.seed;
        Self {
            late_below: threshold(settings.late),
            calendar: Calendar::new(settings.season),
            users: Zipf::new(settings.users, users_q(settings.skew), mix(seed)),
            items: Zipf::new(settings.items, ITEMS_Q, mix(!seed)),
            catalog: Catalog::new(seed),
            actions: Lottery::new(&ACTIONS),
            actions_on_last_day: Lottery::new(&ACTIONS_ON_LAST_DAY),
        }
    }
}

impl Model for Shop {
    type Event = Event;
    type Dirt = Dirt;
    const FIELDS: &'static [&'static str] = &[
        "user_id",
        "item_id",
        "cat_id",
        "merchant_id",
        "brand_id",
        "month",
        "day",
        "action",
        "age_range",
        "gender",
        "province",
    ];
    const DIRT: &'static [Dirt] = &Dirt::ALL;

    fn event(&self, place: Place, random: &mut Random) -> Event {
        let user_id = self.users.id(random.bits());
        let item_id = self.items.id(random.bits());
        let today = self.calendar.day(place.position);
        let is_last_day = today == calendar::LAST_DAY;
        let actions = if is_last_day { &self.actions_on_last_day } else { &self.actions };
        let action = actions.pick(random.bits());
        let has_brand = random.below(BRANDLESS) != 0;
        let is_late = random.bits() < self.late_below;
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

    fn write(&self, event: &Event, out: &mut Vec<u8>) {
        event.write(out);
    }

    fn write_dirty(&self, event: &Event, dirt: Dirt, random: &mut Random, out: &mut Vec<u8>) {
        dirt.write(event, random, out);
    }
}

/// How many days before `today` a late event lies; none in the season's first day.
fn days_back(today: usize, random: &mut Random) -> usize {
    match today.min(LATE_DAYS_MAX) {
        0 => 0,
        most => 1 + random.below(most as u32) as usize,
    }
}

fn users_q(skew: Skew) -> f64 {
    match skew {
        Skew::Zipf => USERS_Q,
        Skew::Even => EVEN_Q,
    }
}

#[cfg(test)]
mod tests;

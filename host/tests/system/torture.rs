//! The whole promise against a real broker: each record counts once, through all disturbances of
//! host and broker. In rounds over one long-lived state, records flow while host and broker are
//! killed, stopped, paused and set up anew. After each round the final result is held against two
//! independent recounts of the topic, one by hand and one by the oracle, and the dead letters
//! against the letters that there must be.
//!
//! `cargo xtask torture --rounds N --seed S` runs more rounds. The disturbances are a function of
//! the seed; only their exact moments are up to the machine.

#[path = "torture/chance.rs"]
pub(crate) mod chance;
#[path = "torture/count.rs"]
mod count;
#[path = "torture/disturbance.rs"]
mod disturbance;
#[path = "torture/driver.rs"]
mod driver;
#[path = "torture/gaps.rs"]
mod gaps;
#[path = "torture/interpreted.rs"]
mod interpreted;
#[path = "torture/pipeline.rs"]
mod pipeline;
#[path = "torture/producing.rs"]
mod producing;
#[path = "torture/records.rs"]
mod records;
#[path = "torture/recount.rs"]
mod recount;
#[path = "torture/shadow.rs"]
mod shadow;

use std::env;
use std::fmt::Write as _;
use std::time::Instant;

use serde_json::Value;

use crate::broker::Broker;
use crate::result::book;

use chance::Chance;
use disturbance::{Scheduled, schedule};
use driver::Driver;
use recount::Recount;
use shadow::Shadow;

const ROUNDS: u64 = 3;
const SEED: u64 = 20_151_111;

/// Enough for states that are exported by differences.
const USERS: u64 = 20_000;

/// A killed broker may come back once the broker's former session is over, which lasts 9 s by
/// default.
const IMPATIENT: &str = "broker.session.timeout.ms=2000\nbroker.heartbeat.interval.ms=500\n";

/// The number of partitions at the beginning, and the number that a torture may reach.
const PARTITIONS: u32 = 4;
const PARTITIONS_MAX: u32 = 12;

#[test]
fn whatever_happens_each_record_counts_once() {
    let rounds = setting("STREAMGAUGE_TORTURE_ROUNDS", ROUNDS);
    let seed = setting("STREAMGAUGE_TORTURE_SEED", SEED);
    let broker = Broker::with(IMPATIENT);
    let users = setting("STREAMGAUGE_TORTURE_USERS", USERS);
    let users = u32::try_from(users).expect("users are counted in 32 bits");
    let mut driver = Driver::new(&broker, (seed, users), PARTITIONS);
    let mut shadow = Shadow::of(&broker.address(), driver.topic());
    shadow.follow(0..PARTITIONS);
    let mut recount = Recount::under(&driver.place().path("pipeline.toml"));
    for round in 1..=rounds {
        let began = Instant::now();
        let mut chance = Chance::of(seed, round);
        let scheduled = schedule(&mut chance, shadow.partitions() < PARTITIONS_MAX);
        let story = story(seed, round, &scheduled);
        eprintln!("{story}");
        let result = driver.round(round, &mut chance, scheduled, &mut shadow, recount.gaps());
        let flowed = began.elapsed();
        let wrong = recount.compare(&result, &driver.take_deletions(), &mut shadow, driver.place());
        assert!(wrong.is_empty(), "{story}\n{}", wrong.join("\n"));
        let (all, flowed) = (began.elapsed().as_secs_f64(), flowed.as_secs_f64());
        eprintln!(
            "  {} ({flowed:.1} s, and {:.1} s for the recount)",
            summary(&result),
            all - flowed
        );
    }
}

/// A number from the environment.
fn setting(name: &str, default: u64) -> u64 {
    match env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} is not a number: {text}")),
        Err(_) => default,
    }
}

/// The disturbances of a round, in words that suffice to repeat the round.
fn story(seed: u64, round: u64, scheduled: &[Scheduled]) -> String {
    let mut story = format!("torture: seed {seed}, round {round}:");
    for (at, disturbance) in scheduled {
        write!(story, " [after {at} records: {disturbance}]")
            .expect("writing to a string never fails");
    }
    story
}

fn summary(result: &Value) -> String {
    let books = ["read", "on_time", "late", "rejected"].map(|name| book(result, name));
    let [read, on_time, late, rejected] = books;
    let gaps = result["at"].as_array().into_iter().flatten();
    let gaps: usize = gaps.filter_map(|place| place["gaps"].as_array()).map(Vec::len).sum();
    format!(
        "equal: read {read} = on time {on_time} + late {late} + rejected {rejected}; {gaps} gaps"
    )
}

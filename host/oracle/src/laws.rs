//! The proof of a plugin: the laws that checkpoints, replays and merges rest on (for all rows,
//! parts and cuts) are tried on rows generated from the plugin's own inputs, and on the author's
//! cases.
//!
//! Each law is a function of a [`Trial`], so a failure can be shrunk: the trial is made smaller as
//! long as the law still fails. Invariant: the same plugin, seed and number of rounds give the
//! same verdict, where the time for each law suffices. Deliberately absent: any judgement on speed;
//! costs are measured and told.

mod bench;
pub mod cases;
mod check;
mod clock;
mod compare;
pub mod cost;
mod descriptor;
mod difference;
mod display;
mod generate;
pub mod growth;
mod hostile;
mod lab;
mod largest;
mod law;
mod leaks;
mod rows;
mod shrink;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use std::time::Duration;

use streamgauge_plugin::Plugin;

pub use self::cases::Cases;
pub use self::check::{Check, Failure};
pub use self::clock::Clock;
pub use self::difference::Difference;
use self::generate::Vocabulary;
use self::lab::Lab;
use self::law::{LAWS, Law, SIMPLEST};
use self::rows::Trial;
use self::shrink::shrink;

/// No other trial of a law begins after this time, so that a slow plugin is proved in bounded time.
const LAW_TIME_MAX: Duration = Duration::from_mins(1);

/// How thoroughly a plugin is tried.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// The seed of the generated rows: the same seed gives the same rows.
    pub seed: u64,
    /// How many generated trials each law is held against.
    pub rounds: u32,
}

/// Holds `plugin` against every law, on generated and on hostile rows; calls `told` with each check
/// as soon as the check is done.
pub fn prove(plugin: &Plugin, effort: Effort, clock: Clock<'_>, told: &mut dyn FnMut(Check)) {
    let mut lab = Lab::new(plugin);
    told(descriptor::check(&mut lab));
    let mut kept = Vec::new();
    for law in LAWS {
        let check = hold(&mut lab, law, effort, clock);
        if check.holds() {
            kept.push(law);
        }
        told(check);
    }
    if kept.iter().any(|law| std::ptr::eq(*law, SIMPLEST)) {
        told(leaks::check(plugin, effort.seed, clock));
        let rounds = (effort.seed, effort.rounds);
        display::check(plugin, rounds, clock).into_iter().for_each(&mut *told);
    } else {
        // What does not even give the same result twice withstands nothing.
        kept = vec![SIMPLEST];
    }
    for (name, trial) in hostile::trials(&plugin.descriptor().inputs, effort.rounds) {
        told(withstand(&mut lab, &kept, (&name, &trial), clock));
    }
}

/// One law over all rounds, up to the first that fails.
fn hold(lab: &mut Lab<'_>, law: &Law, effort: Effort, clock: Clock<'_>) -> Check {
    let inputs = &lab.plugin().descriptor().inputs;
    let known = Vocabulary::of(lab.plugin());
    let begun = clock();
    for round in 0..effort.rounds {
        if clock().saturating_sub(begun) >= LAW_TIME_MAX {
            return Check::new(law.name, round, None);
        }
        let trial = generate::trial(inputs, &known, effort.seed, round);
        if let Err(difference) = lab.try_law(law, &trial) {
            let failure = smallest(lab, law, (trial, difference), clock);
            return Check::new(law.name, round + 1, Some(failure));
        }
    }
    Check::new(law.name, effort.rounds, None)
}

/// The laws that held so far on one trial that is made to hurt: what fails on ordinary rows too
/// has been told.
fn withstand(
    lab: &mut Lab<'_>,
    laws: &[&Law],
    (name, trial): (&str, &Trial),
    clock: Clock<'_>,
) -> Check {
    let failed = laws.iter().find_map(|law| Some((law, lab.try_law(law, trial).err()?)));
    let failure = failed.map(|(law, difference)| {
        let mut failure = smallest(lab, law, (trial.clone(), difference), clock);
        failure.difference.words = format!("{}: {}", law.name, failure.difference.words);
        failure
    });
    Check::new(format!("it withstands {name}"), 1, failure)
}

fn smallest(
    lab: &mut Lab<'_>,
    law: &Law,
    (trial, difference): (Trial, Difference),
    clock: Clock<'_>,
) -> Failure {
    let (trial, difference) =
        shrink(trial, difference, clock, |trial| lab.try_law(law, trial).err());
    let names: Vec<&str> =
        lab.plugin().descriptor().inputs.iter().map(|input| input.name.as_str()).collect();
    Failure {
        difference,
        rows: Some(trial.csv(&names)),
        division: law.division.map_or_else(String::new, |words| words(&trial)),
    }
}

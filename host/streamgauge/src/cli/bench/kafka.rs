//! `streamgauge bench kafka`: how fast a topic is counted, beside loops that only read it and a
//! program that was written by hand for these four metrics. All take turns on the same topic, each in
//! a process of its own, on one core if asked for; so their ratios mean something on any machine.

mod args;
mod contender;
mod counted;
mod native;
mod reference;
mod trial;

pub(super) use args::KafkaArgs;
pub(super) use reference::{ReferenceArgs, reference};

use contender::{Contender, Entrant};
use trial::{Trial, Turn};

use super::figures::{Figures, median};
use crate::cli::failure::Failure;

/// The programs to which the others are compared.
const YARDSTICKS: [Contender; 4] =
    [Contender::Batch, Contender::Poll, Contender::Own, Contender::Native];

pub(super) fn kafka(args: &KafkaArgs) -> Result<(), Failure> {
    let mut figures = Figures::new("kafka", args.settings(), &args.figures)?;
    let mut trial = Trial::new(args)?;
    let mut entrants: Vec<(Entrant, Vec<Turn>)> = Entrant::all(&args.only, &args.workers)
        .into_iter()
        .map(|entrant| (entrant, Vec::new()))
        .collect();
    for round in 1..=args.rounds {
        for (entrant, turns) in &mut entrants {
            tracing::info!("round {round} of {}: {}", args.rounds, entrant.name());
            turns.push(trial.turn(*entrant)?);
        }
    }
    let of = |yardstick| {
        entrants.iter().find(|(one, _)| one.contender == yardstick).map(|(_, turns)| turns)
    };
    for (entrant, turns) in &entrants {
        let mut row = vec![
            ("M events/s".to_owned(), of_turns(turns, |turn| turn.events_per_second() / 1e6)),
            ("CPU ns/event".to_owned(), of_turns(turns, Turn::cpu_ns)),
            ("resident at the peak, MB".to_owned(), of_turns(turns, |turn| turn.peak_resident_mb)),
        ];
        for (yardstick, others) in YARDSTICKS.into_iter().filter_map(|one| Some((one, of(one)?))) {
            row.push((format!("to {}", yardstick.name()), ratio(turns, others)));
        }
        figures.row(entrant.name(), row);
    }
    figures.finish()
}

/// The median over the rounds of how many times as fast the first was.
fn ratio(turns: &[Turn], others: &[Turn]) -> f64 {
    let ratios = turns.iter().zip(others);
    median(ratios.map(|(a, b)| a.events_per_second() / b.events_per_second()))
}

fn of_turns(turns: &[Turn], of: impl Fn(&Turn) -> f64) -> f64 {
    median(turns.iter().map(of))
}

//! The law of the keys that a plugin's schema marks as display keys, and of the order of keys: the
//! host takes configurations that differ in nothing else for one, and shows the state of one through
//! the other. So they read the same columns, refuse the same rows and write the same bytes.
//!
//! Deliberately absent: values that the plugin or its schema refuses; they never reach a state.

mod variants;

use std::time::Duration;

use streamgauge_pipeline::DisplayKeys;
use streamgauge_plugin::Plugin;

use self::variants::{Variant, variants};
use super::bench::Bench;
use super::check::{Check, Failure};
use super::clock::Clock;
use super::compare::bytes_differ;
use super::difference::Difference;
use super::generate::{self, Vocabulary};
use super::lab::Lab;
use super::rows::Trial;
use super::shrink::shrink;

/// The most trials of one variant.
const ROUNDS_MAX: u32 = 20;

/// No other variant is tried after this time.
const TIME_MAX: Duration = Duration::from_secs(30);

/// The seed of the rows, and how many trials each variant has at most.
type Rounds = (u64, u32);

/// Holds the plugin against each of its other displays; `None` means that it has none.
pub(super) fn check(plugin: &Plugin, rounds: Rounds, clock: Clock<'_>) -> Option<Check> {
    let name = "display keys, and the order of keys, change no byte";
    let descriptor = plugin.descriptor();
    let keys = DisplayKeys::of_schema(&descriptor.config_schema);
    let variants = variants(&descriptor.config_schema, &keys, &plugin.settings().config);
    // What the plugin does not take is no display of the metric.
    let taken = variants.into_iter().filter_map(|variant| {
        let other = plugin.with_config(variant.config.clone()).ok()?;
        Some((variant, other))
    });
    let taken: Vec<(Variant, Plugin)> = taken.collect();
    if taken.is_empty() {
        return None;
    }
    let begun = clock();
    let mut tried = 0;
    for (variant, other) in &taken {
        if clock().saturating_sub(begun) >= TIME_MAX {
            break;
        }
        tried += 1;
        if let Some(mut failure) = broken(plugin, other, rounds, clock) {
            failure.difference.words = format!("{}: {}", variant.words, failure.difference.words);
            return Some(Check::new(name, tried, Some(failure)));
        }
    }
    Some(Check::new(name, tried, None))
}

/// How the state of `other` is not that of `plugin`.
fn broken(
    plugin: &Plugin,
    other: &Plugin,
    (seed, rounds): Rounds,
    clock: Clock<'_>,
) -> Option<Failure> {
    let (own, its) = (plugin.descriptor(), other.descriptor());
    if format!("{:?}", own.inputs) != format!("{:?}", its.inputs) {
        return Some(Failure::of_words("the plugin reads other columns".to_owned()));
    }
    if (own.state_version, own.is_bounded) != (its.state_version, its.is_bounded) {
        let words = "the plugin has another state version or another law of merging";
        return Some(Failure::of_words(words.to_owned()));
    }
    let known = Vocabulary::of(plugin);
    let mut labs = (Lab::new(plugin), Lab::new(other));
    (0..rounds.min(ROUNDS_MAX)).find_map(|round| {
        let trial = generate::trial(&own.inputs, &known, seed, round);
        let difference = same(&mut labs, &trial).err()?;
        let (trial, difference) =
            shrink(trial, difference, clock, |trial| same(&mut labs, trial).err());
        let names: Vec<&str> = own.inputs.iter().map(|input| input.name.as_str()).collect();
        let (rows, division) = (Some(trial.csv(&names)), trial.parts_in_words());
        Some(Failure { difference, rows, division })
    })
}

/// Both fold the rows to the same bytes, and one continues from the bytes of the other.
fn same((own, other): &mut (Lab<'_>, Lab<'_>), trial: &Trial) -> Result<(), Difference> {
    let (mine, half) = own.run(trial.windowed, |bench| folded(bench, trial))?;
    let (its, _) = other.run(trial.windowed, |bench| folded(bench, trial))?;
    if mine.refused != its.refused {
        return Err(Difference { words: "other rows are refused".to_owned(), sides: None });
    }
    bytes_differ(("this configuration", &mine.bytes), ("the other one", &its.bytes))?;
    let continued = other.run(trial.windowed, |bench| {
        let restored = bench.restore(bench.state_version(), &half)?;
        bench.add(restored, &trial.part(1))?;
        bench.add(restored, &trial.part(2))?;
        Ok(bench.snapshot(restored)?)
    })?;
    bytes_differ(
        ("this configuration", &mine.in_parts),
        ("rows a with this configuration, the rest with the other one", &continued),
    )
}

/// What a plugin makes of the rows of a trial.
struct Folded {
    /// The rows that the plugin refused.
    refused: Vec<usize>,
    /// The snapshot of all rows in one batch.
    bytes: Vec<u8>,
    /// The snapshot of all rows in a batch for each part.
    in_parts: Vec<u8>,
}

/// What the plugin makes of the rows, and its snapshot after the first part.
fn folded(bench: &mut Bench<'_>, trial: &Trial) -> Result<(Folded, Vec<u8>), Difference> {
    let whole = bench.create()?;
    let refused = bench.add_all(whole, &trial.whole())?.into_iter().map(|(row, _)| row).collect();
    let in_parts = bench.fold(&trial.part(0))?;
    let half = bench.snapshot(in_parts)?;
    for part in [1, 2] {
        bench.add(in_parts, &trial.part(part))?;
    }
    let (bytes, in_parts) = (bench.snapshot(whole)?, bench.snapshot(in_parts)?);
    Ok((Folded { refused, bytes, in_parts }, half))
}

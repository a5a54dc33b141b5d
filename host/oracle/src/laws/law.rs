//! The laws, each as a function that returns a difference or `None`.

use super::bench::Bench;
use super::compare::{differ, disagree};
use super::difference::Difference;
use super::largest::cut_short;
use super::rows::Trial;
use streamgauge_plugin::CallError;

pub(super) struct Law {
    pub(super) name: &'static str,
    /// The division of a trial for this law, in words.
    pub(super) division: Option<fn(&Trial) -> String>,
    pub(super) holds: fn(&mut Bench<'_>, &Trial) -> Result<(), Difference>,
}

/// All laws; a plugin that breaks several is told the simplest one.
pub(super) static LAWS: &[Law] = &[
    Law {
        name: "a refusal names all rows that cannot be used, and adds none",
        division: None,
        holds: refusing,
    },
    Law { name: "the same rows give the same bytes", division: None, holds: deterministic },
    Law { name: "asking for the result changes nothing", division: None, holds: asking },
    Law {
        name: "the largest rows are those of the whole result",
        division: Some(Trial::parts_in_words),
        holds: cut_short,
    },
    Law {
        name: "any cut into batches gives the same bytes",
        division: Some(Trial::batches_in_words),
        holds: any_cut,
    },
    Law {
        name: "a snapshot holds the whole state",
        division: Some(Trial::parts_in_words),
        holds: round_trip,
    },
    Law {
        name: "what came since a snapshot makes the state whole again",
        division: Some(Trial::parts_in_words),
        holds: differences,
    },
    Law { name: "merging the empty state changes nothing", division: None, holds: identity },
    Law {
        name: "merging the folds of parts is folding all rows",
        division: Some(Trial::parts_in_words),
        holds: homomorphism,
    },
    Law {
        name: "merging is commutative",
        division: Some(Trial::parts_in_words),
        holds: commutative,
    },
    Law {
        name: "merging is associative",
        division: Some(Trial::parts_in_words),
        holds: associative,
    },
    Law { name: "a damaged or newer snapshot does no harm", division: None, holds: damage },
];

/// The law that all others rest on: rows are folded, and seen.
pub(super) static SIMPLEST: &Law = &LAWS[1];

/// So many rows are added alone at most: each takes an accumulator.
const ALONE_MAX: usize = 100;

/// The host leaves the named rows out and calls once more: what is refused then, or was added
/// before, would be wrong for good.
fn refusing(bench: &mut Bench<'_>, trial: &Trial) -> Result<(), Difference> {
    let rows = trial.whole();
    let accumulator = bench.create()?;
    let before = bench.see(accumulator)?;
    let refused = bench.add_once(accumulator, &rows)?;
    if refused.is_empty() {
        return Ok(());
    }
    let after = bench.see(accumulator)?;
    differ(bench, ("before", &before), ("after a refusal", &after))?;
    bench.add_all(accumulator, &rows)?;
    for (row, values) in rows.iter().enumerate().take(ALONE_MAX) {
        let alone = bench.create()?;
        let is_refused = !bench.add_once(alone, &vec![*values])?.is_empty();
        if is_refused != refused.iter().any(|(refused, _)| *refused == row) {
            let [alone, among] =
                if is_refused { ["refused", "taken"] } else { ["taken", "refused"] };
            let words = format!("row {} is {alone} alone and {among} among the others", row + 1);
            return Err(Difference { words, sides: None });
        }
    }
    Ok(())
}

fn deterministic(bench: &mut Bench<'_>, trial: &Trial) -> Result<(), Difference> {
    let rows = trial.whole();
    let first = bench.fold(&rows)?;
    let second = bench.fold(&rows)?;
    let [first, second] = [bench.see(first)?, bench.see(second)?];
    differ(bench, ("one accumulator", &first), ("a second one", &second))?;
    let elsewhere = bench.elsewhere(&rows)?;
    differ(bench, ("one instance", &first), ("a fresh instance", &elsewhere))
}

fn asking(bench: &mut Bench<'_>, trial: &Trial) -> Result<(), Difference> {
    let accumulator = bench.fold(&trial.whole())?;
    let first = bench.see(accumulator)?;
    let again = bench.see(accumulator)?;
    differ(bench, ("asked once", &first), ("asked again", &again))
}

fn any_cut(bench: &mut Bench<'_>, trial: &Trial) -> Result<(), Difference> {
    let whole = bench.fold(&trial.whole())?;
    let cut = bench.create()?;
    for batch in trial.batches() {
        bench.add(cut, &batch)?;
    }
    let [whole, cut] = [bench.see(whole)?, bench.see(cut)?];
    differ(bench, ("in one batch", &whole), ("in these batches", &cut))
}

fn round_trip(bench: &mut Bench<'_>, trial: &Trial) -> Result<(), Difference> {
    let original = bench.fold(&trial.part(0))?;
    let restored = bench.copy(original)?;
    let seen = [bench.see(original)?, bench.see(restored)?];
    differ(bench, ("a", &seen[0]), ("a restored", &seen[1]))?;
    // A difference that the result does not show may matter to the rows that follow.
    for accumulator in [original, restored] {
        bench.add(accumulator, &trial.part(1))?;
    }
    let seen = [bench.see(original)?, bench.see(restored)?];
    differ(bench, ("a, then b", &seen[0]), ("a restored, then b", &seen[1]))
}

/// Large states are kept as a whole and the differences since.
fn differences(bench: &mut Bench<'_>, trial: &Trial) -> Result<(), Difference> {
    let whole = bench.fold(&trial.part(0))?;
    let restored = bench.copy(whole)?;
    for part in [1, 2] {
        let since = bench.fold(&trial.part(part))?;
        bench.merge(whole, since)?;
        let read = bench.copy_of_difference(since)?;
        bench.merge(restored, read)?;
    }
    let [whole, restored] = [bench.see(whole)?, bench.see(restored)?];
    differ(bench, ("a, b and c merged", &whole), ("a, and b and c as differences", &restored))
}

fn identity(bench: &mut Bench<'_>, trial: &Trial) -> Result<(), Difference> {
    let whole = bench.fold(&trial.whole())?;
    let [left, right, empty] = [bench.create()?, bench.copy(whole)?, bench.create()?];
    bench.merge(left, whole)?;
    bench.merge(right, empty)?;
    let [whole, left, right] = [bench.see(whole)?, bench.see(left)?, bench.see(right)?];
    differ(bench, ("the state", &whole), ("empty + the state", &left))?;
    differ(bench, ("the state", &whole), ("the state + empty", &right))
}

fn homomorphism(bench: &mut Bench<'_>, trial: &Trial) -> Result<(), Difference> {
    let whole = bench.fold(&trial.whole())?;
    let merged = bench.fold(&trial.part(0))?;
    for part in [1, 2] {
        let part = bench.fold(&trial.part(part))?;
        bench.merge(merged, part)?;
    }
    let [whole, merged] = [bench.see(whole)?, bench.see(merged)?];
    disagree(bench, ("all rows folded", &whole), ("fold a + fold b + fold c", &merged))
}

fn commutative(bench: &mut Bench<'_>, trial: &Trial) -> Result<(), Difference> {
    let [left, right] = [bench.fold(&trial.part(0))?, bench.fold(&trial.part(1))?];
    let [a, b] = [bench.copy(left)?, bench.copy(right)?];
    bench.merge(left, b)?;
    bench.merge(right, a)?;
    let [left, right] = [bench.see(left)?, bench.see(right)?];
    disagree(bench, ("a + b", &left), ("b + a", &right))
}

fn associative(bench: &mut Bench<'_>, trial: &Trial) -> Result<(), Difference> {
    let parts = [0, 1, 2].map(|part| bench.fold(&trial.part(part)));
    let [left, middle, right] = parts;
    let (left, middle, right) = (left?, middle?, right?);
    let first = bench.copy(left)?;
    let both = bench.copy(middle)?;
    bench.merge(left, middle)?;
    bench.merge(left, right)?;
    bench.merge(both, right)?;
    bench.merge(first, both)?;
    let [left, right] = [bench.see(left)?, bench.see(first)?];
    disagree(bench, ("(a + b) + c", &left), ("a + (b + c)", &right))
}

/// A snapshot may come from a damaged disk, or from a newer plugin: the plugin refuses or reads the
/// snapshot, and never crashes.
fn damage(bench: &mut Bench<'_>, trial: &Trial) -> Result<(), Difference> {
    let whole = bench.fold(&trial.whole())?;
    let own = bench.state_version();
    let forms = [("difference", bench.difference(whole)?), ("snapshot", bench.snapshot(whole)?)];
    for (form, bytes) in &forms {
        let step = (bytes.len() / 8).max(1);
        for length in (0..bytes.len()).step_by(step) {
            refused_or_read(bench.restore(own, &bytes[..length]).map(drop), || {
                format!("a {form} cut to {length} of {} bytes", bytes.len())
            })?;
        }
    }
    let [_, (_, bytes)] = forms;
    match bench.restore(own.wrapping_add(1), &bytes) {
        Ok(_) => Err(Difference {
            words: format!("a snapshot of state version {} is read as if it were {own}", own + 1),
            sides: None,
        }),
        refused => refused_or_read(refused.map(drop), || "a newer snapshot".to_owned()),
    }
}

fn refused_or_read(
    read: Result<(), CallError>,
    what: impl Fn() -> String,
) -> Result<(), Difference> {
    match read {
        Ok(()) | Err(CallError::Refused(_)) => Ok(()),
        Err(error) => Err(Difference { words: format!("{}: {error}", what()), sides: None }),
    }
}

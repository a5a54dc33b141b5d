//! The smallest trial that still fails: rows are taken out, then values, parts and cuts are made
//! plain, as long as the law fails.

use std::time::Duration;

use super::clock::Clock;
use super::difference::Difference;
use super::rows::{Datum, Trial};

/// Shrinking ends after so long: a larger counterexample is better than none.
const TIME_MAX: Duration = Duration::from_secs(10);

/// Shrinks `trial`, which fails with `difference`; `fails` tries another.
pub(super) fn shrink(
    trial: Trial,
    difference: Difference,
    clock: Clock<'_>,
    fails: impl FnMut(&Trial) -> Option<Difference>,
) -> (Trial, Difference) {
    let end = clock() + TIME_MAX;
    let mut shrinker = Shrinker { trial, difference, fails, clock, end };
    while shrinker.fewer_rows() | shrinker.plainer() && shrinker.has_time() {}
    (shrinker.trial, shrinker.difference)
}

struct Shrinker<'a, F> {
    trial: Trial,
    difference: Difference,
    fails: F,
    clock: Clock<'a>,
    end: Duration,
}

impl<F: FnMut(&Trial) -> Option<Difference>> Shrinker<'_, F> {
    fn has_time(&self) -> bool {
        (self.clock)() < self.end
    }

    /// Takes a candidate if the law fails for the candidate too; returns true if taken.
    fn take(&mut self, candidate: Trial) -> bool {
        if candidate == self.trial || !self.has_time() {
            return false;
        }
        let Some(difference) = (self.fails)(&candidate) else { return false };
        (self.trial, self.difference) = (candidate, difference);
        true
    }

    /// Takes out ever smaller runs of rows (delta debugging).
    fn fewer_rows(&mut self) -> bool {
        let mut shrunk = false;
        let mut size = self.trial.rows.len().div_ceil(2);
        while size > 0 && self.has_time() {
            let mut start = 0;
            while start < self.trial.rows.len() {
                let mut candidate = self.trial.clone();
                let end = (start + size).min(candidate.rows.len());
                candidate.rows.drain(start..end);
                if self.take(candidate) {
                    shrunk = true;
                } else {
                    start += size;
                }
            }
            size /= 2;
        }
        shrunk
    }

    fn plainer(&mut self) -> bool {
        let mut shrunk = false;
        if self.trial.windowed {
            shrunk |= self.take(Trial { windowed: false, ..self.trial.clone() });
        }
        for row in 0..self.trial.rows.len() {
            shrunk |= self.plainer_row(row);
        }
        shrunk
    }

    fn plainer_row(&mut self, row: usize) -> bool {
        let mut shrunk = false;
        let mut change = |shrinker: &mut Self, change: &dyn Fn(&mut Trial)| {
            let mut candidate = shrinker.trial.clone();
            change(&mut candidate);
            // Parts stand in order.
            if candidate.rows.is_sorted_by_key(|row| row.part) {
                shrunk |= shrinker.take(candidate);
            }
        };
        change(self, &|trial| trial.rows[row].begins = false);
        for part in 0..self.trial.rows[row].part {
            change(self, &|trial| trial.rows[row].part = part);
        }
        for column in 0..self.trial.rows[row].values.len() {
            for plain in plainer_values(&self.trial.rows[row].values[column]) {
                change(self, &|trial| trial.rows[row].values[column] = plain.clone());
                if self.trial.rows[row].values[column] == plain {
                    break;
                }
            }
        }
        shrunk
    }
}

/// Values that are plainer than `value`, the plainest first.
fn plainer_values(value: &Datum) -> Vec<Datum> {
    let plainer = match value {
        Datum::Boolean(true) => vec![Datum::Boolean(false)],
        Datum::Unsigned(n) => [0, 1].map(Datum::Unsigned).into_iter().take(*n as usize).collect(),
        Datum::Integer(n) => {
            [0, 1].map(Datum::Integer).into_iter().take(n.unsigned_abs() as usize).collect()
        }
        Datum::Float(x) => [0.0, 1.0].map(Datum::Float).into_iter().filter(|_| *x != 0.0).collect(),
        Datum::Text(text) if text.len() > 4 => {
            let half = text.floor_char_boundary(text.len() / 2);
            vec![Datum::Text("a".into()), Datum::Text("b".into()), Datum::Text(text[..half].into())]
        }
        Datum::Text(text) if **text > *"b" => ["a", "b"].map(|t| Datum::Text(t.into())).into(),
        Datum::Text(text) if **text == *"b" => vec![Datum::Text("a".into())],
        Datum::Null | Datum::Boolean(false) | Datum::Text(_) => Vec::new(),
    };
    plainer.into_iter().filter(|plain| plain != value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::laws::rows::Row;

    fn difference() -> Difference {
        Difference { words: "it fails".into(), sides: None }
    }

    fn trial(values: &[i64]) -> Trial {
        let row = |value: &i64| Row {
            values: vec![Datum::Integer(*value)],
            part: 0,
            begins: value % 3 == 0,
        };
        Trial { rows: values.iter().map(row).collect(), windowed: true }
    }

    #[test]
    fn only_what_matters_is_left() {
        let values: Vec<i64> = (0..150).collect();
        let numbers = |trial: &Trial| -> Vec<i64> {
            let number = |row: &Row| if let Datum::Integer(n) = row.values[0] { n } else { 0 };
            trial.rows.iter().map(number).collect()
        };
        // The law fails where some number above 100 stands before some other one.
        let (small, _) = shrink(trial(&values), difference(), &|| Duration::ZERO, |trial| {
            let numbers = numbers(trial);
            let big = numbers.iter().position(|n| *n > 100)?;
            (big + 1 < numbers.len()).then(difference)
        });
        assert_eq!(small.rows.len(), 2);
        assert!(!small.windowed && small.rows.iter().all(|row| !row.begins));
        assert_eq!(numbers(&small)[1], 0);
    }

    #[test]
    fn what_fails_always_needs_no_rows() {
        let (small, _) =
            shrink(trial(&[5, 6, 7]), difference(), &|| Duration::ZERO, |_| Some(difference()));
        assert!(small.rows.is_empty());
    }
}

//! The two recounts of a torture, kept from round to round, and their comparison with the result.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::count::{self, Count, letter};
use super::gaps::{Deletion, Gaps, Skipped};
use super::interpreted::{self, Interpreted};
use super::shadow::{Kept, Shadow};
use crate::result::differences;
use crate::workplace::Workplace;

/// The most differences of a kind that are printed.
const SHOWN_MAX: usize = 20;

/// The expected result of the topic, so far.
pub(super) struct Recount {
    gaps: Gaps,
    count: Count,
    interpreted: Interpreted,
}

impl Recount {
    /// Nothing read yet, under the settings in `pipeline`.
    pub(super) fn under(pipeline: &Path) -> Self {
        let interpreted = Interpreted::under(pipeline);
        Self { gaps: Gaps::default(), count: Count::default(), interpreted }
    }

    /// The gaps so far.
    pub(super) fn gaps(&self) -> &Gaps {
        &self.gaps
    }

    /// Counts the records of the shadow, and returns the differences of `result` and the dead
    /// letters from the counts.
    pub(super) fn compare(
        &mut self,
        result: &Value,
        deletions: &[Deletion],
        shadow: &mut Shadow,
        place: &Workplace,
    ) -> Vec<String> {
        let new = match self.gaps.new_in(result, deletions) {
            Ok(new) => new,
            Err(wrong) => return vec![format!("gaps: {wrong}")],
        };
        self.take(&shadow.take(), new);
        let mut wrong = Vec::new();
        let mut note = |what: &str, found: &Value, expected: &Value| {
            let places = differences(found, expected).into_iter().take(SHOWN_MAX);
            wrong.extend(places.map(|place| format!("result and {what}: {place}")));
        };
        let by_hand = [count::of_result(result), self.count.to_json()];
        let oracle = self.interpreted.summary(0..shadow.partitions());
        let by_oracle = [interpreted::of_result(result), oracle];
        note("count by hand", &by_hand[0], &by_hand[1]);
        note("oracle", &by_oracle[0], &by_oracle[1]);
        wrong.extend(self.letters(&place.dead_letters()));
        wrong
    }

    /// Takes in records, except the ones in `gaps`.
    fn take(&mut self, kept: &[Kept], mut gaps: BTreeMap<u32, Vec<Skipped>>) {
        // Offsets rise within each partition, so every gap is met in the order of the gaps.
        for gaps in gaps.values_mut() {
            gaps.reverse();
        }
        let mut resume: BTreeMap<u32, i64> = BTreeMap::new();
        for kept in kept {
            let ahead = gaps.entry(kept.partition).or_default();
            while let Some(gap) = ahead.pop_if(|gap| gap.from <= kept.offset) {
                self.interpreted.skip(kept.partition, gap);
                resume.insert(kept.partition, gap.to);
            }
            if resume.get(&kept.partition).is_none_or(|resume| kept.offset >= *resume) {
                self.count.take(kept);
                self.interpreted.take(kept);
            }
        }
    }

    /// Every letter must be there, and once.
    fn letters(&self, written: &[Value]) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut found: BTreeMap<String, usize> = BTreeMap::new();
        for each in written {
            let number = |name: &str| each[name].as_i64().unwrap_or(-1);
            let (metric, reason) = (each["metric"].as_str(), each["reason"].as_str());
            let partition = number("partition") as u32;
            let name = letter(partition, number("offset"), metric, reason.unwrap_or("?"));
            *found.entry(name).or_default() += 1;
        }
        for (letter, times) in &found {
            if *times > 1 {
                wrong.push(format!("dead letter {letter} is there {times} times"));
            }
            if !self.count.letters().contains(letter) {
                wrong.push(format!("dead letter {letter} is of no such record"));
            }
        }
        let missing = self.count.letters().iter().filter(|letter| !found.contains_key(*letter));
        wrong.extend(missing.map(|letter| format!("dead letter {letter} is missing")));
        wrong.truncate(SHOWN_MAX);
        wrong
    }
}

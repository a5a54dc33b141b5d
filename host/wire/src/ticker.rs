//! Single records as sentences, for people who watch: what they are made of (with the panels), and
//! the newest of them (with the frames).

use serde::Serialize;

use crate::Localized;

/// The most sentences that a page has at first.
pub const TICKER_LINES_MAX: usize = 8;

/// The most sentences that one update brings.
pub const TICKER_NEW_MAX: usize = 4;

/// What the sentences of a pipeline are made of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TickerFields {
    /// The fields of records that the sentences name, in the order of the first language.
    pub fields: Vec<String>,
}

/// One record as a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TickerLine {
    /// The event time of the record, in milliseconds since the Unix epoch.
    pub at: i64,
    /// The sentence, by language.
    pub text: Localized,
}

/// The newest sentences of a pipeline, numbered in the order in which they were made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TickerLines {
    /// How many sentences were made before the first of these.
    pub before: u64,
    /// The newest last, at most [`TICKER_LINES_MAX`].
    pub lines: Vec<TickerLine>,
}

impl TickerLines {
    /// How many sentences were made so far.
    pub fn made(&self) -> u64 {
        self.before + self.lines.len() as u64
    }

    /// The newest of those that were made after the first `known`, at most `most`.
    pub fn after(&self, known: u64, most: usize) -> &[TickerLine] {
        let new = usize::try_from(self.made().saturating_sub(known)).unwrap_or(usize::MAX);
        let count = new.min(most).min(self.lines.len());
        &self.lines[self.lines.len() - count..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_gets_the_newest_of_what_it_does_not_have() {
        let line = |at| TickerLine { at, text: Localized::new() };
        let all = TickerLines { before: 10, lines: (11..=15).map(line).collect() };
        assert_eq!(all.made(), 15);
        for (known, most, expected) in [
            (0, 8, &[11, 12, 13, 14, 15][..]),
            (0, 4, &[12, 13, 14, 15]),
            (13, 4, &[14, 15]),
            (15, 4, &[]),
            (99, 4, &[]),
        ] {
            let times = all.after(known, most).iter().map(|line| line.at);
            assert!(times.eq(expected.iter().copied()), "after {known}, at most {most}");
        }
    }
}

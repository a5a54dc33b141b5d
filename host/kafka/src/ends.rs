//! The ends of logs, as far as the consumer and the brokers told them.

use std::collections::BTreeMap;
use std::time::SystemTime;

use crate::log_ends::LogEnds;

/// The ends that are known, by partition.
#[derive(Default)]
pub(crate) struct Ends(BTreeMap<u32, Heard>);

/// The end of one log.
struct Heard {
    /// The last stable offset, up to which a reader of committed records can read, and the offset
    /// after the last record.
    end: (i64, i64),
    /// Since when the last stable offset has not moved, where it is not the end.
    held_since: Option<SystemTime>,
    /// What the consumer said last, which it may say again and again.
    said: Option<(i64, i64)>,
    /// The number of the last answer to a question.
    answer: u64,
}

impl Ends {
    /// What a consumer says of the end of a log, which is as old as its last fetch.
    pub(crate) fn hear(&mut self, partition: u32, end: (i64, i64), now: SystemTime) {
        let heard = self.heard(partition, end, 0, now);
        if heard.said != Some(end) {
            heard.said = Some(end);
            heard.ends_at(end, now);
        }
    }

    /// Takes in what brokers answered to questions of their own.
    pub(crate) fn answered_by(&mut self, asked: &LogEnds, partitions: impl Iterator<Item = u32>) {
        let now = SystemTime::now();
        for partition in partitions {
            if let Some(end) = asked.of(partition) {
                self.answered(partition, (end.stable, end.last), end.answer, now);
            }
        }
    }

    fn heard(
        &mut self,
        partition: u32,
        end: (i64, i64),
        answer: u64,
        now: SystemTime,
    ) -> &mut Heard {
        let held_since = Some(now).filter(|_| is_held(end));
        self.0.entry(partition).or_insert(Heard { end, held_since, said: None, answer })
    }

    /// What brokers answered to the question number `answer`.
    pub(crate) fn answered(
        &mut self,
        partition: u32,
        end: (i64, i64),
        answer: u64,
        now: SystemTime,
    ) {
        let heard = self.heard(partition, end, answer, now);
        if heard.answer != answer {
            heard.answer = answer;
            heard.ends_at(end, now);
        }
    }

    /// The last stable offset of a log and its end, whichever was told last.
    pub(crate) fn end(&self, partition: u32) -> Option<(i64, i64)> {
        self.0.get(&partition).map(|heard| heard.end)
    }

    /// The last stable offset of a log, and since when it has not moved while records stand after
    /// it; `None` means that none do.
    pub(crate) fn held_at(&self, partition: u32) -> Option<(i64, SystemTime)> {
        let heard = self.0.get(&partition)?;
        Some((heard.end.0, heard.held_since?))
    }
}

impl Heard {
    fn ends_at(&mut self, end: (i64, i64), now: SystemTime) {
        // Another transaction holds back what stands after another offset.
        let since = if end.0 == self.end.0 { self.held_since.unwrap_or(now) } else { now };
        (self.end, self.held_since) = (end, Some(since).filter(|_| is_held(end)));
    }
}

/// True if records stand after the last stable offset.
fn is_held((stable, end): (i64, i64)) -> bool {
    end > stable
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const NOW: SystemTime = SystemTime::UNIX_EPOCH;

    #[test]
    fn the_newer_of_statistics_and_answers_holds() {
        let mut ends = Ends::default();
        assert_eq!(ends.end(0), None);
        ends.hear(0, (10, 12), NOW);
        assert_eq!(ends.end(0), Some((10, 12)));
        ends.answered(0, (40, 40), 1, NOW);
        // Nothing was fetched meanwhile, so the statistics say what they said before.
        ends.hear(0, (10, 12), NOW);
        assert_eq!(ends.end(0), Some((40, 40)));
        ends.hear(0, (50, 50), NOW);
        ends.answered(0, (40, 40), 1, NOW);
        assert_eq!(ends.end(0), Some((50, 50)));
        // A log may end earlier than it did.
        ends.answered(0, (3, 3), 2, NOW);
        assert_eq!(ends.end(0), Some((3, 3)));
    }

    #[test]
    fn the_age_of_what_is_held_back_begins_anew_with_each_transaction() {
        let mut ends = Ends::default();
        let at = |seconds| NOW + Duration::from_secs(seconds);
        let mut answer = 0;
        let mut tell = |seconds, end| {
            answer += 1;
            ends.answered(0, end, answer, at(seconds));
            // Statistics say what they said before.
            ends.hear(0, (10, 10), NOW);
            ends.held_at(0)
        };
        for (seconds, end, expected) in [
            (1, (10, 10), None),
            (2, (10, 12), Some((10, at(2)))),
            (3, (10, 90), Some((10, at(2)))),
            (4, (50, 95), Some((50, at(4)))),
            (5, (96, 96), None),
            (6, (96, 99), Some((96, at(6)))),
        ] {
            assert_eq!(tell(seconds, end), expected, "{seconds} s");
        }
    }
}

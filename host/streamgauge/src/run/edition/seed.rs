//! Where another edition begins: at the origins of the edition that it is to take the place of, not
//! where `start` says, so that nothing is lost that the log still holds; and what is lost, named
//! before anything begins.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use streamgauge_checkpoint::store::Checkpoint;
use streamgauge_core::{
    GapKind, MetricSnapshot, OffsetGap, PartitionSnapshot, PartitionState, Position,
};
use streamgauge_engine::Metric;
use streamgauge_kafka::TopicClient;
use streamgauge_pipeline::{KafkaSettings, SourceSettings};
use streamgauge_source::SourceError;
use streamgauge_source::file::Place as FilePlace;
use streamgauge_source::kafka::gaps;

use crate::run::prepare::Prepared;

/// How long the brokers have to answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// The settings that say which log is read.
const LOGS: [&str; 3] = ["source", "source.kafka.topic", "source.file.path"];

/// Records that the edition of before has counted and that its successor cannot read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lost {
    partition: u32,
    from: i64,
    to: i64,
    of: LostOf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LostOf {
    /// The log that is there begins later.
    Head,
    /// Another log took the place of the one that was read.
    OtherLog,
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { partition, from, to, .. } = self;
        write!(f, "partition {partition}, offsets {from} to {}", to - 1)?;
        match self.of {
            LostOf::Head => Ok(()),
            LostOf::OtherLog => write!(f, " of the log that was there before"),
        }
    }
}

/// The beginning of an edition.
#[derive(Debug, Default)]
pub(super) struct Seed {
    /// The states to begin with; empty where the pipeline's own `start` counts.
    pub(super) partitions: Vec<Arc<PartitionSnapshot>>,
    /// What can no longer be read.
    pub(super) lost: Vec<Lost>,
}

impl Seed {
    /// The beginning of an edition of `next` in the place of the one whose state is `old`.
    ///
    /// # Errors
    /// The log cannot be asked.
    pub(super) fn new(next: &Prepared, old: &Checkpoint) -> Result<Self, SourceError> {
        if !Self::is_same_log(next, old) || old.partitions.is_empty() {
            return Ok(Self::default());
        }
        match &next.pipeline.source {
            SourceSettings::Kafka(kafka) => Self::of_topic(next, kafka, &old.partitions),
            SourceSettings::File(file) => {
                let mut seed = Self::default();
                for state in &old.partitions {
                    seed.add_file(next, &file.path, state)?;
                }
                Ok(seed)
            }
            SourceSettings::Generator(_) => Ok(Self::default()),
        }
    }

    fn of_topic(
        next: &Prepared,
        kafka: &KafkaSettings,
        old: &[Arc<PartitionSnapshot>],
    ) -> Result<Self, SourceError> {
        let ranges = TopicClient::new(kafka)?.ranges(ANSWER_TIMEOUT)?;
        let unnamed = gaps(kafka, old, &ranges)?;
        let mut seed = Self::default();
        for state in old {
            let low = ranges.iter().find(|range| range.partition == state.partition);
            let mut known = state.state.gaps.clone();
            known.extend(unnamed.get(&state.partition).map(|found| found.gap));
            if let Some(place) = seed.place(state, &known, low.map(|range| range.low)) {
                let position = Position::default();
                seed.partitions.push(beginning(next, state.partition, place, position));
            }
        }
        Ok(seed)
    }

    /// Records of files that had the name of the present one before are gone.
    fn add_file(
        &mut self,
        next: &Prepared,
        path: &Path,
        old: &PartitionSnapshot,
    ) -> Result<(), SourceError> {
        let first = match FilePlace::find(path, old)? {
            FilePlace::Here => old.position.mark.as_ref().map_or(0, |mark| mark.first_offset),
            FilePlace::Rest(_) | FilePlace::Next | FilePlace::Gap(_) => old.state.next_offset,
        };
        let (partition, from) = (old.partition, old.state.origin);
        if first > from {
            self.lost.push(Lost { partition, from, to: first, of: LostOf::OtherLog });
            let position = FilePlace::start(path, first)?;
            self.partitions.push(beginning(next, partition, (from, first), position));
        }
        Ok(())
    }

    /// True if `next` reads the log that `old` has read.
    pub(super) fn is_same_log(next: &Prepared, old: &Checkpoint) -> bool {
        let now = next.state_settings();
        LOGS.into_iter().all(|key| old.settings.get(key) == now.get(key))
    }

    /// The origin of a partition with `gaps`, and the first offset that can be read of a log that
    /// begins at `low`; `None` means that there is no such partition any more.
    fn place(
        &mut self,
        old: &PartitionSnapshot,
        gaps: &[OffsetGap],
        low: Option<i64>,
    ) -> Option<(i64, i64)> {
        let (partition, state) = (old.partition, &old.state);
        let mut lose = |from: i64, to: i64, of: LostOf| {
            if from < to {
                self.lost.push(Lost { partition, from, to, of });
            }
        };
        let Some(low) = low else {
            lose(state.origin, state.next_offset, LostOf::OtherLog);
            return None;
        };
        let is_other = |gap: &&OffsetGap| gap.kind != GapKind::LogStartMoved;
        if let Some(gap) = gaps.iter().rfind(is_other) {
            lose(state.origin, gap.counted_to(), LostOf::OtherLog);
            return Some((low, low));
        }
        // What the edition before could not read is lost to nobody.
        let mut from = state.origin;
        for gap in gaps {
            lose(from, gap.from.min(low), LostOf::Head);
            from = from.max(gap.to);
        }
        lose(from, low.min(state.next_offset), LostOf::Head);
        Some((state.origin, state.origin.max(low)))
    }
}

/// A partition that begins at `origin` and whose records before `from` are gone.
fn beginning(
    next: &Prepared,
    partition: u32,
    (origin, from): (i64, i64),
    position: Position,
) -> Arc<PartitionSnapshot> {
    let mut state = PartitionState::starting_at(origin);
    if from > origin {
        state.skip(OffsetGap { kind: GapKind::LogStartMoved, from: origin, to: from });
    }
    let metric = |plugin| MetricSnapshot { next_offset: from, ..Metric::empty(plugin, origin) };
    let mut metrics: Vec<MetricSnapshot> = next.plugins.iter().map(metric).collect();
    metrics.sort_by(|a, b| a.id.cmp(&b.id));
    let late_samples = Vec::new();
    Arc::new(PartitionSnapshot { partition, position, late_samples, state, metrics })
}

/// `lost` in one line.
pub(super) fn words(lost: &[Lost]) -> String {
    let lost: Vec<String> = lost.iter().map(ToString::to_string).collect();
    lost.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(next_offset: i64) -> PartitionSnapshot {
        let state = PartitionState { next_offset, ..PartitionState::starting_at(10) };
        let (position, late_samples, metrics) = (Position::default(), Vec::new(), Vec::new());
        PartitionSnapshot { partition: 3, position, late_samples, state, metrics }
    }

    /// Where an edition begins over a log from `low` on, and what is lost.
    fn place(gaps: &[(GapKind, i64, i64)], low: Option<i64>) -> (Option<(i64, i64)>, String) {
        let gap = |(kind, from, to): &(GapKind, i64, i64)| OffsetGap {
            kind: *kind,
            from: *from,
            to: *to,
        };
        let gaps: Vec<OffsetGap> = gaps.iter().map(gap).collect();
        let mut seed = Seed::default();
        let found = seed.place(&state(100), &gaps, low);
        (found, words(&seed.lost))
    }

    #[test]
    fn an_edition_begins_at_the_origin_of_the_one_before_and_names_what_is_gone() {
        let start = GapKind::LogStartMoved;
        let lost = |words: &str| words.to_owned();
        for (gaps, low, expected) in [
            (&[][..], Some(0), (Some((10, 10)), lost(""))),
            (&[], Some(10), (Some((10, 10)), lost(""))),
            (&[], Some(25), (Some((10, 25)), lost("partition 3, offsets 10 to 24"))),
            // All that was read is gone, and more that was not.
            (&[], Some(120), (Some((10, 120)), lost("partition 3, offsets 10 to 99"))),
            // The edition before could not read from 20 to 39 either.
            (
                &[(start, 20, 40)],
                Some(50),
                (
                    Some((10, 50)),
                    lost("partition 3, offsets 10 to 19; partition 3, offsets 40 to 49"),
                ),
            ),
            (&[(start, 10, 40)], Some(40), (Some((10, 40)), lost(""))),
            (
                &[(GapKind::LogEndMoved, 5, 60)],
                Some(0),
                (
                    Some((0, 0)),
                    lost("partition 3, offsets 10 to 59 of the log that was there before"),
                ),
            ),
            (
                &[(GapKind::TopicRecreated, 70, 0)],
                Some(0),
                (
                    Some((0, 0)),
                    lost("partition 3, offsets 10 to 69 of the log that was there before"),
                ),
            ),
            (
                &[],
                None,
                (None, lost("partition 3, offsets 10 to 99 of the log that was there before")),
            ),
        ] {
            assert_eq!(place(gaps, low), expected, "{gaps:?} {low:?}");
        }
    }
}

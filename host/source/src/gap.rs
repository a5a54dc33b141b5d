//! A log that does not go on where the state does, in words.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use streamgauge_core::{GAPS_MAX, GapKind, OffsetGap};

/// A gap in the log of a partition, and what the log holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogGap {
    /// The number of the partition with the gap.
    pub partition: u32,
    /// What happened to it.
    pub gap: OffsetGap,
    /// The first offset that is there.
    pub low: i64,
    /// The offset after the last record.
    pub high: i64,
    /// How many gaps the state names already.
    pub named: usize,
    /// What is known besides of a file.
    pub file: Option<Box<FileGap>>,
}

/// A file that does not go on where the state does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileGap {
    /// The file, as the settings name it.
    pub path: PathBuf,
    /// The byte at which the state would go on.
    pub at: u64,
    /// Another file that came between the one that was read and the one that is there.
    pub between: Option<PathBuf>,
}

impl LogGap {
    /// Whether the state can name one more and go on.
    pub fn can_be_named(&self) -> bool {
        self.named < GAPS_MAX
    }

    /// What a message names, by name.
    pub fn args(&self) -> BTreeMap<String, String> {
        let OffsetGap { from, to, .. } = self.gap;
        let number = ("partition".to_owned(), self.partition.to_string());
        let offsets = [("from", from), ("to", to), ("low", self.low), ("high", self.high)];
        let offsets = offsets.map(|(name, offset)| (name.to_owned(), offset.to_string()));
        let file = self.file.iter().flat_map(|file| {
            let between = file.between.iter().map(|path| ("between", path.display().to_string()));
            let path = file.path.display().to_string();
            between.chain([("path", path), ("byte", file.at.to_string())])
        });
        let file = file.map(|(name, value)| (name.to_owned(), value));
        std::iter::once(number).chain(offsets).chain(file).collect()
    }
}

/// What happened, complete by itself, with the ways out.
impl fmt::Display for LogGap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { partition, low, high, .. } = *self;
        let OffsetGap { kind, from, to } = self.gap;
        match kind {
            GapKind::LogStartMoved => write!(
                f,
                "partition {partition} goes on at offset {from}, but its log begins at {to}: the \
                 records in between were deleted before they were read"
            ),
            GapKind::LogEndMoved => write!(
                f,
                "partition {partition} goes on at offset {to}, but its log ends at {from}: records \
                 that were read are no longer there"
            ),
            GapKind::TopicRecreated => write!(
                f,
                "partition {partition} goes on at offset {from}, but the record before it is not \
                 the one that was read: the topic was made anew"
            ),
            GapKind::FileReplaced | GapKind::FileRewritten => self.write_file(f),
        }?;
        if self.file.is_none() {
            write!(f, " (its log holds {low} to {high})")?;
        }
        write!(f, "; hint: ")?;
        if self.can_be_named() {
            let table = if self.file.is_some() { "file" } else { "kafka" };
            let go_on = format!("`on_gap = \"continue\"` in [source.{table}] names the gap in the");
            let place = if self.file.is_some() { "the file from its start" } else { "on" };
            write!(f, "{go_on} state and reads {place}, ")?;
        } else {
            write!(f, "the state names {GAPS_MAX} gaps already, ")?;
        }
        write!(f, "`streamgauge state rebuild --accept-loss` counts anew what is there")
    }
}

impl LogGap {
    fn write_file(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(FileGap { path, at, between }) = self.file.as_deref() else { return Ok(()) };
        let (path, from) = (path.display(), self.gap.from);
        match (self.gap.kind, between) {
            (GapKind::FileRewritten, _) => write!(
                f,
                "file `{path}` was written anew: before byte {at}, where record {from} was to come, \
                 it does not hold what was read there"
            ),
            (_, Some(between)) => write!(
                f,
                "file `{path}` is not the one after that which was read up to record {from}: `{}` \
                 came between them and was not read",
                between.display()
            ),
            _ => write!(
                f,
                "file `{path}` is another one than was read up to record {from}, which is not in its \
                 folder any more with what may have been added"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(kind: GapKind, from: i64, to: i64, named: usize) -> String {
        let gap = OffsetGap { kind, from, to };
        LogGap { partition: 3, gap, low: 20, high: 90, named, file: None }.to_string()
    }

    #[test]
    fn a_gap_says_what_is_lost_and_both_ways_out() {
        let ways = " (its log holds 20 to 90); hint: `on_gap = \"continue\"` in [source.kafka] names \
                    the gap in the state and reads on, `streamgauge state rebuild --accept-loss` counts anew what is there";
        let deleted = "partition 3 goes on at offset 10, but its log begins at 20: the records in \
                       between were deleted before they were read";
        assert_eq!(shown(GapKind::LogStartMoved, 10, 20, 0), format!("{deleted}{ways}"));
        // Here the state is ahead: `from` is where the log ends.
        let lost = "partition 3 goes on at offset 95, but its log ends at 90: records that were \
                    read are no longer there";
        assert_eq!(shown(GapKind::LogEndMoved, 90, 95, 0), format!("{lost}{ways}"));
        let anew = "partition 3 goes on at offset 50, but the record before it is not the one that \
                    was read: the topic was made anew";
        assert_eq!(shown(GapKind::TopicRecreated, 50, 20, 0), format!("{anew}{ways}"));
    }

    #[test]
    fn a_gap_of_a_file_names_the_file() {
        let shown = |kind, between: Option<&str>| {
            let between = between.map(PathBuf::from);
            let file = FileGap { path: "logs/events.jsonl".into(), at: 900, between };
            let gap = OffsetGap { kind, from: 9, to: 9 };
            let file = Some(Box::new(file));
            let gap = LogGap { partition: 0, gap, low: 9, high: 9, named: 0, file };
            let text = gap.to_string();
            assert!(gap.args().contains_key("path"), "{:?}", gap.args());
            let ways = "; hint: `on_gap = \"continue\"` in [source.file] names the gap in the state \
                        and reads the file from its start, `streamgauge state rebuild --accept-loss` counts anew what is there";
            text.strip_suffix(ways).map(str::to_owned).unwrap_or(text)
        };
        assert_eq!(
            shown(GapKind::FileRewritten, None),
            "file `logs/events.jsonl` was written anew: before byte 900, where record 9 was to come, \
             it does not hold what was read there"
        );
        assert_eq!(
            shown(GapKind::FileReplaced, None),
            "file `logs/events.jsonl` is another one than was read up to record 9, which is not in \
             its folder any more with what may have been added"
        );
        assert_eq!(
            shown(GapKind::FileReplaced, Some("logs/events.jsonl.1")),
            "file `logs/events.jsonl` is not the one after that which was read up to record 9: \
             `logs/events.jsonl.1` came between them and was not read"
        );
    }

    #[test]
    fn a_state_that_is_full_of_gaps_leaves_one_way_out() {
        let last = shown(GapKind::LogStartMoved, 10, 20, GAPS_MAX - 1);
        assert!(last.contains("on_gap"), "{last}");
        let full = shown(GapKind::LogStartMoved, 10, 20, GAPS_MAX);
        let hint = "hint: the state names 64 gaps already, `streamgauge state rebuild --accept-loss` counts anew what is there";
        assert!(full.ends_with(hint) && !full.contains("on_gap"), "{full}");
    }
}

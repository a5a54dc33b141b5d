//! The mark of a state at the offsets that a pipeline tells its group. Two pipelines that tell
//! offsets to one group would make its lag a lie for both, and neither would notice.

/// What a mark begins with.
const WORD: &str = "streamgauge";

/// The mark of one state. It belongs to the state and not to the computer, so that state which
/// moves elsewhere finds its own offsets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    identity: String,
    pipeline: String,
}

/// An offset of the group.
pub(crate) struct Told<'a> {
    pub(crate) partition: u32,
    pub(crate) offset: i64,
    /// The mark at the offset; empty where whoever told it left none.
    pub(crate) metadata: &'a str,
}

impl Mark {
    /// The mark of the state `identity` of the pipeline with that name.
    pub fn new(identity: &str, pipeline: &str) -> Self {
        Self { identity: identity.to_owned(), pipeline: pipeline.to_owned() }
    }

    /// The mark as it stands at an offset.
    pub(crate) fn text(&self) -> String {
        format!("{WORD} {} {}", self.identity, self.pipeline)
    }

    /// Whose an offset of the group is, in words, if it is not of this state. Without a mark it is
    /// of this state where it is one of `own`: versions before this one left none.
    pub(crate) fn foreign(&self, told: &Told<'_>, own: &[(u32, i64)]) -> Option<String> {
        let Told { partition, offset, metadata } = *told;
        let at = format!("has offset {offset} of partition {partition}");
        let mut words = metadata.splitn(3, ' ');
        if let (Some(WORD), Some(identity)) = (words.next(), words.next()) {
            let pipeline = words.next().unwrap_or_default();
            let state = identity.get(..8).unwrap_or(identity);
            return (identity != self.identity)
                .then(|| format!("{at} from pipeline `{pipeline}` with state {state}"));
        }
        let is_own = metadata.is_empty() && own.contains(&(partition, offset));
        (!is_own).then(|| format!("{at} from somebody else"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_is_told_by_its_mark_or_by_its_value() {
        let mark = Mark::new("0123456789abcdef", "shop of Li");
        let foreign = |offset, metadata: &str| {
            let told = Told { partition: 3, offset, metadata };
            mark.foreign(&told, &[(3, 100), (4, 7)])
        };
        assert_eq!(foreign(5, &mark.text()), None);
        assert_eq!(foreign(5, &Mark::new("0123456789abcdef", "renamed").text()), None);
        assert_eq!(foreign(100, ""), None);
        let words = foreign(5, &Mark::new("fedcba9876543210", "other shop").text());
        let expected = "has offset 5 of partition 3 from pipeline `other shop` with state fedcba98";
        assert_eq!(words.as_deref(), Some(expected));
        for metadata in ["", "another program"] {
            assert!(foreign(7, metadata).is_some_and(|words| words.contains("somebody else")));
        }
    }
}

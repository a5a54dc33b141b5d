//! What comes about beside a state and belongs to it: published under the same lock, written
//! before the checkpoint that covers both.

use std::sync::Arc;

use streamgauge_core::FinalPane;

use crate::{LateRecords, Letters};

/// Dead letters, late records and final panes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attachments {
    /// Rows left out and records rejected.
    pub letters: Letters,
    /// Late records, where they are written out.
    pub late: LateRecords,
    /// Panes that became final.
    pub final_panes: Vec<Arc<FinalPane>>,
}

impl Attachments {
    /// Moves all of `other` behind what is here.
    pub fn append(&mut self, mut other: Self) {
        self.letters.append(other.letters);
        self.late.append(other.late);
        self.final_panes.append(&mut other.final_panes);
    }

    /// How much memory it takes, in bytes.
    pub fn size_bytes(&self) -> usize {
        let panes = self.final_panes.iter().map(|pane| pane_bytes(pane)).sum::<usize>();
        self.letters.heap_bytes() + self.late.heap_bytes() + panes
    }
}

fn pane_bytes(pane: &FinalPane) -> usize {
    let states = [&pane.on_time, &pane.late].into_iter().flatten();
    size_of::<FinalPane>() + pane.metric.len() + states.map(|state| state.len()).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use streamgauge_core::{EventTime, TimeWindow, WindowSpec};

    use super::*;

    fn pane(metric: &str, on_time: Option<usize>, late: Option<usize>) -> Arc<FinalPane> {
        let state = |bytes: usize| -> Arc<[u8]> { vec![0; bytes].into() };
        Arc::new(FinalPane {
            metric: metric.to_owned(),
            build: 0,
            spec: WindowSpec::Tumbling { size: 1000 },
            partition: 0,
            state_version: 1,
            window: TimeWindow { start: EventTime(0), end: EventTime(1000) },
            corrections: 0,
            on_time: on_time.map(state),
            late: late.map(state),
        })
    }

    fn of(panes: &[Arc<FinalPane>]) -> Attachments {
        Attachments { final_panes: panes.to_vec(), ..Attachments::default() }
    }

    #[test]
    fn the_states_of_a_final_pane_count_as_memory() {
        let size = |metric, on_time, late| of(&[pane(metric, on_time, late)]).size_bytes();
        let bare = size("", None, None);
        assert!(bare > 0);
        assert_eq!(size("age", Some(1000), None) - bare, 1003);
        assert_eq!(size("", Some(1000), Some(500)) - bare, 1500);
        assert_eq!(Attachments::default().size_bytes(), 0);
    }

    #[test]
    fn what_is_appended_comes_behind_and_is_as_large_as_its_parts() {
        let (first, second) = (pane("age", Some(1), None), pane("gender", None, Some(2)));
        let mut all = of(std::slice::from_ref(&first));
        let sizes = all.size_bytes() + of(std::slice::from_ref(&second)).size_bytes();
        all.append(of(std::slice::from_ref(&second)));
        all.append(Attachments::default());
        assert_eq!((all.size_bytes(), all.final_panes), (sizes, vec![first, second]));
    }
}

//! A few panes of the last records: records that are out of order go to and fro between them.

use crate::time::EventTime;
use crate::window::TimeWindow;

/// How many panes are remembered.
const COUNT: usize = 4;

/// An interval that holds no time.
const NOWHERE: TimeWindow = TimeWindow { start: EventTime(0), end: EventTime(0) };

/// The panes, of which a new one takes the place of the oldest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RecentPanes {
    panes: [TimeWindow; COUNT],
    oldest: usize,
}

impl Default for RecentPanes {
    fn default() -> Self {
        Self { panes: [NOWHERE; COUNT], oldest: 0 }
    }
}

impl RecentPanes {
    /// The pane that holds `time`, if it is remembered.
    pub(crate) fn find(&self, time: EventTime) -> Option<TimeWindow> {
        self.panes.iter().find(|pane| pane.contains(time)).copied()
    }

    pub(crate) fn remember(&mut self, pane: TimeWindow) {
        self.panes[self.oldest] = pane;
        self.oldest = (self.oldest + 1) % COUNT;
    }

    pub(crate) fn forget(&mut self, pane: TimeWindow) {
        for known in self.panes.iter_mut().filter(|known| **known == pane) {
            *known = NOWHERE;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_panes_are_found_until_others_come_or_they_are_forgotten() {
        let pane = |start| TimeWindow { start: EventTime(start), end: EventTime(start + 10) };
        let mut recent = RecentPanes::default();
        assert_eq!(recent.find(EventTime(0)), None);
        for start in [10, 20, 30, 40] {
            recent.remember(pane(start));
        }
        assert_eq!(recent.find(EventTime(19)), Some(pane(10)));
        recent.remember(pane(50));
        assert_eq!(recent.find(EventTime(19)), None);
        recent.forget(pane(30));
        let found = [20, 30, 40, 50].map(|start| recent.find(EventTime(start)).is_some());
        assert_eq!(found, [true, false, true, true]);
    }
}

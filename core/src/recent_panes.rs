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
    /// The one that was found or remembered last.
    last: usize,
}

impl Default for RecentPanes {
    fn default() -> Self {
        Self { panes: [NOWHERE; COUNT], oldest: 0, last: 0 }
    }
}

impl RecentPanes {
    /// The pane that was found last, if it holds `time`.
    #[inline]
    pub(crate) fn last(&self, time: EventTime) -> Option<TimeWindow> {
        self.panes[self.last].contains(time).then_some(self.panes[self.last])
    }

    /// The pane that holds `time`, if it is remembered.
    pub(crate) fn find(&mut self, time: EventTime) -> Option<TimeWindow> {
        self.last = self.panes.iter().position(|pane| pane.contains(time))?;
        Some(self.panes[self.last])
    }

    pub(crate) fn remember(&mut self, pane: TimeWindow) {
        self.panes[self.oldest] = pane;
        self.last = self.oldest;
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
        assert_eq!(recent.last(EventTime(19)), None);
        assert_eq!(recent.find(EventTime(19)), Some(pane(10)));
        assert_eq!(recent.last(EventTime(10)), Some(pane(10)));
        recent.remember(pane(50));
        assert_eq!(recent.find(EventTime(19)), None);
        recent.forget(pane(30));
        let found = [20, 30, 40, 50].map(|start| recent.find(EventTime(start)).is_some());
        assert_eq!(found, [true, false, true, true]);
    }
}

//! A metric as the pages show it all the time: a frame for each of the metric's panels.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use streamgauge_core::{MetricAccounting, WindowBooks, WindowSpec};
use streamgauge_plugin::Plugin;
use streamgauge_wire::{Frame, MissingStatus, Panel};

use super::WindowId;
use super::published::Published;
use super::reader::MetricReader;
use super::trouble::Trouble;
use super::window_result::WindowResult;

/// A metric in the view, with the frames of its panels.
pub struct LiveMetric {
    reader: Arc<MetricReader>,
    /// The last result that could be read.
    shown: WindowResult,
    accounting: MetricAccounting,
    windows: Vec<(WindowSpec, WindowBooks)>,
    missing: Vec<MissingStatus>,
    /// The reason why the workers stopped the metric, or why the metric's result could not be read.
    trouble: Option<Trouble>,
    /// Why the shown result could not be read.
    unreadable: Option<Trouble>,
    pace: Pace,
    /// Whether the last update made a result.
    is_made: bool,
    frames: BTreeMap<String, Arc<Frame>>,
}

impl LiveMetric {
    /// A metric of which nothing is known yet.
    pub fn new(reader: &Arc<MetricReader>) -> Self {
        let spec = reader.plugin().settings().windows[0];
        let id = WindowId { spec, window: None };
        let mut metric = Self {
            reader: Arc::clone(reader),
            shown: WindowResult { id, state: None, result: Arc::default() },
            accounting: MetricAccounting::default(),
            windows: Vec::new(),
            missing: Vec::new(),
            trouble: None,
            unreadable: None,
            pace: Pace::default(),
            is_made: false,
            frames: BTreeMap::new(),
        };
        metric.draw();
        metric
    }

    /// The metric's id in the pipeline.
    pub fn id(&self) -> &str {
        self.reader.id()
    }

    /// The plugin that computes the metric.
    pub fn plugin(&self) -> &Plugin {
        self.reader.plugin()
    }

    /// The metric's panels, in the order of the plugin's views.
    pub fn panels(&self) -> &[Panel] {
        self.reader.panels()
    }

    /// The merged counts, as of the last update.
    pub fn accounting(&self) -> MetricAccounting {
        self.accounting
    }

    /// The rows left out of windows, by kind of windows, as of the last update.
    pub fn window_books(&self) -> &[(WindowSpec, WindowBooks)] {
        &self.windows
    }

    /// The offsets that its partitions count and the metric does not, as of the last update.
    pub fn missing(&self) -> &[MissingStatus] {
        &self.missing
    }

    /// The reason why the result is not that of all records, if it is not.
    pub fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_ref()
    }

    /// A frame per panel; the same `Arc` until the frame changes.
    pub fn frames(&self) -> &BTreeMap<String, Arc<Frame>> {
        &self.frames
    }

    /// Merges the published state of this metric, if the state changed: the cumulative window, or
    /// the present window of the metric's first kind. Where that is dear the result before stays for
    /// a while; all else is as of now.
    pub fn update(&mut self, published: &Published) {
        self.accounting = published.accounting(self.id());
        self.windows = published.window_books(self.id());
        let missing = published.missing(self.id());
        let spec = self.plugin().settings().windows[0];
        let of_workers = published.trouble(self.id());
        let (shown, trouble) = if self.pace.is_due(published.now) {
            let (shown, trouble) = self.reader.current(published, spec);
            self.is_made = !Arc::ptr_eq(&shown.result, &self.shown.result);
            self.unreadable = trouble.clone().filter(|_| of_workers.is_none());
            (shown, trouble)
        } else {
            self.is_made = false;
            self.reader.follow(published, spec);
            (self.shown.clone(), of_workers.or_else(|| self.unreadable.clone()))
        };
        let is_same = (shown.id, shown.state) == (self.shown.id, self.shown.state)
            && Arc::ptr_eq(&shown.result, &self.shown.result);
        if is_same && self.trouble == trouble && self.missing == missing {
            return;
        }
        (self.shown, self.trouble, self.missing) = (shown, trouble, missing);
        self.draw();
    }

    /// The last update, at `now`, took so long; what it made costs that again.
    pub fn took(&mut self, now: i64, elapsed: Duration) {
        if self.is_made {
            self.pace.note(now, elapsed);
        }
    }

    fn draw(&mut self) {
        for panel in self.reader.panels() {
            let former = self.frames.get(&panel.id);
            let mut frame = self.reader.frame(panel, &self.shown, self.trouble.as_ref());
            frame.missing = offsets(&self.missing);
            frame.every = self.pace.every();
            frame.rev = former.map_or(1, |former| former.rev);
            if former.is_some_and(|former| **former == frame) {
                continue;
            }
            frame.rev += u64::from(former.is_some());
            self.frames.insert(panel.id.clone(), Arc::new(frame));
        }
    }
}

/// How often a result is made: a metric may take a twentieth of a core for that.
#[derive(Clone, Copy, Debug, Default)]
struct Pace {
    /// When the next one is due, in milliseconds since the Unix epoch.
    due: i64,
    /// How long after the last one that is.
    pause: Duration,
}

impl Pace {
    /// Of the time, one part in so many.
    const PART: u32 = 20;

    /// The longest pause, whatever a result costs.
    const PAUSE_MAX: Duration = Duration::from_secs(30);

    /// A pause that is worth telling.
    const TOLD_FROM: Duration = Duration::from_secs(2);

    fn is_due(&self, now: i64) -> bool {
        // A clock that was set back makes nobody wait.
        now >= self.due || self.due - now > self.pause.as_millis() as i64
    }

    /// A result was made at `now`, and took `spent`.
    fn note(&mut self, now: i64, spent: Duration) {
        self.pause = (spent * Self::PART).min(Self::PAUSE_MAX);
        self.due = now + self.pause.as_millis() as i64;
    }

    fn every(&self) -> Option<u32> {
        (self.pause >= Self::TOLD_FROM).then(|| self.pause.as_secs_f64().round() as u32)
    }
}

/// How many offsets there are in all of `missing`.
pub fn offsets(missing: &[MissingStatus]) -> u64 {
    missing.iter().map(|m| u64::try_from(m.to - m.from).unwrap_or(0)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dear_result_is_made_less_often_and_a_cheap_one_each_time() {
        let millis = Duration::from_millis;
        let mut pace = Pace::default();
        assert!(pace.is_due(1_000));
        pace.note(1_000, millis(2));
        assert!((pace.is_due(1_040), pace.is_due(1_039)) == (true, false));
        assert_eq!(pace.every(), None, "nobody sees that");
        pace.note(2_000, millis(200));
        assert!((pace.is_due(5_999), pace.is_due(6_000)) == (false, true));
        assert_eq!(pace.every(), Some(4));
        pace.note(8_000, Duration::from_secs(9));
        assert_eq!((pace.is_due(37_999), pace.is_due(38_000)), (false, true));
        assert!(pace.is_due(1_000), "the clock was set back");
    }
}

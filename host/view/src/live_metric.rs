//! A metric as the pages show it all the time: a frame for each of the metric's panels.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use streamgauge_core::{MetricAccounting, WindowBooks, WindowSpec};
use streamgauge_plugin::Plugin;
use streamgauge_wire::{Frame, MissingStatus, Panel};

use super::WindowId;
use super::pace::Pace;
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
    /// The sum of the next offsets that the shown result counts up to.
    counted_to: Option<i64>,
    /// What the workers say of the metric.
    of_workers: Option<Trouble>,
    /// Why the shown result could not be read.
    unreadable: Option<Trouble>,
    /// What the frames tell.
    trouble: Option<Trouble>,
    pace: Pace,
    /// Whether there was a result of states.
    is_read: bool,
    frames: BTreeMap<String, Arc<Frame>>,
}

/// A reading of a metric's states that is due: the part of an update that takes long where the
/// states are large. It may be done in another thread.
pub struct Reading {
    reader: Arc<MetricReader>,
    former: WindowResult,
    /// What the frames of it tell.
    trouble: Option<Trouble>,
    /// Whether a result is to be made, or states are only followed.
    makes: bool,
}

/// What came of a [`Reading`].
pub struct Read {
    /// `None` where no result was to be made.
    result: Option<ReadResult>,
}

struct ReadResult {
    shown: WindowResult,
    /// The sum of the next offsets that it counts up to; `None` where it is an older one.
    counted_to: Option<i64>,
    unreadable: Option<Trouble>,
    /// What the frames tell.
    trouble: Option<Trouble>,
    /// A frame for each panel; `None` where those before still hold.
    frames: Option<Vec<Frame>>,
    /// Whether it is not the one before.
    is_new: bool,
}

impl Reading {
    /// Reads the states that were `published`.
    pub fn read(&self, published: &Published) -> Read {
        let spec = self.former.id.spec;
        if !self.makes {
            self.reader.follow(published, spec);
            return Read { result: None };
        }
        let (shown, trouble) = self.reader.current(published, spec);
        let of_workers = published.trouble(self.reader.id());
        let unreadable = trouble.clone().filter(|_| of_workers.is_none());
        let is_new = !Arc::ptr_eq(&shown.result, &self.former.result);
        let told =
            |of: &WindowResult, trouble: &Option<Trouble>| (of.id, of.state, trouble.clone());
        let holds = !is_new && told(&shown, &trouble) == told(&self.former, &self.trouble);
        let frames = (!holds).then(|| drawn(&self.reader, &shown, trouble.as_ref()));
        let counted_to = published.counted_to(self.reader.id()).filter(|_| unreadable.is_none());
        let result = ReadResult { shown, counted_to, unreadable, trouble, frames, is_new };
        Read { result: Some(result) }
    }

    /// The reader of the metric.
    pub fn reader(&self) -> &Arc<MetricReader> {
        &self.reader
    }
}

impl LiveMetric {
    /// A metric of which nothing is known yet.
    pub fn new(reader: &Arc<MetricReader>) -> Self {
        let spec = reader.plugin().settings().first_window();
        let id = WindowId { spec, window: None };
        let mut metric = Self {
            reader: Arc::clone(reader),
            shown: WindowResult { id, state: None, result: Arc::default() },
            accounting: MetricAccounting::default(),
            windows: Vec::new(),
            missing: Vec::new(),
            counted_to: None,
            of_workers: None,
            unreadable: None,
            trouble: None,
            pace: Pace::default(),
            is_read: false,
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

    /// Takes in what is at hand of the published states: all but the result.
    pub fn look(&mut self, published: &Published) {
        self.accounting = published.accounting(self.id());
        self.windows = published.window_books(self.id());
        self.of_workers = published.trouble(self.id());
        let missing = published.missing(self.id());
        let trouble = self.told();
        if (&self.trouble, &self.missing) != (&trouble, &missing) {
            (self.trouble, self.missing) = (trouble, missing);
            self.draw();
        }
    }

    /// What is to be read now: the cumulative window, or the present window of the metric's first
    /// kind. Where its result is dear, the one before stays for a while.
    pub fn reading(&self, now: i64) -> Reading {
        let (reader, former) = (Arc::clone(&self.reader), self.shown.clone());
        let trouble = self.trouble.clone();
        Reading { reader, former, trouble, makes: self.pace.is_due(now) }
    }

    /// Takes in what was read at `now`, and how long that took.
    pub fn take(&mut self, read: Read, now: i64, took: Duration) {
        let Some(result) = read.result else { return };
        let ReadResult { shown, counted_to, unreadable, trouble, frames, is_new } = result;
        if is_new {
            self.pace.note(now, took);
            self.is_read = true;
        }
        let state = |of: &WindowResult| (of.id, of.state);
        let is_same = !is_new && state(&shown) == state(&self.shown);
        let has_moved = counted_to.is_some() && counted_to != self.counted_to;
        self.counted_to = counted_to.or(self.counted_to);
        if is_same && self.unreadable == unreadable {
            if has_moved {
                self.mark();
            }
            return;
        }
        (self.shown, self.unreadable) = (shown, unreadable);
        self.trouble = self.told();
        match frames {
            Some(frames) if self.trouble == trouble => self.put(frames),
            _ => self.draw(),
        }
    }

    /// Reads and takes in at once, whatever that costs.
    pub fn update(&mut self, published: &Published) {
        self.look(published);
        let read = Reading { makes: true, ..self.reading(published.now) }.read(published);
        self.take(read, published.now, Duration::ZERO);
    }

    /// Whether a result has been read so far.
    pub fn is_read(&self) -> bool {
        self.is_read
    }

    /// The reader of the metric.
    pub fn reader(&self) -> &Arc<MetricReader> {
        &self.reader
    }

    fn told(&self) -> Option<Trouble> {
        self.of_workers.clone().or_else(|| self.unreadable.clone())
    }

    fn draw(&mut self) {
        self.put(drawn(&self.reader, &self.shown, self.trouble.as_ref()));
    }

    /// The same frames, of the places that the result is of now.
    fn mark(&mut self) {
        let panels = self.reader.panels().iter();
        let frames = panels.filter_map(|panel| self.frames.get(&panel.id));
        self.put(frames.map(|frame| Frame::clone(frame)).collect());
    }

    /// Puts new frames in the place of those that differ.
    fn put(&mut self, frames: Vec<Frame>) {
        for (panel, mut frame) in self.reader.panels().iter().zip(frames) {
            let former = self.frames.get(&panel.id);
            frame.missing = offsets(&self.missing);
            frame.every = self.pace.every();
            frame.of = self.counted_to;
            frame.rev = former.map_or(1, |former| former.rev);
            if former.is_some_and(|former| **former == frame) {
                continue;
            }
            frame.rev += u64::from(former.is_some());
            self.frames.insert(panel.id.clone(), Arc::new(frame));
        }
    }
}

/// A frame for each panel.
fn drawn(reader: &MetricReader, shown: &WindowResult, trouble: Option<&Trouble>) -> Vec<Frame> {
    reader.panels().iter().map(|panel| reader.frame(panel, shown, trouble)).collect()
}

/// How many offsets there are in all of `missing`.
pub fn offsets(missing: &[MissingStatus]) -> u64 {
    missing.iter().map(|m| u64::try_from(m.to - m.from).unwrap_or(0)).sum()
}

//! From the live state to the texts that all clients share.
//!
//! Each frame is serialised once for each of its revisions, the status and the panels once for each
//! value, by the client that asks first. Only the texts of the last state are kept, so the memory
//! is that of one snapshot.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use serde::Serialize;
use serde_json::value::RawValue;

use streamgauge_wire::{Clock, Frame, LiveState};

/// Text of one part of a message.
pub(super) type Part = Arc<RawValue>;

/// A value as shareable text.
fn part(value: &impl Serialize) -> Part {
    serde_json::value::to_raw_value(value).expect("the types of the wire serialise").into()
}

/// The texts of the newest state seen.
#[derive(Default)]
pub(super) struct Renderer {
    last: Mutex<Option<Arc<Rendered>>>,
}

/// One state with its texts.
pub(super) struct Rendered {
    pub(super) live: Arc<LiveState>,
    /// Raised whenever the panels change.
    pub(super) schema_rev: u64,
    pub(super) panels: Part,
    /// The figures above the panels; they change with the panels.
    pub(super) headlines: Part,
    /// The places of tiles that panels name; they change with the panels.
    pub(super) layouts: Part,
    /// What the figures are worth; the same `Arc` until one of them changes.
    pub(super) headline_values: Part,
    pub(super) frames: BTreeMap<String, RenderedFrame>,
    pub(super) status: Part,
}

/// One revision of a frame.
#[derive(Clone)]
pub(super) struct RenderedFrame {
    pub(super) rev: u64,
    pub(super) text: Part,
}

impl Renderer {
    /// The texts of `live`.
    pub(super) fn render(&self, live: Arc<LiveState>) -> Arc<Rendered> {
        // The value is replaced as a whole, so the value is good even after a panic.
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            // A slow client may come with an older state between reading the state and asking for
            // its texts: the client gets the newer texts.
            Some(known) if known.live.seq >= live.seq => Arc::clone(known),
            known => {
                let rendered = Arc::new(Rendered::new(live, known.as_deref()));
                *last = Some(Arc::clone(&rendered));
                rendered
            }
        }
    }
}

impl Rendered {
    fn new(live: Arc<LiveState>, last: Option<&Self>) -> Self {
        let same = last.filter(|last| Arc::ptr_eq(&last.live.panels, &live.panels));
        let schema_rev = match (same, last) {
            (Some(same), _) => same.schema_rev,
            (None, last) => last.map_or(1, |last| last.schema_rev + 1),
        };
        let panels = same.map_or_else(|| part(&*live.panels), |same| Arc::clone(&same.panels));
        let headlines =
            same.map_or_else(|| part(&*live.headlines), |same| Arc::clone(&same.headlines));
        let layouts = same.map_or_else(|| part(&*live.layouts), |same| Arc::clone(&same.layouts));
        let same_values =
            last.filter(|last| Arc::ptr_eq(&last.live.headline_values, &live.headline_values));
        let headline_values = match same_values {
            Some(last) => Arc::clone(&last.headline_values),
            None => part(&*live.headline_values),
        };
        let status = match last.filter(|last| Arc::ptr_eq(&last.live.status, &live.status)) {
            Some(last) => Arc::clone(&last.status),
            None => part(&*live.status),
        };
        let frames = live.frames.iter().map(|(id, frame)| {
            // Other panels may have other readers, whose revisions begin anew.
            let known = same.and_then(|same| same.frames.get(id));
            (id.clone(), RenderedFrame::new(frame, known))
        });
        let frames = frames.collect();
        Self { live, schema_rev, panels, headlines, layouts, headline_values, frames, status }
    }
}

impl RenderedFrame {
    fn new(frame: &Frame, known: Option<&Self>) -> Self {
        match known {
            Some(known) if known.rev == frame.rev => known.clone(),
            _ => Self { rev: frame.rev, text: part(frame) },
        }
    }
}

/// The clocks of a state, with the wall clock of now: a state may be old.
pub(super) fn clock(live: &LiveState) -> Clock {
    Clock { now: wall_clock_ms(), ..live.clock }
}

/// Now, in milliseconds since the Unix epoch.
pub(super) fn wall_clock_ms() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::fixture::{frame, live, next};

    #[test]
    fn a_revision_is_serialised_once() {
        let renderer = Renderer::default();
        let first = renderer.render(Arc::new(live()));
        let second = next(&live(), |live| {
            live.panels = Arc::clone(&first.live.panels);
            live.status = Arc::clone(&first.live.status);
            live.headline_values = Arc::new(Vec::new());
            live.frames.insert("age".to_owned(), frame(2, 10));
        });
        let second = renderer.render(Arc::new(second));
        let same = |id: &str| Arc::ptr_eq(&first.frames[id].text, &second.frames[id].text);
        assert!(same("behavior") && !same("age"));
        assert!(Arc::ptr_eq(&first.status, &second.status));
        assert!(Arc::ptr_eq(&first.panels, &second.panels));
        assert!(Arc::ptr_eq(&first.headlines, &second.headlines));
        assert!(Arc::ptr_eq(&first.layouts, &second.layouts));
        assert!(!Arc::ptr_eq(&first.headline_values, &second.headline_values));
        assert_eq!((first.schema_rev, second.schema_rev), (1, 1));
    }

    #[test]
    fn an_older_state_does_not_come_back() {
        let renderer = Renderer::default();
        let old = Arc::new(live());
        let newer = renderer.render(Arc::new(next(&old, |_| {})));
        assert!(Arc::ptr_eq(&newer, &renderer.render(old)));
    }
}

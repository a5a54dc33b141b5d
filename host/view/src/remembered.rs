//! The results of one metric that were merged before, and how far: a window whose last pane alone
//! changed is merged on from the panes before it, so a present window costs one pane and not all.
//! The order of merges is the same either way, and so is every bit.
//!
//! Invariant: what is remembered is bounded in bytes; what was not used for longest goes first.

use std::collections::BTreeMap;
use std::sync::Arc;

use streamgauge_outbox::HistoryStore;

use super::merge::{Failed, Merger, Prefix};
use super::piece::{Piece, same_pieces};
use super::retry::Retry;
use super::rows_max::Rows;
use super::trouble::{LastGood, ReadAt};
use super::window_result::{Unreadable, WindowResult};
use super::windows::Window;
use super::{MetricResult, WindowId};

/// The most bytes of one metric that are remembered, the window that was asked for last aside.
const BYTES_MAX: usize = 8 << 20;

/// A plugin instance, with the results that it has merged.
pub(super) struct Remembered {
    merger: Merger,
    known: BTreeMap<(WindowId, Rows), Known>,
    bytes: usize,
    /// Raised with each question.
    now: u64,
}

/// What is known of a window.
struct Known {
    pieces: Vec<Piece>,
    merged: Result<LastGood, Unreadable>,
    /// When a failure of the plugin is tried again, with the same states or others.
    retry: Retry,
    prefix: Option<Prefix>,
    bytes: usize,
    used: u64,
}

impl Remembered {
    pub(super) fn new(merger: Merger) -> Self {
        Self { merger, known: BTreeMap::new(), bytes: 0, now: 0 }
    }

    /// The result of a window, merged only if its states changed.
    pub(super) fn result(
        &mut self,
        window: &Window,
        read: ReadAt,
        history: Option<&dyn HistoryStore>,
        rows: Rows,
    ) -> Result<WindowResult, Unreadable> {
        self.now += 1;
        let Window { id, state, pieces, is_present } = window;
        let (id, state) = (*id, *state);
        let stands = *is_present && self.merger.stands_on(id, pieces);
        let key = (id, if stands { rows } else { Rows::All });
        let known = self.known.get_mut(&key);
        let same = known.as_ref().map_or(0, |known| same_pieces(&known.pieces, pieces));
        if let Some(known) = known {
            known.used = self.now;
            let is_same = same == pieces.len().max(known.pieces.len());
            match &mut known.merged {
                Ok(good) if is_same => {
                    good.read = read;
                    return Ok(WindowResult { id, state, result: Arc::clone(&good.result) });
                }
                Err(unreadable) if known.retry.waits(read.time) => return Err(unreadable.clone()),
                _ => {}
            }
        }
        let former = self.forget(key);
        let (retry, now) = (former.as_ref().map(|known| known.retry), read.time);
        let prefix = former.as_ref().and_then(|known| known.prefix.as_ref());
        let prefix = prefix.filter(|prefix| prefix.pieces <= same).cloned();
        let merged = if stands {
            self.merger.merge_on(id, pieces, rows).map(|result| (result, None))
        } else {
            self.merger.merge(id.window, pieces, prefix, same, history)
        };
        let (merged, prefix) = match merged {
            Ok((result, prefix)) => (Ok(LastGood { result: Arc::new(result), read }), prefix),
            Err(failed) => {
                let last = former.and_then(|known| match known.merged {
                    Ok(good) => Some(good),
                    Err(unreadable) => unreadable.last,
                });
                (Err(Unreadable { failed, last }), None)
            }
        };
        let retry = match &merged {
            // It is the store that failed: the next question finds it well, or not.
            Ok(_) | Err(Unreadable { failed: Failed::History(_), .. }) => Retry::default(),
            Err(_) => retry.unwrap_or_default().failed(now),
        };
        let pieces = pieces.clone();
        let result = merged.as_ref().map(|good| Arc::clone(&good.result)).map_err(Clone::clone);
        self.remember(key, Known { pieces, merged, retry, prefix, bytes: 0, used: self.now });
        Ok(WindowResult { id, state, result: result? })
    }

    /// The rows of a window whose text in a column is the key, wherever they are. Nothing of it is
    /// remembered: to have them is dear where the result is large, and the caller knows how often
    /// that may be.
    pub(super) fn with_key(
        &mut self,
        window: &Window,
        history: Option<&dyn HistoryStore>,
        key: (usize, &str),
    ) -> Result<MetricResult, Failed> {
        let Window { id, pieces, is_present, .. } = window;
        let stands = *is_present && self.merger.stands_on(*id, pieces);
        self.merger.with_key((*id, pieces, stands), history, key)
    }

    /// Merges what is new in a window of which no result is asked for yet, where that will make the
    /// next one cheaper.
    pub(super) fn follow(&mut self, window: &Window) {
        self.merger.follow(window.id, &window.pieces);
    }

    fn forget(&mut self, key: (WindowId, Rows)) -> Option<Known> {
        let known = self.known.remove(&key)?;
        self.bytes -= known.bytes;
        Some(known)
    }

    fn remember(&mut self, key: (WindowId, Rows), mut known: Known) {
        known.bytes = known.size();
        self.bytes += known.bytes;
        self.known.insert(key, known);
        while self.bytes > BYTES_MAX && self.known.len() > 1 {
            let oldest = self.known.iter().min_by_key(|(_, known)| known.used);
            let oldest = *oldest.expect("there are two").0;
            self.forget(oldest);
        }
    }
}

impl Known {
    /// The memory that it takes, about.
    fn size(&self) -> usize {
        let good = self.merged.as_ref().map_or_else(|error| error.last.as_ref(), Some);
        let result = good.map_or(0, |good| size_of_result(&good.result));
        let prefix = self.prefix.as_ref().map_or(0, Prefix::bytes);
        size_of::<Self>() + self.pieces.len() * size_of::<Piece>() + result + prefix
    }
}

fn size_of_result(result: &MetricResult) -> usize {
    let tables = [&result.on_time, &result.late, &result.total];
    tables.iter().map(|table| table.bytes()).sum()
}

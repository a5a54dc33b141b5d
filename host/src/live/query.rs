//! Answers about the result, from what the workers published and from the stored history.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use streamgauge_core::{EventTime, FinalPane, Plan, WindowSpec};

use super::lateness::lateness;
use super::samples;
use crate::audit::{self, Audited, NotExplained};
use crate::board::Board;
use crate::pipeline::{Pipeline, parse_window};
use crate::prepare::Prepared;
use crate::result;
use crate::server::query::{HistoryAsk, Place, Query, Refused};
use crate::server::wire::{Frame, LatenessReport, LiveState, Samples};
use crate::state::{Checkpoint, Export};
use crate::view::{Published, Results, WindowResult, WindowState};

/// The most windows in one answer about history.
const HISTORY_MAX: usize = 10_000;

/// The most final panes of one kind in the result as a whole; older ones are history.
const SHOWN_FINAL_MAX: i64 = 1000;

/// The most windows that are shown as one.
const TOGETHER_MAX: usize = 1000;

/// The most records that are read again to explain one.
const EXPLAINED_RECORDS_MAX: i64 = 5_000_000;

/// The half-open interval of all of time.
const ALWAYS: (EventTime, EventTime) = (EventTime(i64::MIN), EventTime(i64::MAX));

/// Looks at a running pipeline.
pub struct LiveQuery {
    /// For looking at the log again, one question at a time.
    audited: Mutex<Prepared>,
    pipeline: Arc<Pipeline>,
    plan: Arc<Plan>,
    board: Arc<Board>,
    bounded: bool,
    /// Those that the state depends on.
    settings: BTreeMap<String, String>,
    results: Mutex<Results>,
}

impl LiveQuery {
    /// Answers about what is on `board`. `bounded`: the run will end by itself.
    pub fn new(prepared: &Prepared, board: &Arc<Board>, bounded: bool) -> Self {
        let Prepared { pipeline, plan, plugins, .. } = prepared;
        let results = Results::new(plugins, plan, pipeline.event_time.zone);
        Self {
            audited: Mutex::new(prepared.clone()),
            settings: prepared.state_settings(),
            pipeline: Arc::clone(pipeline),
            plan: Arc::clone(plan),
            board: Arc::clone(board),
            bounded,
            results: Mutex::new(results),
        }
    }

    /// What was published, with the stored final panes in `range`, which is asked about each kind
    /// of windows of each metric.
    fn published(
        &self,
        live: &LiveState,
        range: impl Fn(&str, WindowSpec) -> Option<(EventTime, EventTime)>,
    ) -> Result<Published, Refused> {
        let overview = self.board.overview();
        let idle = live.status.partitions.iter().filter(|p| p.state == "idle");
        let idle: BTreeSet<u32> = idle.map(|p| p.partition).collect();
        let idle = (!self.bounded).then_some(idle);
        let mut published = Published::new(&overview, idle, self.pipeline.history_keep);
        let stored = self.board.history(&self.pipeline.metrics, range);
        published.final_panes.extend(stored.map_err(|e| Refused::Failed(e.to_string()))?);
        Ok(published)
    }

    /// A checkpoint of nothing but its settings.
    fn settings(&self) -> Checkpoint {
        Checkpoint { settings: self.settings.clone(), ..Checkpoint::default() }
    }

    fn results(&self) -> std::sync::MutexGuard<'_, Results> {
        self.results.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn instant(text: &str, name: &str) -> Result<EventTime, Refused> {
        DateTime::parse_from_rfc3339(text).map(|t| EventTime(t.timestamp_millis())).map_err(|_| {
            Refused::Malformed(format!(
                "{name} `{text}` is not an RFC 3339 time; hint: 2015-11-11T00:00:00+08:00, with \
                 `+` written as %2B in an address"
            ))
        })
    }

    fn count(text: &str) -> Result<usize, Refused> {
        let count = text.parse().ok().filter(|count| (1..=TOGETHER_MAX).contains(count));
        count.ok_or_else(|| {
            Refused::Malformed(format!(
                "`{text}` is no number of windows; hint: 1d*7, at most {TOGETHER_MAX}"
            ))
        })
    }

    fn spec(text: &str) -> Result<WindowSpec, Refused> {
        parse_window(text).ok_or_else(|| {
            Refused::Malformed(format!("`{text}` is not a window; hint: cumulative, 1d or 10m/1m"))
        })
    }
}

impl Query for LiveQuery {
    fn lateness(&self) -> LatenessReport {
        lateness(&self.pipeline, &self.board.overview())
    }

    fn events(&self) -> Samples {
        samples::records(&self.board.recent_records(), self.pipeline.server.show_records)
    }

    fn dead_letters(&self) -> Samples {
        samples::letters(&self.board.recent_letters(), self.pipeline.server.show_records)
    }

    fn explain(&self, Place { partition, offset }: Place) -> Result<Value, Refused> {
        let overview = self.board.overview();
        let own = overview.partitions.iter().find(|snapshot| snapshot.partition == partition);
        let own =
            own.ok_or_else(|| Refused::Unknown(format!("no partition {partition} is read")))?;
        let (origin, next) = (own.state.origin, own.state.next_offset);
        if !(origin..next).contains(&offset) {
            let text = format!(
                "partition {partition} was read from offset {origin} to {next}, so nothing is \
                 known of {offset}"
            );
            return Err(Refused::Unknown(text));
        }
        let prepared = match self.audited.try_lock() {
            Ok(prepared) => prepared,
            // Nothing is ever changed in it.
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => {
                let text = "another record is being explained; hint: ask again in a moment";
                return Err(Refused::Busy(text.to_owned()));
            }
        };
        let failed = |error: &dyn std::fmt::Display| Refused::Failed(error.to_string());
        let audited = Audited::open(&prepared).map_err(|error| failed(&error))?;
        let low = audited.held(partition).map_or(origin, |(low, _)| origin.max(low));
        let before = offset.saturating_sub(low);
        if before > EXPLAINED_RECORDS_MAX {
            let text = format!(
                "{before} records before it would be read again, and here at most \
                 {EXPLAINED_RECORDS_MAX} are; hint: streamgauge explain {partition}@{offset}"
            );
            return Err(Refused::TooMuch(text));
        }
        let explained = audit::explain(&audited, partition, offset, Some(origin));
        let explained = explained.map_err(|error| match error {
            NotExplained::NoRecord { .. } | NotExplained::NoPartition(_) => {
                Refused::Unknown(error.to_string())
            }
            NotExplained::Source(_) | NotExplained::Oracle(_) => failed(&error),
        })?;
        let mut json = explained.to_json(&self.pipeline);
        if !self.pipeline.server.show_records {
            json["value"] = Value::Null;
            json["columns"] = json!({});
        }
        Ok(json)
    }

    fn snapshot(&self, live: &LiveState) -> Value {
        let newest = live.clock.event_time.unwrap_or(i64::MAX);
        let recent = |_: &str, spec: WindowSpec| {
            let span = spec.pane()?.saturating_mul(SHOWN_FINAL_MAX);
            Some((EventTime(newest).minus(span), ALWAYS.1))
        };
        let published = match self.published(live, recent) {
            Ok(published) => published,
            Err(refused) => return json!({ "error": refused.text() }),
        };
        let zone = self.pipeline.event_time.zone;
        result::document(&self.plan, zone, &published, &mut self.results(), &json!({}))
    }

    fn panel(&self, live: &LiveState, id: &str, window: Option<&str>) -> Result<Frame, Refused> {
        let mut results = self.results();
        let unknown = || Refused::Unknown(format!("there is no panel `{id}`"));
        let (panel, plugin) = results.panel(id).ok_or_else(unknown)?;
        let (panel, plugin) = (panel.clone(), plugin.clone());
        let first = || plugin.settings().windows[0].to_string();
        let window = window.map_or_else(first, str::to_owned);
        let (spec, start) = match window.split_once('@') {
            None => (window.as_str(), None),
            Some((spec, start)) => (spec, Some(Self::instant(start, "the start")?)),
        };
        let (spec, together) = match spec.split_once('*') {
            None => (Self::spec(spec)?, None),
            Some((spec, count)) => (Self::spec(spec)?, Some(Self::count(count)?)),
        };
        if !plugin.settings().windows.contains(&spec) {
            let kinds: Vec<_> = plugin.settings().windows.iter().map(ToString::to_string).collect();
            let kinds = kinds.join(", ");
            let text = format!("metric `{}` has no windows `{spec}`; hint: {kinds}", panel.metric);
            return Err(Refused::Unknown(text));
        }
        if together.is_some() && !matches!(spec, WindowSpec::Tumbling { .. }) {
            let text =
                format!("windows `{spec}` do not follow each other; hint: ask for one of them");
            return Err(Refused::Malformed(text));
        }
        // A sliding window may begin that much before its end.
        let around = start.or(live.clock.event_time.map(EventTime)).map_or(ALWAYS, |at| {
            let size = spec.to_millis().0;
            // Days may have an hour more than their name says.
            let reach = together.map_or(size, |count| size.saturating_mul(count as i64 + 2));
            (at.minus(reach), at.plus(size.saturating_mul(2)))
        });
        let published = self.published(live, |metric, kind| {
            (metric == panel.metric && kind == spec).then_some(around)
        })?;
        let found = match (start, together) {
            (None, None) => results.current(&panel.metric, &published, spec),
            (None, Some(count)) => results.last(&panel.metric, &published, spec, count),
            (Some(_), Some(_)) => {
                let text = "either the last windows or one of the past; hint: 1d*7 or 1d@START";
                return Err(Refused::Malformed(text.to_owned()));
            }
            (Some(start), None) => {
                let at = |w: &WindowResult| w.id.window.is_some_and(|w| w.start == start);
                let windows = results.windows(&panel.metric, &published, None, |id, _| {
                    id.spec == spec && id.window.is_some_and(|window| window.start == start)
                });
                windows.map(|windows| {
                    let found = windows?.into_iter().find(at);
                    found.ok_or_else(|| format!("no window `{window}` holds a row"))
                })
            }
        };
        match found.ok_or_else(unknown)? {
            Ok(found) => {
                let mut frame = results.frame(&panel, &plugin, &found);
                if let (Some(count), Some(window)) = (together, &mut frame.window) {
                    window["last"] = count.into();
                }
                Ok(frame)
            }
            Err(text) => Err(Refused::Unknown(text)),
        }
    }

    fn checkpoint(&self) -> Result<Vec<u8>, Refused> {
        // The history first: what becomes final meanwhile is in both then, and not in neither.
        let overview = self.board.overview();
        let metrics = &self.pipeline.metrics;
        let stored = self.board.history(metrics, |_, _| Some(ALWAYS));
        let mut final_panes = stored.map_err(|error| Refused::Failed(error.to_string()))?;
        final_panes.extend(overview.final_panes);
        let key = |pane: &Arc<FinalPane>| {
            (pane.metric.clone(), pane.spec, pane.window.start, pane.partition)
        };
        final_panes.sort_by_key(key);
        final_panes.dedup_by_key(|pane| key(pane));
        let (checkpoint, created) =
            (Checkpoint { partitions: overview.partitions, ..self.settings() }, Utc::now());
        let export = Export { created: created.timestamp_millis(), checkpoint, final_panes };
        Ok(export.encode())
    }

    fn history(&self, live: &LiveState, ask: &HistoryAsk) -> Result<Value, Refused> {
        let instant = |text: &Option<String>, name: &str, default: EventTime| {
            text.as_deref().map_or(Ok(default), |text| Self::instant(text, name))
        };
        let from = instant(&ask.from, "from", ALWAYS.0)?;
        let to = instant(&ask.to, "to", ALWAYS.1)?;
        let spec = ask.window.as_deref().map(Self::spec).transpose()?;
        let published = self.published(live, |metric, kind| {
            let size = kind.to_millis().0;
            let is_meant = metric == ask.metric && spec.is_none_or(|spec| spec == kind);
            is_meant.then(|| (from.minus(size), to.plus(size)))
        })?;
        let mut results = self.results();
        let with_open = ask.open == Some(true);
        let found = results.windows(&ask.metric, &published, ask.last, |id, state| {
            (with_open || state == Some(WindowState::Final))
                && spec.is_none_or(|spec| id.spec == spec)
                && id.window.is_some_and(|window| window.end > from && window.start < to)
        });
        let unknown = || Refused::Unknown(format!("there is no metric `{}`", ask.metric));
        let found = found.ok_or_else(unknown)?.map_err(Refused::Failed)?;
        let zone = self.pipeline.event_time.zone;
        let plugin = results.plugin(&ask.metric).ok_or_else(unknown)?;
        let shown = found.iter().take(HISTORY_MAX);
        let windows: Vec<Value> =
            shown.map(|w| result::window_json(plugin.descriptor(), w, zone)).collect();
        let truncated = found.len() > HISTORY_MAX;
        Ok(json!({ "metric": ask.metric, "windows": windows, "truncated": truncated }))
    }
}

//! A live state to test with.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::control::{Act, Asker, Control, NotDone};
use crate::query::{
    CompareQuestion, HistoryQuestion, PanelQuestion, Place, Progress, Query, Refused,
};
use streamgauge_wire::{
    Checkpoints, Clock, Compared, Difference, Done, Frame, Headline, HeadlineChange, HeadlineValue,
    Hello, LatenessReport, LiveState, Localized, Look, Measure, Panel, Samples, StoredCounts,
    StoredRows, WindowStatus,
};

// By its path, as the fuzz targets have this file too.
#[path = "fixture/status.rs"]
mod status;

pub(crate) use status::status;

/// Two panels, a running pipeline, ten points.
pub(crate) fn live() -> LiveState {
    LiveState {
        hello: Arc::new(hello()),
        seq: 1,
        panels: Arc::new(vec![panel("behavior"), panel("age")]),
        frames: BTreeMap::from([
            ("behavior".to_owned(), frame(1, 17_595)),
            ("age".to_owned(), frame(1, 9)),
        ]),
        headlines: Arc::new(vec![headline("behavior")]),
        headline_values: Arc::new(vec![headline_value("behavior", 17_595.0)]),
        layouts: Arc::default(),
        ticker: None,
        ticker_lines: Arc::default(),
        logo: None,
        clock: Clock { now: 5, event_time: Some(1_447_171_200_000), watermark: None },
        status: Arc::new(status()),
        series: Arc::new(BTreeMap::from([(
            "events_per_second",
            (0..10).map(|n| (1000 * n, n as f64 + 0.5)).collect(),
        )])),
        stored: Some(Arc::new(stored())),
    }
}

/// The introduction of a host.
fn hello() -> Hello {
    Hello {
        epoch: "e1".to_owned(),
        build: "b1".to_owned(),
        tz: "Asia/Shanghai".to_owned(),
        name: "淘宝".to_owned(),
        names: text("淘宝", "Taobao"),
        look: Look::default(),
        heartbeat_ms: 60_000,
        max_hz: 50.0,
        control: false,
    }
}

/// Acts that do nothing, with an answer by what is asked for.
pub(crate) struct Acts;

impl Control for Acts {
    fn act(&self, act: Act, by: Asker) -> Result<Done, NotDone> {
        match act {
            Act::Reload => {
                let difference =
                    Difference { now: vec![by.name().to_owned()], ..Difference::default() };
                Ok(Done { message: "reloaded".to_owned(), difference })
            }
            Act::Rebuild { accept_loss } => {
                let message = if accept_loss { "without" } else { "with all" };
                Ok(Done { message: message.to_owned(), ..Done::default() })
            }
            Act::Resume { metric, .. } if metric == "wrong" => Err(NotDone::Wrong {
                text: "pipeline.toml:3:1: no".to_owned(),
                diagnostics: json!([{ "line": 3 }]),
            }),
            Act::Resume { metric, .. } if metric == "busy" => {
                Err(NotDone::Busy("at work".to_owned()))
            }
            Act::Resume { metric, .. } if metric == "behavior" => {
                Err(NotDone::Conflict("metric `behavior` has not stopped".to_owned()))
            }
            Act::Resume { metric, .. } => {
                Err(NotDone::Unknown(format!("there is no metric `{metric}`")))
            }
        }
    }

    fn outline(&self) -> Value {
        json!({ "settings": {} })
    }
}

/// The counts of the status.
fn stored() -> StoredCounts {
    StoredCounts {
        accounting: status().accounting,
        rejected: vec![("not_json", 5), ("required_missing", 2)],
        dead_letters: 7,
        late_records: Some(3),
        metrics: vec![StoredRows {
            metric: "behavior".to_owned(),
            folded: 102,
            excluded: 1,
            windows: vec![WindowStatus {
                window: "1d".to_owned(),
                expired: 7,
                unplaced: 3,
                evicted: 2,
            }],
        }],
    }
}

/// Whether an explanation that takes for ever was ended.
pub(crate) static ENDED: AtomicBool = AtomicBool::new(false);

/// Answers that are always the same.
pub(crate) struct Answers;

impl Query for Answers {
    fn lateness(&self) -> LatenessReport {
        LatenessReport {
            clock: "watermark",
            replayable: true,
            bound_ms: 300_000,
            records: 0,
            late: 0,
            buckets: Vec::new(),
            bound_for_999_ms: None,
            samples: Vec::new(),
        }
    }

    fn events(&self) -> Samples {
        Samples { shown: true, samples: Vec::new() }
    }

    fn dead_letters(&self) -> Samples {
        Samples { shown: true, samples: Vec::new() }
    }

    fn checkpoints(&self) -> Checkpoints {
        Checkpoints { checkpoints: Vec::new() }
    }

    fn explain(
        &self,
        place: Place,
        goes_on: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<Value, Refused> {
        match place.partition {
            // A log that is read for ever, unless the client leaves.
            3 => {
                let mut read = 0;
                while goes_on(Progress { read, of: read + 1 }) {
                    std::thread::sleep(Duration::from_millis(10));
                    read += 1;
                }
                ENDED.store(true, Ordering::Relaxed);
                Err(Refused::Failed("ended".to_owned()))
            }
            // One that cannot be read to its end.
            4 => {
                std::thread::sleep(Duration::from_millis(150));
                goes_on(Progress { read: 1, of: 2 });
                Err(Refused::Failed("the broker is gone".to_owned()))
            }
            // An explanation that takes so many milliseconds.
            0 if place.offset < 0 => {
                std::thread::sleep(Duration::from_millis(place.offset.unsigned_abs()));
                Ok(json!({}))
            }
            0 => Ok(json!({ "partition": 0, "offset": place.offset, "verdict": "late" })),
            1 => Err(Refused::Busy("another record is being explained".to_owned())),
            _ => Err(Refused::TooMuch("too far back".to_owned())),
        }
    }

    fn snapshot(&self, _: &LiveState, out: &mut dyn Write) -> Result<(), Refused> {
        put(out, &json!({ "accounting": { "read": 110 }, "metrics": {} }).to_string())
    }

    fn panel(
        &self,
        live: &LiveState,
        id: &str,
        question: &PanelQuestion,
    ) -> Result<Frame, Refused> {
        if *question != PanelQuestion::default() {
            return Err(Refused::Malformed(format!("it was asked {question:?}")));
        }
        let found = live.frames.get(id).ok_or_else(|| Refused::Unknown(format!("no panel {id}")));
        found.map(|frame| Frame::clone(frame))
    }

    fn compare(
        &self,
        live: &LiveState,
        id: &str,
        question: &CompareQuestion,
    ) -> Result<Compared, Refused> {
        let frame = self.panel(live, id, &question.of)?;
        Ok(Compared {
            to: question.to.name(),
            window: "1d".to_owned(),
            start: Some(1),
            until: Some(2),
            before_start: None,
            before_until: None,
            now: Some(frame),
            before: None,
            reason: Some("no-history"),
            hint: None,
        })
    }

    fn checkpoint(&self, _: &mut dyn Write) -> Result<(), Refused> {
        Err(Refused::Failed("nothing is stored".to_owned()))
    }

    /// Of `huge`, as much as is asked for; of `broken`, an answer that fails on its way.
    fn history(
        &self,
        _: &LiveState,
        ask: &HistoryQuestion,
        out: &mut dyn Write,
    ) -> Result<(), Refused> {
        if ["huge", "broken"].contains(&ask.metric.as_str()) {
            let piece = "x".repeat(1000);
            for _ in 0..ask.bytes_max / 1000 {
                put(out, &piece)?;
            }
        }
        match ask.metric.as_str() {
            "huge" => Ok(()),
            "broken" => Err(Refused::Failed("the store is gone".to_owned())),
            metric => put(out, &json!({ "metric": metric, "windows": [] }).to_string()),
        }
    }
}

fn put(out: &mut dyn Write, text: &str) -> Result<(), Refused> {
    out.write_all(text.as_bytes()).map_err(|error| Refused::Failed(error.to_string()))
}

/// The next state: a number higher by one, and the changes of the closure.
pub(crate) fn next(live: &LiveState, change: impl FnOnce(&mut LiveState)) -> LiveState {
    let mut next = LiveState { seq: live.seq + 1, ..live.clone() };
    change(&mut next);
    next
}

/// A figure of that metric, compared with the day before.
pub(crate) fn headline(metric: &str) -> Headline {
    Headline {
        id: metric.to_owned(),
        title: text("行为", "Behaviour"),
        unit: None,
        metric: metric.to_owned(),
        view: "share".to_owned(),
        measure: "events".to_owned(),
        key: Some("0".to_owned()),
        per: None,
        window: "1d".to_owned(),
        target: Some(20_000.0),
        giant: true,
        compare: vec!["1d".to_owned()],
    }
}

/// What that figure is worth.
pub(crate) fn headline_value(id: &str, value: f64) -> HeadlineValue {
    HeadlineValue {
        id: id.to_owned(),
        value: Some(value),
        start: Some(1_447_171_200_000),
        end: Some(1_447_257_600_000),
        stale: None,
        changes: vec![HeadlineChange {
            to: "1d",
            now: Some(12.5),
            before: None,
            until: Some(1_447_174_800_000),
            reason: Some("no-history"),
            hint: None,
        }],
    }
}

/// A panel of that metric.
pub(crate) fn panel(metric: &str) -> Panel {
    Panel {
        id: metric.to_owned(),
        metric: metric.to_owned(),
        view: "share".to_owned(),
        windows: vec!["cumulative".to_owned()],
        title: text("行为", "Behaviour"),
        chart: "pie".to_owned(),
        dimension: None,
        across: None,
        measures: vec![Measure {
            name: "events".to_owned(),
            title: text("事件数", "Events"),
            unit: None,
            additive: true,
            error_of: None,
        }],
        top: 0,
        sorted: false,
        size: None,
        order: None,
        over: None,
        layout: None,
        thresholds: Vec::new(),
    }
}

/// A frame of one row.
pub(crate) fn frame(rev: u64, events: u64) -> Arc<Frame> {
    let values = |events: u64| BTreeMap::from([("events".to_owned(), vec![json!(events)])]);
    Arc::new(Frame {
        rev,
        state: "ok",
        reason: None,
        stale: None,
        missing: 0,
        every: None,
        of: None,
        window: None,
        keys: vec!["0".to_owned()],
        across: Vec::new(),
        total: values(events),
        on_time: values(events),
        late: values(0),
        other: None,
    })
}

pub(crate) fn text(zh: &str, en: &str) -> Localized {
    [("zh", zh), ("en", en)].map(|(k, v)| (k.to_owned(), v.to_owned())).into()
}

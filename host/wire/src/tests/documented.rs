//! The examples of docs/wire.md have the keys that the types write, and no others, and its lists
//! of names are those that stand in the JSON.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    AccountingStatus, Cause, CheckpointStatus, Clock, Compared, DeadLetterStatus, Dimension,
    FetchStatus, Frame, GapStatus, Happened, Headline, HeadlineChange, HeadlineNow, HeadlineValue,
    Health, Label, LateOutputStatus, LatenessReport, Layout, LayoutUnit, LeapStatus, Localized,
    Measure, MetricStatus, MissingStatus, Mode, Panel, PartitionStatus, PluginStatus, RecordSample,
    Series, SourceStatus, StageStatus, Status, Threshold, TickerLine, Trouble, WatermarkHeldBy,
    WindowStatus,
};

const WIRE: &str = include_str!("../../../../docs/wire.md");

/// The example below a heading, without its comments.
fn example(heading: &str) -> Value {
    let (_, section) = WIRE.split_once(&format!("\n### {heading}\n")).expect("the heading");
    let (_, block) = section.split_once("```jsonc\n").expect("an example");
    let (block, _) = block.split_once("```").expect("an end of the example");
    let bare: String = block.lines().map(|line| line.split("//").next().unwrap_or(line)).collect();
    let complete = bare.replace("{…}", "{}");
    serde_json::from_str(&complete).unwrap_or_else(|error| panic!("{heading}: {error}"))
}

/// The places of all keys of `value`; elements of a list are one place.
fn keys(value: &Value, place: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let place = format!("{place}.{key}");
                keys(value, &place, found);
                found.insert(place);
            }
        }
        Value::Array(list) => list.iter().for_each(|value| keys(value, place, found)),
        _ => {}
    }
}

fn keys_of(value: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    keys(value, "", &mut found);
    found
}

/// Holds the example below `heading` against a value of the same maps and options.
#[track_caller]
fn check(heading: &str, written: &impl Serialize) {
    let written = serde_json::to_value(written).expect("it serialises");
    assert_eq!(keys_of(&example(heading)), keys_of(&written), "documented, then written");
}

fn text(zh: &str, en: &str) -> Localized {
    [("zh", zh), ("en", en)].map(|(k, v)| (k.to_owned(), v.to_owned())).into()
}

fn numbers(values: &[u64]) -> Series {
    BTreeMap::from([("events".to_owned(), values.iter().map(|n| json!(n)).collect())])
}

fn cause(args: &[&str]) -> Cause {
    let args = args.iter().map(|name| ((*name).to_owned(), String::new())).collect();
    Cause { code: String::new(), message: String::new(), args, hint: None }
}

#[test]
fn a_panel_is_as_documented() {
    let label = Label { key: "0".to_owned(), text: text("点击", "Click") };
    check(
        "Panel",
        &Panel {
            id: String::new(),
            metric: String::new(),
            view: String::new(),
            windows: Vec::new(),
            title: text("用户行为", "Behaviour"),
            chart: String::new(),
            dimension: Some(Dimension {
                name: String::new(),
                title: text("行为", "Action"),
                labels: vec![label],
            }),
            across: None,
            measures: vec![Measure {
                name: String::new(),
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
            thresholds: vec![Threshold {
                measure: String::new(),
                key: None,
                window: None,
                level: "warn",
                side: "below",
                value: 1000.0,
            }],
        },
    );
}

#[test]
fn places_of_tiles_are_as_documented() {
    let unit = LayoutUnit {
        key: String::new(),
        text: text("一号店", "Store 1"),
        row: 0,
        column: 1,
        aliases: Vec::new(),
    };
    check("Layout", &Layout { name: String::new(), units: vec![unit] });
}

#[test]
fn sentences_are_as_documented() {
    check("TickerLine", &TickerLine { at: 0, text: text("有人购买", "Somebody bought") });
}

#[test]
fn a_comparison_is_as_documented() {
    let compared = Compared {
        to: "previous",
        window: String::new(),
        start: None,
        until: None,
        before_start: None,
        before_until: None,
        now: None,
        before: None,
        reason: None,
        hint: None,
    };
    check("Comparison", &compared);
}

#[test]
fn a_frame_is_as_documented_but_for_an_empty_second_dimension() {
    let frame = Frame {
        rev: 12,
        state: "ok",
        reason: None,
        stale: None,
        missing: 0,
        every: Some(4),
        of: None,
        window: None,
        keys: vec!["0".to_owned()],
        across: vec!["9".to_owned()],
        total: numbers(&[3]),
        on_time: numbers(&[1]),
        late: numbers(&[2]),
        other: None,
    };
    check("Frame", &frame);
    let plain = serde_json::to_value(Frame { across: Vec::new(), ..frame }).expect("JSON");
    assert_eq!(plain.get("across"), None);
    for absent in ["reason", "window", "other"] {
        assert_eq!(plain.get(absent), Some(&Value::Null), "{absent} is there, and null");
    }
}

#[test]
fn headlines_are_as_documented() {
    let headline = Headline {
        id: String::new(),
        title: text("购买", "Purchases"),
        unit: None,
        metric: String::new(),
        view: String::new(),
        measure: String::new(),
        key: None,
        per: None,
        window: String::new(),
        target: None,
        giant: false,
        compare: Vec::new(),
    };
    let change = HeadlineChange {
        to: "1d",
        now: None,
        before: None,
        until: None,
        reason: Some("no-finer"),
        hint: None,
    };
    let now = HeadlineValue {
        id: String::new(),
        value: None,
        start: None,
        end: None,
        stale: None,
        changes: vec![change],
    };
    check("Headline", &headline);
    check("HeadlineValue", &now);
    let both = serde_json::to_value(HeadlineNow { headline, now }).expect("JSON");
    assert_eq!(both["title"]["en"], "Purchases");
    assert_eq!(both["now"]["changes"][0]["to"], "1d");
}

#[test]
fn clocks_are_as_documented() {
    check("Clock", &Clock::default());
}

fn partition() -> PartitionStatus {
    PartitionStatus {
        partition: 0,
        offset: 0,
        read_to: 0,
        end: None,
        lag: None,
        held_back: 0,
        empty_offsets: 0,
        watermark: None,
        state: "running",
        cause: None,
        gaps: vec![GapStatus { kind: "log_start_moved", from: 0, to: 1 }],
        leap: Some(LeapStatus { offset: 0, time: None, from: 0, to: 1 }),
    }
}

#[test]
fn a_status_is_as_documented() {
    let plugin = PluginStatus {
        file: String::new(),
        name: String::new(),
        version: String::new(),
        digest: String::new(),
        ns_per_row: None,
        rows: 0,
        seconds: 0.0,
        memory_bytes: 0,
        traps: 0,
    };
    check(
        "Status",
        &Status {
            mode: Mode::Live,
            cause: None,
            source: SourceStatus {
                kind: "kafka",
                name: String::new(),
                fetch: Some(FetchStatus { client: "own", reason: String::new() }),
            },
            started_at: 0,
            accounting: AccountingStatus::default(),
            events_per_second: 0.0,
            lag: None,
            catch_up_seconds: None,
            latency_p99_ms: None,
            batch_rows: 0.0,
            workers: 2,
            stages: StageStatus::default(),
            queue_records: 0,
            publish_every_ms: 100,
            partitions: vec![partition()],
            watermark_held_by: Some(WatermarkHeldBy { partition: 0, watermark: 0, since: 0 }),
            warnings: vec![cause(&[])],
            health: Health {
                ready: false,
                troubles: vec![Trouble {
                    what: "partition",
                    of: vec![String::new()],
                    since: 0,
                    cause: cause(&[]),
                }],
                degraded: Vec::new(),
                exact_until: None,
            },
            checkpoint: Some(CheckpointStatus::default()),
            metrics: vec![MetricStatus {
                id: String::new(),
                on_time: 0,
                late: 0,
                folded: 0,
                excluded: 0,
                state: "ok",
                reason: None,
                stale: None,
                missing: vec![MissingStatus { partition: 0, from: 0, to: 1, why: "gone" }],
                windows: vec![WindowStatus {
                    window: String::new(),
                    expired: 0,
                    unplaced: 0,
                    evicted: 0,
                }],
                plugin,
            }],
            dead_letters: DeadLetterStatus::default(),
            late_output: Some(LateOutputStatus::default()),
            happened: vec![Happened { at: 0, what: "started", of: None, cause: Some(cause(&[])) }],
        },
    );
}

#[test]
fn a_report_on_lateness_is_as_documented() {
    let sample = RecordSample {
        partition: 0,
        offset: 0,
        time: None,
        event_time: None,
        delay_ms: None,
        reason: None,
        metric: None,
        detail: None,
        record_bytes: 0,
        record: None,
        record_base64: None,
    };
    let report = LatenessReport {
        clock: "watermark",
        replayable: true,
        bound_ms: 0,
        records: 0,
        late: 0,
        buckets: vec![(0, 1, 2)],
        bound_for_999_ms: None,
        samples: vec![sample],
    };
    check("Lateness", &report);
    let written = serde_json::to_value(&report).expect("JSON");
    assert_eq!(written["buckets"], json!([[0, 1, 2]]), "a list of three each");
    assert!(written["samples"][0].as_object().expect("a sample").values().any(Value::is_null));
}

/// A list of names as docs/wire.md writes them.
fn listed(names: &[&str]) -> String {
    names.join(" | ")
}

#[test]
fn the_modes_stand_in_json_as_they_are_listed() {
    let modes = [
        (Mode::Waiting, "waiting"),
        (Mode::Restoring, "restoring"),
        (Mode::CatchingUp, "catching-up"),
        (Mode::Replaying, "replaying"),
        (Mode::Live, "live"),
        (Mode::Ended, "ended"),
        (Mode::Failed, "failed"),
    ];
    for (mode, name) in modes {
        assert_eq!(serde_json::to_value(mode).expect("JSON"), json!(name));
        assert_eq!(mode.name(), name);
    }
    assert_eq!(modes.map(|(mode, _)| mode), Mode::ALL);
    let names = modes.map(|(_, name)| name);
    assert!(WIRE.contains(&format!("// {}\n", listed(&names))), "{}", listed(&names));
}

#[test]
fn the_parts_of_workers_time_add_up_under_their_names() {
    let stages =
        StageStatus { waiting: 0.5, decode: 0.25, plugins: 0.125, publish: 0.125, blocked: 0.0 };
    let expected = json!(
        {"waiting": 0.5, "decode": 0.25, "plugins": 0.125, "publish": 0.125, "blocked": 0.0}
    );
    assert_eq!(serde_json::to_value(stages).expect("JSON"), expected);
}

#[test]
fn counts_by_reason_keep_their_order() {
    let by_reason = vec![("not_json".to_owned(), 200), ("empty".to_owned(), 47)];
    let letters = DeadLetterStatus { written: 247, by_reason };
    let text = serde_json::to_string(&letters).expect("JSON");
    assert_eq!(text, r#"{"written":247,"by_reason":[["not_json",200],["empty",47]]}"#);
}

//! The stream.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use super::fixture::{self, frame, headline_value, panel};
use super::host::{Client, Host, Setup};
use crate::limits::Limits;
use streamgauge_wire::{Frame, Hello, TickerLine, TickerLines};

const IGNORED: &str = "streamgauge_websocket_messages_ignored_total";
const CLIENTS: &str = "streamgauge_websocket_clients";

fn panel_ids(message: &Value) -> Vec<&str> {
    message["frames"].as_object().expect("frames").keys().map(String::as_str).collect()
}

/// Asks for a rate and waits until the host applies that rate.
fn subscribe(host: &Host, client: &mut Client, hz: f64) {
    let before = host.metric(IGNORED).expect("a counter");
    client.send(&json!({ "t": "sub", "hz": hz }).to_string());
    client.send("?");
    host.wait_for(IGNORED, before + 1.0);
}

#[test]
fn a_page_is_filled_at_once() {
    let host = Host::start(Setup::default());
    let mut client = host.connect();
    let hello = client.expect("hello");
    assert_eq!(
        hello,
        json!({ "t": "hello", "proto": 1, "epoch": "e1", "build": "b1", "heartbeat_ms": 60_000,
                "tz": "Asia/Shanghai", "name": "淘宝", "names": { "zh": "淘宝", "en": "Taobao" },
                "look": { "logo": null, "accent": null }, "control": false })
    );
    let schema = client.expect("schema");
    assert_eq!(schema["rev"], 1);
    assert_eq!(schema["panels"][0]["title"]["zh"], "行为");
    let snapshot = client.expect("snapshot");
    assert_eq!(snapshot["seq"], 1);
    assert_eq!(panel_ids(&snapshot), ["age", "behavior"]);
    assert_eq!(snapshot["frames"]["behavior"]["total"]["events"], json!([17_595]));
    assert_eq!(snapshot["series"]["events_per_second"].as_array().map(Vec::len), Some(10));
    assert_eq!(snapshot["series"]["events_per_second"][1], json!([1000, 1.5]));
    assert_eq!(snapshot["status"]["mode"], "live");
    assert!(snapshot["clock"]["now"].as_i64() > Some(1_600_000_000_000), "the clock of now");
}

#[test]
fn an_update_holds_what_changed_and_the_new_points() {
    let host = Host::start(Setup::default());
    let mut client = host.connect();
    client.greeted();
    host.publish(|live| {
        live.frames.insert("behavior".to_owned(), frame(2, 17_600));
        let series = Arc::make_mut(&mut live.series).get_mut("events_per_second");
        series.expect("there is one").push((10_000, 99.0));
        Arc::make_mut(&mut live.status).accounting.read = 111;
    });
    let update = client.expect("update");
    assert_eq!(update["seq"], 2);
    assert_eq!(panel_ids(&update), ["behavior"]);
    assert_eq!(update["frames"]["behavior"]["total"]["events"], json!([17_600]));
    assert_eq!(update["points"], json!({ "events_per_second": [[10_000, 99.0]] }));
    assert_eq!(update["status"]["accounting"]["read"], 111);

    host.publish(|_| {});
    let update = client.expect("update");
    assert_eq!((update["seq"].as_u64(), panel_ids(&update).len()), (Some(3), 0));
    assert_eq!(update["points"], json!({}));
}

#[test]
fn a_page_gets_the_newest_sentences_and_then_those_that_are_new() {
    let host = Host::start(Setup::default());
    let made = |count: i64| {
        let line = |at| TickerLine { at, text: fixture::text("有人", "somebody") };
        let first = (count - 8).max(0);
        let lines = (first + 1..=count).map(line).collect();
        Arc::new(TickerLines { before: first as u64, lines })
    };
    let times = |message: &Value| {
        let lines = message["ticker"].as_array().cloned().unwrap_or_default();
        lines.iter().map(|line| line["at"].as_i64().expect("a time")).collect::<Vec<_>>()
    };
    host.publish(|live| live.ticker_lines = made(20));
    let mut client = host.connect();
    client.expect("hello");
    let schema = client.expect("schema");
    assert_eq!((&schema["ticker"], &schema["layouts"]), (&Value::Null, &json!([])));
    assert_eq!(times(&client.expect("snapshot")), (13..=20).collect::<Vec<_>>());
    host.publish(|live| live.ticker_lines = made(22));
    assert_eq!(times(&client.expect("update")), [21, 22]);
    host.publish(|_| {});
    let update = client.expect("update");
    assert_eq!(update.get("ticker"), None, "no sentence is new");
    host.publish(|live| live.ticker_lines = made(30));
    assert_eq!(times(&client.expect("update")), [27, 28, 29, 30], "what was missed is not made up");
}

#[test]
fn the_figures_come_whole_where_one_of_them_changed() {
    let host = Host::start(Setup::default());
    let mut client = host.connect();
    client.expect("hello");
    assert_eq!(client.expect("schema")["headlines"][0]["compare"], json!(["1d"]));
    let snapshot = client.expect("snapshot");
    let change = json!({ "to": "1d", "now": 12.5, "before": null, "until": 1_447_174_800_000_i64,
                         "reason": "no-history", "hint": null });
    assert_eq!(snapshot["headlines"][0]["changes"], json!([change]));
    host.publish(|live| {
        live.headline_values = Arc::new(vec![headline_value("behavior", 17_600.0)]);
    });
    assert_eq!(client.expect("update")["headlines"][0]["value"], 17_600.0);
    host.publish(|_| {});
    assert_eq!(client.expect("update").get("headlines"), None, "the page has them");
}

#[test]
fn changes_between_two_updates_arrive_together() {
    let host = Host::start(Setup { heartbeat_ms: 40, ..Setup::default() });
    let mut client = host.connect();
    client.greeted();
    subscribe(&host, &mut client, 0.1);
    host.publish(|live| drop(live.frames.insert("behavior".to_owned(), frame(2, 1))));
    host.publish(|live| drop(live.frames.insert("age".to_owned(), frame(2, 2))));
    // Ten seconds lie between two updates now: only heartbeats show that the host is there.
    for _ in 0..5 {
        assert_eq!(client.expect("hb")["seq"], 1);
    }
    subscribe(&host, &mut client, 1000.0);
    let update = std::iter::repeat_with(|| client.next()).find(|m| m["t"] != "hb");
    let update = update.expect("an endless iterator");
    assert_eq!((&update["t"], &update["seq"]), (&json!("update"), &json!(3)));
    assert_eq!(panel_ids(&update), ["age", "behavior"]);
}

#[test]
fn a_quiet_host_beats() {
    let host = Host::start(Setup { heartbeat_ms: 20, ..Setup::default() });
    let mut client = host.connect();
    client.greeted();
    for _ in 0..3 {
        let hb = client.expect("hb");
        assert_eq!(hb["seq"], 1);
        assert!(hb["now"].as_i64() > Some(1_600_000_000_000));
    }
}

#[test]
fn new_panels_bring_a_new_schema_and_everything_again() {
    let host = Host::start(Setup::default());
    let mut client = host.connect();
    client.greeted();
    host.publish(|live| {
        live.panels = Arc::new(vec![panel("age")]);
        live.frames.remove("behavior");
    });
    let schema = client.expect("schema");
    assert_eq!((&schema["rev"], &schema["panels"][0]["id"]), (&json!(2), &json!("age")));
    let snapshot = client.expect("snapshot");
    assert_eq!(panel_ids(&snapshot), ["age"]);
    assert_eq!(snapshot["series"]["events_per_second"].as_array().map(Vec::len), Some(10));
}

#[test]
fn a_stop_is_said_before_the_stream_closes() {
    let host = Host::start(Setup::default());
    let mut client = host.connect();
    client.greeted();
    host.stop.send_replace(true);
    let bye = client.expect("bye");
    assert_eq!(bye, json!({ "t": "bye", "reason": "shutdown", "retry_ms": 1000 }));
    let Message::Close(Some(close)) = client.read() else { panic!("a close follows") };
    assert_eq!(u16::from(close.code), 1001);
    client.drain();
    host.ended();
}

#[test]
fn a_page_that_reads_nothing_does_not_hold_the_stop_up() {
    let host = Host::start(Setup::default());
    let client = host.connect();
    host.wait_for(CLIENTS, 1.0);
    host.stop.send_replace(true);
    host.ended();
    drop(client);
}

#[test]
fn a_foreign_page_is_refused() {
    let host = Host::start(Setup::default());
    let (code, body) = host.try_connect(Some("http://evil.example")).err().expect("refused");
    assert_eq!(code, 403);
    let error = body["error"].as_str().expect("a text");
    assert!(error.contains("http://evil.example") && error.contains("hint: "), "{error}");
    let own = format!("http://{}", host.address);
    host.try_connect(Some(&own)).expect("our own page").greeted();
}

#[test]
fn more_pages_than_the_limit_are_refused_until_one_leaves() {
    let limits = Limits { streams: 2, ..Limits::default() };
    let host = Host::start(Setup { limits, ..Setup::default() });
    let mut first = host.connect();
    first.greeted();
    let mut second = host.connect();
    second.greeted();
    let (code, body) = host.try_connect(None).err().expect("refused");
    assert_eq!(code, 503);
    assert!(body["error"].as_str().expect("a text").starts_with("2 pages are connected"));
    drop(first);
    host.wait_for(CLIENTS, 1.0);
    // The place is free a moment after the page was counted out.
    let mut third = std::iter::repeat_with(|| host.try_connect(None)).find_map(Result::ok);
    third.as_mut().expect("an endless iterator").greeted();
}

#[test]
fn what_a_page_says_is_counted_when_unknown_and_bounded_in_size() {
    let host = Host::start(Setup::default());
    let mut client = host.connect();
    client.greeted();
    for (said, count) in [("not json", 1.0), (r#"{"t":"dance"}"#, 2.0), (r#"{"t":"sub"}"#, 3.0)] {
        client.send(said);
        host.wait_for(IGNORED, count);
    }
    host.publish(|_| {});
    client.expect("update");
    client.send(&" ".repeat(4097));
    host.wait_for(CLIENTS, 0.0);
    assert_eq!(host.metric(IGNORED), Some(3.0));
}

#[test]
fn a_changed_pipeline_introduces_itself_on_the_same_stream() {
    let host = Host::start(Setup::default());
    let mut client = host.connect();
    client.greeted();
    let other = || Arc::new(vec![panel("behavior")]);
    host.publish(|live| {
        live.hello = Arc::new(Hello { name: "Shop".to_owned(), ..(*live.hello).clone() });
        live.panels = other();
        // Another reader begins its revisions anew.
        live.frames.insert("behavior".to_owned(), frame(1, 7));
    });
    assert_eq!(client.expect("hello")["name"], "Shop");
    assert_eq!(client.expect("schema")["panels"].as_array().map(Vec::len), Some(1));
    let snapshot = client.expect("snapshot");
    assert_eq!(snapshot["frames"]["behavior"]["total"]["events"][0], 7);
    // Other panels under the same title are no other host.
    host.publish(|live| live.panels = other());
    client.expect("schema");
    client.expect("snapshot");
}

/// A page that stops reading fills the buffers of the connection; a later state must neither wait
/// for that page nor be kept for that page.
#[test]
fn a_page_that_never_reads_costs_others_nothing() {
    const FRAME_BYTES: usize = 1 << 20;
    const UPDATES: u64 = 100;
    let limits = Limits { send: Duration::from_secs(5), ..Limits::default() };
    let host = Host::start(Setup { limits, ..Setup::default() });
    let mut stalled = host.connect();
    stalled.greeted();
    subscribe(&host, &mut stalled, 1000.0);
    let mut reader = host.connect();
    reader.greeted();
    subscribe(&host, &mut reader, 1000.0);
    host.wait_for(CLIENTS, 2.0);
    let mut published = Vec::new();
    for rev in 2..2 + UPDATES {
        let large = Frame { reason: Some("x".repeat(FRAME_BYTES)), ..(*frame(rev, 1)).clone() };
        host.publish(|live| drop(live.frames.insert("age".to_owned(), Arc::new(large))));
        published.push(Arc::downgrade(&host.live.borrow()));
        let update = reader.expect("update");
        assert_eq!(update["seq"], rev, "the reader gets every update");
    }
    // The newest state, the state rendered last, and a state that is just being dropped.
    let kept = published.iter().filter(|state| state.strong_count() > 0).count();
    assert!(kept <= 3, "{kept} states are kept");
    host.wait_for(CLIENTS, 1.0);
    host.publish(|_| {});
    reader.expect("update");
    drop(stalled);
}

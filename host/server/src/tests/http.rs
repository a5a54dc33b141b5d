//! Data and health.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use streamgauge_wire::{Cause, Health, Mode, Trouble};

use super::host::{Host, Setup};

#[test]
fn the_snapshot_is_the_result_and_nothing_else() {
    let host = Host::start(Setup::default());
    let reply = host.get("/api/v1/snapshot");
    assert_eq!(reply.code, 200);
    assert_eq!(reply.body, r#"{"accounting":{"read":110},"metrics":{}}"#);
    assert_eq!(reply.header("content-type"), Some("application/json"));
}

#[test]
fn a_panels_data_comes_as_json_and_as_csv() {
    let host = Host::start(Setup::default());
    let reply = host.get("/api/v1/panels/behavior/data");
    assert_eq!((reply.code, &reply.json()["keys"]), (200, &json!(["0"])));
    let csv = host.get("/api/v1/panels/behavior/data?format=csv");
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
    let text = "\u{feff}key,events total,events on_time,events late\n0,17595,17595,0\n";
    assert_eq!(csv.body, text);
    for (path, code) in [
        ("/api/v1/panels/nothing/data", 404),
        ("/api/v1/panels/age/data?window=x", 400),
        ("/api/v1/panels/age/data?format=xml", 400),
        ("/api/v1/panels/age/data?windw=1d", 400),
        ("/api/v1/panels/age/data?top=0", 400),
        ("/api/v1/panels/age/data?top=1001", 400),
        ("/api/v1/panels/age/data?top=3&key=a", 400),
        ("/api/v1/history", 400),
        ("/api/v1/history?metric=age&by=x", 400),
        ("/api/v1/history?metric=age&by=cumulative", 400),
        ("/api/v1/history?metric=age&top=0", 400),
        ("/api/v1/history?metric=age&top=3&key=a", 400),
        ("/api/v1/panels/age/compare", 400),
        ("/api/v1/panels/age/compare?to=yesterday", 400),
        ("/api/v1/panels/age/compare?to=1d&top=0", 400),
        ("/api/v1/panels/nothing/compare?to=1d", 404),
    ] {
        assert_eq!(host.get(path).code, code, "{path}");
    }
    assert_eq!(host.get("/api/v1/history?metric=age").json()["metric"], "age");
    let compared = host.get("/api/v1/panels/age/compare?to=previous").json();
    assert_eq!((&compared["to"], &compared["reason"]), (&json!("previous"), &json!("no-history")));
    assert_eq!(compared["now"]["total"]["events"], json!([9]));
    assert_eq!(compared["before"], Value::Null);
    assert_eq!(host.get("/api/v1/lateness").json()["clock"], "watermark");
}

#[test]
fn a_panel_is_asked_for_a_span_a_key_and_so_many_rows() {
    let host = Host::start(Setup::default());
    let asked = |question: &str| {
        let reply = host.get(&format!("/api/v1/panels/age/data?{question}"));
        assert_eq!(reply.code, 400);
        reply.json()["error"].as_str().expect("a reason").to_owned()
    };
    let span = "1h@2015-11-11T00:00:00%2B08:00..2015-11-11T12:00:00%2B08:00";
    let found = asked(&format!("window={span}&key=%E8%B4%AD"));
    assert!(found.contains("Span(Tumbling { size: 3600000 }"), "{found}");
    assert!(found.contains("key: Some(\"购\"), top: None"), "{found}");
    assert!(asked("top=1000").contains("top: Some(1000)"));
    let plus = "1h@2015-11-11T00:00:00+08:00..2015-11-11T12:00:00+08:00";
    assert!(asked(&format!("window={plus}")).contains("`+` written as %2B"), "{plus}");
}

#[test]
fn a_record_is_explained_or_it_is_said_why_not() {
    let host = Host::start(Setup::default());
    let reply = host.get("/api/v1/explain?partition=0&offset=41");
    assert_eq!((reply.code, &reply.json()["offset"]), (200, &json!(41)));
    for (question, code) in [
        ("partition=1&offset=0", 503),
        ("partition=2&offset=0", 422),
        ("partition=x&offset=0", 400),
        ("partition=0", 400),
        ("partition=0&offset=0&more=1", 400),
    ] {
        let reply = host.get(&format!("/api/v1/explain?{question}"));
        assert_eq!(reply.code, code, "{question}");
    }
    for path in ["/api/v1/events", "/api/v1/dead-letters"] {
        let found = host.get(path).json();
        assert_eq!(found, json!({ "shown": true, "samples": [] }), "{path}");
    }
}

#[test]
fn a_figure_comes_with_what_it_is_worth() {
    let host = Host::start(Setup::default());
    let answer = host.get("/api/v1/headlines").json();
    let figure = &answer["headlines"][0];
    assert_eq!((&figure["title"]["zh"], &figure["giant"]), (&json!("行为"), &json!(true)));
    assert_eq!(figure["now"]["value"], 17_595.0);
    assert_eq!(figure["now"]["changes"][0]["reason"], "no-history");
}

#[test]
fn the_status_comes_with_the_clock_of_now() {
    let host = Host::start(Setup::default());
    let status = host.get("/api/v1/status").json();
    assert_eq!(status["mode"], "live");
    assert_eq!(status["accounting"]["late"], 3);
    assert_eq!(status["dead_letters"]["by_reason"][0][0], "not_json");
    assert_eq!(status["clock"]["event_time"], 1_447_171_200_000_i64);
    assert!(status["clock"]["now"].as_i64() > Some(1_600_000_000_000), "{}", status["clock"]);
}

#[test]
fn what_is_unknown_is_refused_in_json() {
    let host = Host::start(Setup::default());
    for path in ["/api", "/api/v1/nothing", "/nothing.js"] {
        let reply = host.get(path);
        assert_eq!(reply.code, 404, "{path}");
        assert_eq!(reply.json()["error"], format!("nothing at {path}"));
    }
    let reply = host.request("POST", "/api/v1/status", "Content-Length: 0\r\n");
    assert_eq!(reply.code, 405);
    assert!(reply.json()["error"].is_string());
    let reply = host.get("/api/v1/stream");
    assert_eq!((reply.code, &reply.json()["error"]), (400, &"a WebSocket only".into()));
}

#[test]
fn every_answer_has_the_headers_that_keep_the_page_to_itself() {
    let host = Host::start(Setup::default());
    for path in ["/", "/placeholder.css", "/api/v1/status", "/api/x", "/metrics", "/livez", "/x"] {
        let reply = host.get(path);
        let policy = reply.header("content-security-policy").expect("a policy");
        assert!(policy.starts_with("default-src 'self'; "), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(reply.header("referrer-policy"), Some("no-referrer"), "{path}");
    }
    for path in ["/api/v1/snapshot", "/api/v1/status", "/api/x", "/metrics", "/livez", "/readyz"] {
        assert_eq!(host.get(path).header("cache-control"), Some("no-store"), "{path}");
    }
}

#[test]
fn a_head_request_gets_the_head() {
    let host = Host::start(Setup::default());
    for path in ["/", "/api/v1/status", "/metrics", "/livez"] {
        let reply = host.request("HEAD", path, "");
        assert_eq!((reply.code, reply.body.as_str()), (200, ""), "{path}");
        assert!(reply.header("content-type").is_some(), "{path}");
    }
}

/// A trouble of that code.
fn trouble(code: &str) -> Trouble {
    let (message, args) = (format!("because of {code}"), BTreeMap::new());
    let cause = Cause { code: code.to_owned(), message, args, hint: None };
    Trouble { what: "partition", of: vec!["3".to_owned()], since: 7, cause }
}

#[test]
fn readiness_is_the_verdict_over_the_status_whatever_the_mode() {
    let host = Host::start(Setup::default());
    let reply = host.get("/readyz");
    assert_eq!((reply.code, &reply.json()["ready"]), (200, &true.into()));
    for mode in [Mode::Live, Mode::Waiting] {
        host.publish(|live| {
            let status = Arc::make_mut(&mut live.status);
            status.mode = mode;
            status.health = Health {
                troubles: vec![trouble("gravest"), trouble("other")],
                degraded: vec![trouble("partial")],
                ..Health::default()
            };
        });
        let reply = host.get("/readyz");
        let body = reply.json();
        assert_eq!((reply.code, &body["ready"]), (503, &false.into()), "{body}");
        assert_eq!(
            (&body["reason"], &body["message"]),
            (&json!("gravest"), &json!("because of gravest"))
        );
        assert_eq!(
            (&body["troubles"][1]["cause"]["code"], &body["troubles"][1]["of"]),
            (&json!("other"), &json!(["3"]))
        );
        assert_eq!(body["degraded"][0]["cause"]["code"], "partial");
        assert_eq!(host.get("/livez").code, 200);
    }
    host.publish(|live| {
        let degraded = vec![trouble("partial")];
        Arc::make_mut(&mut live.status).health =
            Health { ready: true, degraded, ..Health::default() };
    });
    let reply = host.get("/readyz");
    assert_eq!(
        (reply.code, &reply.json()["degraded"][0]["cause"]["code"]),
        (200, &json!("partial"))
    );
}

#[test]
fn the_metrics_are_served_as_open_metrics() {
    let host = Host::start(Setup::default());
    let reply = host.get("/metrics");
    assert_eq!(
        reply.header("content-type"),
        Some("application/openmetrics-text; version=1.0.0; charset=utf-8")
    );
    assert!(reply.body.ends_with("# EOF\n"));
    assert!(reply.body.contains("\nstreamgauge_records_read_total 110\n"), "{}", reply.body);
}

#[test]
fn the_latest_state_is_what_a_stream_begins_with() {
    let host = Host::start(Setup::default());
    let mut client = host.connect();
    let (hello, schema) = (client.expect("hello"), client.expect("schema"));
    let mut snapshot = client.expect("snapshot");
    let reply = host.get("/api/v1/stream/latest");
    assert_eq!(reply.code, 200);
    let latest = reply.json();
    assert_eq!((&latest["hello"], &latest["schema"]), (&hello, &schema));
    // The state has its own tag, so that equal tags are equal bytes.
    snapshot["clock"]["now"] = 5.into();
    assert_eq!(latest["snapshot"], snapshot);
}

#[test]
fn the_latest_state_is_sent_once() {
    let host = Host::start(Setup::default());
    let first = host.get("/api/v1/stream/latest");
    let tag = first.header("etag").expect("a tag");
    assert_eq!(tag, "\"e1-1\"");
    let ask = || host.request("GET", "/api/v1/stream/latest", &format!("If-None-Match: {tag}\r\n"));
    let known = ask();
    assert_eq!((known.code, known.body.as_str()), (304, ""));
    assert_eq!(known.header("etag"), Some(tag));
    assert!(known.header("date").is_some(), "a sign of life");
    host.publish(|_| {});
    assert_eq!(ask().code, 200);
}

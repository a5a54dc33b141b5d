//! The page with the endpoints beside it, as served by the real host.

use serde_json::Value;

use crate::events::{event, lines};
use crate::host::Host;
use crate::result::{assert_same, book, outside_run};
use crate::workplace::{METRICS, Settings, Workplace};

#[test]
fn the_page_and_its_data_are_served_from_loopback() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("events.jsonl");
    std::fs::write(&file, lines(&[event(&[]), event(&[("day", "10")])])).expect("a file");
    let place = Workplace::new(&Settings::file(&file));
    let host = Host::start(&place);
    assert!(host.address().ip().is_loopback());

    let page = host.get("/");
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").is_some_and(|v| v.starts_with("text/html")), "{page:?}");
    assert!(page.body.to_lowercase().starts_with("<!doctype html>"), "{}", page.body);
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(policy.contains("default-src 'self'"), "{policy}");
    for foreign in ["src=\"http", "href=\"http", "src=\"//", "href=\"//"] {
        assert!(!page.body.contains(foreign), "{foreign} in the page");
    }

    host.status_when("the end of the file", |status| status["mode"] == "ended");
    assert_eq!(host.get("/livez").status, 200);
    assert_eq!(host.get("/readyz").status, 200);
    assert_eq!(host.get("/api/v1/nothing").status, 404);
    let snapshot = outside_run(host.get("/api/v1/snapshot").json());
    assert_eq!((book(&snapshot, "on_time"), book(&snapshot, "late")), (1, 1));
    let mut stream = host.stream();
    assert_eq!(stream.until("hello")["name"], "系统测试");
    let panels = stream.until("schema")["panels"].as_array().cloned().unwrap_or_default();
    let ids: Vec<&str> = panels.iter().filter_map(|panel: &Value| panel["id"].as_str()).collect();
    assert_eq!(ids, METRICS);
    host.terminate().ok();

    // The data of the page equals the output of `replay`.
    let mut replay = place.command("replay");
    let replayed = crate::process::finish(replay.arg(&file).arg("--json")).json();
    assert_same("the page and replay", &outside_run(replayed), &snapshot);
}

//! Changes of the pipeline: who may ask for them, and what the answers are.

use super::host::{Host, Reply, Setup};
use crate::Access;

const TOKEN: &str = "0123456789abcdef";
const OWN: &str = "fedcba9876543210";

fn host(token: Option<&str>, control: bool) -> Host {
    let access = Access {
        token: token.map(str::to_owned),
        control,
        control_token: Some(OWN.to_owned()),
        allow_origins: vec!["https://gauge.example".to_owned()],
        ..Access::default()
    };
    Host::start(Setup { access, ..Setup::default() })
}

/// A POST that shows this token, with further header lines.
fn post(host: &Host, path: &str, token: Option<&str>, extra: &str) -> Reply {
    let shown = token.map_or(String::new(), |token| format!("Authorization: Bearer {token}\r\n"));
    host.request("POST", path, &format!("{shown}{extra}Content-Length: 0\r\n"))
}

const RELOAD: &str = "/api/v1/reload";
const REBUILD: &str = "/api/v1/rebuild";
const PATHS: [&str; 3] = [RELOAD, "/api/v1/metrics/behavior/resume", REBUILD];

#[test]
fn nothing_changes_without_a_token_that_is_good_for_it() {
    for (server, control, shown, code, words) in [
        (None, false, None, 401, "Authorization: Bearer TOKEN"),
        (None, true, None, 401, "Authorization: Bearer TOKEN"),
        (None, true, Some(TOKEN), 401, "not good for changes"),
        (Some(TOKEN), true, None, 401, "Authorization: Bearer TOKEN"),
        (Some(TOKEN), true, Some("0123456789abcdeX"), 401, "not good for changes"),
        (Some(TOKEN), false, Some(TOKEN), 403, "control = true"),
    ] {
        let host = host(server, control);
        for path in PATHS {
            let reply = post(&host, path, shown, "");
            let seen = format!("{path} {server:?} {control} {shown:?}");
            assert_eq!(reply.code, code, "{seen}");
            assert_eq!(reply.header("www-authenticate").is_some(), code == 401, "{seen}");
            assert!(reply.json()["error"].to_string().contains(words), "{seen} {}", reply.body);
        }
        let reply = host.request("GET", "/api/v1/pipeline", "");
        assert_eq!(reply.code, 401, "the settings are for the same clients");
    }
}

#[test]
fn the_token_and_the_leave_of_the_server_or_the_command_lines_own_token_are_enough() {
    let open = host(Some(TOKEN), true);
    let done = post(&open, RELOAD, Some(TOKEN), "");
    assert_eq!((done.code, &done.json()["difference"]["now"][0]), (200, &"a client".into()));
    for (server, control) in [(None, false), (Some(TOKEN), false), (Some(TOKEN), true)] {
        let host = host(server, control);
        let done = post(&host, RELOAD, Some(OWN), "");
        assert_eq!(done.code, 200, "{server:?} {control}");
        assert_eq!(done.json()["difference"]["now"][0], "the command line");
        assert_eq!(done.header("cache-control"), Some("no-store"));
        let shown = format!("Authorization: Bearer {OWN}\r\n");
        assert_eq!(host.request("GET", "/api/v1/pipeline", &shown).code, 200);
    }
}

#[test]
fn no_page_of_another_site_changes_anything() {
    let host = host(Some(TOKEN), true);
    let own = format!("http://{}", host.address);
    for (origin, code) in [
        ("http://evil.example", 403),
        ("null", 403),
        ("http://127.0.0.1:1", 403),
        (&own, 200),
        ("https://gauge.example", 200),
    ] {
        for token in [TOKEN, OWN] {
            let reply = post(&host, RELOAD, Some(token), &format!("Origin: {origin}\r\n"));
            assert_eq!(reply.code, code, "{origin}");
        }
    }
    // Neither a ticket nor a token in the address is good for a change.
    let bought = host.request(
        "POST",
        "/api/v1/ticket",
        &format!("Authorization: Bearer {TOKEN}\r\nContent-Length: 0\r\n"),
    );
    let ticket = bought.json()["ticket"].as_str().expect("a ticket").to_owned();
    for query in [format!("ticket={ticket}"), format!("token={TOKEN}")] {
        assert_eq!(post(&host, &format!("{RELOAD}?{query}"), None, "").code, 401, "{query}");
    }
    let preflight = host.request(
        "OPTIONS",
        RELOAD,
        "Origin: http://evil.example\r\nAccess-Control-Request-Method: POST\r\n",
    );
    assert_ne!(preflight.code, 200);
    assert_eq!(preflight.header("access-control-allow-origin"), None);
}

#[test]
fn a_change_that_is_not_done_says_why() {
    let host = host(None, false);
    for (metric, code, words) in [
        ("behavior", 409, "has not stopped"),
        ("other", 404, "there is no metric `other`"),
        ("wrong", 422, "pipeline.toml:3:1"),
        ("busy", 503, "at work"),
    ] {
        let reply = post(&host, &format!("/api/v1/metrics/{metric}/resume"), Some(OWN), "");
        assert_eq!(reply.code, code, "{metric}");
        assert!(reply.json()["error"].to_string().contains(words), "{}", reply.body);
        assert_eq!(reply.header("retry-after").is_some(), code == 503, "{metric}");
        assert_eq!(reply.json()["diagnostics"][0]["line"] == 3, code == 422, "{metric}");
    }
    let shown = format!("Authorization: Bearer {OWN}\r\n");
    let reply = host.request("GET", RELOAD, &shown);
    assert_eq!((reply.code, &reply.json()["error"]), (405, &"only POST is known here".into()));
}

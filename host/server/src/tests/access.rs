//! The token, the ticket, and whose page may come.

use super::host::{Host, Reply, Setup};
use crate::Access;

const TOKEN: &str = "0123456789abcdef";
const SHOWN: &str = "Authorization: Bearer 0123456789abcdef\r\n";

fn guarded() -> Host {
    let access = Access { token: Some(TOKEN.to_owned()), ..Access::default() };
    Host::start(Setup { access, ..Setup::default() })
}

#[test]
fn with_a_token_all_data_needs_it() {
    let host = guarded();
    for path in [
        "/api/v1/status",
        "/api/v1/snapshot",
        "/api/v1/panels/age/data",
        "/api/v1/history?metric=age",
        "/api/v1/lateness",
        "/api/v1/stream/latest",
        "/metrics",
    ] {
        let reply = host.get(path);
        assert_eq!(reply.code, 401, "{path}");
        assert_eq!(reply.header("www-authenticate"), Some("Bearer"), "{path}");
        assert_eq!(reply.header("cache-control"), Some("no-store"), "{path}");
        let text = reply.json()["error"].to_string();
        assert!(text.contains("Authorization: Bearer TOKEN"), "{text}");
        assert_eq!(host.request("GET", path, SHOWN).code, 200, "{path}");
    }
    for path in ["/api", "/api/v1/nothing", "/api/v1/checkpoint"] {
        assert_eq!(host.get(path).code, 401, "{path}");
    }
    let wrong = host.request("GET", "/api/v1/status", "Authorization: Bearer 0123456789abcdeX\r\n");
    assert_eq!(wrong.json()["error"], "the token is not the server's");
}

#[test]
fn the_page_and_its_health_are_for_everyone() {
    let host = guarded();
    for path in ["/", "/placeholder.css", "/livez", "/readyz"] {
        assert_eq!(host.get(path).code, 200, "{path}");
    }
}

#[test]
fn the_stream_opens_with_a_ticket_and_only_once() {
    let host = guarded();
    let refused = host.try_connect(None).err().expect("no ticket");
    assert_eq!(refused.0, 401, "{refused:?}");
    assert_eq!(host.request("POST", "/api/v1/ticket", "Content-Length: 0\r\n").code, 401);
    let bought = host.request("POST", "/api/v1/ticket", &format!("{SHOWN}Content-Length: 0\r\n"));
    assert_eq!((bought.code, &bought.json()["expires_ms"]), (200, &10_000.into()));
    assert_eq!(bought.header("cache-control"), Some("no-store"));
    let path = format!("/api/v1/stream?ticket={}", bought.json()["ticket"].as_str().expect("text"));
    host.try_stream(&path, None).expect("the stream opens").greeted();
    let refused = host.try_stream(&path, None).err().expect("it is used up");
    assert_eq!(refused.0, 401, "{refused:?}");
}

#[test]
fn without_a_token_a_ticket_is_given_and_not_needed() {
    let host = Host::start(Setup::default());
    let bought = host.request("POST", "/api/v1/ticket", "Content-Length: 0\r\n");
    assert_eq!(bought.code, 200);
    host.try_stream("/api/v1/stream?ticket=any", None).expect("the stream opens").greeted();
    let reply = host.get("/api/v1/ticket");
    assert_eq!((reply.code, &reply.json()["error"]), (405, &"only POST is known here".into()));
}

#[test]
fn further_origins_may_open_the_stream_and_frame_the_page() {
    let access = Access {
        allow_origins: vec!["https://gauge.example".to_owned()],
        frame_ancestors: vec!["https://wiki.example".to_owned()],
        ..Access::default()
    };
    let host = Host::start(Setup { access, ..Setup::default() });
    host.try_connect(Some("https://gauge.example")).expect("the stream opens").greeted();
    let refused = host.try_connect(Some("https://wiki.example")).err().expect("not of the list");
    assert_eq!(refused.0, 403);
    let reply = host.get("/");
    let policy = reply.header("content-security-policy").expect("a policy");
    assert!(policy.contains("frame-ancestors 'self' https://wiki.example; "), "{policy}");
}

/// A question under that name, as a browser asks it; none is HTTP/1.0.
fn asked(host: &Host, path: &str, name: Option<&str>, extra: &str) -> Reply {
    let (version, line) = match name {
        Some(name) => ("1.1", format!("Host: {name}\r\n")),
        None => ("1.0", String::new()),
    };
    host.send(&format!("GET {path} HTTP/{version}\r\n{line}Connection: close\r\n{extra}\r\n"))
}

#[test]
fn without_a_token_nothing_is_given_under_a_foreign_name() {
    let allow_origins = vec!["https://gauge.example".to_owned()];
    let host = Host::start(Setup {
        access: Access { allow_origins, ..Access::default() },
        ..Setup::default()
    });
    let upgrade = "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                   Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nOrigin: http://evil.example\r\n";
    for (path, extra) in [
        ("/", ""),
        ("/api/v1/events", ""),
        ("/api/v1/status", ""),
        ("/metrics", ""),
        ("/api/v1/stream", upgrade),
    ] {
        for name in [Some("evil.example"), Some("evil.example:5001"), None] {
            let reply = asked(&host, path, name, extra);
            assert_eq!(reply.code, 421, "{path} as {name:?}");
            let text = reply.json()["error"].to_string();
            assert!(text.contains("allow_origins"), "{text}");
        }
    }
    for (path, name) in [
        ("/api/v1/events", "localhost:7"),
        ("/api/v1/events", "gauge.example"),
        ("/livez", "evil.example"),
        ("/readyz", "10.1.2.3:5001"),
    ] {
        assert_eq!(asked(&host, path, Some(name), "").code, 200, "{path} as {name}");
    }
    assert_eq!(asked(&host, "/livez", None, "").code, 200);
    let with_token = guarded();
    let reply = asked(&with_token, "/api/v1/status", Some("evil.example"), SHOWN);
    assert_eq!(reply.code, 200, "the token decides");
}

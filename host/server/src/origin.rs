//! The check that the page that opens a stream is ours.
//!
//! Browsers let any page open a WebSocket to any host and read from it, and send only the origin of
//! the page. A request without `Origin` comes from a program, not from a page.

use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};

/// The page is not ours.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the page's origin {origin:?} is not this host {host:?}; hint: a proxy in front must pass \
     the Host header on as it came (nginx: proxy_set_header Host $http_host), or name the \
     origin in `[server] allow_origins`"
)]
pub(super) struct Foreign {
    origin: String,
    host: String,
}

/// Refuses a foreign page; a page of an origin in `allowed` is not foreign.
pub(super) fn check(headers: &HeaderMap, allowed: &[String]) -> Result<(), Foreign> {
    let Some(origin) = headers.get(ORIGIN) else { return Ok(()) };
    let origin = String::from_utf8_lossy(origin.as_bytes());
    let host = headers.get(HOST).map(|host| String::from_utf8_lossy(host.as_bytes()));
    let host = host.unwrap_or_default();
    if same(&origin, &host) || is_allowed(&origin, allowed) {
        return Ok(());
    }
    Err(Foreign { origin: origin.into_owned(), host: host.into_owned() })
}

fn same(origin: &str, host: &str) -> bool {
    let Some((scheme, authority)) = origin.split_once("://") else { return false };
    let default_port = match scheme {
        "http" => ":80",
        "https" => ":443",
        _ => return false,
    };
    let bare = |name: &str| name.strip_suffix(default_port).unwrap_or(name).to_ascii_lowercase();
    !authority.is_empty() && bare(authority) == bare(host)
}

fn is_allowed(origin: &str, allowed: &[String]) -> bool {
    allowed.iter().any(|allowed| {
        allowed.split_once("://").is_some_and(|(scheme, host)| {
            origin.split_once("://").is_some_and(|(its, _)| its == scheme) && same(origin, host)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_further_origin_is_ours_with_its_scheme() {
        let allowed = ["https://gauge.example".to_owned(), "http://a.example:8080".to_owned()];
        for (origin, ours) in [
            ("https://gauge.example", true),
            ("https://gauge.example:443", true),
            ("http://a.example:8080", true),
            ("http://gauge.example", false),
            ("http://a.example", false),
            ("https://gauge.example.evil.example", false),
            ("null", false),
        ] {
            assert_eq!(is_allowed(origin, &allowed), ours, "{origin}");
        }
    }

    #[test]
    fn only_the_same_host_and_port_is_ours() {
        for (origin, host, ours) in [
            ("http://127.0.0.1:5001", "127.0.0.1:5001", true),
            ("https://Gauge.example", "gauge.example", true),
            ("https://gauge.example", "gauge.example:443", true),
            ("http://[::1]:5001", "[::1]:5001", true),
            ("http://127.0.0.1:5001", "127.0.0.1:5002", false),
            ("http://localhost:5001", "127.0.0.1:5001", false),
            ("http://gauge.example", "gauge.example:443", false),
            ("http://127.0.0.1:5001.evil.example", "127.0.0.1:5001", false),
            ("http://evil.example", "127.0.0.1:5001", false),
            ("null", "127.0.0.1:5001", false),
            ("file://", "", false),
            ("http://", "", false),
        ] {
            assert_eq!(same(origin, host), ours, "{origin} at {host}");
        }
    }
}

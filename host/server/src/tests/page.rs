//! The page and what stands in for it.

use std::borrow::Cow;
use std::sync::Arc;

use super::host::{Host, Setup};
use crate::build;
use crate::page::{File, Page};
use streamgauge_wire::Logo;

fn built(path: &str) -> Option<File> {
    let text = match path {
        "index.html" => "<!doctype html><title>page</title>",
        "assets/index-abc.js" => "export {};",
        "favicon.svg" => "<svg/>",
        // The file system would answer this in a debug build.
        "../Cargo.toml" => "secret",
        _ => return None,
    };
    Some(File { bytes: Cow::Borrowed(text.as_bytes()), digest: [text.len() as u8; 32] })
}

fn with_page() -> Host {
    Host::start(Setup { page: Page::of(built), ..Setup::default() })
}

#[test]
fn without_a_page_the_placeholder_names_the_command_in_both_languages() {
    let host = Host::start(Setup { page: Page::of(|_| None), ..Setup::default() });
    let reply = host.get("/");
    assert_eq!(reply.code, 200);
    assert_eq!(reply.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(reply.body.matches("cargo xtask build").count(), 2);
    assert!(reply.body.contains(r#"<html lang="zh-CN">"#));
    assert!(reply.body.contains(r#"<section lang="en">"#));
    for foreign in ["<style", "<script", "href=\"/", "src=\"/", "http"] {
        let body = reply.body.replace("http-equiv", "");
        assert!(!body.contains(foreign), "{foreign} would not work below a path or the policy");
    }
    assert_eq!(
        host.get("/placeholder.css").header("content-type"),
        Some("text/css; charset=utf-8")
    );
}

#[test]
fn hashed_files_are_kept_for_ever_and_the_rest_is_asked_for_again() {
    let host = with_page();
    for (path, content_type, caching) in [
        ("/", "text/html; charset=utf-8", "no-cache"),
        ("/index.html", "text/html; charset=utf-8", "no-cache"),
        ("/favicon.svg", "image/svg+xml", "no-cache"),
        (
            "/assets/index-abc.js",
            "text/javascript; charset=utf-8",
            "public, max-age=31536000, immutable",
        ),
    ] {
        let reply = host.get(path);
        assert_eq!(reply.code, 200, "{path}");
        assert_eq!(reply.header("content-type"), Some(content_type), "{path}");
        assert_eq!(reply.header("cache-control"), Some(caching), "{path}");
    }
}

#[test]
fn a_browser_that_has_the_file_is_not_sent_it_again() {
    let host = with_page();
    let first = host.get("/");
    let etag = first.header("etag").expect("a tag").to_owned();
    let again = host.request("GET", "/", &format!("If-None-Match: \"x\", {etag}\r\n"));
    assert_eq!((again.code, again.body.as_str()), (304, ""));
    let other = host.request("GET", "/", "If-None-Match: \"x\"\r\n");
    assert_eq!((other.code, other.body), (200, first.body));
}

#[test]
fn a_path_does_not_leave_the_folder() {
    let host = with_page();
    for path in ["/../Cargo.toml", "/%2e%2e/Cargo.toml", "/..%2fCargo.toml"] {
        let reply = host.get(path);
        assert_eq!(reply.code, 404, "{path}");
        assert!(!reply.body.contains("secret"), "{path}");
    }
}

#[test]
fn the_build_begins_with_the_version() {
    let build = build();
    assert!(build.starts_with(env!("CARGO_PKG_VERSION")), "{build}");
    assert_eq!(build, super::super::build(), "the same page has the same build");
}

#[test]
fn a_logo_is_a_picture_and_nothing_else() {
    let host = with_page();
    assert_eq!(host.get("/logo").code, 404);
    let svg = "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
    let logo = |tag: &str| Logo {
        media_type: "image/svg+xml",
        bytes: svg.as_bytes().into(),
        tag: tag.to_owned(),
    };
    host.publish(|live| live.logo = Some(Arc::new(logo("5f3a"))));
    let reply = host.get("/logo?5f3a");
    assert_eq!((reply.code, reply.body.as_str()), (200, svg));
    assert_eq!(reply.header("content-type"), Some("image/svg+xml"));
    assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
    let policy = reply.header("content-security-policy").expect("a policy");
    assert!(policy.starts_with("default-src 'none';") && policy.contains("sandbox"), "{policy}");
    assert!(!policy.contains("script") && !policy.contains("'self'"), "{policy}");
    let etag = reply.header("etag").expect("a tag").to_owned();
    let again = host.request("GET", "/logo", &format!("If-None-Match: {etag}\r\n"));
    assert_eq!((again.code, again.body.as_str()), (304, ""));
    host.publish(|live| live.logo = Some(Arc::new(logo("77aa"))));
    assert_eq!(host.request("GET", "/logo", &format!("If-None-Match: {etag}\r\n")).code, 200);
    assert!(host.get("/").header("content-security-policy").is_some_and(|own| own != policy));
}

//! The files of the page, as a browser asks for them.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderMap, IF_NONE_MATCH};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::File;
use crate::app::App;
use crate::response::refusal;

const INDEX: &str = "index.html";
const PLACEHOLDER: &str = include_str!("../placeholder.html");
/// The style of the placeholder, a file of its own, because the security policy allows no style
/// within a page.
const PLACEHOLDER_CSS: &str = include_str!("../placeholder.css");

/// The paths of this module: the root and all that no other module has.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new().route("/", get(index)).route("/{*path}", get(file))
}

async fn index(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    match app.page.get(INDEX) {
        Some(file) => answer(INDEX, file, &headers),
        None => revalidated("text/html; charset=utf-8", PLACEHOLDER),
    }
}

async fn file(
    State(app): State<Arc<App>>,
    Path(path): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    match app.page.get(&path) {
        Some(file) => answer(&path, file, &headers),
        None if path == "placeholder.css" => revalidated(content_type(&path), PLACEHOLDER_CSS),
        None => refusal(StatusCode::NOT_FOUND, format!("nothing at {}", uri.path())),
    }
}

/// The file, or 304 where the browser has this very content.
fn answer(path: &str, file: File, request: &HeaderMap) -> Response {
    let etag = etag(&file.digest);
    // Names below assets/ change with their content.
    let caching = if path.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let known = has_tag(request, &etag);
    let headers = [(CACHE_CONTROL, caching.to_owned()), (ETAG, etag)];
    if known {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (headers, [(CONTENT_TYPE, content_type(path))], file.bytes).into_response()
}

/// True if the client already has the content that `etag` stands for.
pub(crate) fn has_tag(request: &HeaderMap, etag: &str) -> bool {
    let known = request.get(IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    known.is_some_and(|tags| tags.split(',').any(|tag| tag.trim() == etag))
}

fn revalidated(content_type: &'static str, text: &'static str) -> Response {
    ([(CACHE_CONTROL, "no-cache"), (CONTENT_TYPE, content_type)], text).into_response()
}

fn etag(digest: &[u8; 32]) -> String {
    use std::fmt::Write;

    let mut tag = String::from("\"");
    for byte in &digest[..16] {
        write!(tag, "{byte:02x}").expect("writing to a string does not fail");
    }
    tag.push('"');
    tag
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json" | "map") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

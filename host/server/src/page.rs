//! The page, embedded in the program.
//!
//! A clone built without Node has no page; then a placeholder names the command that builds it.
//! Every path is relative, so the page works below any path of a proxy. Debug builds read the
//! files when asked, release builds carry them.

use std::borrow::Cow;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderMap, IF_NONE_MATCH};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::RustEmbed;

use super::App;
use super::api::refusal;

const INDEX: &str = "index.html";
const PLACEHOLDER: &str = include_str!("placeholder.html");
/// A file of its own, because the security policy allows no style within a page.
const PLACEHOLDER_CSS: &str = include_str!("placeholder.css");

#[derive(RustEmbed)]
#[folder = "../../dashboard/dist"]
#[allow_missing = true]
struct Dist;

/// Where the files of the page come from.
pub(super) struct Page {
    find: fn(&str) -> Option<File>,
}

/// One file.
pub(super) struct File {
    pub(super) bytes: Cow<'static, [u8]>,
    /// SHA-256.
    pub(super) digest: [u8; 32],
}

impl Page {
    /// The page this program was built with.
    pub(super) fn embedded() -> Self {
        Self { find: embedded }
    }

    #[cfg(test)]
    pub(super) fn of(find: fn(&str) -> Option<File>) -> Self {
        Self { find }
    }

    fn get(&self, path: &str) -> Option<File> {
        // In a debug build the path reaches the file system.
        let inside = path.split(['/', '\\']).all(|part| part != "..");
        inside.then(|| (self.find)(path)).flatten()
    }
}

fn embedded(path: &str) -> Option<File> {
    let file = Dist::get(path)?;
    Some(File { digest: file.metadata.sha256_hash(), bytes: file.data })
}

/// The version with a digest of the embedded page, so that another page, or the same page of
/// another version, makes open pages reload.
pub fn build() -> String {
    let version = env!("CARGO_PKG_VERSION");
    let mut names: Vec<_> = Dist::iter().collect();
    names.sort();
    let mut digest = Fnv::default();
    for name in &names {
        digest.add(name.as_bytes());
        if let Some(file) = embedded(name) {
            digest.add(&file.digest);
        }
    }
    if names.is_empty() { version.to_owned() } else { format!("{version}+{:08x}", digest.short()) }
}

/// FNV-1a: enough to tell one build from another.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    /// Both halves folded into one.
    const fn short(&self) -> u32 {
        (self.0 >> 32) as u32 ^ self.0 as u32
    }
}

/// The paths of this module: the root and all that no other module has.
pub(super) fn routes() -> Router<Arc<App>> {
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

/// Whether whoever asks has what `etag` stands for.
pub(super) fn has_tag(request: &HeaderMap, etag: &str) -> bool {
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

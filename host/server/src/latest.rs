//! The state that the stream would begin with, for pages that no stream reaches.
//!
//! Equal tags are equal bytes: the clock is that of the state, not of the request, so a page that
//! polls takes the time from the `Date` of the answer.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderMap};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Serialize;

use super::app::App;
use super::page::files::has_tag;
use super::render::Rendered;
use streamgauge_wire::ToPage;

/// The first answer to a page.
#[derive(Serialize)]
struct Latest<'a> {
    hello: ToPage<'a>,
    schema: ToPage<'a>,
    snapshot: ToPage<'a>,
}

/// The paths of this module.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/api/v1/stream/latest", get(latest))
}

/// The messages with which a stream would begin, for pages that no stream reaches.
#[utoipa::path(get, path = "/api/v1/stream/latest", tag = "results",
    responses(
        (status = 200, description = "`hello`, `schema` and `snapshot`, with an `ETag`", body = Object),
        (status = 304, description = "Nothing changed"),
    ))]
pub(super) async fn latest(State(app): State<Arc<App>>, request: HeaderMap) -> Response {
    let rendered = app.renderer.render(app.latest());
    let etag = format!("\"{}-{}\"", rendered.live.hello.epoch, rendered.live.seq);
    let known = has_tag(&request, &etag);
    let headers = [(CACHE_CONTROL, "private, no-cache".to_owned()), (ETAG, etag)];
    if known {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let text = serde_json::to_string(&Latest::of(&rendered))
        .expect("numbers, texts and string keys serialise");
    (headers, [(CONTENT_TYPE, "application/json")], text).into_response()
}

impl<'a> Latest<'a> {
    fn of(rendered: &'a Rendered) -> Self {
        let frames = rendered.frames.iter().map(|(id, frame)| (id.as_str(), &*frame.text));
        Self {
            hello: ToPage::hello(&rendered.live.hello),
            schema: ToPage::Schema {
                rev: rendered.schema_rev,
                panels: &rendered.panels,
                headlines: &rendered.headlines,
                layouts: &rendered.layouts,
                ticker: rendered.live.ticker.as_deref(),
            },
            snapshot: ToPage::Snapshot {
                seq: rendered.live.seq,
                clock: rendered.live.clock,
                frames: frames.collect(),
                headlines: &rendered.headline_values,
                ticker: &rendered.live.ticker_lines.lines,
                series: rendered.live.series.iter().map(|(k, v)| (*k, v.as_slice())).collect(),
                status: &rendered.status,
            },
        }
    }
}

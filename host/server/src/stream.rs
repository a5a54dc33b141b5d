//! The stream: one task per page, which knows what it sent and sends the differences.
//!
//! There is no queue. While a message is being written, newer states replace each other in the
//! watch channel, so a slow page gets fewer updates and costs one message of memory; a page that
//! takes nothing for ten seconds is disconnected. Losing an update is harmless because each frame
//! is whole.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{Query as Parameters, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use tokio::time::{Instant, sleep_until, timeout};

use super::access::guard;
use super::app::{App, stopped};
use super::origin;
use super::render::{Part, Rendered, clock, wall_clock_ms};
use super::response::refusal;
use streamgauge_wire::{
    FromPage, Hello, Points, TICKER_LINES_MAX, TICKER_NEW_MAX, TickerLine, ToPage,
};

/// Updates a second until a page asks for another rate.
const HZ_DEFAULT: f64 = 2.0;
const HZ_MIN: f64 = 0.1;
/// The time in milliseconds after which a page should come back once the host stopped.
const RETRY_MS: u64 = 1000;
/// The time that a page may take to answer the goodbye.
const CLOSING: Duration = Duration::from_secs(1);

/// The paths of this module.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/api/v1/stream", get(open))
}

#[derive(Deserialize)]
struct Ask {
    ticket: Option<String>,
}

async fn open(
    State(app): State<Arc<App>>,
    Parameters(ask): Parameters<Ask>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    if let Err(foreign) = origin::check(&headers, &app.access.allow_origins) {
        return refusal(StatusCode::FORBIDDEN, foreign.to_string());
    }
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(rejection) => return refusal(rejection.into_response().status(), "a WebSocket only"),
    };
    if let Err(refused) = guard::check_ticket(&app, ask.ticket.as_deref(), &headers) {
        return *refused;
    }
    let Ok(permit) = Arc::clone(&app.streams).try_acquire_owned() else {
        let most = app.limits.streams;
        let text = format!("{most} pages are connected, which is the limit; hint: close some");
        return refusal(StatusCode::SERVICE_UNAVAILABLE, text);
    };
    upgrade
        // Messages of a page are short; the default buffer would be most of the memory of a page.
        .read_buffer_size(app.limits.message_bytes)
        .max_message_size(app.limits.message_bytes)
        .max_frame_size(app.limits.message_bytes)
        .on_upgrade(async move |socket| {
            let _counted = app.telemetry.client();
            // An error here is a page that left or stopped reading: nothing to repair.
            if let Err(gone) = Client::new(app, socket).run().await {
                tracing::debug!(reason = %gone, "a page left");
            }
            drop(permit);
        })
}

/// The reason why a stream ended before the host did.
#[derive(Debug, thiserror::Error)]
enum Gone {
    #[error("it closed the stream")]
    Closed,
    #[error("it took no message in time")]
    Stalled,
    #[error("the connection failed: {0}")]
    Failed(#[from] axum::Error),
}

struct Client {
    app: Arc<App>,
    socket: WebSocket,
    /// The rate that the page asked for.
    hz: f64,
    pause: Duration,
    sent: Sent,
    last_update: Instant,
    last_message: Instant,
}

/// The revisions that the page has.
#[derive(Default)]
struct Sent {
    /// The introduction that the page has.
    hello: Option<Arc<Hello>>,
    seq: u64,
    schema_rev: u64,
    /// The revision of each panel's frame, by panel.
    frame_revs: BTreeMap<String, u64>,
    /// What the figures are worth, as the page has it.
    headlines: Option<Part>,
    /// How many sentences of records had been made at the last message.
    sentences: u64,
    last_point: Option<i64>,
}

impl Client {
    fn new(app: Arc<App>, socket: WebSocket) -> Self {
        let (hz, pause) = (HZ_DEFAULT, pause(HZ_DEFAULT, app.latest().hello.max_hz));
        let now = Instant::now();
        Self { app, socket, hz, pause, sent: Sent::default(), last_update: now, last_message: now }
    }

    async fn run(mut self) -> Result<(), Gone> {
        let mut live = self.app.live.clone();
        let mut stop = std::pin::pin!(stopped(self.app.shutdown.clone()));
        let heartbeat = Duration::from_millis(self.app.latest().hello.heartbeat_ms.max(1));
        // The stop is noticed also while a page does not take its greeting or an update.
        tokio::select! {
            () = &mut stop => return self.bye().await,
            greeted = self.update() => greeted?,
        }
        let mut behind = false;
        loop {
            tokio::select! {
                () = &mut stop => return self.bye().await,
                heard = self.socket.recv() => self.heed(heard)?,
                changed = live.changed(), if !behind => match changed {
                    Ok(()) => behind = true,
                    // Nobody will publish any more; the stop is on its way.
                    Err(_) => return self.bye().await,
                },
                () = sleep_until(self.last_update + self.pause), if behind => {
                    behind = false;
                    live.mark_unchanged();
                    tokio::select! {
                        () = &mut stop => return self.bye().await,
                        updated = self.update() => updated?,
                    }
                }
                () = sleep_until(self.last_message + heartbeat) => {
                    let hb = ToPage::Hb { seq: self.sent.seq, now: wall_clock_ms() };
                    self.send(text(&hb)).await?;
                }
            }
        }
    }

    /// Sends the parts that the page does not have: at first, and whenever the panels change, the
    /// introduction if it is another one, the schema and all frames. The state is dropped before anything is sent, so that a slow page
    /// keeps no old one alive.
    async fn update(&mut self) -> Result<(), Gone> {
        let rendered = self.rendered();
        if rendered.schema_rev == self.sent.schema_rev {
            if rendered.live.seq == self.sent.seq {
                return Ok(());
            }
            let update = self.sent.update(&rendered);
            drop(rendered);
            return self.send_update(update).await;
        }
        let schema = text(&ToPage::Schema {
            rev: rendered.schema_rev,
            panels: &rendered.panels,
            headlines: &rendered.headlines,
            layouts: &rendered.layouts,
            ticker: rendered.live.ticker.as_deref(),
        });
        let hello = Some(Arc::clone(&rendered.live.hello));
        let introduction =
            (self.sent.hello != hello).then(|| text(&ToPage::hello(&rendered.live.hello)));
        self.pause = pause(self.hz, rendered.live.hello.max_hz);
        self.sent = Sent { hello, schema_rev: rendered.schema_rev, ..Sent::default() };
        let snapshot = self.sent.snapshot(&rendered);
        drop(rendered);
        if let Some(introduction) = introduction {
            self.send(introduction).await?;
        }
        self.send(schema).await?;
        self.send_update(snapshot).await
    }

    fn rendered(&self) -> Arc<Rendered> {
        self.app.renderer.render(self.app.latest())
    }

    async fn send_update(&mut self, message: Message) -> Result<(), Gone> {
        self.send(message).await?;
        self.last_update = paced(self.last_update, self.pause, self.last_message);
        Ok(())
    }

    async fn send(&mut self, message: Message) -> Result<(), Gone> {
        let sent = timeout(self.app.limits.send, self.socket.send(message)).await;
        sent.map_err(|_| Gone::Stalled)??;
        self.last_message = Instant::now();
        Ok(())
    }

    /// The only thing a page can ask for is another rate; what is not understood is counted.
    fn heed(&mut self, heard: Option<Result<Message, axum::Error>>) -> Result<(), Gone> {
        match heard.ok_or(Gone::Closed)?? {
            Message::Text(text) => match serde_json::from_str(&text) {
                Ok(FromPage::Sub { hz }) => {
                    (self.hz, self.pause) = (hz, pause(hz, self.app.latest().hello.max_hz));
                }
                Err(_) => self.app.telemetry.message_ignored(),
            },
            Message::Binary(_) => self.app.telemetry.message_ignored(),
            Message::Ping(_) | Message::Pong(_) => {}
            Message::Close(_) => return Err(Gone::Closed),
        }
        Ok(())
    }

    async fn bye(mut self) -> Result<(), Gone> {
        self.send(text(&ToPage::Bye { reason: "shutdown", retry_ms: RETRY_MS })).await?;
        let close = CloseFrame { code: close_code::AWAY, reason: "shutdown".into() };
        self.send(Message::Close(Some(close))).await?;
        // Closing at once, with something of the page still unread, would reset the connection, and
        // the goodbye might be lost.
        let answer = async { while let Some(Ok(_)) = self.socket.recv().await {} };
        let _ = timeout(CLOSING, answer).await;
        Ok(())
    }
}

impl Sent {
    fn snapshot(&mut self, rendered: &Rendered) -> Message {
        let status = &rendered.status;
        let clock = clock(&rendered.live);
        self.advance_headlines(rendered);
        let headlines = &rendered.headline_values;
        let ticker = self.advance_ticker(rendered, TICKER_LINES_MAX);
        let (seq, frames, points) = self.advance(rendered);
        text(&ToPage::Snapshot { seq, clock, frames, headlines, ticker, series: points, status })
    }

    fn update(&mut self, rendered: &Rendered) -> Message {
        let status = &rendered.status;
        let clock = clock(&rendered.live);
        let headlines = self.advance_headlines(rendered).then_some(&*rendered.headline_values);
        let ticker = self.advance_ticker(rendered, TICKER_NEW_MAX);
        let (seq, frames, points) = self.advance(rendered);
        text(&ToPage::Update { seq, clock, frames, headlines, ticker, points, status })
    }

    /// Returns the newest sentences that the page does not have, at most so many, and records that
    /// the page has them.
    fn advance_ticker<'a>(&mut self, rendered: &'a Rendered, most: usize) -> &'a [TickerLine] {
        let all = &rendered.live.ticker_lines;
        let new = all.after(self.sentences, most);
        self.sentences = all.made();
        new
    }

    /// Returns true if the page does not have what the figures are worth, and records that the page
    /// has it.
    fn advance_headlines(&mut self, rendered: &Rendered) -> bool {
        let own = &rendered.headline_values;
        let is_known = self.headlines.as_ref().is_some_and(|known| Arc::ptr_eq(known, own));
        self.headlines = Some(Arc::clone(own));
        !is_known
    }

    /// Returns the frames that the page does not have yet, and records that the page has them.
    fn advance<'a>(
        &mut self,
        rendered: &'a Rendered,
    ) -> (u64, BTreeMap<&'a str, &'a serde_json::value::RawValue>, Points<'a>) {
        let mut frames = BTreeMap::new();
        for (id, frame) in &rendered.frames {
            if self.frame_revs.get(id) != Some(&frame.rev) {
                self.frame_revs.insert(id.clone(), frame.rev);
                frames.insert(id.as_str(), &*frame.text);
            }
        }
        let known = self.last_point;
        let points = rendered.live.series.iter().filter_map(|(name, all)| {
            let new = all.partition_point(|(at, _)| known.is_some_and(|known| *at <= known));
            Some((*name, &all[new..])).filter(|(_, new)| !new.is_empty())
        });
        let points: Points<'_> = points.collect();
        let newest = points.values().filter_map(|points| Some(points.last()?.0)).max();
        self.last_point = newest.or(known);
        self.seq = rendered.live.seq;
        (self.seq, frames, points)
    }
}

/// A message of the wire as one of the socket.
fn text(message: &ToPage<'_>) -> Message {
    Message::text(message.text())
}

/// The pause between updates at a rate, within what the host allows.
fn pause(hz: f64, max_hz: f64) -> Duration {
    Duration::from_secs_f64(1.0 / hz.min(max_hz).max(HZ_MIN))
}

/// The moment from which the next pause counts after an update was sent at `now`: the moment when
/// that update was due, so that the time of sending slows nobody down. A missed update is not made
/// up for.
fn paced(last: Instant, pause: Duration, now: Instant) -> Instant {
    let due = last + pause;
    if (due..due + pause).contains(&now) { due } else { now }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_is_kept_and_what_was_missed_is_not_made_up_for() {
        let (last, pause) = (Instant::now(), Duration::from_millis(500));
        for (sent, counted_from) in [(1, 1), (500, 500), (530, 500), (999, 500), (1000, 1000)] {
            let now = last + Duration::from_millis(sent);
            let expected = last + Duration::from_millis(counted_from);
            assert_eq!(paced(last, pause, now), expected, "{sent} ms");
        }
    }

    #[test]
    fn a_rate_is_kept_within_what_the_host_allows() {
        for (hz, ms) in [(2.0, 500), (10.0, 100), (1e9, 100), (0.0, 10_000), (-5.0, 10_000)] {
            assert_eq!(pause(hz, 10.0).as_millis(), ms, "{hz} Hz");
        }
    }
}

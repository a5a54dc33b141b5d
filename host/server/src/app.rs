//! The things that handlers share.

use std::sync::Arc;
use std::time::Instant;

use axum::http::HeaderValue;
use streamgauge_telemetry::Telemetry;
use streamgauge_wire::LiveState;
use tokio::sync::{Semaphore, watch};

use super::access::Access;
use super::access::hosts::Hosts;
use super::access::tickets::Tickets;
use super::control::Control;
use super::headers::policy::policy;
use super::limits::{ANSWERS_MAX, Limits};
use super::page::Page;
use super::query::Query;
use super::query::allowance::Allowance;
use super::render::Renderer;

/// Everything that a handler may need.
pub(super) struct App {
    pub(super) live: watch::Receiver<Arc<LiveState>>,
    pub(super) telemetry: Arc<Telemetry>,
    pub(super) query: Arc<dyn Query>,
    pub(super) control: Arc<dyn Control>,
    pub(super) access: Access,
    /// The names under which the server answers.
    pub(super) hosts: Hosts,
    pub(super) tickets: Tickets,
    /// The security policy of every response.
    pub(super) policy: HeaderValue,
    pub(super) shutdown: watch::Receiver<bool>,
    pub(super) renderer: Renderer,
    pub(super) page: Page,
    pub(super) limits: Limits,
    /// One permit for each stream.
    pub(super) streams: Arc<Semaphore>,
    /// One permit for each answer that is being computed or sent.
    pub(super) answers: Arc<Semaphore>,
    /// The time that explanations may take where no token is asked for.
    pub(super) allowance: Allowance,
}

impl App {
    pub(super) fn new(
        live: watch::Receiver<Arc<LiveState>>,
        telemetry: Arc<Telemetry>,
        query: Arc<dyn Query>,
        control: Arc<dyn Control>,
        access: Access,
        hosts: Hosts,
        shutdown: watch::Receiver<bool>,
    ) -> Self {
        let limits = Limits::default();
        Self {
            live,
            telemetry,
            query,
            control,
            policy: policy(&access),
            access,
            hosts,
            tickets: Tickets::default(),
            shutdown,
            renderer: Renderer::default(),
            page: Page::embedded(),
            limits,
            streams: Arc::new(Semaphore::new(limits.streams)),
            answers: Arc::new(Semaphore::new(ANSWERS_MAX)),
            allowance: Allowance::new(Instant::now()),
        }
    }

    #[cfg(test)]
    pub(super) fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self.streams = Arc::new(Semaphore::new(limits.streams));
        self
    }

    /// The state that was published last.
    pub(super) fn latest(&self) -> Arc<LiveState> {
        Arc::clone(&self.live.borrow())
    }

    /// Waits until no stream is open.
    pub(super) async fn streams_ended(&self) {
        let _ = self.streams.acquire_many(self.limits.streams as u32).await;
    }
}

/// Waits for the end of the host.
pub(super) async fn stopped(mut shutdown: watch::Receiver<bool>) {
    // A sender that is gone cannot ask for anything any more: that is an end too.
    let _ = shutdown.wait_for(|stop| *stop).await;
}

//! A run with its page: the supervisor in one thread, the publisher in another, the server in a
//! small async runtime, and this thread waiting for a signal.

use std::cell::OnceCell;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use chrono::Utc;
use streamgauge_core::digest_of;
use tokio::sync::watch;

use super::Failure;
use crate::announce::Announcement;
use crate::board::Board;
use crate::live::{LiveQuery, Publisher, TICK};
use crate::prepare::Prepared;
use crate::server::query::Query;
use crate::server::{Hello, Server};
use crate::source::SourceError;
use crate::sources::Feed;
use crate::state::StateStore;
use crate::stop::Stop;
use crate::supervisor::{Patience, Supervisor};
use crate::telemetry::Telemetry;
use crate::worker::Finished;

/// The longest silence on a page's stream.
const HEARTBEAT: Duration = Duration::from_secs(2);

/// A run that is ready to start.
pub(super) struct Job {
    pub(super) supervisor: Supervisor,
    pub(super) board: Arc<Board>,
    pub(super) telemetry: Arc<Telemetry>,
    /// SIGINT and SIGTERM end the run in good order; a second one ends it at once.
    pub(super) stop: Stop,
}

impl Job {
    pub(super) fn new(
        prepared: &Prepared,
        feed: Feed,
        store: Option<Box<dyn StateStore>>,
        write_letters: bool,
    ) -> Result<Self, Failure> {
        let board = Arc::new(Board::new());
        let telemetry = Arc::new(Telemetry::new());
        let stop = Stop::on_signals().map_err(Failure::failed)?;
        let supervisor = Supervisor {
            pipeline: Arc::clone(&prepared.pipeline),
            plan: Arc::clone(&prepared.plan),
            plugins: prepared.plugins.clone(),
            state_settings: prepared.state_settings(),
            feed,
            store,
            write_letters,
            board: Arc::clone(&board),
            now: None,
            telemetry: Arc::clone(&telemetry),
            stop: stop.flag(),
            topic_client: OnceCell::new(),
        };
        Ok(Self { supervisor, board, telemetry, stop })
    }
}

/// Takes the port, so that a taken one is known before anything starts.
pub(super) fn bind(listen: SocketAddr) -> Result<Server, Failure> {
    Server::bind(listen).map_err(Failure::outside)
}

/// Runs `job` with its page on `server` until a signal, or until a bounded run ends.
pub(super) fn serve(
    prepared: &Prepared,
    mut job: Job,
    server: Server,
    patience: Patience,
) -> Result<Finished, SourceError> {
    let bounded = patience == Patience::GiveUp;
    let (mut publisher, live) = Publisher::new(
        &prepared.pipeline,
        &prepared.plan,
        &prepared.plugins,
        &job.board,
        &job.telemetry,
        bounded,
    );
    let query = LiveQuery::new(prepared, &job.board, bounded);
    let query: Arc<dyn Query> = Arc::new(query);
    let announcement = Announcement { pid: std::process::id(), address: server.local_addr() };
    let _announced = announcement.write(&prepared.pipeline.state_dir);
    let (shutdown, shut) = watch::channel(false);
    let hello = hello(prepared);
    let telemetry = Arc::clone(&job.telemetry);
    let web = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("web")
            .enable_all()
            .build()
            .expect("an async runtime can be started");
        runtime.block_on(server.serve(live, telemetry, query, hello, shut))
    });
    let done = Arc::new(AtomicBool::new(false));
    let publishing = {
        let done = Arc::clone(&done);
        thread::spawn(move || {
            while !done.load(Ordering::Relaxed) {
                publisher.publish();
                thread::sleep(TICK);
            }
            publisher.publish();
        })
    };
    let result = job.supervisor.run(patience);
    // A finished or failed run stays on the page until somebody ends it.
    while !bounded && !job.stop.is_requested() {
        thread::sleep(TICK);
    }
    done.store(true, Ordering::Relaxed);
    publishing.join().expect("the publisher does not panic");
    shutdown.send_replace(true);
    if let Err(error) = web.join().expect("the server does not panic") {
        tracing::warn!(%error, "the server ended with an error");
    }
    result
}

fn hello(prepared: &Prepared) -> Hello {
    let started = format!("{} {}", std::process::id(), Utc::now().timestamp_micros());
    Hello {
        epoch: digest_of(started.as_bytes()).to_string()[..16].to_owned(),
        build: crate::server::build(),
        tz: prepared.pipeline.event_time.zone.name().to_owned(),
        name: prepared.pipeline.name.clone(),
        heartbeat_ms: HEARTBEAT.as_millis() as u64,
        max_hz: prepared.pipeline.server.max_hz,
    }
}

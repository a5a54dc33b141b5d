//! A run with its page: the supervisor in one thread, the publisher in another, the server in a
//! small async runtime, and this thread waiting for a signal.

mod changing;

use std::cell::{OnceCell, RefCell};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use chrono::Utc;
use clap::Args;
use streamgauge_core::digest_of;
use tokio::sync::watch;

use streamgauge_checkpoint::editions::FIRST;
use streamgauge_checkpoint::store::StateStore;
use streamgauge_engine::Finished;
use streamgauge_pipeline::{Exposure, ServerSettings};
use streamgauge_server::control::Control;
use streamgauge_server::query::Query;
use streamgauge_server::{Access, Server};
use streamgauge_source::SourceError;
use streamgauge_telemetry::Telemetry;
use streamgauge_wire::{Hello, Look};

use super::failure::Failure;
use crate::publish::{LiveQuery, Publisher};
use crate::run::announce::Announcement;
use crate::run::control::HostControl;
use crate::run::control_token::ControlToken;
use crate::run::fatal;
use crate::run::hangup::{Hangup, Request};
use crate::run::opening::{Feed, Reads};
use crate::run::patience::Patience;
use crate::run::prepare::Prepared;
use crate::run::pulse::Pulses;
use crate::run::reload::{By, Reloader, WhenEqual};
use crate::run::reloading::Reloading;
use crate::run::service;
use crate::run::status::RunStatus;
use crate::run::stop::{OnHangup, Stop};
use crate::run::supervisor::Supervisor;
pub(super) use changing::{Instead, Reloads, Watches};
use changing::{TICK, build, changers, end_of_build};

/// The longest silence on a page's stream.
const HEARTBEAT: Duration = Duration::from_secs(2);

/// How often the files are looked at; a change is taken over once it stands still for so long.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// A run that is ready to start.
pub(super) struct Job {
    pub(super) supervisor: Supervisor,
    pub(super) run_status: Arc<RunStatus>,
    /// The signs of life of the run's threads.
    pub(super) pulses: Pulses,
    pub(super) telemetry: Arc<Telemetry>,
    /// The flag of the signals that end the run in good order; a second signal ends the
    /// run at once.
    pub(super) stop: Stop,
    /// The watch of SIGHUP, where that is no request to end.
    hangup: Option<Hangup>,
}

impl Job {
    pub(super) fn new(
        prepared: &Prepared,
        feed: Feed,
        store: Option<Box<dyn StateStore>>,
        write_letters: bool,
        on_hangup: OnHangup,
    ) -> Result<Self, Failure> {
        let run_status = Arc::new(RunStatus::new());
        let telemetry = Arc::new(Telemetry::new());
        let pulses = Pulses::default();
        let stop = Stop::on_signals(on_hangup).map_err(Failure::failed)?;
        let hangup = match on_hangup {
            OnHangup::Other => Hangup::watch().map_err(Failure::failed)?,
            OnHangup::End => None,
        };
        let supervisor = Supervisor {
            pipeline: Arc::clone(&prepared.pipeline),
            plan: Arc::clone(&prepared.plan),
            plugins: prepared.plugins.clone(),
            state_settings: prepared.state_settings(),
            feed,
            reads: Reads::Shown,
            store,
            write_letters,
            run_status: Arc::clone(&run_status),
            now: None,
            stop: stop.flag(),
            topic_client: OnceCell::new(),
            topic_identity: RefCell::default(),
            identity: new_identity(),
            pulses: pulses.clone(),
            beat: None,
            reloading: Reloading::new(prepared),
            edition: FIRST,
            keeping: None,
        };
        Ok(Self { supervisor, run_status, pulses, telemetry, stop, hangup })
    }
}

/// The watch of the pipeline file and the plugins.
#[derive(Args, Clone, Copy, Debug)]
pub(super) struct Watch {
    /// Do not take over the pipeline file and the plugins when they change; `streamgauge reload` and
    /// SIGHUP still do.
    #[arg(long)]
    no_watch: bool,
}

impl Watch {
    /// The files, unless the command line says otherwise.
    pub(super) fn watches(self) -> Watches {
        if self.no_watch { Watches::Nothing } else { Watches::Files }
    }
}

/// The address of the page and the access to it.
#[derive(Args, Clone, Copy, Debug)]
pub(super) struct Listen {
    /// Where the dashboard listens, instead of `[server] listen`.
    #[arg(long, value_name = "IP:PORT")]
    pub(super) listen: Option<SocketAddr>,

    /// Let other computers in without a token.
    #[arg(long)]
    pub(super) public: bool,
}

impl Listen {
    /// The settings that are given here.
    pub(super) fn overridden(self) -> Vec<String> {
        let given = [(self.listen.is_some(), "server.listen"), (self.public, "server.public")];
        given.into_iter().filter(|(is_given, _)| *is_given).map(|(_, of)| of.to_owned()).collect()
    }

    /// Puts the given address and access in the place of the file's settings.
    pub(super) fn apply(self, server: &mut ServerSettings) {
        server.listen = self.listen.unwrap_or(server.listen);
        server.public |= self.public;
    }

    /// Refuses, at its place of origin, an address that would let everyone in by oversight.
    pub(super) fn check(self, prepared: &Prepared) -> Result<(), Failure> {
        match (prepared.pipeline.server.check_exposure(), self.listen) {
            (Err(open @ Exposure::Open { .. }), Some(_)) => {
                Err(Failure::usage(format!("{open}\nhint: {}", open.hint())))
            }
            _ => Ok(prepared.check_exposure()?),
        }
    }

    /// Takes the port, so that a taken one is known before anything starts.
    pub(super) fn bind(self, prepared: &Prepared) -> Result<Server, Failure> {
        self.check(prepared)?;
        Server::bind(prepared.pipeline.server.listen).map_err(Failure::outside)
    }
}

/// The address to open the page at; the token itself is never shown.
pub(super) fn page_url(prepared: &Prepared, server: &Server) -> String {
    url(server.local_addr(), &prepared.pipeline.server)
}

/// The address of the page of a server at `address`.
pub(super) fn url(address: SocketAddr, settings: &ServerSettings) -> String {
    format!("http://{address}{}", if settings.token.is_some() { "/#token=TOKEN" } else { "" })
}

/// Runs `job` with a page on `server` until a signal, or until a bounded run ends. `reloads` is for
/// a run that takes over changed files.
pub(super) fn serve(
    prepared: &Prepared,
    mut job: Job,
    server: Server,
    patience: Patience,
    reloads: Option<Reloads>,
) -> Result<Finished, SourceError> {
    let control_token = ControlToken::write(&prepared.pipeline.state_dir);
    let announcement = Announcement { pid: std::process::id(), address: server.local_addr() };
    let announced = announcement.write(&prepared.pipeline.state_dir);
    let bounded = patience == Patience::GiveUp;
    let current = Arc::clone(&job.supervisor.reloading.current);
    let handover = Arc::clone(&job.supervisor.reloading.handover);
    let (status, telemetry) = (&job.run_status, &job.telemetry);
    let (mut publisher, live) =
        Publisher::new(&current, status, telemetry, hello(prepared), bounded);
    let query: Arc<dyn Query> = Arc::new(LiveQuery::new(&current, status, bounded));
    let watches = reloads.as_ref().map(|reloads| reloads.watches);
    let overridden = reloads.as_ref().map(|reloads| reloads.overridden.clone());
    let keeps = job.supervisor.keeping.is_some();
    let (reloader, rebuilder) = reloads
        .map(|reloads| changers(reloads, (status, &job.pulses), (&current, &handover)))
        .unzip();
    let rebuilder = rebuilder.filter(|_| keeps);
    let control: Arc<dyn Control> = Arc::new(HostControl::new(
        &current,
        status,
        (reloader.as_ref(), rebuilder.as_ref()),
        overridden.unwrap_or_default(),
    ));
    let (shutdown, shut) = watch::channel(false);
    let mut access = Access::from(&prepared.pipeline.server);
    access.control_token = Some(control_token.token().to_owned());
    let telemetry = Arc::clone(&job.telemetry);
    let serving = |shut| server.serve(live, telemetry, query, control, access, shut);
    let web = web(serving, shut);
    let done = Arc::new(AtomicBool::new(false));
    let attendance = service::attend(&job.pulses, &job.run_status, job.stop.flag());
    let publishing = {
        let done = Arc::clone(&done);
        let beat = job.pulses.watch("publisher");
        spawn("publisher", move || {
            while !done.load(Ordering::Relaxed) {
                publisher.publish();
                announced.keep();
                control_token.keep();
                beat.beat(Instant::now());
                publisher.wait();
            }
            publisher.publish();
        })
    };
    if let Some((reloader, watches)) = reloader.zip(watches) {
        let (done, stop, hangup) = (Arc::clone(&done), job.stop.flag(), job.hangup.take());
        // It may compile when the run ends; nobody waits for that.
        drop(spawn("reload", move || reload(&reloader, (watches, hangup), &done, &stop)));
    }
    let building = rebuilder.map(|rebuilder| build(rebuilder, &done));
    let mut result = job.supervisor.run(patience);
    // A finished or failed run stays on the page until a signal ends the process, or until a changed
    // pipeline brings it back.
    while !bounded && !job.stop.is_requested() {
        if handover.is_asked() {
            result = job.supervisor.run(patience);
        }
        thread::sleep(TICK);
    }
    attendance.stopping();
    done.store(true, Ordering::Relaxed);
    job.run_status.news.tell();
    handover.close();
    building.into_iter().for_each(end_of_build);
    // A panic of either was told, and ends the process with its message.
    let _ = publishing.join();
    shutdown.send_replace(true);
    let _ = web.join();
    result
}

/// Serves in a small async runtime, until `shut` says that the run is over.
fn web<F>(
    serving: impl FnOnce(watch::Receiver<bool>) -> F + Send + 'static,
    shut: watch::Receiver<bool>,
) -> JoinHandle<()>
where
    F: Future<Output = io::Result<()>>,
{
    spawn("server", move || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name(fatal::REQUESTS)
            .enable_all()
            .build()
            .expect("an async runtime can be started");
        let asked = shut.clone();
        let ended = runtime.block_on(serving(shut));
        // An act or an answer on its way may take long, and nobody waits for it any more.
        runtime.shutdown_background();
        let reason = ended.err().map_or(String::new(), |error| format!(": {error}"));
        if !*asked.borrow() {
            fatal::end(format!("the server of the page ended by itself{reason}"));
        } else if !reason.is_empty() {
            tracing::warn!("the server of the page ended with an error{reason}");
        }
    })
}

/// Looks at the files and for SIGHUP until the run is over.
fn reload(
    reloader: &Reloader,
    (watches, hangup): (Watches, Option<Hangup>),
    done: &AtomicBool,
    stop: &AtomicBool,
) {
    while !done.load(Ordering::Relaxed) {
        match hangup.as_ref().and_then(Hangup::take) {
            Some(Request::Stop) => stop.store(true, Ordering::Relaxed),
            // What came of it is in the log.
            Some(Request::Reload) => drop(reloader.reload(By::Signal, WhenEqual::Leave)),
            None => {}
        }
        if watches == Watches::Files {
            reloader.look();
        }
        thread::sleep(LOOK_EVERY);
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> JoinHandle<()> {
    thread::Builder::new().name(name.to_owned()).spawn(work).expect("a thread can be started")
}

/// An identity that no other state has.
fn new_identity() -> String {
    let now = Utc::now().timestamp_nanos_opt().unwrap_or_default();
    // The hasher of a map begins at random.
    let random = RandomState::new().build_hasher().finish();
    digest_of(format!("{} {now} {random}", std::process::id()).as_bytes()).to_string()[..32]
        .to_owned()
}

fn hello(prepared: &Prepared) -> Hello {
    let started = format!("{} {}", std::process::id(), Utc::now().timestamp_micros());
    Hello {
        epoch: digest_of(started.as_bytes()).to_string()[..16].to_owned(),
        build: streamgauge_server::build(),
        tz: prepared.pipeline.event_time.zone.name().to_owned(),
        name: prepared.pipeline.name.clone(),
        names: prepared.pipeline.names.clone(),
        look: Look::default(),
        heartbeat_ms: HEARTBEAT.as_millis() as u64,
        max_hz: prepared.pipeline.server.max_hz,
        control: prepared.pipeline.server.control,
    }
}

//! `streamgauge demo`: the pipeline with its source replaced by the generator and its state by a
//! temporary folder, so that editing its metrics changes the demo. A pipeline that generates its
//! events keeps their shape; a pipeline that reads other events is refused, because its page would
//! stay empty.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use clap::Args;

use super::config::Config;
use super::failure::Failure;
use super::output::tell;
use super::serve::{Instead, Job, Listen, Reloads, Watches, page_url, serve};
use super::story;
use crate::run::edition::{Keeping, Until};
use crate::run::opening::Feed;
use crate::run::patience::Patience;
use crate::run::prepare::Prepared;
use crate::run::reload::Look;
use crate::run::stop::OnHangup;
use streamgauge_checkpoint::editions::FIRST;
use streamgauge_checkpoint::store::{EmbeddedStore, Keep};
use streamgauge_pipeline::{
    GeneratorSettings, OutletFile, OutletSettings, ServerSettings, SourceSettings,
};
use streamgauge_source::models::fields;

/// How long the generated days from 05-11 to 11-11 take.
const SEASON_SECONDS: f64 = 120.0;

/// Events per second, unless the command line sets another rate.
pub(super) const RATE: f64 = 8000.0;

/// Show the dashboard with generated events: no Kafka, no set-up.
#[derive(Args, Clone, Debug)]
pub(super) struct DemoArgs {
    #[command(flatten)]
    config: Config,

    #[command(flatten)]
    listen: Listen,

    /// Events per second, on average.
    #[arg(long, default_value_t = RATE, value_parser = parse_rate)]
    rate: f64,

    /// The same seed gives the same events.
    #[arg(long, default_value_t = GeneratorSettings::default().seed)]
    seed: u64,

    /// Keep the state in this folder, take files over only when asked to, and end when the input
    /// ends: whoever started this is gone then.
    #[arg(long, hide = true, value_name = "FOLDER")]
    attached: Option<PathBuf>,
}

pub(super) fn demo(args: &DemoArgs) -> Result<(), Failure> {
    let folder = tempfile::Builder::new()
        .prefix("streamgauge-demo-")
        .tempdir()
        .map_err(|error| Failure::failed(format!("no temporary folder: {error}")))?;
    let first = Look::at(&args.config.config);
    let place = args.attached.clone().unwrap_or_else(|| folder.path().to_owned());
    let asked = args.clone();
    let load = move || {
        Prepared::load_without_source(&asked.config.config, |pipeline| {
            pipeline.source = SourceSettings::Generator(events(&asked, &pipeline.source));
            pipeline.state_dir = state_dir(&place);
            let letters = place.join("dead-letters.jsonl");
            pipeline.dead_letters = Some(OutletSettings::File(OutletFile::unlimited(letters)));
            pipeline.late_output = None;
            asked.listen.apply(&mut pipeline.server);
        })
    };
    let prepared = load()?;
    check_fields(&prepared)?;
    story::started(&prepared.pipeline, &args.config.config);
    let server = args.listen.bind(&prepared)?;
    let store = EmbeddedStore::open(&prepared.pipeline.state_dir)?;
    let store = store.keeping(Keep::new(&prepared.pipeline));
    let (feed, store) = (Feed::Pipeline { bounded: false }, Box::new(store));
    let mut job = Job::new(&prepared, feed, Some(store), true, OnHangup::Other)?;
    job.supervisor.keeping =
        Some(Keeping::new(&prepared.pipeline.state_dir, FIRST, Until::Stopped));
    if args.attached.is_some() {
        end_with_input(job.stop.flag());
    }
    greet(server.local_addr(), &page_url(&prepared, &server), &prepared.pipeline.server);
    let run_status = Arc::clone(&job.run_status);
    // Who started it shows nothing that is not tested.
    let watches = if args.attached.is_some() { Watches::Nothing } else { Watches::Files };
    let overridden = args.listen.overridden();
    let reloads =
        Reloads { load: Box::new(load), first, watches, overridden, instead: Instead::Files };
    let result = serve(&prepared, job, server, Patience::Retry, Some(reloads));
    story::stopped(&prepared.pipeline, &run_status);
    result.map_err(|error| Failure::source(&error))?;
    Ok(())
}

/// The state of a demo in the folder `place`.
pub(super) fn state_dir(place: &Path) -> PathBuf {
    place.join("state")
}

fn end_with_input(stop: Arc<AtomicBool>) {
    thread::spawn(move || {
        // An input that cannot be read has ended.
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        stop.store(true, Ordering::Relaxed);
    });
}

/// The events of the demo in place of the events of `source`, with the shape of `source` if that is
/// a generator.
fn events(args: &DemoArgs, source: &SourceSettings) -> GeneratorSettings {
    let own = match source {
        SourceSettings::Generator(own) => own.clone(),
        SourceSettings::Kafka(_) | SourceSettings::File(_) => GeneratorSettings::default(),
    };
    GeneratorSettings {
        rate: args.rate,
        seed: args.seed,
        partitions: 4,
        season: (args.rate * SEASON_SECONDS) as u64,
        limit: None,
        swing: true,
        ..own
    }
}

/// Refuses a pipeline that reads fields which the generated events do not have.
fn check_fields(prepared: &Prepared) -> Result<(), Failure> {
    let SourceSettings::Generator(events) = &prepared.pipeline.source else { return Ok(()) };
    let fields = fields(events.shape);
    let mut wanted = prepared.plan.projection.fields().iter().map(|field| field.name.as_str());
    wanted.find(|name| !fields.contains(name)).map_or(Ok(()), |name| {
        Err(Failure::usage(format!(
            "the demo's events have no field `{name}`, which this pipeline reads\n\
             hint: they have {}; name another shape in `[source.generator] shape`, or start the \
             pipeline over its own source with `streamgauge run`",
            fields.join(", ")
        )))
    })
}

fn greet(address: SocketAddr, url: &str, settings: &ServerSettings) {
    let port = address.port();
    let (fragment, public) = match settings.token {
        Some(_) => ("/#token=TOKEN", ""),
        None => ("", " --public"),
    };
    tell(format_args!("Streamgauge demo · 演示: {url}"));
    if address.ip().is_loopback() {
        tell(format_args!("  from another computer · 从另一台电脑:"));
        tell(format_args!(
            "    ssh -L {port}:127.0.0.1:{port} USER@THIS-COMPUTER, then http://127.0.0.1:{port}{fragment}"
        ));
        tell(format_args!(
            "    or in a trusted network · 或在可信网络中: --listen 0.0.0.0:{port}{public}"
        ));
    }
    tell(format_args!("  Ctrl-C ends it · 按 Ctrl-C 结束"));
}

pub(super) fn parse_rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if rate.is_finite() && (0.1..=10_000_000.0).contains(&rate) => Ok(rate),
        _ => Err("a number from 0.1 to 10000000 (events per second)".into()),
    }
}

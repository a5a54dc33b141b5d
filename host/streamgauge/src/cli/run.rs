//! `streamgauge run`: the pipeline for real.

use std::path::Path;
use std::sync::Arc;

use clap::Args;

use super::begin::{Beginning, Begun, begin};
use super::config::Config;
use super::failure::Failure;
use super::output::{is_printed, print_whole};
use super::read_progress::ReadProgress;
use super::report::{Report, trouble_words};
use super::serve::{Job, Listen, Reloads, Watch, page_url, serve};
use super::story;
use super::version::ENVIRONMENT;
use crate::log;
use crate::publish::log_warnings;
use crate::run::edition::{Keeping, Until, keep_files};
use crate::run::identity;
use crate::run::opening::Feed;
use crate::run::patience::Patience;
use crate::run::prepare::Prepared;
use crate::run::reload::Look;
use crate::run::stop::OnHangup;
use streamgauge_checkpoint::backups::Backups;
use streamgauge_pipeline::Pipeline;
use streamgauge_view::document::NotWritten;

/// Run the pipeline: read its source, keep its state, serve the dashboard.
#[derive(Args, Debug)]
#[command(after_help = ENVIRONMENT)]
pub(super) struct RunArgs {
    #[command(flatten)]
    config: Config,

    #[command(flatten)]
    listen: Listen,

    /// Stop at the present ends of the logs, and print the result. The dashboard is served
    /// meanwhile only with `--listen`.
    #[arg(long)]
    until_end: bool,

    #[command(flatten)]
    beginning: Beginning,

    #[command(flatten)]
    watch: Watch,

    /// Print the result as JSON.
    #[arg(long, requires = "until_end")]
    json: bool,
}

impl RunArgs {
    pub(super) fn config(&self) -> &Path {
        &self.config.config
    }
}

pub(super) fn run(args: &RunArgs) -> Result<(), Failure> {
    let first = Look::at(&args.config.config);
    let (path, listen) = (args.config.config.clone(), args.listen);
    let load =
        move || Prepared::load(&path, |pipeline: &mut Pipeline| listen.apply(&mut pipeline.server));
    let apply = |pipeline: &mut Pipeline| listen.apply(&mut pipeline.server);
    let until = if args.until_end { Until::End } else { Until::Stopped };
    let begun = begin(args.beginning, (&args.config.config, load()), until, &apply)?;
    let Begun { prepared, instead, store, checkpoint, reader, edition } = begun;
    let warnings = prepared.document.warnings();
    if !warnings.is_empty() {
        log::say(warnings.render(false));
    }
    let with_page = !args.until_end || args.listen.listen.is_some();
    if with_page {
        args.listen.check(&prepared)?;
    }
    story::started(&prepared.pipeline, &args.config.config);
    keep_files(&prepared.pipeline.state_dir, &prepared);
    let server = with_page.then(|| args.listen.bind(&prepared)).transpose()?;
    let feed = Feed::Pipeline { bounded: args.until_end };
    let takes_over = with_page && !args.until_end;
    let on_hangup = if takes_over { OnHangup::Other } else { OnHangup::End };
    let mut job = Job::new(&prepared, feed, Some(store), true, on_hangup)?;
    let (dir, name) = (&prepared.pipeline.state_dir, &prepared.pipeline.name);
    job.supervisor.edition = edition;
    job.supervisor.keeping = Some(Keeping::new(dir, edition, until));
    let stored = checkpoint.as_ref().map(|stored| stored.identity.clone());
    let stored = stored.filter(|identity| !identity.is_empty());
    if let Some(known) = stored.or_else(|| identity::kept(dir, name)) {
        job.supervisor.identity = known;
    }
    identity::keep(dir, &job.supervisor.identity, name);
    let patience = if args.until_end { Patience::GiveUp } else { Patience::Retry };
    let run_status = Arc::clone(&job.run_status);
    story::restored(&prepared.pipeline, checkpoint.as_ref());
    if let Some(checkpoint) = checkpoint {
        run_status.restore(&checkpoint);
    }
    let stopped = job.stop.flag();
    let (board, identity) = (Arc::clone(&run_status.backups), job.supervisor.identity.clone());
    board.read_from(Some(reader));
    let backups = prepared.pipeline.backups.clone();
    let backups = backups.map(|settings| Backups { settings, identity, board }.start());
    let result = if let Some(server) = server {
        log::say(format!("streamgauge: dashboard at {}", page_url(&prepared, &server)));
        let watches = args.watch.watches();
        let overridden = args.listen.overridden();
        let reloads = Reloads { load: Box::new(load), first, watches, overridden, instead };
        serve(&prepared, job, server, patience, takes_over.then_some(reloads))
    } else {
        let progress = ReadProgress::of_run(&run_status);
        let result = job.supervisor.run(patience);
        drop(progress);
        // The text of the result holds the warnings.
        if args.json || result.is_err() {
            log_warnings(&prepared.pipeline, &run_status.overview());
        }
        result
    };
    drop(backups);
    story::stopped(&prepared.pipeline, &run_status);
    result.map_err(|error| Failure::source(&error))?;
    if args.until_end {
        if stopped.load(std::sync::atomic::Ordering::Relaxed) {
            return Err(Failure::failed("stopped before the end; the state is stored"));
        }
        Keeping::new(&prepared.pipeline.state_dir, edition, until).ended(&prepared)?;
        return print(&prepared, &Report::new(&prepared, &run_status), args.json);
    }
    Ok(())
}

/// Prints the result; a metric that stopped is a failure.
pub(super) fn print(prepared: &Prepared, report: &Report, json: bool) -> Result<(), Failure> {
    let written = print_whole(|out| {
        if json { report.write_json(prepared, out) } else { report.write_text(prepared, out) }
    });
    let troubles = match written {
        Ok(troubles) => troubles,
        // What became of the output is told with the end.
        Err(NotWritten::Output(_)) => Vec::new(),
        Err(error @ NotWritten::History(_)) => return Err(Failure::failed(error)),
    };
    is_printed()?;
    let troubles: Vec<String> = troubles.iter().map(trouble_words).collect();
    if troubles.is_empty() { Ok(()) } else { Err(Failure::failed(troubles.join("\n"))) }
}

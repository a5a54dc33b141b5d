//! `streamgauge check`: everything that can be known before a run, all at once.

mod brokers;

use std::collections::BTreeMap;
use std::path::Path;

use clap::Args;
use serde_json::{Value, json};

use brokers::Answers;

use super::config::Config;
use super::failure::Failure;
use super::output::tell;
use super::stored;
use crate::log;
use crate::publish::wire_cause;
use crate::run::cause::Cause;
use crate::run::prepare::Prepared;
use streamgauge_checkpoint::store::{EmbeddedStore, StateError, StateStore};
use streamgauge_outbox::StoppedMetric;
use streamgauge_pipeline::{Diagnostic, Diagnostics, SourceSettings};

/// Check the pipeline: its settings, plugins, schema and state, whether its brokers answer and let
/// this user read and write, and what would become of the newest records.
#[derive(Args, Debug)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    config: Config,

    /// Do not ask the brokers.
    #[arg(long)]
    offline: bool,

    /// Fail unless every metric pins its plugin with `sha256`.
    #[arg(long)]
    locked: bool,

    /// Print what was found as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn check(args: &CheckArgs) -> Result<(), Failure> {
    let prepared = match Prepared::load(&args.config.config, |_| {})
        .and_then(check_state)
        .and_then(|prepared| check_pins(args, prepared))
        .and_then(|prepared| prepared.check_exposure().map(|()| prepared))
    {
        Ok(prepared) => prepared,
        Err(diagnostics) => return Err(report(args, diagnostics)),
    };
    if let Some(error) = unreadable(&prepared.pipeline.state_dir) {
        if args.json {
            let state = error.to_string();
            tell(format_args!("{}", json!({ "ok": false, "diagnostics": [], "state": state })));
        }
        return Err(error.into());
    }
    let warnings = prepared.document.warnings();
    let answers = match &prepared.pipeline.source {
        SourceSettings::Kafka(settings) if !args.offline => {
            Some((Answers::ask(&prepared, settings)?, settings))
        }
        _ => None,
    };
    let stopped = stopped(&prepared);
    let faults = answers.as_ref().map_or(&[][..], |(answers, _)| &answers.faults);
    if args.json {
        let cause = faults.first().map(|error| wire_cause(Cause::of(error, &prepared.pipeline)));
        let found = json!({
            "ok": faults.is_empty(),
            "diagnostics": warnings.to_json(),
            "outside": faults.first().map(ToString::to_string),
            "cause": cause,
            "brokers": answers.as_ref().map(|(answers, _)| answers.json(&prepared)),
            "metrics": metrics(&prepared, &stopped),
        });
        tell(format_args!("{found}"));
    } else {
        if !warnings.is_empty() {
            log::say(warnings.render(false));
        }
        for plugin in &prepared.plugins {
            let descriptor = plugin.descriptor();
            tell(format_args!(
                "metric `{}`: {} {}, sha256 {}",
                plugin.settings().id,
                descriptor.name,
                descriptor.version,
                plugin.digest()
            ));
        }
        for (id, of) in &stopped {
            let (places, stop, remedy) = (of.places(), &of.stop, of.remedy());
            let text = format!("metric `{id}` has stopped at {places}: {stop}\nhint: {remedy}");
            log::say(format!("warning: {text}\n"));
        }
        if let Some((answers, settings)) = &answers {
            answers.warnings.iter().for_each(|text| log::say(format!("warning: {text}\n")));
            answers.text(settings).into_iter().for_each(tell);
        }
    }
    if !faults.is_empty() {
        return Err(Failure::sources(faults));
    }
    if !args.json {
        tell(format_args!("{}: ok", args.config.config.display()));
    }
    Ok(())
}

/// Holds existing state against the settings; state in use belongs to a running pipeline and was
/// checked when that pipeline started.
fn check_state(prepared: Prepared) -> Result<Prepared, Diagnostics> {
    let dir = &prepared.pipeline.state_dir;
    if EmbeddedStore::exists(dir)
        && let Ok(store) = EmbeddedStore::open(dir)
        && let Ok(Some(checkpoint)) = store.load()
    {
        prepared.check_state(&checkpoint)?;
    }
    Ok(prepared)
}

/// Why the state in `dir` cannot be read; state in use is read by the pipeline that runs.
fn unreadable(dir: &Path) -> Option<StateError> {
    if !EmbeddedStore::exists(dir) {
        return None;
    }
    let read = EmbeddedStore::open(dir).and_then(|store| store.load());
    read.err().filter(|error| !matches!(error, StateError::InUse(_)))
}

/// With `--locked`, refuses metrics without a pin. A pin itself was compared when its plugin was
/// loaded.
fn check_pins(args: &CheckArgs, prepared: Prepared) -> Result<Prepared, Diagnostics> {
    let mut diagnostics = prepared.document.diagnostics();
    for (index, metric) in prepared.pipeline.metrics.iter().enumerate() {
        if args.locked && metric.sha256.is_none() {
            let place = prepared.document.place(&format!("metric[{index}].plugin"));
            let message = format!("metric `{}` does not pin its plugin with `sha256`", metric.id);
            let diagnostic = Diagnostic::error(message).at(place);
            diagnostics.push(diagnostic.help("`streamgauge plugin lock` writes it"));
        }
    }
    if diagnostics.is_empty() { Ok(prepared) } else { Err(diagnostics) }
}

/// The metrics that have stopped, by the stored state or, while it is in use, by the pipeline that
/// runs. State that cannot be read has been told before.
fn stopped(prepared: &Prepared) -> BTreeMap<String, StoppedMetric> {
    let stored = stored::find(prepared).ok().flatten();
    stored
        .map_or_else(BTreeMap::new, |found| StoppedMetric::all(&found.export.checkpoint.partitions))
}

fn metrics(prepared: &Prepared, stopped: &BTreeMap<String, StoppedMetric>) -> Vec<Value> {
    let metric = |plugin: &streamgauge_plugin::Plugin| {
        json!({
            "id": plugin.settings().id,
            "plugin": plugin.descriptor().name,
            "version": plugin.descriptor().version,
            "sha256": plugin.digest().to_string(),
            "stopped": stopped.get(&plugin.settings().id).map(|of| of.stop.to_string()),
        })
    };
    prepared.plugins.iter().map(metric).collect()
}

fn report(args: &CheckArgs, diagnostics: Diagnostics) -> Failure {
    if args.json {
        tell(format_args!("{}", json!({ "ok": false, "diagnostics": diagnostics.to_json() })));
    }
    diagnostics.into()
}

//! `streamgauge check`: everything that can be known before a run, all at once.

mod against;
mod brokers;
mod shown;

use std::collections::BTreeMap;
use std::path::Path;

use clap::Args;
use serde_json::{Value, json};

use against::AgainstArgs;
use brokers::Answers;

use super::config::Config;
use super::failure::Failure;
use super::output::tell;
use super::stored;
use crate::log;
use crate::publish::wire_cause;
use crate::run::cause::Cause;
use crate::run::gone::gone;
use crate::run::prepare::{Held, Prepared};
use streamgauge_checkpoint::editions::Editions;
use streamgauge_checkpoint::store::{Checkpoint, StateError, StateReader};
use streamgauge_kafka::FetchChoice;
use streamgauge_outbox::StoppedMetric;
use streamgauge_pipeline::{Diagnostic, Diagnostics, SourceSettings};
use streamgauge_wire::Difference;

/// Check the pipeline: its settings, plugins, schema and state, whether its brokers answer and let
/// this user read and write, and what would become of the newest records.
#[derive(Args, Debug)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    config: Config,

    /// Do not ask the brokers.
    #[arg(long)]
    offline: bool,

    #[command(flatten)]
    against: AgainstArgs,

    /// Fail unless every metric pins its plugin with `sha256`.
    #[arg(long)]
    locked: bool,

    /// Print what was found as JSON.
    #[arg(long)]
    json: bool,
}

impl CheckArgs {
    pub(super) fn config(&self) -> &Path {
        &self.config.config
    }
}

pub(super) fn check(args: &CheckArgs) -> Result<(), Failure> {
    let (prepared, state, against) = checked(args)?;
    let warnings = prepared.document.warnings();
    let answers = match &prepared.pipeline.source {
        SourceSettings::Kafka(settings) if !args.offline => {
            Some((Answers::ask(&prepared, settings)?, settings))
        }
        _ => None,
    };
    let fetch = match &prepared.pipeline.source {
        SourceSettings::Kafka(settings) => Some(FetchChoice::of(settings)),
        _ => None,
    };
    let gone = against.as_ref().filter(|_| !args.offline).and_then(|changes| {
        let found = stored::read(&prepared, stored::Which::default(), drop).ok()?;
        // Brokers that do not answer are told below.
        gone(&prepared.pipeline, &found.checkpoint.partitions, changes).ok()?
    });
    let stopped = stopped(&prepared, state);
    let faults = answers.as_ref().map_or(&[][..], |(answers, _)| &answers.faults);
    if args.json {
        let cause = faults.first().map(|error| wire_cause(Cause::of(error, &prepared.pipeline)));
        let mut found = json!({
            "ok": faults.is_empty(),
            "diagnostics": warnings.to_json(),
            "outside": faults.first().map(ToString::to_string),
            "cause": cause,
            "brokers": answers.as_ref().map(|(answers, _)| answers.json(&prepared)),
            "fetch": fetch.as_ref().map(fetch_json),
            "metrics": metrics(&prepared, &stopped),
            "difference": against,
            "gone": gone,
        });
        let shown = shown::json(&prepared.pipeline);
        if let (Some(found), Value::Object(shown)) = (found.as_object_mut(), shown) {
            found.extend(shown);
        }
        tell(format_args!("{found}"));
    } else {
        if !warnings.is_empty() {
            log::say(warnings.render(false));
        }
        tell_figures(&prepared);
        if let Some(fetch) = &fetch {
            tell(format_args!("fetch: {fetch}"));
        }
        if let Some(gone) = &gone {
            log::say(format!("warning: {gone}\n"));
        }
        for (id, of) in &stopped {
            let (places, stop) = (of.places(), &of.stop);
            let remedy = prepared.pipeline.naming_itself(of.remedy());
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

/// A line for each metric, and for all that the page shows besides.
fn tell_figures(prepared: &Prepared) {
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
    shown::lines(&prepared.pipeline).into_iter().for_each(tell);
}

fn fetch_json(choice: &FetchChoice) -> Value {
    json!({ "client": choice.client.name(), "reason": choice.reason })
}

/// The pipeline and its state, which fit each other, and what the file changes if that was asked for.
fn checked(args: &CheckArgs) -> Result<(Prepared, State, Option<Difference>), Failure> {
    let loaded = Prepared::load(&args.config.config, |_| {});
    let against = loaded.as_ref().map_or(Ok(None), |loaded| args.against.difference(loaded))?;
    if let (Some(changes), false) = (&against, args.json) {
        tell(format_args!("{}", changes.text()));
    }
    let (prepared, state) = match loaded
        .and_then(|prepared| check_state(args, prepared))
        .and_then(|(prepared, state)| Ok((check_pins(args, prepared)?, state)))
        .and_then(|(prepared, state)| prepared.check_exposure().map(|()| (prepared, state)))
    {
        Ok(found) => found,
        Err(diagnostics) => return Err(report(args, against.as_ref(), diagnostics)),
    };
    let state = match state {
        // State in use is read by the pipeline that runs.
        Err(error) if !matches!(error, StateError::InUse(_)) => {
            if args.json {
                let state = error.to_string();
                tell(format_args!("{}", json!({ "ok": false, "diagnostics": [], "state": state })));
            }
            return Err(error.into());
        }
        state => state,
    };
    Ok((prepared, state, against))
}

/// The stored checkpoint, if there is any, or why it cannot be read.
type State = Result<Option<Checkpoint>, StateError>;

/// Reads the stored state and holds it against the settings, also beside a pipeline that runs. A state
/// that nobody else may read was checked when its pipeline started.
fn check_state(args: &CheckArgs, prepared: Prepared) -> Result<(Prepared, State), Diagnostics> {
    let folder = Editions::current_folder(&prepared.pipeline.state_dir);
    let reader = folder.and_then(|folder| StateReader::open(&folder));
    let state = reader.and_then(|reader| reader.map_or(Ok(None), |reader| reader.load()));
    match &state {
        Ok(Some(checkpoint)) => prepared.check_state(checkpoint, Held::Records)?,
        // A file that the pipeline does not run from is held against its state all the same.
        Err(StateError::InUse(dir)) if args.against.is_asked() => {
            let in_use = StateError::InUse(dir.clone());
            if let Ok(found) = stored::running(&prepared, in_use, drop) {
                prepared.check_state(&found.checkpoint, Held::Records)?;
            }
        }
        _ => {}
    }
    Ok((prepared, state))
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
/// runs.
fn stopped(prepared: &Prepared, state: State) -> BTreeMap<String, StoppedMetric> {
    let checkpoint = match state {
        Ok(checkpoint) => checkpoint,
        Err(error) => stored::running(prepared, error, drop).ok().map(|found| found.checkpoint),
    };
    checkpoint.map_or_else(BTreeMap::new, |checkpoint| StoppedMetric::all(&checkpoint.partitions))
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

fn report(args: &CheckArgs, against: Option<&Difference>, diagnostics: Diagnostics) -> Failure {
    if args.json {
        let mut found = json!({ "ok": false, "diagnostics": diagnostics.to_json() });
        if let Some(changes) = against {
            found["difference"] = json!(changes);
        }
        tell(format_args!("{found}"));
    }
    diagnostics.into()
}

//! `streamgauge verify`: an audit. The log that a checkpoint covers is read again, record after
//! record, by a second implementation of the semantics, and has to come to the same digests.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use streamgauge_core::{LatenessClock, MetricSnapshot, PartitionSnapshot};

use super::config::Config;
use super::failure::Failure;
use super::inspect::instant;
use super::last_good::not_made;
use super::output::print_out;
use super::read_progress::ReadProgress;
use super::stored::{self, Which};
use crate::run::edition::load_kept;
use crate::run::prepare::{Held, Prepared};
use streamgauge_checkpoint::editions::Editions;
use streamgauge_checkpoint::store::{Checkpoint, ExportReadError, ExportReader};
use streamgauge_oracle::audit;
use streamgauge_oracle::audit::{Audited, Stored, StoredPanes, Verification, VerifyError};
use streamgauge_pipeline::SourceSettings;
use streamgauge_plugin::Plugin;

/// Read the log that the stored state covers again, by the oracle, and compare digests. Works
/// beside a running pipeline.
#[derive(Args, Debug)]
pub(super) struct VerifyArgs {
    #[command(flatten)]
    config: Config,

    #[command(flatten)]
    which: Which,

    /// Begin at a kept state, an export or a backup, in place of the beginning: only the records
    /// after it are read, and what it holds is believed.
    #[arg(long, value_name = "EXPORT")]
    from: Option<PathBuf>,

    /// Print what was found as JSON.
    #[arg(long)]
    json: bool,
}

impl VerifyArgs {
    pub(super) fn config(&self) -> &Path {
        &self.config.config
    }
}

/// The states with every accumulator whole: only so do they have digests.
fn whole(
    plugins: &[Plugin],
    partitions: &[Arc<PartitionSnapshot>],
) -> Result<Vec<Arc<PartitionSnapshot>>, Failure> {
    let mut partitions = partitions.to_vec();
    for partition in &mut partitions {
        for plugin in plugins {
            let id = &plugin.settings().id;
            if partition.metric(id).is_none_or(MetricSnapshot::is_whole) {
                continue;
            }
            let metric = Arc::make_mut(partition).metrics.iter_mut().find(|m| m.id == *id);
            if let Some(Err(error)) = metric.map(|metric| plugin.make_whole(metric)) {
                return Err(Failure::failed(format!("the state of metric `{id}`: {error}")));
            }
        }
    }
    Ok(partitions)
}

pub(super) fn verify(args: &VerifyArgs) -> Result<(), Failure> {
    let mut prepared = Prepared::load(&args.config.config, |_| {})?;
    let dir = prepared.pipeline.state_dir.clone();
    let is_other = |number: &u32| Editions::read(&dir).is_ok_and(|all| all.current() != *number);
    if let Some(edition) = args.which.edition.filter(is_other) {
        // Another edition is of another pipeline, which is kept.
        args.which.folder(&prepared.pipeline)?;
        let kept = load_kept((&dir, Some(edition)), &args.config.config, |_| {});
        prepared = kept.map_err(not_made)?.0;
    }
    if prepared.pipeline.lateness.clock == LatenessClock::Processing {
        return Err(Failure::usage(
            "`lateness.clock = \"processing\"` depends on when records were read, so their log \
             cannot be verified\nhint: `watermark` and `record` can",
        ));
    }
    let mut panes = StoredPanes::default();
    let state = stored::read(&prepared, args.which, |pane| panes.add(&pane))?;
    prepared.check_state(&state.checkpoint, Held::All)?;
    let partitions = &whole(&prepared.plugins, &state.checkpoint.partitions)?;
    let kept = args.from.as_ref().map(|from| kept(&prepared, from, &state.checkpoint));
    let kept = kept.transpose()?;
    let audited = Audited::open(&prepared.pipeline, &prepared.plugins, partitions)
        .map_err(|error| Failure::source(&error))?;
    say_if_compacted(&prepared, &audited);
    let kept_states = kept.as_ref().map(|kept| &*kept.partitions);
    let stored = Stored { partitions, panes: &panes, kept: kept_states };
    let progress = ReadProgress::of_offsets();
    let found = audit::verify(&audited, stored, &|read, of| progress.show(read, of));
    drop(progress);
    let found = found.map_err(|error| match error {
        VerifyError::Source(error) => Failure::source(&error),
        VerifyError::Oracle(error) => Failure::failed(error),
    })?;
    if args.json {
        print_out(found.to_json())?;
    } else {
        let from = args.from.as_ref().zip(kept.and_then(|kept| kept.stored_at));
        let from = from.map(|(from, at)| {
            format!("from {}, stored {}", from.display(), instant(&prepared.pipeline, at))
        });
        print_out(text(&found, &state.origin, from))?;
    }
    end(&found)
}

/// The state that `from` keeps, which has to be an earlier one of `stored`.
fn kept(prepared: &Prepared, from: &Path, stored: &Checkpoint) -> Result<Checkpoint, Failure> {
    let file = File::open(from).map_err(|error| {
        Failure::usage(format!("{} could not be read: {error}", from.display()))
    })?;
    let read = || {
        let mut export = ExportReader::begin(BufReader::new(file))?;
        export.read_panes(drop)?;
        Ok(export.into_checkpoint())
    };
    let kept = read().map_err(|error: ExportReadError| error.of(from))?;
    prepared.check_state(&kept, Held::All)?;
    let (of_kept, of_stored) = (&kept.identity, &stored.identity);
    if !of_kept.is_empty() && !of_stored.is_empty() && of_kept != of_stored {
        return Err(Failure::failed(format!(
            "{} is not of this state: it has another identity\nhint: `streamgauge state list` \
             names the backups of this state",
            from.display()
        )));
    }
    Ok(kept)
}

/// Says at once that not everything can be verified.
fn say_if_compacted(prepared: &Prepared, audited: &Audited<'_>) {
    if let SourceSettings::Kafka(kafka) = &prepared.pipeline.source
        && audited.is_compacted()
    {
        tracing::warn!(
            "topic `{}` is compacted (cleanup.policy): where records that were counted are not \
             there any more, their partition cannot be verified",
            kafka.topic
        );
    }
}

fn end(found: &Verification) -> Result<(), Failure> {
    if found.is_equal() {
        return Ok(());
    }
    if found.differs() {
        return Err(Failure::failed(
            "the state differs from its log\nhint: `streamgauge explain PARTITION@OFFSET` tells \
             what a record counts as, and `streamgauge state rebuild` counts everything anew",
        ));
    }
    Err(Failure::failed(
        "not everything could be verified, and what could is equal\nhint: `streamgauge verify \
         --from EXPORT` begins at a kept state, and `streamgauge state list` names those that \
         there are",
    ))
}

fn text(found: &Verification, origin: &str, from: Option<String>) -> String {
    let mut lines = vec![format!("checkpoint of {origin}")];
    lines.extend(from);
    let mut not_verified = Vec::new();
    for partition in &found.partitions {
        let (number, span) = (partition.partition, partition.span);
        let place = format!("partition {number}, offsets {} to {}", span.from, span.to);
        match &partition.impossible {
            Some(reason) => {
                lines.push(format!("{place}: cannot be verified: {reason}"));
                not_verified.push(format!("{place}: {reason}"));
            }
            None if partition.differences.is_empty() => {
                lines.push(format!("{place}: {} records, every digest equal", partition.records));
            }
            None => lines.push(format!("{place}: {} records, DIFFERENT", partition.records)),
        }
        lines.extend(partition.other_semantics().map(|note| format!("  {note}")));
        for difference in &partition.differences {
            let (stored, recomputed) = (&difference.stored, &difference.recomputed);
            lines.push(format!("  {}: stored {stored}, recomputed {recomputed}", difference.what));
        }
        match partition.empty_offsets() {
            0 => {}
            empty => lines.push(format!(
                "  {empty} offsets hold no record (markers of transactions, or compaction)"
            )),
        }
        not_verified.extend(partition.not_verified.iter().map(|of| format!("{place}: {of}")));
    }
    if !not_verified.is_empty() {
        lines.push("not verified:".to_owned());
        lines.extend(not_verified.iter().map(|what| format!("  {what}")));
    }
    lines.join("\n")
}

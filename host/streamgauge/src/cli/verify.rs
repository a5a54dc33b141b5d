//! `streamgauge verify`: an audit. The log that a checkpoint covers is read again, record after
//! record, by a second implementation of the semantics, and has to come to the same digests.

use std::path::Path;

use clap::Args;
use streamgauge_core::LatenessClock;

use super::config::Config;
use super::failure::Failure;
use super::output::print_out;
use super::stored;
use crate::run::prepare::{Held, Prepared};
use streamgauge_oracle::audit;
use streamgauge_oracle::audit::{Audited, Verification, VerifyError};

/// Read the log that the stored state covers again, by the oracle, and compare digests. Works
/// beside a running pipeline.
#[derive(Args, Debug)]
pub(super) struct VerifyArgs {
    #[command(flatten)]
    config: Config,

    /// Print what was found as JSON.
    #[arg(long)]
    json: bool,
}

impl VerifyArgs {
    pub(super) fn config(&self) -> &Path {
        &self.config.config
    }
}

pub(super) fn verify(args: &VerifyArgs) -> Result<(), Failure> {
    let prepared = Prepared::load(&args.config.config, |_| {})?;
    if prepared.pipeline.lateness.clock == LatenessClock::Processing {
        return Err(Failure::usage(
            "`lateness.clock = \"processing\"` depends on when records were read, so their log \
             cannot be verified\nhint: `watermark` and `record` can",
        ));
    }
    let state = stored::read(&prepared)?;
    let (checkpoint, final_panes) = (&state.export.checkpoint, &state.export.final_panes);
    prepared.check_state(checkpoint, Held::All)?;
    let audited = Audited::open(&prepared.pipeline, &prepared.plugins, &checkpoint.partitions)
        .map_err(|error| Failure::source(&error))?;
    let found = audit::verify(&audited, &checkpoint.partitions, final_panes);
    let found = found.map_err(|error| match error {
        VerifyError::Source(error) => Failure::source(&error),
        VerifyError::Oracle(error) => Failure::failed(error),
    })?;
    if args.json {
        print_out(found.to_json())?;
    } else {
        print_out(text(&found, &state.origin))?;
    }
    if found.is_equal() {
        return Ok(());
    }
    Err(Failure::failed(
        "the state could not be verified\nhint: where something differs, `streamgauge explain \
         PARTITION@OFFSET` tells what a record counts as, and `streamgauge run --rebuild` \
         recomputes everything",
    ))
}

fn text(found: &Verification, origin: &str) -> String {
    let mut lines = vec![format!("checkpoint of {origin}")];
    for partition in &found.partitions {
        let (number, span) = (partition.partition, partition.span);
        let place = format!("partition {number}, offsets {} to {}", span.from, span.to);
        match &partition.impossible {
            Some(reason) => lines.push(format!("{place}: cannot be verified: {reason}")),
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
    }
    lines.join("\n")
}

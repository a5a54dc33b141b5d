//! `streamgauge explain PARTITION@OFFSET`: what one record counts as, and why.

use std::path::Path;

use clap::Args;

use super::config::Config;
use super::failure::Failure;
use super::output::print_out;
use super::read_progress::ReadProgress;
use super::stored;
use crate::run::prepare::Prepared;
use streamgauge_oracle::audit;
use streamgauge_oracle::audit::{Audited, NotExplained};

/// Tell what one record counts as: its bytes, its values, its event time, the watermark before it,
/// the verdict, and what each metric made of it. The log before the record is read again.
#[derive(Args, Debug)]
pub(super) struct ExplainArgs {
    /// The record, such as 0@1234.
    #[arg(value_name = "PARTITION@OFFSET", value_parser = parse_place)]
    place: (u32, i64),

    #[command(flatten)]
    config: Config,

    /// Print the explanation as JSON.
    #[arg(long)]
    json: bool,
}

impl ExplainArgs {
    pub(super) fn config(&self) -> &Path {
        &self.config.config
    }
}

pub(super) fn explain(args: &ExplainArgs) -> Result<(), Failure> {
    let (partition, _) = args.place;
    let prepared = Prepared::load(&args.config.config, |_| {})?;
    let state = stored::find(&prepared, stored::Which::default(), drop)?;
    let states = state.as_ref().map_or(&[][..], |state| &state.checkpoint.partitions);
    let own = states.iter().find(|snapshot| snapshot.partition == partition);
    let origin = own.map(|snapshot| snapshot.state.origin);
    let audited = Audited::open(&prepared.pipeline, &prepared.plugins, states)
        .map_err(|error| Failure::source(&error))?;
    let own = own.map(|own| &**own);
    let progress = ReadProgress::of_offsets();
    let explanation = audit::explain(&audited, args.place, own, &mut |read, of| {
        progress.show(read, of);
        true
    });
    drop(progress);
    let explanation = explanation.map_err(|error| match error {
        NotExplained::Source(error) => Failure::source(&error),
        other => Failure::failed(other),
    })?;
    if let (Some(origin), Some((low, _))) = (origin, audited.held(partition))
        && low > origin
    {
        tracing::warn!(
            "the records before offset {low} are gone, so the watermark is that of the rest"
        );
    }
    if args.json {
        print_out(explanation.to_json(&prepared.pipeline))
    } else {
        print_out(explanation.to_text(&prepared.pipeline))
    }
}

fn parse_place(text: &str) -> Result<(u32, i64), String> {
    let parsed = text.split_once('@').and_then(|(partition, offset)| {
        Some((partition.trim().parse().ok()?, offset.trim().parse().ok()?))
    });
    parsed.ok_or_else(|| "write partition and offset, such as 0@1234".to_owned())
}

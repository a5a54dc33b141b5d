//! `check --against-running` and `check --against-state`: what would change, before it does.

use streamgauge_wire::Difference;

use super::CheckArgs;
use crate::cli::failure::Failure;
use crate::cli::running::RunningHost;
use crate::cli::stored;
use crate::run::difference::{Outline, difference};
use crate::run::prepare::Prepared;

/// The difference that was asked for; `None` means that none was.
pub(super) fn difference_of(
    args: &CheckArgs,
    prepared: &Prepared,
) -> Result<Option<Difference>, Failure> {
    let old = if args.against_running {
        RunningHost::find(&prepared.pipeline)?.get("pipeline")?
    } else if args.against_state {
        Outline::of_state(&stored::read(prepared)?.export.checkpoint.settings)
    } else {
        return Ok(None);
    };
    Ok(Some(difference(&old, &Outline::of(prepared))))
}

//! `check --against-running` and `check --against-state`: what would change, before it does.

use clap::Args;
use streamgauge_wire::Difference;

use crate::cli::failure::Failure;
use crate::cli::running::RunningHost;
use crate::cli::stored;
use crate::run::difference::{Outline, difference};
use crate::run::prepare::Prepared;

/// The pipeline that the file is held against.
#[derive(Args, Clone, Copy, Debug)]
pub(super) struct AgainstArgs {
    /// Tell what the pipeline that runs on this state would change if it took this file over.
    #[arg(long, conflicts_with = "against_state")]
    against_running: bool,

    /// Tell what this file changes against the stored state.
    #[arg(long)]
    against_state: bool,
}

impl AgainstArgs {
    /// True if the file is to be held against another one.
    pub(super) fn is_asked(self) -> bool {
        self.against_running || self.against_state
    }

    /// What changes with `prepared`; `None` means that nobody asked.
    pub(super) fn difference(self, prepared: &Prepared) -> Result<Option<Difference>, Failure> {
        let old = if self.against_running {
            RunningHost::find(&prepared.pipeline)?.get("pipeline")?
        } else if self.against_state {
            Outline::of_state(&stored::read(prepared, stored::Which::default(), drop)?.checkpoint)
        } else {
            return Ok(None);
        };
        Ok(Some(difference(&old, &Outline::of(prepared))))
    }
}

//! Acts: what a client may have the host do, and not only ask. The host decides behind the trait
//! [`Control`], as it answers questions behind [`Query`](crate::query::Query).

pub(crate) mod paths;

use serde_json::Value;
use streamgauge_wire::Done;

/// Something that the host is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Take over the pipeline file and the plugins as they are now.
    Reload,
    /// Build another edition of the state in the background.
    Rebuild {
        /// True if records that the log no longer holds may be missing in it.
        accept_loss: bool,
    },
    /// Let a metric that has stopped go on.
    Resume {
        /// The id of the metric in the pipeline.
        metric: String,
        /// Whether it may go on without records that the log no longer holds.
        accept_loss: bool,
    },
}

/// Who asks for an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// A command of the host's own user on the host's own computer.
    CommandLine,
    /// A page or a program that knows the token of the server.
    Client,
}

impl Asker {
    /// The name in the log and on the page.
    pub fn name(self) -> &'static str {
        match self {
            Self::CommandLine => "the command line",
            Self::Client => "a client",
        }
    }
}

/// Acts on the pipeline.
pub trait Control: Send + Sync {
    /// Does `act`, which may take as long as plugins take to compile.
    ///
    /// # Errors
    /// Nothing was changed, for a reason that [`NotDone`] tells.
    fn act(&self, act: Act, by: Asker) -> Result<Done, NotDone>;

    /// The settings of the pipeline that runs, to be compared with others; without secrets.
    fn outline(&self) -> Value;
}

/// The reason why an act was not done.
#[derive(Clone, Debug, PartialEq)]
pub enum NotDone {
    /// The thing that is to be changed does not exist.
    Unknown(String),
    /// The pipeline is not in a state for the act.
    Conflict(String),
    /// The pipeline file or a plugin is wrong.
    Wrong {
        /// All faults, for people.
        text: String,
        /// All faults with their places, for programs.
        diagnostics: Value,
    },
    /// Another act is being done.
    Busy(String),
}

//! What the pipeline as a whole is doing, and why it stands still where it does.

use streamgauge_kafka::PartitionTrouble;
use streamgauge_pipeline::SourceSettings;
use streamgauge_source::SourceError;
use streamgauge_wire::Mode;

use super::Drawing;
use super::seen::Seen;
use crate::run::cause::Cause;
use crate::run::status::Phase;

/// Records behind the log's end below which nobody speaks of catching up.
const LAG_SMALL: u64 = 1000;

impl Drawing {
    pub(super) fn mode(
        &mut self,
        phase: &Phase,
        lag: Option<u64>,
        rate: f64,
        seen: &Seen<'_>,
    ) -> (Mode, Option<Cause>) {
        match phase {
            Phase::Waiting(cause) => (Mode::Waiting, Some(cause.clone())),
            Phase::Failed(cause) => (Mode::Failed, Some(cause.clone())),
            Phase::Restoring => (Mode::Restoring, None),
            Phase::Ended => (Mode::Ended, None),
            Phase::Running => match seen.trouble_of_all() {
                Some(trouble) => (Mode::Waiting, Some(self.cause_of(trouble))),
                None if self.bounded => (Mode::Replaying, None),
                None if self.is_catching_up(lag, rate) => (Mode::CatchingUp, None),
                None => (Mode::Live, None),
            },
        }
    }

    pub(super) fn cause_of(&self, trouble: &PartitionTrouble) -> Cause {
        Cause::of(&SourceError::Broker(trouble.fault.clone()), &self.pipeline)
    }

    /// Behind by more than three seconds' worth of records, until it is less than one.
    fn is_catching_up(&mut self, lag: Option<u64>, rate: f64) -> bool {
        let seconds = if self.catching_up { 1.0 } else { 3.0 };
        let bearable = LAG_SMALL.max((rate * seconds) as u64);
        let unbounded = matches!(self.pipeline.source, SourceSettings::Generator(_));
        self.catching_up = !unbounded && lag.is_some_and(|lag| lag > bearable);
        self.catching_up
    }
}

//! The programs that take turns.

use clap::ValueEnum;

/// A program that reads the topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Contender {
    /// librdkafka, many records a call, thrown away.
    Batch,
    /// librdkafka, one record a call, thrown away.
    Poll,
    /// Own fetch, thrown away.
    Own,
    /// The program written by hand.
    Native,
    /// `streamgauge run` over librdkafka.
    RunLibrdkafka,
    /// `streamgauge run` over own fetch.
    RunOwn,
}

impl Contender {
    pub(super) const ALL: [Self; 6] =
        [Self::Batch, Self::Poll, Self::Own, Self::Native, Self::RunLibrdkafka, Self::RunOwn];

    pub(super) fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }

    pub(super) fn is_run(self) -> bool {
        matches!(self, Self::RunLibrdkafka | Self::RunOwn)
    }
}

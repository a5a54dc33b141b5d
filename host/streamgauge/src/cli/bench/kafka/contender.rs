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

/// What takes a turn: a program, and the workers that a run has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entrant {
    pub(super) contender: Contender,
    /// 1 also for a program that is no run.
    pub(super) workers: u32,
}

impl Entrant {
    /// Each program, and each run with each number of workers.
    pub(super) fn all(contenders: &[Contender], workers: &[u32]) -> Vec<Self> {
        let of = |contender: &Contender| {
            let contender = *contender;
            let workers = if contender.is_run() { workers } else { &[1] };
            workers.iter().map(move |&workers| Self { contender, workers }).collect::<Vec<_>>()
        };
        contenders.iter().flat_map(of).collect()
    }

    pub(super) fn name(self) -> String {
        let name = self.contender.name();
        if self.workers == 1 { name } else { format!("{name}, {} workers", self.workers) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_runs_have_several_numbers_of_workers() {
        let all = Entrant::all(&[Contender::Own, Contender::RunOwn], &[1, 2]);
        let names: Vec<_> = all.into_iter().map(Entrant::name).collect();
        assert_eq!(names, ["own", "run-own", "run-own, 2 workers"]);
    }
}

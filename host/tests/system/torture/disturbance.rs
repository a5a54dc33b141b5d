//! The disturbances of host and broker while records flow.

use std::fmt;

use super::chance::Chance;
use super::pipeline::Limits;
use super::records::RECORDS_PER_ROUND;

/// How a process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// SIGKILL, which ends a process at once.
    Kill,
    /// SIGTERM, after which the process ends in good order.
    Stop,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Disturbance {
    /// The host is killed and started again.
    Kill,
    /// The host stands still for so many milliseconds.
    Pause(u64),
    /// The broker ends and is started again; meanwhile the host may be killed and started too.
    Broker(End, Option<End>),
    /// The host is stopped and started with other limits.
    Limits(Limits),
    /// While the host is down, records that the host has not read are deleted.
    Delete(End),
    /// The topic gets more partitions.
    Widen(u32),
}

/// A disturbance, with the number of the round's records that are sent before it.
pub(super) type Scheduled = (u64, Disturbance);

impl Disturbance {
    fn random(chance: &mut Chance, widen: bool) -> Self {
        let end = |chance: &mut Chance| if chance.coin() { End::Kill } else { End::Stop };
        match chance.below(13) {
            0..2 => Self::Pause(200 + chance.below(1200)),
            2..4 => {
                let of_broker = end(chance);
                Self::Broker(of_broker, chance.coin().then(|| end(chance)))
            }
            4..7 => Self::Limits(Limits::random(chance)),
            7..9 => Self::Delete(end(chance)),
            9 if widen => Self::Widen(1 + chance.below(2) as u32),
            _ => Self::Kill,
        }
    }
}

/// One to four disturbances of a round, in the order of their moments. `widen` allows more
/// partitions.
pub(super) fn schedule(chance: &mut Chance, widen: bool) -> Vec<Scheduled> {
    let count = 1 + chance.below(4);
    let mut scheduled: Vec<Scheduled> = (0..count)
        .map(|_| (chance.below(RECORDS_PER_ROUND), Disturbance::random(chance, widen)))
        .collect();
    scheduled.sort_by_key(|(at, _)| *at);
    // A broker takes seconds to start, so the broker ends once in a round at the most.
    let of_broker =
        |(_, disturbance): &&mut Scheduled| matches!(disturbance, Disturbance::Broker(..));
    for (_, disturbance) in scheduled.iter_mut().filter(of_broker).skip(1) {
        *disturbance = Disturbance::Kill;
    }
    scheduled
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Kill => "killed",
            Self::Stop => "stopped",
        })
    }
}

impl fmt::Display for Disturbance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kill => f.write_str("host killed"),
            Self::Pause(millis) => write!(f, "host stands still for {millis} ms"),
            Self::Broker(end, None) => write!(f, "broker {end}"),
            Self::Broker(end, Some(host)) => write!(f, "broker {end}, host {host} meanwhile"),
            Self::Limits(limits) => write!(f, "host stopped, then {limits}"),
            Self::Delete(end) => write!(f, "host {end}, unread records deleted"),
            Self::Widen(more) => write!(f, "{more} more partitions"),
        }
    }
}

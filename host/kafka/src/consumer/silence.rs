//! Since when the broker of a partition has not answered, from librdkafka's statistics.
//!
//! A broker answers each fetch within `fetch.wait.max.ms`, with nothing where there is nothing. So
//! a clock runs while a request waits for its answer and no other answer has come meanwhile. A
//! worker that is busy fills the queue, nothing is asked then, and no clock runs. Time is that of
//! the statistics, so that a worker which takes them late makes nobody silent.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use rdkafka::statistics::{Broker, Partition, Statistics};

/// How long a partition may have no connection to its leader before it is told: leaders change, and
/// idle connections are closed.
const BROKEN_AFTER: Duration = Duration::from_millis(900);

/// The same for a partition that was never answered: the first connection takes its time.
const STARTS_WITHIN: Duration = Duration::from_secs(3);

/// States of a broker in which it takes requests.
const UP: [&str; 3] = ["UP", "UPDATE", "REAUTH"];

/// Why nothing comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Silence {
    /// No broker leads the partition.
    NoLeader,
    /// The leader, at this address, is not connected.
    NotConnected(String),
    /// The leader, at this address, is connected and does not answer.
    NoAnswer(String),
}

/// The clocks of brokers and partitions. Moments are those of the statistics.
#[derive(Default)]
pub(super) struct Clocks {
    /// Keyed by the id of the node, as partitions name their leader by it.
    brokers: HashMap<i32, BrokerClock>,
    partitions: BTreeMap<u32, PartitionClock>,
    now: Duration,
}

#[derive(Clone, Default)]
struct BrokerClock {
    address: String,
    is_up: bool,
    /// How many answers have come.
    answers: u64,
    /// Since when a request waits and nothing has come.
    waits_since: Option<Duration>,
}

#[derive(Default)]
struct PartitionClock {
    was_answered: bool,
    was_fetched: bool,
    silent: Option<(Silence, Duration)>,
}

impl Clocks {
    /// Takes in statistics of a consumer that reads `partitions` of `topic`. Returns the addresses
    /// at which brokers were reached.
    ///
    /// A broker that moves has its new address for a moment before its old connection ends, so one
    /// look at it proves nothing of the address. Between two looks it may have come and gone, but
    /// not where a partition that it leads was fetched for the first time.
    pub(super) fn tell(
        &mut self,
        statistics: &Statistics,
        topic: &str,
        partitions: impl Iterator<Item = u32>,
    ) -> Vec<String> {
        self.now = Duration::from_micros(statistics.ts.unsigned_abs());
        let mut reached = Vec::new();
        let mut before = std::mem::take(&mut self.brokers);
        // Those with a negative id only stand for the addresses to begin with.
        for broker in statistics.brokers.values().filter(|broker| broker.nodeid >= 0) {
            let clock = before.remove(&broker.nodeid).unwrap_or_default();
            let was_up = clock.is_up && clock.address == broker.nodename;
            let clock = clock.told(broker, self.now);
            reached.extend((was_up && clock.is_up).then(|| clock.address.clone()));
            self.brokers.insert(broker.nodeid, clock);
        }
        let topic = statistics.topics.get(topic);
        let told = |partition| topic?.partitions.get(&i32::try_from(partition).ok()?);
        let mut before = std::mem::take(&mut self.partitions);
        for partition in partitions {
            let mut clock = before.remove(&partition).unwrap_or_default();
            let told = told(partition);
            if let Some(told) = told.filter(|told| !clock.was_fetched && was_fetched(told)) {
                (clock.was_answered, clock.was_fetched) = (true, true);
                reached.extend(self.brokers.get(&told.broker).map(|leader| leader.address.clone()));
            }
            let found = self.silence(told.map(|told| told.broker));
            clock.tell(found, self.now);
            self.partitions.insert(partition, clock);
        }
        reached
    }

    /// What the broker `node` of a partition does not do, and since when where that is known.
    fn silence(&self, node: Option<i32>) -> Option<(Silence, Duration)> {
        let Some(broker) = node.and_then(|node| self.brokers.get(&node)) else {
            return Some((Silence::NoLeader, self.now));
        };
        if !broker.is_up {
            return Some((Silence::NotConnected(broker.address.clone()), self.now));
        }
        broker.waits_since.map(|since| (Silence::NoAnswer(broker.address.clone()), since))
    }

    /// Why nothing comes of `partition`, and for how long, where that is longer than `limit`, or
    /// than a broken connection may take to be whole again.
    pub(super) fn of(&self, partition: u32, limit: Duration) -> Option<(Silence, Duration)> {
        let clock = self.partitions.get(&partition)?;
        let (silence, since) = clock.silent.as_ref()?;
        let silent = self.now.saturating_sub(*since);
        let limit = match silence {
            Silence::NoAnswer(_) => limit,
            _ if clock.was_answered => BROKEN_AFTER,
            _ => STARTS_WITHIN,
        };
        (silent >= limit).then(|| (silence.clone(), silent))
    }
}

/// True if the leader of a partition has answered a fetch, which may be some time ago.
fn was_fetched(partition: &Partition) -> bool {
    partition.ls_offset >= 0
}

impl BrokerClock {
    fn told(self, broker: &Broker, now: Duration) -> Self {
        let is_new = broker.rx != self.answers || !self.is_up;
        let waits_since = match self.waits_since {
            _ if broker.waitresp_cnt <= 0 => None,
            Some(since) if !is_new => Some(since),
            _ => Some(now),
        };
        Self {
            address: broker.nodename.clone(),
            is_up: UP.contains(&broker.state.as_str()),
            answers: broker.rx,
            waits_since,
        }
    }
}

impl PartitionClock {
    /// A silence that goes on keeps its beginning, whatever its reason is by now.
    fn tell(&mut self, found: Option<(Silence, Duration)>, now: Duration) {
        let began = self.silent.take().map(|(_, since)| since);
        // A request that has just been sent is no silence, and no answer either.
        let is_fresh = matches!(&found, Some((Silence::NoAnswer(_), since)) if *since >= now);
        self.was_answered |= found.is_none() || is_fresh;
        self.silent = found.map(|(silence, since)| {
            let since =
                if is_fresh { since } else { began.map_or(since, |began| began.min(since)) };
            (silence, since)
        });
    }
}

#[cfg(test)]
mod tests {
    use rdkafka::statistics::Topic;

    use super::*;

    const LIMIT: Duration = Duration::from_secs(2);

    /// What librdkafka says of an offset that nobody told it.
    const NOT_FETCHED: i64 = -1001;

    /// A broker as `(node, state, requests that wait, answers)`.
    type Node = (i32, &'static str, i64, u64);

    fn tell(
        clocks: &mut Clocks,
        millis: i64,
        brokers: &[Node],
        leaders: &[(i32, i32)],
    ) -> Vec<String> {
        let broker = |&(nodeid, state, waitresp_cnt, rx): &Node| {
            let (nodename, state) = (format!("kafka-{nodeid}"), state.to_owned());
            let broker = Broker { nodeid, nodename, state, waitresp_cnt, rx, ..Broker::default() };
            (nodeid.to_string(), broker)
        };
        let partition = |&(partition, broker): &(i32, i32)| {
            let ls_offset = NOT_FETCHED;
            (partition, Partition { partition, broker, ls_offset, ..Partition::default() })
        };
        let partitions = leaders.iter().map(partition).collect();
        let topic = Topic { partitions, ..Topic::default() };
        let statistics = Statistics {
            ts: millis * 1000,
            brokers: brokers.iter().map(broker).collect(),
            topics: HashMap::from([("t".to_owned(), topic)]),
            ..Statistics::default()
        };
        clocks.tell(&statistics, "t", 0..2)
    }

    fn of(clocks: &Clocks, partition: u32) -> Option<(Silence, u128)> {
        clocks.of(partition, LIMIT).map(|(silence, time)| (silence, time.as_millis()))
    }

    #[test]
    fn a_broker_that_does_not_answer_silences_its_own_partitions_only() {
        let mut clocks = Clocks::default();
        let leaders = [(0, 1), (1, 2)];
        for (millis, answers) in [(0, 10), (500, 11), (1000, 12), (1500, 13), (2000, 14)] {
            tell(&mut clocks, millis, &[(1, "UP", 1, 7), (2, "UP", 1, answers)], &leaders);
        }
        let silent = Silence::NoAnswer("kafka-1".to_owned());
        assert_eq!((of(&clocks, 0), of(&clocks, 1)), (Some((silent, 2000)), None));
        // The request is given up and the connection made anew: still nothing has come.
        tell(&mut clocks, 2500, &[(1, "APIVERSION_QUERY", 1, 7), (2, "UP", 0, 14)], &leaders);
        let silent = Silence::NotConnected("kafka-1".to_owned());
        assert_eq!(of(&clocks, 0), Some((silent, 2500)));
        tell(&mut clocks, 3000, &[(1, "UP", 1, 9), (2, "UP", 1, 14)], &leaders);
        assert_eq!((of(&clocks, 0), of(&clocks, 1)), (None, None));
    }

    #[test]
    fn no_clock_runs_while_nothing_is_asked() {
        let mut clocks = Clocks::default();
        for millis in [0, 1000, 60_000] {
            tell(&mut clocks, millis, &[(1, "UP", 0, 7)], &[(0, 1), (1, 1)]);
            assert_eq!(of(&clocks, 0), None);
        }
        // A request after a long rest has just begun to wait.
        tell(&mut clocks, 60_500, &[(1, "UP", 1, 7)], &[(0, 1), (1, 1)]);
        assert_eq!(of(&clocks, 0), None);
    }

    #[test]
    fn a_broken_connection_is_told_soon_and_a_first_one_has_more_time() {
        let mut clocks = Clocks::default();
        tell(&mut clocks, 0, &[(1, "CONNECT", 0, 0)], &[(0, 1)]);
        tell(&mut clocks, 2500, &[(1, "CONNECT", 0, 0)], &[(0, 1)]);
        assert_eq!((of(&clocks, 0), of(&clocks, 1)), (None, None));
        tell(&mut clocks, 3000, &[(1, "CONNECT", 0, 0)], &[(0, 1)]);
        let broken = Silence::NotConnected("kafka-1".to_owned());
        assert_eq!(of(&clocks, 0), Some((broken.clone(), 3000)));
        assert_eq!(of(&clocks, 1), Some((Silence::NoLeader, 3000)), "nobody knows it");
        tell(&mut clocks, 3500, &[(1, "UP", 1, 1)], &[(0, 1), (1, -1)]);
        assert_eq!(of(&clocks, 0), None);
        tell(&mut clocks, 4000, &[(1, "DOWN", 0, 1)], &[(0, 1), (1, -1)]);
        assert_eq!(of(&clocks, 0), None, "it may be back at once");
        tell(&mut clocks, 5000, &[(1, "DOWN", 0, 1)], &[(0, 1), (1, -1)]);
        assert_eq!(of(&clocks, 0), Some((broken, 1500)));
    }

    /// The page told of a leader that ended in its first half second after three seconds, as of an
    /// address that was never reached.
    #[test]
    fn a_leader_that_answered_between_two_statistics_was_reached() {
        let broken = |ls_offset| {
            let (nodename, state) = ("kafka-1".to_owned(), "DOWN".to_owned());
            let broker = Broker { nodeid: 1, nodename, state, ..Broker::default() };
            let partition = Partition { partition: 0, broker: 1, ls_offset, ..Default::default() };
            let topic = Topic { partitions: [(0, partition)].into(), ..Topic::default() };
            let mut clocks = Clocks::default();
            let reached = [0, 1000].map(|millis| {
                let statistics = Statistics {
                    ts: millis * 1000,
                    brokers: [("1".to_owned(), broker.clone())].into(),
                    topics: [("t".to_owned(), topic.clone())].into(),
                    ..Statistics::default()
                };
                clocks.tell(&statistics, "t", 0..1).len()
            });
            (of(&clocks, 0).is_some(), reached)
        };
        let (fetched, not) = ((true, [1, 0]), (false, [0, 0]));
        assert_eq!([0, 12, NOT_FETCHED].map(broken), [fetched, fetched, not]);
    }

    #[test]
    fn an_address_is_reached_where_a_broker_stays_connected_under_it() {
        let mut clocks = Clocks::default();
        let mut reached = |millis, id, state| {
            let told = tell(&mut clocks, millis, &[(id, state, 0, 1)], &[(0, id)]);
            told.join(" ")
        };
        assert_eq!(reached(0, 1, "CONNECT"), "");
        assert_eq!(reached(500, 1, "UP"), "");
        assert_eq!(reached(1000, 1, "UP"), "kafka-1");
        assert_eq!(reached(1500, 1, "DOWN"), "");
    }

    /// Clients are sent to an address where nobody is, while the connection that says so stands.
    #[test]
    fn a_broker_that_moves_is_not_reached_by_its_old_connection() {
        let mut clocks = Clocks::default();
        let mut reached = |nodename: &str, state: &str| {
            let (nodename, state) = (nodename.to_owned(), state.to_owned());
            let broker = Broker { nodeid: 1, nodename, state, ..Broker::default() };
            let brokers = [("1".to_owned(), broker)].into();
            let statistics = Statistics { brokers, ..Statistics::default() };
            clocks.tell(&statistics, "t", std::iter::empty()).concat()
        };
        assert_eq!(reached("old", "UP"), "");
        assert_eq!(reached("old", "UP"), "old");
        assert_eq!(reached("new", "UP"), "");
        assert_eq!(reached("new", "TRY_CONNECT"), "");
        assert_eq!(reached("new", "UP"), "");
        assert_eq!(reached("new", "UP"), "new");
    }
}

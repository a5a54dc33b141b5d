//! Who is asked for what, and what brokers know of each other.

use std::time::{Instant, SystemTime};

use super::{FetchError, Fetcher};
use crate::broker::Broker;
use crate::cluster::Cluster;
use crate::fault::BrokerFault;
use crate::order::{Order, Place};
use crate::partition::Partition;
use crate::trouble::PartitionTrouble;

/// A topic that the brokers do not know so often in a row is gone. Once is not believed: a broker
/// that has just started may not know all.
const MISSING_LOOKS: u32 = 20;

impl Fetcher {
    /// Asks each broker that has nothing to do for its partitions.
    pub(super) fn give_orders(&mut self) {
        let now = Instant::now();
        let askable = self.partitions.iter().filter(|one| one.is_askable(now));
        let mut nodes: Vec<i32> = askable
            .filter_map(|one| one.leader)
            .map(|leader| leader.node)
            .filter(|node| !self.waiting.contains_key(node))
            .collect();
        nodes.sort_unstable();
        nodes.dedup();
        for node in nodes {
            self.ask(node, now);
        }
    }

    fn ask(&mut self, node: i32, now: Instant) {
        let Some(address) = self.addresses.get(&node) else { return };
        self.count += 1;
        let number = self.count;
        let is_its =
            |one: &Partition| one.is_askable(now) && one.leader.is_some_and(|by| by.node == node);
        let mut places = Vec::new();
        for one in self.partitions.iter_mut().filter(|one| is_its(one)) {
            one.asked = Some((node, number));
            places.push(Place {
                partition: one.number,
                offset: one.fetch,
                leader_epoch: one.leader.map_or(-1, |leader| leader.epoch),
                last_epoch: one.last_epoch,
            });
        }
        // Each partition is the first one in its turn, of which a broker always gives a batch.
        let turn = usize::try_from(number).unwrap_or(0) % places.len();
        places.rotate_left(turn);
        let topic_id = self.topic_id.unwrap_or_default();
        let buffer = self.spare.pop().unwrap_or_default();
        let broker = self.brokers.entry(node);
        let broker =
            broker.or_insert_with(|| Broker::start(node, address, &self.dialer, &self.inbox));
        broker.order(Order { number, topic_id, places, buffer });
        self.waiting.insert(node, number);
    }

    /// Takes in what brokers know of each other.
    pub(super) fn hear(&mut self, told: Result<Cluster, BrokerFault>) -> Result<(), FetchError> {
        let cluster = match told {
            Ok(cluster) => cluster,
            Err(fault) => {
                let before = self.no_leaders.take();
                let since = before.map_or_else(SystemTime::now, |before| before.since);
                self.no_leaders = Some(PartitionTrouble { fault, since });
                return Ok(());
            }
        };
        (self.no_leaders, self.is_heard) = (None, true);
        let Some(topic) = cluster.topic else {
            self.missing += 1;
            if self.missing < MISSING_LOOKS {
                self.leaders.want();
                return Ok(());
            }
            let message = "the topic is gone: the brokers do not know it any more";
            return Err(FetchError::TopicIsGone(message.to_owned()));
        };
        self.missing = 0;
        if *self.topic_id.get_or_insert(topic.id) != topic.id {
            let message = "the topic was deleted and made anew: its id is another one";
            return Err(FetchError::Moved(message.to_owned()));
        }
        self.addresses = cluster.addresses;
        self.known = topic.leaders;
        self.known.retain(|_, leader| self.addresses.contains_key(&leader.node));
        self.let_go();
        for one in &mut self.partitions {
            let leader = self.known.get(&one.number).copied();
            if leader != one.leader {
                // What the one before may still answer is not waited for.
                (one.leader, one.asked, one.wait_until) = (leader, None, None);
            }
            match leader {
                Some(_) => one.without_leader = None,
                None => _ = one.without_leader.get_or_insert_with(SystemTime::now),
            }
        }
        if self.partitions.iter().any(|one| one.leader.is_none()) {
            self.leaders.want();
        }
        Ok(())
    }

    /// Ends the connections to brokers that are gone or have moved.
    fn let_go(&mut self) {
        let addresses = &self.addresses;
        let is_there = |node: &i32, broker: &mut Broker| {
            addresses.get(node).is_some_and(|at| *at == broker.address)
        };
        let before: Vec<i32> = self.brokers.keys().copied().collect();
        self.brokers.retain(is_there);
        for node in before {
            if !self.brokers.contains_key(&node) {
                self.lose_order(node);
            }
        }
    }

    /// What a broker was asked for is asked for again.
    pub(super) fn lose_order(&mut self, node: i32) {
        self.waiting.remove(&node);
        let is_its = |one: &&mut Partition| one.asked.is_some_and(|(by, _)| by == node);
        for one in self.partitions.iter_mut().filter(is_its) {
            one.asked = None;
        }
    }

    /// The address of the broker that leads a partition, or those of the pipeline.
    pub(super) fn address_of_leader(&self, number: u32) -> String {
        let found = self.partitions.iter().find(|one| one.number == number);
        let leader = found.and_then(|one| one.leader);
        let address = leader.and_then(|leader| self.addresses.get(&leader.node));
        address.unwrap_or(&self.dialer.settings.brokers).clone()
    }
}

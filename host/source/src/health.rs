//! How the partitions of a source stand: what keeps their records from coming, and what is held
//! back. Sources on their workers write it, and whoever shows or decides reads it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use streamgauge_kafka::{FaultKind, FetchChoice, FetchClient, PartitionHealth, PartitionTrouble};

/// The health of all partitions that are read.
#[derive(Default)]
pub struct SourceHealth {
    partitions: Mutex<BTreeMap<u32, PartitionHealth>>,
    /// Offsets without a record, over all openings of the source: before this one, and in it.
    empty: Mutex<BTreeMap<u32, (u64, u64)>>,
    fetch: Mutex<Option<FetchChoice>>,
}

impl SourceHealth {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<u32, PartitionHealth>> {
        self.partitions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The health of each partition.
    pub fn read(&self) -> BTreeMap<u32, PartitionHealth> {
        self.lock().clone()
    }

    /// True if something keeps the records of a partition from coming.
    pub fn has_trouble(&self) -> bool {
        self.lock().values().any(|health| health.trouble.is_some())
    }

    /// Replaces the health of some partitions. A fault is logged when it begins in the first
    /// partition and when it has ended in the last one.
    pub fn tell(&self, told: Vec<(u32, PartitionHealth)>) {
        let mut partitions = self.lock();
        let before = faults(&partitions);
        for (partition, mut health) in told {
            health.empty_offsets = self.empty_offsets(partition, health.empty_offsets);
            let known = partitions.get(&partition).and_then(|known| known.trouble.as_ref());
            if let (Some(known), Some(now)) = (known, &mut health.trouble)
                && known.fault.kind == now.fault.kind
            {
                // A trouble began once, however often it is told.
                now.since = known.since;
            }
            partitions.insert(partition, health);
        }
        let now = faults(&partitions);
        drop(partitions);
        for fault in begun(&before, &now) {
            tracing::warn!("{fault}; trying again until it passes");
        }
        for broker in mended(&before, &now) {
            tracing::info!("records come again from kafka at {broker}");
        }
    }

    /// The client that fetches, and why; `None` means that nothing is fetched.
    pub fn fetch(&self) -> Option<FetchChoice> {
        self.fetch.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes in which client a worker fetches with. Where they differ, own fetch could not go on in
    /// one of them, and that one is told.
    pub fn tell_fetch(&self, choice: &FetchChoice) {
        let mut fetch = self.fetch.lock().unwrap_or_else(PoisonError::into_inner);
        if choice.client == FetchClient::Librdkafka || fetch.is_none() {
            *fetch = Some(choice.clone());
        }
    }

    /// Adds up what a consumer counts from 0 on.
    fn empty_offsets(&self, partition: u32, now: u64) -> u64 {
        let mut empty = self.empty.lock().unwrap_or_else(PoisonError::into_inner);
        let (before, seen) = empty.entry(partition).or_default();
        if now < *seen {
            *before += *seen;
        }
        *seen = now;
        *before + now
    }

    /// Forgets all partitions, because the source is opened anew.
    pub fn clear(&self) {
        self.lock().clear();
        *self.fetch.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Forgets partitions that are not read any more.
    pub fn forget(&self, gone: impl IntoIterator<Item = u32>) {
        let mut partitions = self.lock();
        for partition in gone {
            partitions.remove(&partition);
        }
    }
}

/// A fault as the log knows it: its kind, its broker, and the partition where it is of one.
type Key = (&'static str, String, Option<u32>);

/// What the log says of each fault, and the partitions that have it.
type Faults = BTreeMap<Key, (String, BTreeSet<u32>)>;

/// The faults that are new.
fn begun<'a>(before: &Faults, now: &'a Faults) -> impl Iterator<Item = &'a String> {
    now.iter().filter(|(key, _)| !before.contains_key(*key)).map(|(_, (words, _))| words)
}

/// The brokers whose faults have ended. One that has another fault by now is none of them, nor is
/// one of whose partitions none is read again.
fn mended<'a>(before: &'a Faults, now: &Faults) -> BTreeSet<&'a str> {
    let is_faulty = |broker: &str| now.keys().any(|(_, faulty, _)| faulty == broker);
    let is_read = |partition| !now.values().any(|(_, partitions)| partitions.contains(partition));
    let ended = before.iter().filter(|(_, (_, partitions))| partitions.iter().any(is_read));
    let brokers = ended.map(|((_, broker, _), _)| broker.as_str());
    brokers.filter(|broker| !is_faulty(broker)).collect()
}

fn faults(partitions: &BTreeMap<u32, PartitionHealth>) -> Faults {
    let mut faults = Faults::new();
    for (partition, health) in partitions {
        let Some(PartitionTrouble { fault, .. }) = &health.trouble else { continue };
        let is_of_one = matches!(fault.kind, FaultKind::NoLeader | FaultKind::ReadFailing);
        let key = (fault.kind.name(), fault.broker.clone(), is_of_one.then_some(*partition));
        let known = faults.entry(key).or_insert_with(|| (fault.to_string(), BTreeSet::new()));
        known.1.insert(*partition);
    }
    faults
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use streamgauge_kafka::BrokerFault;

    use super::*;

    #[test]
    fn a_broker_is_back_when_it_has_no_fault_any_more() {
        let faults = |rows: &[(&'static str, &str, Option<u32>, &[u32])]| -> Faults {
            let row = |(kind, broker, of, partitions): &(_, &str, _, &[u32])| {
                let told = (format!("{kind} {broker}"), partitions.iter().copied().collect());
                ((*kind, (*broker).to_owned(), *of), told)
            };
            rows.iter().map(row).collect()
        };
        let mended = |before: &Faults, now: &Faults| {
            mended(before, now).into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        let before = faults(&[("needs_tls", "a:1", None, &[0]), ("silent", "b:2", None, &[1])]);
        let now = faults(&[("unreachable", "a:1", None, &[0])]);
        assert_eq!(begun(&before, &now).collect::<Vec<_>>(), ["unreachable a:1"]);
        assert_eq!(mended(&before, &now), ["b:2"]);
        let of = |partition: &'static u32| {
            ("no_leader", "a:1", Some(*partition), std::slice::from_ref(partition))
        };
        let (one, left) = (faults(&[of(&3), of(&4)]), faults(&[of(&4)]));
        assert_eq!(mended(&one, &left).len(), 0);
        assert_eq!(mended(&left, &Faults::new()), ["a:1"]);
        // The leader is gone, and then nobody leads its partition.
        let gone = faults(&[("unreachable", "b:2", None, &[4])]);
        assert_eq!(mended(&gone, &left).len(), 0);
        let both = faults(&[("unreachable", "b:2", None, &[4, 5])]);
        assert_eq!(mended(&both, &left), ["b:2"], "another one leads partition 5");
    }

    #[test]
    fn a_worker_that_had_to_change_its_client_is_told() {
        let choice = |client, reason: &str| FetchChoice { client, reason: reason.to_owned() };
        let health = SourceHealth::default();
        let own = choice(FetchClient::Own, "it honours all");
        let other = choice(FetchClient::Librdkafka, "old records");
        assert_eq!(health.fetch(), None);
        for (told, expected) in [(&own, &own), (&other, &other), (&own, &other)] {
            health.tell_fetch(told);
            assert_eq!(health.fetch().as_ref(), Some(expected));
        }
        health.clear();
        assert_eq!(health.fetch(), None);
    }

    #[test]
    fn offsets_without_a_record_are_counted_over_all_openings() {
        let health = SourceHealth::default();
        let told =
            |empty_offsets| vec![(3, PartitionHealth { empty_offsets, ..Default::default() })];
        let counted = || health.read()[&3].empty_offsets;
        health.tell(told(7));
        health.tell(told(9));
        assert_eq!(counted(), 9);
        health.clear();
        health.tell(told(0));
        assert_eq!(counted(), 9);
        health.tell(told(2));
        assert_eq!(counted(), 11);
    }

    #[test]
    fn a_trouble_keeps_its_beginning_until_it_ends() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let told = |kind, seconds| {
            let (broker, reason, note) = (String::new(), String::new(), String::new());
            let fault = BrokerFault { kind, broker, reason, note };
            let trouble = PartitionTrouble { fault, since: at(seconds) };
            vec![(3, PartitionHealth { trouble: Some(trouble), ..PartitionHealth::default() })]
        };
        let health = SourceHealth::default();
        let since = || health.read()[&3].trouble.as_ref().map(|trouble| trouble.since);
        health.tell(told(FaultKind::Silent, 5));
        health.tell(told(FaultKind::Silent, 9));
        assert_eq!(since(), Some(at(5)));
        health.tell(told(FaultKind::TopicForbidden, 12));
        assert_eq!(since(), Some(at(12)));
        assert!(health.has_trouble());
        health.tell(vec![(3, PartitionHealth::default())]);
        assert_eq!(since(), None);
        health.tell(told(FaultKind::TopicForbidden, 20));
        health.forget([3]);
        assert!(!health.has_trouble() && health.read().is_empty());
    }
}

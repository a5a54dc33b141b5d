//! The driver of a torture: one topic, one state, and what is done to host and broker.

use std::time::Duration;

use serde_json::Value;

use super::chance::Chance;
use super::disturbance::{Disturbance, End, Scheduled};
use super::gaps::{Deletion, Gaps};
use super::pipeline::{self, Limits};
use super::producing::Producing;
use super::records::{RECORDS_PER_ROUND, Records};
use super::shadow::Shadow;
use crate::broker::Broker;
use crate::host::Host;
use crate::process::finish;
use crate::wait;
use crate::workplace::{Settings, Workplace, unique};

/// The state of a partition keeps 64 gaps at the most.
const GAPS_MAX: usize = 60;

/// Topic, folder and processes.
pub(super) struct Driver<'a> {
    broker: &'a Broker,
    topic: String,
    place: Workplace,
    records: Records,
    deletions: Vec<Deletion>,
}

/// The things that a disturbance may touch.
struct Scene<'a> {
    chance: &'a mut Chance,
    shadow: &'a mut Shadow,
    gaps: &'a Gaps,
}

impl<'a> Driver<'a> {
    pub(super) fn new(broker: &'a Broker, (seed, users): (u64, u32), partitions: u32) -> Self {
        let topic = unique("torture");
        broker.create_topic(&topic, partitions as i32);
        let place = Workplace::new(&Settings::kafka(&broker.address(), &topic));
        let driver =
            Self { broker, topic, place, records: Records::of(seed, users), deletions: Vec::new() };
        driver.set(Limits::random(&mut Chance::of(seed, 0)));
        driver
    }

    pub(super) fn topic(&self) -> &str {
        &self.topic
    }

    pub(super) fn place(&self) -> &Workplace {
        &self.place
    }

    /// The deletions since the last call.
    pub(super) fn take_deletions(&mut self) -> Vec<Deletion> {
        std::mem::take(&mut self.deletions)
    }

    /// Lets records flow through a round, and returns the final result of that round.
    pub(super) fn round(
        &mut self,
        round: u64,
        chance: &mut Chance,
        scheduled: Vec<Scheduled>,
        shadow: &mut Shadow,
        gaps: &Gaps,
    ) -> Value {
        let mut host = Host::start(&self.place);
        let indexes = (round - 1) * RECORDS_PER_ROUND..round * RECORDS_PER_ROUND;
        let address = self.broker.address();
        let producing = Producing::start(&address, &self.topic, &self.records, indexes);
        let mut scene = Scene { chance, shadow, gaps };
        for (at, disturbance) in scheduled {
            wait::until("the records before a disturbance", || {
                (producing.sent() >= at).then_some(())
            });
            host = self.disturb(host, disturbance, &mut scene);
        }
        assert_eq!(producing.finish(), RECORDS_PER_ROUND, "acknowledged records");
        let ends = scene.shadow.drain();
        host.status_when("the ends of the logs", |status| {
            let partitions = status["partitions"].as_array().into_iter().flatten();
            let offsets = partitions
                .filter_map(|p| Some((p["partition"].as_u64()? as u32, p["offset"].as_i64()?)));
            offsets.eq(ends.iter().map(|(partition, end)| (*partition, *end)))
        });
        let end = if scene.chance.coin() { End::Kill } else { End::Stop };
        end_host(host, end);
        finish(self.place.command("run").args(["--until-end", "--json"])).json()
    }

    fn disturb(&mut self, host: Host, disturbance: Disturbance, scene: &mut Scene<'_>) -> Host {
        match disturbance {
            Disturbance::Kill => self.restart(host, End::Kill),
            Disturbance::Pause(millis) => {
                host.pause(Duration::from_millis(millis));
                host
            }
            Disturbance::Broker(end, of_host) => {
                match end {
                    End::Kill => self.broker.kill(),
                    End::Stop => self.broker.stop(),
                }
                let host = match of_host {
                    Some(end) => self.restart(host, end),
                    None => host,
                };
                self.broker.start();
                host
            }
            Disturbance::Limits(limits) => {
                end_host(host, End::Stop);
                self.set(limits);
                Host::start(&self.place)
            }
            Disturbance::Delete(end) => self.delete(host, end, scene),
            Disturbance::Widen(more) => self.widen(host, more, scene),
        }
    }

    fn restart(&self, host: Host, end: End) -> Host {
        end_host(host, end);
        Host::start(&self.place)
    }

    /// Deletes some of what a stopped host has not read.
    fn delete(&mut self, host: Host, end: End, scene: &mut Scene<'_>) -> Host {
        end_host(host, end);
        let ends = scene.shadow.drain();
        let stored = self.broker.committed(&self.topic, &self.topic, ends.len() as i32);
        let behind: Vec<(u32, i64, i64)> = ends
            .into_iter()
            .zip(stored)
            .filter_map(|((partition, end), stored)| Some((partition, stored?, end)))
            .filter(|(partition, stored, end)| {
                stored < end && scene.gaps.count(*partition) < GAPS_MAX
            })
            .collect();
        if !behind.is_empty() {
            let (partition, stored, end) = scene.chance.pick(&behind);
            let to = scene.chance.between(stored + 1, end + 1);
            self.broker.delete_before(&self.topic, partition as i32, to);
            self.deletions.push(Deletion { partition, stored, to });
        }
        Host::start(&self.place)
    }

    /// Gives the topic more partitions, which the host notices by itself.
    fn widen(&self, host: Host, more: u32, scene: &mut Scene<'_>) -> Host {
        let former = scene.shadow.partitions();
        let partitions = former + more;
        self.broker.widen_topic(&self.topic, partitions);
        scene.shadow.follow(former..partitions);
        host.restored(partitions as usize);
        host
    }

    fn set(&self, limits: Limits) {
        let on_gap = "on_gap = \"continue\"\n";
        let address = self.broker.address();
        self.place.set_text(&pipeline::text(&address, &self.topic, on_gap, limits));
    }
}

fn end_host(host: Host, end: End) {
    match end {
        End::Kill => host.kill(),
        End::Stop => _ = host.terminate().ok(),
    }
}

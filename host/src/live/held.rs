//! Which partition holds the watermark back, and since when.

use crate::server::wire::{PartitionStatus, WatermarkHeldBy};

/// Remembers since when the smallest watermark has stood where it is.
#[derive(Default)]
pub(super) struct Holder {
    held: Option<WatermarkHeldBy>,
}

impl Holder {
    /// The partition with the smallest watermark among those that are not idle, while another
    /// one of them is ahead.
    pub(super) fn look(
        &mut self,
        partitions: &[PartitionStatus],
        now_ms: i64,
    ) -> Option<WatermarkHeldBy> {
        let active = || {
            let not_idle = partitions.iter().filter(|p| p.state != "idle");
            not_idle.filter_map(|p| Some((p.watermark?, p.partition)))
        };
        let smallest = active().min();
        let is_passed = |least: i64| active().any(|(watermark, _)| watermark > least);
        self.held =
            smallest.filter(|(least, _)| is_passed(*least)).map(|(watermark, partition)| {
                let before =
                    self.held.filter(|h| (h.watermark, h.partition) == (watermark, partition));
                before.unwrap_or(WatermarkHeldBy { partition, watermark, since: now_ms })
            });
        self.held
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partitions(watermarks: &[(Option<i64>, &'static str)]) -> Vec<PartitionStatus> {
        let status =
            |(i, (watermark, state)): (usize, &(Option<i64>, &'static str))| PartitionStatus {
                partition: i as u32,
                offset: 0,
                end: None,
                lag: None,
                watermark: *watermark,
                state,
                gaps: Vec::new(),
            };
        watermarks.iter().enumerate().map(status).collect()
    }

    #[test]
    fn the_last_of_several_holds_the_watermark_since_it_stands() {
        let mut holder = Holder::default();
        let mut look = |watermarks: &[(Option<i64>, &'static str)], now| {
            let held = holder.look(&partitions(watermarks), now);
            held.map(|held| (held.partition, held.watermark, held.since))
        };
        let running = "running";
        assert_eq!(look(&[(None, running), (Some(5), running)], 1), None, "nobody is behind");
        assert_eq!(look(&[(Some(5), running), (Some(5), running)], 2), None);
        assert_eq!(look(&[(Some(5), running), (Some(9), running)], 3), Some((0, 5, 3)));
        assert_eq!(look(&[(Some(5), running), (Some(12), running)], 4), Some((0, 5, 3)));
        assert_eq!(look(&[(Some(6), running), (Some(12), running)], 5), Some((0, 6, 5)));
        assert_eq!(look(&[(Some(6), "gap"), (Some(12), running)], 6), Some((0, 6, 5)));
        assert_eq!(look(&[(Some(6), "idle"), (Some(12), running)], 7), None);
        assert_eq!(look(&[(Some(6), running), (Some(4), running)], 8), Some((1, 4, 8)));
    }
}

//! Which partition holds the watermark back, and since when.

use streamgauge_core::EventTime;
use streamgauge_wire::WatermarkHeldBy;

use super::partition::{PartitionPhase, PartitionView};

/// Remembers since when the smallest watermark has stood where it is.
#[derive(Default)]
pub(super) struct WatermarkHold {
    held: Option<WatermarkHeldBy>,
}

impl WatermarkHold {
    /// The partition with the smallest watermark among those that are not idle, while another
    /// one of them is ahead.
    pub(super) fn look(
        &mut self,
        partitions: &[PartitionView],
        now_ms: i64,
    ) -> Option<WatermarkHeldBy> {
        let active = || {
            let not_idle = partitions.iter().filter(|p| p.phase != PartitionPhase::Idle);
            not_idle.filter_map(|p| Some((p.watermark?, p.partition)))
        };
        let smallest = active().min();
        let is_passed = |least: EventTime| active().any(|(watermark, _)| watermark > least);
        self.held =
            smallest.filter(|(least, _)| is_passed(*least)).map(|(watermark, partition)| {
                let watermark = watermark.0;
                let before =
                    self.held.filter(|h| (h.watermark, h.partition) == (watermark, partition));
                before.unwrap_or(WatermarkHeldBy { partition, watermark, since: now_ms })
            });
        self.held
    }
}

#[cfg(test)]
mod tests {
    use super::super::partition::tests::view;
    use super::*;

    fn partitions(watermarks: &[(Option<i64>, PartitionPhase)]) -> Vec<PartitionView> {
        let numbered = watermarks.iter().enumerate();
        numbered.map(|(i, (watermark, phase))| view(i as u32, *watermark, *phase)).collect()
    }

    #[test]
    fn the_last_of_several_holds_the_watermark_since_it_stands() {
        let mut hold = WatermarkHold::default();
        let mut look = |watermarks: &[(Option<i64>, PartitionPhase)], now| {
            let found = hold.look(&partitions(watermarks), now);
            found.map(|held| (held.partition, held.watermark, held.since))
        };
        let running = PartitionPhase::Running;
        assert_eq!(look(&[(None, running), (Some(5), running)], 1), None, "nobody is behind");
        assert_eq!(look(&[(Some(5), running), (Some(5), running)], 2), None);
        assert_eq!(look(&[(Some(5), running), (Some(9), running)], 3), Some((0, 5, 3)));
        assert_eq!(look(&[(Some(5), running), (Some(12), running)], 4), Some((0, 5, 3)));
        assert_eq!(look(&[(Some(6), running), (Some(12), running)], 5), Some((0, 6, 5)));
        assert_eq!(
            look(&[(Some(6), PartitionPhase::Gap), (Some(12), running)], 6),
            Some((0, 6, 5))
        );
        assert_eq!(look(&[(Some(6), PartitionPhase::Idle), (Some(12), running)], 7), None);
        assert_eq!(look(&[(Some(6), running), (Some(4), running)], 8), Some((1, 4, 8)));
    }
}

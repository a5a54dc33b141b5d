//! Events by age range of the user.

use streamgauge_sdk::prelude::*;

/// Counts events by `age_range`. The keys are the raw values, except that 8 counts as 7: the
/// source has two codes for 50 and above.
#[derive(Debug, Default)]
pub struct Age;

impl Metric for Age {
    type Accumulator = Counter<u32>;

    fn describe(&self) -> Descriptor {
        let doc = ("各年龄段用户的事件数", "Number of events by age range of the user");
        let age_range = Output::dimension("age_range", ("年龄段", "Age range"))
            .label("0", ("未知", "Unknown"))
            .label("1", ("<20", "<20"))
            .label("2", ("20–24", "20–24"))
            .label("3", ("25–29", "25–29"))
            .label("4", ("30–34", "30–34"))
            .label("5", ("35–39", "35–39"))
            .label("6", ("40–49", "40–49"))
            .label("7", ("≥50", "≥50"));
        Descriptor::new("age", env!("CARGO_PKG_VERSION"), doc)
            .input("age_range", FieldType::Unsigned)
            .output(age_range)
            .output(Output::measure("events", ("事件数", "Events")))
            .view(View::bar("distribution", ("年龄分布", "Age"), "age_range", "events"))
    }

    fn add(&self, counter: &mut Self::Accumulator, batch: &Batch) -> Result<()> {
        counter.count_as(batch.unsigned(0)?, |code| if code == 8 { 7 } else { code });
        Ok(())
    }

    fn result(&self, counter: &Self::Accumulator) -> Result<Table> {
        Ok(counter.table())
    }
}

export_metric!(Age);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_codes_for_50_and_above_are_one_key() {
        let rows = testing::TestBatch::default().unsigned([7, 8, 0, 8, 1]);
        let result = testing::result_of::<Age>("{}", &rows);
        assert_eq!(result, [["0", "1"], ["1", "1"], ["7", "3"]]);
    }

    #[test]
    fn a_long_batch_counts_as_a_short_one() {
        let rows = testing::TestBatch::default().unsigned((0..90).map(|row| row % 9));
        let result = testing::result_of::<Age>("{}", &rows);
        let expected: Vec<_> = (0..8).map(|key| (key, if key == 7 { 20 } else { 10 })).collect();
        let expected = expected.iter().map(|(key, events)| [key.to_string(), events.to_string()]);
        assert_eq!(result, expected.collect::<Vec<_>>());
    }

    #[test]
    fn an_unknown_code_is_counted_under_its_own_key() {
        let rows = testing::TestBatch::default().unsigned([9, 300]);
        assert_eq!(testing::result_of::<Age>("{}", &rows), [["9", "1"], ["300", "1"]]);
    }

    #[test]
    fn the_laws_hold() {
        let rows = testing::TestBatch::default().unsigned((0..500).map(|row| row * row % 11));
        testing::check_laws::<Age>("{}", &rows);
    }
}

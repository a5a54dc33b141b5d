//! Events by user action: click, add to cart, buy, favourite.

use streamgauge_sdk::prelude::*;

/// Counts events by `action`. The result's keys are the raw values.
#[derive(Debug, Default)]
pub struct Behavior;

impl Metric for Behavior {
    type Accumulator = Counter<u32>;

    fn describe(&self) -> Descriptor {
        let doc = ("各用户行为的事件数", "Number of events by user action");
        let action = Output::dimension("action", ("行为", "Action"))
            .label("0", ("点击", "Click"))
            .label("1", ("加购", "Add to cart"))
            .label("2", ("购买", "Buy"))
            .label("3", ("关注", "Favourite"));
        Descriptor::new("behavior", env!("CARGO_PKG_VERSION"), doc)
            .input("action", FieldType::Unsigned)
            .output(action)
            .output(Output::measure("events", ("事件数", "Events")))
            .view(View::pie("share", ("用户行为", "Behaviour"), "action", "events"))
    }

    fn add(&self, counter: &mut Self::Accumulator, batch: &Batch) -> Result<()> {
        counter.count(batch.unsigned(0)?);
        Ok(())
    }

    fn result(&self, counter: &Self::Accumulator) -> Result<Table> {
        Ok(counter.table())
    }
}

export_metric!(Behavior);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_counted_by_raw_value() {
        let rows = testing::TestBatch::default().unsigned([0, 2, 0, 3, 0, 1, 2]);
        let result = testing::result_of::<Behavior>("{}", &rows);
        assert_eq!(result, [["0", "3"], ["1", "1"], ["2", "2"], ["3", "1"]]);
    }

    #[test]
    fn an_unknown_action_is_counted_under_its_own_key() {
        let rows = testing::TestBatch::default().unsigned([0, 4_000_000_000, 9]);
        let result = testing::result_of::<Behavior>("{}", &rows);
        assert_eq!(result, [["0", "1"], ["9", "1"], ["4000000000", "1"]]);
    }

    #[test]
    fn the_laws_hold() {
        let rows = testing::TestBatch::default().unsigned((0..500).map(|row| row * row % 7));
        testing::check_laws::<Behavior>("{}", &rows);
    }
}

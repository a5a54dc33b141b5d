//! Counts events by merchant; the page shows the ten largest.
use streamgauge_sdk::prelude::*;
#[derive(Default)]
struct Merchants;
impl Metric for Merchants {
    type Accumulator = Counter<String>;

    fn describe(&self) -> Descriptor {
        let top = View::hbar("top", ("商家排行", "Top merchants"), "merchant_id", "events");
        Descriptor::new("merchants", "0.1.0", ("各商家的事件数", "Events by merchant"))
            .input("merchant_id", FieldType::Text)
            .output(Output::dimension("merchant_id", ("商家", "Merchant")))
            .output(Output::measure("events", ("事件数", "Events")))
            .view(top.sorted().top(10))
    }
    fn add(&self, counter: &mut Counter<String>, batch: &Batch) -> Result<()> {
        counter.count(batch.text(0)?);
        Ok(())
    }
    fn result(&self, counter: &Counter<String>) -> Result<Table> {
        Ok(counter.table())
    }
}
export_metric!(Merchants);

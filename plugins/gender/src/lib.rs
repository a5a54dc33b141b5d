//! Events by gender.

use streamgauge_sdk::prelude::*;

/// Counts events by `gender`. The result's keys are the raw values.
#[derive(Debug, Default)]
pub struct Gender;

impl Metric for Gender {
    type Accumulator = Counter<u32>;

    fn describe(&self) -> Descriptor {
        let doc = ("各性别用户的事件数", "Number of events by gender of the user");
        let gender = Output::dimension("gender", ("性别", "Gender"))
            .label("0", ("女", "Female"))
            .label("1", ("男", "Male"))
            .label("2", ("未知", "Unknown"));
        Descriptor::new("gender", env!("CARGO_PKG_VERSION"), doc)
            .input("gender", FieldType::Unsigned)
            .output(gender)
            .output(Output::measure("events", ("事件数", "Events")))
            .view(View::pie("share", ("性别占比", "Gender"), "gender", "events"))
    }

    fn add(&self, counter: &mut Self::Accumulator, batch: &Batch) -> Result<()> {
        counter.count(batch.unsigned(0)?);
        Ok(())
    }

    fn result(&self, counter: &Self::Accumulator) -> Result<Table> {
        Ok(counter.table())
    }
}

export_metric!(Gender);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn genders_are_counted_by_raw_value() {
        let rows = testing::TestBatch::default().unsigned([2, 0, 1, 1, 0, 0]);
        let result = testing::result_of::<Gender>("{}", &rows);
        assert_eq!(result, [["0", "3"], ["1", "2"], ["2", "1"]]);
    }

    #[test]
    fn the_laws_hold() {
        let rows = testing::TestBatch::default().unsigned((0..500).map(|row| row * row % 5));
        testing::check_laws::<Gender>("{}", &rows);
    }
}

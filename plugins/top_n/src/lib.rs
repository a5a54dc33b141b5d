//! The most frequent values of any one column, in a state of fixed size.
//!
//! The input is called `value`; `[metric.columns]` says which column of the schema holds it. At
//! most `capacity` values are counted at a time (`Heavy`). A count shown is never too large, and
//! at most `error` too small, where `error <= rows / (capacity + 1)`: with 1000 counters, 0.1 % of
//! all rows. Every counter is a row of the result, so a value that is missing has at most `error`
//! events; the view shows the first `n`.

mod heavy;

use streamgauge_sdk::{prelude::*, read_state};

use crate::heavy::Heavy;

/// Finds the most frequent values of the input `value`.
#[derive(Debug)]
pub struct TopN {
    kind: KeyType,
    title: Localized,
    column_title: Localized,
    labels: Vec<(String, Localized)>,
    capacity: u32,
    n: u32,
}

impl Default for TopN {
    fn default() -> Self {
        Self::read(&Config::default()).expect("every key has a default")
    }
}

impl TopN {
    fn read(config: &Config) -> Result<Self> {
        Self::config_schema().check(config)?;
        let title = config.localized("title")?;
        Ok(Self {
            kind: KeyType::from_config(config, "type")?,
            title: title.unwrap_or(("最常见的取值", "Most frequent values").into()),
            column_title: config.localized("column_title")?.unwrap_or(("取值", "Value").into()),
            labels: config.labels("labels")?,
            capacity: config.integer_in("capacity", 10..=100_000, 1000)?,
            n: config.integer_in("n", 1..=1000, 10)?,
        })
    }
}

impl Metric for TopN {
    type Accumulator = Heavy;

    fn config_schema() -> Schema {
        let capacity = "Values counted at a time: the error is at most rows / (capacity + 1).";
        Schema::default()
            .key_type("type", "value")
            .title()
            .localized("column_title", "Title of the column `value`.")
            .labels("labels", "value")
            .integer("capacity", capacity, 10..=100_000, 1000)
            .integer("n", "Values shown.", 1..=1000, 10)
            .display()
    }

    fn open(config: &Config) -> Result<Self> {
        Self::read(config)
    }

    fn describe(&self) -> Descriptor {
        let doc = (
            "最常见的取值及其事件数：真实事件数不小于所示值，且至多大出“误差”一列",
            "The most frequent values: the true count is at least `events` and at most `error` more",
        );
        let value = Output::dimension("value", self.column_title.clone());
        let value = value.labels(self.labels.iter().cloned());
        // Lower bounds do not add up to "other": the events of dropped values are in none.
        let events = Output::measure("events", ("事件数", "Events")).not_additive();
        let error = Output::measure("error", ("误差", "Error")).not_additive().error_of("events");
        let view = View::new("hbar", "top", self.title.clone(), &["events", "error"]).by("value");
        Descriptor::new("top_n", env!("CARGO_PKG_VERSION"), doc)
            .input("value", self.kind.field_type())
            .output(value)
            .output(events)
            .output(error)
            .view(view.sorted().top(self.n))
            .bounded()
    }

    fn create(&self, _: Option<Window>) -> Heavy {
        Heavy::new(self.capacity)
    }

    fn add(&self, heavy: &mut Heavy, batch: &Batch) -> Result<()> {
        if self.kind == KeyType::Text {
            let column = batch.text(0)?;
            heavy.count(&column, (0..column.rows()).filter_map(|row| column.code(row)));
        } else {
            let keys = Keys::of(batch, 0, self.kind)?;
            heavy.count(keys.values(), (0..keys.rows()).filter_map(|row| keys.code(row)));
        }
        Ok(())
    }

    fn result(&self, heavy: &Heavy) -> Result<Table> {
        Ok(heavy.table())
    }

    fn restore(&self, _: Option<Window>, version: u32, bytes: &[u8]) -> Result<Heavy> {
        let heavy: Heavy = read_state(version, bytes)?;
        heavy.check_capacity(self.capacity)?;
        Ok(heavy)
    }
}

export_metric!(TopN);

#[cfg(test)]
mod tests;

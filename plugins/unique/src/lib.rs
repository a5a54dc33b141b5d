//! The number of distinct values of a column, in a state of fixed size.
//!
//! The input is called `value`; `[metric.columns]` says which column of the schema holds it. The
//! sketch is a `HyperLogLog` of `2^precision` registers: its standard error is
//! `1.04 / sqrt(2^precision)`, 0.8 % at the default of 14. The measure `error` is three
//! standard errors, which holds in 99.7 % of all cases. Merges are exact: the state is a function
//! of the set of values alone.

mod hll;

use streamgauge_sdk::{prelude::*, read_state};

use crate::hll::HyperLogLog;

/// Counts the distinct values of the input `value`.
#[derive(Debug)]
pub struct Unique {
    kind: KeyType,
    title: Localized,
    precision: u32,
}

impl Default for Unique {
    fn default() -> Self {
        Self::read(&Config::default()).expect("every key has a default")
    }
}

impl Unique {
    fn read(config: &Config) -> Result<Self> {
        Self::config_schema().check(config)?;
        let title = config.localized("title")?;
        Ok(Self {
            kind: KeyType::from_config(config, "type")?,
            title: title.unwrap_or(("去重计数", "Distinct values").into()),
            precision: config.integer_in("precision", 4..=18, 14)?,
        })
    }
}

impl Metric for Unique {
    type Accumulator = HyperLogLog;

    fn config_schema() -> Schema {
        let precision = "2^precision registers: the standard error is 1.04 / sqrt(2^precision).";
        Schema::default().key_type("type", "value").title().integer(
            "precision",
            precision,
            4..=18,
            14,
        )
    }

    fn open(config: &Config) -> Result<Self> {
        Self::read(config)
    }

    fn describe(&self) -> Descriptor {
        let doc = (
            "不同取值的个数（估计）；“误差”为三倍标准误差，99.7% 的情况下成立",
            "Number of distinct values, an estimate; `error` is three standard errors, which \
             holds in 99.7 % of cases",
        );
        let unique = Output::measure("unique", self.title.clone()).not_additive();
        let error = Output::measure("error", ("误差", "Error")).not_additive().error_of("unique");
        Descriptor::new("unique", env!("CARGO_PKG_VERSION"), doc)
            .input("value", self.kind.field_type())
            .output(unique)
            .output(error)
            .view(View::new("number", "unique", self.title.clone(), &["unique", "error"]))
    }

    fn create(&self, _: Option<Window>) -> HyperLogLog {
        HyperLogLog::new(self.precision)
    }

    fn add(&self, sketch: &mut HyperLogLog, batch: &Batch) -> Result<()> {
        let keys = Keys::of(batch, 0, self.kind)?;
        keys.tally().for_each(|(key, _)| sketch.insert(key.hash64()));
        Ok(())
    }

    fn result(&self, sketch: &HyperLogLog) -> Result<Table> {
        let unique = sketch.estimate();
        let registers = f64::from(1_u32 << self.precision);
        let error = (3.0 * 1.04 / registers.sqrt() * unique).ceil();
        Ok(Table::default().integers([unique.round() as i64]).integers([error as i64]))
    }

    fn restore(&self, _: Option<Window>, version: u32, bytes: &[u8]) -> Result<HyperLogLog> {
        let sketch: HyperLogLog = read_state(version, bytes)?;
        sketch.check_precision(self.precision)?;
        Ok(sketch)
    }
}

export_metric!(Unique);

#[cfg(test)]
mod tests;

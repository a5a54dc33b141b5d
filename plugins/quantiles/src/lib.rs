//! Quantiles of a numeric column, each with the error that it may have.
//!
//! The input is called `value`; `[metric.columns]` says which column of the schema holds it. Values
//! are counted in buckets that are at most twice `accuracy` of their values wide (`Buckets`); a
//! quantile is the middle of its bucket, and `error` is half the width, at most
//! `accuracy * |value|`. Minimum and maximum are exact. A quantile `q` of `n` values is the
//! `ceil(q n)`-th smallest. Magnitudes below 2.3e-308 count as 0, and integers beyond 2^53 are
//! rounded to the nearest float. Merges are exact.

mod buckets;
mod scale;

use streamgauge_sdk::{BadRow, Value, prelude::*, read_state};

use crate::buckets::{Buckets, Estimate};
use crate::scale::Scale;

/// Types that the column may have; [`FieldType`] in the same order.
const TYPES: [&str; 3] = ["float", "unsigned", "integer"];

/// Estimates quantiles of `value`.
#[derive(Debug)]
pub struct Quantiles {
    kind: FieldType,
    title: Localized,
    unit: Option<String>,
    scale: Scale,
    shown: Vec<f64>,
}

impl Default for Quantiles {
    fn default() -> Self {
        Self::read(&Config::default()).expect("every key has a default")
    }
}

impl Quantiles {
    fn read(config: &Config) -> Result<Self> {
        Self::config_schema().check(config)?;
        let title = config.localized("title")?;
        Ok(Self {
            kind: match config.choice("type", &TYPES)? {
                "unsigned" => FieldType::Unsigned,
                "integer" => FieldType::Integer,
                _ => FieldType::Float,
            },
            title: title.unwrap_or(("分位数", "Quantiles").into()),
            unit: config.text("unit")?.map(str::to_owned),
            scale: Scale::with_accuracy(config.float_in("accuracy", 0.001..=0.1, 0.01)?),
            shown: quantiles(config)?,
        })
    }
}

/// The configured quantiles, which ascend between 0 and 1.
fn quantiles(config: &Config) -> Result<Vec<f64>> {
    let Some(value) = config.get("quantiles") else { return Ok(vec![0.5, 0.9, 0.99]) };
    let wrong = || Error::config("quantiles", "is not an ascending list of numbers in (0, 1)");
    let Value::List(values) = value else { return Err(wrong()) };
    let number = |value: &Value| match value {
        Value::Number(digits) => digits.parse().ok().filter(|q| *q > 0.0 && *q < 1.0),
        _ => None,
    };
    let quantiles: Vec<f64> = values.iter().map(number).collect::<Option<_>>().ok_or_else(wrong)?;
    let mut names: Vec<String> = quantiles.iter().map(|q| name(*q)).collect();
    names.dedup();
    let ascending = quantiles.is_sorted() && names.len() == quantiles.len();
    if ascending && !quantiles.is_empty() { Ok(quantiles) } else { Err(wrong()) }
}

/// The key of a quantile: `p50`, `p99.9`.
fn name(quantile: f64) -> String {
    format!("p{}", (quantile * 1e8).round() / 1e6)
}

impl Metric for Quantiles {
    type Accumulator = Buckets;

    fn config_schema() -> Schema {
        let list = r#""type":"array","minItems":1,"items":{"type":"number","exclusiveMinimum":0,"exclusiveMaximum":1},"default":[0.5,0.9,0.99]"#;
        Schema::default()
            .choice("type", "Type of the column that `value` reads, as in the schema.", &TYPES)
            .title()
            .float("accuracy", "Largest error as a share of the value.", 0.001..=0.1, 0.01)
            .key("quantiles", "Quantiles shown, ascending.", list)
            .display()
            .key("unit", "Unit of the values, for instance ms.", r#""type":"string""#)
            .display()
    }

    fn open(config: &Config) -> Result<Self> {
        Self::read(config)
    }

    fn describe(&self) -> Descriptor {
        let doc = (
            "数值列的分位数；真实值与所示值之差不超过“误差”一列，最小值与最大值是精确的",
            "Quantiles of a numeric column; the true value is at most `error` away, minimum and \
             maximum are exact",
        );
        let quantile = Output::dimension("quantile", ("分位数", "Quantile"));
        let quantile = quantile.label("min", ("最小值", "Minimum"));
        let label = |output: Output, q: &f64| {
            let name = name(*q);
            let text = name.to_uppercase();
            output.label(&name, (text.as_str(), text.as_str()))
        };
        let quantile = self.shown.iter().fold(quantile, label);
        let float = |output: Output| {
            let output = output.of_type(FieldType::Float).not_additive();
            self.unit.iter().fold(output, |output, unit| output.unit(unit))
        };
        let value = float(Output::measure("value", ("值", "Value")));
        let error = float(Output::measure("error", ("误差", "Error"))).error_of("value");
        Descriptor::new("quantiles", env!("CARGO_PKG_VERSION"), doc)
            .input("value", self.kind)
            .output(quantile.label("max", ("最大值", "Maximum")))
            .output(value)
            .output(error)
            .view(View::hbar("quantiles", self.title.clone(), "quantile", "value"))
    }

    fn create(&self, _: Option<Window>) -> Buckets {
        Buckets::new(self.scale)
    }

    fn add(&self, buckets: &mut Buckets, batch: &Batch) -> Result<()> {
        match self.kind {
            FieldType::Unsigned => {
                batch.unsigned(0)?.iter().flatten().for_each(|value| buckets.insert(value.into()));
            }
            FieldType::Integer => {
                batch.integers(0)?.iter().flatten().for_each(|value| buckets.insert(value as f64));
            }
            _ => add_floats(buckets, batch)?,
        }
        Ok(())
    }

    fn result(&self, buckets: &Buckets) -> Result<Table> {
        let Some((min, max)) = buckets.range() else {
            return Ok(Table::default().text([""; 0]).floats([]).floats([]));
        };
        let exact = |value| Estimate { value, error: 0.0 };
        let mut rows = vec![("min".to_owned(), exact(min))];
        rows.extend(self.shown.iter().map(|q| (name(*q), buckets.quantile(*q))));
        rows.push(("max".to_owned(), exact(max)));
        Ok(Table::default()
            .text(rows.iter().map(|(name, _)| name))
            .floats(rows.iter().map(|(_, estimate)| estimate.value))
            .floats(rows.iter().map(|(_, estimate)| estimate.error)))
    }

    fn restore(&self, _: Option<Window>, version: u32, bytes: &[u8]) -> Result<Buckets> {
        let buckets: Buckets = read_state(version, bytes)?;
        buckets.check_scale(self.scale)?;
        Ok(buckets)
    }
}

/// Adds every row, or refuses the batch and adds no row if a number is not finite.
fn add_floats(buckets: &mut Buckets, batch: &Batch) -> Result<()> {
    let column = batch.floats(0)?;
    let rows = (0..).zip(column.iter());
    let bad = rows.filter(|(_, value)| value.is_some_and(|value| !value.is_finite()));
    let reason = || "value is not a finite number".to_owned();
    let bad: Vec<BadRow> = bad.map(|(row, _)| BadRow { row, reason: reason() }).collect();
    if !bad.is_empty() {
        return Err(Error::BadRows(bad));
    }
    column.iter().flatten().for_each(|value| buckets.insert(value));
    Ok(())
}

export_metric!(Quantiles);

#[cfg(test)]
mod tests;

//! The share of the members who did one thing (A) that also did another (B), in a state of fixed
//! size.
//!
//! The inputs are called `who` and `what`; `[metric.columns]` says which columns of the schema
//! hold them. `from` lists the values of `what` that mean A, and `to` the values that mean B. A
//! member who did both counts in either order: the question is not whether B came after A. The
//! state is a sample of the members who did A or B (`Sample`). While the sample has fewer than
//! `sample` members the answer is exact. A full sample gives estimates: `rate_error` is the larger
//! half of Wilson's interval at three standard errors, which holds in 99.7 % of all cases, and a
//! number of members has a relative standard error of about
//! `1 / sqrt(members of the sample who are counted)`. Merges are exact.

mod sample;

use streamgauge_sdk::{prelude::*, read_state};

use crate::sample::{DID_A, DID_B, Sample, Shares};

/// Measures how many of the members who did A also did B.
#[derive(Debug, Default)]
pub struct Conversion {
    who: KeyType,
    what: KeyType,
    from: Vec<AnyKey>,
    to: Vec<AnyKey>,
    title: Localized,
    sample: u32,
}

impl Conversion {
    /// The steps that a value means, as flags.
    fn steps(&self, what: &AnyKey) -> u8 {
        let step = |values: &[AnyKey], flag| if values.contains(what) { flag } else { 0 };
        step(&self.from, DID_A) | step(&self.to, DID_B)
    }
}

impl Metric for Conversion {
    type Accumulator = Sample;

    fn config_schema() -> Schema {
        let values = r#""anyOf":[{"type":["string","integer","boolean"]},{"type":"array","minItems":1,"items":{"type":["string","integer","boolean"]}}]"#;
        let sample = "Members kept: below so many the rate is exact.";
        Schema::default()
            .required("from", "Value or values of `what` that mean step A.", values)
            .required("to", "Value or values of `what` that mean step B.", values)
            .key_type("who_type", "who")
            .key_type("what_type", "what")
            .integer("sample", sample, 64..=65_536, 4096)
            .title()
    }

    fn open(config: &Config) -> Result<Self> {
        Self::config_schema().check(config)?;
        let what = KeyType::from_config(config, "what_type")?;
        let values = |key| match what.keys_in(config, key)? {
            values if values.is_empty() => Err(Error::config(key, "names no value")),
            values => Ok(values),
        };
        let title = config.localized("title")?;
        Ok(Self {
            who: KeyType::from_config(config, "who_type")?,
            what,
            from: values("from")?,
            to: values("to")?,
            title: title.unwrap_or(("转化率", "Conversion").into()),
            sample: config.integer_in("sample", 64..=65_536, 4096)?,
        })
    }

    fn describe(&self) -> Descriptor {
        let doc = (
            "做过步骤 A 的成员中也做过步骤 B 的比例（不分先后）；抽样时“误差”在 99.7% 的情况下成立",
            "Share of those who did step A that also did step B, in any order; once sampled, \
             `rate_error` holds in 99.7 % of cases",
        );
        let rate = Output::measure("rate", self.title.clone()).of_type(FieldType::Float);
        let error = Output::measure("rate_error", ("误差", "Error")).of_type(FieldType::Float);
        let from = Output::measure("from", ("做过步骤 A 的成员", "Members who did A"));
        let to = Output::measure("to", ("两步都做过的成员", "Members who did both"));
        let shown = ["rate", "rate_error", "from", "to"];
        Descriptor::new("conversion", env!("CARGO_PKG_VERSION"), doc)
            .input("who", self.who.field_type())
            .input("what", self.what.field_type())
            .output(rate.unit("%").not_additive())
            .output(error.unit("%").not_additive().error_of("rate"))
            .output(from.not_additive())
            .output(to.not_additive())
            .view(View::new("number", "rate", self.title.clone(), &shown))
    }

    fn create(&self, _: Option<Window>) -> Sample {
        Sample::new(self.sample)
    }

    fn add(&self, sample: &mut Sample, batch: &Batch) -> Result<()> {
        let who = Keys::of(batch, 0, self.who)?;
        let what = Keys::of(batch, 1, self.what)?;
        let steps: Vec<u8> = what.values().iter().map(|what| self.steps(what)).collect();
        for row in 0..batch.rows() {
            let flags = what.code(row).map_or(0, |code| steps[code]);
            if let (true, Some(who)) = (flags > 0, who.get(row)) {
                sample.insert(who.hash64(), flags);
            }
        }
        Ok(())
    }

    fn result(&self, sample: &Sample) -> Result<Table> {
        let Shares { rate, rate_error, from, both } = sample.shares();
        let percent = |share: Option<f64>| [share.map(|share| share * 100.0)];
        Ok(Table::default()
            .optional_floats(percent(rate))
            .optional_floats(percent(rate_error))
            .integers([from.round() as i64])
            .integers([both.round() as i64]))
    }

    fn restore(&self, _: Option<Window>, version: u32, bytes: &[u8]) -> Result<Sample> {
        let sample: Sample = read_state(version, bytes)?;
        sample.check_size(self.sample)?;
        Ok(sample)
    }
}

export_metric!(Conversion);

#[cfg(test)]
mod tests;

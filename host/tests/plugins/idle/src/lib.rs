//! A metric that takes a column and leaves it: what it costs is what a metric costs, and what the
//! column costs until it is there.

use streamgauge_sdk::prelude::*;

/// Takes the column `value`, which is of the configured type.
#[derive(Clone, Copy, Debug, Default)]
pub struct Idle {
    kind: KeyType,
}

impl Metric for Idle {
    type Accumulator = Counter<String>;

    fn config_schema() -> Schema {
        Schema::default().key_type("type", "value")
    }

    fn open(config: &Config) -> Result<Self> {
        Self::config_schema().check(config)?;
        Ok(Self { kind: KeyType::from_config(config, "type")? })
    }

    fn describe(&self) -> Descriptor {
        Descriptor::new("idle", "0.1.0", ("什么也不做", "Does nothing"))
            .input("value", self.kind.field_type())
            .output(Output::dimension("key", ("键", "Key")))
            .output(Output::measure("events", ("事件数", "Events")))
            .view(View::hbar("rows", ("行数", "Rows"), "key", "events"))
    }

    fn add(&self, counter: &mut Self::Accumulator, batch: &Batch) -> Result<()> {
        counter.record("rows", batch.rows() as u64);
        Ok(())
    }

    fn result(&self, counter: &Self::Accumulator) -> Result<Table> {
        Ok(counter.table())
    }
}

export_metric!(Idle);

//! Events by the values of two columns: every pair with its exact count, as a field of colours.
//!
//! The inputs are called `row` and `column`; `[metric.columns]` says which columns of the schema
//! hold them. The state grows with the number of distinct pairs.

mod pair;

use streamgauge_sdk::prelude::*;

use crate::pair::Pair;

/// Counts events by `row` and `column`.
#[derive(Debug)]
pub struct Crosstab {
    row: Side,
    column: Side,
    title: Localized,
    top: u32,
}

/// The settings of one of the two columns.
#[derive(Debug)]
struct Side {
    kind: KeyType,
    title: Localized,
    labels: Vec<(String, Localized)>,
}

impl Default for Crosstab {
    fn default() -> Self {
        Self::read(&Config::default()).expect("every key has a default")
    }
}

impl Crosstab {
    fn read(config: &Config) -> Result<Self> {
        Self::config_schema().check(config)?;
        let title = config.localized("title")?;
        Ok(Self {
            row: Side {
                kind: KeyType::from_config(config, "row_type")?,
                title: config.localized("row_title")?.unwrap_or(("行", "Row").into()),
                labels: config.labels("row_labels")?,
            },
            column: Side {
                kind: KeyType::from_config(config, "column_type")?,
                title: config.localized("column_title")?.unwrap_or(("列", "Column").into()),
                labels: config.labels("column_labels")?,
            },
            title: title.unwrap_or(("交叉分布", "Events by two columns").into()),
            top: config.integer_in("top", 0..=1000, 20)?,
        })
    }
}

impl Side {
    fn output(&self, name: &str) -> Output {
        Output::dimension(name, self.title.clone()).labels(self.labels.iter().cloned())
    }
}

impl Metric for Crosstab {
    type Accumulator = Counter<Pair>;

    fn config_schema() -> Schema {
        Schema::default()
            .key_type("row_type", "row")
            .key_type("column_type", "column")
            .title()
            .localized("row_title", "Title of the column `row`.")
            .localized("column_title", "Title of the column `column`.")
            .labels("row_labels", "row")
            .labels("column_labels", "column")
            .integer("top", "Rows shown before the rest is summed up; 0 = all.", 0..=1000, 20)
            .display()
    }

    fn open(config: &Config) -> Result<Self> {
        Self::read(config)
    }

    fn describe(&self) -> Descriptor {
        let doc = ("按两列取值的组合统计事件数", "Number of events by the values of two columns");
        let view = View::heatmap("cells", self.title.clone(), "row", "column", "events");
        Descriptor::new("crosstab", env!("CARGO_PKG_VERSION"), doc)
            .input("row", self.row.kind.field_type())
            .input("column", self.column.kind.field_type())
            .output(self.row.output("row"))
            .output(self.column.output("column"))
            .output(Output::measure("events", ("事件数", "Events")))
            .view(view.sorted().top(self.top))
    }

    fn add(&self, counter: &mut Self::Accumulator, batch: &Batch) -> Result<()> {
        let rows = Keys::of(batch, 0, self.row.kind)?;
        let columns = Keys::of(batch, 1, self.column.kind)?;
        pair::count(counter, &rows, &columns);
        Ok(())
    }

    fn result(&self, counter: &Self::Accumulator) -> Result<Table> {
        Ok(pair::table(counter))
    }
}

export_metric!(Crosstab);

#[cfg(test)]
mod tests;

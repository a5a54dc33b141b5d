//! Events by the value of any one column. Exact.
//!
//! The input is called `value`; `[metric.columns]` says which column of the schema holds it, and
//! `[metric.config]` of which type the column is. The state grows with the number of distinct
//! values, so a column with unlimited values (a user, a request) is for `top_n` instead.

use streamgauge_sdk::prelude::*;

/// The charts that `[metric.config]` may choose for the view, the default first.
const CHARTS: [&str; 3] = ["hbar", "bar", "pie"];

/// Counts events by `value`.
#[derive(Debug)]
pub struct CountBy {
    kind: KeyType,
    title: Localized,
    column_title: Localized,
    labels: Vec<(String, Localized)>,
    chart: &'static str,
    top: u32,
    sorted: bool,
}

impl Default for CountBy {
    fn default() -> Self {
        Self::read(&Config::default()).expect("every key has a default")
    }
}

impl CountBy {
    fn read(config: &Config) -> Result<Self> {
        Self::config_schema().check(config)?;
        let title = || ("各取值的事件数", "Events by value").into();
        Ok(Self {
            kind: KeyType::from_config(config, "type")?,
            title: config.localized("title")?.unwrap_or_else(title),
            column_title: config.localized("column_title")?.unwrap_or(("取值", "Value").into()),
            labels: config.labels("labels")?,
            chart: config.choice("chart", &CHARTS)?,
            top: config.integer_in("top", 0..=1000, 15)?,
            sorted: config.boolean("sorted")?.unwrap_or(true),
        })
    }
}

impl Metric for CountBy {
    type Accumulator = IdCounter;

    fn config_schema() -> Schema {
        Schema::default()
            .key_type("type", "value")
            .title()
            .localized("column_title", "Title of the column `value`.")
            .labels("labels", "value")
            .choice("chart", "Chart of the view.", &CHARTS)
            .display()
            .integer("top", "Values shown before the rest is summed up; 0 = all.", 0..=1000, 15)
            .display()
            .boolean("sorted", "Largest first; else in the order of the labels.", true)
            .display()
    }

    fn open(config: &Config) -> Result<Self> {
        Self::read(config)
    }

    fn describe(&self) -> Descriptor {
        let doc = ("按某一列的取值统计事件数", "Number of events by the value of one column");
        let value = Output::dimension("value", self.column_title.clone());
        let value = value.labels(self.labels.iter().cloned());
        let view = View::new(self.chart, "values", self.title.clone(), &["events"]);
        let view = view.by("value").top(self.top);
        Descriptor::new("count_by", env!("CARGO_PKG_VERSION"), doc)
            .input("value", self.kind.field_type())
            .output(value)
            .output(Output::measure("events", ("事件数", "Events")))
            .view(if self.sorted { view.sorted() } else { view })
    }

    fn add(&self, counter: &mut Self::Accumulator, batch: &Batch) -> Result<()> {
        match self.kind {
            KeyType::Text => counter.count_texts(batch.text(0)?),
            _ => counter.count(&Keys::of(batch, 0, self.kind)?),
        }
        Ok(())
    }

    fn result(&self, counter: &Self::Accumulator) -> Result<Table> {
        Ok(counter.table())
    }

    fn largest(&self, counters: &[&Self::Accumulator], rows: usize) -> Result<Option<Largest>> {
        Ok(IdCounter::largest(counters, rows))
    }
}

export_metric!(CountBy);

#[cfg(test)]
mod tests {
    use super::*;
    use testing::TestBatch;

    #[test]
    fn texts_are_counted_even_hostile_ones() {
        let huge = "长".repeat(1 << 20);
        let rows = TestBatch::default().text(["b", "", "a\0", "b", &huge, "b"]);
        let result = testing::result_of::<CountBy>("{}", &rows);
        assert_eq!(result, [["", "1"], ["a\0", "1"], ["b", "3"], [huge.as_str(), "1"]]);
    }

    #[test]
    fn numbers_and_booleans_are_counted_in_their_order() {
        let rows = TestBatch::default().integers([i64::MAX, i64::MIN, -1, i64::MAX, 10, 9]);
        let result = testing::result_of::<CountBy>(r#"{"type": "integer"}"#, &rows);
        let counts = [("-1", "1"), ("9", "1"), ("10", "1"), ("9223372036854775807", "2")];
        let expected = counts.map(|(key, events)| [key, events]);
        assert_eq!(result[0], ["-9223372036854775808", "1"]);
        assert_eq!(result[1..], expected);
        let rows = TestBatch::default().booleans([true, true, false]);
        let result = testing::result_of::<CountBy>(r#"{"type": "boolean"}"#, &rows);
        assert_eq!(result, [["false", "1"], ["true", "2"]]);
    }

    #[test]
    fn the_laws_hold_for_every_type() {
        let rows = (0..300_u32).map(|row| row * row % 271);
        let texts: Vec<String> = rows.clone().map(|row| format!("t{row}")).collect();
        let batch = TestBatch::default;
        let config = r#"{"labels": {"t4": "四", "t1": {"zh": "一", "en": "one"}}, "title": "T",
            "column_title": {"zh": "列", "en": "Column"}, "chart": "pie", "top": 0,
            "sorted": false}"#;
        testing::check_laws::<CountBy>(config, &batch().text(texts.iter().map(String::as_str)));
        testing::check_laws::<CountBy>(r#"{"type": "unsigned"}"#, &batch().unsigned(rows.clone()));
        let integers = batch().integers(rows.clone().map(|row| i64::from(row) - 135));
        testing::check_laws::<CountBy>(r#"{"type": "integer"}"#, &integers);
        let booleans = batch().booleans(rows.map(|row| row % 3 == 0));
        testing::check_laws::<CountBy>(r#"{"type": "boolean"}"#, &booleans);
    }

    #[test]
    fn mistakes_in_the_configuration_name_the_key() {
        for (json, key) in [
            (r#"{"type": "float"}"#, "`type`"),
            (r#"{"top": 1001}"#, "`top`"),
            (r#"{"chart": "line"}"#, "`chart`"),
            (r#"{"sorted": 1}"#, "`sorted`"),
            (r#"{"labels": {"a": 1}}"#, "`labels.a`"),
            (r#"{"column": "a"}"#, "`column`"),
        ] {
            let config = Config::parse(json).expect("JSON");
            let error = CountBy::open(&config).expect_err("refused").to_string();
            assert!(error.contains(key), "{error}");
        }
    }

    #[test]
    fn the_schema_is_json() {
        assert!(Config::parse(&CountBy::config_schema().json()).is_ok());
    }
}

//! What a program counted, in a form in which all can be compared.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::native::{Counts, Native};

/// The metrics, each with the column by whose values it counts.
const METRICS: [(&str, &str); 4] =
    [("behavior", "action"), ("age", "age_range"), ("gender", "gender"), ("province", "province")];

/// How many events, by verdict, metric and key.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Counted(BTreeMap<String, u64>);

impl Counted {
    /// What a run printed.
    ///
    /// # Errors
    /// It is another document, in words.
    pub(super) fn by_run(document: &Value) -> Result<Self, String> {
        let mut counted = BTreeMap::new();
        for verdict in ["on_time", "late"] {
            let records = document["accounting"][verdict].as_u64();
            counted.insert(verdict.to_owned(), records.ok_or("it has no accounting")?);
            for (metric, column) in METRICS {
                let window = &document["metrics"][metric][0][verdict];
                let rows = Vec::<Map<String, Value>>::deserialize(window);
                for row in rows.map_err(|error| format!("metric {metric}: {error}"))? {
                    let key = row.get(column).and_then(Value::as_str);
                    let events = row.get("events").and_then(Value::as_u64);
                    let (key, events) =
                        key.zip(events).ok_or(format!("metric {metric} has other columns"))?;
                    counted.insert(format!("{verdict} {metric} {key}"), events);
                }
            }
        }
        Ok(Self(counted))
    }

    /// What the program that was written by hand printed.
    ///
    /// # Errors
    /// It is another document, in words.
    pub(super) fn by_native(document: &Value) -> Result<Self, String> {
        let native = Native::deserialize(&document["counted"]).map_err(|e| e.to_string())?;
        let mut counted = BTreeMap::new();
        for (verdict, counts) in [("on_time", &native.on_time), ("late", &native.late)] {
            counted.insert(verdict.to_owned(), counts.records);
            for (metric, by_key) in METRICS.map(|(metric, _)| metric).into_iter().zip(keys(counts))
            {
                let found = by_key.into_iter().filter(|(_, events)| *events > 0);
                counted.extend(found.map(|(key, n)| (format!("{verdict} {metric} {key}"), n)));
            }
        }
        Ok(Self(counted))
    }
}

/// The counts by key, in the order of [`METRICS`].
fn keys(counts: &Counts) -> [Vec<(String, u64)>; 4] {
    let numbered = |counts: &[u64]| {
        let keys = counts.iter().enumerate();
        keys.map(|(key, events)| (key.to_string(), *events)).collect::<Vec<_>>()
    };
    let Counts { actions, ages, genders, provinces, .. } = counts;
    let provinces = provinces.iter().map(|(key, events)| (key.clone(), *events)).collect();
    [numbered(actions), numbered(ages), numbered(genders), provinces]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_run_and_the_other_program_are_compared_key_by_key() {
        let mut native = Native::default();
        let event = "{\"user_id\":\"1\",\"item_id\":\"2\",\"cat_id\":\"3\",\"merchant_id\":\"4\",\
                     \"brand_id\":null,\"month\":11,\"day\":9,\"action\":2,\"age_range\":8,\
                     \"gender\":1,\"province\":\"广东\"}";
        native.count(0, event.as_bytes());
        let native = Counted::by_native(&json!({ "counted": native })).expect("its document");
        let rows = |events: u64| {
            let keys = ["2", "7", "1", "广东"];
            let metrics = METRICS.iter().zip(keys).map(|((metric, column), key)| {
                let on_time = json!([{ *column: key, "events": events }]);
                ((*metric).to_owned(), json!([{ "on_time": on_time, "late": [] }]))
            });
            let metrics: Map<String, Value> = metrics.collect();
            json!({ "accounting": { "on_time": 1, "late": 0 }, "metrics": metrics })
        };
        assert_eq!(Counted::by_run(&rows(1)).as_ref(), Ok(&native));
        assert_ne!(Counted::by_run(&rows(2)).as_ref(), Ok(&native));
        assert!(Counted::by_run(&json!({})).is_err());
    }
}

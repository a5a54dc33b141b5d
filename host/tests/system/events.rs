//! Records for tests, from the product's own generator or changed by hand.

use std::collections::BTreeMap;

use serde_json::Value;
use streamgauge_pipeline::GeneratorSettings;
use streamgauge_source::models::Generator;

/// One clean event, with `changes` in place of some fields; a text is inserted as JSON.
pub(crate) fn event(changes: &[(&str, &str)]) -> Vec<u8> {
    let mut fields = vec![
        ("user_id", "\"7\""),
        ("item_id", "\"70\""),
        ("cat_id", "\"700\""),
        ("merchant_id", "\"5\""),
        ("brand_id", "\"2661.0\""),
        ("month", "11"),
        ("day", "11"),
        ("action", "0"),
        ("age_range", "3"),
        ("gender", "1"),
        ("province", "\"浙江\""),
    ];
    for (name, value) in changes {
        let field = fields.iter_mut().find(|(field, _)| field == name);
        field.unwrap_or_else(|| panic!("no field {name}")).1 = value;
    }
    let fields: Vec<String> = fields.iter().map(|(k, v)| format!("\"{k}\":{v}")).collect();
    format!("{{{}}}", fields.join(",")).into_bytes()
}

/// `count` records of the generator for a file: records without any bytes, which a file cannot
/// hold, are left out.
pub(crate) fn generated(count: usize, seed: u64, dirt: f64) -> Vec<Vec<u8>> {
    let settings = GeneratorSettings {
        rate: f64::INFINITY,
        seed,
        partitions: 1,
        season: count as u64,
        late: 0.02,
        dirt,
        ..GeneratorSettings::default()
    };
    let generator = Generator::new(&settings);
    let record = |index| {
        let mut record = Vec::new();
        generator.record(0, index, &mut record);
        record
    };
    (0..).map(record).filter(|record| !record.is_empty()).take(count).collect()
}

pub(crate) fn lines<T: AsRef<[u8]>>(records: &[T]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for record in records {
        bytes.extend_from_slice(record.as_ref());
        bytes.push(b'\n');
    }
    bytes
}

/// The events of a clean record in `field`, counted by hand.
pub(crate) fn counted(records: &[Vec<u8>], field: &str) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for record in records {
        let event: Value = serde_json::from_slice(record).expect("a clean record is JSON");
        let key = match &event[field] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        *counts.entry(key).or_insert(0) += 1;
    }
    counts
}

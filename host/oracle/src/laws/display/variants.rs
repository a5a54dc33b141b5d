//! Configurations that differ from a given one in nothing but display keys or the order of keys, as
//! far as the schema tells what a key may be.

use serde_json::{Map, Value, json};

use streamgauge_pipeline::DisplayKeys;

/// The most other values of one key.
const VALUES_MAX: usize = 12;

/// The most keys that are tried.
const KEYS_MAX: usize = 64;

/// Another configuration, and how it differs, in words.
#[derive(Debug, PartialEq)]
pub(super) struct Variant {
    pub(super) config: Value,
    pub(super) words: String,
}

/// Other displays of `config`; whether a plugin takes each is up to the plugin.
pub(super) fn variants(schema: &str, keys: &DisplayKeys, config: &Value) -> Vec<Variant> {
    let schema: Value = serde_json::from_str(schema).unwrap_or_default();
    let places = keys.places(config);
    let mut variants = Vec::new();
    let mut add = |config: Value, words: String| variants.push(Variant { config, words });
    let mut plain = config.clone();
    for place in &places {
        remove(&mut plain, place);
    }
    add(reversed(config), "keys in another order".to_owned());
    add(plain.clone(), "without display keys".to_owned());
    for place in places.iter().take(KEYS_MAX) {
        let mut without = config.clone();
        remove(&mut without, place);
        add(without, format!("without `{}`", dotted(place)));
        for value in values(at(&schema, place)).into_iter().take(VALUES_MAX) {
            let words = format!("`{}` as {value}", dotted(place));
            let mut with = config.clone();
            set(&mut with, place, value);
            add(with, words);
        }
    }
    let own = written(config);
    variants.retain(|variant| written(&variant.config) != own);
    variants
}

/// A configuration as a plugin gets it: two that differ in their order alone are equal as values.
fn written(config: &Value) -> String {
    config.to_string()
}

/// Values that a key of this schema may have.
fn values(schema: &Value) -> Vec<Value> {
    let mut values: Vec<Value> = Vec::new();
    for list in ["enum", "examples"] {
        values.extend(schema[list].as_array().into_iter().flatten().cloned());
    }
    for one in ["minimum", "maximum", "default", "const"] {
        values.extend(schema.get(one).cloned());
    }
    values.extend([
        json!("a"),
        json!("北京市"),
        json!(true),
        json!(false),
        json!(1),
        json!(7),
        json!(0.25),
        json!({}),
        json!({ "zh": "一", "en": "one" }),
        json!({ "a": "1", "0": { "zh": "零", "en": "zero" } }),
        json!([]),
        json!([0.25, 0.75]),
        json!(["a"]),
    ]);
    values
}

/// The schema of the value at a place of the configuration.
fn at<'a>(schema: &'a Value, place: &str) -> &'a Value {
    let step = |schema: &'a Value, name: &str| match schema["properties"].get(unescaped(name)) {
        Some(property) => property,
        None => &schema["items"],
    };
    place.split('/').skip(1).fold(schema, step)
}

fn set(config: &mut Value, place: &str, value: Value) {
    if let Some((table, name)) = table_of(config, place) {
        table.insert(name, value);
    }
}

fn remove(config: &mut Value, place: &str) {
    if let Some((table, name)) = table_of(config, place) {
        table.shift_remove(&name);
    }
}

/// The table that a place lies in, with the place's name there.
fn table_of<'a>(
    config: &'a mut Value,
    place: &str,
) -> Option<(&'a mut Map<String, Value>, String)> {
    let (around, name) = place.rsplit_once('/')?;
    Some((config.pointer_mut(around)?.as_object_mut()?, unescaped(name)))
}

/// The same with the keys of each table in the opposite order.
fn reversed(value: &Value) -> Value {
    match value {
        Value::Object(table) => {
            table.iter().rev().map(|(key, value)| (key.clone(), reversed(value))).collect()
        }
        Value::Array(items) => items.iter().map(reversed).collect(),
        plain => plain.clone(),
    }
}

fn unescaped(name: &str) -> String {
    name.replace("~1", "/").replace("~0", "~")
}

fn dotted(place: &str) -> String {
    place.split('/').skip(1).map(unescaped).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str = r#"{"properties": {
        "kind": {"enum": ["a", "b"]},
        "chart": {"enum": ["pie", "bar"], "x-display": true},
        "view": {"properties": {"top": {"minimum": 3, "maximum": 9, "x-display": true}}}}}"#;

    fn of(config: &Value) -> Vec<Variant> {
        variants(SCHEMA, &DisplayKeys::of_schema(SCHEMA), config)
    }

    #[test]
    fn nothing_but_display_keys_and_their_order_differ() {
        let config = json!({ "kind": "a", "chart": "pie", "view": { "top": 5, "deep": true } });
        let keys = DisplayKeys::of_schema(SCHEMA);
        let variants = of(&config);
        assert!(variants.len() > 2 * VALUES_MAX, "{variants:?}");
        let plain = json!({ "kind": "a", "view": { "deep": true } });
        for Variant { mut config, words } in variants {
            for place in keys.places(&config) {
                remove(&mut config, &place);
            }
            // Objects are equal whatever their order.
            assert_eq!(config, plain, "{words}");
        }
    }

    #[test]
    fn each_key_is_taken_out_and_has_the_values_of_its_schema() {
        let config = json!({ "kind": "a", "chart": "pie", "view": { "top": 5 } });
        let told: Vec<String> = of(&config).into_iter().map(|variant| variant.words).collect();
        for words in [
            "keys in another order",
            "without display keys",
            "without `chart`",
            "`chart` as \"bar\"",
            "without `view.top`",
            "`view.top` as 3",
            "`view.top` as 9",
        ] {
            assert!(told.iter().any(|told| told == words), "{words}: {told:?}");
        }
        assert!(!told.iter().any(|told| told == "`chart` as \"pie\""), "that is what it is");
    }

    #[test]
    fn a_configuration_without_display_keys_has_its_order_alone() {
        let none = DisplayKeys::default();
        assert_eq!(variants("", &none, &json!({})), []);
        let variants = variants("", &none, &json!({ "a": 1, "b": { "c": 2, "d": 3 } }));
        let texts: Vec<String> = variants.iter().map(|v| v.config.to_string()).collect();
        assert_eq!(texts, [r#"{"b":{"d":3,"c":2},"a":1}"#]);
    }
}

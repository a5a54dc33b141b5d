//! A made-up configuration for a plugin that describes itself only with one.

use std::cell::Cell;

use serde_json::{Map, Value, json};

/// How deep a schema is followed.
const DEPTH_MAX: usize = 8;

/// The most items of a made-up list.
const ITEMS_MAX: u64 = 16;

/// The most values of a made-up configuration: lists of lists of lists grow quickly.
const VALUES_MAX: u32 = 1000;

/// The least object that fits `schema`, as far as its required keys tell; `None` means that they
/// tell too little.
pub(super) fn example(schema: &str) -> Option<Value> {
    let schema: Value = serde_json::from_str(schema).ok()?;
    object(&schema, (DEPTH_MAX, &Cell::new(VALUES_MAX)))
}

/// How deep a schema may still be followed, and the values that may still be made up.
type Rest<'a> = (usize, &'a Cell<u32>);

fn object(schema: &Value, rest: Rest<'_>) -> Option<Value> {
    let required = schema["required"].as_array().map(Vec::as_slice).unwrap_or_default();
    let entry = |key: &Value| {
        let key = key.as_str()?;
        Some((key.to_owned(), value(key, &schema["properties"][key], rest)?))
    };
    required.iter().map(entry).collect::<Option<Map<_, _>>>().map(Value::Object)
}

/// A value of `schema`: one that the schema names, or the least of its type.
fn value(key: &str, schema: &Value, (depth, values): Rest<'_>) -> Option<Value> {
    let rest = (depth.checked_sub(1)?, values);
    values.set(values.get().checked_sub(1)?);
    let first = |name: &str| schema[name].get(0);
    let named = schema.get("default").or(schema.get("const"));
    if let Some(value) = named.or_else(|| first("examples")).or_else(|| first("enum")) {
        return Some(value.clone());
    }
    if let Some(schema) = first("anyOf").or_else(|| first("oneOf")) {
        return value(key, schema, rest);
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"].get(0)?.as_str())?;
    match kind {
        // The names of required texts differ, so the texts do.
        "string" => Some(key.into()),
        "integer" | "number" => Some(schema.get("minimum").cloned().unwrap_or(json!(1))),
        "boolean" => Some(json!(false)),
        "array" => {
            let items = schema["minItems"].as_u64().unwrap_or(0).min(ITEMS_MAX);
            let item = |_| value(key, &schema["items"], rest);
            (0..items).map(item).collect::<Option<Vec<_>>>().map(Value::Array)
        }
        "object" => object(schema, rest),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn required_keys_get_a_value_and_others_none() {
        let check = |schema: Value, expected: Option<Value>| {
            assert_eq!(example(&schema.to_string()), expected, "{schema}");
        };
        check(json!({}), Some(json!({})));
        let properties = json!({
            "by": { "type": "string" },
            "top": { "type": "integer", "minimum": 3 },
            "kind": { "enum": ["a", "b"] },
            "any": { "anyOf": [{ "type": "boolean" }, { "type": "string" }] },
            "rows": { "type": "array", "minItems": 2, "items": { "type": "number" } },
            "of": { "type": "object", "required": ["x"], "properties": { "x": { "const": 7 } } },
            "free": {},
        });
        let required = ["by", "top", "kind", "any", "rows", "of"];
        check(
            json!({ "properties": properties, "required": required }),
            Some(json!({
                "by": "by", "top": 3, "kind": "a", "any": false, "rows": [1, 1], "of": { "x": 7 },
            })),
        );
        check(json!({ "properties": properties, "required": ["free"] }), None);
        assert_eq!(example("no JSON"), None);
    }

    /// Seven lists of sixteen lists each are 268 million.
    #[test]
    fn a_made_up_configuration_is_small() {
        let list = |items: Value| json!({ "type": "array", "minItems": 16, "items": items });
        let nested = (0..6).fold(list(json!({ "type": "boolean" })), |items, _| list(items));
        let schema = json!({ "required": ["a"], "properties": { "a": nested } });
        assert_eq!(example(&schema.to_string()), None);
    }
}

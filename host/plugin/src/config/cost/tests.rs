//! Schemas that would never end, and those that are as good as they look.

use serde_json::json;

use super::*;

fn refused(schema: &Value, config: &Value) -> String {
    check(schema, config).expect_err("it costs too much")
}

/// `levels` schemas, each with twice the next one.
fn doubling(keyword: &str, levels: usize) -> Value {
    let mut defs = Map::new();
    for level in 0..levels {
        let next = json!({ "$ref": format!("#/$defs/s{}", level + 1) });
        defs.insert(format!("s{level}"), json!({ keyword: [next, next] }));
    }
    defs.insert(format!("s{levels}"), json!({ "type": "object" }));
    json!({ "$ref": "#/$defs/s0", "$defs": defs })
}

#[test]
fn what_doubles_at_each_level_is_refused_and_named() {
    for keyword in ["allOf", "anyOf", "oneOf"] {
        let words = refused(&doubling(keyword, 30), &json!({}));
        assert!(words.contains(keyword) && words.contains("costs too much"), "{words}");
        check(&doubling(keyword, 8), &json!({})).expect("two hundred are few");
    }
    let defs = doubling("allOf", 30)["$defs"].clone();
    let below = json!({ "additionalProperties": { "$ref": "#/$defs/s0" }, "$defs": defs });
    assert!(check(&below, &json!({})).is_ok(), "it meets no value");
    assert!(check(&below, &json!({"a": 1})).is_err());
}

#[test]
fn what_applies_to_itself_is_refused_and_what_applies_below_itself_is_not() {
    let words = refused(&json!({ "allOf": [{ "$ref": "#" }] }), &json!({}));
    assert_eq!(words, "`/allOf/$ref` applies to its own value without end");
    let tree = json!({ "type": "object", "additionalProperties": { "$ref": "#" } });
    let config = json!({ "a": { "b": { "c": {} } }, "d": {} });
    assert!(check(&tree, &config).expect("a tree ends with its leaves") < 50);
}

#[test]
fn a_chain_of_references_has_an_end_before_the_stack_has_one() {
    let mut defs = Map::new();
    for level in 0..5000 {
        defs.insert(format!("s{level}"), json!({ "$ref": format!("#/$defs/s{}", level + 1) }));
    }
    defs.insert("s5000".to_owned(), json!(true));
    let words = refused(&json!({ "$ref": "#/$defs/s0", "$defs": defs }), &json!({}));
    assert!(words.contains("more than 150 schemas deep"), "{words}");
}

#[test]
fn references_are_places() {
    let named = json!({ "$ref": "#/$defs/a%20b~1c", "$defs": { "a b/c": { "type": "object" } } });
    check(&named, &json!({})).expect("the place is there");
    for reference in ["#name", "other.json", "#/$defs/x"] {
        let words = refused(&json!({ "$ref": reference }), &json!({}));
        assert!(words.starts_with("`/$ref` refers to "), "{words}");
    }
    let dynamic = refused(&json!({ "not": { "$dynamicRef": "#x" } }), &json!({}));
    assert_eq!(dynamic, "`/not/$dynamicRef` is not taken here");
    check(&json!({ "$id": "https://example.org/s" }), &json!({})).expect("a schema has a name");
}

/// One pattern, applied to a long text over and over.
#[test]
fn a_pattern_costs_what_it_looks_at() {
    let mut defs = Map::new();
    for level in 0..10 {
        let next = json!({ "$ref": format!("#/$defs/s{}", level + 1) });
        defs.insert(format!("s{level}"), json!({ "allOf": [next, next] }));
    }
    defs.insert("s10".to_owned(), json!({ "pattern": "a" }));
    let schema = json!({ "additionalProperties": { "$ref": "#/$defs/s0" }, "$defs": defs });
    check(&schema, &json!({ "a": "short" })).expect("a thousand times little");
    assert!(check(&schema, &json!({ "a": "long".repeat(1000) })).is_err());
    let names = json!({ "patternProperties": { "^a": {} } });
    assert!(check(&names, &json!({ "k".repeat(2_000_000): 1 })).is_err());
}

#[test]
fn many_patterns_are_refused() {
    let patterns = |count: usize| {
        let each = (0..count).map(|n| (format!("^{n}"), json!(true)));
        json!({ "patternProperties": each.collect::<Map<_, _>>() })
    };
    check(&patterns(64), &json!({})).expect("so many are taken");
    let words = refused(&patterns(65), &json!({}));
    assert_eq!(words, "it has 65 patterns, more than 64");
}

/// The labels of `count_by`, as many as an output may have.
#[test]
fn a_large_configuration_of_a_plain_schema_is_cheap() {
    let text = json!({ "type": "object", "additionalProperties": { "type": "string" } });
    let schema = json!({
        "properties": { "labels": { "type": "object", "additionalProperties": text } },
        "additionalProperties": false,
    });
    let label = |n: usize| (format!("{n}"), json!({ "zh": "标签", "en": "label" }));
    let labels: Map<_, _> = (0..10_000).map(label).collect();
    let cost = check(&schema, &json!({ "labels": labels })).expect("it is plain");
    assert!((10_000..COST_MAX / 2).contains(&cost), "{cost}");
}

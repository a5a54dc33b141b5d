//! Mistakes in a configuration, each with its key, its words and its remedy.

use serde_json::json;

use super::*;

fn said(schema: &Value, config: &Value) -> Vec<String> {
    let faults = check(&schema.to_string(), config).expect("it is a schema");
    faults.iter().map(|fault| format!("{fault} ({})", fault.hint)).collect()
}

#[test]
fn each_mistake_has_its_key_and_a_way_out() {
    let text = json!({"type": "string", "minLength": 1});
    let schema = json!({"type": "object", "additionalProperties": false, "required": ["from"], "properties": {
        "top": {"description": "Rows shown.", "type": "integer", "minimum": 1, "maximum": 9},
        "from": {"type": "array", "items": {"type": "integer"}},
        "kind": {"enum": ["a", "b"]},
        "labels": {"type": "object", "additionalProperties": text},
    }});
    assert!(said(&schema, &json!({"from": [1], "top": 3, "labels": {"a": "x"}})).is_empty());
    let config = json!({"topp": 1, "from": [1, "x"], "kind": "c", "labels": {"a b": ""}});
    assert_eq!(
        said(&schema, &config),
        [
            "`config.from[1]` must be of type integer (`streamgauge plugin inspect FILE` shows what the plugin takes)",
            "`config.kind` must be one of \"a\", \"b\" (`streamgauge plugin inspect FILE` shows what the plugin takes)",
            "`config.labels.\"a b\"` must not be empty (`streamgauge plugin inspect FILE` shows what the plugin takes)",
            "`config.topp` is unknown (did you mean `top`? It knows top, from, kind, labels)",
        ]
    );
    assert_eq!(
        said(&schema, &json!({"top": 10})),
        [
            "`config.top` must be at most 9 (`top` means: Rows shown.)",
            "`config` lacks `from` (`streamgauge plugin inspect FILE` shows what the plugin takes)",
        ]
    );
}

#[test]
fn no_schema_means_no_key() {
    let faults = check("", &json!({"a": 1})).expect("none is fine");
    assert_eq!(faults[0].to_string(), "`config.a` is unknown");
    assert!(check("", &json!({})).expect("none is fine").is_empty());
}

#[test]
fn what_is_no_schema_is_said() {
    for wrong in [
        "{",
        "3",
        r#"{"type": 5}"#,
        r#"{"$ref": "https://example.com/x.json"}"#,
        r#"{"pattern": "("}"#,
    ] {
        assert!(check(wrong, &json!({})).is_err(), "{wrong}");
    }
    assert!(check(&" ".repeat(SCHEMA_BYTES_MAX + 1), &json!({})).is_err());
}

/// The keys at fault, each with its words.
fn faults_of(schema: &Value, config: &Value) -> Vec<(String, String)> {
    let faults = check(&schema.to_string(), config).expect("it is a schema");
    faults.into_iter().map(|fault| (fault.key, fault.words)).collect()
}

fn pair(key: &str, words: &str) -> (String, String) {
    (key.to_owned(), words.to_owned())
}

#[test]
fn the_place_of_a_fault_is_written_as_toml_writes_it() {
    let number = json!({"type": "integer"});
    let table = json!({"type": "object", "additionalProperties": number});
    let schema = json!({"additionalProperties": {"type": "array", "items": table}});
    let config = json!({
        "a.b": [{}, {"x": 1, "y": "no"}],
        "slash/tilde~": [{"~1": "no"}],
        "zh": [{"中文": "no", "": "no"}],
    });
    let wrong = "must be of type integer";
    assert_eq!(
        faults_of(&schema, &config),
        [
            pair(r#""a.b"[1].y"#, wrong),
            pair(r#""slash/tilde~"[0]."~1""#, wrong),
            pair("zh[0].\"中文\"", wrong),
            pair(r#"zh[0]."""#, wrong),
        ]
    );
}

#[test]
fn a_number_that_is_a_key_of_a_table_is_no_index() {
    let schema = json!({"additionalProperties": {"additionalProperties": {"type": "string"}}});
    let found = faults_of(&schema, &json!({"labels": {"2": 5}}));
    assert_eq!(found, [pair("labels.2", "must be of type string")]);
}

#[test]
fn keys_inside_a_table_are_held_against_the_keys_of_that_table() {
    let inner = json!({"additionalProperties": false, "properties": {"colour": {}, "size": {}}});
    let schema = json!({"additionalProperties": false, "properties": {"shape": inner}});
    assert_eq!(
        said(&schema, &json!({"shape": {"color": 1, "weight": 2}})),
        [
            "`config.shape.color` is unknown (did you mean `colour`? It knows colour, size)",
            "`config.shape.weight` is unknown (it knows colour, size)",
        ]
    );
}

#[test]
fn where_a_table_takes_no_key_the_remedy_is_to_take_it_out() {
    let empty = "this metric has no configuration: take it out";
    let faults = check("", &json!({"top": 1, "by": 2})).expect("none is fine");
    let said: Vec<(&str, &str)> = faults.iter().map(|f| (&*f.key, &*f.hint)).collect();
    assert_eq!(said, [("top", empty), ("by", empty)]);
}

#[test]
fn bounds_belong_to_what_is_allowed() {
    let schema = json!({"properties": {
        "n": {"minimum": 1, "maximum": 9, "description": "How many."},
        "x": {"minimum": -0.5},
        "s": {"minLength": 1},
        "t": {"minLength": 2},
    }});
    for within in
        [json!({"n": 1}), json!({"n": 9}), json!({"x": -0.5}), json!({"s": "é", "t": "éé"})]
    {
        assert_eq!(faults_of(&schema, &within), []);
    }
    assert_eq!(
        said(&schema, &json!({"n": 0})),
        ["`config.n` must be at least 1 (`n` means: How many.)"]
    );
    assert_eq!(faults_of(&schema, &json!({"x": -0.6})), [pair("x", "must be at least -0.5")]);
    assert_eq!(faults_of(&schema, &json!({"s": ""})), [pair("s", "must not be empty")]);
    let [(key, words)] = faults_of(&schema, &json!({"t": "é"})).try_into().expect("one fault");
    assert!(key == "t" && words.starts_with("does not fit the plugin's schema: "), "{words}");
}

#[test]
fn a_missing_key_is_told_at_its_table_with_what_it_means() {
    let schema = json!({"required": ["by"], "properties": {
        "by": {"description": "The column."},
        "inner": {"required": ["deep"]},
    }});
    assert_eq!(
        said(&schema, &json!({"inner": {}})),
        [
            "`config` lacks `by` (`by` means: The column.)".to_owned(),
            format!("`config.inner` lacks `deep` ({INSPECT})"),
        ]
    );
}

#[test]
fn no_more_than_twenty_mistakes_are_told() {
    let config = |count: usize| -> Value {
        (0..count)
            .map(|number| (format!("k{number}"), json!(0)))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let count = |schema: &Value, keys| faults_of(schema, &config(keys)).len();
    let unknown = json!({"additionalProperties": false, "properties": {}});
    let wrong = json!({"additionalProperties": {"type": "string"}});
    for schema in [unknown, wrong] {
        assert_eq!((count(&schema, 20), count(&schema, 21)), (20, 20), "{schema}");
    }
}

/// Thirty nested `allOf` of two references never ended, and a pattern could take any memory.
#[test]
fn a_schema_that_costs_too_much_is_refused_before_it_is_tried() {
    let mut defs = serde_json::Map::new();
    for level in 0..30 {
        let next = json!({"$ref": format!("#/$defs/s{}", level + 1)});
        defs.insert(format!("s{level}"), json!({"allOf": [next, next]}));
    }
    defs.insert("s30".to_owned(), json!({"type": "object"}));
    let schema = json!({"$ref": "#/$defs/s0", "$defs": defs}).to_string();
    let refused = check(&schema, &json!({})).expect_err("it is a billion checks");
    assert!(refused.contains("allOf` costs too much to check"), "{refused}");
    for pattern in ["(((a{50}){50}){50}){50}", r"(\p{L}x|y){5000}"] {
        let schema = json!({"properties": {"a": {"pattern": pattern}}}).to_string();
        check(&schema, &json!({"a": "a"})).expect_err("its machine is too large");
    }
    let schema = json!({"properties": {"a": {"pattern": r"^\p{L}{1,8}$"}}}).to_string();
    assert_eq!(check(&schema, &json!({"a": "äb"})), Ok(Vec::new()));
}

#[test]
fn words_of_the_schema_are_cut_and_cleaned() {
    let options: Vec<String> = (0..5000).map(|n| format!("\u{202e}{n}")).collect();
    let schema = json!({"properties": {"a": {"enum": options, "description": "x\u{1b}[2Jy\nz"}}});
    let faults = check(&schema.to_string(), &json!({"a": 1})).expect("it is a schema");
    assert!(faults[0].words.starts_with("must be one of \" 0\"") && faults[0].words.len() <= 1024);
    assert_eq!(faults[0].hint, "`a` means: x [2Jy z");
}

#[test]
fn a_schema_of_the_largest_size_is_read() {
    let padded = |bytes: usize| format!("{{{}}}", " ".repeat(bytes - 2));
    assert_eq!(check(&padded(SCHEMA_BYTES_MAX), &json!({"any": 1})), Ok(Vec::new()));
    let refused = check(&padded(SCHEMA_BYTES_MAX + 1), &json!({}));
    assert_eq!(refused, Err("it has more than 262144 bytes".to_owned()));
}

#[test]
fn each_key_is_named_also_where_a_table_knows_none_by_name() {
    let none = "this metric has no configuration: take it out";
    let closed = json!({"additionalProperties": false});
    let faults = said(&closed, &json!({"a": 1, "b": {}}));
    assert_eq!(faults, ["a", "b"].map(|key| format!("`config.{key}` is unknown ({none})")));
    let inner = json!({"properties": {"shape": closed}});
    let faults = said(&inner, &json!({"shape": {"a": 1}}));
    assert_eq!(faults, [format!("`config.shape.a` is unknown ({INSPECT})")], "a table of several");
    let patterns = json!({"additionalProperties": false, "patternProperties": {"^x": {}}});
    let faults = said(&patterns, &json!({"x1": 0, "y": 0}));
    assert_eq!(faults, [format!("`config.y` is unknown ({INSPECT})")]);
}

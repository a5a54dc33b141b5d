//! Pairs of all types are counted exactly.

use super::*;
use testing::TestBatch;

#[test]
fn each_pair_is_counted_even_hostile_ones() {
    let rows = TestBatch::default().text(["a", "", "a", "a", "\0"]).text(["x", "", "y", "x", "x"]);
    let result = testing::result_of::<Crosstab>("{}", &rows);
    let expected = [["", "", "1"], ["\0", "x", "1"], ["a", "x", "2"], ["a", "y", "1"]];
    assert_eq!(result, expected);
}

#[test]
fn texts_of_two_columns_are_never_confused() {
    let rows = TestBatch::default().text(["ab", "a"]).text(["c", "bc"]);
    let result = testing::result_of::<Crosstab>("{}", &rows);
    assert_eq!(result, [["a", "bc", "1"], ["ab", "c", "1"]]);
}

#[test]
fn the_laws_hold() {
    let rows = 0..300_u32;
    let texts: Vec<String> = rows.clone().map(|row| format!("t{}", row % 7)).collect();
    let config = r#"{"row_type": "unsigned", "row_labels": {"1": "one"}, "title": "T",
        "column_title": "C", "top": 0}"#;
    let batch = TestBatch::default().unsigned(rows.clone().map(|row| row % 11));
    testing::check_laws::<Crosstab>(config, &batch.text(texts.iter().map(String::as_str)));
    let config = r#"{"row_type": "integer", "column_type": "boolean"}"#;
    let batch = TestBatch::default().integers(rows.clone().map(|row| i64::from(row) - 150));
    testing::check_laws::<Crosstab>(config, &batch.booleans(rows.map(|row| row % 2 == 0)));
}

#[test]
fn mistakes_in_the_configuration_name_the_key() {
    for (json, key) in [
        (r#"{"row_type": 3}"#, "`row_type`"),
        (r#"{"column_type": "uuid"}"#, "`column_type`"),
        (r#"{"top": -1}"#, "`top`"),
        (r#"{"row_labels": []}"#, "`row_labels`"),
        (r#"{"type": "text"}"#, "`type`"),
    ] {
        let config = Config::parse(json).expect("JSON");
        let error = Crosstab::open(&config).expect_err("refused").to_string();
        assert!(error.contains(key), "{error}");
    }
    assert!(Config::parse(&Crosstab::config_schema().json()).is_ok());
}

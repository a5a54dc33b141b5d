//! The optional call for the largest rows: what a plugin gives, and what is no answer.

use serde_json::{Value, json};
use streamgauge_plugin::{CallError, Cell, Instance, Largest};

use crate::component::{RUNTIME, built, settings};

/// Asks a plugin without a row so far for no row of two accumulators, or for more.
fn largest(name: &str, config: Value, rows: u32) -> Result<Option<Largest>, CallError> {
    let plugin = RUNTIME.load(&settings(&built(name), config));
    let plugin = plugin.unwrap_or_else(|error| panic!("{error}"));
    let mut instance = Instance::open(&plugin)?;
    let accumulators = [instance.create(None)?, instance.create(None)?];
    instance.largest(&plugin, &accumulators, rows)
}

#[test]
fn a_plugin_gives_the_largest_rows_and_the_sums_or_none() {
    let found = largest("broken", json!({}), 0).expect("it answers").expect("it has an answer");
    assert_eq!((found.tables.len(), found.left_out), (2, 1));
    assert!(found.tables.iter().all(streamgauge_plugin::ResultTable::is_empty));
    assert_eq!(found.sums[1], [Cell::Integer(0), Cell::Null, Cell::Integer(0)]);
    assert!(largest("broken", json!({}), 1).expect("it answers").is_none());
    assert!(largest("age", json!({}), 0).expect("it answers").is_none(), "that is the default");
}

#[test]
fn an_answer_that_is_no_part_of_a_result_breaks_the_contract() {
    for (fault, words) in [
        ("rest-in-rows", "a table of the largest rows has 1 instead of 0"),
        ("one-table", "the largest rows have 1 tables instead of 2"),
        ("counts-too-far", "18446744073709551615 rows are said to be left out"),
    ] {
        let error = largest("broken", json!({"fault": fault}), 0).expect_err(fault);
        assert_eq!(error, CallError::Contract(words.to_owned()));
    }
}

//! Every kind of edit of a pipeline, as rows of one table: what becomes of the edit when it is saved
//! under a running host, what is said beforehand, and that no record is lost by it. docs/edits.md is
//! the same table for people.

#[path = "edits/components.rs"]
mod components;
#[path = "edits/row.rs"]
mod row;
#[path = "edits/table.rs"]
mod table;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::thread;

use self::components::Components;
use self::row::Row;
use self::table::{Edit, OF_METRICS, OF_PLUGINS, OF_RECORDS, OF_THE_HOST};
use crate::broker::Broker;
use crate::workplace::root;

/// Rows that run side by side: most of a row is waiting.
const AT_ONCE: usize = 6;

/// Runs the rows, and names all that fail.
fn check(edits: &[Edit]) {
    let (broker, components) = (Broker::shared(), Components::default());
    let (waiting, failed) = (Mutex::new(edits.iter()), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(edits.len()) {
            scope.spawn(|| {
                loop {
                    let next = waiting.lock().expect("nothing panics with it").next();
                    let Some(edit) = next else { return };
                    let run = || Row::begin(edit, &broker, &components).run();
                    if catch_unwind(AssertUnwindSafe(run)).is_err() {
                        failed.lock().expect("nothing panics with it").push(edit.name);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().expect("nothing panics with it");
    assert!(failed.is_empty(), "rows whose reason stands above: {failed:?}");
}

#[test]
fn what_decides_records_is_refused_and_all_else_of_the_source_and_the_schema_is_taken() {
    check(OF_RECORDS);
}

#[test]
fn metrics_and_windows_come_and_go() {
    check(OF_METRICS);
}

#[test]
fn plugins_are_swapped() {
    check(OF_PLUGINS);
}

#[test]
fn what_changes_no_count_changes_at_once_or_waits_for_a_restart() {
    check(OF_THE_HOST);
}

/// The rows of the table in a page: edit and outcome.
fn rows_of(page: &str) -> Vec<(String, String)> {
    let text = fs::read_to_string(root().join("docs").join(page)).expect("the page");
    let rows = text.lines().filter_map(|line| line.strip_prefix("| ")).filter_map(|line| {
        let mut cells = line.split(" | ").map(|cell| cell.trim_end_matches(" |").to_owned());
        Some((cells.next()?, cells.next()?))
    });
    // The head of the table is no edit.
    rows.skip(1).collect()
}

#[test]
fn the_page_names_the_same_edits() {
    let edits = || [OF_RECORDS, OF_METRICS, OF_PLUGINS, OF_THE_HOST].into_iter().flatten();
    let expected: Vec<_> =
        edits().map(|edit| (edit.name.to_owned(), edit.outcome.name().to_owned())).collect();
    assert_eq!(rows_of("edits.md"), expected);
    let in_chinese: Vec<_> = rows_of("edits.zh-CN.md").into_iter().map(|(_, of)| of).collect();
    let expected: Vec<_> = edits().map(|edit| edit.outcome.in_chinese().to_owned()).collect();
    assert_eq!(in_chinese, expected);
}

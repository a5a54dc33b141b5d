//! Files of every kind, what records come of them, and that reading on is reading the same.

mod followed;
mod forms;
mod placed;
mod waiting;

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use expect_test::{Expect, expect};
use streamgauge_core::{RecordTime, Schema};
use tempfile::TempDir;

use super::*;
use crate::tests::texts;
use streamgauge_core::RECORD_BYTES_MAX;

/// Long enough for a machine under load, and only waited for when a test fails.
const PATIENCE: Duration = Duration::from_secs(30);

const AT_ONCE: Duration = Duration::ZERO;

/// A record as a test looks at it: partition, offset, cursor, content.
type Seen = (u32, i64, u64, String);

/// What a call came to.
#[derive(Debug, PartialEq, Eq)]
enum Came {
    Records,
    Nothing,
    Ended,
}

fn schema() -> Schema {
    texts(["a", "b", "c"])
}

/// A folder that is gone after the test.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, content: &[u8]) -> FileSettings {
        let path = self.0.path().join(name);
        fs::write(&path, content).unwrap();
        settings(&path)
    }
}

fn settings(path: &Path) -> FileSettings {
    let is_csv = path.extension().is_some_and(|extension| extension == "csv");
    let format = if is_csv { Format::Csv } else { Format::Json };
    let mut settings = FileSettings::bounded(path, Some(format), None).unwrap();
    settings.timestamp = Some(7);
    settings
}

fn opened(files: &[FileSettings]) -> Opened {
    FileSource::open(files, &schema()).unwrap()
}

fn error(files: &[FileSettings]) -> String {
    match FileSource::open(files, &schema()) {
        Ok(_) => panic!("it was opened"),
        Err(error) => without_folder(&error, files),
    }
}

fn without_folder(error: &SourceError, files: &[FileSettings]) -> String {
    let folder = files[0].path.parent().unwrap();
    format!("{error:?}").replace(&format!("{}/", folder.display()), "")
}

fn next(source: &mut FileSource, max: usize, timeout: Duration) -> (Came, Vec<Seen>) {
    let mut seen = Vec::new();
    let limits = BlockLimits { records: max, bytes: usize::MAX };
    let block = match source.next_block(limits, timeout).unwrap() {
        Fetched::Records { block, .. } => block,
        Fetched::Nothing => return (Came::Nothing, seen),
        Fetched::Ended => return (Came::Ended, seen),
    };
    assert!((1..=max).contains(&block.records()));
    for run in block.runs() {
        for record in run.records() {
            let value = String::from_utf8_lossy(record.value.unwrap()).into_owned();
            assert_eq!(record.meta.time, RecordTime(7));
            seen.push((run.partition, record.meta.offset, record.meta.cursor, value));
        }
    }
    (Came::Records, seen)
}

/// Everything up to the end, two records at a time.
fn all(source: &mut FileSource) -> Vec<Seen> {
    let mut seen = Vec::new();
    loop {
        match next(source, 2, AT_ONCE) {
            (Came::Records, records) => seen.extend(records),
            (came, _) => {
                assert_eq!(came, Came::Ended);
                return seen;
            }
        }
    }
}

fn check(name: &str, content: &[u8], expected: &Expect) {
    let folder = Folder::new();
    let Opened { mut source, columns, warnings, .. } = opened(&[folder.file(name, content)]);
    let columns = columns.map(|c| c.schema_indexes().to_vec());
    let mut table = String::new();
    if let Some(columns) = columns {
        writeln!(table, "columns {columns:?}").unwrap();
    }
    for _ in warnings {
        table += "a warning\n";
    }
    for (_, offset, cursor, value) in all(&mut source) {
        writeln!(table, "{offset} {value:?} → {cursor}").unwrap();
    }
    expected.assert_eq(&table);
}

#[test]
fn json_lines() {
    check(
        "x.jsonl",
        b"{}\n[1]\r\nx",
        &expect![[r#"
        0 "{}" → 3
        1 "[1]" → 8
        2 "x" → 9
    "#]],
    );
    check(
        "bom.jsonl",
        b"\xEF\xBB\xBF{}\n",
        &expect![[r#"
        0 "{}" → 6
    "#]],
    );
    check(
        "empty_lines.jsonl",
        b"\n\r\n{}\n\n \n{}\n\n",
        &expect![[r#"
        0 "{}" → 6
        1 " " → 9
        2 "{}" → 12
    "#]],
    );
    check(
        "quotes.jsonl",
        b"{\"a\": \"\n\"}",
        &expect![[r#"
        0 "{\"a\": \"" → 8
        1 "\"}" → 10
    "#]],
    );
    check("empty.jsonl", b"", &expect![[""]]);
}

#[test]
fn csv_rows() {
    check(
        "header.csv",
        b"a,b,c\n1,2,3\n",
        &expect![[r#"
        columns [Some(0), Some(1), Some(2)]
        0 "1,2,3" → 12
    "#]],
    );
    check(
        "bom_and_order.csv",
        b"\xEF\xBB\xBFc, x ,a\r\n1,2,3\r\n4,5,6",
        &expect![[r#"
        columns [Some(2), None, Some(0)]
        a warning
        0 "1,2,3" → 19
        1 "4,5,6" → 24
    "#]],
    );
    check(
        "no_header.csv",
        b"1,2,3\n4,5,6\n",
        &expect![[r#"
        columns [Some(0), Some(1), Some(2)]
        0 "1,2,3" → 6
        1 "4,5,6" → 12
    "#]],
    );
    check(
        "one_name_of_three_is_no_header.csv",
        b"a,2,3\n",
        &expect![[r#"
        columns [Some(0), Some(1), Some(2)]
        0 "a,2,3" → 6
    "#]],
    );
    check(
        "quoted_header.csv",
        b"\"a\",\"b\",\"x\ny\"\n1,2,3\n",
        &expect![[r#"
        columns [Some(0), Some(1), None]
        a warning
        0 "1,2,3" → 20
    "#]],
    );
}

#[test]
fn csv_rows_with_quotes_and_ends() {
    check(
        "quotes.csv",
        b"1,\"2\n\n2\",3\n\n4,5,\"6\"\"\n\"",
        &expect![[r#"
        columns [Some(0), Some(1), Some(2)]
        0 "1,\"2\n\n2\",3" → 11
        1 "4,5,\"6\"\"\n\"" → 22
    "#]],
    );
    check(
        "open_quote.csv",
        b"1,2,3\n1,\"2,3\n4,5,6\n",
        &expect![[r#"
        columns [Some(0), Some(1), Some(2)]
        0 "1,2,3" → 6
        1 "1,\"2,3" → 13
        2 "4,5,6" → 19
    "#]],
    );
    check(
        "truncated.csv",
        b"a,b,c\n1,2,3\n4,5",
        &expect![[r#"
        columns [Some(0), Some(1), Some(2)]
        0 "1,2,3" → 12
        1 "4,5" → 15
    "#]],
    );
    check("empty.csv", b"", &expect![["columns [Some(0), Some(1), Some(2)]\n"]]);
}

#[test]
fn a_header_can_be_prescribed() {
    let folder = Folder::new();
    let mut file = folder.file("x.csv", b"a,2,3\n4,5,6\n");
    file.header = Some(true);
    let Opened { mut source, columns, warnings, .. } = opened(std::slice::from_ref(&file));
    assert_eq!(columns.unwrap().schema_indexes(), [Some(0), None, None]);
    assert!(warnings[0].ends_with("x.csv` has no column for `b`, `c`"), "{warnings:?}");
    assert_eq!(all(&mut source).len(), 1);

    file.header = Some(false);
    let Opened { mut source, columns, .. } = opened(&[file]);
    assert_eq!(columns, Some(CsvColumns::in_schema_order(&schema())));
    assert_eq!(all(&mut source).len(), 2);
}

#[test]
fn what_cannot_be_read_is_named() {
    let folder = Folder::new();
    let missing = settings(&folder.0.path().join("missing.csv"));
    expect![[r#"Unavailable { missing: File, message: "file `missing.csv` was not found" }"#]]
        .assert_eq(&error(&[missing]));
    let repeated = folder.file("repeated.csv", b"a,b,c,a \n");
    expect![[r#"Failed { message: "file `repeated.csv` cannot be read by its first line: column `a` appears twice in the header; hint: name each column once, or say `header = false`" }"#]].assert_eq(&error(&[repeated]));
    let mut foreign = folder.file("foreign.csv", b"1,2,3\n");
    foreign.header = Some(true);
    expect![[r#"Failed { message: "file `foreign.csv` cannot be read by its first line: the header has none of the schema's fields; hint: name each column once, or say `header = false`" }"#]].assert_eq(&error(&[foreign]));
    let one = folder.file("one.csv", b"a,b,c\n");
    let other = folder.file("other.csv", b"b,a,c\n");
    expect![[
        r#"Failed { message: "file `other.csv` has other columns than the files before it" }"#
    ]]
    .assert_eq(&error(&[one.clone(), other]));
    let json = folder.file("other.jsonl", b"{}");
    expect![[
        r#"Failed { message: "file `other.jsonl` has another format than the files before it" }"#
    ]]
    .assert_eq(&error(&[one, json]));
}

#[test]
fn several_files_are_one_log() {
    let folder = Folder::new();
    let files = [
        folder.file("1.csv", b"a,b,c\n1,2,3\n4,5,6"),
        folder.file("2.csv", b""),
        folder.file("3.csv", b"7,8,9\n"),
    ];
    let mut source = opened(&files).source;
    assert_eq!(source.log_ends(), [LogEnd { partition: 0, end: None }]);
    let seen = all(&mut source);
    let expected = [(0, 0, 12, "1,2,3"), (0, 1, 17, "4,5,6"), (0, 2, 23, "7,8,9")];
    assert_eq!(seen, expected.map(|(p, o, c, v)| (p, o, c, v.to_owned())));
    assert_eq!(source.log_ends(), [LogEnd { partition: 0, end: Some(3) }]);
}

#[test]
fn a_partitioner_spreads_the_records() {
    let folder = Folder::new();
    let files = [folder.file("x.jsonl", b"a\nbb\nc\ndd\nee\n")];
    let by_length = Box::new(|value: &[u8], number: u64| {
        assert!(number < 5);
        value.len() as u32 - 1
    });
    let mut source = opened(&files).source.partitioned(vec![0, 10], by_length);
    let seen: Vec<_> = all(&mut source).into_iter().map(|(p, o, _, v)| (p, o, v)).collect();
    let expected = [(0, 0, "a"), (1, 10, "bb"), (0, 1, "c"), (1, 11, "dd"), (1, 12, "ee")];
    assert_eq!(seen, expected.map(|(p, o, v)| (p, o, v.to_owned())));
    let ends: Vec<_> = source.log_ends().iter().map(|end| end.end).collect();
    assert_eq!(ends, [Some(2), Some(13)]);
}

#[test]
fn reading_on_at_any_cursor_gives_the_same_rest() {
    let folder = Folder::new();
    let mut lines = String::from("\u{feff}a,b,c\r\n");
    for i in 0..40 {
        lines += ["1,2,3\n", "\"x\ny\",2,3\r\n", "\n", "浙,江,\"\"\"\"\n"][i % 4];
    }
    lines += "1,\"2,3\n4,5,6\n7";
    let file = folder.file("x.csv", lines.as_bytes());
    let whole = all(&mut opened(std::slice::from_ref(&file)).source);
    assert_eq!(whole.len(), 33);
    for (done, (_, offset, cursor, _)) in whole.iter().enumerate() {
        let Opened { source, columns, .. } = opened(std::slice::from_ref(&file));
        assert_eq!(columns, Some(CsvColumns::in_schema_order(&schema())));
        let position = Position { cursor: *cursor, ..Position::default() };
        let rest = all(&mut source.resume(&position, offset + 1).unwrap());
        assert_eq!(rest, whole[done + 1..]);
    }
    let from_start = all(&mut opened(&[file]).source.resume(&Position::default(), 0).unwrap());
    assert_eq!(from_start, whole);
}

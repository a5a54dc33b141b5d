//! Files and generated events in the form in which they are sent.

use std::fs;
use std::path::PathBuf;

use clap::Parser;
use expect_test::{Expect, expect};
use streamgauge_core::{Field, FieldType};
use tempfile::TempDir;

use super::*;

#[derive(Parser)]
struct Command {
    #[command(flatten)]
    args: ProduceArgs,
}

fn schema() -> Schema {
    let field = |name: &str, field_type| Field {
        name: name.to_owned(),
        field_type,
        max: None,
        required: false,
    };
    let fields = vec![
        field("user_id", FieldType::Text),
        field("month", FieldType::Unsigned),
        field("province", FieldType::Text),
    ];
    Schema::new(fields).expect("a schema")
}

/// The records of `input`, as `key value`, with `-` for a record without a key.
fn records(mut input: Input) -> (Vec<String>, u64) {
    let mut seen = Vec::new();
    let mut sink = |record: Outgoing<'_>| {
        let key = record.key.map_or("-".to_owned(), |key| String::from_utf8_lossy(key).into());
        seen.push(format!("{key} {}", String::from_utf8_lossy(record.value)));
    };
    while input.next(&mut sink).expect("the input can be read") {}
    (seen, input.malformed())
}

fn open(line: &str, files: &[PathBuf]) -> Result<Input, ProduceError> {
    let words = std::iter::once("produce").chain(line.split_whitespace()).map(PathBuf::from);
    let command = Command::try_parse_from(words.chain(files.iter().cloned())).expect("arguments");
    Input::open(&command.args, &schema()).map(|input| input.spread_over(2))
}

fn check(name: &str, content: &[u8], flags: &str, expected: &Expect) {
    let folder = TempDir::new().expect("a temporary folder");
    let path = folder.path().join(name);
    fs::write(&path, content).expect("a writable folder");
    let shown = match open(flags, &[path]) {
        Ok(input) => {
            let (seen, malformed) = records(input);
            format!("{}\nmalformed: {malformed}\n", seen.join("\n"))
        }
        Err(error) => error.to_string().replace(&folder.path().display().to_string(), "…"),
    };
    expected.assert_eq(&shown);
}

#[test]
fn a_header_names_the_columns() {
    check(
        "a.csv",
        "\u{feff}user_id,month,province,note\r\n1,8,内蒙古,x\r\n\r\n2,08,,y".as_bytes(),
        "--key user_id",
        &expect![[r#"
            1 {"user_id":"1","month":8,"province":"内蒙古","note":"x"}
            2 {"user_id":"2","month":"08","province":null,"note":"y"}
            malformed: 0
        "#]],
    );
}

#[test]
fn without_a_header_the_columns_follow_the_schema() {
    check(
        "a.CSV",
        b"1,8,x\n,9,y\n",
        "--key user_id",
        &expect![[r#"
            1 {"user_id":"1","month":8,"province":"x"}
            - {"user_id":null,"month":9,"province":"y"}
            malformed: 0
        "#]],
    );
    check(
        "a.csv",
        b"user_id,month,province\n",
        "--no-header",
        &expect![[r#"
            - {"user_id":"user_id","month":"month","province":"province"}
            malformed: 0
        "#]],
    );
}

#[test]
fn lines_that_are_no_rows_are_left_to_the_pipeline() {
    check(
        "a.csv",
        b"user_id,month,province\n1,8\n\"2,8,x\n3,8,\xff\n4,8,x\n",
        "",
        &expect![[r#"
            - 1,8
            - "2,8,x
            - 3,8,�
            - {"user_id":"4","month":8,"province":"x"}
            malformed: 3
        "#]],
    );
}

#[test]
fn json_lines_go_through_as_they_are() {
    check(
        "a.jsonl",
        b"\xef\xbb\xbf{\"user_id\": 7, \"brand\": NaN}\r\n\n{\"user_id\":\"\\u6d59\"}\n{\"user_id\"",
        "--key user_id",
        &expect![[r#"
            7 {"user_id": 7, "brand": NaN}
            浙 {"user_id":"\u6d59"}
            - {"user_id"
            malformed: 0
        "#]],
    );
}

#[test]
fn unusable_files_are_named() {
    check(
        "a.txt",
        b"1,2,3\n",
        "",
        &expect![
            "file `…/a.txt` does not tell its format by its extension; hint: .csv is CSV, and .jsonl, .ndjson and .json are JSON lines"
        ],
    );
    check(
        "a.csv",
        b"a,b,c\n",
        "--header",
        &expect![
            "file `…/a.csv` cannot be read by its first line: the header has none of the schema's fields; hint: name each column once, or say `header = false`"
        ],
    );
    let missing = open("", &[PathBuf::from("nowhere/a.csv")]);
    expect!["file `nowhere/a.csv` was not found"]
        .assert_eq(&missing.err().map(|e| e.to_string()).unwrap_or_default());
}

#[test]
fn several_files_come_one_after_the_other() {
    let folder = TempDir::new().expect("a temporary folder");
    let paths = [folder.path().join("a.csv"), folder.path().join("b.json")];
    fs::write(&paths[0], "1,8,x\n").expect("a writable folder");
    fs::write(&paths[1], "{}\n").expect("a writable folder");
    let (seen, _) = records(open("", &paths).expect("two files"));
    assert_eq!(seen, [r#"- {"user_id":"1","month":8,"province":"x"}"#, "- {}"]);
}

#[test]
fn generated_events_are_those_of_the_source() {
    let args = "--generate 1100 --seed 9 --late 0 --dirt 0";
    let (plain, _) = records(open(args, &[]).expect("a generator"));
    assert_eq!(plain.len(), 1100);
    let command = Command::parse_from(std::iter::once("produce").chain(args.split(' ')));
    let settings = GeneratorSettings { partitions: 2, ..command.args.generator(1100) };
    let mut third = Vec::new();
    // Two partitions take turns: the third record is the second one of partition 0.
    Generator::new(&settings).record(0, 1, &mut third);
    assert_eq!(plain[2].as_bytes(), [b"- ", third.as_slice()].concat());

    let (keyed, _) = records(open(&format!("{args} --key user_id"), &[]).expect("a generator"));
    for record in &keyed {
        let (key, value) = record.split_once(' ').expect("key and value");
        assert!(value.starts_with(&format!("{{\"user_id\":\"{key}\",")), "{record}");
    }
}

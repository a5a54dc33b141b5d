//! Cases as an author writes them, and the mistakes that an author makes.

use expect_test::{Expect, expect};
use streamgauge_plugin::ContractType::{Boolean, Float, Integer, Text, Timestamp, Unsigned};

use super::*;
use crate::laws::testing::input;

fn inputs() -> Vec<Input> {
    vec![input("city", Text, true), input("age", Unsigned, false)]
}

fn read(text: &str) -> Result<Vec<Vec<Datum>>, String> {
    read_rows(text, &inputs())
}

fn city(text: &str, age: u32) -> Vec<Datum> {
    vec![Datum::Text(text.into()), Datum::Unsigned(age)]
}

#[test]
fn rows_are_read_by_the_names_of_their_columns() {
    let rows = [city("北京市", 3), city("", 0), vec![Datum::Null, Datum::Unsigned(1)]];
    assert_eq!(read("\ncity,age\n北京市,3\n,0\n\\N,1\n"), Ok(rows.to_vec()));
    assert_eq!(read("age,city\n3,\"a,\"\"b\"\"\"\n"), Ok(vec![city("a,\"b\"", 3)]));
    assert_eq!(read("city,age\n"), Ok(Vec::new()));
}

#[test]
fn a_mistake_in_rows_is_told_with_its_row_and_a_remedy() {
    let said = |text: &str| read(text).expect_err("there is a mistake");
    assert_eq!(said("city,agee\na,1\n"), "`rows` names `agee`; hint: the inputs are city, age");
    assert_eq!(said("city\na\n"), "`rows` lacks the input `age`");
    assert_eq!(said("city,age\na,1\nb,-1\n"), "row 2: `age` is `-1`, which is no unsigned");
    let missing = "row 1: `age` is missing, but the input is not nullable; hint: a host leaves such a record out";
    assert_eq!(said("city,age\na,\\N\n"), missing);
    assert!(said("city,age\na\n").starts_with("not CSV: "), "{}", said("city,age\na\n"));
    assert_eq!(said(""), "`rows` lacks the input `city`");
}

#[test]
fn each_type_takes_its_own_values_up_to_its_bounds() {
    let datum = |type_, text: &str| datum(&input("x", type_, false), text).ok();
    assert_eq!(datum(Unsigned, "4294967295"), Some(Datum::Unsigned(u32::MAX)));
    assert_eq!(datum(Unsigned, "4294967296"), None);
    for kind in [Integer, Timestamp] {
        assert_eq!(datum(kind, "-9223372036854775808"), Some(Datum::Integer(i64::MIN)));
        assert_eq!(datum(kind, "9223372036854775808"), None);
        assert_eq!(datum(kind, "1.0"), None);
    }
    assert_eq!((datum(Boolean, "true"), datum(Boolean, "1")), (Some(Datum::Boolean(true)), None));
    assert_eq!((datum(Float, "1e3"), datum(Float, "")), (Some(Datum::Float(1000.0)), None));
    assert_eq!(datum(Text, " a "), Some(Datum::Text(" a ".into())), "as it is written");
}

#[test]
fn a_result_is_compared_as_text_and_floats_within_rounding() {
    let float = |value| Cell::Float(value);
    assert!(is(&float(0.1 + 0.2), "0.3") && is(&float(1e300), "1e300") && is(&float(0.0), "-0"));
    assert!(!is(&float(0.3), "0.3000001") && !is(&float(0.0), "1e-300") && !is(&float(1.0), ""));
    assert!(is(&Cell::Integer(3), "3") && !is(&Cell::Integer(3), "3.0"), "a whole number is exact");
    assert!(is(&Cell::Text("3.0".into()), "3.0") && !is(&Cell::Text("3.0".into()), "3"));
    assert!(is(&Cell::Null, "\\N") && !is(&Cell::Null, ""));
    assert!(is(&Cell::Boolean(true), "true") && !is(&Cell::Boolean(true), "TRUE"));
}

/// Reads a file with this text; its folder is left out of the message.
fn check(text: &str, expected: &Expect) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("cases.toml");
    std::fs::write(&path, text).expect("the folder can be written to");
    let said = Cases::read(&path).map_or_else(|e| e.to_string(), |c| format!("{} cases", c.len()));
    expected.assert_eq(&said.replace(&folder.path().display().to_string(), "…"));
}

#[test]
fn a_file_of_cases_is_read_or_its_mistake_is_shown_at_its_place() {
    check("", &expect!["0 cases"]);
    let case = "[[case]]\nname = \"a\"\nrows = \"\"\nresult = \"\"\n";
    check(&format!("{case}refused = [1]\n{case}config = {{ top = 3 }}\n"), &expect!["2 cases"]);
    check(
        &case.replace("result", "results"),
        &expect![[r#"
            cases in …/cases.toml: TOML parse error at line 4, column 1
              |
            4 | results = ""
              | ^^^^^^^
            unknown field `results`, expected one of `name`, `config`, `rows`, `result`, `refused`"#]],
    );
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = Cases::read(Path::new("/nowhere/cases.toml")).expect_err("it is not there");
    expect!["cases in /nowhere/cases.toml: No such file or directory (os error 2)"]
        .assert_eq(&error.to_string());
}

//! Keys of every type, their extremes and their bytes.

use super::*;
use crate::testing::TestBatch;

fn shown(keys: &Keys) -> Vec<Option<String>> {
    (0..keys.rows()).map(|row| keys.get(row).map(|key| key.show().into_owned())).collect()
}

#[test]
fn every_type_gives_its_rows_back() {
    let rows = TestBatch::default()
        .unsigned([Some(7), None, Some(u32::MAX), Some(7)])
        .integers([i64::MIN, i64::MAX, -1, 0])
        .booleans([Some(true), Some(false), None, Some(true)])
        .text([Some(""), Some("\0"), None, Some("")]);
    let batch = rows.batch();
    let of = |index, kind| shown(&Keys::of(&batch, index, kind).expect("the column"));
    let some = |texts: [&str; 4]| texts.map(|text| (text != "null").then(|| text.to_owned()));
    assert_eq!(of(0, KeyType::Unsigned), some(["7", "null", "4294967295", "7"]));
    let extremes = ["-9223372036854775808", "9223372036854775807", "-1", "0"];
    assert_eq!(of(1, KeyType::Integer), some(extremes));
    assert_eq!(of(2, KeyType::Boolean), some(["true", "false", "null", "true"]));
    assert_eq!(of(3, KeyType::Text), some(["", "\0", "null", ""]));
    assert!(Keys::of(&batch, 0, KeyType::Text).is_err());
}

#[test]
fn a_tally_counts_each_row_once() {
    let numbers = (0..1000_i64).map(|row| row % 300);
    let batch = TestBatch::default().integers(numbers).batch();
    let keys = Keys::of(&batch, 0, KeyType::Integer).expect("the column");
    assert_eq!(keys.tally().map(|(_, events)| events).sum::<u64>(), 1000);
    let sevens = keys.tally().filter(|(key, _)| **key == AnyKey::Integer(7));
    assert_eq!(sevens.map(|(_, events)| events).collect::<Vec<_>>(), [4]);
}

#[test]
fn keys_round_trip_and_unknown_tags_are_refused() {
    let keys = [AnyKey::Boolean(true), AnyKey::Integer(i64::MIN), AnyKey::Text("\0中".into())];
    for key in keys {
        let mut writer = Writer::default();
        key.write(&mut writer);
        let bytes = writer.finish();
        assert_eq!(AnyKey::read(&mut Reader::new(&bytes)), Ok(key));
    }
    assert!(AnyKey::read(&mut Reader::new(&[3, 0])).is_err());
    assert!(AnyKey::read(&mut Reader::new(&[0, 2])).is_err());
}

#[test]
fn configured_keys_have_the_type_of_their_column() {
    let config = Config::parse(r#"{"one": "a", "many": [1, 2], "mixed": [1, "a"], "big": -1}"#);
    let config = config.expect("JSON");
    let text = |text: &str| AnyKey::Text(text.into());
    assert_eq!(KeyType::Text.keys_in(&config, "one"), Ok(vec![text("a")]));
    let numbers = vec![AnyKey::Integer(1), AnyKey::Integer(2)];
    assert_eq!(KeyType::Unsigned.keys_in(&config, "many"), Ok(numbers));
    assert_eq!(KeyType::Text.keys_in(&config, "absent"), Ok(Vec::new()));
    for (kind, key) in [(KeyType::Integer, "mixed"), (KeyType::Unsigned, "big")] {
        let error = kind.keys_in(&config, key).expect_err("another type").to_string();
        assert!(error.contains(&format!("`{key}`")), "{error}");
    }
}

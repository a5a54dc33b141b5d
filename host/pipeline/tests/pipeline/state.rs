//! The settings that the state of a partition depends on.

use std::collections::BTreeSet;

use super::{DEFAULT, valid};

#[test]
fn only_settings_that_state_depends_on_change_its_settings() {
    let of = |text: &str| valid(text).0.state_settings();
    let base = of(DEFAULT);
    assert_eq!(base["event_time.bound"], "300s");
    assert_eq!(base["event_time.year"], "2015");
    assert_eq!(base["source"], "kafka");
    assert_eq!(base["source.kafka.topic"], "taobao_user_behavior");
    assert_eq!(base["schema.month"], "unsigned");
    let zone = "Asia/Shanghai (offsets from 1900 to 2200: ";
    assert!(base["event_time.zone"].starts_with(zone), "{base:?}");
    let changed = |old: &str, new: &str| -> Vec<String> {
        assert!(DEFAULT.contains(old), "{old}");
        let now = of(&DEFAULT.replacen(old, new, 1));
        let keys: BTreeSet<&String> = base.keys().chain(now.keys()).collect();
        keys.into_iter().filter(|key| base.get(*key) != now.get(*key)).cloned().collect()
    };
    let nothing: [&str; 0] = [];
    assert_eq!(changed("bound = \"300s\"", "bound = \"5m\""), nothing);
    assert_eq!(changed("bound = \"300s\"", "bound = \"10s\""), ["event_time.bound"]);
    assert_eq!(changed("year = 2015", "year = \"current\""), ["event_time.year"]);
    assert_eq!(changed("zone = \"Asia/Shanghai\"", "zone = \"UTC\""), ["event_time.zone"]);
    assert_eq!(changed("clock = \"watermark\"", "clock = \"record\""), ["lateness.clock"]);
    assert_eq!(changed("max = 3", "max = 4"), nothing);
    assert_eq!(changed("cat_id = \"text\"\n", ""), nothing);
    assert_eq!(changed("cat_id = \"text\"\n", "cat_id = \"integer\"\n"), nothing);
    assert_eq!(changed("future_skew = \"1d\"", "future_skew = \"2d\""), ["event_time.future_skew"]);
    assert_eq!(
        changed("future_skew = \"1d\"", "future_skew = \"off\""),
        ["event_time.future_skew"]
    );
    assert_eq!(changed("taobao_user_behavior", "other"), ["source.kafka.topic"]);
    // With CSV the order of all fields matters.
    assert_eq!(changed("format = \"json\"", "format = \"csv\""), ["schema", "source.kafka.format"]);
    for (old, new) in [
        ("workers = \"auto\"", "workers = 3"),
        ("localhost:9092", "broker:9092"),
        ("start = \"earliest\"", "start = \"latest\""),
        ("idle_after = \"60s\"", "idle_after = \"5s\""),
        ("min = 10", "min = 1"),
        ("every = \"5s\"", "every = \"1s\""),
        ("id = \"age\"", "id = \"ages\""),
        ("5001", "5002"),
    ] {
        assert_eq!(changed(old, new), nothing, "{old}");
    }
}

#[test]
fn every_state_setting_has_a_place() {
    let (pipeline, document) = valid(DEFAULT);
    for key in pipeline.state_settings().keys() {
        let location = pipeline.state_setting_location(key);
        assert!(document.span(&location).is_some(), "{key} → {location}");
    }
    assert_eq!(pipeline.state_setting_location("source"), "source.kafka");
}

//! The messages of the stream as they stand on the wire, and what a page may say.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::{Clock, FromPage, Hello, Localized, Look, PROTO, TickerFields, TickerLine, ToPage};

fn raw(text: &str) -> Box<RawValue> {
    RawValue::from_string(text.to_owned()).expect("JSON")
}

const CLOCK: Clock = Clock { now: 5, event_time: Some(4), watermark: None };

#[test]
fn a_page_is_greeted_with_what_it_needs_to_know_of_the_host() {
    let hello = Hello {
        epoch: "1f0c".to_owned(),
        build: "0.1.0+5f3a9c01".to_owned(),
        tz: "Asia/Shanghai".to_owned(),
        name: "淘宝 \"live\"".to_owned(),
        names: [("en".to_owned(), "Taobao".to_owned())].into(),
        look: Look { logo: Some("logo?1f".to_owned()), accent: None },
        heartbeat_ms: 2000,
        max_hz: 10.0,
        control: true,
    };
    let expected = r#"{"t":"hello","proto":1,"epoch":"1f0c","build":"0.1.0+5f3a9c01","heartbeat_ms":2000,"tz":"Asia/Shanghai","name":"淘宝 \"live\"","names":{"en":"Taobao"},"look":{"logo":"logo?1f","accent":null},"control":true}"#;
    assert_eq!(ToPage::hello(&hello).text(), expected);
    assert_eq!(PROTO, 1, "a change of meaning raises it, and the page follows");
}

#[test]
fn parts_that_pages_share_are_sent_as_they_were_written() {
    // Blanks and the order of keys would change if a part were read and written again.
    let panels = raw(r#"[ {"b":1,"a":2} ]"#);
    let headlines = raw(r#"[ {"id":"a"}]"#);
    let layouts = raw("[ ]");
    let fields = TickerFields { fields: vec!["province".to_owned()] };
    for (ticker, written) in [(None, "null"), (Some(&fields), r#"{"fields":["province"]}"#)] {
        let (panels, headlines, layouts) = (&*panels, &*headlines, &*layouts);
        let schema = ToPage::Schema { rev: 7, panels, headlines, layouts, ticker };
        let expected = r#"{"t":"schema","rev":7,"panels":[ {"b":1,"a":2} ],"headlines":[ {"id":"a"}],"layouts":[ ],"ticker":"#;
        assert_eq!(schema.text(), format!("{expected}{written}}}"));
    }
}

#[test]
fn a_snapshot_has_series_and_an_update_has_points() {
    let (frame, status) = (raw(r#"{"rev":1}"#), raw(r#"{"mode":"live"}"#));
    let headlines = raw(r#"[{"id":"a"}]"#);
    let of_panel = || BTreeMap::from([("age", &*frame)]);
    let points = [(1_447_171_200_000, 0.5), (1_447_171_201_000, 2.0)];
    let series = || BTreeMap::from([("events_per_second", &points[..])]);
    let snapshot = ToPage::Snapshot {
        seq: 1,
        clock: CLOCK,
        frames: of_panel(),
        headlines: &headlines,
        ticker: &[],
        series: series(),
        status: &status,
    };
    let clock = r#""clock":{"now":5,"event_time":4,"watermark":null}"#;
    let points = r#"{"events_per_second":[[1447171200000,0.5],[1447171201000,2.0]]}"#;
    let frames = r#""frames":{"age":{"rev":1}}"#;
    assert_eq!(
        snapshot.text(),
        format!(
            r#"{{"t":"snapshot","seq":1,{clock},{frames},"headlines":[{{"id":"a"}}],"series":{points},"status":{{"mode":"live"}}}}"#
        )
    );
    let update = |headlines, ticker| {
        let (frames, points) = (of_panel(), series());
        let status = &status;
        ToPage::Update { seq: 2, clock: CLOCK, frames, headlines, ticker, points, status }.text()
    };
    let line = TickerLine { at: 3, text: Localized::new() };
    for (headlines, ticker, written) in [
        (None, &[][..], ""),
        (Some(&*headlines), &[], r#""headlines":[{"id":"a"}],"#),
        (None, std::slice::from_ref(&line), r#""ticker":[{"at":3,"text":{}}],"#),
    ] {
        assert_eq!(
            update(headlines, ticker),
            format!(
                r#"{{"t":"update","seq":2,{clock},{frames},{written}"points":{points},"status":{{"mode":"live"}}}}"#
            )
        );
    }
}

#[test]
fn signs_of_life_and_the_farewell_are_short() {
    let hb = ToPage::Hb { seq: u64::MAX, now: -1 };
    assert_eq!(hb.text(), r#"{"t":"hb","seq":18446744073709551615,"now":-1}"#);
    let bye = ToPage::Bye { reason: "shutdown", retry_ms: 1000 };
    assert_eq!(bye.text(), r#"{"t":"bye","reason":"shutdown","retry_ms":1000}"#);
}

#[test]
fn a_page_asks_for_a_rate_and_what_else_it_says_is_passed_over() {
    for (text, hz) in [
        (r#"{"t":"sub","hz":2}"#, 2.0),
        (r#"{"hz":0.5,"t":"sub"}"#, 0.5),
        (r#" {"t":"sub","hz":2e1,"panels":["age"],"t2":null} "#, 20.0),
        (r#"{"t":"sub","hz":-3}"#, -3.0),
    ] {
        let found: FromPage = serde_json::from_str(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(found, FromPage::Sub { hz }, "{text}");
    }
}

#[test]
fn what_is_no_wish_for_a_rate_is_refused() {
    for text in [
        "",
        "2",
        "null",
        r#""sub""#,
        r#"{"t":"sub"}"#,
        r#"{"hz":2}"#,
        r#"{"t":"SUB","hz":2}"#,
        r#"{"t":"hello","hz":2}"#,
        r#"{"t":"sub","hz":"2"}"#,
        r#"{"t":"sub","hz":null}"#,
        r#"{"t":"sub","hz":1e999}"#,
        r#"{"t":"sub","hz":NaN}"#,
        r#"{"t":"sub","hz":2}{"t":"sub","hz":2}"#,
    ] {
        assert!(serde_json::from_str::<FromPage>(text).is_err(), "{text}");
    }
}

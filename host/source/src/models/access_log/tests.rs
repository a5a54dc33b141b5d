//! The access log as its users see it: bytes, shares, times, dirt.

use std::fmt::Write as _;

use expect_test::expect;
use serde_json::Value;

use super::super::testing::{
    DirtEffect, check_share_of_dirt, difference, dirty, fingerprint, objects, shares, text,
};
use super::super::{Generator, ORIGIN_MS};
use super::*;
use streamgauge_pipeline::Shape;

fn settings() -> GeneratorSettings {
    GeneratorSettings {
        shape: Shape::AccessLog,
        rate: 100.0,
        seed: 42,
        late: 0.0,
        dirt: 0.0,
        ..GeneratorSettings::default()
    }
}

fn times(objects: &[Value]) -> Vec<u64> {
    objects.iter().map(|o| o["time"].as_u64().expect("a whole number")).collect()
}

#[test]
fn a_seed_means_the_same_bytes_for_ever() {
    let look = fingerprint(&GeneratorSettings { late: 0.1, dirt: 0.1, ..settings() }, 1000);
    expect!["82265 bytes, 1f946932dfbe9557"].assert_eq(&look);
    expect![[
        r#"{"time":1431273723,"path":"/products/11","status":200,"bytes":5998,"country":"MX"}"#
    ]]
    .assert_eq(&text(&Generator::new(&settings()), 0, 12_345));
}

#[test]
fn records_do_not_depend_on_what_was_asked_before() {
    let (one, other) = (Generator::new(&settings()), Generator::new(&settings()));
    let forwards: Vec<String> = (0..100).map(|i| text(&one, 1, i)).collect();
    let mut backwards: Vec<String> = (0..100).rev().map(|i| text(&other, 1, i)).collect();
    backwards.reverse();
    assert_eq!(forwards, backwards);
    assert_ne!(text(&one, 0, 0), text(&one, 1, 0));
}

#[test]
fn shares_are_those_of_a_web_site() {
    let objects = objects(&settings(), 50_000);
    let statuses = shares(&objects, "status");
    for (status, range) in [
        ("200", 0.6..0.8),
        ("304", 0.1..0.25),
        ("301", 0.01..0.1),
        ("404", 0.02..0.12),
        ("403", 0.005..0.06),
        ("500", 0.002..0.02),
        ("503", 0.001..0.02),
    ] {
        assert!(range.contains(&statuses[status]), "{status}: {}", statuses[status]);
    }
    assert_eq!(statuses.len(), 7);
    let paths = shares(&objects, "path");
    assert!((0.04..0.1).contains(&paths["\"/\""]), "{}", paths["\"/\""]);
    let archived = paths.keys().filter(|path| path.starts_with("\"/archive/")).count();
    assert!((1000..3000).contains(&archived) && paths.len() - archived == 400, "{archived}");
    assert_eq!(shares(&objects, "country").len(), 20);
}

#[test]
fn what_a_path_is_decides_its_status() {
    let objects = objects(&settings(), 20_000);
    let share = |path: &str, status: u64| {
        let of_path: Vec<&Value> = objects.iter().filter(|o| o["path"] == path).collect();
        of_path.iter().filter(|o| o["status"] == status).count() as f64 / of_path.len() as f64
    };
    assert!(share("/wp-login.php", 404) > 0.9);
    assert!(share("/home", 301) > 0.9);
    assert!(share("/admin", 403) > 0.8);
    assert!(share("/", 200) > 0.85 && share("/", 404) < 0.02);
}

#[test]
fn time_goes_on_at_the_pace_of_the_stamps() {
    let times = times(&objects(&settings(), 5000));
    assert!(times.is_sorted());
    let origin = ORIGIN_MS as u64 / 1000;
    assert_eq!((times[0], times[4999]), (origin, origin + 49));
}

#[test]
fn late_events_have_an_older_time() {
    let late = times(&objects(&GeneratorSettings { late: 0.02, ..settings() }, 20_000));
    let clean = times(&objects(&settings(), 20_000));
    let backs = clean.iter().zip(&late).map(|(now, then)| now - then).filter(|back| *back > 0);
    let backs: Vec<u64> = backs.collect();
    assert!((300..500).contains(&backs.len()), "{}", backs.len());
    assert!(backs.iter().all(|back| (600..7200).contains(back)));
}

#[test]
fn each_kind_of_dirt_has_its_own_look() {
    let (generator, log) = (Generator::new(&settings()), AccessLog::new(&settings()));
    let clean = text(&generator, 0, 5000);
    let mut looks = String::new();
    for dirt in Dirt::ALL {
        let soiled = String::from_utf8(dirty(&generator, &log, dirt, 5000)).expect("UTF-8");
        let look = difference(&clean, &soiled);
        writeln!(looks, "{dirt:?} {:?}: {look}", dirt.effect()).expect("a string takes all");
    }
    expect![[r#"
        QuotedNumbers Read: 1431273650,"path":"/img/340.webp","status":200,"bytes":39454 => "1431273650","path":"/img/340.webp","status":"200","bytes":"39454"
        EscapedPath Read: /img => \/img\
        ExtraFields Read:  => agent":{"name":"curl","status":1},"
        Truncated Rejected: US"} => 
        PlainText Rejected: {"time":1431273650,"path":"/img/340.webp","status":200,"bytes":39454,"country":"US"} => 192.0.2.7 - - "GET /img/340.webp HTTP/1.1" 200 39454
        StatusText Unusable("status"): 200 => "abc"
        StatusBeyondMax Unusable("status"): 200 => 999
        BytesNegative Unusable("bytes"): 39454 => -1
        BytesDash Unusable("bytes"): 39454 => "-"
        CountryMissing Missing("country"): ,"country":"US" => 
        CountryNull Missing("country"): "US" => null
        TimeMissing Fallback: time":1431273650," => 
        TimeText Fallback: 1431273650 => "just now"
    "#]].assert_eq(&looks);
}

#[test]
fn dirt_is_no_record_exactly_where_it_is_said_to_be_none() {
    let (generator, log) = (Generator::new(&settings()), AccessLog::new(&settings()));
    for dirt in Dirt::ALL {
        for index in 0..300 {
            let parsed: Result<Value, _> =
                serde_json::from_slice(&dirty(&generator, &log, dirt, index));
            let is_record = parsed.is_ok_and(|value| value.is_object());
            assert_eq!(is_record, dirt.effect() != DirtEffect::Rejected, "{dirt:?} {index}");
        }
    }
}

#[test]
fn the_share_of_dirt_is_kept_and_every_kind_occurs() {
    check_share_of_dirt(&settings(), &AccessLog::new(&settings()));
}

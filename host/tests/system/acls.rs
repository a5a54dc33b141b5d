//! What ACLs forbid is named, without a record written for it, and mended by an ACL without a
//! restart.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::events::event;
use crate::host::{Host, read};
use crate::process::finish;
use crate::secured::{Door, Secured, USER_PRINCIPAL, lines};
use crate::workplace::{Settings, Workplace, unique};

/// A pipeline of `topic` as the user without rights reads it, with dead letters to `dead`.
fn place(secured: &Secured, topic: &str, dead: &str) -> Workplace {
    let mut settings = Settings::kafka(&secured.address(Door::SaslTls), topic);
    settings.source += &lines(&secured.settings(Door::SaslTls));
    settings.dead_letters = format!("[dead_letters.kafka]\ntopic = \"{dead}\"\n");
    settings.checkpoint_every = "500ms";
    Workplace::new(&settings)
}

/// The exit code, the causes and all that `check --json` tells, with its words for people.
fn checked(place: &Workplace) -> (Option<i32>, Vec<String>, Value) {
    let ended = finish(place.command("check").arg("--json"));
    let found: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    let causes = found["brokers"]["causes"].as_array().expect("causes");
    let codes = causes.iter().map(|cause| cause["code"].as_str().expect("a code").to_owned());
    eprintln!("{:?}: {}", ended.code, found["brokers"]);
    (ended.code, codes.collect(), found["brokers"].clone())
}

#[test]
fn a_check_names_what_is_forbidden_and_tries_the_newest_records() {
    let secured = Secured::shared();
    let (topic, dead) = (unique("acl-check"), unique("acl-dead"));
    secured.broker().create_topic(&topic, 2);
    let place = place(&secured, &topic, &dead);
    let codes = || {
        let (code, codes, _) = checked(&place);
        assert_eq!(code, Some(3), "{codes:?}");
        codes
    };
    assert_eq!(codes(), ["topic_forbidden"]);
    secured.allow(USER_PRINCIPAL, "Describe", ("topic", &topic));
    secured.broker().create_topic(&dead, 1);
    assert_eq!(codes(), ["topic_forbidden", "output_topic_forbidden"], "a fetch is tried");
    secured.allow(USER_PRINCIPAL, "Read", ("topic", &topic));
    secured.allow(USER_PRINCIPAL, "Write", ("topic", &dead));
    let records = [event(&[]), b"not json".to_vec(), event(&[("day", "31")]), event(&[])];
    secured.broker().send(&topic, 0, (0..40).flat_map(|_| records.iter().map(Vec::as_slice)));
    let (code, _, found) = checked(&place);
    assert_eq!(code, Some(0), "{found}");
    // Half of 100 for each of two partitions, of which one is empty.
    let sample = &found["sample"];
    assert_eq!(sample["read"], 50, "{sample}");
    assert_eq!(sample["rejected_by_reason"]["not_json"], 12, "{sample}");
    assert!(found["warnings"][0].as_str().is_some_and(|text| text.contains("group")), "{found}");
    assert!(secured.broker().read(&dead).is_empty(), "nothing is written for an answer");
    secured.allow(USER_PRINCIPAL, "Read", ("group", &topic));
    let (_, _, found) = checked(&place);
    assert_eq!(found["warnings"], Value::Array(Vec::new()));
    let words = finish(&mut place.command("check")).ok().stdout;
    assert!(words.contains("of its newest 50 records") && words.contains("not_json 12"), "{words}");

    secured.broker().delete_topic(&dead);
    crate::wait::until("the letters' topic to be gone", || {
        (codes_of(&place) == ["output_topic_missing"]).then_some(())
    });
}

fn codes_of(place: &Workplace) -> Vec<String> {
    checked(place).1
}

#[test]
fn what_is_forbidden_is_waited_for_in_sight_and_told_once() {
    let secured = Secured::shared();
    let (topic, dead) = (unique("acl-run"), unique("acl-letters"));
    secured.broker().create_topic(&topic, 1);
    secured.broker().send(&topic, 0, [event(&[]), event(&[])].iter().map(Vec::as_slice));
    let place = place(&secured, &topic, &dead);
    let host = Host::start(&place);
    let waits_for = |code: &str| {
        let status = host.status_when(code, |status| status["cause"]["code"] == code);
        assert_eq!(status["mode"], "waiting", "{status}");
        let ready = host.get("/readyz");
        assert_eq!((ready.status, ready.json()["reason"].as_str()), (503, Some(code)));
        assert_eq!(host.log().matches("forbids the topic").count(), 1, "{}", host.log());
        status
    };
    let status = waits_for("topic_forbidden");
    let hint = status["cause"]["hint"].as_str().expect("a command");
    assert!(hint.starts_with("streamgauge check --config /"), "{hint}");
    secured.allow(USER_PRINCIPAL, "Read", ("topic", &topic));
    waits_for("output_topic_forbidden");
    secured.allow(USER_PRINCIPAL, "Write", ("topic", &dead));
    waits_for("output_topic_missing");
    secured.broker().create_topic(&dead, 1);
    assert_eq!(read(&host.has_read(2)), 2);
    // The group is for lag tools only.
    let warned = |status: &Value| {
        let warnings = status["warnings"].as_array().expect("warnings");
        warnings.iter().any(|warning| warning["code"] == "group_forbidden")
    };
    host.status_when("a warning of the group", warned);
    host.status_when("a live host", |status| status["mode"] == "live");
    assert_eq!(host.get("/readyz").status, 200);
    secured.allow(USER_PRINCIPAL, "Read", ("group", &topic));
    secured.broker().send(&topic, 0, [event(&[])].iter().map(Vec::as_slice));
    host.status_when("the group to have its offsets", |status| !warned(status));
    crate::wait::until("the offset of the newest record to be told", || {
        (secured.broker().committed(&topic, &topic, 1) == [Some(3)]).then_some(())
    });

    // The same while records are read; nothing but the telling of offsets stands still.
    secured.take_back(USER_PRINCIPAL, "Read", ("group", &topic));
    let since = Instant::now();
    secured.broker().send(&topic, 0, [event(&[])].iter().map(Vec::as_slice));
    host.status_when("a warning of the group", warned);
    let told = since.elapsed();
    let status = host.has_read(4);
    assert_eq!((&status["mode"], warned(&status)), (&"live".into(), true), "{status}");
    secured.allow(USER_PRINCIPAL, "Read", ("group", &topic));
    let since = Instant::now();
    secured.broker().send(&topic, 0, [event(&[])].iter().map(Vec::as_slice));
    host.status_when("the group to have its offsets", |status| !warned(status));
    eprintln!("the group is forbidden: page {told:?}, mended {:?}", since.elapsed());
    assert!(told < Duration::from_secs(12), "{told:?}");
    crate::wait::until("the offset of the newest record to be told", || {
        (secured.broker().committed(&topic, &topic, 1) == [Some(5)]).then_some(())
    });

    // Letters that cannot be written keep checkpoints from being stored, and come later.
    secured.take_back(USER_PRINCIPAL, "Write", ("topic", &dead));
    secured.broker().send(&topic, 0, [b"not json".as_slice()]);
    let status = host
        .status_when("a checkpoint that fails", |status| status["checkpoint"]["error"].is_string());
    assert!(status["checkpoint"]["error"].as_str().is_some_and(|e| e.contains(&dead)), "{status}");
    assert_eq!(host.get("/readyz").status, 503);
    secured.allow(USER_PRINCIPAL, "Write", ("topic", &dead));
    host.status_when("a checkpoint that is stored", |status| {
        status["checkpoint"]["error"].is_null() && status["dead_letters"]["written"] == 1
    });
    assert_eq!(host.get("/readyz").status, 200);
    assert!(!secured.broker().read(&dead).is_empty());
    let log = host.log();
    for line in ["forbids the topic", "lets this user not write", "does not exist on"] {
        assert_eq!(log.matches(line).count(), 1, "{line:?} in\n{log}");
    }
    assert_eq!(log.matches("offsets reach the group again").count(), 2, "{log}");
    host.terminate().ok();
}

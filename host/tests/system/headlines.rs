//! Headlines of a running host: what they are worth and how that compares equals what the history
//! says, and any span of windows is the sum of its windows.

use std::fmt::Write as _;

use chrono::{DateTime, TimeDelta};
use serde_json::{Value, json};

use crate::broker::Broker;
use crate::events::lines;
use crate::host::Host;
use crate::process::finish;
use crate::wait;
use crate::workplace::{Settings, Workplace, unique};

/// The first event, on a Sunday, and the time from one to the next.
const FIRST: &str = "2026-03-22T00:00:00+01:00";
const STEP: TimeDelta = TimeDelta::minutes(7);

/// More than eight days: over 29 March, when the clocks went from 02:00 to 03:00, up to the middle of
/// the day after.
pub(crate) const EVENTS: i32 = 1775;

/// Events of three actions in no simple order.
fn events() -> Vec<Vec<u8>> {
    let first = DateTime::parse_from_rfc3339(FIRST).expect("an instant");
    let event = |i: i32| {
        let (time, action) = ((first + STEP * i).to_rfc3339(), i * i % 7 % 4);
        json!({ "ts": time, "action": action, "user": i % 13 }).to_string().into_bytes()
    };
    (0..EVENTS).map(event).collect()
}

/// A pipeline over a topic of two partitions, with one table for each of `headlines`.
pub(crate) fn pipeline(brokers: &str, topic: &str, headlines: &[&str]) -> String {
    let mut settings = Settings {
        checkpoint_every: "100ms",
        metrics: vec!["behavior".to_owned()],
        of_metrics: "windows = [\"cumulative\", \"1d\", \"1h\"]\n".to_owned(),
        schema: "ts = \"text\"\naction = \"unsigned\"\nuser = \"unsigned\"\n".to_owned(),
        ..Settings::kafka(brokers, topic)
    };
    let event_time = "field = \"ts\"\nunit = \"rfc3339\"\nzone = \"Europe/Berlin\"\n\
         bound = \"1h\"\nfuture_skew = \"off\"\n";
    event_time.clone_into(&mut settings.event_time);
    let mut text = settings.text();
    for headline in headlines {
        write!(text, "[[headline]]\nmetric = \"behavior\"\ntitle = \"t\"\n{headline}")
            .expect("writing to a string never fails");
    }
    text
}

/// The windows of a kind, final or not, in the order of time.
pub(crate) fn windows(host: &Host, spec: &str) -> Vec<Value> {
    let path = format!("/api/v1/history?metric=behavior&window={spec}&open=true");
    let answer = host.get(&path).json();
    assert_eq!(answer["truncated"], false);
    answer["windows"].as_array().expect("windows").clone()
}

/// The start of a window as its civil date and time.
pub(crate) fn start(window: &Value) -> (String, String) {
    let text = window["window"]["start"].as_str().expect("a start");
    (text[..10].to_owned(), text[11..19].to_owned())
}

/// The events of a window, of one action or of all.
pub(crate) fn count(window: &Value, key: Option<&str>) -> f64 {
    let rows = window["total"].as_array().expect("rows").iter();
    let rows = rows.filter(|row| key.is_none_or(|key| row["action"] == key));
    rows.map(|row| row["events"].as_f64().expect("a count")).sum()
}

/// The events of a civil date before a time of day.
pub(crate) fn day_until(hours: &[Value], date: &str, time: &str, key: Option<&str>) -> f64 {
    let of_date = hours.iter().filter(|hour| {
        let (day, begin) = start(hour);
        day == date && begin.as_str() < time
    });
    of_date.map(|hour| count(hour, key)).sum()
}

pub(crate) fn millis(text: &Value) -> i64 {
    let text = text.as_str().expect("an instant");
    DateTime::parse_from_rfc3339(text).expect("an instant").timestamp_millis()
}

/// The figures of `host` by id, once `is_there` holds of them.
fn figures(host: &Host, is_there: impl Fn(&Value) -> bool) -> Value {
    wait::until_with(
        || format!("the figures; last {}", host.get("/api/v1/headlines").body),
        || {
            let answer = host.get("/api/v1/headlines").json();
            let all = answer["headlines"].as_array().expect("headlines").iter();
            let by_id =
                all.map(|each| (each["id"].as_str().expect("an id").to_owned(), each.clone()));
            let by_id = Value::Object(by_id.collect());
            is_there(&by_id).then_some(by_id)
        },
    )
}

/// A host that has read all events.
pub(crate) fn start_host(place: &Workplace) -> Host {
    let file = place.write("events.jsonl", &lines(&events()));
    finish(place.command("produce").arg(file).args(["--partitions", "2", "--key", "user"])).ok();
    let host = Host::start(place);
    host.has_read(EVENTS as u64);
    host
}

#[test]
fn what_headlines_compare_is_what_the_history_counts() {
    let broker = Broker::shared();
    let topic = unique("headlines");
    let headlines = [
        "key = \"2\"\nwindow = \"1d\"\ncompare = [\"previous\", \"1d\", \"7d\", \"1y\"]\n",
        "id = \"rate\"\nkey = \"2\"\nper = \"0\"\nwindow = \"1d\"\ncompare = [\"1d\"]\n",
        "id = \"hour\"\nwindow = \"1h\"\ncompare = [\"previous\"]\n",
        "id = \"all\"\ngiant = true\n",
    ];
    let text = pipeline(&broker.address(), &topic, &headlines);
    let place = Workplace::new(&Settings::file("none".as_ref()));
    place.set_text(&text);
    let host = start_host(&place);
    let all = figures(&host, |all| all["all"]["now"]["value"] == f64::from(EVENTS));

    let watermark = host.status()["clock"]["watermark"].as_i64().expect("a watermark");
    let (days, hours) = (windows(&host, "1d"), windows(&host, "1h"));
    let [.., before, today] = days.as_slice() else { panic!("{} days", days.len()) };
    let holds = |hour: &&Value| millis(&hour["window"]["end"]) > watermark;
    let boundary = hours.iter().find(holds).expect("the hour of the watermark");
    let (_, time) = start(boundary);
    let date = |day: &Value| start(day).0;
    let week = &days[days.len() - 8];
    assert_eq!((date(before).as_str(), date(week).as_str()), ("2026-03-29", "2026-03-23"));
    assert!(hours.iter().any(|hour| hour["window"]["state"] == "final"), "some are stored");

    let purchases = &all["behavior.2"]["now"];
    assert_eq!(purchases["value"], count(today, Some("2")));
    assert_eq!(purchases["start"], millis(&today["window"]["start"]));
    let until = millis(&boundary["window"]["start"]);
    let part = |day: &Value, key: Option<&str>| day_until(&hours, &date(day), &time, key);
    let now = part(today, Some("2"));
    for (i, to, then) in [(0, "previous", before), (1, "1d", before), (2, "7d", week)] {
        let expected = json!({ "to": to, "now": now, "before": part(then, Some("2")),
                               "until": until, "reason": null, "hint": null });
        assert_eq!(purchases["changes"][i], expected);
    }
    let year = &purchases["changes"][3];
    assert_eq!((&year["reason"], &year["before"]), (&json!("no-history"), &Value::Null));
    assert_eq!(year["now"], now);

    let rate = &all["rate"]["now"];
    let share = |of: &dyn Fn(Option<&str>) -> f64| of(Some("2")) / of(Some("0"));
    assert_eq!(rate["value"], share(&|key| count(today, key)));
    assert_eq!(rate["changes"][0]["now"], share(&|key| part(today, key)));
    assert_eq!(rate["changes"][0]["before"], share(&|key| part(before, key)));

    // An hour has no finer windows: the last one that is closed, and the one before.
    let end = |hour: &&Value| millis(&hour["window"]["end"]) <= watermark;
    let closed: Vec<&Value> = hours.iter().filter(end).collect();
    let [.., earlier, last] = closed.as_slice() else { panic!("{} hours", closed.len()) };
    let change = &all["hour"]["now"]["changes"][0];
    assert_eq!(
        (&change["now"], &change["before"]),
        (&json!(count(last, None)), &json!(count(earlier, None)))
    );
    assert_eq!(change["reason"], "no-finer");
    assert_eq!(change["hint"], "windows = [\"cumulative\", \"1d\", \"1h\", \"10m\"]");
    host.terminate().ok();
}

#[test]
fn a_span_of_windows_is_the_sum_of_its_windows() {
    let broker = Broker::shared();
    let topic = unique("spans");
    let place = Workplace::new(&Settings::file("none".as_ref()));
    place.set_text(&pipeline(&broker.address(), &topic, &[]));
    let host = start_host(&place);
    let hours = windows(&host, "1h");
    let text =
        |hour: &Value| hour["window"]["start"].as_str().expect("a start").replace('+', "%2B");
    let ask = |from: &str, to: &str, more: &str| {
        host.get(&format!("/api/v1/panels/behavior/data?window=1h@{from}..{to}{more}"))
    };
    let (from, to) = (30, 178);
    let span = ask(&text(&hours[from]), &text(&hours[to]), "").json();
    assert_eq!(span["window"]["start"], hours[from]["window"]["start"]);
    assert_eq!(span["window"]["end"], hours[to]["window"]["start"]);
    let keys = span["keys"].as_array().expect("keys");
    assert_eq!(keys.len(), 3);
    for (i, key) in keys.iter().enumerate() {
        let expected: f64 = hours[from..to].iter().map(|hour| count(hour, key.as_str())).sum();
        assert_eq!(span["total"]["events"][i].as_f64(), Some(expected), "{key}");
    }
    let one = ask(&text(&hours[from]), &text(&hours[to]), "&key=2").json();
    let at = keys.iter().position(|key| key == "2").expect("the key");
    assert_eq!(
        (&one["keys"], &one["total"]["events"][0]),
        (&json!(["2"]), &span["total"]["events"][at])
    );
    let none = ask(&text(&hours[from]), &text(&hours[to]), "&key=77").json();
    assert_eq!((&none["keys"], &none["state"]), (&json!([]), &json!("empty")));
    let top = ask(&text(&hours[from]), &text(&hours[to]), "&top=1").json();
    assert_eq!((top["keys"].as_array().map(Vec::len), &top["other"]["keys"]), (Some(1), &json!(2)));

    let refused = |from: &str, to: &str, status: u16, words: &str| {
        let answer = ask(from, to, "");
        let error = answer.json()["error"].as_str().expect("a reason").to_owned();
        assert!(answer.status == status && error.contains(words), "{}: {error}", answer.status);
    };
    let from = text(&hours[from]);
    refused(&from, "2026-03-24T00:30:00Z", 400, "hint: 2026-03-24T01:00:00+01:00 or");
    refused(&from, &from, 400, "nothing lies between");
    refused("2024-03-24T00:00:00Z", &from, 400, "more than 1000 windows");
    let path = "/api/v1/panels/behavior/data?window=2h@2026-03-24T00:00:00Z..2026-03-25T00:00:00Z";
    assert_eq!(host.get(path).status, 404);
    host.terminate().ok();
}

#[test]
fn a_changed_headline_is_shown_at_once_and_a_wrong_one_is_told() {
    let broker = Broker::shared();
    let topic = unique("changed-headlines");
    let place = Workplace::new(&Settings::file("none".as_ref()));
    let of = |headlines: &[&str]| pipeline(&broker.address(), &topic, headlines);
    place.set_text(&of(&["key = \"2\"\n"]));
    let host = start_host(&place);
    let mut stream = host.stream();
    let schema = stream.until("schema");
    assert_eq!(schema["headlines"][0]["id"], "behavior.2");
    assert!(stream.until("snapshot")["headlines"].is_array());

    place.set_text(&of(&["key = \"2\"\nper = \"sum\"\n", "id = \"all\"\n"]));
    let schema = stream.until("schema");
    assert_eq!(schema["headlines"].as_array().map(Vec::len), Some(2), "{schema}");
    figures(&host, |all| {
        let share = all["behavior.2"]["now"]["value"].as_f64();
        all["all"]["now"]["value"] == f64::from(EVENTS) && share.is_some_and(|share| share < 1.0)
    });

    place.set_text(&of(&["measure = \"evnts\"\n"]));
    let status = host.status_when("the refusal", |status| {
        let warnings = status["warnings"].as_array().expect("warnings");
        warnings.iter().any(|warning| warning["code"] == "reload_refused")
    });
    assert!(status.to_string().contains("view `share` has no measure `evnts`"), "{status}");
    let checked = finish(place.command("check").arg("--offline"));
    assert!(checked.stderr.contains("hint: its measures are `events`"), "{}", checked.stderr);
    host.terminate().ok();
}

/// A key that a panel sums up under "other", in a state that is kept merged and whose plugin gives
/// the largest rows alone.
#[test]
fn a_key_that_no_panel_shows_has_its_value() {
    let keys = 30_000;
    let record = |key: i32| json!({ "user_id": format!("user {key:05}"), "month": 6, "day": 1 });
    let mut records: Vec<Vec<u8>> = (0..keys).map(|key| record(key).to_string().into()).collect();
    records.extend((0..20).flat_map(|key| vec![record(key).to_string().into_bytes(); 3]));
    let settings = Settings {
        metrics: vec!["count_by".to_owned()],
        of_metrics: "[metric.columns]\nvalue = \"user_id\"\n".to_owned(),
        ..Settings::file("events.jsonl".as_ref())
    };
    let place = Workplace::new(&settings);
    let headline = |id: &str, more: &str| {
        format!("[[headline]]\nid = \"{id}\"\nmetric = \"count_by\"\ntitle = \"t\"\n{more}")
    };
    let headlines = [
        headline("rare", "key = \"user 29999\"\n"),
        headline("large", "key = \"user 00003\"\n"),
        headline("none", "key = \"nobody\"\n"),
        headline("share", "key = \"user 29999\"\nper = \"user 00003\"\n"),
        headline("all", ""),
    ];
    place.set_text(&(settings.text() + &headlines.concat()));
    place.write("events.jsonl", &lines(&records));
    let host = Host::start(&place);
    let all = figures(&host, |all| all["all"]["now"]["value"] == records.len() as f64);
    let value = |id: &str| &all[id]["now"]["value"];
    assert_eq!(
        (value("rare"), value("large"), value("none")),
        (&json!(1.0), &json!(4.0), &json!(0.0))
    );
    assert_eq!(value("share"), 0.25);
    let panel = |more: &str| host.get(&format!("/api/v1/panels/count_by/data?{more}")).json();
    let rare = panel("key=user%2029998");
    assert_eq!((&rare["keys"], &rare["total"]["events"]), (&json!(["user 29998"]), &json!([1])));
    assert_eq!(panel("key=nobody")["keys"], json!([]));
    let many = panel("top=200");
    assert_eq!(many["keys"].as_array().map(Vec::len), Some(200));
    assert_eq!(many["other"]["keys"], keys - 200);
    host.terminate().ok();
}

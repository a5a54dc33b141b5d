//! A panel beside what it was before, and a course in steps of a larger kind: what a running host
//! answers equals what the history counts, over real Kafka and over a change of clocks.

use serde_json::{Value, json};

use crate::broker::Broker;
use crate::headlines::{count, day_until, millis, pipeline, start, start_host, windows};
use crate::host::Host;
use crate::workplace::{Settings, Workplace, unique};

/// A host that has read eight days and a half, by metric `behavior` with days and hours.
fn host(stem: &str) -> (Workplace, Host) {
    let broker = Broker::shared();
    let place = Workplace::new(&Settings::file("none".as_ref()));
    place.set_text(&pipeline(&broker.address(), &unique(stem), &[]));
    let host = start_host(&place);
    (place, host)
}

fn compare(host: &Host, question: &str) -> Value {
    let answer = host.get(&format!("/api/v1/panels/behavior/compare?{question}"));
    assert_eq!(answer.status, 200, "{question}: {}", answer.body);
    answer.json()
}

/// The events of one key in a side of a comparison.
fn side(answer: &Value, side: &str, key: &str) -> Option<f64> {
    let frame = &answer[side];
    let keys = frame["keys"].as_array().unwrap_or_else(|| panic!("{side} of {answer}"));
    let at = keys.iter().position(|own| own == key).expect("the key");
    frame["total"]["events"][at].as_f64()
}

fn text(window: &Value) -> String {
    window["window"]["start"].as_str().expect("a start").replace('+', "%2B")
}

#[test]
fn a_panel_is_held_against_the_same_part_of_the_time_before() {
    let (_place, host) = host("compared");
    let watermark = host.status()["clock"]["watermark"].as_i64().expect("a watermark");
    let (days, hours) = (windows(&host, "1d"), windows(&host, "1h"));
    let [.., before, today] = days.as_slice() else { panic!("{} days", days.len()) };
    let holds = |hour: &&Value| millis(&hour["window"]["end"]) > watermark;
    let (_, time) = start(hours.iter().find(holds).expect("the hour of the watermark"));
    let (_, week) = (before, &days[days.len() - 8]);
    let date = |day: &Value| start(day).0;
    for (to, then) in [("previous", before), ("1d", before), ("7d", week)] {
        let answer = compare(&host, &format!("window=1d&to={to}"));
        assert_eq!((&answer["to"], &answer["reason"]), (&json!(to), &Value::Null));
        assert_eq!(answer["start"], millis(&today["window"]["start"]));
        assert_eq!(answer["before_start"], millis(&then["window"]["start"]));
        assert_eq!(answer["now"]["keys"], answer["before"]["keys"], "the same rows in one order");
        for key in ["0", "1", "2"] {
            let part = |day: &Value| day_until(&hours, &date(day), &time, Some(key));
            assert_eq!(side(&answer, "now", key), Some(part(today)), "{key} now");
            assert_eq!(side(&answer, "before", key), Some(part(then)), "{key} {to}");
        }
    }
    let year = compare(&host, "window=1d&to=1y");
    assert_eq!((&year["reason"], &year["before"]), (&json!("no-history"), &Value::Null));

    // A day of the past is held against a whole one, by one key or by the largest alone.
    let past = text(before);
    let eve = &days[days.len() - 3];
    let one = compare(&host, &format!("window=1d@{past}&to=previous&key=2"));
    assert_eq!(one["now"]["keys"], json!(["2"]));
    assert_eq!(side(&one, "now", "2"), Some(count(before, Some("2"))));
    assert_eq!(side(&one, "before", "2"), Some(count(eve, Some("2"))));
    let top = compare(&host, &format!("window=1d@{past}&to=previous&top=1"));
    let largest = top["now"]["keys"][0].as_str().expect("a key");
    assert_eq!(side(&top, "before", largest), Some(count(eve, Some(largest))));
    let rest = &top["before"]["other"]["total"]["events"][0];
    assert_eq!(rest.as_f64(), Some(count(eve, None) - count(eve, Some(largest))));

    // A span against as much time before it.
    let (from, to) = (60, 66);
    let span = format!("1h@{}..{}", text(&hours[from]), text(&hours[to]));
    let answer = compare(&host, &format!("window={span}&to=previous"));
    let sum = |hours: &[Value]| hours.iter().map(|hour| count(hour, Some("1"))).sum::<f64>();
    assert_eq!(side(&answer, "now", "1"), Some(sum(&hours[from..to])));
    assert_eq!(side(&answer, "before", "1"), Some(sum(&hours[from - 6..from])));

    // An hour has no finer windows: the last one that is closed, and the line that would help.
    let hour = compare(&host, "window=1h&to=previous");
    assert_eq!(hour["reason"], "no-finer");
    assert_eq!(hour["hint"], "windows = [\"cumulative\", \"1d\", \"1h\", \"10m\"]");
    for (question, status) in [
        ("window=cumulative&to=1d", 400),
        ("window=1d*3&to=1d", 400),
        ("window=2h&to=1d", 404),
        ("window=1h@2026-03-24T00:30:00Z..2026-03-25T00:00:00Z&to=1d", 400),
    ] {
        let answer = host.get(&format!("/api/v1/panels/behavior/compare?{question}"));
        assert_eq!(answer.status, status, "{question}: {}", answer.body);
    }
    host.terminate().ok();
}

#[test]
fn a_course_is_told_in_steps_that_are_the_sums_of_their_windows() {
    let (_place, host) = host("steps");
    let ask = |more: &str| {
        let answer = host.get(&format!("/api/v1/history?metric=behavior&open=true{more}"));
        assert_eq!(answer.status, 200, "{more}: {}", answer.body);
        answer.json()["windows"].as_array().expect("windows").clone()
    };
    let days = windows(&host, "1d");
    let steps = ask("&window=1h&by=1d");
    assert_eq!(steps.len(), days.len(), "a day of 23 hours among them");
    for (step, day) in steps.iter().zip(&days) {
        assert_eq!((&step["window"]["spec"], &step["total"]), (&json!("1d"), &day["total"]));
        assert_eq!(step["window"]["start"], day["window"]["start"]);
        assert_eq!(step["window"]["end"], day["window"]["end"]);
    }
    assert_eq!(ask("&by=1d"), ask("&window=1d&by=1d"), "of the largest kind that fits");
    let hours = windows(&host, "1h");
    let halves = ask("&by=12h&key=2");
    let first: f64 = hours[..12].iter().map(|hour| count(hour, Some("2"))).sum();
    assert_eq!(halves[0]["total"], json!([{ "action": "2", "events": first as i64 }]));
    let top = ask("&window=1d&top=1");
    let largest = top[0]["total"].as_array().expect("rows");
    let rest = top[0]["other"]["total"]["events"].as_f64().expect("a sum");
    assert_eq!(largest.len(), 1);
    assert_eq!(largest[0]["events"].as_f64().map(|own| own + rest), Some(count(&days[0], None)));
    let last = ask("&by=1d&last=3");
    assert_eq!(last, ask("&by=1d")[days.len() - 3..]);
    let cut = host.get("/api/v1/history?metric=behavior&open=true&by=1d&bytes=1").json();
    let next = cut["next"].as_str().expect("more").replace('+', "%2B");
    assert_eq!(ask(&format!("&by=1d&next={next}")), ask("&by=1d")[1..]);
    for (question, words) in [
        ("&by=30m", "add \\\"30m\\\" to `windows` of the metric"),
        ("&window=1d&by=12h", "those that do are 1h"),
    ] {
        let answer = host.get(&format!("/api/v1/history?metric=behavior{question}"));
        assert!(answer.status == 400 && answer.body.contains(words), "{}", answer.body);
    }
    host.terminate().ok();
}

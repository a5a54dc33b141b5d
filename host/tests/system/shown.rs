//! What the pipeline file says of the page beyond its panels, as a page of a running host gets it:
//! titles, looks, thresholds, places of tiles, labels and sentences of records; and that each change
//! of them is in force at once.

use serde_json::{Value, json};

use crate::broker::Broker;
use crate::events::event;
use crate::host::Host;
use crate::http::Stream;
use crate::process::finish;
use crate::wait;
use crate::workplace::{Settings, Workplace, plugin, unique};

const LOGO: &str = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'/>";

const SHOWN: &str = r##"
[page]
logo = "logo.svg"
accent = "#0072B2"
[ticker]
text = { zh = "{province}有人{action}", en = "{action} in {province}, {age_range}" }
[labels.action]
"2" = { zh = "购买", en = "Bought" }
[[layout]]
name = "halves"
units = [{ key = "浙江", text = { zh = "东", en = "East" }, row = 0, column = 1 }]
[[panel]]
id = "tiles"
chart = "tiles"
layout = "halves"
[[panel.threshold]]
measure = "events"
warn_below = 10
"##;

fn text(brokers: &str, topic: &str, shown: &str) -> String {
    let settings = Settings {
        metrics: vec!["age".to_owned()],
        checkpoint_every: "200ms",
        ..Settings::kafka(brokers, topic)
    };
    let count_by = plugin("count_by");
    let metric = |id: &str, field: &str, kind: &str| {
        format!(
            "[[metric]]\nid = \"{id}\"\nplugin = \"{}\"\n[metric.columns]\nvalue = \"{field}\"\n\
             [metric.config]\ntype = \"{kind}\"\n",
            count_by.display()
        )
    };
    let metrics = [
        metric("tiles", "province", "text"),
        metric("acts", "action", "unsigned"),
        metric("ages", "age_range", "unsigned"),
    ];
    let text = settings.text() + &metrics.concat() + shown;
    text.replace("\"系统测试\"", "{ zh = \"系统测试\", en = \"System test\" }")
}

fn panel(schema: &Value, id: &str) -> Value {
    let panels = schema["panels"].as_array().expect("panels").clone();
    panels.into_iter().find(|panel| panel["id"] == id).unwrap_or_else(|| panic!("no {id}"))
}

fn labels(schema: &Value, id: &str) -> Vec<String> {
    let panel = panel(schema, id);
    let labels = panel["dimension"]["labels"].as_array().expect("labels").iter();
    labels.map(|label| format!("{} {}", label["key"], label["text"]["en"])).collect()
}

/// The next schema for which this holds.
fn schema_when(stream: &mut Stream, is_so: impl Fn(&Value) -> bool) -> Value {
    loop {
        let schema = stream.until("schema");
        if is_so(&schema) {
            return schema;
        }
    }
}

#[test]
fn a_page_is_told_of_looks_thresholds_places_labels_and_single_records() {
    let (broker, topic) = (Broker::shared(), unique("shown"));
    broker.create_topic(&topic, 1);
    let place = Workplace::new(&Settings::file("none".as_ref()));
    place.write("logo.svg", LOGO.as_bytes());
    place.set_text(&text(&broker.address(), &topic, SHOWN));
    let checked = finish(place.command("check").args(["--offline"])).ok();
    for line in [
        "threshold of panel `tiles`: warn where `events` is below 10",
        "ticker: sentences of records with `province`, `action`, `age_range`",
    ] {
        assert!(checked.stdout.contains(line), "{}", checked.stdout);
    }
    let host = Host::start(&place);
    let mut stream = host.stream();
    let hello = stream.until("hello");
    assert_eq!(hello["names"], json!({ "zh": "系统测试", "en": "System test" }));
    assert_eq!((&hello["name"], &hello["look"]["accent"]), (&json!("系统测试"), &json!("#0072b2")));
    let logo = host.get(&format!("/{}", hello["look"]["logo"].as_str().expect("a logo")));
    assert_eq!((logo.body.as_str(), logo.header("content-type")), (LOGO, Some("image/svg+xml")));

    let schema = stream.until("schema");
    assert_eq!(schema["ticker"]["fields"], json!(["province", "action", "age_range"]));
    assert_eq!(schema["layouts"][0]["units"][0]["text"]["en"], "East");
    let tiles = panel(&schema, "tiles");
    assert_eq!((&tiles["layout"], &tiles["top"]), (&json!("halves"), &json!(0)));
    assert_eq!(tiles["thresholds"][0]["level"], "warn");
    assert_eq!(labels(&schema, "acts"), ["\"2\" \"Bought\""], "of the file");
    assert!(labels(&schema, "ages").contains(&"\"3\" \"25–29\"".to_owned()), "of another plugin");

    let send = |changes: &[(&str, &str)]| broker.send(&topic, 0, [event(changes).as_slice()]);
    let sentences = |stream: &mut Stream| {
        let update = stream.until("update");
        let lines = update["ticker"].as_array().cloned().unwrap_or_default();
        lines.iter().map(|line| line["text"]["en"].clone()).collect::<Vec<_>>()
    };
    send(&[("action", "2")]);
    wait::until("the sentence", || {
        let said = sentences(&mut stream);
        assert!(said.iter().all(|said| said == "Bought in 浙江, 25–29"), "{said:?}");
        (!said.is_empty()).then_some(())
    });
    let latest = host.get("/api/v1/stream/latest").json();
    let lines = latest["snapshot"]["ticker"].as_array().expect("sentences").clone();
    assert_eq!(lines[0]["text"]["zh"], "浙江有人购买");
    host.terminate().ok();
}

#[test]
fn what_is_shown_changes_at_once_and_nothing_is_counted_again() {
    let (broker, topic) = (Broker::shared(), unique("shown-changed"));
    broker.create_topic(&topic, 1);
    let place = Workplace::new(&Settings::file("none".as_ref()));
    place.write("logo.svg", LOGO.as_bytes());
    let before = text(&broker.address(), &topic, SHOWN);
    place.set_text(&before);
    let host = Host::start(&place);
    broker.send(
        &topic,
        0,
        (0..100).map(|_| event(&[])).collect::<Vec<_>>().iter().map(Vec::as_slice),
    );
    host.has_read(100);
    let mut stream = host.stream();
    let logo = stream.until("hello")["look"]["logo"].clone();
    stream.until("schema");
    let edit = |was: &str, is: &str| {
        assert!(before.contains(was), "{was}");
        place.set_text(&before.replacen(was, is, 1));
    };
    edit("warn_below = 10", "bad_above = 20");
    let schema = schema_when(&mut stream, |schema| {
        panel(schema, "tiles")["thresholds"][0]["level"] == "bad"
    });
    assert_eq!(panel(&schema, "tiles")["thresholds"][0]["value"], 20.0);
    edit("en = \"East\"", "en = \"Orient\"");
    schema_when(&mut stream, |schema| schema["layouts"][0]["units"][0]["text"]["en"] == "Orient");
    edit("en = \"Bought\"", "en = \"Purchase\"");
    schema_when(&mut stream, |schema| labels(schema, "acts") == ["\"2\" \"Purchase\""]);
    edit("{action} in {province}, {age_range}", "{province}");
    schema_when(&mut stream, |schema| schema["ticker"]["fields"] == json!(["province", "action"]));
    let picture = LOGO.replace("0 0 1 1", "0 0 2 2");
    place.write("logo.svg", picture.as_bytes());
    let hello = wait::until("another logo", || {
        let hello = stream.until("hello");
        (hello["look"]["logo"] != logo).then_some(hello)
    });
    let path = format!("/{}", hello["look"]["logo"].as_str().expect("a logo"));
    assert_eq!(host.get(&path).body, picture);

    edit("measure = \"events\"\nwarn", "measure = \"evnts\"\nwarn");
    let status = host.status_when("the refusal", |status| {
        status["warnings"]
            .as_array()
            .is_some_and(|all| all.iter().any(|warning| warning["code"] == "reload_refused"))
    });
    assert!(status.to_string().contains("panel `tiles` has no measure `evnts`"), "{status}");
    let metrics = status["metrics"].as_array().expect("metrics");
    assert!(metrics.iter().all(|own| own["folded"] == 100 && own["state"] == "ok"), "{status}");
    place.set_text(&before);
    std::fs::remove_file(place.path("logo.svg")).expect("it is there");
    let checked = finish(place.command("check").arg("--offline"));
    assert!(checked.stderr.contains("logo.svg was not found"), "{}", checked.stderr);
    host.terminate().ok();
}

#[test]
fn bars_of_dead_letters_add_up_to_what_was_written_and_frames_say_how_far_they_count() {
    let settings = Settings {
        metrics: vec!["age".to_owned(), "behavior".to_owned()],
        checkpoint_every: "100ms",
        ..Settings::file("events.jsonl".as_ref())
    };
    let place = Workplace::new(&settings);
    place.set_text(&settings.text().replace("events.jsonl\"", "events.jsonl\"\nfollow = true"));
    let mut lines: Vec<Vec<u8>> = (0..20).map(|_| event(&[])).collect();
    lines.extend((0..3).map(|_| event(&[("age_range", "null")])));
    lines.push(b"no json".to_vec());
    place.write("events.jsonl", &crate::events::lines(&lines));
    let host = Host::start(&place);
    let status = host.status_when("the letters", |status| status["dead_letters"]["written"] == 4);
    assert_eq!(status["dead_letters"]["by_reason"], json!([["excluded", 3], ["not_json", 1]]));
    let latest = wait::until("frames of all records", || {
        let latest = host.get("/api/v1/stream/latest").json();
        (latest["snapshot"]["frames"]["age"]["of"] == 24).then_some(latest)
    });
    assert_eq!(latest["snapshot"]["frames"]["behavior"]["of"], 24);
    assert_eq!(latest["snapshot"]["status"]["partitions"][0]["offset"], 24);
    assert_eq!(host.get("/api/v1/panels/age/data").json()["of"], 24);
    host.terminate().ok();
}
